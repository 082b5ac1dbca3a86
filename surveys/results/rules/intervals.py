"""The range beside a score: what the people asked, not only those who answered, may think.

The estimand is the mean over the N people asked in this wave. With everybody's answer there is no
sampling error left, so there is no range.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

Z = 1.96
PRIOR_DEGREES = 4
WITHIN_SD = {1: 27.0}  # prior SD of person scores; one item is noisier
WITHIN_SD_MORE = 22.0
BY_SIZE_SD = {1: 32.0, 2: 27.0, 3: 24.0}  # fixed SD under ten answers, so that a width tells nothing
BY_SIZE_SD_MORE = 22.0
ENOUGH_FOR_DATA = 10
FEW_MISSING = 2


@dataclass(frozen=True, slots=True)
class Range:
    """A range on the 0 to 100 scale. `kind` is everyone, bounds, by_size or shrunk_t."""

    kind: str
    low: float | None
    high: float | None


def logical_bounds(total: float, n: int, asked: int) -> tuple[float, float]:
    """Return what the mean would be had all the missing answered 0, and had they answered 100."""
    return total / asked, (total + 100.0 * (asked - n)) / asked


def range_by_size(total: float, n: int, asked: int, *, items: int) -> Range:
    """Return the range for fewer than ten answers; its width depends on n, N and the mean alone.

    T ± 1.96 · s / √n · √(1 - n/N), cut to the logical bounds, with a fixed s: a width taken from the
    answers would give some of them away.
    """
    if n == asked:
        return Range("everyone", None, None)
    mean = total / n
    lowest, highest = logical_bounds(total, n, asked)
    deviation = BY_SIZE_SD.get(items, BY_SIZE_SD_MORE)
    half = Z * deviation / math.sqrt(n) * math.sqrt(1 - n / asked)
    low, high = max(mean - half, lowest), min(mean + half, highest)
    return Range("bounds" if (low, high) == (lowest, highest) else "by_size", low, high)


def range_from_scores(scores: Sequence[float], asked: int, *, items: int) -> Range:
    """Return the range for ten answers and more.

    One or two missing: the logical bounds. More: s² = (4·s₀² + (n-1)·s_y²) / (4 + n - 1) with the
    prior s₀ = 22 (27 for one item), half-width t(.975, n + 3) · √(s²/n · (1 - n/N)), cut to the
    bounds.

    Args:
        scores: person scores y, 0 to 100.
        asked: N, at least the number of scores.
        items: how many items the scores are means of.
    """
    n, total = len(scores), sum(scores)
    squares = sum((score - total / n) ** 2 for score in scores)
    return range_from_sums(total, squares, n, asked, items=items)


def range_from_sums(total: float, squares: float, n: int, asked: int, *, items: int) -> Range:
    """Return the same from sums: Σy, and Σ(y - ȳ)² = (n - 1) · s_y². Nobody's answers leave 0 to 100."""
    if n == asked:
        return Range("everyone", None, None)
    lowest, highest = logical_bounds(total, n, asked)
    if asked - n <= FEW_MISSING or n == 0:
        return Range("bounds", lowest, highest)
    mean = total / n
    prior = WITHIN_SD.get(items, WITHIN_SD_MORE)
    variance = (PRIOR_DEGREES * prior**2 + squares) / (PRIOR_DEGREES + n - 1)
    half = _quantile(n + PRIOR_DEGREES - 1) * math.sqrt(variance / n * (1 - n / asked))
    return Range("shrunk_t", max(mean - half, lowest), min(mean + half, highest))


@cache
def _quantile(degrees: int) -> float:
    from scipy.special import stdtrit  # noqa: PLC0415 -- slow to import, needed at a seal only

    return float(stdtrit(degrees, 0.975))


def range_of(scores: Sequence[float], asked: int, *, items: int, gaps: bool) -> Range:
    """Return the range a reader is shown.

    Args:
        scores: person scores y of the answers the figure stands for.
        asked: N, everyone asked in the unit and below it.
        items: how many items the scores are means of.
        gaps: whether answers of this unit are counted further up; then only the bounds are honest.
    """
    n, total = len(scores), sum(scores)
    if gaps and n < asked:
        return Range("bounds", *logical_bounds(total, n, asked))
    if n < ENOUGH_FOR_DATA:
        return range_by_size(total, n, asked, items=items)
    return range_from_scores(scores, asked, items=items)
