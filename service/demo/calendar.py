"""What is going to happen in the example's past, in the order of time."""

import heapq
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

Event = Callable[[AsyncSession, datetime], Awaitable[None]]


@dataclass(slots=True)
class Calendar:
    """What is going to happen, in the order of time."""

    sessions: async_sessionmaker[AsyncSession]
    _planned: list[tuple[datetime, int, Event]] = field(default_factory=list)
    _order: "count[int]" = field(default_factory=count)

    def plan(self, instant: datetime, event: Event) -> None:
        """Let something happen at an instant."""
        heapq.heappush(self._planned, (instant, next(self._order), event))

    async def live_until(self, instant: datetime) -> None:
        """Let everything happen that was planned up to an instant, each in a transaction of its own."""
        while self._planned and self._planned[0][0] <= instant:
            when, _, event = heapq.heappop(self._planned)
            async with self.sessions.begin() as session:
                await event(session, when)
