"""The published figures of a whole wave, a line each, as they may be shown."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.results.models import Figure, Participation
from surveys.results.queries import figure_view, participation_view
from surveys.waves.models import WaveUnit


async def published_lines(session: AsyncSession, wave_id: UUID) -> AsyncIterator[dict[str, Any]]:
    """Yield every figure of a wave as it may be shown, in a fixed order.

    One line a unit and dimension: `{team, dimension, shown, score, low, high, range, capped, carried, bars,
    statements, agreement, change}`, numbers as they are said and words as the receipts of units name them.
    A hidden figure has `shown: false` and null everywhere else.
    """
    rows = await session.stream(
        select(Figure, WaveUnit.name, Participation.size_class)
        .join(WaveUnit, (WaveUnit.wave_id == Figure.wave_id) & (WaveUnit.team_id == Figure.team_id))
        .outerjoin(
            Participation,
            (Participation.wave_id == Figure.wave_id) & (Participation.team_id == Figure.team_id),
        )
        .where(Figure.wave_id == wave_id)
        .order_by(WaveUnit.name, Figure.team_id, Figure.dimension)
        .execution_options(yield_per=1_000)
    )
    async for figure, name, size in rows:
        view = figure_view(figure, size)
        yield {
            "team": name,
            "dimension": figure.dimension,
            "shown": view.shown,
            "score": view.score,
            "low": view.low,
            "high": view.high,
            "range": view.range_kind,
            "capped": view.capped,
            "carried": view.carried,
            "bars": view.bars,
            "statements": view.item_words,
            "agreement": view.agreement,
            "change": view.trend.word if view.trend is not None else None,
        }


async def published_participation(session: AsyncSession, wave_id: UUID) -> list[dict[str, Any]]:
    """Return how many of each unit answered, as it may be shown, in the order of names.

    One line a unit: `{team, shown, asked, answered, band, size}`.
    """
    rows = await session.execute(
        select(Participation, WaveUnit.name)
        .join(
            WaveUnit,
            (WaveUnit.wave_id == Participation.wave_id) & (WaveUnit.team_id == Participation.team_id),
        )
        .where(Participation.wave_id == wave_id)
        .order_by(WaveUnit.name, Participation.team_id)
    )
    return [
        {
            "team": name,
            "shown": view.shown,
            "asked": view.asked,
            "answered": view.answered,
            "band": view.band,
            "size": view.size_class,
        }
        for view, name in ((participation_view(row), name) for row, name in rows)
    ]
