"""What the operator decides, read once at the start. No other module reads the environment.

Every setting is `KEPT_` and its name in capitals; with `_FILE` behind it the value is read from that
file, which is how secrets come in. docs/settings.md describes each, and a test fails where one is missing.
"""

import difflib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PREFIX = "KEPT_"
TEST_PREFIX = "KEPT_TEST_"  # read by the test suite, not by the product
SHORTEST_SECRET = 32
SHORTEST_WEBHOOK_SECRET = 16
MOST_CONTACTS, LONGEST_CONTACT = 6, 120
ADMINISTRATORS_WORDS = 7  # the promise before answering stays within forty words
DRIVERS = {  # what people write → the driver that is installed
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
}

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
        problems += contradictions(settings)
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
        near = difflib.get_close_matches(name, known, n=1)
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


def _database_url(text: str) -> str:
    # Imported here: `kept --help` must not wait for SQLAlchemy.
    from sqlalchemy.engine import make_url  # noqa: PLC0415 -- see above
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415 -- see above

    try:
        url = make_url(text)
    except ArgumentError as error:
        raise ValueError(
            "not a database address. Write sqlite:///path/to/kept.db or postgresql://user:password@host/name."
        ) from error
    driver = DRIVERS.get(url.drivername)
    if driver is None:
        raise ValueError(
            f"{url.drivername} is not supported. Write sqlite:///path/to/kept.db or "
            "postgresql://user:password@host/name."
        )
    if driver.startswith("sqlite") and url.database in (None, "", ":memory:"):
        raise ValueError("SQLite needs a file. Write sqlite:///path/to/kept.db.")
    return url.set(drivername=driver).render_as_string(hide_password=False)


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"{text!r} is not a web address. Write for example https://kept.example.com.")
    return text.rstrip("/")


def _api_address(text: str) -> str:
    return _web_address(text) + "/"


def _listen(text: str) -> str:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdecimal() or not 0 < int(port) < 65536:  # noqa: PLR2004 -- the last port
        raise ValueError(f"{text!r} is not an address and a port. Write for example 127.0.0.1:8000.")
    return text


def _secret_keys(text: str) -> tuple[str, ...]:
    keys = tuple(part.strip() for part in text.replace("\n", ",").split(",") if part.strip())
    if not keys or any(len(key) < SHORTEST_SECRET for key in keys):
        raise ValueError(
            f"each key needs at least {SHORTEST_SECRET} characters; separate them by commas, newest first. "
            "`openssl rand -hex 32` makes one."
        )
    return keys


def _webhook_secrets(text: str) -> tuple[str, ...]:
    secrets = tuple(part.strip() for part in text.replace("\n", ",").split(",") if part.strip())
    if not secrets or any(len(secret) < SHORTEST_WEBHOOK_SECRET for secret in secrets):
        raise ValueError(
            f"each secret needs at least {SHORTEST_WEBHOOK_SECRET} characters; separate them by commas, "
            "newest first. `openssl rand -hex 32` makes one."
        )
    return secrets


def _bot_token(text: str) -> str:
    if not text.startswith("xoxb-"):
        raise ValueError(
            "not a bot token. It starts with xoxb- and is on the app's page “OAuth & Permissions”."
        )
    return text


def _smtp_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError(
            "not a mail server. Write smtp://user:password@mail.example.com:587 (STARTTLS where offered) "
            "or smtps://… (TLS from the start)."
        )
    return text


def _administrators(text: str) -> str:
    """At most seven words, because members read them inside a promise of forty."""
    if len(text.split()) > ADMINISTRATORS_WORDS:
        raise ValueError(
            f"Name them in at most {ADMINISTRATORS_WORDS} words, such as: Ada and Grace of IT."
        )
    return text


def _help_contacts(text: str) -> tuple[str, ...]:
    """A few short lines, because somebody reads them who needs help now."""
    contacts = tuple(part.strip() for part in text.replace("\n", ";").split(";") if part.strip())
    if len(contacts) > MOST_CONTACTS or any(len(contact) > LONGEST_CONTACT for contact in contacts):
        raise ValueError(
            f"at most {MOST_CONTACTS} contacts of at most {LONGEST_CONTACT} characters, separated by "
            "semicolons or on lines of their own: Jo Okafor, ombudsperson, 030 1234; Helpline 0800 1110111"
        )
    return contacts


def _mail_address(text: str) -> str:
    if "@" not in text or any(sign in text for sign in "\r\n"):
        raise ValueError(f"{text!r} is not a mail address. Write for example kept@example.com.")
    return text


def _number(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise ValueError(f"{text!r} is not a whole number from {least} to {most}.")
        return int(text)

    return read


def _switch(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError(f"{text!r} is neither 1 (on) nor 0 (off).")
    return text == "1"


READERS: Mapping[str, Callable[[str], object]] = {
    "database_url": _database_url,
    "keys_dir": Path,
    "base_url": _web_address,
    "listen": _listen,
    "secret_keys": _secret_keys,
    "administrators": _administrators,
    "help_contacts": _help_contacts,
    "github_secrets": _webhook_secrets,
    "gitlab_secrets": _webhook_secrets,
    "jira_secrets": _webhook_secrets,
    "milestone_secrets": _webhook_secrets,
    "github_token": str,
    "github_api_url": _web_address,
    "gitlab_token": str,
    "gitlab_url": _web_address,
    "jira_token": str,
    "jira_url": _web_address,
    "slack_api_url": _api_address,
    "slack_bot_token": _bot_token,
    "slack_signing_secret": str,
    "slack_messages_per_minute": _number(1, 1200),
    "slack_unknown_retry_seconds": _number(0, 86400),
    "smtp_url": _smtp_url,
    "mail_from": _mail_address,
    "time_travel": _switch,
}
assert set(READERS) == {each.name for each in fields(Settings)}  # noqa: S101 -- a setting without a reader is a bug
