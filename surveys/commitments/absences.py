"""A leader is away and somebody acts for them: every clock of the team stands still. No reason is kept."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from surveys.commitments.clocks import Rest, Span, both, end_of_day
from surveys.commitments.models import Absence
from surveys.errors import Invalid, only_for_leaders
from surveys.people.models import Leadership, Membership, Person
from surveys.people.queries import branch_of
from surveys.people.rules import Directory
from surveys.zones import local_date

LONGEST_AWAY = timedelta(days=365)
Away = Mapping[tuple[UUID, UUID], Sequence[Span]]  # team and leader → when they were away


@dataclass(frozen=True, slots=True)
class Standing:
    """Who is away from leading a team, who acts for them, and from which day on they are back."""

    person_id: UUID
    name: str
    stand_in: str
    back_on: datetime


@dataclass(frozen=True, slots=True)
class Absences:
    """The absences of a team's leaders.

    Attributes:
        away: when each was away, as `spans_away` has it.
        standing: who is away at this moment, by name.
        acting: who acts for them.
    """

    away: Away
    standing: Sequence[Standing]
    acting: frozenset[UUID]


async def go_away(
    session: AsyncSession, *, team_id: UUID, person_id: UUID, stand_in_id: UUID, until: date, now: datetime
) -> Absence:
    """Note that a leader is away from now on up to a day, and who acts for them; a second note replaces it.

    Args:
        until: the last day away, in the zone of the team.

    Raises:
        Invalid: the day has passed or lies more than a year ahead, or the stand-in neither works in the
            team nor leads it.
        Forbidden: the person does not lead the team.
        Missing: there is no such team.
    """
    zone = (await branch_of(session, team_id)).team_zone(team_id)
    if await session.get(Leadership, (team_id, person_id)) is None:
        raise only_for_leaders()
    today = local_date(now, zone)
    if not today <= until <= today + LONGEST_AWAY:
        raise Invalid("Choose today or a later day, within a year.", field="until")
    if stand_in_id not in {one for one, _ in await may_stand_in(session, team_id, person_id)}:
        raise Invalid("Choose somebody who works in this team or leads it with you.", field="stand_in")
    await come_back(session, team_id=team_id, person_id=person_id, now=now)
    person = await session.get_one(Person, person_id)
    away = Absence(
        organisation_id=person.organisation_id,
        team_id=team_id,
        person_id=person_id,
        stand_in_id=stand_in_id,
        since=now,
        until=end_of_day(until, zone),
    )
    session.add(away)
    await session.flush()
    return away


async def come_back(session: AsyncSession, *, team_id: UUID, person_id: UUID, now: datetime) -> None:
    """End somebody's absence from a team now; without one nothing happens."""
    running = await session.scalars(
        select(Absence).where(
            Absence.team_id == team_id, Absence.person_id == person_id, Absence.until > now
        )
    )
    for away in running:
        away.until = now
    await session.flush()


async def may_stand_in(session: AsyncSession, team_id: UUID, person_id: UUID) -> list[tuple[UUID, str]]:
    """Return who can act for a leader, by name: those who work in the team or lead it with them."""
    found = await session.execute(_around(), {"team_id": team_id, "person_id": person_id})
    return [(row[0], row[1]) for row in found]


@cache
def _around() -> Select[UUID, str]:
    here = bindparam("team_id", type_=Uuid())
    works = select(Membership.person_id).where(Membership.team_id == here, Membership.until.is_(None))
    leads = select(Leadership.person_id).where(Leadership.team_id == here)
    return (  # one list of both: with two, PostgreSQL looks at every person there is
        select(Person.id, Person.name)
        .where(Person.active, Person.id != bindparam("person_id"), Person.id.in_(works.union(leads)))
        .order_by(Person.name)
    )


async def absences_of(session: AsyncSession, team_id: UUID, *, now: datetime) -> Absences:
    """Return who was and is away from leading a team, and who acts for them at this moment."""
    away: dict[tuple[UUID, UUID], list[Span]] = defaultdict(list)
    standing, acting = [], set()
    for row in await session.execute(_absences(), {"team_id": team_id}):
        away[team_id, row.person_id].append((row.since, row.until))
        if row.leads and row.since <= now < row.until:
            standing.append(Standing(row.person_id, row.name, row.stand_in, row.until))
            acting.add(row.stand_in_id)
    return Absences(dict(away), standing, frozenset(acting))


@cache
def _absences() -> Select[*tuple[Any, ...]]:
    stand_in = aliased(Person)
    leads = exists().where(Leadership.team_id == Absence.team_id, Leadership.person_id == Absence.person_id)
    return (
        select(
            Absence.person_id,
            Person.name,
            Absence.stand_in_id,
            stand_in.name.label("stand_in"),
            Absence.since,
            Absence.until,
            leads.label("leads"),
        )
        .join(Person, Person.id == Absence.person_id)
        .join(stand_in, stand_in.id == Absence.stand_in_id)
        .where(Absence.team_id == bindparam("team_id"))
        .order_by(Person.name)
    )


async def stand_ins(
    session: AsyncSession, teams: Collection[UUID], *, now: datetime
) -> dict[tuple[UUID, UUID], Person]:
    """Return who acts for the leaders of these teams who are away at this moment, by team and leader."""
    found = await session.execute(
        select(Absence.team_id, Absence.person_id, Person)
        .join(Person, (Person.id == Absence.stand_in_id) & Person.active)
        .where(Absence.team_id.in_(list(teams)), Absence.since <= now, Absence.until > now)
        .order_by(Absence.since)
    )
    return {(row[0], row[1]): row[2] for row in found}


async def spans_away(
    session: AsyncSession, whose: Collection[UUID] | UUID
) -> dict[tuple[UUID, UUID], list[Span]]:
    """Return when leaders of these teams, or of a whole organisation, were away, by team and leader."""
    if not whose:
        return {}
    ours = Absence.organisation_id == whose if isinstance(whose, UUID) else Absence.team_id.in_(list(whose))
    away: dict[tuple[UUID, UUID], list[Span]] = defaultdict(list)
    found = await session.execute(
        select(Absence.team_id, Absence.person_id, Absence.since, Absence.until).where(ours)
    )
    for team_id, person_id, since, until in found:
        away[team_id, person_id].append((since, until))
    return dict(away)


def rest_of(directory: Directory, team_id: UUID, away: Away) -> Rest:
    """Return when the clocks of a team stand still: holidays, and while nobody who leads it is there."""
    spans: Sequence[Span] | None = None
    for leader in directory.leaders.get(team_id, ()):
        mine = away.get((team_id, leader), ())
        spans = mine if spans is None else both(spans, mine)
    return Rest(directory.team_country(team_id), tuple(spans or ()))
