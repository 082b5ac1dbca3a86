"""What alpha, ICC and agreement look like by chance in few people and few teams.

python -m benchmarks.statistics.small_samples [--runs 2000] [--seed 1]
"""

import argparse

import numpy as np

from benchmarks.statistics.people import Floats
from surveys.results.rules.agreement import (
    SLIGHTLY_SKEWED,
    answer_variance,
    average_deviation,
    r_wg_j,
    uniform_variance,
)
from surveys.results.rules.reliability import BetweenTeams, alpha

TRUE_ALPHA, ITEMS, TRUE_ICC, TEAM_SIZE = 0.86, 8, 0.12, 7
AGREED, CLOSE = 0.70, 0.8
NULLS = {"uniform": (0.2,) * 5, "slightly skewed": SLIGHTLY_SKEWED}


def alphas(chance: np.random.Generator, people: int, runs: int) -> Floats:
    """Return alpha of samples of people from a scale whose alpha is .86."""
    correlation = TRUE_ALPHA / (ITEMS - TRUE_ALPHA * (ITEMS - 1))
    common = np.sqrt(correlation) * chance.normal(0, 1, (runs, people, 1))
    answers = common + np.sqrt(1 - correlation) * chance.normal(0, 1, (runs, people, ITEMS))
    return np.array([alpha(np.cov(sample, rowvar=False)) for sample in answers], dtype=np.float64)


def iccs(chance: np.random.Generator, teams: int, runs: int) -> Floats:
    """Return ICC(1) of samples of teams of seven where the true one is .12."""
    level = np.sqrt(TRUE_ICC) * chance.normal(0, 1, (runs, teams, 1))
    scores = level + np.sqrt(1 - TRUE_ICC) * chance.normal(0, 1, (runs, teams, TEAM_SIZE))
    totals = scores.sum(axis=2)
    within = ((scores - scores.mean(axis=2, keepdims=True)) ** 2).sum(axis=(1, 2))
    found = [
        BetweenTeams.of([TEAM_SIZE] * teams, total.tolist(), float(rest))
        for total, rest in zip(totals, within, strict=True)
    ]
    return np.array([each.icc1() for each in found if each], dtype=np.float64)


def agreement(
    chance: np.random.Generator, shares: tuple[float, ...], people: int, items: int, runs: int
) -> tuple[float, float]:
    """Return how often random answers pass r_wg(j) of .70, and AD of 0.8."""
    counts = chance.multinomial(people, shares, (runs, items)).astype(np.float64)
    by_point = list(np.moveaxis(counts, 2, 0))
    variances = answer_variance(by_point).mean(axis=1)
    passed = [r_wg_j(variance, items, uniform_variance(5)) >= AGREED for variance in variances.tolist()]
    return float(np.mean(passed)), float((average_deviation(by_point).mean(axis=1) <= CLOSE).mean())


def main() -> None:
    """Run everything."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance = np.random.default_rng(given.seed)
    print(f"Alpha of {ITEMS} statements, true {TRUE_ALPHA}: 95 % of samples lie in")
    for people in (5, 8, 12, 30, 100):
        low, high = np.quantile(alphas(chance, people, given.runs), (0.025, 0.975))
        print(f"  {people:>3} people  {low:5.2f} to {high:.2f}")
    print(f"\nICC(1), true {TRUE_ICC}, teams of {TEAM_SIZE}: 90 % of samples lie in")
    for teams in (5, 10, 20, 50):
        low, high = np.quantile(iccs(chance, teams, given.runs), (0.05, 0.95))
        print(f"  {teams:>3} teams  {low:5.2f} to {high:.2f}")
    print("\nRandom answers that pass r_wg(j) >= .70; AD <= 0.8")
    for said, shares in NULLS.items():
        for people in (5, 8):
            found = [agreement(chance, shares, people, items, given.runs) for items in (1, 2, 4, 8)]
            cells = ", ".join(f"{100 * r:.0f}%; {100 * d:.0f}%" for r, d in found)
            print(f"  {said:<16} {people} people, 1 2 4 8 statements: {cells}")


if __name__ == "__main__":
    main()
