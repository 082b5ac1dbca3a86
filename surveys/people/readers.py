"""Who is asked in a unit today, and who else can open its results: told to people before they answer."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.audit.rules import Look, LookedAs, mark_of
from surveys.people.models import Leadership, Membership, Person, Role, RoleKind, Team
from surveys.people.queries import branch_of, with_ancestors
from surveys.people.rules import Directory, Somebody, TeamNode, Viewer, reads_as
from surveys.people.statements import person_rows


@dataclass(frozen=True, slots=True)
class Readers:
    """Who can open the results of one unit today, besides those who are asked in it.

    Attributes:
        unit: the unit's name.
        leaders: names of who leads it.
        hr: names of who reads every figure.
        viewers: how many people HR lets read this unit.
        has_below: whether there are units below, whose people read this one too.
        leaders_above: how many lead a unit above; they read only where the rules say so.
    """

    unit: str
    leaders: tuple[str, ...]
    hr: tuple[str, ...]
    viewers: int
    has_below: bool
    leaders_above: int


async def readers_of(session: AsyncSession, team_id: UUID) -> Readers:
    """Return who can open the results of a unit today.

    Raises:
        Missing: there is no such unit.
    """
    branch = await branch_of(session, team_id)
    roles = (
        await session.execute(
            select(Person.id, Person.name, Role.kind)
            .join(Role, Role.person_id == Person.id)
            .where(
                Person.organisation_id == branch.organisation_id,
                Person.active,
                or_(
                    Role.kind == RoleKind.HR,
                    (Role.kind == RoleKind.VIEWER) & Role.team_id.in_(list(branch.teams)),
                ),
            )
            .order_by(Person.name, Person.id)
        )
    ).all()
    leading = branch.leaders.get(team_id, ())
    above = {one for unit in branch.ancestors(team_id) for one in branch.leaders.get(unit, ())}
    below = await session.scalar(select(Team.id).where(Team.parent_id == team_id).limit(1))
    return Readers(
        unit=branch.teams[team_id].name,
        leaders=tuple(branch.people[one].name for one in leading),
        hr=tuple({row.id: row.name for row in roles if row.kind is RoleKind.HR}.values()),
        viewers=len({row.id for row in roles if row.kind is RoleKind.VIEWER}),
        has_below=below is not None,
        leaders_above=len(above - set(leading)),
    )


async def asked_in(session: AsyncSession, organisation_id: UUID, team_id: UUID) -> list[Somebody]:
    """Return who would be asked in a unit if a wave opened now, by name: the same rule as its roster."""
    reporting = select(Membership.person_id).where(
        Membership.team_id == team_id, Membership.until.is_(None)
    )
    leading_below = select(Leadership.person_id).join(Team).where(Team.parent_id == team_id)
    perhaps = union(reporting, leading_below)  # one list: with two, PostgreSQL looks at every person
    rows = await session.execute(person_rows().where(Person.active, Person.id.in_(perhaps)))
    people = {row[0]: Somebody(*row) for row in rows}
    led = await session.execute(
        select(Leadership.team_id, Leadership.person_id).where(Leadership.person_id.in_(perhaps))
    )
    leaders: dict[UUID, tuple[UUID, ...]] = {}
    for unit, person_id in led:
        leaders[unit] = (*leaders.get(unit, ()), person_id)
    teams = await with_ancestors(session, {team_id, *leaders})
    near = Directory(organisation_id, teams, people, leaders)
    return sorted(
        (person for person in people.values() if near.asked_in(person.id) == team_id),
        key=lambda person: (person.name.casefold(), person.id),
    )


def look_of(viewer: Viewer, team: TeamNode, day: date) -> Look | None:
    """Return what is noted when someone reads a unit; None for whoever is asked in it or below it."""
    relation = reads_as(viewer, team.id)
    if relation == "member":
        return None
    looked_as = LookedAs(relation)
    if looked_as is LookedAs.LEADER and team.id not in viewer.leads:
        looked_as = LookedAs.LEADER_ABOVE
    mark = mark_of(viewer.person_id, team.id, day)
    return Look(viewer.organisation_id, team.id, day, looked_as, mark)


async def comings_and_goings(
    session: AsyncSession, team_id: UUID, *, since: datetime
) -> list[tuple[datetime, int, int]]:
    """Return how many joined and how many left a team at each instant something changed, newest first."""
    joined = await session.scalars(
        select(Membership.since).where(Membership.team_id == team_id, Membership.since >= since)
    )
    left = await session.scalars(
        select(Membership.until).where(Membership.team_id == team_id, Membership.until >= since)
    )
    came, went = Counter(joined), Counter(at for at in left if at is not None)
    return [(at, came[at], went[at]) for at in sorted({*came, *went}, reverse=True)]
