"""What one reader would get at the same moment.

Of two news about the same only the newer is told, and none beside a message that asks.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, func, or_, select, update
from sqlalchemy import cast as sql_cast
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from surveys.deliveries.hours import APART, by_day
from surveys.deliveries.models import Delivery
from surveys.deliveries.pace import changed_rows
from surveys.deliveries.rules import ASKING, AT_ANY_HOUR, REMINDERS, SNOOZES, DeliveryState, Kind
from surveys.people.models import Person
from surveys.waves.models import Place, Wave, WaveState

IS_NEWS = Delivery.kind.not_in([*ASKING, *AT_ANY_HOUR])  # about no open sheet, and nobody waits for it
SUPERSEDED = (  # the newest says all that the older ones do; the page holds the rest
    Kind.RESULTS_FOR_LEADER,
    Kind.RESULTS_FOR_TEAM,
    Kind.LEADER_NUDGE,
    Kind.LEADER_WEEK,
    Kind.PROMISE_DUE,
    Kind.MAILBOX_NEWS,
    Kind.MAILBOX_REPLY,
)
BEHIND = {  # what waits where its reader is told of the others at that moment
    Kind.RESULTS_FOR_TEAM: (Kind.RESULTS_FOR_LEADER,),
    Kind.LEADER_WEEK: (Kind.RESULTS_FOR_LEADER, Kind.RESULTS_FOR_TEAM),
}
_PROMISE = len(f"{Kind.PROMISE_DUE}:") + 36  # so much of such a key names the promise


def keys_of_asking(place_id: InstrumentedAttribute[Any]) -> list[ColumnElement[str]]:
    """Return the keys of what asks at a place: they are unique, and no index leads there by the place."""
    place = func.replace(sql_cast(place_id, String), "-", "")
    reminders = [f"{Kind.REMINDER}:{number}:" + place for number in range(1, REMINDERS + 1)]
    put_off = [f"{Kind.SNOOZED}:{number}:" + place for number in range(1, SNOOZES + 1)]
    return [f"{Kind.INVITATION}:" + place, *reminders, *put_off]


def living_in(zone: str) -> Select[Any]:
    """Return whoever lives in a zone."""
    return select(Person.id).where(Person.zone == zone)


async def drop_superseded(session: AsyncSession, *, now: datetime) -> int:
    """Keep as sent what is due and was overtaken by newer news of its kind, about the same, for the same.

    After weeks without Slack people hear of the last results only, and once of each promise.
    """
    about = case(
        (Delivery.kind == Kind.PROMISE_DUE, func.substr(Delivery.key, 1, _PROMISE)),
        else_=func.coalesce(sql_cast(Delivery.team_id, String), ""),
    )
    newest = (func.coalesce(Wave.closes_at, Delivery.due_at).desc(), Delivery.key.desc())
    due = (
        select(
            Delivery.id,
            func.row_number()
            .over(partition_by=(Delivery.kind, Delivery.person_id, about), order_by=newest)
            .label("number"),
        )
        .outerjoin(Wave, Wave.id == Delivery.wave_id)
        .where(
            Delivery.kind.in_(SUPERSEDED), Delivery.state == DeliveryState.WAITING, Delivery.due_at <= now
        )
        .subquery()
    )
    older = update(Delivery).where(Delivery.id.in_(select(due.c.id).where(due.c.number > 1)))
    return await changed_rows(session, older.values(state=DeliveryState.SENT))


async def keep_apart(session: AsyncSession, *, now: datetime) -> int:
    """Let news wait two hours where its reader is asked something now or was within the last two.

    A weekly pulse that is open for six days shows its results at the very minute at which the next asks. So
    do results of the unit above beside those of the own team, and a leader's week beside any results.
    """
    news = (IS_NEWS, Delivery.state == DeliveryState.WAITING, Delivery.due_at <= now)
    asks = aliased(Delivery)
    asked = (
        select(Place.person_id)
        .join(Wave, (Wave.id == Place.wave_id) & (Wave.state == WaveState.OPEN) & (Wave.closes_at > now))
        .join(asks, asks.key.in_(keys_of_asking(Place.id)))
        .where(
            Place.skipped.is_(False),
            asks.due_at <= now,
            or_(asks.due_at > now - APART, asks.state == DeliveryState.WAITING),
        )
    )
    beside = or_(
        asked.where(Place.person_id == Delivery.person_id).correlate(Delivery).exists(),
        *(
            (Delivery.kind == kind) & Delivery.person_id.in_(_to_be_told(before, now))
            for kind, before in BEHIND.items()
        ),
    )
    zones = await session.scalars(
        select(Person.zone).join(Delivery, Delivery.person_id == Person.id).where(*news, beside).distinct()
    )
    changed = 0
    for zone in zones.all():
        at = by_day(now + APART, zone, weekends=False)
        those = update(Delivery).where(*news, Delivery.person_id.in_(living_in(zone)), beside)
        changed += await changed_rows(session, those.values(due_at=at))
    return changed


def _to_be_told(kinds: Sequence[Kind], now: datetime) -> Select[Any]:
    """Return whoever is due to be told of something."""
    told = aliased(Delivery)
    return select(told.person_id).where(
        told.kind.in_(kinds), told.state == DeliveryState.WAITING, told.due_at <= now
    )
