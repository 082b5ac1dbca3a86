"""Bars and words of every unit of one dimension, as far as nothing becomes certain from all of them.

Units are taken from the leaves up. A unit has bars only if what it adds to the bars below it could have
bars as well, and if `certainty` finds nothing certain about any pool under them; else it may have words
for its items, judged as if the exact number in favour were known; else neither. What is said of a single
pool is decided by counting through all its possibilities, in `one_pool`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from surveys.results.rules.certainty import Spread, agreement_of, bars_tell
from surveys.results.rules.counts_over_all import countable
from surveys.results.rules.distributions import THREE, TWO, bar_parts, buckets, item_word
from surveys.results.rules.one_pool import (
    BARS,
    LARGEST,
    SILENT,
    Counts,
    agreement_beside,
    classes,
    points,
    read_alike,
    shown_bar,
)

LOOSE = -1  # of a pool whose buckets are not known together with those of others


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of one unit: for each item buckets of a bar and a word, or nothing; and of agreement."""

    bars: tuple[list[int], ...] | None = None
    words: tuple[str, ...] | None = None
    agreement: str | None = None


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
        self._pools = dict(pools)
        self._parents = parents
        self._below: dict[UUID, _Above] = defaultdict(_Above)
        self._cells = 0
        self._alone: dict[UUID, Said] = {}  # what is said of pools by themselves
        self._under: dict[UUID, UUID] = {}  # pool → the lowest unit it is said of together with others

    def say(self, unit: UUID, pools: Sequence[UUID], *, large: bool, agreement: bool = False) -> Said:
        """Return what is said of a unit, and hand up what has not been said below it.

        Args:
            unit: every unit once, each after all below it, whether it has figures or not.
            pools: the pools its figure stands for.
            large: whether its sheet is one of ten answers and more.
            agreement: whether a word for agreement may be said where the unit is a single pool.
        """
        here = self._below.pop(unit, None) or _Above()
        if unit in self._pools:
            here.loose.append(unit)
        said = self._said(here, pools, large=large, agreement=agreement and unit in self._pools)
        if said.bars is not None:
            self._bind(unit, here.loose, pools)
            here = _Above()
        elif said.words is not None and self._bind(unit, here.loose, pools):
            # What was worded before stays known by itself, and so does the rest of it.
            self._cells += 1
            here.worded = dict.fromkeys(here.loose, self._cells) | here.worded
        parent = self._parents[unit]
        if parent is not None:
            above = self._below[parent]
            above.loose += here.loose
            above.worded |= here.worded
        return said

    def _bind(self, unit: UUID, loose: Sequence[UUID], pools: Sequence[UUID]) -> bool:
        """Note which pools something is said of together; not so where one knows what reads like it."""
        together = len(pools) > 1 or self._pools[pools[0]].alike is None
        if together:
            for pool in loose:
                self._under.setdefault(pool, unit)
        return together

    def countable(self, units: Sequence[UUID]) -> list[UUID]:
        """Return the pools over which it may be said together how often each of the five values was chosen.

        Call it when everything has been said of every unit.
        """
        places = countable([self._pools[unit] for unit in units], list(map(self._under.get, units)))
        return [units[place] for place in places]

    def _said(self, here: _Above, pools: Sequence[UUID], *, large: bool, agreement: bool) -> Said:
        if len(pools) == 1:
            said = self._alone.get(pools[0])
            if said is None or said == NOTHING:
                said = self._alone[pools[0]] = self._of_one(pools[0], large=large, agreement=agreement)
            return said if agreement else replace(said, agreement=None)
        return self._of_many(here, pools) if large and pools else NOTHING

    def _of_one(self, unit: UUID, *, large: bool, agreement: bool) -> Said:
        """Return what is said of one pool by itself, and remember what would read the same."""
        pool = self._pools[unit]
        if not pool.is_open:
            return NOTHING
        if pool.n > LARGEST:
            return self._of_a_large_one(unit, large=large, agreement=agreement)
        sums = [(pool.n, points(counts)) for counts in pool.items]
        keys = [classes(*sum_)[counts] for sum_, counts in zip(sums, pool.items, strict=True)]
        word = agreement_beside(pool.items, keys if large else [None] * len(keys)) if agreement else None
        if not large:
            self._pools[unit] = replace(pool, agreement=word)
            return Said(agreement=word)
        alike = tuple(frozenset(read_alike(*sum_, key)) for sum_, key in zip(sums, keys, strict=True))
        self._pools[unit] = replace(pool, agreement=word, alike=alike)
        words = tuple(map(item_word, pool.items))
        if all(key[0] == BARS for key in keys):
            bars = tuple(list(shown_bar(key)) for key in keys)
            return Said(bars, words, word)
        return Said(None, None if SILENT in keys else words, word)

    def _of_a_large_one(self, unit: UUID, *, large: bool, agreement: bool) -> Said:
        pool = self._pools[unit]
        word = agreement_of(pool.items) if agreement else None
        self._pools[unit] = replace(pool, agreement=word)
        said = self._of_many(_Above([unit]), [unit]) if large else NOTHING
        return replace(said, agreement=word)

    def _of_many(self, here: _Above, pools: Sequence[UUID]) -> Said:
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
