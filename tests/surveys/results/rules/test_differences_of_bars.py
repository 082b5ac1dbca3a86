"""Bars of a unit less any bars below it: what is left is never about one or two people either."""

from collections.abc import Mapping, Sequence
from random import Random
from uuid import UUID

import pytest

from surveys.results.rules.publication import FrozenUnit, FrozenWave
from tests.surveys.results.rules.test_publication import published

TOP, MIDDLE, ALDER, BIRCH, CEDAR, DEEP = (UUID(int=number) for number in range(1, 7))
PARENTS = {TOP: None, MIDDLE: TOP, ALDER: MIDDLE, BIRCH: MIDDLE, CEDAR: TOP, DEEP: CEDAR}
SIZES = (0, 3, 5, 6, 8, 10, 12, 15, 18)

Barred = Mapping[UUID, tuple[Mapping[str, Sequence[int]], int]]  # bars, and how many answered


def bars_of_an_organisation(seed: int, items: int) -> Barred:
    chance = Random(seed)  # noqa: S311 -- invented people
    codes = tuple(f"PSY-0{number + 1}" for number in range(items))
    sizes = {unit: chance.choice(SIZES) for unit in PARENTS}
    middle = chance.choice([3.2, 3.6, 4.0])

    def answer() -> int:
        return min(5, max(1, round(chance.gauss(middle, 1.1))))

    sheets = {unit: [tuple(answer() for _ in codes) for _ in range(n)] for unit, n in sizes.items()}
    units = {
        unit: FrozenUnit(parent, sizes[unit], frozenset(), {"PSY": codes} if sizes[unit] else {}, {})
        for unit, parent in PARENTS.items()
    }
    known = FrozenWave("2026-03-03", 5, 4, units, dict.fromkeys(codes, False), {})
    figures = published(known, {"PSY": sheets}).figures
    return {row["team_id"]: (row["bars"], row["n"]) for row in figures if row["bars"]}


def side_by_side(unit: UUID, barred: Barred) -> list[list[UUID]]:
    """Return every choice of units below with bars, none of which is below another."""
    found: list[list[UUID]] = [[]]
    for child in (child for child, parent in PARENTS.items() if parent == unit):
        of_child = side_by_side(child, barred) + ([[child]] if child in barred else [])
        found = [one + other for one in found for other in of_child]
    return found


def less(whole: Sequence[int], parts: Sequence[Sequence[int]]) -> list[int]:
    """Return what is left of a bar, in two parts where one of them has two."""
    rows = [whole, *parts]
    if any(len(row) != len(whole) for row in rows):
        rows = [[sum(row[:-1]), row[-1]] for row in rows]
    return [first - sum(others) for first, *others in zip(*rows, strict=True)]


@pytest.mark.parametrize(
    ("items", "seed"),
    [(1, 2), (2, 0), (2, 2), (2, 17), (2, 48), (4, 8), (4, 9), (4, 25), (4, 34), (4, 51)],
)
def test_no_difference_of_bars_is_about_one_or_two_people(items: int, seed: int) -> None:
    """Some once were, where a team had bars of three parts for one item and of two for another."""
    barred = bars_of_an_organisation(seed, items)
    assert barred
    for unit, (bars, n) in barred.items():
        for below in side_by_side(unit, barred):
            left = n - sum(barred[one][1] for one in below)
            for code, bar in bars.items():
                rest = less(bar, [barred[one][0][code] for one in below])
                assert not left or (not {1, 2} & set(rest) and max(rest) < left)
                assert rest[-1] > 0 or left >= 20 or not left
