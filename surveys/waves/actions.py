"""Closing, cancelling and skipping a wave, and asking once more by hand. Opening is in `opening`."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.cadence.models import Programme
from surveys.errors import Conflict, Missing
from surveys.waves.models import Place, Turnout, Wave, WaveState
from surveys.waves.queries import latest_wave
from surveys.zones import local_date


async def begin_closing(session: AsyncSession, wave_id: UUID, *, now: datetime) -> bool:
    """Take no more answers. The caller holds the lock against casting and commits before sealing.

    Returns whether the wave is now closing; False when another worker published it already.
    """
    wave = await session.get_one(Wave, wave_id, populate_existing=True, with_for_update=True)
    if wave.state is WaveState.OPEN and now >= wave.closes_at:
        wave.state = WaveState.CLOSING
    return wave.state is WaveState.CLOSING


async def cancel_wave(session: AsyncSession, wave_id: UUID, *, now: datetime) -> Wave:
    """End a wave early. Ending early is cancelling: nothing is published, there is no reopening.

    Its roster goes at once, so nobody can answer any more; the clock empties the box, purges deliveries
    and destroys the key at its next tick.

    Raises:
        Missing: no such wave.
        Conflict: it is not open any more.
    """
    wave = await session.get(Wave, wave_id, populate_existing=True, with_for_update=True)
    if wave is None:
        raise Missing("There is no such pulse.")
    if wave.state is not WaveState.OPEN:
        raise Conflict("This pulse is over already, so it cannot be ended early.")
    wave.state = WaveState.CANCELLED
    wave.closes_at = min(wave.closes_at, now)
    await purge_places(session, wave_id)
    return wave


async def ask_again(session: AsyncSession, programme: Programme, *, zone: str, now: datetime) -> date:
    """Let one extra wave open by hand, on the next day, after a wave that was lost with its key.

    Args:
        programme: whose newest wave was lost.
        zone: of the organisation, in which the next day is meant.
        now: aware UTC.

    Returns:
        The local date on which everybody is asked.

    Raises:
        Conflict: the newest wave was not lost, or the extra one is planned already.
    """
    wave = await latest_wave(session, programme.id)
    if wave is None or wave.state is not WaveState.LOST:
        raise Conflict("Only a pulse that ended without results can be asked once more.")
    if programme.extra_on is not None and programme.extra_on > wave.occurrence:
        raise Conflict("It is asked once more already; there is nothing left to do.")
    programme.extra_on = local_date(now, zone) + timedelta(days=1)
    await session.flush()
    return programme.extra_on


async def skip(session: AsyncSession, place_id: UUID) -> None:
    """Send this person no more reminders for this wave; they may still answer."""
    await session.execute(update(Place).where(Place.id == place_id).values(skipped=True))


async def purge_places(session: AsyncSession, wave_id: UUID) -> None:
    """Delete the roster of a wave that is over, and the days on which its turnout was counted.

    How many were asked stays with its units.
    """
    await session.execute(delete(Place).where(Place.wave_id == wave_id))
    await session.execute(delete(Turnout).where(Turnout.wave_id == wave_id))


async def note_turnout(session: AsyncSession, wave_id: UUID, day: date, percent: int) -> None:
    """Store the one figure of a day, unless the wave ended or another worker was first."""
    wave = await session.get_one(Wave, wave_id, populate_existing=True, with_for_update=True)
    if wave.state is WaveState.OPEN and await session.get(Turnout, (wave_id, day)) is None:
        session.add(Turnout(wave_id=wave_id, day=day, percent=percent))
        await session.flush()
