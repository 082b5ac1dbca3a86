"""What can be asked about people: the directory, a branch of it, and who somebody is."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.errors import Missing, no_such_team
from surveys.people.models import (
    Installation,
    Leadership,
    Membership,
    Organisation,
    Person,
    RoleKind,
    Team,
)
from surveys.people.rules import Directory, Members, Outline, Somebody, TeamNode, Viewer, reads_far
from surveys.people.statements import (
    IS_MEMBER,
    SOMEBODY,
    TEAM_NODE,
    Rows,
    branch,
    branch_of_group,
    known_in_slack,
    person_rows,
    signed_in,
    team_rows,
    upward,
    where_people_are,
    with_this_id,
)


def token_digest(token: str) -> bytes:
    """Return what the database keeps of a token: its SHA-256."""
    return sha256(token.encode()).digest()


async def installation_of(session: AsyncSession) -> UUID:
    """Return the random id of this database, which its key folder carries too.

    Raises:
        Missing: somebody has emptied the table.
    """
    found = await session.scalar(select(Installation.id).limit(1))
    if found is None:
        raise Missing("This database has no id of its own any more. Run `kept migrate --keys take`.")
    return found


async def place_of(session: AsyncSession, person_id: UUID) -> tuple[str, str | None]:
    """Return where somebody is: an IANA zone, and the country whose public holidays they have."""
    zone, country = (await session.execute(where_people_are().where(Person.id == person_id))).one()
    return zone, country


async def the_organisation(session: AsyncSession) -> Organisation:
    """Return the one organisation of this installation.

    Raises:
        Missing: there is none yet, or there are several and one has to be named.
    """
    found = (await session.scalars(select(Organisation).limit(2))).all()
    if not found:
        raise Missing("There is no organisation yet; import people first.")
    if len(found) > 1:
        raise Missing("There are several organisations; say which one is meant.")
    return found[0]


async def has_organisation(session: AsyncSession) -> bool:
    """Return whether anybody was imported into this installation yet."""
    return await session.scalar(select(Organisation.id).limit(1)) is not None


async def directory_of(session: AsyncSession, organisation_id: UUID) -> Directory:
    """Return the whole tree with its people: four queries, time and memory linear in the people."""
    organisation = await session.get(Organisation, organisation_id)
    if organisation is None:
        raise Missing("This organisation does not exist.")
    return await _directory(session, organisation, person_rows())


async def outline_of(session: AsyncSession, organisation_id: UUID) -> Outline:
    """Return the whole tree with leaders and people without a team, and of all others how many there are.

    Of a hundred thousand people this is a tenth, and the database counts the rest.
    """
    organisation = await session.get_one(Organisation, organisation_id)
    leads = Person.id.in_(select(Leadership.person_id))
    by_name = person_rows().where(Person.active, leads | Membership.team_id.is_(None))
    counted = await session.execute(
        select(Membership.team_id, Person.active, func.count(), func.count(Person.slack_id))
        .join(Person, IS_MEMBER)
        .where(Person.organisation_id == organisation_id, ~leads | ~Person.active)
        .group_by(Membership.team_id, Person.active)
    )
    members, inactive = dict[UUID, Members](), dict[UUID, int]()
    for team_id, active, people, in_slack in counted:
        if active:
            members[team_id] = Members(people, people - in_slack)
        else:
            inactive[team_id] = people
    return Outline(await _directory(session, organisation, by_name), members, inactive)


async def _directory(session: AsyncSession, organisation: Organisation, persons: Rows) -> Directory:
    organisation_id = organisation.id
    teams = await _teams(session, team_rows().where(Team.organisation_id == organisation_id))
    people = await session.execute(
        persons.where(Person.organisation_id == organisation_id).order_by(Person.id)
    )
    # The active ones only: who left leads nothing. Joined to teams as well, SQLite would try every person
    # with every team.
    leaders = await session.execute(
        select(Leadership.team_id, Leadership.person_id)
        .join(Person, (Person.id == Leadership.person_id) & Person.active)
        .where(Person.organisation_id == organisation_id)
        .order_by(Leadership.team_id, Person.name, Person.id)
    )
    return Directory(
        organisation_id=organisation_id,
        teams=teams,
        people={row[0]: Somebody(*row) for row in people},
        leaders=_by_team((row[0], row[1]) for row in leaders if row[0] in teams),
        zone=organisation.zone,
        country=organisation.country,
    )


async def branch_of(session: AsyncSession, team_id: UUID) -> Directory:
    """Return one team with its ancestors and their leaders: the directory that `may_read` needs.

    A working group is alone in its branch, with who leads it. The cost grows with the depth of the tree
    and not with the size of the organisation.

    Raises:
        Missing: there is no such team.
    """
    found = (await session.execute(branch(), {"team_ids": [team_id]})).all()
    if not found:
        found = (await session.execute(branch_of_group(), {"team_id": team_id})).all()
    if not found:
        raise no_such_team()
    teams, people = dict[UUID, TeamNode](), dict[UUID, Somebody]()
    leading: list[tuple[UUID, UUID]] = []
    for row in found:
        team, somebody = row[: len(TEAM_NODE)], row[len(TEAM_NODE) : -3]
        teams[team[0]] = TeamNode(*team)
        if somebody[0] is not None:
            people[somebody[0]] = Somebody(*somebody)
            leading.append((team[0], somebody[0]))
    organisation_id, zone, country = found[0][-3:]
    return Directory(organisation_id, teams, people, _by_team(leading), zone, country)


async def viewer_by_sign_in(session: AsyncSession, token: str, *, now: datetime) -> Viewer | None:
    """Return who is signed in with this session token, or None where nobody is any more."""
    return await _viewer(session, signed_in(), {"token_hash": token_digest(token), "now": now})


async def viewer_by_slack(session: AsyncSession, slack_id: str) -> Viewer | None:
    """Return the active person with this Slack id, or None.

    Two organisations of one database can know the same id only in different workspaces; a session
    limited to one organisation then finds the right one, and any other finds nobody.
    """
    return await _viewer(session, known_in_slack(), {"slack_id": slack_id})


async def viewer_of(session: AsyncSession, person_id: UUID) -> Viewer:
    """Return what decides what one active person may read.

    Raises:
        Missing: the person does not exist or is not active.
    """
    viewer = await _viewer(session, with_this_id(), {"person_id": person_id})
    if viewer is None:
        raise Missing("This person does not exist here.")
    return viewer


async def person_by_email(
    session: AsyncSession, email: str, *, even_inactive: bool = False
) -> Person | None:
    """Return the person with this address, in any spelling of its letters, or None; active unless said."""
    found = select(Person).where(Person.email == email.strip().lower()).limit(2)
    if not even_inactive:
        found = found.where(Person.active)
    people = (await session.scalars(found)).all()
    return people[0] if len(people) == 1 else None


async def _viewer(session: AsyncSession, who: Rows, values: Mapping[str, object]) -> Viewer | None:
    """Return the one active person who is found so, or None where there is none or are several."""
    found = (await session.execute(who, values)).all()
    if len({row.id for row in found}) != 1 or not found[0].active:
        return None
    columns, organisation_id = found[0][: len(SOMEBODY)], found[0].organisation_id
    person = Somebody(*columns)
    leads = frozenset(row.leads for row in found if row.leads is not None)
    kinds = {row.role for row in found}
    starts = leads if person.team_id is None else leads | {person.team_id}
    small = Directory(
        organisation_id=organisation_id,
        teams=await with_ancestors(session, starts) if starts else {},
        people={person.id: person},
        leaders=dict.fromkeys(leads, (person.id,)),
    )
    unit = small.asked_in(person.id)
    return Viewer(
        person_id=person.id,
        organisation_id=organisation_id,
        name=person.name,
        email=person.email,
        zone=person.zone,
        locale=person.locale,
        slack_id=person.slack_id,
        is_hr=RoleKind.HR in kinds,
        granted=frozenset(row.granted for row in found if row.granted is not None),
        leads=leads,
        unit=unit,
        above=frozenset(small.ancestors(unit)) if unit else frozenset(),
        is_ombudsperson=RoleKind.OMBUDSPERSON in kinds,
        groups=frozenset(row.in_group for row in found if row.in_group is not None),
        leads_groups=frozenset(row.in_group for row in found if row.leads_group),
    )


async def _teams(session: AsyncSession, statement: Rows) -> dict[UUID, TeamNode]:
    return {row[0]: TeamNode(*row) for row in await session.execute(statement.order_by(Team.name, Team.id))}


async def with_ancestors(session: AsyncSession, team_ids: Collection[UUID]) -> dict[UUID, TeamNode]:
    """Return these units and all above them; a working group is none."""
    found = await session.execute(upward(), {"team_ids": list(team_ids)})
    return {row[0]: TeamNode(*row) for row in found}


def _by_team(rows: Iterable[tuple[UUID, UUID]]) -> dict[UUID, tuple[UUID, ...]]:
    found: dict[UUID, tuple[UUID, ...]] = {}
    for team_id, person_id in rows:
        found[team_id] = (*found.get(team_id, ()), person_id)
    return found


async def teams_around(session: AsyncSession, viewer: Viewer, *, leaders_read_below: bool) -> Directory:
    """Return the units someone could be shown, with all their ancestors and without people.

    Only those who read far cost the whole tree.
    """
    if not reads_far(viewer, leaders_read_below=leaders_read_below):
        return await teams_near(session, viewer)
    teams = await _teams(session, team_rows().where(Team.organisation_id == viewer.organisation_id))
    return Directory(organisation_id=viewer.organisation_id, teams=teams, people={}, leaders={})


async def teams_near(session: AsyncSession, viewer: Viewer, besides: Collection[UUID] = ()) -> Directory:
    """Return the units that someone leads or is asked in, and those named, with all above them."""
    near = viewer.leads | ({viewer.unit} if viewer.unit else set()) | set(besides)
    teams = await with_ancestors(session, near) if near else {}
    return Directory(organisation_id=viewer.organisation_id, teams=teams, people={}, leaders={})


async def has_more_units(session: AsyncSession, organisation_id: UUID, than: int) -> bool:
    """Return whether an organisation has more units than so many."""
    one_more = select(Team.id).where(Team.organisation_id == organisation_id).offset(than).limit(1)
    return await session.scalar(one_more) is not None
