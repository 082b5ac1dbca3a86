"""Reading the two logs: who has looked at a unit's figures, and what was changed."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from functools import cache
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.audit.models import Entry, Reading
from surveys.audit.rules import READINGS_KEPT_DAYS, DayOfLooks, LookedAs, days_of


async def looks_at(session: AsyncSession, team_id: UUID, *, now: datetime) -> list[DayOfLooks]:
    """Return who has looked at a unit's figures in the last 90 days, by role and day, newest first."""
    oldest = now.date() - timedelta(days=READINGS_KEPT_DAYS)
    rows = await session.execute(_looks(), {"team_id": team_id, "oldest": oldest})
    return days_of((day, looked_as) for day, looked_as in rows)


@cache
def _looks() -> Select[date, LookedAs]:
    return select(Reading.day, Reading.looked_as).where(
        Reading.team_id == bindparam("team_id"), Reading.day >= bindparam("oldest")
    )


async def changes_of(
    session: AsyncSession, organisation_id: UUID, actions: Collection[str], *, since: datetime, most: int
) -> list[Entry]:
    """Return the newest entries of these kinds, the newest first."""
    found = await session.scalars(
        select(Entry)
        .where(Entry.organisation_id == organisation_id, Entry.at >= since, Entry.action.in_(list(actions)))
        .order_by(Entry.at.desc(), Entry.id)
        .limit(most)
    )
    return list(found)
