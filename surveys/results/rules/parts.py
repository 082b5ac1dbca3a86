"""Pools as parts of a unit that stands for several: what each could be, from what is public of it alone.

A *part* holds for one item all ways known here in which its people can have answered, by their *place*:
how many were neutral and how many favourable. In all of them everything stored and said of the pool by
itself would be the same: number of answers, sums, bars or words, word for agreement.
Leaving some out is harmless: doubt that is proven with some ways is there with all.

- The word for agreement ties the items of a pool together. So only those ways are used in which every item
  by itself has that word; then all of them do together, whatever is chosen in each.
- Where the sums of items are not stored, one way of parting the sum among them is used, and a few answers
  of others, each of which has to stay possible.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations, product

from surveys.results.rules.distributions import agreement_word
from surveys.results.rules.one_pool import (
    KEPT_TABLES,
    VALUES,
    Class,
    Counts,
    apart,
    certain,
    certain_facts,
    possible,
    read_alike,
    silent_words,
)
from surveys.results.rules.told import NOTHING_TOLD, Told, told_of

Place = tuple[int, int]
HIGHEST = VALUES - 1
WORDS = ("close", "mixed", "apart")


def place_of(counts: Counts) -> Place:
    """Return how many were neutral and how many favourable."""
    return counts[2], counts[3] + counts[4]


@dataclass(frozen=True, eq=False)
class Part:
    """One item of a pool, or of a unit of which everything has been said, as part of a larger unit.

    Attributes:
        n: how many answered, without those of whom it is settled how many were neutral and favourable.
        worlds: place of these → the ways to answer it; none are listed for a unit.
        below: of a unit: whether nothing below it is certain while just some places are possible.
        needed: places each of which must stay possible.
        also: further ways to answer, possible where all that is needed is.
        span: how many of them are favourable at least and at most, in whatever way they answered.
        told: of how many of them bars say already how they answered.
        settled: how many there are of whom it is settled.
        base: their place.
    """

    n: int
    worlds: Mapping[Place, tuple[Counts, ...]]
    span: tuple[int, int]
    below: Callable[[Sequence[Place]], bool] | None = None
    needed: frozenset[Place] = frozenset()
    also: tuple[Counts, ...] = ()
    told: Told = NOTHING_TOLD
    settled: int = 0
    base: Place = (0, 0)

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """All places that have to be looked at."""
        return (*self.worlds, *sorted(self.needed.difference(self.worlds)))

    @cached_property
    def leaves_doubt(self) -> bool:
        """Whether nothing is certain while all places are possible."""
        return self._doubtful(self.places)

    def doubtful(self, places: Sequence[Place]) -> bool:
        """Return whether nothing is certain while just these places are possible."""
        if len(places) == len(self.places):
            return self.leaves_doubt
        return bool(places) and self.needed.issubset(places) and self._doubtful(places)

    def _doubtful(self, places: Sequence[Place]) -> bool:
        if self.below is not None:
            return self.below(places)
        worlds = [counts for place in places for counts in self.worlds.get(place, ())]
        return not certain([*worlds, *self.also])


def _by_place(worlds: Iterable[Counts]) -> dict[Place, tuple[Counts, ...]]:
    found: dict[Place, list[Counts]] = {}
    for counts in worlds:
        found.setdefault(place_of(counts), []).append(counts)
    return {place: tuple(found[place]) for place in sorted(found)}


def span_of(places: Iterable[Place]) -> tuple[int, int]:
    """Return how many are favourable at least and at most at some places."""
    favourable = [w for _, w in places]
    return min(favourable), max(favourable)


def as_it_is(n: int, places: Iterable[Place]) -> Part:
    """Return an item of which something is certain from its sum: all its places must stay possible."""
    needed = frozenset(places)
    return Part(
        n, dict.fromkeys(sorted(needed), ()), span_of(needed), below=lambda _places: True, needed=needed
    )


@lru_cache(maxsize=KEPT_TABLES)
def open_parts(
    n: int, read: tuple[tuple[int, Class | None], ...], *, agreement: bool, word: str | None, barred: bool
) -> tuple[Part, ...] | None:
    """Return the items of a pool whose sums are known, or None where no doubt is found.

    Args:
        n: how many answered.
        read: for each item its sum, and the class that is read of it where one can be.
        agreement: whether there may be a word for agreement.
        word: that word; None where it is left out.
        barred: whether bars are said of the pool.
    """
    worlds = [possible(n, total) if key is None else read_alike(n, total, key) for total, key in read]
    main: list[Sequence[Counts]] = list(worlds)
    also: list[tuple[Counts, ...]] | None = []
    words = (frozenset({word}) if word else silent_words(n, read)) if agreement else frozenset(WORDS)
    if len(words) < len(WORDS):
        boxes: list[list[Sequence[Counts]]] = [
            [_with_word(each, run) for each in worlds] for run in _runs(words)
        ]
        main = max(boxes, key=lambda items: min(map(len, items)))
        if not all(main) or any(map(certain, main)):
            others = _joint(worlds, words)
            if not all(main):
                main = [(counts,) for counts in next(others, ())]
            also = _cure(main, others)
    if not main or also is None:
        return None
    spans = [span_of(map(place_of, each)) for each in worlds]
    told = [told_of(n, key) if barred and key else NOTHING_TOLD for _, key in read]
    return _parts(n, main, also, spans, told=told)


def _parts(
    n: int,
    main: Sequence[Sequence[Counts]],
    also: Sequence[tuple[Counts, ...]],
    spans: Sequence[tuple[int, int]],
    *,
    told: Sequence[Told] = (),
) -> tuple[Part, ...]:
    return tuple(
        Part(
            n,
            _by_place(ways),
            spans[item],
            needed=frozenset(place_of(world[item]) for world in also),
            also=tuple(world[item] for world in also),
            told=told[item] if told else NOTHING_TOLD,
        )
        for item, ways in enumerate(main)
    )


def _joint(worlds: Sequence[Sequence[Counts]], words: frozenset[str]) -> Iterator[tuple[Counts, ...]]:
    """Yield answers to all items that together have one of these words."""
    by_apart = [sorted(each, key=apart) for each in worlds]
    ends = [(each[0], each[len(each) // 2], each[-1]) for each in by_apart]
    for item, mine in enumerate(by_apart):
        for counts in mine:
            for world in product(*((counts,) if at == item else end for at, end in enumerate(ends))):
                n = sum(counts)
                if agreement_word(sum(map(apart, world)) / (n * n * len(world))) in words:
                    yield world


def _cure(
    main: Sequence[Sequence[Counts]], others: Iterable[tuple[Counts, ...]]
) -> list[tuple[Counts, ...]] | None:
    """Return few of some other answers with which nothing is certain any more; None where that fails."""
    places = [set(map(place_of, ways)) for ways in main]

    def outside(world: tuple[Counts, ...]) -> int:
        return sum(place_of(counts) not in here for counts, here in zip(world, places, strict=True))

    also: list[tuple[Counts, ...]] = []
    left = _facts(main, also)
    for world in sorted(others, key=outside):
        if not left:
            break
        now = _facts(main, [*also, world])
        if now < left:
            also.append(world)
            left = now
    return None if left else also


def _facts(main: Sequence[Sequence[Counts]], also: Sequence[tuple[Counts, ...]]) -> int:
    """Return how much is certain of all items together."""
    return sum(
        len(certain_facts([*ways, *(world[item] for world in also)])) for item, ways in enumerate(main)
    )


def _with_word(worlds: Iterable[Counts], words: set[str]) -> tuple[Counts, ...]:
    return tuple(counts for counts in worlds if agreement_word(apart(counts) / sum(counts) ** 2) in words)


def _runs(words: frozenset[str]) -> Iterator[set[str]]:
    """Yield words that lie side by side: where each item has one of them, all have together."""
    for first, last in combinations(range(len(WORDS) + 1), 2):
        run = set(WORDS[first:last])
        if run <= words:
            yield run


@lru_cache(maxsize=KEPT_TABLES)
def closed_parts(n: int, points: int, items: int, *, capped: bool) -> tuple[Part, ...] | None:
    """Return the items of a pool of which only the sum over all is known, or that it is "95 or more".

    None where nothing found here leaves a doubt.

    Args:
        points: the sum of all answers; of a capped pool the least that would read the same.
    """
    splits = list(_capped_splits(n, points, items) if capped else _telling_splits(n, points, items))
    if not splits:
        return None
    main_split = max(splits, key=lambda split: (min(len(possible(n, total)) for total in split), split))
    main = [possible(n, total) for total in main_split]
    also = _cure(main, _of_splits(n, (split for split in splits if split != main_split)))
    if also is None:
        if items > 1 or capped:
            return None
        # What is certain is so from the sum alone. It stays as it is where every place stays possible.
        return (as_it_is(n, _by_place(main[0])),)
    return _parts(n, main, also, [(0, n)] * items)


def _of_splits(n: int, splits: Iterable[tuple[int, ...]]) -> Iterator[tuple[Counts, ...]]:
    """Yield the first, the middle and the last way to answer each item with such sums."""
    for split in splits:
        each = [possible(n, total) for total in split]
        for at in range(3):
            yield tuple(ways[(len(ways) - 1) * at // 2] for ways in each)


@lru_cache(maxsize=KEPT_TABLES)
def _telling_sums(n: int) -> tuple[int, ...]:
    return tuple(total for total in range(HIGHEST * n + 1) if certain(possible(n, total)))


def _telling_splits(n: int, points: int, items: int) -> Iterator[tuple[int, ...]]:
    """Yield ways to part a sum among items of which one makes something certain, so that none is stored."""
    for total in _telling_sums(n):
        if 0 <= points - total <= HIGHEST * n * (items - 1):
            rest = _evenly(points - total, items - 1)
            for at in range(items):
                yield (*rest[:at], total, *rest[at:])


def _capped_splits(n: int, points: int, items: int) -> Iterator[tuple[int, ...]]:
    for total in range(points, HIGHEST * n * items + 1):
        rest = _evenly(total, items)
        for at in range(items):
            yield (*rest[at:], *rest[:at])


def _evenly(points: int, items: int) -> tuple[int, ...]:
    return tuple((points + at) // items for at in range(items))
