"""What could not go out when it was due, because nothing was sent for a while.

Nobody gets two messages about one sheet at the same moment, and nobody hears from Kept at night or at the
weekend because a machine came back then. What becomes of a row follows from times alone, never from who
has answered.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, Update, func, select, true, update
from sqlalchemy import cast as sql_cast
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from surveys.deliveries.hours import LATE, by_day, when_asked_late, when_late
from surveys.deliveries.models import Delivery
from surveys.deliveries.pace import changed_rows
from surveys.deliveries.rules import (
    ASKING,
    AT_ANY_HOUR,
    QUIET_BEFORE_CLOSE,
    DeliveryState,
    Kind,
)
from surveys.people.models import Person
from surveys.waves.models import Wave, WaveState

REMINDERS = 2  # of one place, at most


async def settle_late(session: AsyncSession, *, now: datetime) -> int:
    """Put what is late off until day, and drop reminders beside which another message is due.

    A dropped one is kept as sent: where only the missing are reminded, a row that is gone would say
    something about a person. Returns how many rows changed.
    """
    asked = await _ask_by_day(session, now)
    return (
        asked
        + await _drop_doubled(session, now)
        + await _put_off(session, now)
        + await _tell_by_day(session, now)
    )


async def _ask_by_day(session: AsyncSession, now: datetime) -> int:
    """Put invitations off, and what people put off themselves; drop reminders that would follow soon."""
    changed = 0
    for late, wave_id, due_at, zone, closes_at in await _late_groups(session, now, reminders=False):
        at = when_asked_late(due_at, closes_at, zone, now=now)
        invited = aliased(Delivery)
        soon = update(Delivery).where(
            Delivery.kind == Kind.REMINDER,
            Delivery.state == DeliveryState.WAITING,
            Delivery.due_at < at + QUIET_BEFORE_CLOSE,
            Delivery.place_id.in_(
                select(invited.place_id).where(
                    invited.kind == Kind.INVITATION,
                    invited.state == DeliveryState.WAITING,
                    invited.wave_id == wave_id,
                    invited.due_at == due_at,
                    invited.person_id.in_(_living_in(zone)),
                )
            ),
        )
        changed += await changed_rows(session, soon.values(state=DeliveryState.SENT))
        if at > now:
            changed += await changed_rows(session, late.values(due_at=at))
    return changed


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
            (other.kind == Kind.INVITATION) | ((other.due_at > Delivery.due_at) & (other.due_at <= now)),
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
    changed = 0
    for late, _, due_at, zone, closes_at in await _late_groups(session, now, reminders=True):
        at = when_late(due_at, closes_at, zone, now=now)
        if at == now:
            continue
        values = {"state": DeliveryState.SENT} if at is None else {"due_at": at}
        changed += await changed_rows(session, late.values(values))
    return changed


async def _tell_by_day(session: AsyncSession, now: datetime) -> int:
    """Put off what is about no open sheet: results, promises, a leader's week."""
    late = (
        Delivery.kind.not_in([*ASKING, *AT_ANY_HOUR]),
        Delivery.state == DeliveryState.WAITING,
        Delivery.due_at <= now - LATE,
    )
    zones = await session.scalars(
        select(Person.zone).join(Delivery, Delivery.person_id == Person.id).where(*late).distinct()
    )
    changed = 0
    for zone in zones.all():
        at = by_day(now, zone, weekends=False)
        if at > now:
            those = update(Delivery).where(*late, Delivery.person_id.in_(_living_in(zone)))
            changed += await changed_rows(session, those.values(due_at=at))
    return changed


Group = tuple[Update, UUID, datetime, str, datetime]


async def _late_groups(session: AsyncSession, now: datetime, *, reminders: bool) -> list[Group]:
    """Return what is late about open waves by wave, hour and zone, with a statement that changes it."""
    kinds = [kind for kind in ASKING if (kind is Kind.REMINDER) == reminders]
    late = (
        Delivery.kind.in_(kinds),
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
    return [
        (
            update(Delivery).where(
                *late,
                Delivery.wave_id == wave_id,
                Delivery.due_at == due_at,
                Delivery.person_id.in_(_living_in(zone)),
            ),
            wave_id,
            due_at,
            zone,
            closes_at,
        )
        for wave_id, due_at, zone, closes_at in groups.all()
        if wave_id is not None
    ]


def _living_in(zone: str) -> Select[UUID]:
    return select(Person.id).where(Person.zone == zone)
