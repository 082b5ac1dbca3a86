"""Reminders of an open wave follow whoever goes to another zone; the invitation stays where it was."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.cadence.models import Programme
from surveys.cadence.rules import Schedule, instant
from surveys.deliveries.models import Delivery
from surveys.deliveries.rules import QUIET_BEFORE_CLOSE, DeliveryState, Kind, reminder_times
from surveys.people.models import Organisation, Person
from surveys.waves.models import Place, Wave, WaveState
from surveys.waves.rules import FrozenRules
from surveys.zones import time_zone

CHUNK = 500  # people a statement
Calendar = Callable[[str | None], Callable[[date], bool]]  # of a country: whether a day is quiet there


async def move_reminders(session: AsyncSession, people: Sequence[UUID], *, now: datetime) -> int:
    """Put the reminders still to come at the same hour of the zone people live in now; return how many.

    Each keeps its day and its hour on the clock. One that would fall into the past or too near the close
    stays where it was. Nobody gets one more or one less. Safe to repeat, and to undo.
    """
    moved = 0
    calendars: dict[UUID, Calendar] = {}
    for start in range(0, len(people), CHUNK):
        found = await session.execute(
            select(Place, Person.zone, Person.country, Wave)
            .join(Person, Person.id == Place.person_id)
            .join(Wave, Wave.id == Place.wave_id)
            .where(Place.person_id.in_(people[start : start + CHUNK]), Wave.state == WaveState.OPEN)
        )
        for place, zone, country, wave in found.all():
            if wave.id not in calendars:
                calendars[wave.id] = await quiet_days_of(session, wave)
            planned = reminder_times(
                place.asks_at,
                wave.closes_at,
                place.zone,
                count=FrozenRules.of(wave.rules).reminders,
                quiet=calendars[wave.id](country),
            )
            moved += await _move(session, place, zone, wave, planned, now=now)
    return moved


async def quiet_days_of(session: AsyncSession, wave: Wave) -> Calendar:
    """Return which days are quiet for people of a country, as the wave's programme has it."""
    programme = await session.get_one(Programme, wave.programme_id)
    organisation = await session.get_one(Organisation, wave.organisation_id)
    days = replace(Schedule.of(programme).quiet, weekends=False)

    def of_country(country: str | None) -> Callable[[date], bool]:
        return lambda day: days.why(day, country or organisation.country) is not None

    return of_country


async def _move(
    session: AsyncSession,
    place: Place,
    zone: str,
    wave: Wave,
    planned: Sequence[datetime],
    *,
    now: datetime,
) -> int:
    waiting = await session.execute(
        select(Delivery.id, Delivery.due_at)
        .where(
            Delivery.place_id == place.id,
            Delivery.kind == Kind.REMINDER,
            Delivery.state == DeliveryState.WAITING,
        )
        .order_by(Delivery.due_at)
    )
    rows = waiting.all()
    moved = 0
    for row, at in zip(rows, _last(planned, len(rows)), strict=False):
        wanted = _same_hour(at, place.zone, zone)
        if not now < wanted <= wave.closes_at - QUIET_BEFORE_CLOSE:
            continue
        await session.execute(update(Delivery).where(Delivery.id == row.id).values(due_at=wanted))
        moved += row.due_at != wanted
    return moved


def _last(planned: Collection[datetime], count: int) -> list[datetime]:
    """Return the last `count` of the planned instants: those before them have been sent."""
    return list(planned)[len(planned) - count :] if count <= len(planned) else []


def _same_hour(at: datetime, old: str, new: str) -> datetime:
    local = at.astimezone(time_zone(old))
    return instant(local.date(), local.time(), new)
