"""All that is stored and said of real figures at once, against every set of answers that gives the same.

Written apart from the rules: it counts through all ways in which people can answer five points, lets the
program publish each of them, and keeps those of which everything is stored and said as of the answers that
were given; so what is not said counts as well.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from math import prod
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.results.rules import roll_ups
from surveys.results.rules.certainty import Spread
from surveys.results.rules.counts_over_all import countable
from surveys.results.rules.disclosure import Respondent
from surveys.results.rules.figures import DimensionFigures
from surveys.results.rules.one_pool import Counts, certain
from surveys.results.rules.participation import size_class
from surveys.results.rules.scoring import AskedItems
from tests.surveys.results.rules.test_certainty import counts_of, is_certain, possible, total

TOP = UUID(int=1)
Items = tuple[Counts, ...]
Row = Mapping[str, Any]
MOST_WORLDS = 2_000


def published(items: Items, k: int = 5) -> tuple[list[Row], list[Row]]:
    """What the program shows and stores when a team answers like this, one more being asked."""
    asked_items = AskedItems(("A", "B", "C")[: len(items)], (False,) * len(items))
    team = people(TOP, items)
    figures = DimensionFigures("PSY", asked_items, {TOP: None}, {TOP: team}, k)
    sizes = {unit: size_class(n) for unit, n in figures.counts.items()}
    return list(figures.rows({TOP: len(team) + 1}, sizes)), list(figures.pool_rows(sizes))


def people(unit: UUID, items: Items) -> list[Respondent[UUID]]:
    by_item = [
        [25.0 * value for value, count in enumerate(counts) for _ in range(count)] for counts in items
    ]
    return [Respondent(unit, scores) for scores in zip(*by_item, strict=True)]


def could_be(pool: Row, items: int) -> list[Items]:
    """Every set of answers with the sums that are stored of a pool."""
    n, points = pool["n"], pool["total"] * items / 25
    if pool["item_sums"]:
        splits = [tuple(round(found / 25) for found in pool["item_sums"].values())]
    else:
        capped = pool["total"] == 97.5 * n
        totals = range(round(points) - items * n // 5 - 1, 4 * n * items + 1) if capped else [round(points)]
        splits = [split for split in product(range(4 * n + 1), repeat=items) if sum(split) in totals]
    return [world for split in splits for world in product(*(_possible(n, points) for points in split))]


@cache
def _possible(n: int, points: int) -> list[Counts]:
    return possible(n, points)


def nothing_is_certain(items: Items) -> bool:
    """Whether answers that would be published to the last byte like these differ in all that matters."""
    told = published(items)
    if not told[1]:
        return True  # nothing is published of so few, or of so low
    could = could_be(told[1][0], len(items))
    if len(could) > MOST_WORLDS:
        return True  # there are other examples
    worlds = [one for one in could if published(one) == told]
    assert items in worlds
    seen = list(zip(*worlds, strict=True))
    return not any(is_certain(list(each)) and not harmless(each) for each in seen)


def harmless(worlds: Sequence[Counts]) -> bool:
    """That everybody answered favourably may be certain: under "95 or more" it can be."""
    return all(sum(counts[:3]) == 0 for counts in worlds)


def answers(least: int, most: int, items: int) -> st.SearchStrategy[Items]:
    """Answers of so many people, rather alike in half of the examples, as they are in teams."""
    values = st.one_of(st.just((0, 1, 2, 3, 4)), st.sets(st.integers(0, 4), min_size=1).map(tuple))
    return st.tuples(st.integers(least, most), values).flatmap(
        lambda drawn: st.tuples(
            *[
                st.lists(st.sampled_from(drawn[1]), min_size=drawn[0], max_size=drawn[0]).map(counts_of)
                for _ in range(items)
            ]
        )
    )


@settings(max_examples=25, deadline=None)
@given(answers(4, 8, 2))
def test_two_items_of_a_small_team_leave_nothing_certain_not_even_by_what_is_not_said(items: Items) -> None:
    assert nothing_is_certain(items)


@settings(max_examples=40, deadline=None)
@given(answers(4, 12, 1))
def test_one_item_with_bars_words_and_agreement_leaves_nothing_certain_either(items: Items) -> None:
    assert nothing_is_certain(items)


@settings(max_examples=6, deadline=None)
@given(answers(10, 10, 2))
def test_two_items_with_bars_leave_nothing_certain(items: Items) -> None:
    assert nothing_is_certain(items)


def test_four_answers_a_point_below_the_top_read_95_or_more() -> None:
    """Else an exact 93.75 would tell three answers of the highest and one of the next."""
    (row,), (pool,) = published(((0, 0, 0, 1, 3),), k=4)
    assert (row["capped"], row["score"], pool["total"]) == (True, 97.5, 4 * 97.5)
    (row,), _ = published(((0, 0, 0, 2, 2),), k=4)
    assert not row["capped"]


A, B, C, PAIR, WHOLE = (UUID(int=number) for number in range(2, 7))
TWO: Mapping[UUID, UUID | None] = {A: WHOLE, B: WHOLE, WHOLE: None}  # each from the leaves up
THREE: Mapping[UUID, UUID | None] = {A: WHOLE, B: WHOLE, C: WHOLE, WHOLE: None}
NESTED: Mapping[UUID, UUID | None] = {A: PAIR, B: PAIR, PAIR: WHOLE, C: WHOLE, WHOLE: None}
Answers = Mapping[UUID, Items]


def whole_publication(parents: Mapping[UUID, UUID | None], answers: Answers, missing: int) -> str:
    """All that is shown and stored of a tree, so many being missing from each team, as text."""
    asked_items = AskedItems(
        ("A", "B", "C")[: len(next(iter(answers.values())))], (False,) * len(next(iter(answers.values())))
    )
    teams = {unit: people(unit, items) for unit, items in answers.items()}
    figures = DimensionFigures("PSY", asked_items, parents, teams, 5)
    sizes = {unit: size_class(n) for unit, n in figures.counts.items()}
    asked = {unit: len(team) + missing for unit, team in teams.items()}
    return repr((figures.rows(asked, sizes), figures.pool_rows(sizes)))


def telling(
    parents: Mapping[UUID, UUID | None], answers: Answers, missing: int = 3, most: int = MOST_WORLDS
) -> list[tuple[UUID, int]]:
    """The teams and items of which something is certain that was not from the sums of the team alone."""
    pools = {unit: published(items)[1] for unit, items in answers.items()}
    if not all(pools.values()):
        return []  # too low to stand alone
    worlds = [
        could_be(pool[0], len(items)) for pool, items in zip(pools.values(), answers.values(), strict=True)
    ]
    if prod(map(len, worlds)) > most:
        return []  # there are other examples
    told, left = whole_publication(parents, answers, missing), [tuple(answers.values())]
    assert left[0] in product(*worlds)
    found = list(certain_items(left, worlds))
    for world in shuffled(product(*worlds)):
        if not found:
            break  # one more world never makes anything certain
        if whole_publication(parents, dict(zip(answers, world, strict=True)), missing) == told:
            left.append(world)
            found = list(certain_items(left, worlds))
    return [(list(answers)[at], item) for at, item in found]


def certain_items(
    left: Sequence[tuple[Items, ...]], worlds: Sequence[Sequence[Items]]
) -> Iterator[tuple[int, int]]:
    """The places of teams and items of which what is left says more than the sums of the team alone."""
    for at, alone in enumerate(worlds):
        for item in range(len(alone[0])):
            seen = [world[at][item] for world in left]
            if is_certain(seen) and not harmless(seen) and not is_certain([one[item] for one in alone]):
                yield at, item


def shuffled(worlds: Iterable[tuple[Items, ...]]) -> list[tuple[Items, ...]]:
    """Mixed the same way each time: neighbours are alike, and those that differ much settle it soon."""
    mixed = list(worlds)
    Random(0).shuffle(mixed)  # noqa: S311 -- an order, no secret
    return mixed


class TestUnitsOfSeveralTeams:
    """Every fitting set of answers of two and three teams is published; those that read alike are kept."""

    @settings(max_examples=25, deadline=None)
    @given(answers(5, 7, 1), answers(5, 6, 1))
    def test_two_teams_leave_nothing_certain(self, one: Items, other: Items) -> None:
        assert telling(TWO, {A: one, B: other}) == []

    @settings(max_examples=12, deadline=None)
    @given(answers(8, 11, 1), answers(5, 5, 1))
    def test_nor_do_a_team_with_words_or_bars_of_its_own_and_a_small_one(
        self, one: Items, other: Items
    ) -> None:
        assert telling(TWO, {A: one, B: other}) == []

    @settings(max_examples=20, deadline=None)
    @given(answers(5, 5, 1), answers(5, 5, 1), answers(5, 6, 1))
    def test_nor_three_teams_side_by_side(self, one: Items, other: Items, third: Items) -> None:
        assert telling(THREE, {A: one, B: other, C: third}) == []

    @settings(max_examples=20, deadline=None)
    @given(answers(5, 5, 1), answers(5, 5, 1), answers(5, 6, 1))
    def test_nor_two_of_three_under_a_unit_of_their_own(
        self, one: Items, other: Items, third: Items
    ) -> None:
        assert telling(NESTED, {A: one, B: other, C: third}) == []

    @settings(max_examples=6, deadline=None)
    @given(answers(5, 5, 2), answers(5, 5, 2))
    def test_nor_two_items(self, one: Items, other: Items) -> None:
        assert telling(TWO, {A: one, B: other}) == []

    @settings(max_examples=20, deadline=None)
    @given(answers(5, 5, 1), answers(5, 5, 1), answers(5, 6, 1))
    def test_nor_teams_that_are_put_together_in_blocks_because_they_are_many(
        self, one: Items, other: Items, third: Items
    ) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(roll_ups, "MOST_TOGETHER", 6)
            patch.setattr(roll_ups, "BLOCK", 6)
            assert telling(THREE, {A: one, B: other, C: third}) == []

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ((0, 7, 3, 0, 0), (1, 0, 2, 1, 2)),  # bars of the whole had only these answers once
            ((0, 2, 2, 2, 2), (0, 1, 2, 0, 2)),
            ((0, 0, 2, 1, 2), (1, 2, 0, 0, 2)),  # a range as wide as these answers lie apart
        ],
    )
    def test_answers_that_were_given_away_once(self, one: Counts, other: Counts) -> None:
        assert telling(TWO, {A: (one,), B: (other,)}, most=4_000) == []


@pytest.mark.parametrize("missing", [1, 4])
@pytest.mark.parametrize("counts", [(0, 2, 2, 4, 3), (2, 2, 0, 0, 6), (1, 0, 2, 5, 4)])
def test_the_range_of_a_team_gives_nothing_away_however_many_are_missing(
    counts: Counts, missing: int
) -> None:
    assert telling({A: None}, {A: (counts,)}, missing) == []


@pytest.mark.parametrize(
    ("given_", "other"),
    [
        ([(0, 0)] * 6 + [(4, 4)] * 6, [(0, 0)] * 5 + [(1, 0), (3, 4)] + [(4, 4)] * 5),
        ([(0, 0)] * 4 + [(4, 4)] * 8, [(0, 0)] * 3 + [(1, 0), (3, 4)] + [(4, 4)] * 7),
        ([(2, 2)] * 12, [(2, 2)] * 5 + [(0, 4), (1, 2), (2, 1), (2, 3), (3, 1), (3, 1), (3, 2)]),
        ([(3, 3)] * 11, [(3, 3)] * 8 + [(2, 4), (3, 2), (4, 3)]),
    ],
)
def test_the_range_of_two_items_does_not_show_that_all_are_at_the_ends_or_alike(
    given_: Sequence[tuple[int, int]], other: Sequence[tuple[int, int]]
) -> None:
    def told(team: Sequence[tuple[int, int]]) -> tuple[list[Row], list[Row]]:
        respondents = [Respondent(TOP, tuple(25.0 * value for value in person)) for person in team]
        figures = DimensionFigures(
            "PSY", AskedItems(("A", "B"), (False, False)), {TOP: None}, {TOP: respondents}, 5
        )
        sizes = {unit: size_class(n) for unit, n in figures.counts.items()}
        return list(figures.rows({TOP: len(team) + 4}, sizes)), list(figures.pool_rows(sizes))

    assert told(given_)[0][0]["range_kind"] == "by_size"
    assert told(given_) == told(other)


class TestCountsOverAll:
    """How often each value was chosen over many teams, less the bars of all teams but one."""

    def test_one_team_is_never_counted_alone(self) -> None:
        assert countable([Spread(((1, 2, 3, 2, 1),))], [None]) == []
        assert countable([], []) == []

    def test_teams_that_could_have_changed_places_are_counted(self) -> None:
        teams = [Spread(((1, 2, 3, 2, 1),)), Spread(((2, 2, 2, 2, 2),)), Spread(((1, 1, 3, 3, 2),))]
        assert countable(teams, [None] * 3) == [0, 1, 2]

    def test_a_team_under_bars_of_its_own_cannot_be_changed_but_within_its_bars(self) -> None:
        teams = [Spread(((0, 3, 3, 4, 0),)), Spread(((0, 3, 3, 4, 0),))]
        assert countable(teams, [None, None]) == [0, 1]
        assert countable(teams, ["one", "other"]) == []

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.lists(st.integers(0, 4), min_size=5, max_size=6), min_size=3, max_size=3))
    def test_all_counts_together_leave_nothing_certain(self, teams: list[list[int]]) -> None:
        given_ = [counts_of(points) for points in teams]
        spreads = [Spread((counts,)) for counts in given_]
        chosen = countable(spreads, [None] * 3)
        counted = [given_[at] for at in chosen]
        if not counted:
            return
        whole = tuple(map(sum, zip(*counted, strict=True)))
        worlds = [
            one
            for one in product(*(_possible(sum(each), total(each)) for each in counted))
            if tuple(map(sum, zip(*one, strict=True))) == whole
        ]
        assert not any(is_certain([one[at] for one in worlds]) for at in range(len(counted)))


@pytest.mark.parametrize("n", [5, 8, 10])
def test_what_counts_as_certain_is_what_the_brute_force_says(n: int) -> None:
    for points in range(4 * n + 1):
        worlds = _possible(n, points)
        assert certain(worlds) == is_certain(worlds)
