"""Raises what pulses brought up, and begins each leader's week with one message."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from surveys.commitments.leaders_week import begin_weeks
from surveys.commitments.raising import raise_topics


async def guide_leaders(sessions: async_sessionmaker[AsyncSession], *, now: datetime) -> int:
    """Write topics and plan messages as of `now`; return how many rows that were.

    Args:
        sessions: each step has a transaction of its own.
        now: decides what is due, aware UTC.
    """
    async with sessions.begin() as session:
        raised = await raise_topics(session, now=now)
    async with sessions.begin() as session:
        return raised + await begin_weeks(session, now=now)
