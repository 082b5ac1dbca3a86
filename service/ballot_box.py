"""The ballot box: many sheets, one transaction. The only exception to "one request, one transaction".

A commit costs the same for one sheet as for two hundred, so sheets that arrive together are stored
together, and each person is answered after the COMMIT that holds theirs. Nothing here names a person,
and nothing here may be logged but how many there were.

A sheet that finds nothing under way is stored at once. While a batch is under way others gather, and
a second batch may set out beside it, so that one is read and sealed while the database writes the other.
Two sheets of the same person are never under way in two batches: the later one waits, so it wins.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker

from surveys.ballots.actions import cast_ballots
from surveys.ballots.keys import KeyStore
from surveys.ballots.rules import HandedIn
from surveys.errors import Busy

BATCH = 200
UNDER_WAY = 2  # batches at a time; more only share the same disk
GATHER_SECONDS = 0.005  # at most, while one batch is under way and a second one might be
ROOM = 2_000  # sheets that may wait; at some 1,500 a second nobody waits much longer than a second

log = structlog.get_logger("kept.ballot_box")


@dataclass(frozen=True, slots=True, eq=False)
class _Waiter:
    """A sheet and whoever waits for its commit."""

    sheet: HandedIn
    answered: asyncio.Future[None]


class BallotBox:
    """Gathers sheets and casts them in batches. Bound to the event loop of its first sheet."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        keys: KeyStore,
        clock: Callable[[], datetime],
        *,
        room: int = ROOM,
    ) -> None:
        self._sessions = sessions
        self._keys = keys
        self._clock = clock
        self._room = room
        self._waiting: deque[_Waiter] = deque()
        self._batches: set[asyncio.Task[None]] = set()
        self._places: set[UUID] = set()  # whose sheets are under way
        self._alarm: asyncio.Handle | None = None
        self._stopping = False

    async def put(self, sheet: HandedIn) -> None:
        """Return once the sheet is committed; hold no transaction of your own while you wait.

        Raises:
            Busy: too many are waiting, or the process is about to stop. The same sheet may be sent again.
            SurveyError: what `cast_ballots` refused it with.
        """
        if self._stopping or len(self._waiting) >= self._room:
            raise Busy("Many people are answering at this moment. Please send it again in a few seconds.")
        loop = asyncio.get_running_loop()
        waiter = _Waiter(sheet, loop.create_future())
        self._waiting.append(waiter)
        if self._alarm is None and len(self._batches) < UNDER_WAY:
            # What the network has delivered already is read before a callback comes to its turn.
            self._alarm = (
                loop.call_later(GATHER_SECONDS, self._set_out)
                if self._batches
                else loop.call_soon(self._set_out)
            )
        await waiter.answered

    async def stop(self) -> None:
        """Take no more sheets, store those that wait, and return when everybody is answered."""
        self._stopping = True
        self._set_out()
        while self._batches:
            await asyncio.wait(self._batches)

    def _set_out(self) -> None:
        """Begin batches with whatever may be stored now, as long as one more may be under way."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        while len(self._batches) < UNDER_WAY and (batch := self._take()):
            self._places.update(waiter.sheet.place_id for waiter in batch)
            self._batches.add(asyncio.create_task(self._finish(batch), name="ballot box"))

    def _take(self) -> list[_Waiter]:
        """Return the longest waiting sheets, without those of people whose sheet is under way."""
        batch: list[_Waiter] = []
        held: list[_Waiter] = []
        while self._waiting and len(batch) < BATCH:
            waiter = self._waiting.popleft()
            (held if waiter.sheet.place_id in self._places else batch).append(waiter)
        self._waiting.extendleft(reversed(held))
        return batch

    async def _finish(self, batch: Sequence[_Waiter]) -> None:
        """Store a batch, begin the next, then answer: the database does not wait for the replies."""
        outcomes = await self._store(batch)
        self._places.difference_update(waiter.sheet.place_id for waiter in batch)
        task = asyncio.current_task()
        if task is not None:
            self._batches.discard(task)
        self._set_out()
        for waiter, outcome in zip(batch, outcomes, strict=True):
            _answer(waiter, outcome)

    async def _store(self, batch: Sequence[_Waiter]) -> Sequence[Exception | None]:
        """Return the outcome of each sheet. A batch that fails is retried sheet by sheet, once."""
        try:
            return await self._cast(batch)
        except Exception as error:  # noqa: BLE001 -- each waiter has to be answered, whatever happened
            log.warning("a batch is retried singly", sheets=len(batch), error=type(error).__qualname__)
        outcomes: list[Exception | None] = []
        for waiter in batch:
            # Casting twice stores the same rows, so it does not matter whether the COMMIT had arrived.
            try:
                outcomes.extend(await self._cast([waiter]))
            except Exception as error:  # noqa: BLE001 -- as above
                outcomes.append(error)
        return outcomes

    async def _cast(self, batch: Sequence[_Waiter]) -> Sequence[Exception | None]:
        async with _without_session(self._sessions) as connection:
            sheets = [waiter.sheet for waiter in batch]
            return await cast_ballots(connection, self._keys, sheets, now=self._clock())


def _without_session(
    sessions: async_sessionmaker[AsyncSession],
) -> AbstractAsyncContextManager[AsyncConnection]:
    """Begin the transaction that `sessions.begin()` would, of which no session keeps anything.

    A session would cost a fifth of what storing a batch costs this process.
    """
    bound = sessions.kw["bind"]
    return bound.begin() if isinstance(bound, AsyncEngine) else _inner(bound)


@asynccontextmanager
async def _inner(connection: AsyncConnection) -> AsyncIterator[AsyncConnection]:
    """Begin a transaction inside the one that a connection is in, as sessions bound to it do."""
    async with connection.begin_nested():
        yield connection


def _answer(waiter: _Waiter, outcome: Exception | None) -> None:
    if waiter.answered.done():  # whoever waited has hung up
        return
    if outcome is None:
        waiter.answered.set_result(None)
    else:
        waiter.answered.set_exception(outcome)
