"""What a reader could be certain of, from all that is said about the answers of one pool together.

Each output may be harmless and all of them together may not: with ten answers, a mean and three bars can
leave one possible set of answers only. So before anything is said about how answers are spread, we look
for *another world*: other answers of the same people in which everything published would read the same.
Nothing may be certain: for each pool and item there has to be another world in which

- a value that one or two people chose was chosen by nobody or by three and more,
- a value was chosen by more people or fewer (of "neither" the bars may say how many),
- somebody was favourable, where under twenty answers nobody was.

What pools of up to 60 answers could be is counted through, in `one_pool`, and units of several in
`together`. In larger pools other worlds are made by *exchanges*: one answer goes up a point and another
comes down, once or twice. That leaves the number of answers and every sum as they are. Finding a world
proves the doubt; where none is found this way less is released, though a longer search might find one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from surveys.results.rules.disclosure import CAP_FROM
from surveys.results.rules.distributions import (
    AGREEMENT_FROM,
    SCALE_POINT,
    agreement_word,
    deviation,
)
from surveys.results.rules.exchanges import added, exchanges, questions
from surveys.results.rules.one_pool import VALUES, Counts

Kept = Callable[[Counts], bool]


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


def sums_tell(items: Sequence[Counts]) -> bool:
    """Return whether the number of answers and the sums of the items make something certain."""
    return any(not exchanges(counts, question) for counts in items for question in questions(counts))


def agreement_of(items: Sequence[Counts]) -> str | None:
    """Return the word for agreement where it makes nothing certain beside the sums, else None."""
    if sum(items[0]) < AGREEMENT_FROM:
        return None
    word = agreement_word(sum(map(deviation, items)) / len(items))
    pool = Spread(tuple(items), agreement=word)
    return None if any(tells(pool, item) for item in range(len(items))) else word


def _agrees(pool: Spread, item: int, counts: Counts) -> bool:
    """Return whether a pool's word for agreement stays when one item has these counts."""
    if pool.agreement is None:
        return True
    total = pool.other_deviations[item] + deviation(counts)
    return agreement_word(total / len(pool.items)) == pool.agreement


def tells(pool: Spread, item: int, kept: Kept = lambda _counts: True) -> bool:
    """Return whether an answer to one item of a pool is certain from all that is said of it.

    Args:
        item: its place in the dimension.
        kept: whether what else is said would read the same with these counts.
    """
    counts = pool.items[item]
    for question in questions(counts):
        worlds = (added(counts, change) for change in exchanges(counts, question))
        if not any(pool.reads_alike(item, other) and kept(other) for other in worlds):
            return True
    return False
