"""The running example, put together: Kept itself, the simulated Slack, the doors, and time that can pass.

Everything is in one process and one folder. Kept's application, jobs and Slack client are the real ones;
only their clock, their database and the address of Slack differ from an installation's.
"""

import asyncio
import hashlib
import logging
import secrets
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from litestar import Litestar
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

import migrations
from integrations.environment import Settings
from integrations.keystores import DirectoryKeyStore
from integrations.slack.outgoing.channel import SlackChannel
from integrations.slack.outgoing.client import SlackClient
from jobs.scheduler import Clockwork
from migrations import revisions
from service.app import create_app
from service.demo import organisation as invented
from service.demo.clock import TravellingClock
from service.demo.doors import Doors, Stage, follow_link
from service.demo.front import Front, strip_of
from service.demo.history import World, let_people_answer, next_opening, open_wave, write_history
from service.demo.server import HOST, serving
from service.demo.simulated_slack.interactions import Sender
from service.demo.simulated_slack.pages import Surroundings
from service.demo.simulated_slack.site import create_site, templates
from service.demo.simulated_slack.workspace import Member, Workspace
from service.demo.talk import channels, let_people_talk
from service.security import SIGN_IN_DAYS, Cookies
from surveys.database import build_engine, build_sessions
from surveys.deliveries.models import ChannelName, Delivery, DeliveryState
from surveys.people.queries import installation_of
from surveys.waves.models import Wave

TICK_SECONDS = 2.0
A_MOMENT = timedelta(minutes=1)
WHILE_PAUSED = timedelta(weeks=2)  # what one press lets pass when no pulse is going to open
MESSAGES_PER_MINUTE = 60_000  # the simulated Slack asks nobody to wait
log = logging.getLogger("kept.demo")
RUN_BY = "whoever started this example"


@dataclass(frozen=True, slots=True)
class Folder:
    """Where the example keeps its files. `ready` exists once its past is complete."""

    path: Path

    @property
    def ready(self) -> Path:
        """Marks a folder whose past was written to the end."""
        return self.path / "ready"

    @property
    def slack(self) -> Path:
        """What the simulated Slack remembers."""
        return self.path / "slack.json"

    def settings(self, port: int) -> Settings:
        """Return the settings of the example; secrets are new at every start."""
        address = f"http://{HOST}:{port}"
        return Settings(
            database_url=f"sqlite+aiosqlite:///{self.path / 'kept.db'}",
            keys_dir=self.path / "keys",
            base_url=address,
            listen=f"{HOST}:{port}",
            secret_keys=(secrets.token_hex(32),),
            administrators=RUN_BY,
            slack_api_url=f"{address}/demo/slack/api/",
            slack_bot_token=f"xoxb-simulated-{secrets.token_hex(16)}",
            slack_signing_secret=secrets.token_hex(16),
            slack_messages_per_minute=MESSAGES_PER_MINUTE,
            time_travel=True,
        )

    def prepare(self, *, fresh: bool) -> None:
        """Make the folder, empty unless it holds a complete example of this version that may go on."""
        if fresh or not self.ready.exists() or self.ready.read_text() != version():
            shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)


def version() -> str:
    """Return what an example is made of: its tables and its stories. A change of either begins anew."""
    made_of = [*Path(migrations.__file__).parent.glob("versions/*.py"), *Path(__file__).parent.glob("*.py")]
    return hashlib.sha256(b"".join(file.read_bytes() for file in sorted(made_of))).hexdigest()


@dataclass(slots=True)
class Example:
    """A running example.

    Attributes:
        settings: of this run.
        world: its database and keys.
        clock: its time.
        workspace: the simulated Slack's memory.
        clockwork: the jobs of `kept work`.
        folder: where it lies.
    """

    settings: Settings
    world: World
    clock: TravellingClock
    workspace: Workspace
    clockwork: Clockwork
    folder: Folder
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)
    _saved: int = -1

    async def begin(self) -> None:
        """Write the past unless it is there, and send what is due."""
        if not self.folder.ready.exists():
            start = await write_history(self.world, self._as_of, today=datetime.now(UTC).date())
            wave = await open_wave(self.world)
            self.clock.start_at(start if wave is None else wave.opens_at)
            await self._live_until(start)
            let_people_talk(self.workspace)
        await self.tick()
        self.folder.ready.write_text(version())

    async def tick(self) -> None:
        """Do what the clock of an installation does, and keep what the simulated Slack remembers."""
        async with self._one_at_a_time:
            await self._run_due()

    async def let_time_pass(self) -> None:
        """Go on until the open pulse is closed and everybody may read it, or until the next one is open."""
        async with self._one_at_a_time:
            wave = await open_wave(self.world)
            if wave is None:
                await self._let_next_open()
            else:
                await self._live_until(wave.closes_at + A_MOMENT)
                published = await self._wave(wave)
                if published.team_sees_at is not None:
                    await self._live_until(published.team_sees_at + A_MOMENT)

    async def _let_next_open(self) -> None:
        opens_at = await next_opening(self.world, now=self.clock())
        await self._live_until(opens_at or self.clock() + WHILE_PAUSED)
        wave = await open_wave(self.world)
        if wave is not None:
            await self._live_until(await let_people_answer(self.world, wave))

    async def _as_of(self, instant: datetime) -> None:
        self.clock.start_at(instant)
        await self._run_due()

    async def _live_until(self, instant: datetime) -> None:
        """Let time pass, stopping wherever a message is due, so that each is sent at its hour."""
        while True:
            next_due = await self._next_due()
            if next_due is None or next_due >= instant:
                break
            self.clock.travel_to(next_due + A_MOMENT)
            await self._run_due()
        self.clock.travel_to(instant)
        await self._run_due()

    async def _next_due(self) -> datetime | None:
        """Return when the next message is to be sent that is not due yet."""
        waiting = select(func.min(Delivery.due_at)).where(
            Delivery.state == DeliveryState.WAITING, Delivery.due_at > self.clock()
        )
        async with self.world.sessions() as session:
            return await session.scalar(waiting)

    async def _run_due(self) -> None:
        await self.clockwork.run_due(self.clock())
        if self._saved != self.workspace.changes:
            self._saved = self.workspace.changes
            self.workspace.save(self.folder.slack)

    async def _wave(self, wave: Wave) -> Wave:
        async with self.world.sessions() as session:
            return await session.get_one(Wave, wave.id)


@asynccontextmanager
async def running(path: Path, port: int, *, fresh: bool = False) -> AsyncIterator[Example]:
    """Run the example on a port of the loopback address; yield once it is ready to be visited.

    `path` is absolute.
    """
    folder = Folder(path)
    folder.prepare(fresh=fresh)
    settings = folder.settings(port)
    await asyncio.to_thread(revisions.upgrade, settings.database_url)
    engine = build_engine(settings.database_url)
    sessions = build_sessions(engine)
    async with sessions() as session:
        keys = DirectoryKeyStore.set_up(settings.keys_dir, await installation_of(session))
    clock = TravellingClock(folder.path / "clock")
    workspace = _workspace(clock, folder)
    async with SlackClient(settings.slack_bot_token or "", settings.slack_api_url) as slack:
        clockwork = Clockwork(sessions, keys, {ChannelName.SLACK: SlackChannel(slack)}, settings)
        world = World(sessions, keys, settings.database_url)
        example = Example(settings, world, clock, workspace, clockwork, folder)
        kept = create_app(settings, sessions=sessions, keys=keys, clock=clock, slack=slack)
        async with serving(_front(example, kept), port):
            # A power cut while the past is written costs nothing: it is then written anew.
            await _flush(engine, "OFF")
            await example.begin()
            await _flush(engine, "FULL")
            ticking = asyncio.create_task(_tick_forever(example), name="clock")
            try:
                yield example
            finally:
                ticking.cancel()
                with suppress(asyncio.CancelledError):
                    await ticking
                workspace.save(folder.slack)
    await engine.dispose()


async def _flush(engine: AsyncEngine, level: str) -> None:
    """Set when the one connection of the example waits for the disk."""
    async with engine.connect() as connection:
        raw = await connection.get_raw_connection()
        if raw.driver_connection is not None:
            await raw.driver_connection.execute(f"PRAGMA synchronous={level}")


async def _tick_forever(example: Example) -> None:
    while True:
        await asyncio.sleep(TICK_SECONDS)
        try:
            await example.tick()
        except Exception:
            log.exception("a tick failed, the next one tries again")


def _workspace(clock: TravellingClock, folder: Folder) -> Workspace:
    workspace = Workspace(clock)
    if folder.slack.exists():
        workspace.load(folder.slack)
    ids = invented.slack_ids()
    workspace.welcome(
        Member(ids[worker.email], worker.name, worker.email, worker.zone, worker.title)
        for worker in invented.workers()
    )
    for channel in channels():
        workspace.add_channel(channel)
    return workspace


def _front(example: Example, kept: Litestar) -> Front:
    """Return Kept and the demo's own pages behind one address."""
    settings, cookies = example.settings, Cookies(example.settings)
    environment = templates()

    def render(name: str, **values: object) -> str:
        return environment.get_template(name).render(values)

    surroundings = Surroundings(
        sender=Sender(
            example.workspace, f"{settings.base_url}/slack/events", settings.slack_signing_secret or ""
        ),
        render=render,
        link=partial(follow_link, settings.base_url),
        groups=partial(_groups, example.workspace),
    )
    seconds = int(timedelta(days=SIGN_IN_DAYS).total_seconds())
    stage = Stage(
        sessions=example.world.sessions,
        clock=example.clock,
        render=render,
        make_cookie=lambda token: cookies.make(cookies.session, token, max_age=seconds),
        let_time_pass=example.let_time_pass,
    )
    site = create_site(
        example.workspace,
        surroundings,
        token=settings.slack_bot_token or "",
        extra=[Doors],
        state={"stage": stage},
    )
    strip = partial(strip_of, example.world.sessions, example.clock, render)
    return Front(kept, site, strip, cookie=cookies.session, is_ready=example.folder.ready.exists)


def _groups(workspace: Workspace) -> Sequence[tuple[str, Sequence[Member]]]:
    ids = invented.slack_ids()
    everybody = [(worker.team, workspace.member(ids[worker.email])) for worker in invented.workers()]
    return [(unit.name, [one for team, one in everybody if team == unit.name]) for unit in invented.UNITS]
