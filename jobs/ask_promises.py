"""Asks about a promise alone where no pulse came for ten working days after it was due to be asked.

One small wave a programme and day, for all units that are due. A pulse always goes first: where one opens
before the question would be over, the question is left to it, because nobody is in two open waves.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from jobs.open_waves import coming_occurrence, places_of
from surveys.ballots.actions import open_box
from surveys.ballots.keys import KeyStore
from surveys.cadence.models import Programme
from surveys.cadence.rules import Fate, Place, Schedule, WaveTimes, fate, on_one_day, wave_times
from surveys.commitments.alone import Waiting, asked_alone_from, promises_unasked
from surveys.deliveries.actions import invite_roster
from surveys.people.models import Organisation
from surveys.people.queries import directory_of
from surveys.people.rules import Directory
from surveys.waves.models import Wave
from surveys.waves.opening import open_question
from surveys.waves.queries import people_in_open_waves
from surveys.waves.rosters import audience_of
from surveys.zones import local_date

AT_MOST_LATE = timedelta(hours=8)  # after the hour of the day; what is later waits for the next day


@dataclass(frozen=True, slots=True)
class Due:
    """A promise that is asked about alone from an instant on."""

    waiting: Waiting
    asked_from: datetime


@dataclass(frozen=True, slots=True)
class Fitting:
    """Units that can be asked together on a day, before the next pulse of each, and when."""

    units: Collection[Due]
    times: WaveTimes


async def ask_promises(sessions: async_sessionmaker[AsyncSession], keys: KeyStore, *, now: datetime) -> int:
    """Open a wave of one question for every unit that is due; return how many waves."""
    async with sessions() as session:
        organisations = (await session.scalars(select(Organisation.id).order_by(Organisation.id))).all()
    opened = 0
    for organisation_id in organisations:
        async with sessions.begin() as session:
            waves = await _ask_in(session, keys, organisation_id, now=now)
        for wave_id in waves:
            await keys.confirm(wave_id)
        opened += len(waves)
    return opened


async def _ask_in(
    session: AsyncSession, keys: KeyStore, organisation_id: UUID, *, now: datetime
) -> list[UUID]:
    waiting = await promises_unasked(session, organisation_id, now=now)
    if not waiting:  # as nearly always, and then nobody's lock is taken
        return []
    # The same lock as for pulses: an organisation opens one wave at a time.
    organisation = await session.get_one(
        Organisation, organisation_id, with_for_update={"key_share": True}, populate_existing=True
    )
    directory = await directory_of(session, organisation_id)
    due = _due(waiting, directory, now)
    if not due:
        return []
    programmes = await _running(session, organisation_id)
    audiences = {programme.id: audience_of(programme, directory) for programme in programmes}
    places = await places_of(session, organisation)
    coming = {one.id: await _next_opening(session, one, places, now=now) for one in programmes}
    busy = await people_in_open_waves(session, organisation_id)
    rosters = directory.rosters()
    opened: list[UUID] = []
    for programme in programmes:
        audience = audiences[programme.id]
        free = [
            one
            for one in due
            if one.waiting.team_id in audience and not busy & set(rosters[one.waiting.team_id])
        ]
        soonest = {one.waiting.team_id: _soonest(one.waiting.team_id, audiences, coming) for one in free}
        wave = await _ask_units(session, programme, organisation, directory, free, soonest, now=now)
        if wave is None:
            continue
        await open_box(session, keys, wave.id)
        await invite_roster(session, wave, now=now)
        opened.append(wave.id)
        busy = await people_in_open_waves(session, organisation_id)
    return opened


def _soonest(
    team_id: UUID, audiences: Mapping[UUID, Collection[UUID]], coming: Mapping[UUID, datetime]
) -> datetime:
    """Return when the next pulse opens that asks a unit, of whichever programme."""
    return min(coming[programme] for programme, units in audiences.items() if team_id in units)


def _due(waiting: Collection[Waiting], directory: Directory, now: datetime) -> list[Due]:
    return [
        Due(one, asked_from)
        for one in waiting
        if (asked_from := asked_alone_from(one, directory)) is not None and asked_from <= now
    ]


async def _running(session: AsyncSession, organisation_id: UUID) -> Sequence[Programme]:
    found = await session.scalars(
        select(Programme)
        .where(Programme.organisation_id == organisation_id, Programme.paused_at.is_(None))
        .order_by(Programme.created_at, Programme.id)
    )
    return found.all()


async def _ask_units(
    session: AsyncSession,
    programme: Programme,
    organisation: Organisation,
    directory: Directory,
    due: Collection[Due],
    soonest: Mapping[UUID, datetime],
    *,
    now: datetime,
) -> Wave | None:
    """Open the wave of one programme for the units whose hour it is, if there are any."""
    taken = await _days_taken(session, programme, now=now)
    today = local_date(now, organisation.zone)
    for step in (1, 0, -1):  # zones reach a day to either side
        day = today + timedelta(days=step)
        if day in taken:
            continue
        fitting = _fitting(due, soonest, Schedule.of(programme), day, directory)
        if fitting is not None and _is_the_hour(fitting.times, now):
            opened = await open_question(
                session,
                programme,
                day,
                directory,
                fitting.times,
                {one.waiting.team_id: one.waiting.question for one in fitting.units},
            )
            return opened.wave
    return None


def _fitting(
    due: Collection[Due],
    soonest: Mapping[UUID, datetime],
    schedule: Schedule,
    day: date,
    directory: Directory,
) -> Fitting | None:
    units = due
    while units:
        times = wave_times(on_one_day(schedule, day), day, _places_in(directory, units))
        fitting = [
            one
            for one in units
            if one.asked_from <= times.opens_at and soonest[one.waiting.team_id] >= times.closes_at
        ]
        if len(fitting) == len(units):
            return Fitting(units, times)
        units = fitting  # fewer zones may open later and close earlier
    return None


def _is_the_hour(times: WaveTimes, now: datetime) -> bool:
    on_time = now - times.opens_at <= AT_MOST_LATE
    return on_time and fate(times.opens_at, times.closes_at, now) is Fate.OPENS


def _places_in(directory: Directory, units: Collection[Due]) -> set[Place]:
    rosters = directory.rosters()
    return {directory.place_of(person) for one in units for person in rosters[one.waiting.team_id]}


async def _days_taken(session: AsyncSession, programme: Programme, *, now: datetime) -> set[date]:
    around = (now.date() - timedelta(days=3), now.date() + timedelta(days=3))
    return set(
        await session.scalars(
            select(Wave.occurrence).where(
                Wave.programme_id == programme.id, Wave.occurrence.between(*around)
            )
        )
    )


async def _next_opening(
    session: AsyncSession, programme: Programme, places: Collection[Place], *, now: datetime
) -> datetime:
    """Return the instant at which a programme's next pulse opens, as far as is known now."""
    occurrence = await coming_occurrence(session, programme, now=now)
    return wave_times(Schedule.of(programme), occurrence, places).opens_at
