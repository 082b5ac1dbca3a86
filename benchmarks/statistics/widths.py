"""How often a range as wide as the answers lie apart would make something certain of a team.

    python -m benchmarks.statistics.widths [--runs 400] [--seed 1] [--least 10] [--most 14]

Two statements; three, four, six or as many missing as answered. Of each invented team all other answers
are looked at in which the sums of both statements, its bars, its words and the word for agreement (or that
there is none) would be the same, and among them those, people put together in whatever way, of which the
range would be the same whole numbers. Counted are teams of which something that nobody may know is the same
in all of them. "as it is" takes the width from the answers whatever they are; "within limits" takes answers
that lie less than 12 points apart as 12 and more than 30 as 30. Pages do neither: there the width follows
from how many answered and the mean, so that it can settle nothing.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from benchmarks.statistics.people import LEANING, PER_ITEM, THIS_TIME, on_five_points
from surveys.results.rules.certainty import reads_capped, sums_tell
from surveys.results.rules.display import nearest
from surveys.results.rules.distributions import agreement_word
from surveys.results.rules.intervals import Range, Sums, range_from_sums
from surveys.results.rules.one_pool import (
    Counts,
    agreement_beside,
    apart,
    certain,
    classes,
    points,
    read_alike,
    silent_words,
)

POINT = 12.5  # what a point of one of two statements adds to a score
SHUFFLES = 12
LEAST, MOST = 12.0, 30.0
Team = NDArray[np.int64]  # people by statements, 0 to 4
Rule = Callable[[Sums, int], Range]


def as_it_is(sums: Sums, asked: int) -> Range:
    """Return a range as wide as the answers lie apart."""
    return range_from_sums(sums, asked, items=2)


def within_limits(sums: Sums, asked: int) -> Range:
    """Return the same, but not of all sets of answers that lie very near or very far apart."""
    n, total, squares = sums
    squares = min(max(squares, LEAST**2 * (n - 1)), MOST**2 * (n - 1))
    return range_from_sums(Sums(n, total, squares), asked, items=2)


def _answered(chance: np.random.Generator, level: NDArray[np.float64], spread: float = 1.0) -> Team:
    person = level + spread * chance.normal(0, np.hypot(LEANING, THIS_TIME), level.shape)
    noise = spread * chance.normal(0, PER_ITEM, (*level.shape, 2))
    return (on_five_points(person[:, None] + noise) / 25).astype(np.int64)


def _camps(chance: np.random.Generator, n: int) -> Team:
    lowest = np.arange(n) < chance.integers(2, n - 1)
    return np.repeat(np.where(lowest, 0, 4)[:, None], 2, axis=1)


def _nearly(chance: np.random.Generator, team: Team) -> Team:
    moved = np.where(chance.random(team.shape) < 0.1, chance.choice([-1, 1], team.shape), 0)
    return np.clip(team + moved, 0, 4)


def _alike(chance: np.random.Generator, n: int) -> Team:
    return np.full((n, 2), chance.integers(1, 4))


KINDS: dict[str, Callable[[np.random.Generator, int], Team]] = {
    "ordinary": lambda chance, n: _answered(chance, 65 + chance.normal(0, 8) + np.zeros(n)),
    "content": lambda chance, n: _answered(chance, np.full(n, 88.0)),
    "two camps": lambda chance, n: _answered(chance, np.where(np.arange(n) < n // 2, 25.0, 85.0), 0.5),
    "one dissenter": lambda chance, n: _answered(chance, np.where(np.arange(n) == 0, 5.0, 88.0), 0.5),
    "at random": lambda chance, n: chance.integers(0, 5, (n, 2)),
    "all at the ends": _camps,
    "nearly all at the ends": lambda chance, n: _nearly(chance, _camps(chance, n)),
    "all alike": _alike,
    "nearly all alike": lambda chance, n: _nearly(chance, _alike(chance, n)),
}


def tells(team: Team, asked: int, rule: Rule) -> bool | None:
    """Return whether the range makes something certain; None where no sums of statements are known."""
    n = len(team)
    items = [tuple(map(int, np.bincount(column, minlength=5))) for column in team.T]
    sums = list(map(points, items))
    if reads_capped(sum(sums), 2 * n) or sums_tell(items):
        return None
    keys = [classes(n, total)[counts] for total, counts in zip(sums, items, strict=True)]
    word = agreement_beside(items, keys)
    words = frozenset({word}) if word else silent_words(n, tuple(zip(sums, keys, strict=True)))
    pairs = [
        (one, other)
        for one in read_alike(n, sums[0], keys[0])
        for other in read_alike(n, sums[1], keys[1])
        if agreement_word((apart(one) + apart(other)) / (2 * n * n)) in words
    ]
    seen = {0: {items[0]}, 1: {items[1]}}
    same = _squares_that_read_the_same(team, asked, rule)
    for place in np.random.default_rng(1).permutation(len(pairs)):
        one, other = pairs[place]
        new = one not in seen[0] or other not in seen[1]
        if new and any(square in same for square in _squares(one, other)):
            seen[0].add(one)
            seen[1].add(other)
            if not certain(seen[0]) and not certain(seen[1]):
                return False
    return True


def _squares_that_read_the_same(team: Team, asked: int, rule: Rule) -> set[int]:
    """Return the sums of squares with which the range would be the same, in points of both statements."""
    people = team.sum(axis=1)
    n, total = len(people), int(people.sum())

    def read(squares: int) -> tuple[str, int, int]:
        found = rule(Sums(n, POINT * total, POINT**2 * (squares - total**2 / n)), asked)
        return found.kind, nearest(found.low or 0.0), nearest(found.high or 0.0)

    true = int((people**2).sum())
    told = read(true)
    same = {true}
    for step in (-1, 1):
        at = true + step
        while total**2 / n <= at <= 64 * n and read(at) == told:
            same.add(at)
            at += step
    return same


def _squares(one: Counts, other: Counts) -> Iterator[int]:
    """Yield sums of squares of people who gave these answers to two statements, in many ways."""
    first, second = (
        [value for value, count in enumerate(counts) for _ in range(count)] for counts in (one, other)
    )
    alone = sum(value**2 for value in (*first, *second))
    chance = np.random.default_rng(2)
    for turn in range(SHUFFLES):
        if turn > 1:
            second = [second[at] for at in chance.permutation(len(second))]
        down = turn % 2 == 0
        together = sum(a * b for a, b in zip(first, second, strict=True))
        yield alone + 2 * together
        moved = True
        while moved:  # until the second is sorted the other way round
            moved = False
            for at in chance.permutation(len(first) - 1).tolist():
                if (second[at] < second[at + 1]) if down else (second[at] > second[at + 1]):
                    together += (first[at] - first[at + 1]) * (second[at + 1] - second[at])
                    second[at], second[at + 1] = second[at + 1], second[at]
                    moved = True
                    yield alone + 2 * together


def main() -> None:
    """Print for each kind of team the share of teams of which something is certain by the range."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=400, help="teams a kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--least", type=int, default=10, help="answers of the smallest team")
    parser.add_argument("--most", type=int, default=14, help="of the largest; much larger ones take long")
    given = parser.parse_args()
    rules = {"as it is": as_it_is, "within limits": within_limits}
    sizes = given.most - given.least + 1
    print(f"{'':<24}" + "".join(f"{name:>15}" for name in rules))
    for number, (kind, make) in enumerate(KINDS.items()):
        found: dict[str, Counter[bool | None]] = {name: Counter() for name in rules}
        chance = np.random.default_rng([given.seed, number])
        for run in range(given.runs):
            n = given.least + run % sizes
            team, asked = make(chance, n), n + (3, 4, 6, n)[run // sizes % 4]
            for name, rule in rules.items():
                found[name][tells(team, asked, rule)] += 1
        shares = [each[True] / max(each[True] + each[False], 1) for each in found.values()]
        print(f"{kind:<24}" + "".join(f"{100 * share:>14.1f}%" for share in shares), flush=True)


if __name__ == "__main__":
    main()
