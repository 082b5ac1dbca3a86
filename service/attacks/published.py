"""Published waves as an attacker reads them out of a copy: plain values, wave by wave."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.results.models import Figure, Participation, Pool, Pooled, TeamWord
from surveys.results.rules.disclosure import post_order
from surveys.waves.models import Wave, WaveState, WaveUnit

Row = Mapping[str, Any]
Place = tuple[UUID, str]  # unit and dimension


@dataclass(frozen=True, slots=True)
class UnitThen:
    """A unit of the frozen tree."""

    parent: UUID | None
    asked: int
    leaders: frozenset[str]
    loop: Sequence[Row] = ()
    changed: float | None = None


@dataclass(frozen=True, slots=True)
class PublishedWave:
    """Everything that is stored of one wave after its close."""

    wave_id: UUID
    programme_id: UUID
    occurrence: date
    closes_at: datetime
    items: Sequence[Row]
    rules: Row
    receipt: Row | None
    units: Mapping[UUID, UnitThen]
    pools: Mapping[Place, Row] = field(default_factory=dict)
    figures: Mapping[Place, Row] = field(default_factory=dict)
    participation: Mapping[UUID, Row] = field(default_factory=dict)
    pooled: Mapping[str, Row] = field(default_factory=dict)  # by dimension
    words: Sequence[Row] = ()

    @property
    def minimum(self) -> int:
        """k, as frozen with the wave."""
        return int(self.rules["minimum_group"])

    @property
    def dimensions(self) -> set[str]:
        """What the wave asked about."""
        return {item["dimension"] for item in self.items}

    def codes(self, dimension: str) -> set[str]:
        """The statements of a dimension."""
        return {item["code"] for item in self.items if item["dimension"] == dimension}

    def parents(self) -> dict[UUID, UUID | None]:
        """The tree, unit → the unit above."""
        return {
            unit: known.parent if known.parent in self.units else None for unit, known in self.units.items()
        }

    def bottom_up(self) -> list[UUID]:
        """The units, each after everything below it."""
        return post_order(self.parents())

    def nearest_below(self, units: Iterable[UUID]) -> dict[UUID, list[UUID]]:
        """Return for each unit of a selection the nearest units of the selection below it.

        These are what somebody subtracts from a figure to learn about the rest.
        """
        chosen, parents = set(units), self.parents()
        waiting: dict[UUID, list[UUID]] = {unit: [] for unit in parents}
        found: dict[UUID, list[UUID]] = {}
        for unit in self.bottom_up():
            below = waiting.pop(unit)
            if unit in chosen:
                found[unit], below = below, [unit]
            parent = parents[unit]
            if parent is not None:
                waiting[parent].extend(below)
        return found


async def published_waves(session: AsyncSession) -> AsyncIterator[PublishedWave]:
    """Yield the published waves, oldest first; one at a time is held in memory."""
    waves = await session.execute(
        select(
            Wave.id, Wave.programme_id, Wave.occurrence, Wave.closes_at, Wave.items, Wave.rules,
            Wave.receipt,
        )
        .where(Wave.state == WaveState.PUBLISHED)
        .order_by(Wave.closes_at, Wave.id)
    )  # fmt: skip
    for wave_id, programme_id, occurrence, closes_at, items, rules, receipt in waves.all():
        pools = await _rows(session, Pool, wave_id)
        figures = await _rows(session, Figure, wave_id)
        yield PublishedWave(
            wave_id=wave_id,
            programme_id=programme_id,
            occurrence=occurrence,
            closes_at=closes_at,
            items=items,
            rules=rules,
            receipt=receipt,
            units={
                row["team_id"]: UnitThen(
                    row["parent_id"],
                    row["asked"],
                    frozenset(row["leaders"]),
                    row["loop"],
                    row["changed_share"],
                )
                for row in await _rows(session, WaveUnit, wave_id)
            },
            pools={(row["team_id"], row["dimension"]): row for row in pools},
            figures={(row["team_id"], row["dimension"]): row for row in figures},
            participation={row["team_id"]: row for row in await _rows(session, Participation, wave_id)},
            pooled={row["dimension"]: row for row in await _rows(session, Pooled, wave_id)},
            words=await _rows(session, TeamWord, wave_id),
        )


async def _rows(
    session: AsyncSession,
    model: type[Pool | Pooled | Figure | Participation | TeamWord | WaveUnit],
    wave_id: UUID,
) -> list[Row]:
    table = model.__table__
    found = await session.execute(select(table).where(table.columns["wave_id"] == wave_id))
    return [dict(row) for row in found.mappings()]
