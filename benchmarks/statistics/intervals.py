"""How often the ranges hold the mean of everyone asked, on invented and on real teams.

    python -m benchmarks.statistics.intervals [--runs 1200] [--seed 1]

Prints for each rule: coverage over all cells, the worst cell, the mean width. A cell is a kind of team
with a size N and a number of answers n. The rules are the product's own; t with a finite-population
correction stands beside them as what a textbook would do.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.statistics.people import KINDS, who_answers
from surveys.results.rules.intervals import (
    BY_SIZE_SD,
    BY_SIZE_SD_MORE,
    Range,
    Sums,
    Z,
    logical_bounds,
    range_from_scores,
    range_of,
)

SMALL = ((6, 5), (7, 5), (8, 5), (8, 6), (8, 7), (9, 7), (10, 5), (10, 7), (12, 9), (15, 8), (15, 9))
LARGE = ((13, 10), (15, 11), (15, 12), (20, 12), (20, 16), (30, 20), (60, 40))
CANDIDATES = tuple(range(16, 45))
WANTED = 0.97


@dataclass(frozen=True, slots=True)
class Cell:
    """One kind of team, N and n: how often the truth was inside, and how wide the ranges were."""

    kind: str
    size: int
    n: int
    covered: float
    width: float


Rule = Callable[[Sequence[float], int, int], Range]


def as_written(scores: Sequence[float], asked: int, items: int) -> Range:
    """Return the range of `kept analyse`, at any size."""
    return range_from_scores(scores, asked, items=items)


def on_screen(scores: Sequence[float], asked: int, items: int) -> Range:
    """Return the range of a page: under a hundred answers its width depends on sizes alone."""
    return range_of(Sums.of(scores), asked, items=items, gaps=False)


def textbook(scores: Sequence[float], asked: int, items: int) -> Range:  # noqa: ARG001 -- as the others
    """Return t with the finite-population correction and the sample's own variance, cut to nothing."""
    from scipy.special import stdtrit  # noqa: PLC0415 -- as in the product

    n = len(scores)
    half = stdtrit(n - 1, 0.975) * np.std(scores, ddof=1) * np.sqrt((1 - n / asked) / n)
    return Range("t", np.mean(scores) - half, np.mean(scores) + half)


def bounds(scores: Sequence[float], asked: int, items: int) -> Range:  # noqa: ARG001 -- as the others
    """Return where the mean can lie at all."""
    return Range("bounds", *logical_bounds(sum(scores), len(scores), asked))


RULES: dict[str, Rule] = {
    "as written (kept analyse)": as_written,
    "on screen": on_screen,
    "t with correction": textbook,
    "logical bounds": bounds,
}


def cells(
    rule: Rule, pairs: Sequence[tuple[int, int]], *, items: int, happy: float, runs: int, seed: int
) -> Iterator[Cell]:
    """Yield every cell of a rule; the same seed draws the same teams for every rule."""
    for number, (kind, make) in enumerate(KINDS.items()):
        for size, n in pairs:
            chance = np.random.default_rng([seed, number, size, n, items, int(10 * happy)])
            teams = make(chance, runs, size, items)
            answers = who_answers(chance, teams, n, happy=happy)
            found = [rule(scores, size, items) for scores in answers.tolist()]
            low, high = (np.array([getattr(each, end) for each in found]) for end in ("low", "high"))
            truth = teams.mean(axis=1)
            inside = (low <= truth + 1e-9) & (truth <= high + 1e-9)
            yield Cell(kind, size, n, float(inside.mean()), float((high - low).mean()))


def table_of_rules(pairs: Sequence[tuple[int, int]], *, runs: int, seed: int) -> None:
    """Print coverage, worst cell and width of every rule, for both ways of missing."""
    for happy, said in ((1.0, "missing at random"), (2.0, "the happier half twice as likely to answer")):
        print(f"\n  two items, {said}")
        print(f"    {'':<28}{'coverage':>9}{'worst':>7}{'width':>7}")
        for name, rule in RULES.items():
            found = list(cells(rule, pairs, items=2, happy=happy, runs=runs, seed=seed))
            mean, width = (float(np.mean([getattr(c, k) for c in found])) for k in ("covered", "width"))
            worst = min(found, key=lambda cell: cell.covered)
            where = f"{worst.kind}, {worst.n} of {worst.size}"
            print(f"    {name:<28}{100 * mean:>8.1f}%{100 * worst.covered:>6.0f}%{width:>7.1f}  ({where})")


def by_kind(pairs: Sequence[tuple[int, int]], *, items: int, runs: int, seed: int) -> None:
    """Print the coverage of the rule on screen for each kind of team."""
    found = list(cells(on_screen, pairs, items=items, happy=1.0, runs=runs, seed=seed))
    means = {kind: np.mean([c.covered for c in found if c.kind == kind]) for kind in KINDS}
    print(f"  {items} items: " + ", ".join(f"{kind} {100 * mean:.0f}%" for kind, mean in means.items()))


def fixed_deviation(*, items: int, runs: int, seed: int) -> None:
    """Print the smallest fixed standard deviation that covers 97 % of ordinary and of real teams."""
    needed = {}
    for kind in ("ordinary", "real people", "two camps"):
        rates = np.zeros(len(CANDIDATES))
        for size, n in SMALL:
            chance = np.random.default_rng([seed, 7, size, n, items])
            teams = KINDS[kind](chance, runs, size, items)
            answers = who_answers(chance, teams, n)
            total, truth = answers.sum(axis=1), teams.mean(axis=1)
            lowest, highest = logical_bounds(total, n, size)
            for place, deviation in enumerate(CANDIDATES):
                half = Z * deviation * np.sqrt((1 - n / size) / n)
                low, high = np.maximum(total / n - half, lowest), np.minimum(total / n + half, highest)
                rates[place] += ((low <= truth + 1e-9) & (truth <= high + 1e-9)).mean() / len(SMALL)
        needed[kind] = next((s for s, rate in zip(CANDIDATES, rates, strict=True) if rate >= WANTED), None)
        used = BY_SIZE_SD.get(items, BY_SIZE_SD_MORE)
        covers = np.interp(used, CANDIDATES, rates)
        print(
            f"  {items} items, {kind:<12} 97 % from {needed[kind]}; "
            f"the product's {used:.0f}: {100 * covers:.1f}%"
        )


def main() -> None:
    """Run everything."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=1200, help="teams a cell")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print("Under ten answers")
    table_of_rules(SMALL, runs=given.runs, seed=given.seed)
    print("\nTen answers and more")
    table_of_rules(LARGE, runs=given.runs, seed=given.seed)
    for said, pairs in (("under ten answers", SMALL), ("of ten and more", LARGE)):
        print(f"\nThe rule on screen {said}, by kind of team")
        for items in (1, 2, 3, 4):
            by_kind(pairs, items=items, runs=given.runs, seed=given.seed)
    print("\nThe fixed standard deviation under ten answers")
    for items in (1, 2, 3, 4):
        fixed_deviation(items=items, runs=given.runs, seed=given.seed)


if __name__ == "__main__":
    main()
