"""`--now`: what a command does as of another instant, for trying things out and for tests."""

from datetime import UTC, datetime

import click

from integrations.environment import Settings
from service.commands.programme_flags import INSTANT

pretending = click.option(
    "--now", type=INSTANT, help="Pretend this instant. Needs KEPT_TIME_TRAVEL=1."
)  # as `kept work --once` does, so that a rehearsal has one time throughout


def present(settings: Settings, now: datetime | None) -> datetime:
    """Return the instant that a command pretends, or the real one where it was given none.

    Raises:
        UsageError: pretending is not allowed here.
    """
    if now is not None and not settings.time_travel:
        raise click.UsageError(
            "--now pretends another time, for trying things out. Set KEPT_TIME_TRAVEL=1 to allow it."
        )
    return now or datetime.now(UTC)
