"""Who is asked in an occurrence, and how that differs from the last one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.cadence.models import Programme
from surveys.people.models import Membership, Person, Team
from surveys.people.readers import asked_in
from surveys.people.rules import Directory
from surveys.questions.rules import Item
from surveys.waves.models import Place, Wave, WaveState, WaveUnit
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


async def moved_since_last_asked(
    session: AsyncSession, units: set[UUID], directory: Directory, programme: Programme
) -> dict[UUID, tuple[set[UUID], set[UUID]]]:
    """Return who left and who joined each unit since the programme's last wave that asked it.

    A small unit rests in between, so that wave is not the same for all. Rosters are purged; the change is
    read from the history of memberships, which is written on change only. Units that the programme never
    asked are left out.
    """
    asked = await session.execute(
        select(WaveUnit.team_id, func.max(Wave.opens_at))
        .join(Wave, Wave.id == WaveUnit.wave_id)
        .where(Wave.programme_id == programme.id, Wave.state.in_(ASKED_STATES), Wave.is_pulse)
        .where(WaveUnit.asked > 0)
        .group_by(WaveUnit.team_id)
    )
    since: dict[UUID, datetime] = {row[0]: row[1] for row in asked if row[0] in units}
    moved: dict[UUID, tuple[set[UUID], set[UUID]]] = {unit: (set(), set()) for unit in since}
    if not since:
        return moved  # a unit without a change is known to have none
    oldest = min(since.values())
    changes = await session.scalars(
        select(Membership).where((Membership.since > oldest) | (Membership.until > oldest))
    )
    for membership in changes:
        last = since.get(membership.team_id)
        if last is None or membership.person_id not in directory.people:
            continue
        left, joined = moved[membership.team_id]
        was_there = membership.since <= last and (membership.until is None or membership.until > last)
        is_there = membership.until is None
        if was_there and not is_there:
            left.add(membership.person_id)
        if is_there and not was_there:
            joined.add(membership.person_id)
    return moved


@dataclass(frozen=True, slots=True)
class Coming:
    """Who will be asked in a unit with the next wave and is not now, or the other way round.

    `other` is the unit they come from or go to; None where there is none.
    """

    name: str
    joins: bool
    other: str | None


async def coming_changes(
    session: AsyncSession, organisation_id: UUID, wave_id: UUID, team_id: UUID
) -> list[Coming]:
    """Return what moves have changed about a unit since the roster of its open wave was frozen."""
    on_roster = await session.execute(
        select(Place.person_id, Person.name)
        .join(Person, Person.id == Place.person_id)
        .where(Place.wave_id == wave_id, Place.team_id == team_id)
    )
    frozen = {row.person_id: row.name for row in on_roster}
    then = {person.id: person.name for person in await asked_in(session, organisation_id, team_id)}
    leaving, joining = frozen.keys() - then.keys(), then.keys() - frozen.keys()
    to = await session.execute(
        select(Membership.person_id, Team.name)
        .join(Team, Team.id == Membership.team_id)
        .join(Person, (Person.id == Membership.person_id) & Person.active)
        .where(Membership.person_id.in_(leaving), Membership.until.is_(None), Team.id != team_id)
    )
    asked_elsewhere = await session.execute(
        select(Place.person_id, WaveUnit.name, WaveUnit.team_id)
        .join(Wave, (Wave.id == Place.wave_id) & (Wave.state == WaveState.OPEN))
        .join(WaveUnit, (WaveUnit.wave_id == Place.wave_id) & (WaveUnit.team_id == Place.team_id))
        .where(Place.person_id.in_(joining))
    )
    others: dict[UUID, str] = {row.person_id: row.name for row in to}
    for row in asked_elsewhere:
        others[row.person_id] = row.name
        if row.team_id == team_id:  # another wave asks them in this unit, so nothing changes for them
            joining = joining - {row.person_id}
    found = [Coming(then[one], joins=True, other=others.get(one)) for one in joining]
    found += [Coming(frozen[one], joins=False, other=others.get(one)) for one in leaving]
    return sorted(found, key=lambda one: (not one.joins, one.name.casefold()))
