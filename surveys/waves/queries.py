"""What can be asked about waves: which is open for whom, who is on a roster, which must close."""

from datetime import date, datetime, timedelta
from functools import cache
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from surveys.people.models import Organisation, Person
from surveys.waves.models import Place, Turnout, Wave, WaveState, WaveUnit
from surveys.waves.rules import DAYS_BETWEEN_SMALL, LastAsked
from surveys.zones import local_date

ASKED_STATES = (WaveState.OPEN, WaveState.CLOSING, WaveState.PUBLISHED, WaveState.LOST)


async def open_place(session: AsyncSession, person_id: UUID) -> Place | None:
    """Return a person's place in the wave that is open, if there is one."""
    return (
        await session.scalars(
            select(Place)
            .join(Wave, Wave.id == Place.wave_id)
            .where(Place.person_id == person_id, Wave.state == WaveState.OPEN)
            .order_by(Wave.closes_at)
            .limit(1)
        )
    ).one_or_none()


async def people_in_open_waves(session: AsyncSession, organisation_id: UUID) -> set[UUID]:
    """Return everybody who is asked at the moment; nobody is in two open waves."""
    found = await session.scalars(
        select(Place.person_id)
        .join(Wave, Wave.id == Place.wave_id)
        .where(Wave.state == WaveState.OPEN, Wave.organisation_id == organisation_id)
    )
    return set(found)


async def roster(session: AsyncSession, wave_id: UUID, team_id: UUID) -> list[str]:
    """Return the names of who is asked in a unit while the wave is open, in alphabetical order."""
    names = await session.scalars(
        select(Person.name)
        .join(Place, Place.person_id == Person.id)
        .where(Place.wave_id == wave_id, Place.team_id == team_id)
        .order_by(Person.name)
    )
    return list(names)


async def open_wave_of_unit(session: AsyncSession, team_id: UUID) -> Wave | None:
    """Return the wave that asks a unit at the moment."""
    return (await session.scalars(_asking(), {"team_id": team_id})).one_or_none()


@cache
def _asking() -> Select[Wave]:
    return (
        select(Wave)
        .join(WaveUnit, WaveUnit.wave_id == Wave.id)
        .where(WaveUnit.team_id == bindparam("team_id"), Wave.state == WaveState.OPEN)
        .order_by(Wave.closes_at)
        .limit(1)
    )


async def unit_above(session: AsyncSession, wave_id: UUID, team_id: UUID) -> str | None:
    """Return the name of the unit above one, as the tree of a wave has it; None where there is none."""
    above = aliased(WaveUnit)
    return await session.scalar(
        select(above.name)
        .join(WaveUnit, (WaveUnit.wave_id == above.wave_id) & (WaveUnit.parent_id == above.team_id))
        .where(WaveUnit.wave_id == wave_id, WaveUnit.team_id == team_id)
    )


async def has_asked(
    session: AsyncSession, organisation_id: UUID, *, programme_id: UUID | None = None
) -> bool:
    """Return whether anybody was ever asked; from then on a minimum group can only be raised.

    Args:
        session: the edge's.
        organisation_id: in this organisation.
        programme_id: and in this programme, or in any.
    """
    first = select(Wave.id).where(Wave.organisation_id == organisation_id, Wave.state.in_(ASKED_STATES))
    if programme_id is not None:
        first = first.where(Wave.programme_id == programme_id)
    return await session.scalar(first.limit(1)) is not None


async def newest_record(session: AsyncSession, programme_id: UUID) -> Wave | None:
    """Return the newest occurrence of a programme on record, missed ones included.

    From the first on, the clock opens nothing that was due before; see `cadence.queries.preview`.
    """
    found = select(Wave).where(Wave.programme_id == programme_id)
    return (await session.scalars(found.order_by(Wave.occurrence.desc()).limit(1))).one_or_none()


async def waves_of(session: AsyncSession, organisation_id: UUID, *, last: int = 100) -> list[Wave]:
    """Return an organisation's newest waves, newest first."""
    found = await session.scalars(
        select(Wave)
        .where(Wave.organisation_id == organisation_id)
        .order_by(Wave.opens_at.desc(), Wave.id)
        .limit(last)
    )
    return list(found)


async def waves_to_close(session: AsyncSession, *, now: datetime) -> list[UUID]:
    """Return the waves whose time is over or whose sealing was interrupted, oldest first."""
    found = await session.scalars(
        select(Wave.id)
        .where(
            ((Wave.state == WaveState.OPEN) & (Wave.closes_at <= now)) | (Wave.state == WaveState.CLOSING)
        )
        .order_by(Wave.closes_at, Wave.id)
    )
    return list(found)


async def waves_to_count(session: AsyncSession, *, now: datetime) -> list[tuple[Wave, date]]:
    """Return the open pulses whose turnout of today is not known, each with today in its organisation.

    The day on which a wave opens has none: few have been asked for long.
    """
    found = await session.execute(
        select(Wave, Organisation.zone)
        .join(Organisation, Organisation.id == Wave.organisation_id)
        .where(Wave.state == WaveState.OPEN, Wave.is_pulse, Wave.closes_at > now)
        .order_by(Wave.id)
    )
    waiting = []
    for wave, zone in found:
        today = local_date(now, zone)
        if today <= local_date(wave.opens_at, zone):
            continue
        if await session.get(Turnout, (wave.id, today)) is None:
            waiting.append((wave, today))
    return waiting


async def newest_turnout(session: AsyncSession, wave_id: UUID) -> Turnout | None:
    """Return what HR may know of an open wave: the last daily figure, if there is one."""
    newest = select(Turnout).where(Turnout.wave_id == wave_id).order_by(Turnout.day.desc()).limit(1)
    return (await session.scalars(newest)).one_or_none()


async def latest_wave(session: AsyncSession, programme_id: UUID) -> Wave | None:
    """Return a programme's newest pulse that asked anybody, cancelled ones included."""
    return (
        await session.scalars(
            select(Wave)
            .where(Wave.programme_id == programme_id, Wave.is_pulse)
            .order_by(Wave.occurrence.desc())
            .limit(1)
        )
    ).one_or_none()


async def question_alone(session: AsyncSession, programme_id: UUID) -> Wave | None:
    """Return the open wave of a programme that asks about promises alone; of several the last to close."""
    found = select(Wave).where(
        Wave.programme_id == programme_id, ~Wave.is_pulse, Wave.state == WaveState.OPEN
    )
    return (await session.scalars(found.order_by(Wave.closes_at.desc()).limit(1))).one_or_none()


async def waves_with_keys_to_destroy(session: AsyncSession) -> list[UUID]:
    """Return the waves that are over and whose key is not yet known to be destroyed."""
    over = (WaveState.PUBLISHED, WaveState.LOST, WaveState.CANCELLED)
    found = await session.scalars(
        select(Wave.id).where(Wave.state.in_(over), Wave.key_destroyed_at.is_(None)).order_by(Wave.id)
    )
    return list(found)


async def last_asked(
    session: AsyncSession, organisation_id: UUID, *, since: datetime
) -> dict[UUID, LastAsked]:
    """Return when each unit was last asked, looking back as far as any rule of rest reaches.

    One question about a promise alone gives nobody a rest from the next pulse.
    """
    found = await session.execute(
        select(WaveUnit.team_id, Wave.occurrence, Wave.items)
        .join(Wave, Wave.id == WaveUnit.wave_id)
        .where(
            Wave.organisation_id == organisation_id,
            # A wave that was lost with its key may be asked again by hand, so it gives nobody a rest.
            Wave.state.in_(ASKED_STATES),
            Wave.state != WaveState.LOST,
            Wave.is_pulse,
            Wave.opens_at >= since - timedelta(days=DAYS_BETWEEN_SMALL + 2),
            WaveUnit.asked > 0,
        )
        .order_by(Wave.occurrence)
    )
    when: dict[UUID, dict[str, date]] = {}
    for team_id, occurrence, items in found:
        when.setdefault(team_id, {}).update({item["dimension"]: occurrence for item in items})
    return {team_id: LastAsked(max(dates.values()), dates) for team_id, dates in when.items()}
