"""What may only be tightened, or may only end: minimum groups, and waves that are over."""

from itertools import groupby

from sqlalchemy import exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.attacks.attempts import Attempt, judged
from surveys.cadence.drafts import SMALLEST_MINIMUM
from surveys.people.models import Organisation
from surveys.results.models import Figure
from surveys.waves.models import RUNNING, Wave, WaveState


async def attacks(session: AsyncSession) -> list[Attempt]:
    """Return whether somebody with the database in hand loosened what members were promised."""
    return [
        judged(
            "minimum groups",
            await _lowered(session),
            clean="The minimum group of a programme only ever rose, and is nowhere below four.",
            leak="A minimum group was lowered after people had been told it, or is below four.",
        ),
        judged(
            "reopened waves",
            await _reopened(session),
            clean="No wave that has ended, or has figures, is open.",
            leak="A wave is open that had ended or has figures, so they could be computed again.",
        ),
    ]


async def _lowered(session: AsyncSession) -> int:
    organisations = await session.scalar(
        select(func.count()).select_from(Organisation).where(Organisation.minimum_group < SMALLEST_MINIMUM)
    )
    waves = await session.execute(
        select(Wave.programme_id, Wave.rules)
        .where(Wave.state != WaveState.MISSED)
        .order_by(Wave.programme_id, Wave.opens_at, Wave.id)
    )
    found = organisations or 0
    for _, told in groupby(waves, key=lambda row: row.programme_id):
        highest = SMALLEST_MINIMUM
        for row in told:
            minimum = row.rules.get("minimum_group", highest)
            found += minimum < highest
            highest = max(highest, minimum)
    return found


async def _reopened(session: AsyncSession) -> int:
    ended = or_(
        Wave.published_at.is_not(None),
        Wave.key_destroyed_at.is_not(None),
        exists().where(Figure.wave_id == Wave.id),
    )
    return (
        await session.scalar(select(func.count()).select_from(Wave).where(Wave.state.in_(RUNNING), ended))
        or 0
    )
