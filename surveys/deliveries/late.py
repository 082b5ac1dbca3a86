"""What could not go out when it was due, because nothing was sent for a while.

Nobody gets two messages about one sheet at the same moment, and nobody hears from Kept at night or at the
weekend because a machine came back then. What becomes of a row follows from times alone, never from who
has answered.
"""

from dataclasses import dataclass
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
from surveys.waves.models import Place, Wave, WaveState

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
    for late in await _late_groups(session, now, reminders=False):
        again = late.due_at != late.asks_at
        at = when_asked_late(late.closes_at, late.zone, again=again, now=now)
        invited = aliased(Delivery)
        soon = update(Delivery).where(
            Delivery.kind == Kind.REMINDER,
            Delivery.state == DeliveryState.WAITING,
            Delivery.due_at < at + QUIET_BEFORE_CLOSE,
            Delivery.place_id.in_(
                select(invited.place_id).where(
                    invited.kind == Kind.INVITATION,
                    invited.state == DeliveryState.WAITING,
                    invited.wave_id == late.wave_id,
                    invited.due_at == late.due_at,
                    invited.person_id.in_(_living_in(late.zone)),
                )
            ),
        )
        changed += await changed_rows(session, soon.values(state=DeliveryState.SENT))
        if at > now:
            changed += await changed_rows(session, late.rows.values(due_at=at))
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
    for late in await _late_groups(session, now, reminders=True):
        at = when_late(late.due_at, late.closes_at, late.zone, now=now)
        if at == now:
            continue
        values = {"state": DeliveryState.SENT} if at is None else {"due_at": at}
        changed += await changed_rows(session, late.rows.values(values))
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


@dataclass(frozen=True, slots=True)
class _Late:
    """What is late about one open wave, due at one instant, in one zone; `rows` changes it."""

    wave_id: UUID
    due_at: datetime
    asks_at: datetime
    zone: str
    closes_at: datetime
    rows: Update


async def _late_groups(session: AsyncSession, now: datetime, *, reminders: bool) -> list[_Late]:
    kinds = [kind for kind in ASKING if (kind is Kind.REMINDER) == reminders]
    late = (
        Delivery.kind.in_(kinds),
        Delivery.state == DeliveryState.WAITING,
        Delivery.due_at <= now - LATE,
    )
    groups = await session.execute(
        select(Wave.id, Delivery.due_at, Place.asks_at, Person.zone, Wave.closes_at)
        .select_from(Delivery)
        .join(Person, Person.id == Delivery.person_id)
        .join(Place, Place.id == Delivery.place_id)
        .join(Wave, Wave.id == Delivery.wave_id)
        .where(*late, Wave.state == WaveState.OPEN)
        .distinct()
    )
    return [
        _Late(
            *group,
            update(Delivery).where(
                *late,
                Delivery.wave_id == group.id,
                Delivery.due_at == group.due_at,
                Delivery.person_id.in_(_living_in(group.zone)),
                Delivery.place_id.in_(
                    select(Place.id).where(Place.wave_id == group.id, Place.asks_at == group.asks_at)
                ),
            ),
        )
        for group in groups.all()
    ]


def _living_in(zone: str) -> Select[UUID]:
    return select(Person.id).where(Person.zone == zone)
