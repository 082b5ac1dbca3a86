"""Who may act in the loop of a team, and what every such action looks up first."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.commitments.models import Absence, Commitment, CommitmentState
from surveys.errors import Conflict, Gone, Missing, no_such_promise, no_such_team, only_for_leaders
from surveys.people.belonging import leads_there
from surveys.people.models import GroupMember, Leadership, Membership, Person, Team, TeamOrGroup
from surveys.people.queries import branch_of
from surveys.waves.models import Wave, WaveState, WaveUnit


async def led_by(session: AsyncSession, team_id: UUID, person_id: UUID, *, now: datetime) -> UUID:
    """Return the organisation of a team or group that the person leads, or acts in for an absent leader.

    Raises:
        Missing: there is no such team.
        Forbidden: the person does neither.
    """
    team = await session.get(TeamOrGroup, team_id)
    if team is None:
        raise no_such_team()
    person = await session.get(Person, person_id)
    leads = await session.scalar(select(leads_there(team_id, person_id)))
    if (
        person is None
        or not person.active
        or not (leads or await stands_in(session, team_id, person_id, now=now))
    ):
        raise only_for_leaders()
    return team.organisation_id


async def published(session: AsyncSession, wave_id: UUID, team_id: UUID, *, now: datetime) -> Wave:
    """Return a wave whose results a team's leader can read.

    Raises:
        Missing: the team was not asked in it.
        Conflict: its results are not out.
    """
    wave = await session.get(Wave, wave_id)
    if wave is None or await session.get(WaveUnit, (wave_id, team_id)) is None:
        raise Missing("This team was not asked in this pulse.")
    if wave.state is not WaveState.PUBLISHED or wave.leaders_see_at is None or wave.leaders_see_at > now:
        raise Conflict("The results of this pulse are not out yet.")
    return wave


async def wave_of_leader(
    session: AsyncSession, wave_id: UUID, team_id: UUID, person_id: UUID, *, now: datetime
) -> Wave:
    """Return the same for somebody who may act there; raises what both do."""
    await led_by(session, team_id, person_id, now=now)
    return await published(session, wave_id, team_id, now=now)


async def leads_themselves(session: AsyncSession, team_id: UUID, person_id: UUID) -> UUID:
    """Return the organisation of a unit that the person leads; whoever acts for its leader does not.

    Raises:
        Missing: there is no such unit.
        Forbidden: the person does not lead it.
    """
    team = await session.get(Team, team_id)
    if team is None:
        raise no_such_team()
    if await session.get(Leadership, (team_id, person_id)) is None:
        raise only_for_leaders()
    return team.organisation_id


async def promise_of(
    session: AsyncSession, commitment_id: UUID, person_id: UUID, *, now: datetime
) -> Commitment:
    """Return a promise to somebody who may change it.

    Raises:
        Missing: there is no such promise.
        Forbidden: it is not theirs, nor their team's.
    """
    promise = await session.get(Commitment, commitment_id)
    if promise is None:
        raise no_such_promise()
    if promise.step_id is None or promise.owner_id != person_id:  # a step is its owner's too
        await led_by(session, promise.team_id, person_id, now=now)
    return promise


async def open_promise_of(
    session: AsyncSession, commitment_id: UUID, person_id: UUID, *, now: datetime
) -> Commitment:
    """Return the same while it is open.

    Raises:
        Gone: it is done or withdrawn; and what `promise_of` raises.
    """
    promise = await promise_of(session, commitment_id, person_id, now=now)
    if promise.state is not CommitmentState.OPEN:
        raise Gone("This promise is not open any more.")
    return promise


async def stands_in(session: AsyncSession, team_id: UUID, person_id: UUID, *, now: datetime) -> bool:
    """Return whether somebody acts for an absent leader of a team at this moment.

    The absent one has to lead the team still: with a new leader the old stand-in is over.
    """
    found = (
        select(Absence.id)
        .join(
            Leadership,
            (Leadership.team_id == Absence.team_id) & (Leadership.person_id == Absence.person_id),
        )
        .where(
            Absence.team_id == team_id,
            Absence.stand_in_id == person_id,
            Absence.since <= now,
            Absence.until > now,
        )
        .limit(1)
    )
    return await session.scalar(found) is not None


async def owns_step(session: AsyncSession, team_id: UUID, promise_id: UUID, person_id: UUID) -> bool:
    """Return whether somebody took this promise on in a retrospective of the team."""
    promise = await session.get(Commitment, promise_id)
    return (
        promise is not None
        and (promise.team_id, promise.owner_id) == (team_id, person_id)
        and (promise.step_id is not None)
    )


async def acts_in(session: AsyncSession, person_id: UUID, *, now: datetime) -> list[UUID]:
    """Return the teams in which somebody acts for an absent leader at this moment."""
    found = await session.scalars(
        select(Absence.team_id)
        .join(
            Leadership,
            (Leadership.team_id == Absence.team_id) & (Leadership.person_id == Absence.person_id),
        )
        .where(Absence.stand_in_id == person_id, Absence.since <= now, Absence.until > now)
        .distinct()
        .order_by(Absence.team_id)
    )
    return list(found)


async def acting_owner(session: AsyncSession, promise: Commitment, *, now: datetime) -> UUID:
    """Return who looks after a promise at this moment: its owner, or who stands in for them there."""
    found = await session.scalar(
        select(Absence.stand_in_id)
        .join(
            Leadership,
            (Leadership.team_id == Absence.team_id) & (Leadership.person_id == Absence.person_id),
        )
        .join(Person, (Person.id == Absence.stand_in_id) & Person.active)
        .where(
            Absence.team_id == promise.team_id,
            Absence.person_id == promise.owner_id,
            Absence.since <= now,
            Absence.until > now,
        )
        .order_by(Absence.since.desc())
        .limit(1)
    )
    return found or promise.owner_id


async def zone_of(session: AsyncSession, team_id: UUID) -> str:
    """Return the IANA zone in which the dates of a team are counted."""
    return (await branch_of(session, team_id)).team_zone(team_id)


async def names_around(session: AsyncSession, team_id: UUID) -> list[str]:
    """Return the names of who belongs to a team or group, leads it, or leads a team right below it."""
    belongs = select(Membership.person_id).where(Membership.team_id == team_id, Membership.until.is_(None))
    leads = (
        select(Leadership.person_id)
        .join(Team, Team.id == Leadership.team_id)
        .where(or_(Team.id == team_id, Team.parent_id == team_id))
    )
    group = select(GroupMember.person_id).where(GroupMember.team_id == team_id)
    around = Person.id.in_(union(belongs, leads, group))
    return list(await session.scalars(select(Person.name).where(Person.active, around)))
