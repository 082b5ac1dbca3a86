"""Counts once a day how the loop does over all teams, for HR. Every press of a leader would tell whose."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from surveys.commitments.health import count_loops as count
from surveys.commitments.health import organisations_to_count


async def count_loops(sessions: async_sessionmaker[AsyncSession], *, now: datetime) -> int:
    """Store the count of the day for each organisation that has none yet; return for how many."""
    async with sessions() as session:
        due = await organisations_to_count(session, now=now)
    for organisation_id in due:
        async with sessions.begin() as session:
            await count(session, organisation_id, now=now)
    return len(due)
