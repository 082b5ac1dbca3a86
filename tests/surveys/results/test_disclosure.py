from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.results.rules.disclosure import (
    Respondent,
    carry_up,
    carry_up_counts,
    enough,
    is_low,
    pools_of_counts,
    post_order,
    unions,
)
from tests.surveys.results.attack import rank
from tests.surveys.results.trees import Tree, trees

K = 5


def people(unit: int, n: int, score: float = 75.0) -> list[Respondent[int]]:
    return [Respondent(unit, (score,)) for _ in range(n)]


@st.composite
def organisations(draw: st.DrawFn) -> tuple[Tree, dict[int, list[Respondent[int]]]]:
    parents = draw(trees())
    answers = {}
    for unit in parents:
        scores = draw(st.lists(st.sampled_from([0.0, 12.5, 50.0, 75.0, 100.0]), max_size=8))
        leads = draw(st.lists(st.sampled_from(list(parents)), max_size=len(scores)))
        answers[unit] = [
            Respondent(
                unit,
                (score,),
                counts=draw(st.booleans()),
                leads=frozenset({leads[number]}) if number < len(leads) else frozenset(),
            )
            for number, score in enumerate(scores)
        ]
    return parents, answers


class TestCarryUp:
    def test_a_team_that_is_large_enough_stands_alone(self) -> None:
        released = carry_up({1: None, 2: 1}, {2: people(2, 5)}, K)
        assert {unit: len(pool) for unit, pool in released.pools.items()} == {2: 5}

    def test_too_few_meet_others_one_level_up(self) -> None:
        released = carry_up({1: None, 2: 1, 3: 1}, {2: people(2, 3), 3: people(3, 2)}, K)
        assert {unit: len(pool) for unit, pool in released.pools.items()} == {1: 5}
        assert released.carried == {2, 3}

    def test_what_is_too_few_at_the_root_is_released_nowhere(self) -> None:
        released = carry_up({1: None, 2: 1}, {2: people(2, 4)}, K)
        assert not released.pools
        assert released.left_over == 4

    @given(organisations())
    def test_no_pool_is_smaller_than_the_minimum_and_every_answer_is_in_one_place(
        self, organisation: tuple[Tree, dict[int, list[Respondent[int]]]]
    ) -> None:
        parents, answers = organisation
        released = carry_up(parents, answers, K)

        assert all(len(pool) >= K for pool in released.pools.values())
        everywhere = sum(map(len, released.pools.values())) + released.left_over
        assert everywhere == sum(map(len, answers.values()))

    @given(organisations())
    def test_in_every_pool_enough_people_lead_nobody_in_it(
        self, organisation: tuple[Tree, dict[int, list[Respondent[int]]]]
    ) -> None:
        parents, answers = organisation
        for pool in carry_up(parents, answers, K).pools.values():
            units = {person.unit for person in pool}
            assert sum(person.counts and not person.leads & units for person in pool) >= K

    @given(organisations())
    def test_no_released_pool_is_very_low(
        self, organisation: tuple[Tree, dict[int, list[Respondent[int]]]]
    ) -> None:
        parents, answers = organisation
        assert not [pool for pool in carry_up(parents, answers, K).pools.values() if is_low(pool)]

    @given(trees(most=5), st.data())
    def test_a_rank_attack_on_everything_published_isolates_nobody(
        self, parents: Tree, data: st.DataObject
    ) -> None:
        """For k = 3: no two people can be told from the rest by adding and subtracting figures."""
        minimum = 3
        sizes = {unit: data.draw(st.integers(0, 4), label=f"unit {unit}") for unit in parents}
        answers = {unit: people(unit, n) for unit, n in sizes.items()}
        released = carry_up(parents, answers, minimum)
        everyone = [person for pool in answers.values() for person in pool]
        number = {id(person): column for column, person in enumerate(everyone)}
        published = []
        for pools in unions(parents, released.pools).values():
            row = [0] * len(everyone)
            for pool in pools:
                for person in released.pools[pool]:
                    row[number[id(person)]] = 1
            published.append(row)
        whole = rank(published)
        for size in range(1, minimum):
            for group in combinations(range(len(everyone)), size):
                without = [
                    [cell for column, cell in enumerate(row) if column not in group] for row in published
                ]
                # Had some combination its support inside the group, dropping it would lower the rank.
                assert rank(without) == whole

    def test_a_unit_stands_for_the_pools_below_it_and_its_own(self) -> None:
        parents: Tree = {1: None, 2: 1, 3: 1, 4: 3}
        pools = {2: people(2, 5), 4: people(4, 5), 1: people(1, 5)}
        assert unions(parents, pools) == {2: [2], 4: [4], 3: [4], 1: [2, 4, 1]}

    def test_what_is_left_over_under_several_roots_is_added_up(self) -> None:
        parents: Tree = {1: None, 2: None}
        assert carry_up(parents, {1: people(1, 3), 2: people(2, 4)}, K).left_over == 7
        assert carry_up_counts(parents, {1: 3, 2: 4}, K).left_over == 7

    def test_a_deep_chain_takes_linear_time_and_no_recursion(self) -> None:
        parents: Tree = {0: None} | {unit: unit - 1 for unit in range(1, 50_000)}
        released = carry_up(parents, {49_999: people(49_999, 4), 0: people(0, 1)}, K)
        assert {unit: len(pool) for unit, pool in released.pools.items()} == {0: 5}


class TestLeadersAsInsiders:
    def test_a_leader_does_not_count_in_a_pool_of_his_own_people(self) -> None:
        """Four reports and their leader meet: he could subtract himself and read the four."""
        leader = Respondent(1, (75.0,), leads=frozenset({2}))
        released = carry_up({1: None, 2: 1}, {2: people(2, 4), 1: [leader]}, K)
        assert not released.pools

    def test_a_leader_counts_where_none_of_his_people_are(self) -> None:
        leaders = [Respondent(1, (75.0,), leads=frozenset({unit})) for unit in (2, 3, 4, 5, 6)]
        parents: Tree = {1: None} | dict.fromkeys((2, 3, 4, 5, 6), 1)
        assert set(carry_up(parents, {1: leaders, 2: people(2, 5)}, K).pools) == {1, 2}

    def test_newcomers_do_not_count_towards_the_minimum(self) -> None:
        new = Respondent(1, (75.0,), counts=False)
        assert not enough([*people(1, 4), new], K)
        assert enough([*people(1, 5), new], K)


class TestLowEnd:
    def test_a_very_low_team_is_said_in_words_and_carried_up_with_enough_others(self) -> None:
        parents: Tree = {1: None, 2: 1, 3: 1}
        released = carry_up(parents, {2: people(2, 5, 0.0), 1: people(1, 5)}, K)
        assert released.low == {2}
        assert set(released.pools) == {1}
        assert len(released.pools[1]) == 10

    def test_a_very_low_team_is_not_released_with_too_few_others(self) -> None:
        released = carry_up({1: None, 2: 1}, {2: people(2, 5, 0.0), 1: people(1, 4)}, K)
        assert not released.pools
        assert released.left_over == 9

    def test_a_low_pool_that_met_on_the_way_is_not_released_and_points_at_no_team(self) -> None:
        """Two of the desk meet three above them, all very low; with five from elsewhere they are not."""
        parents: Tree = {1: None, 2: 1, 3: 2}
        low = {3: people(3, 2, 0.0), 2: people(2, 3, 0.0)}

        alone = carry_up(parents, low, K)
        assert (dict(alone.pools), alone.low, alone.left_over) == ({}, frozenset(), 5)
        together = carry_up(parents, {**low, 1: people(1, 4, 100.0)}, K)
        assert {unit: len(pool) for unit, pool in together.pools.items()} == {1: 9}
        assert (together.low, together.carried) == (frozenset(), {2, 3})

    def test_one_answer_has_no_line_and_on_the_line_is_not_below_it(self) -> None:
        assert not is_low(people(1, 1, 0.0))
        assert is_low(people(1, 2, 74.9))
        assert not is_low(people(1, 4, 25.0))

    @pytest.mark.parametrize(("n", "line"), [(5, 18.75), (8, 75 / 7)])
    def test_the_line_is_75_over_the_others(self, n: int, line: float) -> None:
        assert is_low(people(1, n, line - 0.01))
        assert not is_low(people(1, n, line + 0.01))


class TestCounts:
    def test_a_unit_that_is_not_named_has_nobody(self) -> None:
        parents: Tree = {1: None, 2: 1, 3: 1}
        counted = carry_up_counts(parents, {2: 5, 1: 4}, K)
        assert (counted.pools, counted.totals, counted.carried) == ({2: 5}, {2: 5, 1: 5}, {1: 4})
        assert pools_of_counts(parents, {2: 5, 1: 5}, K) == {2: [2], 1: [1]}

    @given(trees(), st.data())
    def test_participation_stands_for_enough_people_or_none(
        self, parents: Tree, data: st.DataObject
    ) -> None:
        direct = {unit: data.draw(st.integers(0, 9)) for unit in parents}
        pools = pools_of_counts(parents, direct, K)
        assert all(sum(direct[unit] for unit in units) >= K for units in pools.values())
        counted = [unit for units in pools.values() for unit in units]
        assert len(counted) == len(set(counted))

    @given(trees())
    def test_post_order_names_everything_below_first(self, parents: Tree) -> None:
        order = post_order(parents)
        assert sorted(order) == sorted(parents)
        for unit, parent in parents.items():
            assert parent is None or order.index(unit) < order.index(parent)
