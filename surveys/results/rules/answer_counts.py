"""Answers of many people, counted: histograms of items, sums of people, products of pairs of items.

All of it is whole numbers, so the order of the rows changes nothing and what does not vary is exactly
zero. The figures themselves are made elsewhere, from what is counted here.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import cast

import numpy as np
from numpy.typing import NDArray

from surveys.results.rules.agreement import answer_variance, average_deviation
from surveys.results.rules.reliability import covariances
from surveys.results.rules.scoring import FAVOURABLE, score_of

ROWS_AT_ONCE = 100_000
FEWEST_TO_VARY = 2

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers of a file.

    Attributes:
        codes: the items, in the order of the columns.
        points: items by rows; 1 to A, 0 where not answered.
        teams: names of the teams.
        of_team: for each row the place of its team in `teams`.
    """

    codes: tuple[str, ...]
    points: NDArray[np.uint8]
    teams: tuple[str, ...]
    of_team: NDArray[np.intc]

    def turned_round(self, backwards: Collection[str], points: int) -> "Answers":
        """Return the answers with x' = A + 1 - x for the reversed items."""
        turned = self.points.copy()
        for code in set(backwards):
            answered = turned[self.codes.index(code)]
            np.subtract(points + 1, answered, out=answered, where=answered > 0)
        return Answers(self.codes, turned, self.teams, self.of_team)

    def complete(self) -> "Answers":
        """Return the rows in which every item is answered."""
        whole = self.points.all(axis=0)
        return Answers(self.codes, self.points[:, whole], self.teams, self.of_team[whole])

    def rows_of_teams(self) -> list[int]:
        """Return how many rows each team has."""
        return cast("list[int]", np.bincount(self.of_team, minlength=len(self.teams)).tolist())

    def pairwise_covariances(self) -> Floats | None:
        """Return the covariance of each pair of items over the rows that answer both, n - 1.

        None where a pair has fewer than two such rows.
        """
        items = len(self.codes)
        both, sums, products = (np.zeros((items, items)) for _ in range(3))
        for start in range(0, self.points.shape[1], ROWS_AT_ONCE):
            some = self.points[:, start : start + ROWS_AT_ONCE].astype(np.float64)
            present = (some > 0).astype(np.float64)
            both += present @ present.T
            sums += some @ present.T  # Σa over the rows that answer a and b
            products += some @ some.T
        if both.min() < FEWEST_TO_VARY:
            return None
        return covariances(both, sums, products)


@dataclass(frozen=True, slots=True)
class Counted:
    """Complete cases counted by team and item. Lists have one entry a team, in the order of `Answers`.

    Attributes:
        n: complete cases.
        totals: Σ over people of the sum of their points.
        squares: Σ over people of the square of that sum.
        favourable: favourable answers over all items.
        variances: item → sample variance of the points; meaningless under two people.
        deviations: item → AD_m in points; meaningless without anybody.
        item_sums: item → Σ of points over everybody.
        item_favourable: item → favourable answers of everybody.
    """

    n: list[int]
    totals: list[int]
    squares: list[int]
    favourable: list[int]
    variances: list[list[float]] = field(default_factory=list)
    deviations: list[list[float]] = field(default_factory=list)
    item_sums: list[int] = field(default_factory=list)
    item_favourable: list[int] = field(default_factory=list)


def count(cases: Answers, points: int) -> Counted:
    """Count complete cases of answers from 1 to `points`, reversed items turned round before."""
    teams = len(cases.teams)
    people = cases.points.sum(axis=0, dtype=np.int64)

    def by_team(weights: NDArray[np.int64]) -> list[int]:
        return [int(total) for total in np.bincount(cases.of_team, weights=weights, minlength=teams)]

    favourable = np.zeros(teams, dtype=np.int64)
    found = Counted(cases.rows_of_teams(), by_team(people), by_team(people**2), [])
    good = [score_of(point, points) >= FAVOURABLE for point in range(1, points + 1)]
    for answered in cases.points:
        places = cases.of_team.astype(np.int64) * points + (answered - 1)
        histogram = np.bincount(places, minlength=teams * points).reshape(teams, points)
        of_item = histogram[:, good].sum(axis=1)
        favourable += of_item
        found.item_favourable.append(int(of_item.sum()))
        found.item_sums.append(int(answered.sum(dtype=np.int64)))
        counts = list(histogram.T.astype(np.float64))
        with np.errstate(divide="ignore", invalid="ignore"):  # teams of nobody, and of one
            found.variances.append(answer_variance(counts).tolist())
            found.deviations.append(average_deviation(counts).tolist())
    found.favourable.extend(favourable.tolist())
    return found
