"""What larger units know of the pools below them, and what is said where nothing would leave a doubt."""

from uuid import UUID

import pytest

from surveys.results.rules import roll_ups, together
from surveys.results.rules.certainty import Spread, reads_capped, sums_tell
from surveys.results.rules.counts_over_all import PARTNERS, countable
from surveys.results.rules.distributions import BARS_FROM
from surveys.results.rules.one_pool import Counts
from surveys.results.rules.parts import closed_parts, open_parts
from surveys.results.rules.spread import NOTHING, Said, Spreads
from surveys.results.rules.totals import Known, showable

TOP, PAIR = UUID(int=1), UUID(int=2)
ORDINARY: Counts = (1, 2, 3, 4, 2)


def spread_of(*items: Counts) -> Spread:
    total, n = sum(value * count for counts in items for value, count in enumerate(counts)), sum(items[0])
    return Spread(items, open_sums=not sums_tell(items), capped=reads_capped(total, n * len(items)))


def whole(*pools: tuple[Counts, ...]) -> tuple[list[Said], Said]:
    """What is said of some pools side by side, and of the unit above them."""
    units = {UUID(int=number): spread_of(*pool) for number, pool in enumerate(pools, start=2)}
    spreads = Spreads(units, {**dict.fromkeys(units, TOP), TOP: None})
    each = [spreads.say(unit, [unit], large=pool.n >= BARS_FROM) for unit, pool in units.items()]
    return each, spreads.say(TOP, list(units), large=True)


class TestPoolsWhoseSumsAreKept:
    def test_answers_of_which_none_has_the_word_are_no_part_of_anything(self) -> None:
        assert open_parts(8, ((2, None),), agreement=True, word="apart", barred=False) is None


class TestPoolsWhoseSumsAreNot:
    def test_one_item_stays_as_its_sum_tells_it_and_all_its_places_have_to_stay_possible(self) -> None:
        parts = closed_parts(5, 16, 1, capped=False) or ()
        assert [part.places for part in parts] in ([], [tuple(sorted(part.needed)) for part in parts])
        (silent,) = closed_parts(8, 0, 1, capped=False) or ()
        assert silent.places == ((0, 0),)
        assert silent.leaves_doubt
        assert not silent.doubtful([])

    def test_two_of_which_nobody_agreed_at_all_leave_no_doubt(self) -> None:
        assert closed_parts(8, 0, 2, capped=False) is None

    def test_a_sum_that_tells_nothing_is_none_of_theirs(self) -> None:
        assert closed_parts(8, 16, 1, capped=False) is None

    def test_a_large_one_keeps_the_unit_above_it_silent(self) -> None:
        _, above = whole(((59, 1, 0, 5, 0), (64, 1, 0, 0, 0)), (ORDINARY, ORDINARY))
        assert above == NOTHING


class TestLargePools:
    def test_on_a_small_sheet_nothing_is_said_but_agreement(self) -> None:
        spreads = Spreads({TOP: spread_of((5, 10, 20, 20, 10))}, {TOP: None})
        assert spreads.say(TOP, [TOP], large=False, agreement=True) == Said(agreement="mixed")

    def test_where_there_are_no_bars_there_are_words_unless_those_tell_too_much(self) -> None:
        (bars, words), _ = whole(((2, 18, 35, 10, 0),), ((59, 0, 4, 0, 2),))
        assert bars == Said(([20, 35, 10],), ("few",))
        assert words == Said(None, ("few",))
        (nothing, _), above = whole(((20, 5, 0, 40, 0), (0, 0, 3, 0, 62)), (ORDINARY, ORDINARY))
        assert nothing == NOTHING
        assert above == NOTHING


class TestUnitsOfSeveral:
    def test_of_very_many_places_those_in_the_middle_are_looked_at(self) -> None:
        _, above = whole(((3, 0, 0, 2, 0), (1, 0, 1, 1, 2)), ((0, 0, 0, 0, 20), (0, 6, 8, 0, 6)))
        assert above == NOTHING

    def test_a_block_of_which_too_little_is_looked_at_says_nothing(
        self, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
    ) -> None:
        together.item_of.cache_clear()
        request.addfinalizer(together.item_of.cache_clear)
        pools: list[Counts] = [(1, 0, 0, 7, 0), (0, 5, 0, 0, 0), (2, 3, 0, 0, 1)]
        units = {UUID(int=number): spread_of(counts) for number, counts in enumerate(pools, start=3)}
        one, other, third = units
        parents = {one: PAIR, other: PAIR, third: TOP, PAIR: TOP, TOP: None}
        monkeypatch.setattr(roll_ups, "MOST_TOGETHER", 12)
        monkeypatch.setattr(roll_ups, "BLOCK", 12)
        monkeypatch.setattr(together, "MOST_PLACES", 1)

        spreads = Spreads(units, parents)
        for unit in units:
            spreads.say(unit, [unit], large=False)
        assert spreads.say(PAIR, [one, other], large=True) == NOTHING
        assert spreads.say(TOP, list(units), large=True) == NOTHING

    def test_under_ten_answers_bars_show_no_total(self) -> None:
        assert showable(Known((0, 0), 0), BARS_FROM - 1, 0, (0, 0)) == (0, 0)
        assert showable(Known((0, 0), 0), BARS_FROM, 0, (0, 0)) != (0, 0)


def test_of_very_many_pools_some_are_tried_for_undoing_a_change_and_all_are_counted() -> None:
    pools = [spread_of((1, 2, 2, 2, 1))] * (PARTNERS + 10)
    assert countable(pools, [None] * len(pools)) == list(range(len(pools)))
