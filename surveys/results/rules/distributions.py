"""Bars, words for items and for agreement: what may be said about how answers are spread."""

from collections.abc import Sequence
from functools import lru_cache

from surveys.results.rules.agreement import average_deviation

BARS_FROM = 10
AGREEMENT_FROM = 8
SMALLEST_BUCKET = 3
NOBODY_FAVOURABLE_FROM = 20
THREE, TWO = 3, 2  # buckets of a bar
CLOSE = 0.6  # mean absolute deviation in scale points
APART = 1.1
SCALE_POINT = 25.0


def histogram(scores: Sequence[float]) -> list[int]:
    """Return how many item scores are 0, 25, 50, 75 and 100."""
    counts = [0] * 5
    for score in scores:
        counts[int(score / SCALE_POINT)] += 1
    return counts


def buckets(counts: Sequence[int], parts: int) -> list[int]:
    """Return five counts as three buckets or two: unfavourable and neutral apart or joined, favourable."""
    unfavourable, neutral, favourable = counts[0] + counts[1], counts[2], counts[3] + counts[4]
    return [unfavourable, neutral, favourable] if parts == THREE else [unfavourable + neutral, favourable]


def bar_parts(*groups: Sequence[int]) -> int | None:
    """Return of how many buckets the bars of these groups may be, three or two, or None.

    Every bucket of every group is empty or holds at least three, and below 20 answers somebody was
    favourable. When a neutral bucket is too small, it is joined to the unfavourable one.

    Args:
        groups: five counts each: a unit, and what it adds to the bars of the units below it, because bars
            of a whole minus bars of its parts are bars of the rest.
    """
    if sum(groups[0]) < BARS_FROM:
        return None
    for parts in (THREE, TWO):
        if all(_speakable(buckets(counts, parts)) for counts in groups if any(counts)):
            return parts
    return None


def _speakable(bar: Sequence[int]) -> bool:
    n = sum(bar)
    if bar[-1] == 0 and n < NOBODY_FAVOURABLE_FROM:
        return False
    if max(bar) == n:
        return False
    return all(count == 0 or count >= SMALLEST_BUCKET for count in bar)


def item_word(counts: Sequence[int]) -> str:
    """Return how many were favourable in a word: most, half or few."""
    return word_for(counts[3] + counts[4], sum(counts))


def word_for(favourable: int, n: int) -> str:
    """Return in a word how many of n were favourable."""
    share = favourable / n
    if share >= 2 / 3:
        return "most"
    return "few" if share <= 1 / 3 else "half"


@lru_cache(maxsize=65_536)
def deviation(counts: tuple[int, ...]) -> float:
    """Return the average deviation of one item, in scale points, from its five counts."""
    return average_deviation(counts)


def agreement_word(deviation: float) -> str:
    """Return close, mixed or apart for a mean deviation; descriptive only, never a gate."""
    if deviation <= CLOSE:
        return "close"
    return "apart" if deviation > APART else "mixed"
