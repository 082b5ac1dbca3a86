"""Other answers of the same people: one goes up a point and another comes down, once or twice.

Such an exchange leaves the number of answers and their sum as they are. What it must
change to leave a doubt is put as a question.
"""

from functools import lru_cache
from itertools import product
from typing import NamedTuple

from surveys.results.rules.distributions import NOBODY_FAVOURABLE_FROM
from surveys.results.rules.one_pool import NEUTRAL, SMALL, VALUES, Counts

Change = tuple[int, ...]  # what is added to counts
Buckets = tuple[int, int, int]  # unfavourable, neutral, favourable

REACH = 4  # an exchange, made twice, takes at most so many answers away from one value
REMEMBERED = 16_384  # of what small teams have in common; large units have counts of their own


def added(left: Counts, right: Counts) -> Counts:
    """Return two lists of five counts together."""
    return (
        left[0] + right[0],
        left[1] + right[1],
        left[2] + right[2],
        left[3] + right[3],
        left[4] + right[4],
    )


def _step(value: int) -> Change:
    """Return what changes when an answer goes up a point from this value."""
    return tuple((at == value + 1) - (at == value) for at in range(VALUES))


@lru_cache(maxsize=REMEMBERED)
def effect(change: Change) -> Buckets:
    """Return what a change does to the buckets."""
    return change[0] + change[1], change[2], change[3] + change[4]


UPWARD = tuple(map(_step, range(VALUES - 1)))
DOWNWARD = tuple(tuple(-count for count in step) for step in UPWARD)
_ONCE = {added(up, down) for up, down in product(UPWARD, DOWNWARD)}
EXCHANGES = tuple(
    # Those that leave the buckets alone come first: they change the fewest bars.
    sorted(
        {added(one, other) for one, other in product(_ONCE, _ONCE)} - {(0,) * VALUES},
        key=lambda change: (any(effect(change)), change),
    )
)


class Question(NamedTuple):
    """In what another world has to differ, and what is so in this one.

    `chosen` is how many chose the value; `value` is None where nobody was favourable.
    """

    value: int | None
    chosen: int
    few: bool = False

    def answered(self, change: Change) -> bool:
        """Return whether a world that differs by this change answers it."""
        if self.value is None:
            return change[3] + change[4] > 0
        if self.few:
            return self.chosen + change[self.value] not in SMALL
        return change[self.value] != 0


@lru_cache(maxsize=REMEMBERED)
def questions(counts: Counts) -> tuple[Question, ...]:
    """Return what may not be certain about these answers."""
    n = sum(counts)
    found = []
    for value, count in enumerate(counts):
        if count in SMALL:
            found.append(Question(value, count, few=True))
        elif count == n or (count and value != NEUTRAL):
            found.append(Question(value, count))
    if counts[3] + counts[4] == 0 and n < NOBODY_FAVOURABLE_FROM:
        found.append(Question(None, 0))
    return tuple(found)


def exchanges(counts: Counts, question: Question | None = None) -> tuple[Change, ...]:
    """Return the exchanges that these answers allow; where something is asked, those that answer it."""
    if question is not None and not question.few:
        question = Question(question.value, 0)  # how many chose the value matters only where they are few
    return _exchanges(tuple(min(count, REACH) for count in counts), question)


@lru_cache(maxsize=REMEMBERED)
def _exchanges(clipped: Counts, question: Question | None) -> tuple[Change, ...]:
    if question is None:
        return tuple(change for change in EXCHANGES if min(added(clipped, change)) >= 0)
    return tuple(change for change in _exchanges(clipped, None) if question.answered(change))
