"""Reminders of promises before their day, while a move of it still counts as told in time."""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.commitments.clocks import end_of_day, speaking_time_before
from surveys.commitments.leading import acting_owner
from surveys.commitments.models import Commitment, CommitmentState, Replan
from surveys.commitments.notices import Notice, plan_notices
from surveys.deliveries.models import Kind
from surveys.people.models import Person
from surveys.people.queries import branch_of

NOTICES = (timedelta(hours=72), timedelta(hours=24))  # before the end of the day a promise is due


async def remind_of_promises(session: AsyncSession, *, now: datetime, slack: bool) -> int:
    """Remind owners three days and one day before a promise is due, while a move still counts.

    Whoever stands in for an absent owner is reminded in their place.

    Both fall on the working morning before, so that "one day" leaves the notice that a move needs.
    """
    today = now.date()
    found = await session.execute(
        select(Commitment, Person)
        .join(Person, (Person.id == Commitment.owner_id) & Person.active)
        .where(
            Commitment.state == CommitmentState.OPEN,
            Commitment.due >= today - timedelta(days=1),
            Commitment.due <= today + timedelta(days=9),
        )
    )
    planned = 0
    for promise, owner in found.all():
        zone = (await branch_of(session, promise.team_id)).team_zone(promise.team_id)
        moved_at = await session.scalar(
            select(Replan.moved_at)
            .where(Replan.commitment_id == promise.id)
            .order_by(Replan.moved_at.desc())
            .limit(1)
        )
        hours = _notice_due(promise.due, moved_at or promise.made_at, zone, now=now)
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
            planned += await plan_notices(session, promise.organisation_id, [notice], now=now, slack=slack)
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
