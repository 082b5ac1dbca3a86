"""Bars, words for items and for agreement: what may be said about how answers are spread."""

from collections.abc import Sequence

from surveys.results.rules.agreement import average_deviation
from surveys.results.rules.scoring import FAVOURABLE

BARS_FROM = 10
AGREEMENT_FROM = 8
SMALLEST_BUCKET = 3
NOBODY_FAVOURABLE_FROM = 20
NEUTRAL = 50.0
CLOSE = 0.6  # mean absolute deviation in scale points
APART = 1.1
SCALE_POINT = 25.0


def histogram(scores: Sequence[float]) -> list[int]:
    """Return how many item scores are 0, 25, 50, 75 and 100."""
    counts = [0] * 5
    for score in scores:
        counts[int(score / SCALE_POINT)] += 1
    return counts


def bar(scores: Sequence[float]) -> list[int] | None:
    """Return [unfavourable, neutral, favourable] of one item, or None where it would tell too much.

    Every bucket is empty or holds at least three, and below 20 answers somebody was favourable. When
    the neutral bucket is too small it is joined to the unfavourable one: then two numbers come back,
    [not favourable, favourable].
    """
    if len(scores) < BARS_FROM:
        return None
    favourable = sum(1 for score in scores if score >= FAVOURABLE)
    neutral = sum(1 for score in scores if score == NEUTRAL)
    unfavourable = len(scores) - favourable - neutral
    for buckets in ([unfavourable, neutral, favourable], [unfavourable + neutral, favourable]):
        if _speakable(buckets, len(scores)):
            return buckets
    return None


def _speakable(buckets: Sequence[int], n: int) -> bool:
    if buckets[-1] == 0 and n < NOBODY_FAVOURABLE_FROM:
        return False
    if max(buckets) == n:
        return False
    return all(count == 0 or count >= SMALLEST_BUCKET for count in buckets)


def item_word(scores: Sequence[float]) -> str:
    """Return how many were favourable in a word: most, half or few."""
    share = sum(1 for score in scores if score >= FAVOURABLE) / len(scores)
    if share >= 2 / 3:
        return "most"
    return "few" if share <= 1 / 3 else "half"


def agreement_word(people: Sequence[Sequence[float]]) -> str | None:
    """Return close, mixed or apart from eight answers on, else None.

    By AD_m(j), the mean over items of their average deviation; descriptive only.

    Args:
        people: one sequence of item scores a person, 0 to 100 each.
    """
    if len(people) < AGREEMENT_FROM:
        return None
    deviations = [average_deviation(histogram(item)) for item in zip(*people, strict=True)]
    deviation = sum(deviations) / len(deviations)
    if deviation <= CLOSE:
        return "close"
    return "apart" if deviation > APART else "mixed"
