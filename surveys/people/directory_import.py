"""Writing the plan of a directory import: all of it or, with the edge's transaction, nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.audit.actions import record, record_each
from surveys.database import Base
from surveys.errors import Invalid
from surveys.people.directory_plan import Plan, Stored, StoredRole
from surveys.people.groups import make_way, step_back
from surveys.people.models import (
    Leadership,
    Membership,
    Organisation,
    Person,
    Role,
    SignIn,
    SignInLink,
    Team,
)
from surveys.people.queries import directory_of

CHUNK = 5_000  # rows a statement, so that a large file is never held twice in memory
KEYS = 500  # keys in one condition

Key = TypeVar("Key", UUID, str)


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


async def apply_import(
    session: AsyncSession, organisation: Organisation, plan: Plan, *, now: datetime
) -> None:
    """Write everything a plan says, or nothing. Moves, departures and roles are audited one by one.

    Args:
        session: the edge's; it has to be the one that read what the plan was made from.
        organisation: whose people they are.
        plan: as `directory_plan.plan_import` made it.
        now: when moves take effect, aware UTC. Waves that are open keep their rosters.

    Raises:
        Invalid: the plan has problems.
    """
    if plan.problems:
        raise Invalid("This file has problems and was not imported.")
    if plan.is_empty:
        return
    await make_way(session, organisation.id, [name for name, _ in plan.new_teams], now=now)
    teams = await _write_teams(session, organisation.id, plan)
    people = await _write_people(session, organisation.id, plan)
    for some in _chunks(plan.reactivated):
        await step_back(session, some, now=now)
    await _write_memberships(session, plan, teams, people, now)
    await _write_leaders(session, plan, teams, people)
    await _write_roles(session, organisation.id, plan, teams, people)
    await _end_sign_ins(session, plan.deactivated)
    await _audit_import(session, organisation.id, plan, teams, people, now=now)


async def _write_teams(session: AsyncSession, organisation_id: UUID, plan: Plan) -> dict[str, UUID]:
    """Write new and moved teams; return every team of the organisation by name."""
    directory = await directory_of(session, organisation_id)
    teams = {team.name: team.id for team in directory.teams.values()}
    teams |= {name: uuid4() for name, _ in plan.new_teams}
    await _insert(
        session,
        Team,
        (
            {
                "id": teams[name],
                "organisation_id": organisation_id,
                "name": name,
                "parent_id": teams[parent] if parent else None,
            }
            for name, parent in plan.new_teams
        ),
    )
    for name, parent in plan.moved_teams.items():
        moved = update(Team).where(Team.id == teams[name])
        await session.execute(moved.values(parent_id=teams[parent] if parent else None))
    return teams


async def _write_people(session: AsyncSession, organisation_id: UUID, plan: Plan) -> dict[str, UUID]:
    """Write new and changed people; return the ids of everybody by address."""
    freed = [change.person_id for change in plan.changed if "slack_id" in change.fields]
    for some in _chunks(freed):  # first all, so that two people can swap their ids
        await session.execute(update(Person).where(Person.id.in_(some)).values(slack_id=None))
    for change in plan.changed:
        await session.execute(update(Person).where(Person.id == change.person_id).values(**change.fields))
    for some in _chunks(plan.deactivated):
        await session.execute(update(Person).where(Person.id.in_(some)).values(active=False))
    ids = {draft.email: uuid4() for draft in plan.added}
    await _insert(
        session,
        Person,
        (
            {
                "id": ids[draft.email],
                "organisation_id": organisation_id,
                "email": draft.email,
                "name": draft.name,
                "zone": draft.zone,
                "country": draft.country,
                "locale": draft.locale,
                "slack_id": draft.slack_id,
                "active": True,
            }
            for draft in plan.added
        ),
    )
    wanted = {email for _, email in plan.leaders_added} | {email for email, _, _ in plan.roles_added}
    for addresses in _chunks(sorted(wanted - set(ids))):
        known = await session.execute(
            select(Person.email, Person.id).where(
                Person.organisation_id == organisation_id, Person.email.in_(addresses)
            )
        )
        ids |= {row[0]: row[1] for row in known}
    return ids


async def _write_memberships(
    session: AsyncSession, plan: Plan, teams: Mapping[str, UUID], people: Mapping[str, UUID], now: datetime
) -> None:
    """End what ended and begin what begins; who stays where they are is not written at all."""
    ended = [*plan.deactivated, *(move.person_id for move in plan.moved if move.from_team)]
    for some in _chunks(ended):
        current = update(Membership).where(Membership.person_id.in_(some), Membership.until.is_(None))
        await session.execute(current.values(until=now))
    begun = [(people[draft.email], draft.team) for draft in plan.added if draft.team]
    begun += [(move.person_id, move.to_team) for move in plan.moved if move.to_team]
    await _insert(
        session,
        Membership,
        (
            {"id": uuid4(), "person_id": person_id, "team_id": teams[team], "since": now, "until": None}
            for person_id, team in begun
        ),
    )


async def _write_leaders(
    session: AsyncSession, plan: Plan, teams: Mapping[str, UUID], people: Mapping[str, UUID]
) -> None:
    for team_id, person_id in plan.leaders_removed:
        await session.execute(delete(Leadership).filter_by(team_id=team_id, person_id=person_id))
    rows = ({"team_id": teams[team], "person_id": people[email]} for team, email in plan.leaders_added)
    await _insert(session, Leadership, rows)


async def _write_roles(
    session: AsyncSession,
    organisation_id: UUID,
    plan: Plan,
    teams: Mapping[str, UUID],
    people: Mapping[str, UUID],
) -> None:
    for some in _chunks([role.id for role in plan.roles_removed]):
        await session.execute(delete(Role).where(Role.id.in_(some)))
    await _insert(
        session,
        Role,
        (
            {
                "id": uuid4(),
                "organisation_id": organisation_id,
                "person_id": people[email],
                "kind": kind,
                "team_id": teams[team] if team else None,
            }
            for email, kind, team in plan.roles_added
        ),
    )


async def _end_sign_ins(session: AsyncSession, person_ids: Sequence[UUID]) -> None:
    for some in _chunks(person_ids):
        await session.execute(delete(SignIn).where(SignIn.person_id.in_(some)))
        await session.execute(delete(SignInLink).where(SignInLink.person_id.in_(some)))


async def _audit_import(
    session: AsyncSession,
    organisation_id: UUID,
    plan: Plan,
    teams: Mapping[str, UUID],
    people: Mapping[str, UUID],
    *,
    now: datetime,
) -> None:
    """Note who moved, left or got a role; without an actor, because a shell has no person."""
    for action, subjects in _changes(plan, teams, people).items():
        await record_each(
            session, organisation_id=organisation_id, action=action, now=now, subjects=subjects
        )
    await record(
        session,
        organisation_id=organisation_id,
        action="people.imported",
        now=now,
        details=plan.counts(),
    )


def _changes(
    plan: Plan, teams: Mapping[str, UUID], people: Mapping[str, UUID]
) -> dict[str, Iterable[tuple[str, Mapping[str, object] | None]]]:
    """Return whom each kind of change concerns, with what is noted of it."""
    return {
        "person.moved": (
            (
                f"person:{move.person_id}",
                {"from": _text(move.from_team), "to": _text(teams.get(move.to_team or ""))},
            )
            for move in plan.moved
        ),
        "person.deactivated": ((f"person:{person_id}", None) for person_id in plan.deactivated),
        "role.granted": (
            (f"person:{people[email]}", {"kind": kind, "team": _text(teams.get(team or ""))})
            for email, kind, team in plan.roles_added
        ),
        "role.withdrawn": (
            (f"person:{role.person_id}", {"kind": role.kind, "team": _text(role.team_id)})
            for role in plan.roles_removed
        ),
    }


def _text(team_id: UUID | None) -> str | None:
    return str(team_id) if team_id else None


def _chunks(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    for start in range(0, len(keys), KEYS):
        yield keys[start : start + KEYS]


async def _insert(session: AsyncSession, model: type[Base], rows: Iterable[dict[str, Any]]) -> None:
    waiting = iter(rows)
    while some := list(islice(waiting, CHUNK)):
        await session.execute(insert(model), some)
