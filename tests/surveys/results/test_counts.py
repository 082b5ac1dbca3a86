"""Carry-up on bare counts, against a second way to compute it and against an attack by subtraction."""

from collections import defaultdict
from collections.abc import Mapping
from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.errors import Invalid
from surveys.results.rules.disclosure import carry_up_counts, pools_of_counts
from surveys.results.rules.unit_tree import CountedUnit, parents_in
from tests.surveys.results.attack import rank
from tests.surveys.results.trees import Tree, trees

Person = tuple[int, int]  # unit, number


@st.composite
def counted_trees(draw: st.DrawFn, most: int = 9, largest: int = 7) -> tuple[Tree, dict[int, int]]:
    parents = draw(trees(most))
    return parents, {unit: draw(st.integers(0, largest)) for unit in parents}


def by_sets_of_people(
    parents: Tree, direct: Mapping[int, int], k: int
) -> tuple[dict[int, set[Person]], dict[int, set[Person]], dict[int, set[Person]]]:
    """Carry-up as the definition says it, with people instead of numbers: figure, pool, leftover."""
    figure: dict[int, set[Person]] = {}
    pool: dict[int, set[Person]] = {}
    leftover: dict[int, set[Person]] = {}

    def visit(unit: int) -> None:
        children = [child for child, parent in parents.items() if parent == unit]
        for child in children:
            visit(child)
        waiting = {(unit, number) for number in range(direct[unit])}
        waiting = waiting.union(*(leftover[child] for child in children))
        below = set[Person]().union(*(figure[child] for child in children))
        released = len(waiting) >= k
        figure[unit] = below | waiting if released else below
        pool[unit] = waiting if released else set()
        leftover[unit] = set() if released else waiting

    for unit, parent in parents.items():
        if parent is None:
            visit(unit)
    return figure, pool, leftover


@given(counted_trees(), st.integers(2, 8))
def test_it_is_what_the_definition_says(counted: tuple[Tree, dict[int, int]], k: int) -> None:
    parents, direct = counted
    figure, pool, leftover = by_sets_of_people(parents, direct, k)

    found = carry_up_counts(parents, direct, k)

    def sizes(sets: Mapping[int, set[Person]]) -> dict[int, int]:
        return {unit: len(people) for unit, people in sets.items() if people}

    assert (found.totals, found.pools, found.carried) == (sizes(figure), sizes(pool), sizes(leftover))
    assert found.left_over == sum(len(leftover[unit]) for unit in parents if parents[unit] is None)


@given(counted_trees(), st.integers(2, 8))
def test_everybody_is_in_exactly_one_pool_or_left_over(
    counted: tuple[Tree, dict[int, int]], k: int
) -> None:
    parents, direct = counted
    pools = pools_of_counts(parents, direct, k)
    sizes = {unit: sum(direct[below] for below in units) for unit, units in pools.items()}
    counted_units = [below for units in pools.values() for below in units]

    found = carry_up_counts(parents, direct, k)

    assert sizes == found.pools
    assert len(counted_units) == len(set(counted_units))
    assert sum(sizes.values()) + found.left_over == sum(direct.values())


@given(counted_trees(), st.integers(2, 8))
def test_what_a_unit_adds_to_the_published_units_below_is_nothing_or_at_least_k(
    counted: tuple[Tree, dict[int, int]], k: int
) -> None:
    parents, direct = counted
    found = carry_up_counts(parents, direct, k)
    below: dict[int, int] = defaultdict(int)
    for unit, total in found.totals.items():
        parent = parents[unit]
        if parent is not None:
            below[parent] += total
    residuals = [total - below[unit] for unit, total in found.totals.items()]
    assert all(residual == 0 or residual >= k for residual in residuals)
    assert all(0 < carried < k for carried in found.carried.values())


@settings(max_examples=60)
@given(counted_trees(most=5, largest=4), st.integers(2, 4))
def test_no_combination_of_figures_stands_for_fewer_than_k_people(
    counted: tuple[Tree, dict[int, int]], k: int
) -> None:
    """For every group of k - 1 people: leaving them out lowers no rank, so nothing is about them alone."""
    parents, direct = counted
    figure, _, _ = by_sets_of_people(parents, direct, k)
    published = carry_up_counts(parents, direct, k).totals
    people = sorted((unit, number) for unit in parents for number in range(direct[unit]))
    rows = [[int(person in figure[unit]) for person in people] for unit in published]
    whole = rank(rows)
    for group in combinations(range(len(people)), min(k - 1, len(people))):
        assert (
            rank([[cell for column, cell in enumerate(row) if column not in group] for row in rows])
            == whole
        )


@given(counted_trees(), st.integers(2, 8), st.randoms(use_true_random=False))
def test_the_order_of_the_units_does_not_matter(
    counted: tuple[Tree, dict[int, int]], k: int, chance: Random
) -> None:
    parents, direct = counted
    units = list(parents)
    chance.shuffle(units)

    assert carry_up_counts({unit: parents[unit] for unit in units}, direct, k) == carry_up_counts(
        parents, direct, k
    )


def test_a_chain_of_a_hundred_thousand_units_needs_no_recursion() -> None:
    size, k = 100_000, 60_000  # so that what waits is as long as it can be
    parents: Tree = {0: None} | {unit: unit - 1 for unit in range(1, size)}
    direct = dict.fromkeys(parents, 1)

    found = carry_up_counts(parents, direct, k)

    assert found.pools == {size - k: k}
    assert found.left_over == size - k
    assert len(pools_of_counts(parents, direct, k)[size - k]) == k


class TestATreeThatSomebodyWroteDown:
    def test_units_may_come_in_any_order(self) -> None:
        units = [CountedUnit("b", "a", 1), CountedUnit("a", None, 2)]
        assert parents_in(units) == {"b": "a", "a": None}

    @pytest.mark.parametrize(
        ("units", "field", "words"),
        [
            ([("a", None), ("a", "a")], "nodes[1].id", "nodes[1].id is the same as nodes[0].id; "),
            ([("a", None), ("b", "c")], "nodes[1].parent", "nodes[1].parent is no id of a node; "),
            ([("a", "b"), ("b", "a")], "nodes.parent", "No unit has parent null; "),
            ([("a", None), ("b", None)], "nodes[1].parent", "nodes[0] and nodes[1] both have parent null"),
            ([("a", None), ("b", "c"), ("c", "b")], "nodes[1].parent", "nodes[1] cannot be reached from"),
            ([("a", None), ("b", "b")], "nodes[1].parent", "nodes[1] cannot be reached from the root"),
        ],
    )
    def test_what_is_no_tree_is_refused_with_its_place(
        self, units: list[tuple[str, str | None]], field: str, words: str
    ) -> None:
        with pytest.raises(Invalid) as refused:
            parents_in([CountedUnit(own, parent, 1) for own, parent in units])
        assert refused.value.field == field
        assert str(refused.value).startswith(words)
