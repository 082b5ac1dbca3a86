"""How close together the answers of one team lie, in scale points. Descriptive only, never a gate.

In small and friendly teams these figures look like agreement even where people answer at random, so
nothing is decided by them. Answers are counted, not listed: `counts` holds how many chose each of the
points 1 to A, and stands for one item and one team, or, as arrays of equal shape, for many teams at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import numpy as np

    Count = TypeVar("Count", float, np.typing.NDArray[np.float64])

# Shares of the points 1 to 5 when people who have no opinion lean to the friendly side: the "slight
# skew" of LeBreton & Senter (2008), variance 1.34 where the uniform null has 2.
SLIGHTLY_SKEWED = (0.05, 0.15, 0.20, 0.35, 0.25)


def mean_point(counts: Sequence[Count]) -> Count:
    """Return the mean answer, 1 to A. Somebody must have answered."""
    return _sum(point * count for point, count in enumerate(counts, start=1)) / _sum(counts)


def answer_variance(counts: Sequence[Count]) -> Count:
    """Return the sample variance (n - 1) of the answers, in points squared. Needs two answers."""
    n, mean = _sum(counts), mean_point(counts)
    return _sum(count * (point - mean) ** 2 for point, count in enumerate(counts, start=1)) / (n - 1)


def average_deviation(counts: Sequence[Count]) -> Count:
    """Return AD_m, the mean absolute deviation from the mean answer, in points.

    AD_m(j) of several items is the mean of their AD_m.

    Source:
        Burke, Finkelstein & Dusig (1999), Organizational Research Methods 2(1), 49-68.
    """
    n, mean = _sum(counts), mean_point(counts)
    return _sum(count * abs(point - mean) for point, count in enumerate(counts, start=1)) / n


def uniform_variance(points: int) -> float:
    """Return σ²_E = (A² - 1) / 12, the variance when each of A points is equally likely."""
    return (points**2 - 1) / 12


def skewed_variance(shares: Sequence[float] = SLIGHTLY_SKEWED) -> float:
    """Return σ²_E of a null in which the points 1, 2, … are chosen with these shares (sum 1)."""
    mean = sum(point * share for point, share in enumerate(shares, start=1))
    return sum(share * (point - mean) ** 2 for point, share in enumerate(shares, start=1))


def r_wg(variance: float, expected: float) -> float:
    """Return r_wg of one item, 1 - s² / σ²_E, from 0 to 1.

    A variance above the null's is cut to it: more than random disagreement reads as no agreement.

    Args:
        variance: sample variance of the answers, in points squared.
        expected: σ²_E, see `uniform_variance` and `skewed_variance`.

    Source:
        James, Demaree & Wolf (1984), Journal of Applied Psychology 69(1), 85-98.
    """
    return 1 - min(variance, expected) / expected


def r_wg_j(mean_variance: float, items: int, expected: float) -> float:
    """Return r_wg(j) of J items, J·a / (J·a + 1 - a) with a = 1 - s̄² / σ²_E, from 0 to 1.

    Args:
        mean_variance: s̄², the mean of the items' sample variances, cut like in `r_wg`.
        items: J.
        expected: σ²_E.
    """
    agreed = r_wg(mean_variance, expected)
    return items * agreed / (items * agreed + 1 - agreed)


def _sum(numbers: Iterable[Count]) -> Count:
    return reduce(add, numbers)
