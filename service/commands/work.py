"""`kept work`: the clock, for ever or once."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path

import click

from integrations.environment import Settings
from integrations.keystores import KeyStoreMissing
from jobs.scheduler import Clockwork, Tick, asked_to_stop, run_until_stopped
from service.channels import channels_of, open_mail, open_slack
from service.commands.pretended import present, pretending
from service.composition import NotReadyError, forbid_core_dumps, open_database, open_keys, read_settings
from service.logs import configure_logs

HEARTBEAT_SECONDS = 20


@click.command()
@click.option("--once", is_flag=True, help="Do everything that is due, then end. For cron.")
@pretending
@click.option(
    "--heartbeat",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Touch this file every 20 seconds, for a supervisor to look at.",
)
def work(*, once: bool, now: datetime | None, heartbeat: Path | None) -> None:
    """Run the clock: open waves, send what is due, remind, close, publish, tidy up.

    Any number of clocks may run beside each other. Asked to stop, it finishes what it is doing first.
    """
    settings = read_settings()
    if now is not None and not once:
        raise click.UsageError("--now goes with --once only.")
    instant = present(settings, now)
    configure_logs()
    forbid_core_dumps()
    asyncio.run(_work(settings, once=once, now=instant, heartbeat=heartbeat))


async def _work(settings: Settings, *, once: bool, now: datetime, heartbeat: Path | None) -> None:
    async with AsyncExitStack() as stack:
        sessions = await stack.enter_async_context(open_database(settings))
        keys = await open_keys(settings, sessions)
        slack = open_slack(settings)
        if slack is not None:
            stack.push_async_callback(slack.close)
        channels = channels_of(slack, open_mail(settings), settings)
        clockwork = Clockwork(sessions, keys, channels, settings, steady=not once)
        if once:
            try:
                _tell(await clockwork.run_due(now, stop=asked_to_stop()))
            except KeyStoreMissing as missing:
                raise NotReadyError(str(missing)) from missing
        else:
            await run_until_stopped([*clockwork.timetable(), *_heartbeats(heartbeat)])


def _heartbeats(file: Path | None) -> Sequence[Tick]:
    """Return the tick that shows a supervisor that the clock goes, where one wants to see it."""
    if file is None:
        return ()

    async def beat(_now: datetime) -> int:
        await asyncio.to_thread(file.touch)
        return 0

    return (Tick("heartbeat", HEARTBEAT_SECONDS, beat),)


def _tell(moved: dict[str, int]) -> None:
    """Print what each job did, one a line."""
    for name, count in moved.items():
        if count:
            click.echo(f"{name}: {count}")
    if not any(moved.values()):
        click.echo("nothing was due")
