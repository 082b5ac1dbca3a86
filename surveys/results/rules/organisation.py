"""How well a dimension is measured over the whole organisation: reliability, team differences, agreement.

Everything is made of sums over at least 20 teams and 100 records together, which each publication froze;
nothing here knows a single team. In a rotation nobody answers all statements of a dimension at once, but
over the waves all pairs occur.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from surveys.results.rules.reliability import (
    BetweenTeams,
    Omega,
    PairSums,
    alpha_interval,
    covariances,
    omega,
    standardised_alpha,
)

TAIL = 0.05  # on each side of the range of ICC(1), which so holds the true value in 90 of 100 cases


@dataclass(frozen=True, slots=True)
class Alpha:
    """Standardised alpha of all statements from the correlations of the pairs that were asked together.

    Attributes:
        value: None where no pair was asked together.
        low: lower end of its 95 % range, from the pair with the fewest records; None where there is none.
        high: upper end.
        items: statements.
        pairs: pairs asked together so far, of items · (items - 1) / 2.
        records: answers to a pair, over all of them.
    """

    value: float | None
    low: float | None
    high: float | None
    items: int
    pairs: int
    records: int


@dataclass(frozen=True, slots=True)
class ItemShares:
    """How one statement was answered over the organisation: shares of the five points, 0 to 1 each."""

    code: str
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class DimensionShape:
    """One dimension over the organisation.

    Attributes:
        occurrence: the newest wave with enough teams; differences and agreement are of that wave.
        teams: in that wave.
        records: in that wave.
        icc1: share of a person's score that is the team's; can be negative; None without any spread.
        icc1_low: lower end of its 90 % range.
        icc1_high: upper end.
        icc2: reliability of one team's figure.
        rwg: mean r_wg(j) of the teams against answers spread evenly.
        rwg_skewed: the same against answers that lean to agreement.
        ad: mean of the teams' average deviations, in scale points.
    """

    dimension: str
    occurrence: date
    teams: int
    records: int
    alpha: Alpha
    omega: Omega
    icc1: float | None
    icc1_low: float | None
    icc1_high: float | None
    icc2: float | None
    rwg: float
    rwg_skewed: float
    ad: float
    items: Sequence[ItemShares]


def dimension_shape(dimension: str, shapes: Sequence[tuple[date, Mapping[str, Any]]]) -> DimensionShape:
    """Return the shape of one dimension.

    Args:
        shapes: occurrence and sums of each wave that had enough, oldest first, at least one; see
            `pooled.shape_sums`.
    """
    occurrence, newest = shapes[-1]
    between = BetweenTeams(**newest["variance"])
    pairs, items, counts = _together([shape for _, shape in shapes])
    low, high = icc1_range(between)
    return DimensionShape(
        dimension=dimension,
        occurrence=occurrence,
        teams=between.teams,
        records=between.people,
        alpha=_alpha(pairs, len(items)),
        omega=_omega(pairs, items),
        icc1=between.icc1(),
        icc1_low=low,
        icc1_high=high,
        icc2=between.icc2(),
        rwg=newest["agreement"]["rwg"],
        rwg_skewed=newest["agreement"]["rwg_skewed"],
        ad=newest["agreement"]["ad"],
        items=[
            ItemShares(code, tuple(count / sum(counts[code]) for count in counts[code]))
            for code in sorted(items)
        ],
    )


_Pairs = dict[tuple[str, str], PairSums]


def _together(
    shapes: Sequence[Mapping[str, Any]],
) -> tuple[_Pairs, dict[str, tuple[int, float, float]], dict[str, list[int]]]:
    """Add waves up: sums of pairs, (n, Σ, Σ of squares) of items, and how many chose each point."""
    pairs: _Pairs = {}
    items: dict[str, tuple[int, float, float]] = {}
    counts: dict[str, list[int]] = {}
    for shape in shapes:
        for code, one in shape["items"].items():
            n, total, squares = items.get(code, (0, 0.0, 0.0))
            items[code] = (n + sum(one["counts"]), total + one["sum"], squares + one["squares"])
            before = counts.get(code, [0] * len(one["counts"]))
            counts[code] = [a + b for a, b in zip(before, one["counts"], strict=True)]
        for name, product in shape["pairs"].items():
            left, right = sorted(name.split("|"))
            one, other = shape["items"][left], shape["items"][right]
            sums = PairSums(
                sum(one["counts"]), one["sum"], other["sum"], one["squares"], other["squares"], product
            )
            pairs[left, right] = pairs[left, right] + sums if (left, right) in pairs else sums
    return pairs, items, counts


def _alpha(pairs: _Pairs, items: int) -> Alpha:
    correlations = [found for pair in pairs.values() if (found := pair.correlation()) is not None]
    value = standardised_alpha(sum(correlations) / len(correlations), items) if correlations else None
    fewest = min((pair.n for pair in pairs.values()), default=0)
    span = None if value is None else alpha_interval(value, fewest, items)
    low, high = span or (None, None)
    return Alpha(value, low, high, items, len(pairs), sum(pair.n for pair in pairs.values()))


def _omega(pairs: _Pairs, items: Mapping[str, tuple[int, float, float]]) -> Omega:
    """Return omega once every pair was asked together, from the covariance of each pair."""
    codes = sorted(items)
    wanted = list(combinations(range(len(codes)), 2))
    if len(pairs) < len(wanted):
        return Omega(None, f"{len(pairs)} of {len(wanted)} pairs have been asked together so far")
    import numpy as np  # noqa: PLC0415 -- slow to import, and only this page needs it

    n, sums, products = (np.zeros((len(codes), len(codes))) for _ in range(3))
    for at, code in enumerate(codes):
        n[at, at], sums[at, at], products[at, at] = items[code]
    for one, other in wanted:
        pair = pairs[codes[one], codes[other]]
        n[one, other] = n[other, one] = pair.n
        sums[one, other], sums[other, one] = pair.a, pair.b
        products[one, other] = products[other, one] = pair.ab
    return omega(covariances(n, sums, products), min((pair.n for pair in pairs.values()), default=0))


def icc1_range(between: BetweenTeams) -> tuple[float | None, float | None]:
    """Return the 90 % range of ICC(1) from that of F = MSB / MSW; (F - 1) / (F + k - 1) at its ends.

    Source:
        Shrout & Fleiss (1979), Psychological Bulletin 86(2), 420-428.
    """
    if not between.within > 0:
        return None, None
    from scipy.special import fdtri  # noqa: PLC0415 -- slow to import, and only this page needs it

    ratio = between.between / between.within
    first, second = between.teams - 1, between.people - between.teams
    low = ratio / float(fdtri(first, second, 1 - TAIL))
    high = ratio * float(fdtri(second, first, 1 - TAIL))
    size = between.mean_size
    return (low - 1) / (low + size - 1), (high - 1) / (high + size - 1)
