"""Reminders of promises before their day, while a move of it still counts as told in time."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.commitments.clocks import end_of_day, speaking_time_before
from surveys.commitments.leading import acting_owner, zone_of
from surveys.commitments.models import Commitment, CommitmentState, Replan
from surveys.commitments.notices import Notice, plan_notices
from surveys.deliveries.models import Kind
from surveys.people.models import Person

NOTICES = (timedelta(hours=72), timedelta(hours=24))  # before the end of the day a promise is due


async def remind_of_promises(session: AsyncSession, *, now: datetime) -> int:
    """Remind owners three days and one day before a promise is due, while a move still counts.

    Whoever stands in for an absent owner is reminded in their place.

    Both fall on the working morning before, so that "one day" leaves the notice that a move needs.
    """
    today = now.date()
    moved_last = select(func.max(Replan.moved_at)).where(Replan.commitment_id == Commitment.id)
    found = await session.execute(
        select(Commitment, Person, moved_last.scalar_subquery())
        .join(Person, (Person.id == Commitment.owner_id) & Person.active)
        .where(
            Commitment.state == CommitmentState.OPEN,
            Commitment.due >= today - timedelta(days=1),
            Commitment.due <= today + timedelta(days=9),
        )
    )
    planned, zones = 0, dict[UUID, str]()
    for promise, owner, moved_at in found.all():
        if promise.team_id not in zones:
            zones[promise.team_id] = await zone_of(session, promise.team_id)
        told_at = moved_at or promise.made_at
        hours = _notice_due(promise.due, told_at, zones[promise.team_id], now=now)
        if hours is not None:
            looks_after = await acting_owner(session, promise, now=now)
            reader = owner if looks_after == owner.id else await session.get_one(Person, looks_after)
            notice = Notice(
                f"{Kind.PROMISE_DUE}:{promise.id}:{promise.due.isoformat()}:{hours}",
                Kind.PROMISE_DUE,
                reader,
                now,
                team_id=promise.team_id,
                refers_to={"commitment": str(promise.id)},
            )
            planned += await plan_notices(session, promise.organisation_id, [notice], now=now)
    return planned


def _notice_due(due: date, told_at: datetime, zone: str, *, now: datetime) -> int | None:
    """Return how many hours of notice are due now: the shorter where both are, None where none is.

    A notice whose hour had passed when the date was told is left out: its owner has just set it.
    """
    end = end_of_day(due, zone)
    if now > end:
        return None
    for before in sorted(NOTICES):
        moment = speaking_time_before(end - before, zone)
        if told_at < moment <= now:
            return int(before / timedelta(hours=1))
    return None
