"""What can be read of repair: a team's plan, its promises, its looks, and whether help is suggested."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.commitments.loop import LoopState, PromiseView
from surveys.people.models import Person
from surveys.questions.rules import waves_in_cycle
from surveys.repair import rules
from surveys.repair.models import LookWord, RepairLook, RepairPlan, RepairPromise
from surveys.results.models import Figure
from surveys.waves.models import Wave, WaveState, WaveUnit
from surveys.waves.rules import FrozenRules

UP = "shifted_up"


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan as leader and team read it.

    Attributes:
        looks: day and word of those taken; `due` those whose day has come.
        mediator_after: 90 or 180 where help is suggested to the team.
        may_be_repaired: whether enough time lies behind to call it so.
    """

    id: UUID
    what: str
    leader_needs: str
    team_needs: str
    proposed_by: str
    proposed_at: datetime
    agreed_by: str | None
    agreed_at: datetime | None
    promises: Sequence[PromiseView]
    looks: Sequence[tuple[int, LookWord]]
    due: Sequence[int]
    next_look: datetime | None
    mediator_after: int | None
    may_be_repaired: bool


async def plan_now(session: AsyncSession, team_id: UUID) -> RepairPlan | None:
    """Return the open plan of a team; there is one at most."""
    found = select(RepairPlan).where(RepairPlan.team_id == team_id, RepairPlan.ended_at.is_(None))
    return (await session.scalars(found.order_by(RepairPlan.proposed_at).limit(1))).one_or_none()


async def repair_promises(session: AsyncSession, team_id: UUID) -> set[UUID]:
    """Return the promises of a team that belong to any of its plans."""
    found = select(RepairPromise.commitment_id).join(RepairPlan, RepairPlan.id == RepairPromise.plan_id)
    return set(await session.scalars(found.where(RepairPlan.team_id == team_id)))


async def cycles_since(
    session: AsyncSession, team_id: UUID, since: datetime, *, now: datetime
) -> list[int | None]:
    """Return the cycle of each published pulse of a team since an instant, oldest first.

    A wave without a number has None.
    """
    found = await session.execute(
        select(Wave.number, Wave.rules)
        .join(WaveUnit, WaveUnit.wave_id == Wave.id)
        .where(
            WaveUnit.team_id == team_id,
            Wave.state == WaveState.PUBLISHED,
            Wave.is_pulse,
            Wave.team_sees_at <= now,
            Wave.closes_at >= since,
        )
        .order_by(Wave.closes_at)
    )
    return [
        None if number is None or not frozen else number // waves_in_cycle(FrozenRules.of(frozen).pulse)
        for number, frozen in found
    ]


async def plan_of(session: AsyncSession, loop: LoopState, *, now: datetime) -> PlanView | None:
    """Return the open plan of a team with everything said about it."""
    plan = await plan_now(session, loop.team_id)
    if plan is None:
        return None
    people = {plan.proposed_by, *([plan.agreed_by] if plan.agreed_by else [])}
    names = {
        row[0]: row[1]
        for row in await session.execute(select(Person.id, Person.name).where(Person.id.in_(people)))
    }
    mine = set(
        await session.scalars(select(RepairPromise.commitment_id).where(RepairPromise.plan_id == plan.id))
    )
    looks = (
        await session.scalars(
            select(RepairLook).where(RepairLook.plan_id == plan.id).order_by(RepairLook.day)
        )
    ).all()
    taken, agreed = [look.day for look in looks], plan.agreed_at
    cycles = await cycles_since(session, loop.team_id, agreed, now=now) if agreed else []
    up = agreed is not None and await _shifted_up(session, loop.team_id, agreed, now=now)
    return PlanView(
        id=plan.id,
        what=plan.what,
        leader_needs=plan.leader_needs,
        team_needs=plan.team_needs,
        proposed_by=names.get(plan.proposed_by, ""),
        proposed_at=plan.proposed_at,
        agreed_by=names.get(plan.agreed_by) if plan.agreed_by else None,
        agreed_at=agreed,
        promises=[promise for promise in loop.promises if promise.id in mine],
        looks=[(look.day, look.word) for look in looks],
        due=rules.looks_due(agreed, taken, now=now) if agreed else (),
        next_look=rules.next_look(agreed, taken) if agreed else None,
        mediator_after=rules.mediator_after(agreed, shifted_up=up, now=now) if agreed else None,
        may_be_repaired=rules.may_be_called_repaired(cycles),
    )


async def _shifted_up(session: AsyncSession, team_id: UUID, since: datetime, *, now: datetime) -> bool:
    """Return whether the trend rule has said of any shown dimension that it went up since then."""
    found = await session.scalars(
        select(Figure)
        .join(Wave, Wave.id == Figure.wave_id)
        .where(
            Figure.team_id == team_id,
            Figure.shown,
            Wave.state == WaveState.PUBLISHED,
            Wave.team_sees_at <= now,
            Wave.closes_at >= since,
        )
    )
    return any((figure.trend or {}).get("word") == UP for figure in found)
