"""How well a handful of statements measures one thing (alpha, omega) and tells teams apart (ICC).

Never per team: with eight people the true alpha of .86 is estimated anywhere between .38 and .95. Every
function takes sums or a covariance matrix, so that the same rules serve a file of answers and what is
kept of many published waves. What cannot be estimated is None, never a number that looks like one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    Matrix = np.typing.NDArray[np.float64]

FEWEST_FOR_ALPHA = 2
FEWEST_FOR_OMEGA = 3  # two items have one covariance and two loadings
MOST_ROUNDS = 10_000
SETTLED = 1e-12
ROUNDING = 1e-24  # of squares
SINGULAR = 1e-10  # smallest eigenvalue of the correlations
IMPROPER = 1 + 1e-9  # rounding apart, a loading may explain all of a statement's variance but not more


@dataclass(frozen=True, slots=True)
class PairSums:
    """What is kept of two statements a and b that the same n people answered. Any unit."""

    n: int
    a: float
    b: float
    aa: float
    bb: float
    ab: float

    def __add__(self, other: PairSums) -> PairSums:
        """Return the sums over both groups of people, for example of two waves."""
        return PairSums(
            self.n + other.n,
            self.a + other.a,
            self.b + other.b,
            self.aa + other.aa,
            self.bb + other.bb,
            self.ab + other.ab,
        )

    def correlation(self) -> float | None:
        """Return Pearson's r, or None where one of the statements does not vary."""
        if self.n < FEWEST_FOR_ALPHA:
            return None
        left = self.aa - self.a**2 / self.n
        right = self.bb - self.b**2 / self.n
        if left <= 0 or right <= 0:
            return None
        return (self.ab - self.a * self.b / self.n) / math.sqrt(left * right)


def standardised_alpha(mean_correlation: float, items: int) -> float | None:
    """Return what alpha `items` statements have whose mean correlation is r̄: J·r̄ / (1 + (J - 1)·r̄).

    With planned gaps nobody answers all statements at once, but all pairs occur: r̄ is the mean over
    the observed pairs.
    """
    denominator = 1 + (items - 1) * mean_correlation
    return items * mean_correlation / denominator if denominator > 0 else None


def covariances(n: Matrix, sums: Matrix, products: Matrix) -> Matrix:
    """Return the covariance of each pair of items, divided by n - 1.

    (n·Σab - Σa·Σb) / (n·(n - 1)): with whole numbers the difference is exact.

    Args:
        n: for each pair how many people answered both; at least two.
        sums: in row a and column b the sum of a over the people who answered a and b.
        products: Σab over the same people.
    """
    return (n * products - sums * sums.T) / (n * (n - 1))


def alpha(covariance: Matrix) -> float | None:
    """Return raw alpha, J / (J - 1) · (1 - Σ variances / Σ covariances); it can be negative.

    None for one item, or where the sum of the items does not vary.

    Source:
        Cronbach (1951), Psychometrika 16(3), 297-334.
    """
    items = len(covariance)
    total = float(covariance.sum())
    if items < FEWEST_FOR_ALPHA or not total > 0:
        return None
    return items / (items - 1) * (1 - float(covariance.trace()) / total)


def alpha_interval(
    estimate: float, people: int, items: int, *, level: float = 0.95
) -> tuple[float, float] | None:
    """Return Feldt's interval round alpha, 1 - (1 - alpha)·F with n - 1 and (n - 1)(J - 1) degrees.

    Args:
        estimate: alpha of complete cases.
        people: n, how many of them.
        items: J.
        level: share of samples whose interval holds the true alpha.

    Source:
        Feldt, Woodruff & Salih (1987), Applied Psychological Measurement 11(1), 93-103.
    """
    if people < FEWEST_FOR_ALPHA or items < FEWEST_FOR_ALPHA:
        return None
    from scipy.special import fdtri  # noqa: PLC0415 -- slow to import, and most commands need none of it

    first = people - 1
    second = first * (items - 1)
    tail = (1 - level) / 2
    low, high = (1 - (1 - estimate) * float(fdtri(first, second, p)) for p in (1 - tail, tail))
    return low, high


@dataclass(frozen=True, slots=True)
class Omega:
    """McDonald's omega, or None with a sentence that says why there is none."""

    value: float | None
    reason: str | None = None


def omega(covariance: Matrix, people: int) -> Omega:
    """Return omega, (Σλ)² / Σ covariances, with the loadings λ of one factor (see `one_factor`).

    Args:
        covariance: observed covariances of complete cases.
        people: n, how many cases; must exceed the number of items.

    Source:
        McDonald (1999), Test theory: a unified treatment.
    """
    reason = _why_no_omega(covariance, people)
    if reason is not None:
        return Omega(None, reason)
    loadings = one_factor(covariance)
    if loadings is None:
        return Omega(None, "no single factor could be fitted to the covariances")
    if (loadings**2 > covariance.diagonal() * IMPROPER).any():
        return Omega(None, "the one-factor solution is improper: it explains more than all of an item")
    return Omega(float(loadings.sum() ** 2 / covariance.sum()))


def _why_no_omega(covariance: Matrix, people: int) -> str | None:
    import numpy as np  # noqa: PLC0415 -- slow to import, and most commands need none of it

    items = len(covariance)
    if items < FEWEST_FOR_OMEGA:
        return "omega needs at least three items"
    if people <= items:
        return f"omega needs more complete cases than items; there are {people} and {items}"
    if not (covariance.diagonal() > 0).all():
        return "an item has the same answer from everybody"
    scale = np.sqrt(covariance.diagonal())
    if np.linalg.eigvalsh(covariance / np.outer(scale, scale))[0] < SINGULAR:
        return "the covariances are singular: an item follows exactly from the others"
    return None


def one_factor(covariance: Matrix) -> Matrix | None:
    """Return the loadings of one factor by minimum residuals, or None where the search does not settle.

    Minimises Σ (c_ij - λ_i·λ_j)² over i ≠ j. For one loading with all others held, the minimum is
    λ_i = Σ c_ij·λ_j / Σ λ_j² over j ≠ i; taking the loadings in turn never goes uphill.

    Source:
        Harman & Jones (1966), Psychometrika 31(3), 351-368.
    """
    import numpy as np  # noqa: PLC0415 -- as above

    values, vectors = np.linalg.eigh(covariance)
    loadings = vectors[:, -1] * math.sqrt(max(values[-1], 0.0))
    loadings *= 1.0 if loadings.sum() >= 0 else -1.0
    between = covariance - np.diag(covariance.diagonal())
    size = math.sqrt(float(covariance.trace()))
    for _ in range(MOST_ROUNDS):
        moved = 0.0
        for item in range(len(loadings)):
            others = float(loadings @ loadings - loadings[item] ** 2)
            if others <= 0:
                return None
            better = float(between[item] @ loadings) / others
            moved = max(moved, abs(better - loadings[item]))
            loadings[item] = better
        if moved <= SETTLED * size:
            return loadings
    return None


@dataclass(frozen=True, slots=True)
class BetweenTeams:
    """One-way analysis of variance of person scores by team, and the intraclass correlations from it.

    Attributes:
        teams: G, teams with at least one score.
        people: N, scores in all.
        mean_size: N / G.
        k0: (N - Σn² / N) / (G - 1), the size that makes the estimate unbiased for unequal teams.
        between: MSB, between teams, in the scores' unit squared.
        within: MSW, within teams.
    """

    teams: int
    people: int
    mean_size: float
    k0: float
    between: float
    within: float

    @classmethod
    def of(cls, sizes: Sequence[int], totals: Sequence[float], within: float) -> BetweenTeams | None:
        """Return the analysis, or None with fewer than two teams or nobody to spare within them.

        Args:
            sizes: n of each team; empty teams are left out.
            totals: Σy of each team, in the same order.
            within: Σ(y - ȳ_team)² over all teams together; no team's own sum is needed.
        """
        known = [(n, total) for n, total in zip(sizes, totals, strict=True) if n]
        groups, people = len(known), sum(n for n, _ in known)
        if groups < FEWEST_FOR_ALPHA or people <= groups:
            return None
        grand = math.fsum(total for _, total in known) / people
        between = math.fsum(n * (total / n - grand) ** 2 for n, total in known)
        if between <= ROUNDING * math.fsum(total**2 / n for n, total in known):
            between = 0.0  # equal means, seen through floating point
        return cls(
            teams=groups,
            people=people,
            mean_size=people / groups,
            k0=(people - sum(n * n for n, _ in known) / people) / (groups - 1),
            between=between / (groups - 1),
            within=within / (people - groups),
        )

    def icc1(self) -> float | None:
        """Return ICC(1) with the mean team size: the share of a person's score that is the team's.

        It can be negative, when teams differ less than chance would make them differ.

        Source:
            Bliese (2000), in Klein & Kozlowski, Multilevel theory, 349-381.
        """
        return self._icc1(self.mean_size)

    def icc1_k0(self) -> float | None:
        """Return ICC(1) with k₀ in place of the mean size, as textbooks of variance components do."""
        return self._icc1(self.k0)

    def icc2(self) -> float | None:
        """Return ICC(2) = (MSB - MSW) / MSB, the reliability of a team's mean; can be negative."""
        return (self.between - self.within) / self.between if self.between > 0 else None

    def _icc1(self, size: float) -> float | None:
        denominator = self.between + (size - 1) * self.within
        return (self.between - self.within) / denominator if denominator > 0 else None
