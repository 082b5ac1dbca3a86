"""Groups smaller than k: stored, or left over when one published number is taken from another.

All published numbers stand for unions of disjoint pools in one tree. What somebody can compute from them
is then constant on each *residual*: a unit's people less those of the nearest published units below it.
So nobody is singled out as long as every residual is empty or holds at least k; where a family of figures
is not like that, a residual shows it.
"""

from dataclasses import fields
from math import isclose
from typing import Any

from service.attacks.published import PublishedWave, Row
from surveys.results.rules.disclosure import CAP_FROM, CAPPED_AS
from surveys.results.rules.distributions import (
    AGREEMENT_FROM,
    BARS_FROM,
    NOBODY_FAVOURABLE_FROM,
    SMALLEST_BUCKET,
)
from surveys.results.rules.participation import EXACT_FROM
from surveys.results.rules.pooled import ENOUGH_RECORDS, ENOUGH_TEAMS
from surveys.results.rules.trend import TrendState

NUMBERS_OF_A_FIGURE = ("n", "asked", "score", "low", "high", "range_kind", "bars", "item_words",
                       "agreement", "trend")  # fmt: skip
TREND_FIELDS = frozenset(field.name for field in fields(TrendState))
CLOSE_ENOUGH = 1e-6
TOP = 100.0
ANSWER = 25.0  # all answers are multiples of it


def too_small(wave: PublishedWave) -> int:
    """Return how many rows stand for 1 to k-1 people, or hold a number though they are hidden."""
    k = wave.minimum
    found = sum(bool(pool["n"] < k) for pool in wave.pools.values())
    for figure in wave.figures.values():
        if figure["score"] is None:  # hidden, or said in words only
            found += any(figure[name] is not None for name in NUMBERS_OF_A_FIGURE)
        else:
            found += not figure["shown"] or figure["n"] is None or figure["n"] < k
    for row in wave.participation.values():
        if row["shown"]:
            found += row["asked"] is None or row["asked"] < k
            found += row["answered"] is not None and (row["asked"] or 0) < EXACT_FROM
        else:
            found += any(row[name] is not None for name in ("asked", "answered", "band", "size_class"))
    return found


def more_than_sums(wave: PublishedWave) -> int:
    """Return how many rows hold more about their people than n, Σ and the sums of statements.

    A sum of squares beside a sum leaves two candidate sets of answers in a team of five; histograms are
    kept from ten answers on and a word for agreement from eight. And the last digits of a sum of thirds
    depend on which were added.
    """
    found = 0
    for (_, dimension), pool in wave.pools.items():
        codes = wave.codes(dimension)
        found += bool(set(pool["item_sums"]) - codes)
        found += any(not 0 <= total <= TOP * pool["n"] for total in pool["item_sums"].values())
        found += not _capped(pool) and pool["total"] != _written_once(pool["total"], len(codes))
        found += pool["agreement"] is not None and pool["n"] < AGREEMENT_FROM
        found += pool["agreement"] not in (None, "close", "mixed", "apart")
    found += sum(_pooled_tells(wave, dimension, row) for dimension, row in wave.pooled.items())
    for (_, dimension), figure in wave.figures.items():
        found += set(figure["trend"] or ()) - TREND_FIELDS != set()
        if figure["n"] is not None and figure["n"] < BARS_FROM:
            found += figure["bars"] is not None or figure["item_words"] is not None
            found += figure["agreement"] is not None and figure["n"] < AGREEMENT_FROM
        for spread in ("bars", "item_words"):
            found += bool(set(figure[spread] or ()) - wave.codes(dimension))
    return found


def _written_once(total: float, items: int) -> float:
    """Return a sum of scores as it is when answers are added first; then no digit tells of a score."""
    return round(total * items / ANSWER) * ANSWER / items


def _pooled_tells(wave: PublishedWave, dimension: str, row: Row) -> bool:
    """Whether sums over all pools hold what was left out of single ones, or squares of too few."""
    pools = [pool for (_, of), pool in wave.pools.items() if of == dimension]
    few = len(pools) < ENOUGH_TEAMS or sum(pool["n"] for pool in pools) < ENOUGH_RECORDS
    sums = {code: sum(pool["item_sums"].get(code, 0.0) for pool in pools) for code in row["items"]}
    left = any(
        not isclose(row["items"][code][1], total, abs_tol=TOP * CLOSE_ENOUGH)
        for code, total in sums.items()
    )
    # Squares, products and counts are over pools whose own sums are known, else they tell the others'.
    counted = ((row["shape"] or {}).get("variance") or {}).get("people", 0)
    return (
        left
        or (few and row["shape"] is not None)
        or counted > sum(pool["n"] for pool in pools if pool["item_sums"])
    )


def strangers(wave: PublishedWave) -> int:
    """Return how many figures belong to no unit or no question of the wave: a filter, an extra cut."""
    found = sum(
        unit not in wave.units or dimension not in wave.dimensions
        for unit, dimension in [*wave.pools, *wave.figures]
    )
    return found + sum(unit not in wave.units for unit in wave.participation)


def tree_differences(wave: PublishedWave) -> int:
    """Return how many residuals of the tree hold 1 to k-1 people, or fewer than none."""
    found = 0
    for dimension in wave.dimensions:
        people = {
            unit: figure["n"]
            for (unit, of), figure in wave.figures.items()
            if of == dimension and figure["n"] is not None and unit in wave.units
        }
        for unit, below in wave.nearest_below(people).items():
            residual = people[unit] - sum(people[part] for part in below)
            found += residual < 0 or 0 < residual < wave.minimum
    return found


def bar_differences(wave: PublishedWave) -> int:
    """Return how many bars, or differences of bars, leave a bucket of one or two people."""
    found = 0
    for dimension in wave.dimensions:
        barred = {
            unit: figure
            for (unit, of), figure in wave.figures.items()
            if of == dimension and figure["bars"] and unit in wave.units
        }
        for unit, below in wave.nearest_below(barred).items():
            for code, buckets in barred[unit]["bars"].items():
                found += _tells(buckets, barred[unit]["n"])
                parts = [barred[part]["bars"][code] for part in below if code in barred[part]["bars"]]
                if parts:
                    rest = _less(buckets, parts)
                    found += sum(rest) > 0 and _tells(rest, sum(rest))
    return found


def _less(whole: list[int], parts: list[list[int]]) -> list[int]:
    """Subtract bars; where one of them has two buckets, in two buckets."""
    rows = [whole, *parts]
    if any(len(row) != len(whole) for row in rows):
        rows = [[sum(row[:-1]), row[-1]] for row in rows]
    return [first - sum(others) for first, *others in zip(*rows, strict=True)]


def _tells(buckets: list[int], n: int) -> bool:
    nobody = buckets[-1] == 0 and n < NOBODY_FAVOURABLE_FROM
    return (
        nobody
        or max(buckets) == n
        or any(not (count == 0 or count >= SMALLEST_BUCKET) for count in buckets)
    )


def participation_differences(wave: PublishedWave) -> int:
    """Return how many counts of people leave a group that is too small when subtracted."""
    found = 0
    known = {unit: row for unit, row in wave.participation.items() if unit in wave.units}
    shown = {unit: row["asked"] for unit, row in known.items() if row["asked"] is not None}
    for unit, below in wave.nearest_below(shown).items():
        residual = shown[unit] - sum(shown[part] for part in below)
        found += residual < 0 or 0 < residual < wave.minimum
    exact = {unit: known[unit]["asked"] or 0 for unit in known if known[unit]["answered"] is not None}
    for unit, below in wave.nearest_below(exact).items():
        residual = exact[unit] - sum(exact[part] for part in below)
        found += residual < 0 or 0 < residual < EXACT_FROM
    return found


def recomputed(wave: PublishedWave) -> int:
    """Return how many figures are not the sums they were frozen from.

    A figure that took in a late answer tells it to the last digit: 6 · m₆ - 5 · m₅.
    """
    found = 0
    parents = wave.parents()
    sums: dict[tuple[Any, str], tuple[int, float, float]] = {}
    for (unit, dimension), pool in wave.pools.items():
        found += not _consistent(pool)
        above = unit if unit in parents else None
        while above is not None:
            n, total, unsaid = sums.get((above, dimension), (0, 0.0, 0.0))
            unsaid += (CAPPED_AS - CAP_FROM) * pool["n"] if _capped(pool) else 0.0
            sums[above, dimension] = (n + pool["n"], total + pool["total"], unsaid)
            above = parents[above]
    for place, figure in wave.figures.items():
        if figure["score"] is None:
            found += figure["shown"] is False and place in sums
            continue
        n, total, unsaid = sums.get(place, (0, 0.0, 0.0))
        apart = abs(figure["score"] * n - total)
        found += n != figure["n"] or (not figure["capped"] and apart > unsaid + CLOSE_ENOUGH * TOP * n)
    return found


def _capped(pool: Row) -> bool:
    """Whether only "95 or more" is kept of a pool, so that its sum stands for a range."""
    return isclose(pool["total"], CAPPED_AS * pool["n"])


def _consistent(pool: Row) -> bool:
    if not pool["item_sums"]:
        return True
    mean = sum(pool["item_sums"].values()) / len(pool["item_sums"])
    return isclose(mean, pool["total"], abs_tol=CLOSE_ENOUGH * TOP * pool["n"])
