"""Working groups as they are read: who is in one, who leads it, and whether it has ended."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.people.models import GroupMember, Person, WorkingGroup

PRESSED_TWICE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class GroupPerson:
    """Somebody in a working group."""

    id: UUID
    name: str
    leads: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class Group:
    """A working group with who is in it, those who lead it first. Inactive people are left out."""

    id: UUID
    organisation_id: UUID
    name: str
    ended_at: datetime | None
    people: Sequence[GroupPerson]

    @property
    def leaders(self) -> list[GroupPerson]:
        """Return who leads it."""
        return [one for one in self.people if one.leads]

    def led_by(self, person_id: UUID) -> bool:
        """Return whether somebody leads it."""
        return any(one.leads and one.id == person_id for one in self.people)


async def group_of(session: AsyncSession, team_id: UUID) -> Group | None:
    """Return a working group; None for anything else, such as a unit of the tree."""
    found = await _groups(session, WorkingGroup.id == team_id)
    return found[0] if found else None


async def groups_of(session: AsyncSession, person_id: UUID, *, ended: bool = False) -> list[Group]:
    """Return the groups somebody belongs to that run, or those that have ended, by name."""
    mine = select(GroupMember.team_id).where(GroupMember.person_id == person_id)
    these = WorkingGroup.ended_at.is_not(None) if ended else WorkingGroup.ended_at.is_(None)
    return await _groups(session, WorkingGroup.id.in_(mine) & these)


async def all_groups(session: AsyncSession, organisation_id: UUID) -> list[Group]:
    """Return every group of an organisation that has not ended, by name, with its people."""
    ours = WorkingGroup.organisation_id == organisation_id
    return await _groups(session, ours & WorkingGroup.ended_at.is_(None))


async def just_made(
    session: AsyncSession,
    organisation_id: UUID,
    *,
    name: str,
    leaders: Collection[str],
    others: Collection[str],
    now: datetime,
) -> UUID | None:
    """Return the group that the same form made a moment ago: its button was pressed twice.

    Args:
        session: the edge's.
        organisation_id: whose group it is.
        name: as it was typed.
        leaders: e-mail addresses of who was named to lead it, in small letters.
        others: the same of who else was named.
        now: aware UTC.
    """
    rows = await session.execute(
        select(GroupMember.team_id, Person.email, GroupMember.leads)
        .join(WorkingGroup, WorkingGroup.id == GroupMember.team_id)
        .join(Person, Person.id == GroupMember.person_id)
        .where(
            WorkingGroup.organisation_id == organisation_id,
            WorkingGroup.name == " ".join(name.split()),
            WorkingGroup.ended_at.is_(None),
            GroupMember.since > now - PRESSED_TWICE,
        )
    )
    there = rows.all()
    lead = {email for _, email, leads in there if leads}
    same = lead == set(leaders) and {email for _, email, _ in there} == {*leaders, *others}
    return there[0].team_id if there and same else None


async def _groups(session: AsyncSession, which: ColumnElement[bool]) -> list[Group]:
    groups = (await session.scalars(select(WorkingGroup).where(which))).all()
    people: dict[UUID, list[GroupPerson]] = {group.id: [] for group in groups}
    rows = await session.execute(
        select(GroupMember.team_id, Person.id, Person.name, GroupMember.leads, GroupMember.since)
        .join(Person, (Person.id == GroupMember.person_id) & Person.active)
        .where(GroupMember.team_id.in_(select(WorkingGroup.id).where(which)))
        .order_by(GroupMember.leads.desc(), Person.name, Person.id)
    )
    for team_id, person_id, name, leads, since in rows:
        people[team_id].append(GroupPerson(person_id, name, leads, since))
    by_name = sorted(groups, key=lambda group: (group.name.casefold(), group.id))
    return [
        Group(group.id, group.organisation_id, group.name, group.ended_at, people[group.id])
        for group in by_name
    ]
