"""Means, words and bars together leave nothing certain: the rule against a brute force written apart."""

from collections.abc import Iterator
from functools import cache
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from surveys.results.rules.certainty import Spread, agreement_of, bars_tell, sums_tell
from surveys.results.rules.distributions import agreement_word, bar_parts, buckets, deviation, item_word
from surveys.results.rules.one_pool import Counts

POOL = st.lists(st.integers(0, 4), min_size=5, max_size=9)
SMALL_POOL = st.lists(st.integers(0, 4), min_size=5, max_size=6)


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


def worlds_of(pools: list[Counts], parts: int) -> Iterator[tuple[Counts, ...]]:
    """Every set of answers with the same sums that shows the same bar over all pools."""
    whole = tuple(map(sum, zip(*pools, strict=True)))
    shown = buckets(whole, parts)
    for worlds in product(*(possible(sum(pool), total(pool)) for pool in pools)):
        other = tuple(map(sum, zip(*worlds, strict=True)))
        if buckets(other, parts) == shown and bar_parts(other) == parts:
            yield worlds


def tells(pools: list[Counts], parts: int) -> bool:
    whole = tuple(map(sum, zip(*pools, strict=True)))
    shown = buckets(whole, parts)

    def kept(other: Counts) -> bool:
        return buckets(other, parts) == shown and bar_parts(other) == parts

    spreads = [Spread((pool,)) for pool in pools]
    return bars_tell(spreads, [0] * len(pools), 0, kept)


class TestBars:
    @given(st.lists(st.integers(0, 4), min_size=10, max_size=18))
    def test_bars_of_one_pool_and_its_sum_leave_nothing_certain(self, points: list[int]) -> None:
        counts = counts_of(points)
        parts = bar_parts(counts)
        assume(parts is not None and not tells([counts], parts))
        assert parts is not None
        assert not is_certain([worlds[0] for worlds in worlds_of([counts], parts)])

    @settings(max_examples=40)
    @given(SMALL_POOL, SMALL_POOL)
    def test_bars_of_two_pools_and_the_sum_of_each_leave_nothing_certain(
        self, one: list[int], other: list[int]
    ) -> None:
        pools = [counts_of(one), counts_of(other)]
        parts = bar_parts(tuple(map(sum, zip(*pools, strict=True))))
        assume(parts is not None and not tells(pools, parts))
        assert parts is not None
        worlds = list(worlds_of(pools, parts))
        for at in range(2):
            assert not is_certain([world[at] for world in worlds])
        assert not is_certain([tuple(map(sum, zip(*world, strict=True))) for world in worlds])

    def test_three_who_must_all_have_answered_the_lowest_are_not_shown(self) -> None:
        """Bars of 3, 0 and 7 with an average of 2.1: then it is 0, 0, 0 and seven times 75."""
        assert tells([(3, 0, 0, 7, 0)], 3)

    def test_an_ordinary_spread_is_shown(self) -> None:
        assert not tells([(1, 2, 4, 4, 3)], 3)

    def test_a_joined_bucket_of_three_would_tell_that_one_or_two_were_neutral(self) -> None:
        assert bar_parts((0, 1, 2, 4, 5)) == 2
        assert tells([(0, 1, 2, 4, 5)], 2)

    def test_where_any_other_answers_would_read_otherwise_those_that_were_given_are_certain(self) -> None:
        pools = [Spread(((1, 2, 2, 5, 0),)), Spread(((2, 2, 2, 2, 2),))]
        without_sums = Spread(((1, 1, 1, 1, 1), (1, 1, 1, 1, 1)), open_sums=False)

        assert bars_tell(pools, [0, 0], 0, lambda _counts: False)
        assert bars_tell([without_sums], [0], 0, lambda _counts: False)


class TestPoolsWithoutSums:
    def test_where_sums_of_items_are_not_known_an_answer_may_move_from_item_to_item(self) -> None:
        items = ((0, 0, 0, 1, 4), (1, 1, 1, 1, 1))
        other = Spread(((1, 1, 2, 1, 1), (1, 1, 2, 1, 1)))

        def kept(_counts: Counts) -> bool:
            return True

        assert bars_tell([Spread(items), other], [0, 0], 0, kept)
        assert not bars_tell([Spread(items, open_sums=False), other], [0, 0], 0, kept)

    def test_with_one_item_there_is_nothing_to_move_to(self) -> None:
        assert bars_tell([Spread(((0, 0, 0, 1, 4),), open_sums=False)], [0], 0, lambda _counts: True)

    def test_under_95_or_more_an_answer_may_be_a_point_lower_while_it_still_reads_so(self) -> None:
        alike = Spread(((0, 0, 0, 0, 9),), open_sums=False, capped=True)
        at_the_line = Spread(((0, 0, 0, 1, 4),), open_sums=False, capped=True)

        assert alike.stays_capped_below
        assert not at_the_line.stays_capped_below
        assert not bars_tell([alike], [0], 0, lambda _counts: True)

    def test_at_the_line_of_95_an_answer_may_only_be_higher(self) -> None:
        at_the_line = Spread(((0, 0, 0, 1, 4),), open_sums=False, capped=True)

        def lower(counts: Counts) -> bool:
            return total(counts) < 19

        assert bars_tell([at_the_line], [0], 0, lower)
        assert not bars_tell([at_the_line], [0], 0, lambda counts: total(counts) > 19)

    def test_a_single_step_has_to_answer_what_is_asked(self) -> None:
        spread = Spread(((1, 1, 1, 1, 1), (1, 1, 1, 1, 1)), open_sums=False)

        assert not bars_tell([spread], [0], 0, lambda counts: total(counts) != 10)


class TestWordsBesideOneAnother:
    def test_pools_whose_words_are_said_together_are_not_mixed_with_others(self) -> None:
        """The favourable ones of the first pool are known by its own word, whatever the second could do."""
        pools = [Spread(((1, 2, 2, 5, 0),)), Spread(((2, 2, 2, 2, 2),))]
        shown = buckets((3, 4, 4, 7, 2), 3)

        def kept(other: Counts) -> bool:
            return buckets(other, 3) == shown

        together = bars_tell(pools, [0, 0], 0, kept)
        apart = bars_tell(pools, [0, 1], 0, kept)
        assert (together, apart) == (False, True)

    def test_a_word_says_most_half_or_few(self) -> None:
        assert item_word((0, 0, 0, 5, 5)) == "most"
