"""Telling open boards about every move: one watcher a board and process, however many look at it.

PostgreSQL says by itself which board changed (LISTEN), to every web process; on SQLite, and whenever the
listening connection is lost, the watcher looks at the board's revision at short intervals. Whoever
connects gets the whole state first, so nothing is lost between two connections. What a watcher sends is
the same for everybody who takes part: nothing of it depends on who reads.

A move is told together with what it changed, so a watcher that knows the state before it needs no look.
Whatever else happens, and whenever something may have been missed, it looks.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from service.views.board_news import news_of
from surveys.retrospectives.boards import CHANNEL, MOVE, PEOPLE
from surveys.retrospectives.places import Change, Places, Sitting, people_on, places_on
from surveys.retrospectives.queries import revision_of
from surveys.retrospectives.room import mark_here

LOOK_SECONDS = 0.05  # between two looks at the revision where the database does not tell
LISTENING_SECONDS = 1.0  # between two looks where it does, should a word of it have been missed
TOGETHER_SECONDS = 0.3
HERE_SECONDS = 15.0  # how often it is noted who is here, and a line sent so that no connection seems dead
STREAM_SECONDS = 300.0  # after which a browser connects anew, and is looked at again
RECONNECT_MS = (500, 2_000)  # spread, so that thirty browsers do not come back in the same instant

log = structlog.get_logger("kept.web")


@dataclass
class _Watched:
    """One board somebody looks at through this process."""

    followers: Counter[UUID] = field(default_factory=Counter)
    windows: set[asyncio.Event] = field(default_factory=set)  # one each, so that waking thirty costs little
    message: bytes = b""
    number: int = 0
    places: Places | None = None  # what `message` says
    told: list[Change] = field(default_factory=list)  # moves that are not in it yet
    unknown: bool = True  # something has happened that only a look can tell
    people: Sequence[Sitting] = ()
    people_read_at: float | None = None  # on the loop's clock; None when they are to be read at once
    look: asyncio.Event = field(default_factory=asyncio.Event)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    left: bool = False  # by everybody: its tasks end by themselves, never in the middle of a query

    def wake(self) -> None:
        """Let every window see what there is."""
        for window in self.windows:
            window.set()

    def say(self, places: Places) -> None:
        """Send a state to every window, where it differs from what was sent last."""
        self.places = places
        message = b"event: board\ndata: " + msgspec.json.encode(news_of(places)) + b"\n\n"
        if message != self.message:
            self.message, self.number = message, self.number + 1
            self.wake()

    def hear(self, about: str) -> None:
        """Note what was told: a move, or that something has to be looked at."""
        try:
            if about.startswith(MOVE):
                self.told.append(msgspec.json.decode(about.removeprefix(MOVE), type=Change))
            else:
                self.unknown = True
        except msgspec.DecodeError:  # another version of Kept may tell moves in another way
            self.unknown = True
        if about == PEOPLE:
            self.people_read_at = None
        self.look.set()

    def take_moves(self) -> bool:
        """Send the state after the moves that were told; return whether it was all that had to be said."""
        told, self.told = self.told, []
        places = self.places
        for change in told:
            places = places.after(change) if places is not None else None
        if not told or places is None or self.unknown:
            return False
        self.say(places)
        return True

    @property
    def revision(self) -> int:
        """Return the revision that was said last; -1 before any."""
        return self.places.revision if self.places is not None else -1

    @property
    def people_may_differ(self) -> bool:
        """Return whether to read who is here: time alone changes it, however busy the cards are."""
        now = asyncio.get_running_loop().time()
        return self.people_read_at is None or now - self.people_read_at > LISTENING_SECONDS

    def leave(self) -> None:
        """Let its tasks end."""
        self.left = True
        self.look.set()
        self.came.set()


class LiveBoards:
    """All boards that are looked at through this process."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession], clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock
        self._boards: dict[UUID, _Watched] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._listener: asyncio.Task[None] | None = None
        self._listening = False
        self._ended = False

    async def follow(self, board_id: UUID, person_id: UUID) -> AsyncIterator[bytes]:
        """Yield the state of a board as server-sent events, now and after every change.

        It ends by itself after five minutes; browsers connect again.
        """
        watched = self._watch(board_id)
        watched.followers[person_id] += 1
        watched.look.set()
        watched.came.set()
        end = asyncio.get_running_loop().time() + STREAM_SECONDS
        number, window = 0, asyncio.Event()
        watched.windows.add(window)
        try:
            yield f"retry: {random.randint(*RECONNECT_MS)}\n\n".encode()  # noqa: S311 -- only spreads load
            while not self._ended and asyncio.get_running_loop().time() < end:
                if watched.number > number:
                    number = watched.number
                    yield watched.message
                    continue
                window.clear()
                await window.wait()
                if watched.number == number:  # woken by the clock and not by news
                    yield b": still here\n\n"
        finally:
            watched.windows.discard(window)
            watched.followers[person_id] -= 1
            watched.followers += Counter()  # drops who has no window open any more
            if not watched.followers:
                self._forget(board_id, watched)

    async def stop(self) -> None:
        """End every stream and every watcher."""
        self._ended = True
        for watched in [*self._boards.values()]:
            watched.leave()
            watched.wake()
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _watch(self, board_id: UUID) -> _Watched:
        if self._listener is None and self._engine is not None:
            self._listener = asyncio.create_task(self._listen(self._engine), name="boards: listener")
        watched = self._boards.get(board_id)
        if watched is None:
            watched = self._boards[board_id] = _Watched()
            for work in (self._look(board_id, watched), self._note_here(board_id, watched)):
                task = asyncio.create_task(work, name="boards")
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        return watched

    def _forget(self, board_id: UUID, watched: _Watched) -> None:
        if self._boards.get(board_id) is watched:
            del self._boards[board_id]
        watched.leave()

    async def _look(self, board_id: UUID, watched: _Watched) -> None:
        """Send the state whenever the revision or who is here has changed."""
        while not watched.left:
            woken = watched.look.is_set()
            watched.look.clear()
            if not watched.take_moves() or watched.people_may_differ:
                try:
                    await self._look_once(board_id, watched, woken=woken)
                except (SQLAlchemyError, OSError) as error:
                    watched.unknown = True  # whatever woke it has not been seen yet
                    watched.people_read_at = None
                    log.warning("a board could not be read, trying again", error=type(error).__name__)
                    await asyncio.sleep(LISTENING_SECONDS)
            with suppress(TimeoutError):
                pause = LISTENING_SECONDS if self._listening else LOOK_SECONDS
                await asyncio.wait_for(watched.look.wait(), pause)

    async def _look_once(self, board_id: UUID, watched: _Watched, *, woken: bool) -> None:
        """Look at the board, and send its state where something may have changed."""
        woken, watched.unknown = woken or watched.unknown, False
        async with self._sessions() as session:
            if self._engine is not None:  # spares two ways to the server: a transaction's begin and end
                await session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
            if watched.people_may_differ:
                watched.people_read_at, woken = asyncio.get_running_loop().time(), True
                watched.people = await people_on(session, board_id)
            if woken or await revision_of(session, board_id) != watched.revision:
                places = await places_on(session, board_id, watched.people, now=self._clock())
                if places is not None:
                    watched.say(places)

    async def _note_here(self, board_id: UUID, watched: _Watched) -> None:
        """Note who is here by the clock, never because somebody did something."""
        while not watched.left:
            watched.came.clear()
            here = set(watched.followers)
            try:
                async with self._sessions.begin() as session:
                    await mark_here(session, board_id, here, now=self._clock())
            except (SQLAlchemyError, OSError) as error:
                log.warning("who is here could not be noted", error=type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(watched.came.wait(), HERE_SECONDS)
            watched.wake()  # a line for windows in which nothing has happened
            await asyncio.sleep(TOGETHER_SECONDS)  # thirty who come in one second are noted at once

    @property
    def _engine(self) -> AsyncEngine | None:
        """The engine to listen with; None where there is none (SQLite, or one connection of a test)."""
        bind: Any = self._sessions.kw.get("bind")
        return bind if isinstance(bind, AsyncEngine) and bind.dialect.name == "postgresql" else None

    async def _listen(self, engine: AsyncEngine) -> None:
        """Keep one connection that is told about every board; take another when it is lost."""
        while True:
            try:
                async with engine.connect() as connection:
                    raw = await connection.get_raw_connection()
                    driver: Any = raw.driver_connection
                    lost = asyncio.Event()
                    driver.add_termination_listener(lambda *_, lost=lost: lost.set())
                    await driver.add_listener(CHANNEL, self._hear)
                    self._listening = True
                    try:
                        await lost.wait()
                    finally:
                        self._listening = False
                        if not driver.is_closed():
                            await driver.remove_listener(CHANNEL, self._hear)
                    await connection.invalidate()
            except (SQLAlchemyError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning(
                    "the database cannot be listened to, looking instead", error=type(error).__name__
                )
            await asyncio.sleep(LISTENING_SECONDS)

    def _hear(self, _driver: object, _process: int, _channel: str, payload: object) -> None:
        board_id, _, about = str(payload).partition(" ")
        with suppress(ValueError):  # of no board: not said by Kept
            watched = self._boards.get(UUID(board_id))
            if watched is not None:
                watched.hear(about)
