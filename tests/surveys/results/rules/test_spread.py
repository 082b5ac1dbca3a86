"""Bars and words of units of several pools; what they tell is in `test_everything_together`."""

from uuid import UUID

import pytest

from surveys.results.rules import roll_ups, together
from surveys.results.rules.certainty import Spread
from surveys.results.rules.one_pool import Counts
from surveys.results.rules.spread import Said, Spreads

TOP, LARGE, SMALL, OTHER = (UUID(int=number) for number in range(1, 5))
PARENTS: dict[UUID, UUID | None] = {LARGE: TOP, SMALL: TOP, TOP: None}  # from the leaves up


def said(large: Counts, small: Counts) -> dict[UUID, Said]:
    spreads = Spreads({LARGE: Spread((large,)), SMALL: Spread((small,))}, PARENTS)
    return {
        LARGE: spreads.say(LARGE, [LARGE], large=sum(large) >= 10),
        SMALL: spreads.say(SMALL, [SMALL], large=sum(small) >= 10),
        TOP: spreads.say(TOP, [LARGE, SMALL], large=True),
    }


class TestNestedBars:
    def test_a_unit_of_units_has_bars_when_what_it_adds_could_have_them(self) -> None:
        found = said((1, 2, 4, 3, 3), (1, 2, 3, 3, 2))
        assert found[LARGE].bars == ([3, 4, 6],)
        assert found[TOP].bars == ([6, 7, 11],)

    def test_else_it_has_words(self) -> None:
        found = said((1, 2, 4, 3, 3), (1, 0, 1, 2, 1))
        assert found[LARGE].bars is not None
        assert found[TOP] == Said(None, ("half",))

    def test_three_buckets_below_and_a_joined_difference_do_not_show_a_bucket_of_one(self) -> None:
        """Three buckets above would give away that one person of the small unit was neutral."""
        found = said((1, 2, 4, 3, 3), (2, 2, 1, 2, 2))
        assert found[TOP].bars in (None, ([12, 10],))

    def test_nor_do_bars_above_a_block_of_pools_show_that_two_of_all_its_people_were_favourable(
        self, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
    ) -> None:
        """Two bars above, 20 and 8, less the 6 favourable ones known below, would."""
        together.item_of.cache_clear()
        request.addfinalizer(together.item_of.cache_clear)
        monkeypatch.setattr(roll_ups, "MOST_TOGETHER", 12)
        monkeypatch.setattr(roll_ups, "BLOCK", 8)
        pools = dict(
            zip((LARGE, SMALL, OTHER), ((1, 2, 4, 3, 3), (0, 2, 4, 1, 0), (1, 4, 2, 1, 0)), strict=True)
        )
        spreads = Spreads(
            {unit: Spread((counts,)) for unit, counts in pools.items()}, PARENTS | {OTHER: TOP}
        )
        below = [spreads.say(unit, [unit], large=unit == LARGE) for unit in pools]

        assert below[0].bars == ([3, 4, 6],)
        assert spreads.say(TOP, list(pools), large=True) == Said(None, ("few",))

    def test_a_unit_that_adds_nobody_reads_like_the_one_below_it(self) -> None:
        spreads = Spreads({LARGE: Spread(((1, 2, 4, 3, 3),))}, PARENTS)
        below = spreads.say(LARGE, [LARGE], large=True)
        assert spreads.say(SMALL, [], large=False) == Said()
        assert spreads.say(TOP, [LARGE], large=True) == below

    def test_where_even_a_word_would_tell_too_much_there_is_none(self) -> None:
        found = said((0, 0, 0, 1, 9), (1, 2, 1, 1, 1))
        assert found[LARGE] == Said()
