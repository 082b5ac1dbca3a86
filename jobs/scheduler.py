"""The whole timetable on one screen, and the two ways to run it: for ever, or once as of an instant.

The scheduler only ticks. What is due is found in rows by each job, so a tick that is lost, late or
doubled costs nothing, and any number of workers may tick at once.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from integrations.channels import Channel
from integrations.environment import Settings
from jobs.announce_mailboxes import announce_mailboxes
from jobs.ask_promises import ask_promises
from jobs.close_waves import close_waves, destroy_keys
from jobs.count_loops import count_loops
from jobs.count_turnout import count_turnout
from jobs.forget_boards import forget_boards
from jobs.guide_leaders import guide_leaders
from jobs.nudge_leaders import nudge_leaders
from jobs.open_waves import open_waves
from jobs.prune import prune
from jobs.run_boards import run_boards
from jobs.send_deliveries import Post, real_clock, send_deliveries
from surveys.ballots.keys import KeyStore
from surveys.deliveries.models import ChannelName

Work = Callable[[datetime], Awaitable[int]]
JITTER_SECONDS = 2  # so that several workers do not all ask at once
log = structlog.get_logger("kept.clock")


@dataclass(frozen=True, slots=True)
class Tick:
    """One job and how often it is woken. `work` takes `now` and returns how many rows it moved."""

    name: str
    seconds: int
    work: Work


@dataclass(frozen=True, slots=True)
class Clockwork:
    """What the jobs of one process need, and the timetable of all of them.

    Attributes:
        channels: the ways to reach people that are configured here.
        clock: the real time, on which leases and pace run whatever `now` a run pretends.
        steady: whether this clock stays, so that what waits for the morning is safe with it.
    """

    sessions: async_sessionmaker[AsyncSession]
    keys: KeyStore
    channels: Mapping[ChannelName, Channel]
    settings: Settings
    clock: Callable[[], datetime] = real_clock
    steady: bool = True

    def timetable(self) -> tuple[Tick, ...]:
        """Return every job, in the order in which one round runs them.

        Closing comes before opening, so that what a team said is heard before the next wave asks. News is
        planned after whatever opens at that very moment, so that it can keep apart from the invitations.
        """
        sessions, keys, url = self.sessions, self.keys, self.settings.database_url

        async def nudge(now: datetime) -> int:
            with suppress(Exception):  # its own tick tells of it
                await open_waves(sessions, keys, now=now)
            return await nudge_leaders(sessions, now=now)

        post = Post(sessions, keys, self.channels, self.settings, self.clock, self.steady)
        return (
            Tick("close_waves", 15, lambda now: close_waves(sessions, keys, now=now)),
            Tick("destroy_keys", 15, lambda now: destroy_keys(sessions, keys, database_url=url, now=now)),
            Tick("forget_boards", 15, lambda now: forget_boards(sessions, keys, now=now)),
            Tick("open_waves", 20, lambda now: open_waves(sessions, keys, now=now)),
            Tick("ask_promises", 900, lambda now: ask_promises(sessions, keys, now=now)),
            Tick("count_turnout", 900, lambda now: count_turnout(sessions, keys, now=now)),
            Tick("count_loops", 900, lambda now: count_loops(sessions, now=now)),
            Tick("nudge_leaders", 60, nudge),
            Tick("guide_leaders", 60, lambda now: guide_leaders(sessions, now=now)),
            Tick("announce_mailboxes", 300, lambda now: announce_mailboxes(sessions, now=now)),
            Tick("run_boards", 20, lambda now: run_boards(sessions, keys, now=now)),
            Tick("send_deliveries", 5, lambda now: send_deliveries(post, now=now)),
            Tick("prune", 3600, lambda now: prune(sessions, keys, now=now)),
        )

    async def run_due(self, now: datetime, *, stop: asyncio.Event | None = None) -> dict[str, int]:
        """Run every job as of `now`, round by round, until a whole round moved nothing.

        Once `stop` is set, what is being done is finished, and nothing else begun.

        Returns how many rows each job moved in all. A failure in one job is raised: whoever runs once
        is there to see it.
        """
        return await run_rounds(self.timetable(), now, stop=stop)


async def run_rounds(
    ticks: Sequence[Tick], now: datetime, *, stop: asyncio.Event | None = None
) -> dict[str, int]:
    """Do what `Clockwork.run_due` says with these jobs."""
    moved = dict.fromkeys((tick.name for tick in ticks), 0)
    while True:
        this_round = 0
        for tick in ticks:
            if stop is not None and stop.is_set():
                return moved
            count = await tick.work(now)
            moved[tick.name] += count
            this_round += count
        if not this_round:
            return moved


async def run_tick(tick: Tick) -> None:
    """Run one job of the real clock; a failure is logged and the next tick tries again."""
    try:
        count = await tick.work(datetime.now(UTC))
    except Exception as error:  # noqa: BLE001 -- one failing job must not stop the clock
        # Only the kind of failure: messages and locals may hold what nobody may read in a log.
        log.warning("job failed, the next tick tries again", job=tick.name, error=type(error).__name__)
    else:
        if count:
            log.info("job done", job=tick.name, count=count)


def build_scheduler(ticks: Sequence[Tick]) -> AsyncIOScheduler:
    """Schedule each tick so that a late or missed one merges into the next."""
    scheduler = AsyncIOScheduler(timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1})
    for tick in ticks:
        trigger = IntervalTrigger(seconds=tick.seconds, jitter=JITTER_SECONDS)
        scheduler.add_job(
            run_tick,
            trigger,
            args=[tick],
            id=tick.name,
            misfire_grace_time=None,
            next_run_time=datetime.now(UTC),
        )
    return scheduler


def asked_to_stop() -> asyncio.Event:
    """Return what is set as soon as this process is asked to stop; until now that ended it at once."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    return stop


async def run_until_stopped(ticks: Sequence[Tick]) -> None:
    """Tick until the process is asked to stop, then let running jobs finish.

    APScheduler cancels what runs when it is shut down, so the clock is paused first and our own work is
    waited for.
    """
    running: set[asyncio.Task[None]] = set()

    def counted(tick: Tick) -> Tick:
        async def work(now: datetime) -> int:
            task = asyncio.current_task()
            if task is not None:
                running.add(task)
                task.add_done_callback(running.discard)
            return await tick.work(now)

        return Tick(tick.name, tick.seconds, work)

    stop = asked_to_stop()
    scheduler = build_scheduler([counted(tick) for tick in ticks])
    scheduler.start()
    await stop.wait()
    scheduler.pause()
    await asyncio.gather(*running, return_exceptions=True)
    scheduler.shutdown(wait=False)
