"""What a reader could be certain of, from all that is said about the same answers taken together.

Each output may be harmless and all of them together may not: with ten answers, a mean and three bars can
leave one possible set of answers only. So before anything is said about how answers are spread, we look
for *another world*: other answers of the same people in which everything published would read the same.
Nothing may be certain: for each pool and item there has to be another world in which

- a value that one or two people chose was chosen by nobody or by three and more,
- a value was chosen by more people or fewer (of "neither" the bars may say how many),
- somebody was favourable, where under twenty answers nobody was.

Other worlds are made by *exchanges*: one answer goes up a point and another comes down, once or twice.
That leaves the number of answers and every sum as they are. An exchange inside one pool that also leaves
the buckets of the bars as they are changes no figure of any unit above it; one that does not must be
made good by an exchange in another pool under the same bars. Finding a world proves the doubt; where none
is found this way less is released, though a longer search might have found one.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from surveys.results.rules.disclosure import CAP_FROM
from surveys.results.rules.distributions import (
    AGREEMENT_FROM,
    NOBODY_FAVOURABLE_FROM,
    SCALE_POINT,
    agreement_word,
    deviation,
)

Counts = tuple[int, ...]  # how many item scores are 0, 25, 50, 75 and 100
Kept = Callable[[Counts], bool]  # whether the published group would read the same with these counts

VALUES = 5
SMALL = (1, 2)
NEUTRAL = 2
REACH = 4  # an exchange, made twice, takes at most so many answers away from one value
PARTNERS = 50  # pools that are tried for making an exchange good


def _steps() -> list[Counts]:
    """Return how one answer that goes up a point changes the counts, for each value it may have."""
    return [tuple((at == value + 1) - (at == value) for at in range(VALUES)) for value in range(VALUES - 1)]


def _added(left: Counts, right: Counts) -> Counts:
    return tuple(a + b for a, b in zip(left, right, strict=True))


def _taken(counts: Counts) -> Counts:
    return tuple(-count for count in counts)


UPWARD = tuple(_steps())
DOWNWARD = tuple(map(_taken, UPWARD))
_ONCE = {_added(up, down) for up, down in product(UPWARD, DOWNWARD)}
EXCHANGES = tuple(sorted({_added(one, other) for one, other in product(_ONCE, _ONCE)} - {(0,) * VALUES}))
Change = Counts


@dataclass(frozen=True, slots=True)
class Spread:
    """How the answers of one pool are spread, in memory only.

    Attributes:
        items: counts of each item of the dimension.
        open_sums: whether the sum of each item is known, and not only the sum over all of them.
        capped: whether the score is said as "95 or more", and no sum is known at all.
        agreement: the word that is said, or None.
    """

    items: tuple[Counts, ...]
    open_sums: bool = True
    capped: bool = False
    agreement: str | None = None

    @property
    def n(self) -> int:
        """How many answered."""
        return sum(self.items[0])

    @property
    def stays_capped_below(self) -> bool:
        """Whether the score would read "95 or more" with one answer a point lower as well."""
        points = sum(value * count for counts in self.items for value, count in enumerate(counts))
        return (points - 1) * SCALE_POINT >= CAP_FROM * self.n * len(self.items)


def questions(counts: Counts) -> list[Kept]:
    """Return what another world has to differ in, one predicate on its counts for each point."""
    n = sum(counts)
    found = [_is_not_few(value) for value, count in enumerate(counts) if count in SMALL]
    found += [
        _differs(value, count)
        for value, count in enumerate(counts)
        if count == n or (count and value != NEUTRAL)
    ]
    if _favourable(counts) == 0 and n < NOBODY_FAVOURABLE_FROM:
        found.append(lambda other: _favourable(other) > 0)
    return found


def _is_not_few(value: int) -> Kept:
    return lambda other: other[value] not in SMALL


def _differs(value: int, count: int) -> Kept:
    return lambda other: other[value] != count


def _favourable(counts: Counts) -> int:
    return counts[3] + counts[4]


@lru_cache(maxsize=65_536)
def _possible(clipped: Counts) -> tuple[Change, ...]:
    return tuple(
        change
        for change in EXCHANGES
        if all(count + by >= 0 for count, by in zip(clipped, change, strict=True))
    )


def exchanges(counts: Counts) -> tuple[Change, ...]:
    """Return the exchanges that these answers allow."""
    return _possible(tuple(min(count, REACH) for count in counts))


def effect(change: Change) -> tuple[int, int, int]:
    """Return what a change does to the buckets: unfavourable, neutral, favourable."""
    return change[0] + change[1], change[2], change[3] + change[4]


def sums_tell(items: Sequence[Counts]) -> bool:
    """Return whether the number of answers and the sums of the items make something certain."""
    return any(
        not any(asks(_added(counts, change)) for change in exchanges(counts))
        for counts in items
        for asks in questions(counts)
    )


def agreement_of(items: Sequence[Counts]) -> str | None:
    """Return the word for agreement where it makes nothing certain beside the sums, else None."""
    if sum(items[0]) < AGREEMENT_FROM:
        return None
    word = agreement_word(sum(map(deviation, items)) / len(items))
    pool = Spread(tuple(items), agreement=word)
    for item, counts in enumerate(items):
        for asks in questions(counts):
            worlds = (_added(counts, change) for change in exchanges(counts))
            if not any(asks(other) and _agrees(pool, item, other) for other in worlds):
                return None
    return word


def _agrees(pool: Spread, item: int, counts: Counts) -> bool:
    """Return whether a pool's word for agreement stays when one item has these counts."""
    if pool.agreement is None:
        return True
    deviations = [deviation(counts if at == item else known) for at, known in enumerate(pool.items)]
    return agreement_word(sum(deviations) / len(deviations)) == pool.agreement


def bars_tell(pools: Sequence[Spread], cells: Sequence[int], item: int, kept: Kept) -> bool:
    """Return whether bars or words over some pools make an answer to one item certain.

    Args:
        pools: all that stand under these bars and not yet under others.
        cells: for each, a number that is the same for pools whose buckets are known together already.
        item: its place in the dimension.
        kept: whether what is published would read the same with these counts over all pools.
    """
    whole = tuple(map(sum, zip(*(pool.items[item] for pool in pools), strict=True)))
    search = _Search(pools, cells, item, kept, whole)
    for at, pool in enumerate(pools):
        counts = pool.items[item]
        for asks in questions(counts):
            if not any(True for _ in search.worlds(at, _asked_of(asks, counts))):
                return True
    if len(pools) == 1:
        return False
    for asks in questions(whole):
        changes = (change for at in range(min(len(pools), PARTNERS)) for change in search.worlds(at))
        if not any(asks(_added(whole, change)) for change in changes):
            return True
    return False


def _asked_of(asks: Kept, counts: Counts) -> Kept:
    return lambda change: asks(_added(counts, change))


def _anything(_change: Change) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class _Search:
    """Other worlds of one item of a group of pools."""

    pools: Sequence[Spread]
    cells: Sequence[int]
    item: int
    kept: Kept
    whole: Counts

    def worlds(self, at: int, wanted: Kept = _anything) -> Iterator[Change]:
        """Yield what changes over all pools in each other world that is found.

        Args:
            at: the pool in which the change begins.
            wanted: of the changes in that pool.
        """
        changes = list(self._changes(at, wanted))
        for change in changes:
            if self._same(change):
                yield change
        for change in changes:
            if not self._same(change):
                made_good = next(self._made_good(at, change), None)
                if made_good is not None:
                    yield _added(change, made_good)

    def _same(self, change: Change) -> bool:
        alone = len(set(self.cells)) == 1 or not any(effect(change))
        return alone and self.kept(_added(self.whole, change))

    def _changes(self, at: int, wanted: Kept) -> Iterator[Change]:
        """Yield what may change in one pool without anything that is said of the pool itself."""
        pool = self.pools[at]
        counts = pool.items[self.item]
        for change in exchanges(counts):
            if wanted(change) and _agrees(pool, self.item, _added(counts, change)):
                yield change
        yield from filter(wanted, self._steps(pool, counts))

    def _steps(self, pool: Spread, counts: Counts) -> Iterator[Change]:
        """Yield single steps, which change the sum of the item, where that sum is not known."""
        if pool.capped:
            yield from _single(counts, UPWARD)
            if pool.stays_capped_below:
                yield from _single(counts, DOWNWARD)
        elif not pool.open_sums:
            if self._other_item_moves(pool, DOWNWARD):
                yield from _single(counts, UPWARD)
            if self._other_item_moves(pool, UPWARD):
                yield from _single(counts, DOWNWARD)

    def _other_item_moves(self, pool: Spread, steps: Iterable[Change]) -> bool:
        """Return whether some other item can make a step good that leaves all buckets as they are."""
        return any(
            not any(effect(step))
            for at, counts in enumerate(pool.items)
            if at != self.item
            for step in _single(counts, steps)
        )

    def _made_good(self, at: int, change: Change) -> Iterator[Change]:
        opposite = tuple(-count for count in effect(change))
        partners = (
            other for other, cell in enumerate(self.cells) if other != at and cell == self.cells[at]
        )
        for other, _ in zip(partners, range(PARTNERS), strict=False):
            for made_good in self._changes(other, lambda one: effect(one) == opposite):
                if self.kept(_added(self.whole, _added(change, made_good))):
                    yield made_good


def _single(counts: Counts, steps: Iterable[Change]) -> Iterator[Change]:
    for step in steps:
        if all(count + by >= 0 for count, by in zip(counts, step, strict=True)):
            yield step
