"""The figures of one dimension: which pools are released, and what is said of each unit of the tree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from surveys.results.rules.certainty import Spread, reads_capped, sums_tell
from surveys.results.rules.disclosure import (
    CAP_FROM,
    CAPPED_AS,
    Released,
    Respondent,
    carry_up,
    unions,
)
from surveys.results.rules.display import LARGE, SMALL, nearest
from surveys.results.rules.distributions import SCALE_POINT, histogram
from surveys.results.rules.intervals import Sums, range_of
from surveys.results.rules.participation import below
from surveys.results.rules.scoring import AskedItems
from surveys.results.rules.spread import Said, Spreads

HIDDEN: dict[str, Any] = {
    "shown": False,
    "n": None,
    "asked": None,
    "score": None,
    "low": None,
    "high": None,
    "range_kind": None,
    "capped": False,
    "carried": False,
    "bars": None,
    "item_words": None,
    "agreement": None,
    "trend": None,
}


@dataclass(frozen=True, slots=True)
class _Pool:
    """A released pool, in memory: the scores that enter figures, and how the answers are spread.

    `summed` is Σ of its answers to all items, a multiple of 25 and so exact. Sums of scores are not: of
    three items scores are thirds, and the last digits of their sum tell which were added.
    """

    scores: Sequence[float]
    summed: float
    spread: Spread


class DimensionFigures:
    """One dimension of a wave, from complete answers to rows that may be stored.

    Attributes:
        items: what was asked.
        counts: unit → how many answers its figure stands for; units without a figure are absent.
    """

    def __init__(
        self,
        dimension: str,
        items: AskedItems,
        parents: Mapping[UUID, UUID | None],
        answers: Mapping[UUID, Sequence[Respondent[UUID]]],
        minimum: int,
    ) -> None:
        """Decide which answers are released together, and at which unit.

        Args:
            parents: unit → the unit above, each after everything below it.
            answers: complete answers by the unit in which they were given.
            minimum: k.
        """
        self.items = items
        self._dimension = dimension
        self._parents = parents
        self._released: Released[UUID] = carry_up(parents, answers, minimum)
        self._made_of = unions(parents, self._released.pools)
        self._pools = {unit: _pool(people) for unit, people in self._released.pools.items()}
        spreads = {unit: pool.spread for unit, pool in self._pools.items()}
        self._spreads = Spreads(spreads, parents)
        self._spoken: dict[UUID, Said] = {}
        self.counts = {
            unit: sum(self._pools[pool].spread.n for pool in pools) for unit, pools in self._made_of.items()
        }

    def pool_rows(self, sizes: Mapping[UUID, str]) -> list[dict[str, Any]]:
        """Return what is stored of each pool: how many, sums, and from eight answers on a word.

        A capped pool counts as 97.5 wherever it enters, so that its exact sum is nowhere; sums of items
        are kept only where they make no answer certain.
        """
        return [self._pool_row(unit, pool, sizes) for unit, pool in self._pools.items()]

    def _pool_row(self, unit: UUID, pool: _Pool, sizes: Mapping[UUID, str]) -> dict[str, Any]:
        spread = pool.spread
        known = spread.is_open
        sums = [sum(25.0 * value * count for value, count in enumerate(one)) for one in spread.items]
        return {
            "team_id": unit,
            "dimension": self._dimension,
            "n": spread.n,
            "total": pool.summed / len(spread.items),
            "item_sums": dict(zip(self.items.codes, sums, strict=True)) if known else {},
            "agreement": self._said(sizes)[unit].agreement,
        }

    def teams(self, sizes: Mapping[UUID, str]) -> list[list[tuple[float, ...]]]:
        """Return the item scores of each pool whose people may be counted over the organisation, in memory.

        These are pools of one unit's own answers whose sums of items are known: a sum over all would tell
        those of a pool that keeps its own back. And they are pools of which nothing becomes certain when
        all are counted beside everything that is said of units.
        """
        self._said(sizes)
        pools = self._released.pools
        own = [
            unit
            for unit, people in pools.items()
            if self._pools[unit].spread.is_open and all(person.unit == unit for person in people)
        ]
        return [[person.scores for person in pools[unit]] for unit in self._spreads.countable(own)]

    def own(self) -> frozenset[UUID]:
        """Return the units whose figure is that of one team: a single pool of its own people."""
        return frozenset(
            unit
            for unit, pools in self._made_of.items()
            if pools == [unit] and all(person.unit == unit for person in self._released.pools[unit])
        )

    def rows(self, direct: Mapping[UUID, int], sizes: Mapping[UUID, str]) -> list[dict[str, Any]]:
        """Return what is shown of each unit that was asked, all but the trend, from the leaves up.

        Args:
            direct: unit → people asked this dimension in it.
            sizes: unit → the size class of its sheet.
        """
        asked = below(self._parents, direct)
        said_of = self._said(sizes)
        found = []
        for unit in self._parents:
            pools = self._made_of.get(unit, ())
            said = said_of[unit]
            if not asked[unit]:
                continue
            row: dict[str, Any] = {**HIDDEN, "team_id": unit, "dimension": self._dimension}
            if pools:
                # What a team below could not release and the pools here hold is no gap of this unit.
                carried = unit in self._released.carried
                row |= self._figure(pools, asked[unit], gaps=carried) | {"carried": carried}
                row["agreement"] = said.agreement
                row["bars"] = said.bars and dict(zip(self.items.codes, said.bars, strict=True))
                row["item_words"] = said.words and dict(zip(self.items.codes, said.words, strict=True))
            if unit in self._released.low:
                row["shown"] = True
            found.append(row)
        return found

    def _figure(self, pools: Sequence[UUID], asked: int, *, gaps: bool) -> dict[str, Any]:
        scores = [score for pool in pools for score in self._pools[pool].scores]
        items, n = len(self.items.codes), len(scores)
        total = sum(self._pools[pool].summed for pool in pools) / items
        mean = total / n
        row = {"shown": True, "n": n, "asked": asked, "score": mean}
        if mean >= CAP_FROM:
            return row | {"score": CAPPED_AS, "capped": True}
        squares = Sums.of(scores).squares
        span = range_of(Sums(n, total, squares), asked, items=items, gaps=gaps)
        low, high = span.low, span.high
        if span.kind == "shrunk_t" and low is not None and high is not None:
            # The exact width of a range taken from the answers would give their sum of squares away.
            low, high = float(nearest(low)), float(nearest(high))
        return row | {"low": low, "high": high, "range_kind": span.kind}

    def _said(self, sizes: Mapping[UUID, str]) -> Mapping[UUID, Said]:
        """Return what is said of the spread of every unit's answers, decided once from the leaves up."""
        if not self._spoken:
            for unit in self._parents:
                size = sizes.get(unit)
                self._spoken[unit] = self._spreads.say(
                    unit,
                    self._made_of.get(unit, ()),
                    large=size == LARGE,
                    agreement=size in (SMALL, LARGE),
                )
        return self._spoken


def _pool(people: Sequence[Respondent[UUID]]) -> _Pool:
    scores = [person.score for person in people]
    items = tuple(
        tuple(histogram(by_item)) for by_item in zip(*(person.scores for person in people), strict=True)
    )
    points = sum(value * count for counts in items for value, count in enumerate(counts))
    n = len(scores)
    if reads_capped(points, n * len(items)):
        known = Spread(items, open_sums=False, capped=True)
        return _Pool([CAPPED_AS] * n, CAPPED_AS * n * len(items), known)
    return _Pool(scores, SCALE_POINT * points, Spread(items, open_sums=not sums_tell(items)))
