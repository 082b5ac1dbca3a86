"""What can be asked about people: the directory, a branch of it, and who somebody is."""

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from surveys.errors import Missing
from surveys.people.directory_plan import Stored, StoredRole
from surveys.people.models import (
    Installation,
    Leadership,
    Membership,
    Organisation,
    Person,
    Role,
    RoleKind,
    SignIn,
    Team,
)
from surveys.people.rules import Directory, Somebody, TeamNode, Viewer

Rows = Select[*tuple[Any, ...]]


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
    teams = await _teams(session, _team_rows().where(Team.organisation_id == organisation_id))
    people = await session.execute(
        person_rows().where(Person.organisation_id == organisation_id).order_by(Person.id)
    )
    leaders = await session.execute(
        _leader_rows().join(Team).where(Team.organisation_id == organisation_id)
    )
    return Directory(
        organisation_id=organisation_id,
        teams=teams,
        people={row[0]: Somebody(*row) for row in people},
        leaders=_by_team((row[0], row[1]) for row in leaders),
        zone=organisation.zone,
        country=organisation.country,
    )


async def branch_of(session: AsyncSession, team_id: UUID) -> Directory:
    """Return one team with its ancestors and their leaders: the directory that `may_read` needs.

    Its cost grows with the depth of the tree and not with the size of the organisation.

    Raises:
        Missing: there is no such team.
    """
    found = await session.execute(
        select(Organisation.id, Organisation.zone, Organisation.country)
        .join(Team, Team.organisation_id == Organisation.id)
        .where(Team.id == team_id)
    )
    organisation = found.one_or_none()
    if organisation is None:
        raise Missing("This team does not exist.")
    teams = await with_ancestors(session, [team_id])
    leading = (
        await session.execute(
            person_rows()
            .add_columns(Leadership.team_id)
            .join(Leadership, Leadership.person_id == Person.id)
            .where(Leadership.team_id.in_(teams), Person.active)
            .order_by(Leadership.team_id, Person.name, Person.id)
        )
    ).all()
    return Directory(
        organisation_id=organisation.id,
        teams=teams,
        people={row[0]: Somebody(*row[:-1]) for row in leading},
        leaders=_by_team((row[-1], row[0]) for row in leading),
        zone=organisation.zone,
        country=organisation.country,
    )


async def viewer_by_sign_in(session: AsyncSession, token: str, *, now: datetime) -> Viewer | None:
    """Return who is signed in with this session token, or None where nobody is any more."""
    signed_in = select(SignIn.person_id).where(
        SignIn.token_hash == token_digest(token), SignIn.expires_at > now
    )
    return await _viewer(session, Person.id == signed_in.scalar_subquery())


async def viewer_by_slack(session: AsyncSession, slack_id: str) -> Viewer | None:
    """Return the active person with this Slack id, or None.

    Two organisations of one database can know the same id only in different workspaces; a session
    limited to one organisation then finds the right one, and any other finds nobody.
    """
    return await _viewer(session, Person.slack_id == slack_id)


async def viewer_of(session: AsyncSession, person_id: UUID) -> Viewer:
    """Return what decides what one active person may read.

    Raises:
        Missing: the person does not exist or is not active.
    """
    viewer = await _viewer(session, Person.id == person_id)
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


async def stored_directory(session: AsyncSession, organisation: Organisation) -> Stored:
    """Return everything about an organisation's people that an import compares itself with."""
    leaders = await session.execute(
        select(Leadership.team_id, Leadership.person_id)
        .join(Team, Team.id == Leadership.team_id)
        .where(Team.organisation_id == organisation.id)
    )
    roles = await session.execute(
        select(Role.id, Role.person_id, Role.kind, Role.team_id).where(
            Role.organisation_id == organisation.id
        )
    )
    return Stored(
        directory=await directory_of(session, organisation.id),
        leaders=frozenset((row[0], row[1]) for row in leaders),
        roles=[StoredRole(row[0], row[1], row[2], row[3]) for row in roles],
        locale=organisation.locale,
    )


async def _viewer(session: AsyncSession, who: ColumnElement[bool]) -> Viewer | None:
    """Return the one active person of whom this is true, or None where there is none or are several."""
    statement = person_rows().add_columns(Person.organisation_id).where(who)
    found = (await session.execute(statement.limit(2))).all()
    if len(found) != 1 or not found[0].active:
        return None
    *columns, organisation_id = found[0]
    person = Somebody(*columns)
    leads = frozenset(
        await session.scalars(select(Leadership.team_id).where(Leadership.person_id == person.id))
    )
    roles = (
        await session.execute(select(Role.kind, Role.team_id).where(Role.person_id == person.id))
    ).all()
    kinds = {role.kind for role in roles}
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
        granted=frozenset(role.team_id for role in roles if role.team_id is not None),
        leads=leads,
        unit=unit,
        above=frozenset(small.ancestors(unit)) if unit else frozenset(),
        is_ombudsperson=RoleKind.OMBUDSPERSON in kinds,
    )


def _team_rows() -> Rows:
    return select(Team.id, Team.name, Team.parent_id, Team.zone, Team.country)


def person_rows() -> Rows:
    """Columns in the order of `Somebody`, with the membership that has not ended."""
    return select(
        Person.id,
        Person.email,
        Person.name,
        Person.zone,
        Person.country,
        Person.locale,
        Person.slack_id,
        Person.active,
        Membership.team_id,
        Membership.since,
    ).outerjoin(Membership, (Membership.person_id == Person.id) & Membership.until.is_(None))


def _leader_rows() -> Select[UUID, UUID]:
    """Team and leader, the active ones only: who left leads nothing."""
    return (
        select(Leadership.team_id, Leadership.person_id)
        .join(Person, (Person.id == Leadership.person_id) & Person.active)
        .order_by(Leadership.team_id, Person.name, Person.id)
    )


async def _teams(session: AsyncSession, statement: Rows) -> dict[UUID, TeamNode]:
    return {row[0]: TeamNode(*row) for row in await session.execute(statement.order_by(Team.name, Team.id))}


async def with_ancestors(session: AsyncSession, team_ids: Collection[UUID]) -> dict[UUID, TeamNode]:
    """Return these teams and all above them."""
    found = await session.execute(_upward(), {"team_ids": list(team_ids)})
    return {row[0]: TeamNode(*row) for row in found}


@cache  # every page asks this, and putting it together costs more than what the database does
def _upward() -> Rows:
    lowest = Team.id.in_(bindparam("team_ids", expanding=True))
    below = select(Team.id, Team.parent_id).where(lowest).cte("upward", recursive=True)
    upper = aliased(Team)
    # UNION drops what was seen already, so even a damaged tree ends.
    upward = below.union(select(upper.id, upper.parent_id).join(below, upper.id == below.c.parent_id))
    return _team_rows().where(Team.id.in_(select(upward.c.id))).order_by(Team.name, Team.id)


def _by_team(rows: Iterable[tuple[UUID, UUID]]) -> dict[UUID, tuple[UUID, ...]]:
    found: dict[UUID, tuple[UUID, ...]] = {}
    for team_id, person_id in rows:
        found[team_id] = (*found.get(team_id, ()), person_id)
    return found


async def teams_around(session: AsyncSession, viewer: Viewer, *, leaders_read_below: bool) -> Directory:
    """Return the units someone could be shown, with all their ancestors and without people.

    Only those who read far (HR, viewers, leaders where they may open pages below) cost the whole tree.
    """
    reads_far = viewer.is_hr or viewer.granted or (leaders_read_below and viewer.leads)
    if reads_far:
        teams = await _teams(session, _team_rows().where(Team.organisation_id == viewer.organisation_id))
    else:
        near = viewer.leads | ({viewer.unit} if viewer.unit else set())
        teams = await with_ancestors(session, near) if near else {}
    return Directory(organisation_id=viewer.organisation_id, teams=teams, people={}, leaders={})
