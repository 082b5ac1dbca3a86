"""Reminders that could not go out when they were due, because nothing was sent for a while.

Nobody gets two messages about one sheet at the same moment, and nobody is reminded at night or at the
weekend because a machine came back then. What becomes of a row follows from times alone, never from who
has answered.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, func, select, true, update
from sqlalchemy import cast as sql_cast
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from surveys.deliveries.models import Delivery
from surveys.deliveries.pace import changed_rows
from surveys.deliveries.rules import LATE, DeliveryState, Kind, when_late
from surveys.people.models import Person
from surveys.waves.models import Wave, WaveState

REMINDERS = 2  # of one place, at most


async def settle_late_reminders(session: AsyncSession, *, now: datetime) -> int:
    """Drop reminders beside which another message is due, put off the rest until day; return how many.

    A dropped one is kept as sent: where only the missing are reminded, a row that is gone would say
    something about a person.
    """
    return await _drop_doubled(session, now) + await _put_off(session, now)


async def _drop_doubled(session: AsyncSession, now: datetime) -> int:
    other = aliased(Delivery)
    # By key, which is unique: place_id has no index.
    place = func.replace(sql_cast(Delivery.place_id, String), "-", "")
    keys: list[ColumnElement[Any]] = [f"{Kind.INVITATION}:" + place]
    keys += [f"{Kind.REMINDER}:{number}:" + place for number in range(1, REMINDERS + 1)]
    beside = (
        select(true())
        .where(
            other.key.in_(keys),
            other.state == DeliveryState.WAITING,
            other.due_at <= now,
            (other.kind == Kind.INVITATION) | (other.due_at > Delivery.due_at),
        )
        .limit(1)
        .scalar_subquery()
    )
    doubled = update(Delivery).where(
        Delivery.kind == Kind.REMINDER,
        Delivery.state == DeliveryState.WAITING,
        Delivery.due_at <= now,
        beside.is_(True),
    )
    return await changed_rows(session, doubled.values(state=DeliveryState.SENT))


async def _put_off(session: AsyncSession, now: datetime) -> int:
    late = (
        Delivery.kind == Kind.REMINDER,
        Delivery.state == DeliveryState.WAITING,
        Delivery.due_at <= now - LATE,
    )
    groups = await session.execute(
        select(Delivery.wave_id, Delivery.due_at, Person.zone, Wave.closes_at)
        .join(Person, Person.id == Delivery.person_id)
        .join(Wave, Wave.id == Delivery.wave_id)
        .where(*late, Wave.state == WaveState.OPEN)
        .distinct()
    )
    changed = 0
    for wave_id, due_at, zone, closes_at in groups.all():
        at = when_late(due_at, closes_at, zone, now=now)
        if at == now:
            continue
        values = {"state": DeliveryState.SENT} if at is None else {"due_at": at}
        people = select(Person.id).where(Person.zone == zone)
        those = update(Delivery).where(
            *late, Delivery.wave_id == wave_id, Delivery.due_at == due_at, Delivery.person_id.in_(people)
        )
        changed += await changed_rows(session, those.values(values))
    return changed
