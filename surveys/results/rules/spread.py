"""Bars and words of every unit of one dimension, as far as nothing becomes certain from all of them.

Units are taken from the leaves up. What is said of a single pool is decided by counting through all its
possibilities, in `one_pool`; what is said of a unit that stands for several pools in `together`, from what
is public of each. A unit of which bars of three parts are said is known then: further up only the rest
counts.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from uuid import UUID

from surveys.results.rules.certainty import Spread, agreement_of, reads_capped, tells
from surveys.results.rules.counts_over_all import countable
from surveys.results.rules.distributions import THREE, TWO, bar_parts, buckets, item_word
from surveys.results.rules.one_pool import (
    BARS,
    KEPT_TABLES,
    LARGEST,
    SILENT,
    Class,
    Counts,
    agreement_beside,
    classes,
    points,
    read_alike,
    shown_bar,
)
from surveys.results.rules.parts import Part, Place, closed_parts, open_parts, place_of
from surveys.results.rules.roll_ups import Loose, handed_up, in_blocks, items_of, put_together, totals_of


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of one unit: for each item buckets of a bar and a word, or nothing; and of agreement."""

    bars: tuple[list[int], ...] | None = None
    words: tuple[str, ...] | None = None
    agreement: str | None = None


NOTHING = Said()


class Spreads:
    """Goes through the units of one dimension from the leaves up; see the module.

    Args:
        pools: unit → how the answers released there are spread.
        parents: unit → the unit above.
    """

    def __init__(self, pools: Mapping[UUID, Spread], parents: Mapping[UUID, UUID | None]) -> None:
        """Begin below everything."""
        self._pools = dict(pools)
        self._number = len(next(iter(self._pools.values())).items) if self._pools else 0
        self._parents = parents
        self._below: dict[UUID, list[Loose]] = defaultdict(list)
        self._alone: dict[UUID, tuple[Said, list[Loose]]] = {}  # what is said of pools by themselves
        self._under: dict[UUID, Hashable] = {}  # pool → with what it is known together at first
        self._settled: set[UUID] = set()  # pools of which no more is said than was said at once

    def say(self, unit: UUID, pools: Sequence[UUID], *, large: bool, agreement: bool = False) -> Said:
        """Return what is said of a unit, and hand up what has not been said below it.

        Args:
            unit: every unit once, each after all below it, whether it has figures or not.
            pools: the pools its figure stands for.
            large: whether its sheet is one of ten answers and more.
            agreement: whether a word for agreement may be said where the unit is a single pool.
        """
        here = self._below.pop(unit, [])
        said = NOTHING
        if len(pools) > 1 and unit in self._pools:
            here += self._of_one(unit, large=False, agreement=False)[1]
        if len(pools) == 1:
            said, here = self._of_one(pools[0], large=large, agreement=agreement and unit in self._pools)
        elif large and pools:
            said, here = self._of_many(unit, here, pools)
        parent = self._parents[unit]
        if parent is not None:
            self._below[parent] += here
        return said

    def countable(self, units: Sequence[UUID]) -> list[UUID]:
        """Return the pools over which it may be said together how often each of the five values was chosen.

        Call it when everything has been said of every unit.
        """
        places = countable([self._pools[unit] for unit in units], list(map(self._under.get, units)))
        return [units[place] for place in places]

    def _of_one(self, unit: UUID, *, large: bool, agreement: bool) -> tuple[Said, list[Loose]]:
        """Return what is said of one pool by itself, and what of it is not in bars of three parts."""
        known = self._alone.get(unit)
        if known is None or (known[0] == NOTHING and unit not in self._settled):
            known = self._alone[unit] = self._decide_one(unit, large=large, agreement=agreement)
            if agreement:
                self._settled.add(unit)  # that no word was said of it is known as well
        said, loose = known
        return (said if agreement else replace(said, agreement=None)), list(loose)

    def _decide_one(self, unit: UUID, *, large: bool, agreement: bool) -> tuple[Said, list[Loose]]:
        pool = self._pools[unit]
        if not pool.is_open:
            return NOTHING, [Loose([unit], _closed(pool), _places(pool))]
        if pool.n > LARGEST:
            return self._of_a_large_one(unit, large=large, agreement=agreement)
        totals = list(map(points, pool.items))
        keys: list[Class | None] = [None] * len(totals)
        if large:
            keys = [classes(pool.n, total)[one] for total, one in zip(totals, pool.items, strict=True)]
        barred = all(key is not None and key[0] == BARS for key in keys)
        word = agreement_beside(pool.items, keys) if agreement else None
        read = tuple(zip(totals, keys, strict=True))
        items = open_parts(pool.n, read, agreement=agreement, word=word, barred=barred)
        loose = [Loose([unit], items, _places(pool))]
        self._pools[unit] = replace(pool, agreement=word, alike=_alike(pool.n, read) if large else None)
        words = tuple(map(item_word, pool.items))
        if barred:
            bars = tuple(list(shown_bar(key)) for key in keys if key is not None)
            return Said(bars, words, word), loose if any(len(bar) == TWO for bar in bars) else []
        return Said(None, None if not large or SILENT in keys else words, word), loose

    def _of_a_large_one(self, unit: UUID, *, large: bool, agreement: bool) -> tuple[Said, list[Loose]]:
        """Return what is said of a pool of more people than can be counted through; it is searched."""
        pool = self._pools[unit]
        word = agreement_of(pool.items) if agreement else None
        pool = self._pools[unit] = replace(pool, agreement=word)
        loose = [Loose([unit], None, _places(pool))]
        if not large:
            return Said(agreement=word), loose
        parts = [bar_parts(counts) for counts in pool.items]
        if all(parts) and not any(
            _bars_tell(pool, item, number or TWO) for item, number in enumerate(parts)
        ):
            bars = tuple(
                buckets(counts, number or TWO) for counts, number in zip(pool.items, parts, strict=True)
            )
            said = Said(bars, tuple(map(item_word, pool.items)), word)
            return said, loose if TWO in parts else []
        if any(_bars_tell(pool, item, TWO) for item in range(len(parts))):
            return Said(agreement=word), loose
        return Said(None, tuple(map(item_word, pool.items)), word), loose

    def _of_many(self, unit: UUID, here: list[Loose], pools: Sequence[UUID]) -> tuple[Said, list[Loose]]:
        whole = [_whole([self._pools[pool] for pool in pools], at) for at in range(self._number)]
        if any(each.items is None for each in here):
            return NOTHING, here
        here = self._in_blocks(unit, here)
        if any(each.items is None for each in here):
            return NOTHING, here
        items = items_of(here, whole)
        if not all(item.speaks for item in items):
            return NOTHING, here
        self._note(here, unit)
        totals = totals_of(here, len(items))
        parts = [item.parts_of(total) for item, total in zip(items, totals, strict=True)]
        words = tuple(map(item_word, whole))
        barred = all(parts)
        left = []
        if here and not (barred and TWO not in parts):
            left = [handed_up(here, items, totals, said=barred)]
        if barred:
            bars = (buckets(counts, number or TWO) for counts, number in zip(whole, parts, strict=True))
            return Said(tuple(bars), words), left
        return (Said(None, words) if all(item.words for item in items) else NOTHING), left

    def _in_blocks(self, unit: UUID, here: Sequence[Loose]) -> list[Loose]:
        """Return some parts, most of them put together where they are many; see `in_blocks`."""
        blocks, left = in_blocks(here)
        found = []
        for number, block in enumerate(blocks):
            together = put_together(block)
            if together is None:
                found += [replace(each, items=None) for each in block]
            else:
                self._note(block, (unit, number))
                found.append(together)
        return found + left

    def _note(self, parts: Sequence[Loose], together: Hashable) -> None:
        """Note of pools with what others it is known together what they answered."""
        for each in parts:
            for pool in each.pools:
                self._under.setdefault(pool, together)


def _closed(pool: Spread) -> tuple[Part, ...] | None:
    if pool.n > LARGEST:
        return None
    total = sum(map(points, pool.items))
    if pool.capped:
        total = next(each for each in range(total + 1) if reads_capped(each, pool.n * len(pool.items)))
    return closed_parts(pool.n, total, len(pool.items), capped=pool.capped)


def _places(pool: Spread) -> tuple[Place, ...]:
    return tuple(map(place_of, pool.items))


def _alike(n: int, read: Sequence[tuple[int, Class | None]]) -> tuple[frozenset[Counts], ...]:
    return tuple(_set_alike(n, total, key) for total, key in read if key is not None)


@lru_cache(maxsize=KEPT_TABLES)
def _set_alike(n: int, total: int, key: Class) -> frozenset[Counts]:
    return frozenset(read_alike(n, total, key))


def _whole(pools: Sequence[Spread], item: int) -> Counts:
    return tuple(map(sum, zip(*(pool.items[item] for pool in pools), strict=True)))


def _bars_tell(pool: Spread, item: int, parts: int) -> bool:
    shown = buckets(pool.items[item], parts)

    def kept(other: Counts) -> bool:
        # Two buckets say that three would not have done; in the other world they must not do either.
        return buckets(other, parts) == shown and (parts == THREE or bar_parts(other) != THREE)

    return tells(pool, item, kept)
