"""Putting off what Kept reminds a leader of: a promise's reminder, or the message that begins a week."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.commitments.clocks import DAY, begins_week
from surveys.commitments.leaders_week import BEGINS, week_key
from surveys.commitments.leading import acting_owner, acts_in, zone_of
from surveys.commitments.models import Commitment, CommitmentState
from surveys.deliveries.actions import schedule
from surveys.deliveries.models import Delivery, DeliveryState, Kind
from surveys.deliveries.rules import Planned, channel_for
from surveys.errors import Conflict, Missing, only_for_leaders
from surveys.people.groups_read import groups_of
from surveys.people.models import Leadership, Person
from surveys.people.queries import place_of
from surveys.zones import time_zone

LATER = {"tomorrow": timedelta(days=1), "next_week": timedelta(days=7)}
MOST_SNOOZES = 3
WEEKS = {"one_week": 1, "two_weeks": 2}


async def put_off_promise(
    session: AsyncSession, commitment_id: UUID, *, person_id: UUID, how: str, now: datetime
) -> datetime:
    """Remind who looks after an open promise again, tomorrow or in a week; return when.

    The date of the promise does not move by it.

    Raises:
        Missing: there is no such open promise that they look after.
        Conflict: it was put off three times already.
    """
    promise = await session.get(Commitment, commitment_id)
    if promise is None or promise.state is not CommitmentState.OPEN:
        raise Missing("This promise is not open any more.")
    if person_id not in {promise.owner_id, await acting_owner(session, promise, now=now)}:
        raise Missing("This promise is not open any more.")
    start = f"{Kind.PROMISE_DUE}:{promise.id}:later:"
    earlier = await session.scalars(select(Delivery.id).where(Delivery.key.startswith(start)))
    count = len(earlier.all())
    if count >= MOST_SNOOZES:
        raise Conflict("You have put this off three times. It stays on your list.")
    person = await session.get_one(Person, person_id)
    zone = await zone_of(session, promise.team_id)
    morning = (now.astimezone(time_zone(zone)) + LATER[how]).replace(
        hour=BEGINS, minute=0, second=0, microsecond=0
    )
    await schedule(
        session,
        Planned(
            key=f"{start}{count + 1}",
            kind=Kind.PROMISE_DUE,
            person_id=person_id,
            organisation_id=promise.organisation_id,
            channel=channel_for(person.slack_id),
            due_at=morning,
            team_id=promise.team_id,
            refers_to={"commitment": str(promise.id)},
        ),
    )
    return morning


async def put_off_week(session: AsyncSession, person_id: UUID, *, how: str, now: datetime) -> datetime:
    """Begin somebody's week anew only next week, or the one after; return when.

    The message of that week is planned at once, and while it is, nothing is written about the same. A
    promise that is due is reminded of all the same. Pressing again moves it.

    Args:
        how: a key of `WEEKS`.
        now: aware UTC.

    Raises:
        Forbidden: the person neither leads a team or working group nor stands in for who does.
    """
    unit = await session.scalar(select(exists().where(Leadership.person_id == person_id)))
    group = any(one.led_by(person_id) for one in await groups_of(session, person_id))
    if not (unit or group or await acts_in(session, person_id, now=now)):
        raise only_for_leaders()
    person = await session.get_one(Person, person_id)
    begins = beginning_of_week(now, WEEKS[how], *await place_of(session, person_id))
    await session.execute(
        delete(Delivery).where(
            Delivery.person_id == person_id,
            Delivery.kind == Kind.LEADER_WEEK,
            Delivery.state == DeliveryState.WAITING,
            Delivery.due_at > now,
        )
    )
    await schedule(
        session,
        Planned(
            key=week_key(person_id, begins),
            kind=Kind.LEADER_WEEK,
            person_id=person_id,
            organisation_id=person.organisation_id,
            channel=channel_for(person.slack_id),
            due_at=begins,
        ),
    )
    return begins


def beginning_of_week(now: datetime, weeks: int, zone: str, country: str | None) -> datetime:
    """Return nine o'clock on the first working day of a week so many weeks from now, where somebody is."""
    there = now.astimezone(time_zone(zone))
    day = there - there.weekday() * DAY + weeks * 7 * DAY
    last = day + 6 * DAY
    while not begins_week(day.date(), country) and day < last:
        day += DAY
    return day.replace(hour=BEGINS, minute=0, second=0, microsecond=0)
