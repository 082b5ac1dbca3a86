"""Who is asked in an occurrence, and how that differs from the last one."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.cadence.models import Programme
from surveys.people.models import Membership
from surveys.people.rules import Directory
from surveys.questions.rules import Item
from surveys.waves.models import Wave
from surveys.waves.queries import ASKED_STATES, last_asked, people_in_open_waves
from surveys.waves.rules import unit_rests


def audience_of(programme: Programme, directory: Directory) -> set[UUID]:
    """Return the units a programme asks, with everything below them; everybody where it names none."""
    wanted = [UUID(team_id) for team_id in programme.audience] or directory.roots()
    return {
        unit for team_id in wanted if team_id in directory.teams for unit in directory.descendants(team_id)
    }


async def rosters_of(
    session: AsyncSession,
    directory: Directory,
    units: set[UUID],
    occurrence: date,
    items: Sequence[Item],
    *,
    now: datetime,
) -> dict[UUID, list[UUID]]:
    """Return who is asked in each unit: nobody who is in an open wave, no unit that still rests."""
    taken = await people_in_open_waves(session, directory.organisation_id)
    rested = await last_asked(session, directory.organisation_id, since=now)
    dimensions = {item.dimension for item in items}
    rosters = {}
    for unit, people in directory.rosters().items():
        free = [person for person in people if person not in taken]
        if unit in units and free and not unit_rests(len(free), rested.get(unit), occurrence, dimensions):
            rosters[unit] = free
    return rosters


async def moved_since_last_wave(
    session: AsyncSession, units: set[UUID], directory: Directory, programme: Programme
) -> dict[UUID, tuple[set[UUID], set[UUID]]]:
    """Return who left and who joined each unit since the programme's wave before, where anyone did.

    Rosters are purged, so the change is read from the history of memberships, which is written on
    change only. Returns nothing at all when there was no wave before.
    """
    since = await session.scalar(
        select(Wave.opens_at)
        .where(Wave.programme_id == programme.id, Wave.state.in_(ASKED_STATES), Wave.is_pulse)
        .order_by(Wave.opens_at.desc())
        .limit(1)
    )
    if since is None:
        return {}
    moved: dict[UUID, tuple[set[UUID], set[UUID]]] = defaultdict(lambda: (set(), set()))
    for unit in units:
        moved[unit] = (set(), set())  # a unit without a change is known to have none
    changes = await session.scalars(
        select(Membership).where((Membership.since > since) | (Membership.until > since))
    )
    for membership in changes:
        if membership.team_id not in units or membership.person_id not in directory.people:
            continue
        left, joined = moved[membership.team_id]
        was_there = membership.since <= since
        is_there = membership.until is None
        if was_there and not is_there:
            left.add(membership.person_id)
        if is_there and not was_there:
            joined.add(membership.person_id)
    return moved
