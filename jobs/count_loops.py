"""Counts once a day how the loop does over all teams, for HR. Every press of a leader would tell whose."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from surveys.commitments.absences import spans_away
from surveys.commitments.health import look_at, nothing_known, organisations_to_count, store_count
from surveys.people.queries import directory_of

PIECE = 200  # teams that are looked at in one transaction, so that nobody waits for the count


async def count_loops(sessions: async_sessionmaker[AsyncSession], *, now: datetime) -> int:
    """Store the count of the day for each organisation that has none yet; return for how many."""
    async with sessions() as session:
        due = await organisations_to_count(session, now=now)
    for organisation_id in due:
        await _count(sessions, organisation_id, now=now)
    return len(due)


async def _count(
    sessions: async_sessionmaker[AsyncSession], organisation_id: UUID, *, now: datetime
) -> None:
    async with sessions() as session:
        directory = await directory_of(session, organisation_id)
        known = nothing_known(directory, await spans_away(session, organisation_id), now=now)
    teams = list(directory.teams)
    for start in range(0, len(teams), PIECE):
        async with sessions() as session:
            await look_at(session, directory, known, teams[start : start + PIECE])
    async with sessions.begin() as session:
        await store_count(session, organisation_id, known)
