"""Bars and words of every unit of one dimension, as far as nothing becomes certain from all of them.

Units are taken from the leaves up. A unit has bars only if what it adds to the bars below it could have
bars as well, and if `certainty` finds nothing certain about any pool under them; else it may have words
for its items, judged as if the exact number in favour were known; else neither.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from surveys.results.rules.certainty import Counts, Spread, bars_tell
from surveys.results.rules.distributions import THREE, TWO, bar_parts, buckets, item_word

LOOSE = -1  # of a pool whose buckets are not known together with those of others


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of one unit: for each item buckets of a bar and a word, or nothing."""

    bars: tuple[list[int], ...] | None = None
    words: tuple[str, ...] | None = None


NOTHING = Said()


@dataclass(slots=True)
class _Above:
    """What lies below a unit: pools not under bars yet, and pools whose words are said already."""

    loose: list[UUID] = field(default_factory=list)
    worded: dict[UUID, int] = field(default_factory=dict)


class Spreads:
    """Goes through the units of one dimension from the leaves up; see the module.

    Args:
        pools: unit → how the answers released there are spread.
        parents: unit → the unit above.
    """

    def __init__(self, pools: Mapping[UUID, Spread], parents: Mapping[UUID, UUID | None]) -> None:
        """Begin below everything."""
        self._pools = pools
        self._parents = parents
        self._below: dict[UUID, _Above] = defaultdict(_Above)
        self._cells = 0

    def say(self, unit: UUID, pools: Sequence[UUID], *, large: bool) -> Said:
        """Return what is said of a unit, and hand up what has not been said below it.

        Args:
            unit: every unit once, each after all below it, whether it has figures or not.
            pools: the pools its figure stands for.
            large: whether its sheet is one of ten answers and more.
        """
        here = self._below.pop(unit, None) or _Above()
        if unit in self._pools:
            here.loose.append(unit)
        said = self._said(here, pools) if large and pools else NOTHING
        if said.bars is not None:
            here = _Above()
        elif said.words is not None:
            self._cells += 1
            here.worded = dict.fromkeys(here.loose, self._cells)
        parent = self._parents[unit]
        if parent is not None:
            above = self._below[parent]
            above.loose += here.loose
            above.worded |= here.worded
        return said

    def _said(self, here: _Above, pools: Sequence[UUID]) -> Said:
        everyone = [self._pools[pool] for pool in pools]
        rest = [self._pools[pool] for pool in here.loose]
        cells = [here.worded.get(pool, LOOSE) for pool in here.loose]
        whole = [_whole(everyone, item) for item in range(len(everyone[0].items))]
        added = [_whole(rest, item) for item in range(len(whole))] if rest else []
        words = tuple(map(item_word, whole))
        parts = [bar_parts(counts, *added[item : item + 1]) for item, counts in enumerate(whole)]
        if all(parts) and not any(
            _bar_tells(rest, cells, item, whole[item], added[item], parts[item] or TWO)
            for item in range(len(added))
        ):
            bars = (buckets(counts, number or TWO) for counts, number in zip(whole, parts, strict=True))
            return Said(tuple(bars), words)
        if any(_words_tell(rest, cells, item, added[item]) for item in range(len(added))):
            return NOTHING
        return Said(None, words)


def _whole(pools: Sequence[Spread], item: int) -> Counts:
    return tuple(map(sum, zip(*(pool.items[item] for pool in pools), strict=True)))


def _bar_tells(
    rest: Sequence[Spread], cells: Sequence[int], item: int, whole: Counts, added: Counts, parts: int
) -> bool:
    shown = buckets(added, parts)

    def kept(other: Counts) -> bool:
        if buckets(other, parts) != shown:
            return False
        # Two buckets say that three would not have done; in the other world they must not do either.
        unit = tuple(all_ - was + now for all_, was, now in zip(whole, added, other, strict=True))
        return parts == THREE or bar_parts(unit, other) == TWO

    return bars_tell(rest, cells, item, kept)


def _words_tell(rest: Sequence[Spread], cells: Sequence[int], item: int, added: Counts) -> bool:
    shown = buckets(added, TWO)
    return bars_tell(rest, cells, item, lambda other: buckets(other, TWO) == shown)
