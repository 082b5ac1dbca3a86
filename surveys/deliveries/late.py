"""What could not go out when it was due, because nothing was sent for a while.

Nobody gets two messages about one sheet at the same moment, and nobody hears from Kept at night or at the
weekend because a machine came back then. What becomes of a row follows from times alone, never from who
has answered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Update, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from surveys.deliveries.hours import LATE, by_day, when_asked_late, when_late, when_told_late
from surveys.deliveries.models import Delivery
from surveys.deliveries.pace import changed_rows
from surveys.deliveries.rules import MOST_DOUBTS, QUIET_BEFORE_CLOSE, DeliveryState, Kind
from surveys.deliveries.together import IS_NEWS, drop_superseded, keep_apart, keys_of_asking, living_in
from surveys.people.models import Person
from surveys.waves.models import Wave, WaveState

MOST_COUNTED = 2  # what was put off so often waits no more; see `when_told_late`
# Said like this so that SQLite goes by the unique key; it would look through all that waits, row by row.
_NOT_WAITING = [state for state in DeliveryState if state is not DeliveryState.WAITING]
_TO_BE_SENT = (
    Delivery.state.in_((DeliveryState.WAITING, DeliveryState.UNKNOWN)),
    Delivery.doubts < MOST_DOUBTS,
)


async def settle_late(session: AsyncSession, *, now: datetime, steady: bool = True) -> int:
    """Put what is late off until day, and drop what another message says as well.

    A dropped one is kept as sent: where only the missing are reminded, a row that is gone would say
    something about a person. Returns how many rows changed.

    Args:
        session: the transaction in which they change.
        now: aware UTC.
        steady: whether the clock stays, so that it is there in the morning; one run alone may be the last.
    """
    asked = await _ask_by_day(session, now, steady=steady)
    return (
        asked
        + await _drop_doubled(session, now)
        + await _put_off(session, now)
        + await drop_superseded(session, now=now)
        + await _tell_by_day(session, now)
        + await keep_apart(session, now=now)
    )


async def _ask_by_day(session: AsyncSession, now: datetime, *, steady: bool) -> int:
    """Put invitations off, and what people put off themselves; drop reminders that would follow soon."""
    changed = 0
    for late in await _late_groups(session, now, (Kind.INVITATION, Kind.SNOOZED)):
        # Who put it off has been asked already, so only a clock that proved absent makes it come at night.
        again = late.missed > 0 or (late.kind is Kind.INVITATION and not steady)
        at = when_asked_late(late.closes_at, late.zone, again=again, now=now)
        soon = update(Delivery).where(
            Delivery.kind == Kind.REMINDER,
            Delivery.state == DeliveryState.WAITING,
            Delivery.due_at < at + QUIET_BEFORE_CLOSE,
            Delivery.place_id.in_(late.places),
        )
        changed += await changed_rows(session, soon.values(state=DeliveryState.SENT))
        changed += await _wait(session, late.rows, at, late.zone, late.missed, now)
    return changed


async def _wait(
    session: AsyncSession, rows: Update, at: datetime, zone: str, missed: int, now: datetime
) -> int:
    """Put rows off until `at`, and count that; or, by day, note that the clock is there after all.

    Whether it comes at the hour a row was put off to is not known before.
    """
    if at > now:
        return await changed_rows(
            session, rows.values(due_at=at, times_put_off=min(missed + 1, MOST_COUNTED))
        )
    if missed and by_day(now, zone, weekends=True) == now:
        await changed_rows(session, rows.values(times_put_off=0))
    return 0


async def _drop_doubled(session: AsyncSession, now: datetime) -> int:
    other, soon = aliased(Delivery), now + QUIET_BEFORE_CLOSE
    beside = (
        select(true())
        .where(
            other.key.in_(keys_of_asking(Delivery.place_id)),
            other.state.not_in(_NOT_WAITING),
            (other.kind == Kind.INVITATION) | ((other.due_at > Delivery.due_at) & (other.due_at <= soon)),
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
    for late in await _late_groups(session, now, (Kind.REMINDER,)):
        at = when_late(late.due_at, late.closes_at, late.zone, now=now)
        if at == now:
            continue
        values = {"state": DeliveryState.SENT} if at is None else {"due_at": at}
        changed += await changed_rows(session, late.rows.values(values))
    return changed


async def _tell_by_day(session: AsyncSession, now: datetime) -> int:
    """Put off what is about no open sheet: results, promises, a leader's week."""
    late = (IS_NEWS, *_TO_BE_SENT, Delivery.due_at <= now - LATE)
    groups = await session.execute(
        select(Person.zone, Delivery.times_put_off)
        .join(Delivery, Delivery.person_id == Person.id)
        .where(*late)
        .distinct()
    )
    changed = 0
    for zone, missed in groups.all():
        at = when_told_late(zone, missed=missed, now=now)
        those = update(Delivery).where(
            *late, Delivery.times_put_off == missed, Delivery.person_id.in_(living_in(zone))
        )
        changed += await _wait(session, those, at, zone, missed, now)
    return changed


@dataclass(frozen=True, slots=True)
class _Late:
    """What is late about one open wave, of one kind, due at one instant, in one zone.

    `rows` changes it, and `places` are those it is for.
    """

    kind: Kind
    due_at: datetime
    zone: str
    closes_at: datetime
    missed: int
    rows: Update
    places: Select[Any]


async def _late_groups(session: AsyncSession, now: datetime, kinds: Sequence[Kind]) -> list[_Late]:
    late = (Delivery.kind.in_(kinds), *_TO_BE_SENT, Delivery.due_at <= now - LATE)
    groups = await session.execute(
        select(Wave.id, Delivery.kind, Delivery.due_at, Person.zone, Wave.closes_at, Delivery.times_put_off)
        .select_from(Delivery)
        .join(Person, Person.id == Delivery.person_id)
        .join(Wave, Wave.id == Delivery.wave_id)
        .where(*late, Wave.state == WaveState.OPEN)
        .distinct()
    )
    found = []
    for wave_id, kind, due_at, zone, closes_at, missed in groups.all():
        same = (
            *late,
            Delivery.wave_id == wave_id,
            Delivery.kind == kind,
            Delivery.due_at == due_at,
            Delivery.times_put_off == missed,
            Delivery.person_id.in_(living_in(zone)),
        )
        rows, places = update(Delivery).where(*same), select(Delivery.place_id).where(*same)
        found.append(_Late(kind, due_at, zone, closes_at, missed, rows, places))
    return found
