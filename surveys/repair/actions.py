"""What leader and team do with a repair plan: propose, agree, promise, look, end."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.commitments.actions import commit
from surveys.commitments.leading import leads_themselves, names_around
from surveys.commitments.models import Commitment
from surveys.commitments.texts import refuse_names
from surveys.errors import Conflict, Forbidden, Invalid, Missing
from surveys.people.models import Leadership, Membership
from surveys.repair import rules
from surveys.repair.models import LookWord, RepairLook, RepairPlan, RepairPromise
from surveys.repair.queries import cycles_since, plan_now
from surveys.texts import one_line


async def propose_repair(
    session: AsyncSession,
    *,
    team_id: UUID,
    person_id: UUID,
    what: str,
    leader_needs: str,
    team_needs: str,
    now: datetime,
) -> RepairPlan:
    """Propose a plan to the team. Proposing is the leader's agreement.

    Raises:
        Invalid: a part is empty, too long or names somebody: say what happened, not who.
        Forbidden: the person does not lead the team.
        Missing: there is no such team.
        Conflict: another plan is open.
    """
    organisation_id = await leads_themselves(session, team_id, person_id)
    given = {"what": what, "leader_needs": leader_needs, "team_needs": team_needs}
    names = await names_around(session, team_id)
    parts = {}
    for field, text in given.items():
        parts[field] = one_line(text, field=field, longest=rules.LONGEST)
        refuse_names(parts[field], names, field=field)
    known = await plan_now(session, team_id)
    if known is not None:
        if (known.what, known.leader_needs, known.team_needs) == tuple(parts.values()):
            return known
        raise Conflict("A repair plan is open already. End it first, or go on with it.")
    plan = RepairPlan(
        organisation_id=organisation_id,
        team_id=team_id,
        proposed_by=person_id,
        proposed_at=now,
        **parts,
    )
    session.add(plan)
    await session.flush()
    return plan


async def agree_for_team(
    session: AsyncSession, plan_id: UUID, *, person_id: UUID, now: datetime
) -> RepairPlan:
    """Say for the team, after it was talked about, that it agrees. A second press changes nothing.

    Raises:
        Missing: there is no such open plan.
        Forbidden: the person does not work in the team: a leader cannot agree for it.
    """
    plan = await _open_plan(session, plan_id)
    await _works_in(session, plan.team_id, person_id)
    if plan.agreed_at is None:
        plan.agreed_at, plan.agreed_by = now, person_id
        await session.flush()
    return plan


async def promise_repair(
    session: AsyncSession, plan_id: UUID, *, person_id: UUID, text: str, due: date, now: datetime
) -> Commitment:
    """Make a promise that belongs to a plan; four at most.

    Raises:
        Conflict: the plan has four promises.
        Missing: there is no such open plan.
        Invalid, Forbidden: as for any promise.
    """
    plan = await _open_plan(session, plan_id)
    made = await session.scalars(
        select(RepairPromise.commitment_id).where(RepairPromise.plan_id == plan.id)
    )
    if len(made.all()) >= rules.PROMISES[1]:
        raise Conflict("Four steps are enough. Keep these first.")
    promise = await commit(
        session, team_id=plan.team_id, wave_id=None, owner_id=person_id, text=text, due=due, now=now
    )
    session.add(RepairPromise(commitment_id=promise.id, plan_id=plan.id))
    await session.flush()
    return promise


async def look_at_repair(
    session: AsyncSession, plan_id: UUID, *, person_id: UUID, day: int, word: LookWord, now: datetime
) -> RepairLook:
    """Say for the team how it is after 30, 60 or 90 days. What was said stays.

    Raises:
        Missing: there is no such open plan.
        Forbidden: the person does not work in the team.
        Invalid: this look is not due.
    """
    plan = await _open_plan(session, plan_id)
    await _works_in(session, plan.team_id, person_id)
    said = (await session.scalars(select(RepairLook).filter_by(plan_id=plan.id, day=day))).one_or_none()
    if said is not None:
        return said
    if plan.agreed_at is None or day not in rules.looks_due(plan.agreed_at, (), now=now):
        raise Invalid("This look is not due yet.", field="day")
    said = RepairLook(plan_id=plan.id, day=day, word=word, said_at=now)
    session.add(said)
    await session.flush()
    return said


async def end_repair(
    session: AsyncSession, plan_id: UUID, *, person_id: UUID, repaired: bool, now: datetime
) -> RepairPlan:
    """End a plan: somebody of the team says that it is repaired, or leader or team that it ends.

    Raises:
        Missing: there is no such open plan.
        Forbidden: the person has no part in the team, or leads it and wants to call it repaired.
        Conflict: fewer than two full cycles lie behind, so it is too early to call it repaired.
    """
    plan = await _open_plan(session, plan_id)
    if repaired or await session.get(Leadership, (plan.team_id, person_id)) is None:
        await _works_in(session, plan.team_id, person_id)
    if repaired:
        cycles = await cycles_since(session, plan.team_id, plan.agreed_at or now, now=now)
        if not rules.may_be_called_repaired(cycles):
            raise Conflict("It is too early for that word: two full rounds of pulses have to lie behind.")
    plan.ended_at, plan.repaired = now, repaired
    await session.flush()
    return plan


async def _open_plan(session: AsyncSession, plan_id: UUID) -> RepairPlan:
    plan = await session.get(RepairPlan, plan_id)
    if plan is None or plan.ended_at is not None:
        raise Missing("This plan is not open.")
    return plan


async def _works_in(session: AsyncSession, team_id: UUID, person_id: UUID) -> None:
    works = select(Membership.id).where(
        Membership.team_id == team_id, Membership.person_id == person_id, Membership.until.is_(None)
    )
    leads = await session.get(Leadership, (team_id, person_id))
    if leads is not None or (await session.scalars(works)).first() is None:
        raise Forbidden("Only somebody who works in this team can say that for it.")
