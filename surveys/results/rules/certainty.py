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
from dataclasses import dataclass, field
from functools import cached_property

from surveys.results.rules.disclosure import CAP_FROM
from surveys.results.rules.distributions import (
    AGREEMENT_FROM,
    SCALE_POINT,
    agreement_word,
    deviation,
)
from surveys.results.rules.exchanges import (
    DOWNWARD,
    UPWARD,
    Buckets,
    Change,
    Question,
    added,
    effect,
    exchanges,
    questions,
)
from surveys.results.rules.one_pool import VALUES, Counts

Kept = Callable[[Counts], bool]  # whether the published group would read the same with these counts
PARTNERS = 50  # pools that are tried for making an exchange good


def reads_capped(points: int, answers: int) -> bool:
    """Return whether a score is said as "95 or more".

    Also where a single point is missing: of four answers to one item that is under 95, and would tell that
    three chose the highest and one the next.
    """
    return points * SCALE_POINT >= CAP_FROM * answers or (VALUES - 1) * answers - points <= 1


@dataclass(frozen=True)
class Spread:
    """How the answers of one pool are spread, in memory only.

    Attributes:
        items: counts of each item of the dimension.
        open_sums: whether the sum of each item is known, and not only the sum over all of them.
        capped: whether the score is said as "95 or more", and no sum is known at all.
        agreement: the word that is said, or None.
        alike: for each item the counts with which what is said of this pool by itself would read the same;
            None where nothing is said of it.
    """

    items: tuple[Counts, ...]
    open_sums: bool = True
    capped: bool = False
    agreement: str | None = None
    alike: tuple[frozenset[Counts], ...] | None = None

    @property
    def n(self) -> int:
        """How many answered."""
        return sum(self.items[0])

    @property
    def is_open(self) -> bool:
        """Whether the sum of each item is known."""
        return self.open_sums and not self.capped

    @cached_property
    def other_deviations(self) -> tuple[float, ...]:
        """For each item the mean deviations of the others, added up."""
        known = tuple(map(deviation, self.items))
        return tuple(sum(known) - one for one in known)

    def reads_alike(self, item: int, counts: Counts) -> bool:
        """Return whether all that is said of this pool by itself stays when one item has these counts."""
        return (self.alike is None or counts in self.alike[item]) and _agrees(self, item, counts)

    @property
    def stays_capped_below(self) -> bool:
        """Whether the score would read "95 or more" with one answer a point lower as well."""
        points = sum(value * count for counts in self.items for value, count in enumerate(counts))
        return reads_capped(points - 1, self.n * len(self.items))


def sums_tell(items: Sequence[Counts]) -> bool:
    """Return whether the number of answers and the sums of the items make something certain."""
    return any(not exchanges(counts, question) for counts in items for question in questions(counts))


def agreement_of(items: Sequence[Counts]) -> str | None:
    """Return the word for agreement where it makes nothing certain beside the sums, else None."""
    if sum(items[0]) < AGREEMENT_FROM:
        return None
    word = agreement_word(sum(map(deviation, items)) / len(items))
    pool = Spread(tuple(items), agreement=word)
    for item, counts in enumerate(items):
        for question in questions(counts):
            worlds = (added(counts, change) for change in exchanges(counts, question))
            if not any(_agrees(pool, item, other) for other in worlds):
                return None
    return word


def _agrees(pool: Spread, item: int, counts: Counts) -> bool:
    """Return whether a pool's word for agreement stays when one item has these counts."""
    if pool.agreement is None:
        return True
    total = pool.other_deviations[item] + deviation(counts)
    return agreement_word(total / len(pool.items)) == pool.agreement


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
        for question in questions(pool.items[item]):
            if next(search.worlds(at, question), None) is None:
                return True
    if len(pools) == 1:
        return False
    for question in questions(whole):
        changes = (change for at in range(min(len(pools), PARTNERS)) for change in search.worlds(at))
        if not any(question.answered(change) for change in changes):
            return True
    return False


@dataclass(slots=True)
class _Search:
    """Other worlds of one item of a group of pools. What many of its pools ask is worked out once."""

    pools: Sequence[Spread]
    cells: Sequence[int]
    item: int
    kept: Kept
    whole: Counts
    _kept: dict[Change, bool] = field(default_factory=dict)
    _of_cell: dict[int, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for at, cell in enumerate(self.cells):
            first = self._of_cell.setdefault(cell, [])
            if len(first) <= PARTNERS:
                first.append(at)

    def worlds(self, at: int, question: Question | None = None) -> Iterator[Change]:
        """Yield what changes over all pools in each other world that is found.

        Args:
            at: the pool in which the change begins.
            question: what the change in that pool has to answer.
        """
        left = []
        for change in self._changes(at, question):
            if self._same(change):
                yield change
            else:
                left.append(change)
        for change in left:
            made_good = next(self._made_good(at, change), None)
            if made_good is not None:
                yield added(change, made_good)

    def _same(self, change: Change) -> bool:
        alone = len(self._of_cell) == 1 or not any(effect(change))
        return alone and self._reads_the_same(change)

    def _reads_the_same(self, change: Change) -> bool:
        if change not in self._kept:
            self._kept[change] = self.kept(added(self.whole, change))
        return self._kept[change]

    def _changes(
        self, at: int, question: Question | None = None, buckets: Buckets | None = None
    ) -> Iterator[Change]:
        """Yield what may change in one pool without anything that is said of the pool itself."""
        pool = self.pools[at]
        counts = pool.items[self.item]
        for change in exchanges(counts, question, buckets):
            if pool.reads_alike(self.item, added(counts, change)):
                yield change
        if not pool.open_sums:
            for step in self._steps(pool, counts):
                answers = question is None or question.answered(step)
                if answers and (buckets is None or effect(step) == buckets):
                    yield step

    def _steps(self, pool: Spread, counts: Counts) -> Iterator[Change]:
        """Yield single steps, which change the sum of the item, where that sum is not known."""
        if pool.capped:
            yield from _single(counts, UPWARD)
            if pool.stays_capped_below:
                yield from _single(counts, DOWNWARD)
            return
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
        """Yield changes of other pools after which the buckets of all are what they were."""
        unfavourable, neutral, favourable = effect(change)
        opposite = -unfavourable, -neutral, -favourable
        partners = [other for other in self._of_cell[self.cells[at]] if other != at]
        for other in partners[:PARTNERS]:
            for made_good in self._changes(other, buckets=opposite):
                if self._reads_the_same(added(change, made_good)):
                    yield made_good


def _single(counts: Counts, steps: Iterable[Change]) -> Iterator[Change]:
    for step in steps:
        if min(added(counts, step)) >= 0:
            yield step
