"""Working groups: people of any teams who look back and promise together, outside the tree of units.

They make no figure and are never asked by a pulse. Ending one is in `surveys.commitments.groups`, because
its promises end with it.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.audit.actions import record
from surveys.errors import Conflict, Forbidden, Gone, Invalid, Missing, not_here
from surveys.people.models import GroupMember, Organisation, Person, TeamOrGroup, WorkingGroup
from surveys.people.rules import LEADERS_A_TEAM, Viewer, may_make_group
from surveys.texts import one_line

LONGEST_NAME = 80
MOST_MEMBERS = 60


class UnknownAddressesError(Invalid):
    """Nobody here has some of the addresses. `places` are theirs in `addresses_in`, from 0.

    The addresses themselves are not in the error, which may end in a log; whoever shows it has them.
    """

    def __init__(self, places: Sequence[int], *, field: str) -> None:
        self.places = places
        numbers = ", ".join(str(place + 1) for place in places)
        super().__init__(
            "Nobody here has address number {numbers}. Nothing was changed.", field=field, numbers=numbers
        )


def addresses_in(text: str) -> list[str]:
    """Return the e-mail addresses of a text, each once, apart by spaces, commas, semicolons or lines."""
    return [each for each in dict.fromkeys(re.split(r"[\s,;\0]+", text.lower())) if each]


async def make_group(
    session: AsyncSession, *, by: Viewer, name: str, leaders: str, others: str, now: datetime
) -> WorkingGroup:
    """Make a working group.

    Args:
        session: the edge's.
        by: who makes it. They belong to it only if they are among those named.
        name: one line; no team or group of the organisation has it.
        leaders: e-mail addresses of one or two who lead it, apart by spaces, commas or lines.
        others: the same of who else belongs to it.
        now: aware UTC.

    Raises:
        Forbidden: the person neither leads a unit nor is of HR.
        Invalid: no name or one that is taken, an address of nobody here, nobody or too many to lead it,
            or more people than look back together.
    """
    if not may_make_group(by):
        raise Forbidden("Who leads a team, and HR, can make a working group.")
    name = await _free_name(session, by.organisation_id, name)
    lead = await _people(session, by.organisation_id, leaders, field="leaders")
    if not 1 <= len(lead) <= LEADERS_A_TEAM:
        raise Invalid("Name one or two people who lead the group.", field="leaders")
    rest = [
        one for one in await _people(session, by.organisation_id, others, field="others") if one not in lead
    ]
    _require_room(len(lead) + len(rest))
    group = WorkingGroup(organisation_id=by.organisation_id, name=name)
    session.add(group)
    await session.flush()
    session.add_all(
        GroupMember(team_id=group.id, person_id=one, leads=one in lead, since=now) for one in [*lead, *rest]
    )
    await session.flush()
    await note(session, group, "made", by.person_id, now=now, people=len(lead) + len(rest))
    return group


async def rename_group(
    session: AsyncSession, team_id: UUID, *, by: Viewer, name: str, now: datetime
) -> None:
    """Give a working group another name; raises what `to_change` raises, and Invalid for a bad name."""
    group = await to_change(session, team_id, by)
    if " ".join(name.split()) != group.name:
        group.name = await _free_name(session, group.organisation_id, name)
        await note(session, group, "renamed", by.person_id, now=now)


async def add_members(
    session: AsyncSession, team_id: UUID, *, by: Viewer, addresses: str, now: datetime
) -> list[UUID]:
    """Let more people belong to a group; return those who are new. Who is in it already stays as they are.

    Raises:
        Invalid: no address, one of nobody here, or more people than look back together.
        Missing, Forbidden, Gone: as `to_change`.
    """
    group = await to_change(session, team_id, by)
    wanted = await _people(session, group.organisation_id, addresses, field="others")
    if not wanted:
        raise Invalid("Write at least one e-mail address.", field="others")
    known = set(await session.scalars(select(GroupMember.person_id).where(GroupMember.team_id == group.id)))
    new = [one for one in wanted if one not in known]
    _require_room(len(known) + len(new))
    session.add_all(GroupMember(team_id=group.id, person_id=one, leads=False, since=now) for one in new)
    await session.flush()
    if new:
        await note(session, group, "joined", by.person_id, now=now, people=len(new))
    return new


async def set_leading(
    session: AsyncSession, team_id: UUID, *, by: Viewer, person_id: UUID, leads: bool, now: datetime
) -> None:
    """Let a member lead the group, or not any more. Somebody always does, and never more than two.

    Raises:
        Conflict: two lead it already, or nobody else does.
        Missing, Forbidden, Gone: as `to_change`; Missing too for who is not in the group.
    """
    group = await to_change(session, team_id, by)
    member = await _member(session, team_id, person_id)
    if member.leads == leads:
        return
    others = await _leading_besides(session, team_id, person_id)
    if leads and len(others) >= LEADERS_A_TEAM:
        raise Conflict("Two lead this group already. Let one of them stop first.")
    if not leads and not others:
        raise Conflict("Let somebody else lead the group first, or end it.")
    member.leads = leads
    await note(session, group, "led", by.person_id, now=now)


async def leave_group(
    session: AsyncSession, team_id: UUID, *, by: Viewer, person_id: UUID, now: datetime
) -> None:
    """Take somebody out of a group. Everybody may leave; who leads it, and HR, take out others.

    Boards they took part in stay open to them, and promises they made keep their name.

    Raises:
        Conflict: nobody else leads the group.
        Missing, Forbidden, Gone: as `to_change`; Missing too for who is not in the group.
    """
    group = await to_change(session, team_id, by, even_for=person_id)
    member = await _member(session, team_id, person_id)
    if member.leads and not await _leading_besides(session, team_id, person_id):
        raise Conflict("Let somebody else lead the group first, or end it.")
    await session.delete(member)
    await session.flush()
    await note(session, group, "left", by.person_id, now=now)


async def step_back(session: AsyncSession, returned: Sequence[UUID], *, now: datetime) -> None:
    """Let people who came back lead no group that two others lead by now; they belong to it as before."""
    groups = await session.execute(
        select(WorkingGroup, GroupMember)
        .join(GroupMember, GroupMember.team_id == WorkingGroup.id)
        .where(GroupMember.person_id.in_(returned), GroupMember.leads, WorkingGroup.ended_at.is_(None))
        .order_by(GroupMember.since, GroupMember.person_id)
    )
    for group, member in groups.all():
        if len(await _leading_besides(session, group.id, member.person_id)) >= LEADERS_A_TEAM:
            member.leads = False
            await session.flush()
            await note(session, group, "led", None, now=now)


async def to_change(
    session: AsyncSession, team_id: UUID, by: Viewer, *, even_for: UUID | None = None
) -> WorkingGroup:
    """Return a working group, locked, to whoever may change it: who leads it, and HR.

    Args:
        session: the edge's.
        team_id: which.
        by: who wants to.
        even_for: a member who may do this for themselves.

    Raises:
        Missing: there is no such group, or this person has nothing to do with it; both read alike.
        Forbidden: the person belongs to it and does not lead it.
        Gone: it has ended.
    """
    group = await session.get(WorkingGroup, team_id, with_for_update=True, populate_existing=True)
    known = group is not None and group.organisation_id == by.organisation_id
    if group is None or not known or not (by.is_hr or team_id in by.groups):
        raise not_here()
    if group.ended_at is not None:
        raise Gone("This working group has ended. What it promised and looked back on stays to be read.")
    if not (by.is_hr or team_id in by.leads_groups or even_for == by.person_id):
        raise Forbidden("Only whoever leads this working group, and HR, can do that.")
    return group


async def make_way(
    session: AsyncSession, organisation_id: UUID, names: Sequence[str], *, now: datetime
) -> None:
    """Rename the groups whose names an import needs for units of the tree: the directory comes first."""
    groups = await session.scalars(
        select(WorkingGroup).where(WorkingGroup.organisation_id == organisation_id)
    )
    in_the_way = [group for group in groups if group.name in set(names)]
    if not in_the_way:
        return
    known = select(TeamOrGroup.name).where(TeamOrGroup.organisation_id == organisation_id)
    taken = {*await session.scalars(known), *names}
    for group in in_the_way:
        group.name = next(
            name
            for number in range(1, len(taken) + 2)
            if (name := f"{group.name} (group {number})" if number > 1 else f"{group.name} (group)")
            not in taken
        )
        taken.add(group.name)
        await note(session, group, "renamed", None, now=now)
    await session.flush()


async def note(
    session: AsyncSession,
    group: WorkingGroup,
    what: str,
    by: UUID | None,
    *,
    now: datetime,
    people: int | None = None,
) -> None:
    """Write into the record that a group was changed, never who is in it; `by` is None for the shell."""
    await record(
        session,
        organisation_id=group.organisation_id,
        action=f"group.{what}",
        now=now,
        actor_id=by,
        subject=f"group:{group.id}",
        details=None if people is None else {"people": people},
    )


async def _free_name(session: AsyncSession, organisation_id: UUID, name: str) -> str:
    name = one_line(" ".join(name.split()), field="name", longest=LONGEST_NAME)
    # Two who give the same name at the same moment come one after the other.
    await session.get_one(Organisation, organisation_id, with_for_update={"key_share": True})
    same = select(TeamOrGroup.id).where(
        TeamOrGroup.organisation_id == organisation_id, TeamOrGroup.name == name
    )
    if await session.scalar(same.limit(1)) is not None:
        raise Invalid("A team or a group has this name already. Choose another one.", field="name")
    return name


async def _people(session: AsyncSession, organisation_id: UUID, text: str, *, field: str) -> list[UUID]:
    """Return the active people behind some addresses, each once, in their order."""
    wanted = addresses_in(text)
    _require_room(len(wanted), field=field)
    rows = await session.execute(
        select(Person.email, Person.id).where(
            Person.organisation_id == organisation_id, Person.active, Person.email.in_(wanted)
        )
    )
    known = {row[0]: row[1] for row in rows}
    unknown = [place for place, address in enumerate(wanted) if address not in known]
    if unknown:
        raise UnknownAddressesError(unknown, field=field)
    return [known[address] for address in wanted]


def _require_room(people: int, *, field: str = "others") -> None:
    if people > MOST_MEMBERS:
        raise Invalid("At most {most} people belong to a group.", field=field, most=MOST_MEMBERS)


async def _member(session: AsyncSession, team_id: UUID, person_id: UUID) -> GroupMember:
    member = await session.get(GroupMember, (team_id, person_id))
    if member is None:
        raise Missing("This person is not in the group.")
    return member


async def _leading_besides(session: AsyncSession, team_id: UUID, person_id: UUID) -> list[UUID]:
    found = await session.scalars(
        select(GroupMember.person_id)
        .join(Person, (Person.id == GroupMember.person_id) & Person.active)
        .where(GroupMember.team_id == team_id, GroupMember.person_id != person_id, GroupMember.leads)
    )
    return list(found)
