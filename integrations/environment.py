"""What the operator decides, read once at the start. No other module reads the environment.

Every setting is `KEPT_` and its name in capitals; with `_FILE` behind it the value is read from that
file, which is how secrets come in. docs/settings.md describes each, and a test fails where one is missing.
"""

import difflib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from integrations.setting_texts import READERS

PREFIX = "KEPT_"
TEST_PREFIX = "KEPT_TEST_"  # read by the test suite, not by the product

log = logging.getLogger("kept.settings")


class SettingsError(Exception):
    """Something in the environment cannot be used. Each line names the variable and the remedy."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that differs between two installations. Secrets are left out of the representation."""

    database_url: str = field(default="sqlite+aiosqlite:///var/kept.db", repr=False)
    keys_dir: Path = Path("keys")
    base_url: str = "http://127.0.0.1:8000"  # without a slash at its end
    listen: str = "127.0.0.1:8000"
    secret_keys: tuple[str, ...] = field(default=(), repr=False)  # newest first
    administrators: str | None = (
        None  # as named to members: who could technically look while a wave is open
    )
    help_contacts: tuple[str, ...] = ()  # named under each field for free text, in the order of the list
    github_secrets: tuple[str, ...] = field(default=(), repr=False)  # these four newest first, too
    gitlab_secrets: tuple[str, ...] = field(default=(), repr=False)
    jira_secrets: tuple[str, ...] = field(default=(), repr=False)
    milestone_secrets: tuple[str, ...] = field(default=(), repr=False)
    github_token: str | None = field(default=None, repr=False)  # these make issues of agreed steps
    github_api_url: str = "https://api.github.com"
    gitlab_token: str | None = field(default=None, repr=False)
    gitlab_url: str = "https://gitlab.com"
    jira_token: str | None = field(default=None, repr=False)
    jira_url: str | None = None
    slack_api_url: str = "https://slack.com/api/"  # with a slash at its end, as the SDK wants it
    slack_bot_token: str | None = field(default=None, repr=False)
    slack_signing_secret: str | None = field(default=None, repr=False)
    slack_messages_per_minute: int = 60
    slack_unknown_retry_seconds: int = 60
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str | None = None
    time_travel: bool = False

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Return the settings of `environ`; an unknown `KEPT_` variable is only warned about.

        Raises:
            SettingsError: one line for every variable that cannot be used, all of them at once.
        """
        problems: list[str] = []
        values: dict[str, Any] = {}
        for name, read in READERS.items():
            variable = variable_of(name)
            try:
                text = _text_of(variable, environ)
                if text is not None:
                    values[name] = read(text)
            except (ValueError, OSError) as error:
                problems.append(f"{variable}: {error}")
        settings = cls(**values)
        # One that could not be read is missing in `settings` only, and is complained of already.
        unread = {problem.partition(":")[0] for problem in problems}
        problems += [said for said in contradictions(settings) if said.partition(":")[0] not in unread]
        if problems:
            raise SettingsError(problems)
        for warning in unknown_variables(environ):
            log.warning(warning)
        return settings

    @property
    def listen_host(self) -> str:
        """The address to listen on, without its port."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def listen_port(self) -> int:
        """The port to listen on."""
        return int(self.listen.rpartition(":")[2])

    @property
    def uses_slack(self) -> bool:
        """Whether a workspace is configured."""
        return self.slack_bot_token is not None

    @property
    def uses_mail(self) -> bool:
        """Whether mail can be sent."""
        return self.smtp_url is not None


def variable_of(name: str) -> str:
    """Return the variable that carries the setting `name`."""
    return PREFIX + name.upper()


def unknown_variables(environ: Mapping[str, str]) -> list[str]:
    """Return a sentence for each `KEPT_` variable that no setting reads, with the nearest known name."""
    known = [variable_of(name) + end for name in READERS for end in ("", "_FILE")]
    sentences = []
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name.startswith(TEST_PREFIX) or name in known:
            continue
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
        hint = f" Did you mean {near[0]}?" if near else " docs/settings.md lists all of them."
        sentences.append(f"{name} is not a setting of Kept and does nothing.{hint}")
    return sentences


def contradictions(settings: Settings) -> list[str]:
    """Return a sentence for each pair of settings that cannot stand together."""
    found = []
    if settings.time_travel and settings.base_url.startswith("https:"):
        found.append(
            "KEPT_TIME_TRAVEL: lets a command pretend another time, which must never happen where people "
            "answer. Unset it, or use an http:// KEPT_BASE_URL on a machine for trying things out."
        )
    if (settings.slack_bot_token is None) != (settings.slack_signing_secret is None):
        given, missing = ("KEPT_SLACK_BOT_TOKEN", "KEPT_SLACK_SIGNING_SECRET")
        if settings.slack_bot_token is None:
            given, missing = missing, given
        found.append(
            f"{missing}: {given} is set, so this one is needed too. Set both for Slack, or neither."
        )
    if settings.jira_token is not None and settings.jira_url is None:
        found.append(
            "KEPT_JIRA_URL: KEPT_JIRA_TOKEN is set, so Kept needs to know where Jira is. Give its address, "
            "for example https://example.atlassian.net."
        )
    if settings.smtp_url is not None and settings.mail_from is None:
        found.append(
            "KEPT_MAIL_FROM: KEPT_SMTP_URL is set, so mail needs a sender. Give an address, for example "
            "kept@example.com."
        )
    return found


def _text_of(variable: str, environ: Mapping[str, str]) -> str | None:
    """Return the value given directly or by file, without surrounding blanks; empty means not given."""
    direct, file = environ.get(variable, "").strip(), environ.get(f"{variable}_FILE", "").strip()
    if direct and file:
        raise ValueError(f"{variable}_FILE is set as well. Set only one of the two.")
    if not file:
        return direct or None
    try:
        text = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ValueError(
            f"{variable}_FILE names {file}, which cannot be read ({reason}). "
            "Check the path and its permissions."
        ) from error
    if not text:
        raise ValueError(f"{variable}_FILE names {file}, which is empty. Put the value into it.")
    return text


assert set(READERS) == {each.name for each in fields(Settings)}  # noqa: S101 -- a setting without a reader is a bug
