"""Claim, settle, sweep: how a row becomes a message, safely for any number of workers.

The row is the job. Due times run on the `now` that a caller gives; leases, back-off and pace run on
the real clock, called `at` here, so that time can be driven in a demo without breaking a rate limit.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, bindparam, delete, exists, func, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql.dml import ReturningUpdate

from surveys.deliveries.models import Delivery
from surveys.deliveries.pace import changed_rows
from surveys.deliveries.rules import (
    ASKING,
    LEASE,
    MOST_DOUBTS,
    ChannelName,
    DeliveryState,
    Kind,
    Outcome,
    after_call,
)
from surveys.people.models import Person
from surveys.waves.models import Place, Wave, WaveState


async def claim_due_delivery(
    session: AsyncSession, channel: ChannelName, *, now: datetime, at: datetime
) -> Delivery | None:
    """Claim the delivery that has waited longest for this channel, or return None.

    Not claimed: people who left, and messages about a wave that no longer asks or that the person
    asked to hear no more about. Any number of workers may claim at once; each row goes to one.

    Args:
        session: the transaction whose commit makes the claim hold.
        channel: each channel has a queue of its own, so that a pause of one does not hold up another.
        now: decides what is due.
        at: the real clock, for the lease.
    """
    values = {"queue": channel, "instant": now, "real_time": at, "leased_until": at + LEASE}
    return (await session.scalars(CLAIM, values)).one_or_none()


def _claim() -> ReturningUpdate[Delivery]:
    """Return the statement that claims the row to be sent next: one in doubt, or else one that waits."""
    next_in_turn = (_next_of_queue(state) for state in (DeliveryState.UNKNOWN, DeliveryState.WAITING))
    return (
        update(Delivery)
        .where(Delivery.id == func.coalesce(*next_in_turn))
        .values(
            state=DeliveryState.SENDING,
            attempts=Delivery.attempts + 1,
            lease_until=bindparam("leased_until", type_=Delivery.lease_until.type),
        )
        .returning(Delivery)
        .execution_options(populate_existing=True, synchronize_session=False)
    )


def _next_of_queue(state: DeliveryState) -> ScalarSelect[UUID]:
    """Return the id of the row that has waited longest, walking the index of state and due time.

    Whether it is still to be sent are scalar subqueries, looked up row by row; a planner may turn EXISTS
    into a hash of every place.
    """
    due = aliased(Delivery)
    instant = bindparam("instant", type_=Delivery.due_at.type)
    rested = due.lease_until <= bindparam("real_time", type_=Delivery.due_at.type)
    active = select(Person.active).where(Person.id == due.person_id).scalar_subquery()
    still_asked = (
        select(true())
        .select_from(Place)
        .join(Wave, Wave.id == Place.wave_id)
        .where(
            Place.id == due.place_id,
            Place.skipped.is_(False),
            Wave.state == WaveState.OPEN,
            Wave.closes_at > instant,
        )
        .scalar_subquery()
    )
    return (
        select(due.id)
        .where(
            due.state == state,
            due.due_at <= instant,
            due.channel == bindparam("queue", type_=Delivery.channel.type),
            or_(due.lease_until.is_(None), rested) if state is DeliveryState.WAITING else rested,
            due.doubts < MOST_DOUBTS,
            active.is_(True),
            or_(due.kind.not_in(ASKING), still_asked.is_(True)),
        )
        .order_by(due.due_at)
        .limit(1)
        .with_for_update(skip_locked=True, of=due)
        .scalar_subquery()
    )


# Put together once: doing it anew for every message cost more than asking the database.
CLAIM = _claim()


async def is_resting(session: AsyncSession, channel: ChannelName, *, now: datetime, at: datetime) -> bool:
    """Return whether anything is due for this channel that may not be tried again yet."""
    resting = exists().where(
        Delivery.channel == channel,
        Delivery.state.in_((DeliveryState.WAITING, DeliveryState.UNKNOWN)),
        Delivery.due_at <= now,
        Delivery.lease_until > at,
    )
    return bool(await session.scalar(select(resting)))


async def settle_delivery(
    session: AsyncSession, delivery: Delivery, outcome: Outcome, *, at: datetime, unknown_retry: timedelta
) -> DeliveryState:
    """Write what came of a call to a claimed delivery, and return its new state.

    A row that was purged meanwhile, because its wave closed, stays away.
    """
    settled = after_call(
        outcome,
        attempts=delivery.attempts,
        doubts=delivery.doubts,
        at=at,
        unknown_retry=unknown_retry,
    )
    values: dict[str, Any] = {
        "state": settled.state,
        "attempts": settled.attempts,
        "doubts": settled.doubts,
        "lease_until": settled.lease_until,
        "error": outcome.error,
        "times_put_off": 0,
    }
    if outcome.receipt is not None:
        values["receipt"] = dict(outcome.receipt)
    await session.execute(
        update(Delivery)
        .where(Delivery.id == delivery.id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return settled.state


async def mail_takes_over(session: AsyncSession, *, now: datetime) -> int:
    """Let what is due to people by Slack go by mail, where Slack is not connected; return how many rows.

    The summary of a board is for a channel of Slack's and nobody's mail.
    """
    due = update(Delivery).where(
        Delivery.channel == ChannelName.SLACK,
        Delivery.kind != Kind.RETRO_SUMMARY,
        Delivery.state == DeliveryState.WAITING,
        Delivery.due_at <= now,
    )
    return await changed_rows(session, due.values(channel=ChannelName.MAIL))


async def drop_delivery(session: AsyncSession, delivery_id: UUID) -> None:
    """Forget a claimed delivery that turned out to be without purpose."""
    await session.execute(
        delete(Delivery).where(Delivery.id == delivery_id).execution_options(synchronize_session=False)
    )


async def sweep(session: AsyncSession, *, at: datetime, unknown_retry: timedelta) -> int:
    """Put deliveries whose worker died into doubt; return how many.

    They are tried once more with the same id after `unknown_retry`, then left alone.
    """
    return await changed_rows(
        session,
        update(Delivery)
        .where(Delivery.state == DeliveryState.SENDING, Delivery.lease_until < at)
        .values(
            state=DeliveryState.UNKNOWN,
            doubts=Delivery.doubts + 1,
            lease_until=at + unknown_retry,
            error="worker_lost",
            times_put_off=0,
        ),
    )
