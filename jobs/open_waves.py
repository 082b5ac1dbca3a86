"""Opens every occurrence that is due, and records the ones an outage has cost."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from surveys.ballots.actions import open_box
from surveys.ballots.keys import KeyStore
from surveys.cadence.models import Programme
from surveys.cadence.rules import Fate, Schedule, fate, next_occurrence, wave_times
from surveys.commitments.asking import loop_questions_due
from surveys.deliveries.actions import invite_roster
from surveys.people.models import Organisation, Person
from surveys.people.queries import directory_of
from surveys.waves.models import Wave, WaveState
from surveys.waves.opening import open_wave


@dataclass(frozen=True, slots=True)
class Settled:
    """An occurrence that is dealt with: opened as a wave, or recorded as missed."""

    opened: UUID | None


async def open_waves(sessions: async_sessionmaker[AsyncSession], keys: KeyStore, *, now: datetime) -> int:
    """Open or record every occurrence that is due, one transaction each; return how many there were.

    The lock on the programme's row lets only one worker open an occurrence; the key of the wave is on
    disk before its transaction commits.
    """
    async with sessions() as session:
        programmes = (
            await session.scalars(
                select(Programme.id).where(Programme.paused_at.is_(None)).order_by(Programme.id)
            )
        ).all()
    settled = 0
    for programme_id in programmes:
        while True:
            async with sessions.begin() as session:
                found = await _open_next(session, keys, programme_id, now=now)
            if found is None:
                break
            if found.opened is not None:
                await keys.confirm(found.opened)
            settled += 1
    return settled


async def _open_next(
    session: AsyncSession, keys: KeyStore, programme_id: UUID, *, now: datetime
) -> Settled | None:
    programme = await session.get(Programme, programme_id, with_for_update=True)
    if programme is None or programme.paused_at is not None:
        return None
    # Two programmes can have people in common and nobody is asked in two waves at once, so an organisation
    # opens one wave at a time. This lock lets rows that merely refer to the organisation be written.
    organisation = await session.get_one(
        Organisation, programme.organisation_id, with_for_update={"key_share": True}
    )
    occurrence = await coming_occurrence(session, programme, now=now)
    # The directory is large and seldom needed: the few zones in it decide whether it is time at all.
    places = await places_of(session, organisation)
    if not places:
        return None
    times = wave_times(Schedule.of(programme), occurrence, places)
    if fate(times.opens_at, times.closes_at, now) is Fate.WAITS:
        return None
    directory = await directory_of(session, organisation.id)
    loop = await loop_questions_due(session, directory, now=now)
    opened = await open_wave(
        session,
        programme,
        occurrence,
        directory,
        loop=loop,
        now=now,
    )
    if opened is None:
        recorded = await _latest_occurrence(session, programme_id) == occurrence
        return Settled(None) if recorded else None
    await open_box(session, keys, opened.wave.id)
    await invite_roster(session, opened.wave, now=now)
    return Settled(opened.wave.id)


async def coming_occurrence(session: AsyncSession, programme: Programme, *, now: datetime) -> date:
    """Return the occurrence of a programme that the clock has to look at next; it may be overdue."""
    latest = await _latest_occurrence(session, programme.id)
    occurrence = next_occurrence(Schedule.of(programme), latest, now=now)
    if programme.extra_on is not None and (latest is None or programme.extra_on > latest):
        return min(occurrence, programme.extra_on)
    return occurrence


async def _latest_occurrence(session: AsyncSession, programme_id: UUID) -> date | None:
    return await session.scalar(
        select(Wave.occurrence)
        .where(Wave.programme_id == programme_id, Wave.is_pulse | (Wave.state == WaveState.MISSED))
        .order_by(Wave.occurrence.desc())
        .limit(1)
    )


async def places_of(session: AsyncSession, organisation: Organisation) -> set[tuple[str, str | None]]:
    """Return the distinct zones and countries of everybody who can be asked."""
    found = await session.execute(
        select(Person.zone, Person.country)
        .where(Person.organisation_id == organisation.id, Person.active)
        .distinct()
    )
    return {(zone, country or organisation.country) for zone, country in found}
