"""How often each value was chosen over many teams: which teams may be counted together.

The counts of all less the bars of all but one are the bars of that one, however small it is. So a team is
counted only where its answers could have been others and another counted team's as well, with every sum,
bar, word and count as it is.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence

from surveys.results.rules.certainty import PARTNERS, Spread
from surveys.results.rules.exchanges import Change, added, effect, exchanges, questions
from surveys.results.rules.one_pool import Counts

ANYWHERE = "anywhere"


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
    while left:
        telling = {
            at
            for item in range(len(pools[0].items))
            for at in _telling([pools[at] for at in left], [groups[at] for at in left], item)
        }
        if not telling:
            break
        left = [each for at, each in enumerate(left) if at not in telling]
    return left


def _telling(pools: Sequence[Spread], groups: Sequence[Hashable], item: int) -> Iterator[int]:
    """Yield the places of pools of which the counts of one item over all would make something certain."""
    undone = _undoing(pools, groups, item)
    for at, pool in enumerate(pools):
        changes = [
            change
            for change in _alternatives(pool, item)
            if undone.get((groups[at], change), {at}) != {at}
            or (not any(effect(change)) and undone.get((ANYWHERE, change), {at}) != {at})
        ]
        asked = questions(pool.items[item])
        if not all(any(question.answered(change) for change in changes) for question in asked):
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
    pools: Sequence[Spread], groups: Sequence[Hashable], item: int
) -> dict[tuple[Hashable, Change], set[int]]:
    """Return group and change → some pools in which that change can be undone."""
    found: dict[tuple[Hashable, Change], set[int]] = {}
    tried: Counter[Hashable] = Counter()
    for at, pool in enumerate(pools):
        tried[groups[at]] += 1
        if tried[groups[at]] > PARTNERS:
            continue
        for change in _alternatives(pool, item):
            opposite = tuple(-count for count in change)
            found.setdefault((groups[at], opposite), set()).add(at)
            if not any(effect(change)):
                found.setdefault((ANYWHERE, opposite), set()).add(at)
    return found
