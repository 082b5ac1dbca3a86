"""The repair plan of the example: proposed after trust was hurt, agreed to, with its promises."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.demo.calendar import Calendar
from service.demo.story import Promise, Repair
from surveys.commitments.actions import mark_done
from surveys.people.models import Leadership, Membership
from surveys.repair.actions import agree_for_team, promise_repair, propose_repair

TALKED_ABOUT = timedelta(days=2)  # between the proposal and the team's yes


def plan_repair(
    calendar: Calendar, repair: Repair | None, *, team_id: UUID, leader_id: UUID, at: datetime
) -> None:
    """Plan everything that belongs to a repair, where there is one."""
    if repair is None:
        return

    async def proposes(session: AsyncSession, now: datetime) -> None:
        plan = await propose_repair(
            session,
            team_id=team_id,
            person_id=leader_id,
            what=repair.what,
            leader_needs=repair.leader_needs,
            team_needs=repair.team_needs,
            now=now,
        )
        calendar.plan(now + TALKED_ABOUT, partial(agrees, plan_id=plan.id))

    async def agrees(session: AsyncSession, now: datetime, *, plan_id: UUID) -> None:
        member = await _first_of(session, team_id)
        await agree_for_team(session, plan_id, person_id=member, now=now)
        for promise in repair.promises:
            await _promise(calendar, session, promise, plan_id=plan_id, leader_id=leader_id, now=now)

    calendar.plan(at, proposes)


async def _promise(
    calendar: Calendar,
    session: AsyncSession,
    promise: Promise,
    *,
    plan_id: UUID,
    leader_id: UUID,
    now: datetime,
) -> None:
    due = (now + timedelta(days=promise.due_day)).date()
    made = await promise_repair(session, plan_id, person_id=leader_id, text=promise.text, due=due, now=now)

    async def is_done(session: AsyncSession, now: datetime) -> None:
        await mark_done(session, made.id, person_id=leader_id, now=now)

    if promise.done_day is not None:
        calendar.plan(now + timedelta(days=promise.done_day), is_done)


async def _first_of(session: AsyncSession, team_id: UUID) -> UUID:
    """Return somebody who works in a team and does not lead it."""
    leads = select(Leadership.person_id).where(Leadership.team_id == team_id)
    found = select(Membership.person_id).where(
        Membership.team_id == team_id, Membership.until.is_(None), Membership.person_id.not_in(leads)
    )
    return (await session.scalars(found.order_by(Membership.person_id).limit(1))).one()
