"""Publishing a wave: one transaction that stores the frozen figures and leaves no ballot behind."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from surveys.ballots.actions import empty_box, lock_against_casting
from surveys.database import insert_rows
from surveys.people.models import Organisation
from surveys.results.models import Figure, Participation, Pool, Pooled, TeamWord
from surveys.results.receipts import write_receipt_texts
from surveys.results.rules.display import after_working_days
from surveys.results.rules.publication import Publication
from surveys.waves.actions import purge_places
from surveys.waves.models import Wave, WaveState
from surveys.waves.rules import FrozenRules


async def publish_wave(
    session: AsyncSession, wave_id: UUID, publication: Publication, *, discarded: int, now: datetime
) -> bool:
    """Store what a wave publishes, and delete every ballot and its roster, in the caller's transaction.

    Args:
        publication: as `rules.publication.decide` returned it.
        discarded: rows in the box that no roster key explains.
        now: becomes the instant of publication; leaders read from then on.

    Returns:
        Whether it was published; False when another worker did so first. Safe to repeat.
    """
    wave = await _closing(session, wave_id)
    if wave is None:
        return False
    for model, rows in (
        (Pool, publication.pools),
        (Figure, publication.figures),
        (Pooled, publication.pooled),
        (Participation, publication.participation),
        (TeamWord, publication.words),
    ):
        await insert_rows(session, model, ({**row, "wave_id": wave_id} for row in rows))
    organisation = await session.get_one(Organisation, wave.organisation_id)
    head_start = FrozenRules.of(wave.rules).head_start_days
    wave.state = WaveState.PUBLISHED
    wave.published_at = now
    wave.leaders_see_at = now
    wave.team_sees_at = after_working_days(now, head_start, organisation.zone)
    await _clear(session, wave_id)
    await session.flush()
    fingerprint = await write_receipt_texts(session, wave_id)
    wave.receipt = {**publication.totals, "discarded": discarded, "sha256": fingerprint}
    return True


async def close_without_results(session: AsyncSession, wave_id: UUID, *, now: datetime) -> bool:
    """End a wave whose key is lost: its rows cannot be read by anyone, and the page says so."""
    wave = await _closing(session, wave_id)
    if wave is None:
        return False
    wave.state = WaveState.LOST
    wave.published_at = now
    wave.leaders_see_at = wave.team_sees_at = now
    await _clear(session, wave_id)
    return True


async def _closing(session: AsyncSession, wave_id: UUID) -> Wave | None:
    await lock_against_casting(session, wave_id)
    wave = await session.get_one(Wave, wave_id, populate_existing=True, with_for_update=True)
    return wave if wave.state is WaveState.CLOSING else None


async def _clear(session: AsyncSession, wave_id: UUID) -> None:
    await empty_box(session, wave_id)
    await purge_places(session, wave_id)
