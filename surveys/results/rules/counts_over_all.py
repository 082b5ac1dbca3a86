"""How often each value was chosen over many teams: which teams may be counted together.

The counts of all less the bars of all but one are the bars of that one, however small it is. So a team is
counted only where its answers could have been others and another counted team's as well, with every sum,
bar, word and count as it is.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from functools import lru_cache

from surveys.results.rules.certainty import Spread
from surveys.results.rules.exchanges import REMEMBERED, Change, added, effect, exchanges, questions
from surveys.results.rules.one_pool import Counts

ANYWHERE = -1  # instead of the number of a group
SEVERAL = -1  # instead of the place of a pool
PARTNERS = 50  # pools of a group that are tried for undoing a change


def countable(pools: Sequence[Spread], groups: Sequence[Hashable]) -> list[int]:
    """Return the places of those pools over which it may be said how often each value was chosen.

    For each value and pool there has to be a change of the pool that another of them can undo: one of the
    same group, so that every sum over both stays, or any other where the change leaves the buckets alone.
    What would be certain otherwise is not counted, until nothing is.

    Args:
        pools: those whose people could be counted together.
        groups: for each what is said of it together with others; None where nothing is.
    """
    left = list(range(len(pools)))
    numbers: dict[Hashable, int] = {}
    numbered = [numbers.setdefault(group, len(numbers)) for group in groups]
    worlds = _worlds(pools)
    while left:
        telling = {
            at
            for item, changes in enumerate(worlds)
            for at in _telling(left, numbered, changes, [pool.items[item] for pool in pools])
        }
        if not telling:
            break
        left = [at for at in left if at not in telling]
    return left


def _worlds(pools: Sequence[Spread]) -> list[list[tuple[Change, ...]]]:
    """Return for each item, and for each pool, what may change in it. Equal changes are one object."""
    same: dict[Change, Change] = {}
    items = range(len(pools[0].items)) if pools else ()
    return [
        [tuple(same.setdefault(one, one) for one in _alternatives(pool, item)) for pool in pools]
        for item in items
    ]


def _telling(
    left: Sequence[int],
    groups: Sequence[int],
    changes: Sequence[tuple[Change, ...]],
    counts: Sequence[Counts],
) -> Iterator[int]:
    """Yield the places of pools of which the counts of one item over all would make something certain."""
    undone = _undoing(left, groups, changes)
    anywhere = undone[ANYWHERE]
    for at in left:
        here = undone[groups[at]]
        open_questions = list(questions(counts[at]))
        for change in changes[at]:
            if not open_questions:
                break
            if here.get(change, at) != at or (not any(effect(change)) and anywhere.get(change, at) != at):
                open_questions = [one for one in open_questions if not one.answered(change)]
        if open_questions:
            yield at


def _alternatives(pool: Spread, item: int) -> Iterable[Change]:
    """Yield what may change in one item of a pool while its sum and all that is said of it stay."""
    counts = pool.items[item]
    if pool.alike is not None:
        others: Iterable[Counts] = pool.alike[item]
    else:
        others = (added(counts, change) for change in exchanges(counts))
    for other in others:
        if other != counts and pool.reads_alike(item, other):
            yield tuple(now - was for now, was in zip(other, counts, strict=True))


def _undoing(
    left: Sequence[int], groups: Sequence[int], changes: Sequence[tuple[Change, ...]]
) -> dict[int, dict[Change, int]]:
    """Return group → change → the pool in which that change can be undone, or that there are several."""
    found: dict[int, dict[Change, int]] = defaultdict(dict)
    tried: Counter[int] = Counter()
    for at in left:
        group = groups[at]
        tried[group] += 1
        if tried[group] > PARTNERS:
            continue
        here, anywhere = found[group], found[ANYWHERE]
        for change in changes[at]:
            undone = _opposite(change)
            if here.setdefault(undone, at) != at:
                here[undone] = SEVERAL
            if not any(effect(change)) and anywhere.setdefault(undone, at) != at:
                anywhere[undone] = SEVERAL
    return found


@lru_cache(maxsize=REMEMBERED)
def _opposite(change: Change) -> Change:
    return tuple(-count for count in change)
