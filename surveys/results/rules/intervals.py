"""The range beside a score: what the people asked, not only those who answered, may think.

The estimand is the mean over the N people asked in this wave. With everybody's answer there is no
sampling error left, so there is no range.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

Z = 1.96
PRIOR_DEGREES = 4
WITHIN_SD = {1: 27.0}  # prior SD of person scores; one item is noisier
WITHIN_SD_MORE = 22.0
BY_SIZE_SD = {1: 32.0, 2: 27.0, 3: 24.0}  # fixed SD where a width may not be taken from the answers
BY_SIZE_SD_MORE = 22.0
MANY = 100  # answers, among which no way of lying apart stands out
FEW_MISSING = 2
TEN = 10  # answers; of fewer the sizes alone decide, however few are missing


def width_from_answers(n: int) -> bool:
    """Return whether a range that readers see is as wide as n answers lie apart; else its size decides.

    A width taken from the answers gives their sum of squares away, rounded to whole points as well. To one
    item of ten to fourteen people that made a value certain in more than three teams of four, to two where
    most gave the lowest answers or the highest. What decides is public, so that it tells nothing.
    """
    return n >= MANY


class Sums(NamedTuple):
    """Of the scores a figure stands for: how many, Σy, and Σ(y - ȳ)² = (n - 1) · s_y²."""

    n: int
    total: float
    squares: float

    @classmethod
    def of(cls, scores: Sequence[float]) -> "Sums":
        """Return the sums of person scores, 0 to 100; there is at least one."""
        n, total = len(scores), sum(scores)
        return cls(n, total, sum((score - total / n) ** 2 for score in scores))


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
    """Return a range whose width depends on n, N, the mean and the number of items alone.

    T ± 1.96 · s / √n · √(1 - n/N), cut to the logical bounds, with a fixed s.
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
    """Return a range as wide as the answers lie apart: that of `kept analyse`.

    One or two missing: the logical bounds. More: s² = (4·s₀² + (n-1)·s_y²) / (4 + n - 1) with the
    prior s₀ = 22 (27 for one item), half-width t(.975, n + 3) · √(s²/n · (1 - n/N)), cut to the
    bounds.

    Args:
        scores: person scores y, 0 to 100.
        asked: N, at least the number of scores.
        items: how many items the scores are means of.
    """
    return range_from_sums(Sums.of(scores), asked, items=items)


def range_from_sums(sums: Sums, asked: int, *, items: int) -> Range:
    """Return the same from sums. Nobody's answers leave 0 to 100."""
    n, total, squares = sums
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


def range_of(sums: Sums, asked: int, *, items: int, gaps: bool) -> Range:
    """Return the range a reader is shown; `width_from_answers` says what its width is taken from.

    Beside ten answers and more, one or two missing have the bounds: they may think otherwise than all.

    Args:
        sums: of the answers the figure stands for.
        asked: N, everyone asked in the unit and below it.
        items: how many items the scores are means of.
        gaps: whether answers of this unit are counted further up; then only the bounds are honest.
    """
    n, total, _ = sums
    few_missing = n >= TEN and asked - n <= FEW_MISSING
    if n < asked and (gaps or few_missing):
        return Range("bounds", *logical_bounds(total, n, asked))
    if width_from_answers(n):
        return range_from_sums(sums, asked, items=items)
    return range_by_size(total, n, asked, items=items)
