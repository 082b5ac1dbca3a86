"""Bars and words of nested units: what their differences tell, against a brute force written apart."""

from itertools import product
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.results.rules.certainty import Spread
from surveys.results.rules.distributions import bar_parts, buckets, item_word
from surveys.results.rules.one_pool import Counts
from surveys.results.rules.spread import Said, Spreads
from tests.surveys.results.rules.test_certainty import counts_of, is_certain, possible, total

TOP, LARGE, SMALL = (UUID(int=number) for number in range(1, 4))
PARENTS: dict[UUID, UUID | None] = {LARGE: TOP, SMALL: TOP, TOP: None}  # from the leaves up


def said(large: Counts, small: Counts) -> dict[UUID, Said]:
    spreads = Spreads({LARGE: Spread((large,)), SMALL: Spread((small,))}, PARENTS)
    return {
        LARGE: spreads.say(LARGE, [LARGE], large=sum(large) >= 10),
        SMALL: spreads.say(SMALL, [SMALL], large=sum(small) >= 10),
        TOP: spreads.say(TOP, [LARGE, SMALL], large=True),
    }


def reads_the_same(what: Said, counts: Counts, *adds: Counts) -> bool:
    """Whether another world reads the same; of how many buckets bars are is something to read as well."""
    if what.words is not None and item_word(counts) != what.words[0]:
        return False
    if what.bars is None:
        return True
    parts = len(what.bars[0])
    return buckets(counts, parts) == what.bars[0] and bar_parts(counts, *adds) == parts


def both(one: Counts, other: Counts) -> Counts:
    return tuple(a + b for a, b in zip(one, other, strict=True))


@settings(max_examples=40)
@given(
    st.lists(st.integers(0, 4), min_size=8, max_size=12),
    st.lists(st.integers(0, 4), min_size=5, max_size=7),
)
def test_bars_and_words_of_a_unit_and_of_what_is_below_it_leave_nothing_certain(
    one: list[int], other: list[int]
) -> None:
    large, small = counts_of(one), counts_of(other)
    if is_certain(possible(sum(large), total(large))) or is_certain(possible(sum(small), total(small))):
        return  # then sums of items are not kept, and other worlds have other sums
    found = said(large, small)
    worlds = [
        (here, there)
        for here, there in product(possible(sum(large), total(large)), possible(sum(small), total(small)))
        if reads_the_same(found[LARGE], here)
        and reads_the_same(found[SMALL], there)
        and reads_the_same(found[TOP], both(here, there), *([there] if found[LARGE].bars else []))
    ]
    assert (large, small) in worlds
    assert not is_certain([here for here, _ in worlds])
    assert not is_certain([there for _, there in worlds])


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

    def test_a_unit_that_adds_nobody_reads_like_the_one_below_it(self) -> None:
        spreads = Spreads({LARGE: Spread(((1, 2, 4, 3, 3),))}, PARENTS)
        below = spreads.say(LARGE, [LARGE], large=True)
        assert spreads.say(SMALL, [], large=False) == Said()
        assert spreads.say(TOP, [LARGE], large=True) == below

    def test_where_even_a_word_would_tell_too_much_there_is_none(self) -> None:
        found = said((0, 0, 0, 1, 9), (1, 2, 1, 1, 1))
        assert found[LARGE] == Said()
