"""The `kept` command. Each subcommand lives in `service.commands` and is loaded only when called."""

import logging
import os
import sys
from dataclasses import dataclass
from importlib import import_module

import click

from integrations.environment import SettingsError
from surveys.errors import SurveyError


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command is, and the line that `kept --help` prints without importing it."""

    module: str
    attribute: str
    summary: str


COMMANDS = {
    "demo": Entry("demo", "demo", "Run a complete example on this machine."),
    "serve": Entry("serve", "serve", "Run the web process."),
    "work": Entry("work", "work", "Run the clock: open, send, remind, close, publish."),
    "migrate": Entry("migrate", "migrate", "Bring the database to the newest revision."),
    "import-people": Entry("people", "import_people", "Read people, teams and leaders from a CSV file."),
    "programme": Entry("programmes", "programme", "Set who is asked what and how often."),
    "results": Entry("results", "results", "Print published figures."),
    "preview-disclosure": Entry(
        "preview_disclosure", "preview_disclosure", "Say which teams of a file would see figures."
    ),
    "disclose": Entry("disclose", "disclose", "Decide on bare counts which units of a tree may be shown."),
    "analyse": Entry("analyse", "analyse_file", "Reliability, agreement and ranges of a file of answers."),
    "check-wording": Entry("check_wording", "check_wording", "Say which sentences read like blame."),
    "login-link": Entry("people", "login_link", "Make a one-time sign-in link."),
    "erase-person": Entry("people", "erase_person_command", "Erase one person for good."),
    "discard-keys": Entry(
        "discard_keys", "discard_keys", "After a restored backup: destroy keys left over."
    ),
    "attack": Entry("attack", "attack", "Attack a copy of the database: can anybody learn too much?"),
    "doctor": Entry("doctor", "doctor", "Check settings, database, keys, Slack and mail."),
}


class Commands(click.Group):
    """A group that knows its commands by name and loads the one that is asked for.

    What a person can correct (a setting, a refusal of the domain, a full disk) becomes one
    sentence and exit status 1; anything else is a fault of ours and keeps its traceback.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """Return the names in the order in which an installation needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 -- as above
        """Import the command of this name, or return None for an unknown one."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command = getattr(import_module(f"service.commands.{entry.module}"), entry.attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{entry.module}.{entry.attribute} is not a command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 -- as above
        """Write the list of commands without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        """Run the command, turning expected refusals into one readable line."""
        try:
            return super().invoke(ctx)
        except (SettingsError, SurveyError) as refusal:
            raise click.ClickException(str(refusal)) from refusal
        except Exception as error:
            said = _of_the_database(error)
            if said is None:
                raise
            raise click.ClickException(said) from error


def _of_the_database(error: Exception) -> str | None:
    """Return what to say of a database that fails under a command; None, unimported, for other faults."""
    composition = sys.modules.get("service.composition")
    said: str | None = composition.gave_way(error) if composition is not None else None
    return said


@click.command(
    cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="kept", message="%(prog)s %(version)s")
def main() -> None:
    """Kept: confidences kept, promises kept. Pulse surveys and follow-through for teams.

    Settings are environment variables; docs/settings.md lists them all.
    """


def run() -> None:
    """Start from a shell: set what belongs to the whole process, then run the command."""
    os.umask(0o077)  # whatever is written is for the service's own user
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    for chatty in ("alembic", "apscheduler"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    main()
