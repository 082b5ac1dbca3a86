"""What may be asked about all publications of an organisation together. No single team is in it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.results.models import Figure, Pooled
from surveys.results.rules.organisation import DimensionShape, dimension_shape
from surveys.results.rules.pooled import ItemLevel, Noise
from surveys.results.rules.trend import TrendState
from surveys.waves.models import Wave, WaveState

SILENT_WAVES = 8  # after so many waves without a figure a baseline begins anew


@dataclass(frozen=True, slots=True)
class DimensionOverall:
    """One dimension over the organisation, as its newest publication froze it.

    Attributes:
        occurrence: of that publication.
        difficulties: code → δ in points; 0.0 until three teams and thirty answers are known.
        shape: None until one wave had 20 teams and 100 records.
    """

    dimension: str
    occurrence: date
    difficulties: Mapping[str, float]
    shape: DimensionShape | None


@dataclass(frozen=True, slots=True)
class Overall:
    """The organisation's page: its dimensions, the statements, and how far figures wobble.

    Attributes:
        dimensions: in the order in which they were first asked.
        texts: code → statement as it was last asked.
        noise_scale: c as of the newest publication; 1.0 is what was expected.
        pairs: pairs of consecutive figures behind it.
        teams: teams that gave a pair.
    """

    dimensions: Sequence[DimensionOverall]
    texts: Mapping[str, str]
    noise_scale: float
    pairs: int
    teams: int


async def pooled_until_now(
    session: AsyncSession, organisation_id: UUID
) -> tuple[dict[str, dict[str, ItemLevel]], Noise]:
    """Return what the organisation's publications know together.

    First dimension → item → its answers, then how far consecutive figures of teams lie apart.
    """
    rows = await session.execute(
        select(Pooled.dimension, Pooled.items, Pooled.noise)
        .join(Wave, Wave.id == Pooled.wave_id)
        .where(Wave.organisation_id == organisation_id)
        .order_by(Wave.opens_at)
    )
    levels: dict[str, dict[str, ItemLevel]] = {}
    noise = Noise()
    for dimension, items, wave_noise in rows:
        noise = noise.and_then(Noise(**wave_noise))
        known = levels.setdefault(dimension, {})
        for code, level in items.items():
            known[code] = known.get(code, ItemLevel()).and_then(ItemLevel(*level))
    return levels, noise


async def overall(session: AsyncSession, organisation_id: UUID, *, now: datetime) -> Overall | None:
    """Return how well things are measured, from waves that everybody may read; None before the first."""
    rows = (
        await session.execute(
            select(Pooled, Wave.occurrence, Wave.items)
            .join(Wave, Wave.id == Pooled.wave_id)
            .where(Wave.organisation_id == organisation_id, Wave.team_sees_at <= now)
            .order_by(Wave.opens_at, Pooled.dimension)
        )
    ).all()
    if not rows:
        return None
    noise = Noise()
    texts: dict[str, str] = {}
    newest: dict[str, tuple[date, Pooled]] = {}
    shapes: dict[str, list[tuple[date, dict[str, Any]]]] = defaultdict(list)
    for pooled, occurrence, items in rows:
        noise = noise.and_then(Noise(**pooled.noise))
        texts |= {item["code"]: item["text"] for item in items}
        newest[pooled.dimension] = occurrence, pooled
        if pooled.shape is not None:
            shapes[pooled.dimension].append((occurrence, pooled.shape))
    return Overall(
        dimensions=[
            DimensionOverall(
                dimension,
                occurrence,
                pooled.difficulties,
                dimension_shape(dimension, shapes[dimension]) if shapes[dimension] else None,
            )
            for dimension, (occurrence, pooled) in newest.items()
        ],
        texts=texts,
        noise_scale=rows[-1][0].noise_scale,
        pairs=noise.pairs,
        teams=noise.teams,
    )


async def trend_states(
    session: AsyncSession, programme_id: UUID, dimensions: Iterable[str]
) -> dict[tuple[UUID, str], TrendState]:
    """Return the trend rule's state of every unit as last frozen, within the newest waves."""
    newest = (
        await session.scalars(
            select(Wave.id)
            .where(Wave.programme_id == programme_id, Wave.state == WaveState.PUBLISHED, Wave.is_pulse)
            .order_by(Wave.opens_at.desc())
            .limit(SILENT_WAVES)
        )
    ).all()
    found: dict[tuple[UUID, str], TrendState] = {}
    for wave_id in newest:
        rows = await session.execute(
            select(Figure.team_id, Figure.dimension, Figure.trend).where(
                Figure.wave_id == wave_id,
                Figure.dimension.in_(list(dimensions)),
                Figure.shown,
            )
        )
        for team_id, dimension, trend in rows:
            if trend is not None and (team_id, dimension) not in found:
                found[team_id, dimension] = TrendState.of(trend)
    return found
