"""The ballot box: many sheets, one transaction. The only exception to "one request, one transaction".

A commit costs the same for one sheet as for two hundred, so sheets that arrive together are stored
together, and each person is answered after the COMMIT that holds theirs. Nothing here names a person,
and nothing here may be logged but how many there were.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from surveys.ballots.actions import cast_ballots
from surveys.ballots.keys import KeyStore
from surveys.ballots.rules import HandedIn
from surveys.errors import Busy

BATCH = 200
GATHER_SECONDS = 0.001
ROOM = 2_000  # sheets that may wait; at some 1,500 a second nobody waits much longer than a second

log = structlog.get_logger("kept.ballot_box")


@dataclass(frozen=True, slots=True, eq=False)
class _Waiter:
    """A sheet and whoever waits for its commit."""

    sheet: HandedIn
    answered: asyncio.Future[None]


class BallotBox:
    """Gathers sheets and casts them in batches.

    It starts with the first sheet, so that an application without a lifespan works too.
    """

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
        self._wake = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    async def put(self, sheet: HandedIn) -> None:
        """Return once the sheet is committed; hold no transaction of your own while you wait.

        Raises:
            Busy: too many are waiting, or the process is about to stop. The same sheet may be sent again.
            SurveyError: what `cast_ballots` refused it with.
        """
        if self._stopping or len(self._waiting) >= self._room:
            raise Busy("Many people are answering at this moment. Please send it again in a few seconds.")
        self.start()
        waiter = _Waiter(sheet, asyncio.get_running_loop().create_future())
        self._waiting.append(waiter)
        self._wake.set()
        await waiter.answered

    def start(self) -> None:
        """Begin to gather, unless it has begun already."""
        if self._task is None or self._task.done():
            self._stopping = False
            self._task = asyncio.create_task(self._run(), name="ballot box")

    async def stop(self) -> None:
        """Take no more sheets, store those that wait, and return when everybody is answered."""
        self._stopping = True
        self._wake.set()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            if not self._waiting:
                if self._stopping:
                    return
                self._wake.clear()
                continue
            if len(self._waiting) < BATCH and not self._stopping:
                await asyncio.sleep(GATHER_SECONDS)
            batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            await self._store(batch)

    async def _store(self, batch: list[_Waiter]) -> None:
        try:
            async with self._sessions.begin() as session:
                sheets = [waiter.sheet for waiter in batch]
                outcomes = await cast_ballots(session, self._keys, sheets, now=self._clock())
        except Exception as error:  # noqa: BLE001 -- each waiter has to be answered, whatever happened
            # Casting twice stores the same rows, so it does not matter whether the COMMIT had arrived.
            if len(batch) == 1:
                _answer(batch[0], error)
                return
            log.warning("a batch is retried singly", sheets=len(batch), error=type(error).__qualname__)
            for waiter in batch:
                await self._store([waiter])
            return
        for waiter, outcome in zip(batch, outcomes, strict=True):
            _answer(waiter, outcome)


def _answer(waiter: _Waiter, outcome: Exception | None) -> None:
    if waiter.answered.done():  # whoever waited has hung up
        return
    if outcome is None:
        waiter.answered.set_result(None)
    else:
        waiter.answered.set_exception(outcome)
