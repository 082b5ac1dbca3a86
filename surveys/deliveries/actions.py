"""What can be done with deliveries before they are sent: plan, put off, forget. Sending is in `claims`."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Uuid,
    case,
    delete,
    func,
    insert,
    literal,
    null,
    select,
    text,
    type_coerce,
    update,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.deliveries.hours import snoozed_until
from surveys.deliveries.models import Delivery, SeenEvent
from surveys.deliveries.moves import quiet_days_of
from surveys.deliveries.pace import changed_rows, dialect, insert_once
from surveys.deliveries.rules import (
    ASKING,
    QUIET_BEFORE_CLOSE,
    REMINDERS,
    SNOOZES,
    ChannelName,
    DeliveryState,
    Kind,
    Planned,
    Snooze,
    reminder_times,
)
from surveys.errors import Conflict
from surveys.people.models import Person
from surveys.waves.models import Place, Wave
from surveys.waves.rules import FrozenRules

SEEN_EVENT_DAYS = 2
MANY = 1_000  # new rows
CHUNK = 500  # rows a statement


@dataclass(frozen=True, slots=True)
class _Message:
    """One message to everybody who is asked at the same instant in the same zone."""

    prefix: str
    kind: Kind
    due_at: datetime


async def invite_roster(session: AsyncSession, wave: Wave, *, now: datetime) -> int:
    """Write one invitation and the reminders of every place of a wave; return how many rows.

    Rows are made for everybody at opening, whoever answers later, and in the database itself: a
    hundred thousand places take a few seconds. The channel is that of `rules.channel_for`.
    """
    rules = FrozenRules.of(wave.rules)
    quiet = await quiet_days_of(session, wave)
    same = (
        select(Place.zone, Place.asks_at, Person.country)
        .join(Person, Person.id == Place.person_id)
        .where(Place.wave_id == wave.id)
        .distinct()
    )
    # Where the wave has no message yet none can be there twice, and asking so for each costs as much again.
    first = await session.scalar(select(Delivery.id).where(Delivery.wave_id == wave.id).limit(1)) is None
    write = insert(Delivery) if first else insert_once(session, Delivery)
    written = 0
    for zone, asks_at, country in (await session.execute(same)).all():
        reminders = reminder_times(
            asks_at,
            wave.closes_at,
            zone,
            count=rules.reminders,
            not_before=max(now, asks_at),
            quiet=quiet(country),
        )
        messages = [_Message(f"{Kind.INVITATION}:", Kind.INVITATION, asks_at)]
        for number, instant in enumerate(reminders, start=1):
            messages.append(_Message(f"{Kind.REMINDER}:{number}:", Kind.REMINDER, instant))
        for message in messages:
            rows = _rows_for_places(session, wave, message).where(
                Place.zone == zone, Place.asks_at == asks_at, Person.country.is_not_distinct_from(country)
            )
            written += await changed_rows(session, write.from_select(_COLUMNS, rows))
    if written >= MANY and dialect(session) == "postgresql":
        # Until its own statistics catch up, the planner would sort all of them for each claim.
        await session.execute(text("ANALYZE delivery"))
    return written


_COLUMNS = [
    "id", "key", "kind", "person_id", "wave_id", "place_id", "team_id", "channel", "due_at", "state",
    "attempts", "doubts", "organisation_id",
]  # fmt: skip


def _rows_for_places(session: AsyncSession, wave: Wave, message: _Message) -> Select[Any]:
    """Return a statement that makes one row of `_COLUMNS` for each place of the wave."""
    columns = Delivery.__table__.columns
    by_mail: ColumnElement[Any] = literal(ChannelName.MAIL, columns["channel"].type)
    by_slack: ColumnElement[Any] = literal(ChannelName.SLACK, columns["channel"].type)
    return (
        select(
            _new_id(session),
            literal(message.prefix) + func.replace(sql_cast(Place.id, String), "-", ""),
            literal(message.kind, columns["kind"].type),
            Place.person_id,
            Place.wave_id,
            Place.id,
            Place.team_id,
            case((Person.slack_id.is_not(None), by_slack), else_=by_mail),
            literal(message.due_at, columns["due_at"].type),
            literal(DeliveryState.WAITING, columns["state"].type),
            literal(0),
            literal(0),
            literal(wave.organisation_id, Uuid()),
        )
        .join(Person, Person.id == Place.person_id)
        .where(Place.wave_id == wave.id)
        .order_by(Place.id)  # the unique keys then fill their index from left to right
    )


def _new_id(session: AsyncSession) -> ColumnElement[UUID]:
    """Return an expression that makes a random primary key in the database."""
    if dialect(session) == "postgresql":
        return func.gen_random_uuid(type_=Uuid())
    return type_coerce(func.lower(func.hex(func.randomblob(16))), Uuid())


async def schedule(session: AsyncSession, message: Planned) -> bool:
    """Plan one message; return False when one with the same key is planned or sent already."""
    return await schedule_all(session, [message]) == 1


async def schedule_all(session: AsyncSession, messages: Sequence[Planned]) -> int:
    """Plan messages whose keys are not planned or sent already; return how many those were."""
    planned = 0
    for start in range(0, len(messages), CHUNK):
        rows = [_row(message) for message in messages[start : start + CHUNK]]
        written = await session.scalars(insert_once(session, Delivery).values(rows).returning(Delivery.id))
        planned += len(written.all())
    return planned


def _row(message: Planned) -> dict[str, Any]:
    row = {field.name: getattr(message, field.name) for field in fields(message)}
    row["refers_to"] = null() if message.refers_to is None else dict(message.refers_to)
    return row


async def snooze(session: AsyncSession, place: Place, how: Snooze, *, now: datetime) -> datetime:
    """Remind one person again later, because they asked; return when.

    Pressing twice moves the reminder that is still to come instead of adding one. Those that everybody gets
    stay away from them until four hours after: they are kept as sent.

    Raises:
        Conflict: the wave closes before then, or the person put this pulse off three times already.
    """
    wave = await session.get_one(Wave, place.wave_id)
    person = await session.get_one(Person, place.person_id)
    due_at = snoozed_until(how, person.zone, now=now)
    if due_at >= wave.closes_at:
        raise Conflict("That is after this pulse closes. The message stays where it is until then.")
    mine = (Delivery.place_id == place.id, Delivery.kind == Kind.SNOOZED)
    still_to_come = update(Delivery).where(*mine, Delivery.state == DeliveryState.WAITING)
    if await changed_rows(session, still_to_come.values(due_at=due_at)):
        await _leave_alone(session, place, until=due_at)
        return due_at
    already = await session.scalar(select(func.count()).select_from(Delivery).where(*mine)) or 0
    if already >= SNOOZES:
        raise Conflict("You have put this pulse off three times. The message stays where it is.")
    asked_by = await session.scalar(
        select(Delivery.channel).where(Delivery.place_id == place.id, Delivery.kind == Kind.INVITATION)
    )
    await schedule(
        session,
        Planned(
            key=f"{Kind.SNOOZED}:{already + 1}:{place.id.hex}",
            kind=Kind.SNOOZED,
            person_id=place.person_id,
            organisation_id=wave.organisation_id,
            channel=asked_by or ChannelName.MAIL,
            due_at=due_at,
            wave_id=wave.id,
            place_id=place.id,
            team_id=place.team_id,
        ),
    )
    await _leave_alone(session, place, until=due_at)
    return due_at


async def _leave_alone(session: AsyncSession, place: Place, *, until: datetime) -> None:
    keys = [f"{Kind.REMINDER}:{number}:{place.id.hex}" for number in range(1, REMINDERS + 1)]
    reminders = update(Delivery).where(
        Delivery.key.in_(keys),
        Delivery.state == DeliveryState.WAITING,
        Delivery.due_at < until + QUIET_BEFORE_CLOSE,
    )
    await changed_rows(session, reminders.values(state=DeliveryState.SENT))


async def purge_wave(session: AsyncSession, wave_id: UUID) -> int:
    """Delete every invitation, reminder and put-off reminder of a wave; return how many.

    What tells of its results stays.
    """
    return await changed_rows(
        session,
        delete(Delivery).where(Delivery.wave_id == wave_id, Delivery.kind.in_(ASKING)),
    )


async def forget_person(session: AsyncSession, person_id: UUID) -> int:
    """Delete every message to a person, sent or not; return how many there were."""
    return await changed_rows(session, delete(Delivery).where(Delivery.person_id == person_id))


async def remember_event(session: AsyncSession, event_id: str, day: date) -> bool:
    """Return True the first time an event is seen. Keeps its SHA-256 and the day, no user."""
    digest = sha256(event_id.encode()).digest()
    statement = insert_once(session, SeenEvent).values(digest=digest, day=day).returning(SeenEvent.digest)
    return (await session.execute(statement)).scalar_one_or_none() is not None


async def prune_events(session: AsyncSession, *, now: datetime) -> int:
    """Forget events of more than 48 hours ago; return how many."""
    oldest = now.date() - timedelta(days=SEEN_EVENT_DAYS)
    return await changed_rows(session, delete(SeenEvent).where(SeenEvent.day < oldest))
