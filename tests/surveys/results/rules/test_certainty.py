"""Means, words and bars together leave nothing certain: the rule against a brute force written apart."""

from functools import cache
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from surveys.results.rules.certainty import Spread, agreement_of, reads_capped, sums_tell, tells
from surveys.results.rules.distributions import agreement_word, bar_parts, buckets, deviation, item_word
from surveys.results.rules.one_pool import Counts

POOL = st.lists(st.integers(0, 4), min_size=5, max_size=9)


def counts_of(points: list[int]) -> Counts:
    return tuple(points.count(value) for value in range(5))


def total(counts: Counts) -> int:
    return sum(value * count for value, count in enumerate(counts))


@cache
def possible(n: int, points: int) -> list[Counts]:
    """Every way in which n answers can add up to so many points."""
    found = []
    for fours, threes, twos in product(range(n + 1), repeat=3):
        ones = points - 4 * fours - 3 * threes - 2 * twos
        nothing = n - fours - threes - twos - ones
        if ones >= 0 and nothing >= 0:
            found.append((nothing, ones, twos, threes, fours))
    return found


def is_certain(worlds: list[Counts]) -> bool:
    """Whether all possible answers of a pool agree in something that must not be known."""
    n = sum(worlds[0])
    return bool(
        any(all(world[value] in (1, 2) for world in worlds) for value in range(5))
        or any({world[value] for world in worlds} == {n} for value in range(5))
        or any(len({world[value] for world in worlds}) == 1 and worlds[0][value] for value in (0, 1, 3, 4))
        or (n < 20 and all(world[3] + world[4] == 0 for world in worlds))
    )


class TestSumsAlone:
    @given(POOL)
    def test_the_sum_of_an_item_is_kept_exactly_where_nothing_is_certain_from_it(
        self, points: list[int]
    ) -> None:
        counts = counts_of(points)
        assert sums_tell([counts]) == is_certain(possible(len(points), total(counts)))

    @pytest.mark.parametrize(
        "counts", [(5, 0, 0, 0, 0), (0, 0, 0, 0, 5), (0, 0, 0, 1, 4), (4, 1, 0, 0, 0), (3, 2, 0, 0, 0)]
    )
    def test_sums_at_the_ends_of_the_scale_are_not_kept(self, counts: Counts) -> None:
        assert sums_tell([counts])

    def test_one_item_at_the_end_silences_all_items_of_the_pool(self) -> None:
        assert sums_tell([(1, 1, 1, 1, 1), (0, 0, 0, 0, 5)])


class TestAgreement:
    @given(st.lists(st.integers(0, 4), min_size=8, max_size=12))
    def test_a_word_leaves_nothing_certain_beside_the_sum(self, points: list[int]) -> None:
        counts = counts_of(points)
        word = agreement_of([counts])
        if word is None:
            return
        worlds = [
            world
            for world in possible(len(points), total(counts))
            if agreement_word(deviation(world)) == word
        ]
        assert not is_certain(worlds)

    def test_under_eight_answers_there_is_no_word(self) -> None:
        assert agreement_of([(1, 1, 1, 1, 3)]) is None

    def test_a_word_that_would_make_an_answer_certain_is_not_said(self) -> None:
        """Seven answers of 4 and one of 1: an average of 3.6 with "close together" allows little else."""
        assert agreement_of([(0, 0, 0, 7, 1)]) is None


def bars_tell(counts: Counts, parts: int) -> bool:
    shown = buckets(counts, parts)

    def kept(other: Counts) -> bool:
        return buckets(other, parts) == shown and bar_parts(other) == parts

    return tells(Spread((counts,)), 0, kept)


class TestBars:
    @given(st.lists(st.integers(0, 4), min_size=10, max_size=18))
    def test_bars_of_one_pool_and_its_sum_leave_nothing_certain(self, points: list[int]) -> None:
        counts = counts_of(points)
        parts = bar_parts(counts)
        assume(parts is not None and not bars_tell(counts, parts))
        assert parts is not None
        shown = buckets(counts, parts)
        worlds = [
            world
            for world in possible(len(points), total(counts))
            if buckets(world, parts) == shown and bar_parts(world) == parts
        ]
        assert not is_certain(worlds)

    def test_three_who_must_all_have_answered_the_lowest_are_not_shown(self) -> None:
        """Bars of 3, 0 and 7 with an average of 2.1: then it is 0, 0, 0 and seven times 75."""
        assert bars_tell((3, 0, 0, 7, 0), 3)

    def test_an_ordinary_spread_is_shown(self) -> None:
        assert not bars_tell((1, 2, 4, 4, 3), 3)

    def test_a_joined_bucket_of_three_would_tell_that_one_or_two_were_neutral(self) -> None:
        assert bar_parts((0, 1, 2, 4, 5)) == 2
        assert bars_tell((0, 1, 2, 4, 5), 2)

    def test_where_any_other_answers_would_read_otherwise_those_that_were_given_are_certain(self) -> None:
        assert tells(Spread(((1, 2, 2, 5, 0),)), 0, lambda _counts: False)
        assert not tells(Spread(((1, 2, 2, 5, 0),)), 0)

    def test_a_word_says_most_half_or_few(self) -> None:
        assert item_word((0, 0, 0, 5, 5)) == "most"


class TestWhatReadsAlike:
    @pytest.mark.parametrize(
        ("points", "answers", "reads"),
        [(15, 4, True), (14, 4, False), (11, 4, False), (380, 100, True), (379, 100, False)],
    )
    def test_a_score_lacking_a_point_reads_95_or_more_as_those_from_95_on_do(
        self, points: int, answers: int, *, reads: bool
    ) -> None:
        assert reads_capped(points, answers) == reads

    def test_other_answers_read_alike_where_all_that_is_said_of_the_pool_stays(self) -> None:
        counts, other = (1, 2, 2, 5, 0), (2, 0, 3, 5, 0)
        pool = Spread((counts,), agreement=agreement_word(deviation(counts)), alike=(frozenset({other}),))
        assert pool.reads_alike(0, other)
        assert not pool.reads_alike(0, counts)

    @pytest.mark.parametrize(
        ("counts", "word"),
        [((0, 1, 4, 3, 0), "close"), ((1, 2, 3, 1, 1), "mixed"), ((3, 1, 0, 1, 3), "apart")],
    )
    def test_the_word_for_agreement_is_that_of_all_items_together(self, counts: Counts, word: str) -> None:
        assert agreement_of([counts]) == agreement_of([counts, counts]) == word
