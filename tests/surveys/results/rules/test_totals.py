"""Totals as bits against the bars themselves: each neutral and favourable count is looked at by itself."""

from itertools import product

import pytest

from surveys.results.rules.distributions import THREE, TWO, buckets
from surveys.results.rules.one_pool import Counts, classes, points
from surveys.results.rules.told import Told, told_of, told_together
from surveys.results.rules.totals import Known, bits_of, row_of, showable


def may_show(neutral: int, favourable: int, n: int, parts: int) -> bool:
    """Whether a bar may be shown: no part of one or two, not all in one, and somebody in favour."""
    bar = buckets([n - neutral - favourable, 0, neutral, favourable, 0], parts)
    return (
        min(bar) >= 0
        and not {1, 2} & set(bar)
        and max(bar) < n
        and (bar[-1] > 0 or (n >= 20 and parts == THREE))
    )


@pytest.mark.parametrize(
    ("known", "n", "settled", "base"),
    [
        (Known((0, 0), 0), 10, 0, (0, 0)),
        (Known((0, 0), 0), 21, 0, (0, 0)),
        (Known((0, 0), 0), 6, 7, (3, 4)),
        (Known((3, 4), 10), 8, 0, (0, 0)),
        (Known((3, 4), 10), 5, 6, (1, 3)),
        (Known((0, 7), 10), 12, 4, (0, 3)),
        (Known((0, 0), 0, said=5, n_said=11), 14, 0, (0, 0)),
        (Known((3, 3), 12, said=4, n_said=9), 12, 5, (2, 3)),
        (Known((4, 6), 14, said=5, n_said=8), 8, 0, (0, 0)),
        (Known((4, 6), 14), 0, 0, (0, 0)),
        (Known((4, 6), 14, said=3, n_said=6), 0, 6, (2, 3)),
        (Known((0, 0), 0, said=6, n_said=12, placed=(3, 6), n_placed=12), 21, 0, (0, 0)),
        (Known((3, 4), 10, said=7, n_said=15, placed=(2, 3), n_placed=9), 14, 9, (2, 3)),
    ],
)
def test_those_totals_may_be_shown_of_which_every_bar_may_that_can_be_worked_out(
    known: Known, n: int, settled: int, base: tuple[int, int]
) -> None:
    """The unit as a whole, what it adds to the bars below it, and that less what is known of it already."""
    everybody, rest = n + settled + known.n, n + settled
    three, two = showable(known, n, settled, base)
    places = [divmod(bit.bit_length() - 1, row_of(n)) for bit in bits_of(three | two)]
    assert all(v <= n and w <= n for v, w in places)
    for v, w in product(range(n + 1), repeat=2):
        if v + w > n:
            continue
        neutral, favourable = base[0] + v, base[1] + w
        of_all = known.place[0] + neutral, known.place[1] + favourable, everybody
        in_two = may_show(*of_all, TWO)
        if rest > known.n_said:
            in_two &= may_show(0, favourable - known.said, rest - known.n_said, TWO)
        in_three = in_two and may_show(*of_all, THREE)
        if rest:
            in_three &= may_show(neutral, favourable, rest, THREE)
        if rest > known.n_placed:
            beside = neutral - known.placed[0], favourable - known.placed[1], rest - known.n_placed
            in_three &= may_show(*beside, THREE)
        bit = 1 << (v * row_of(n) + w)
        assert (bool(two & bit), bool(three & bit)) == (in_two, in_three), (v, w)


def test_totals_come_one_by_one_and_lie_so_far_apart_that_places_can_be_added_and_taken_away() -> None:
    assert list(bits_of(0)) == []
    assert list(bits_of(0b10110)) == [0b10, 0b100, 0b10000]
    assert [row_of(n) for n in (0, 1, 10)] == [2, 4, 22]


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ((1, 2, 4, 3, 3), Told(13, 6, n_three=13, neutral=4, favourable_three=6)),
        ((2, 3, 1, 4, 3), Told(13, 7)),  # two parts say nothing of who was neutral
    ],
)
def test_a_bar_tells_how_many_were_favourable_and_with_three_parts_neutral(
    counts: Counts, told: Told
) -> None:
    n = sum(counts)
    assert told_of(n, classes(n, points(counts))[counts]) == told


def test_what_bars_tell_of_several_adds_up() -> None:
    assert told_together([]) == Told()
    assert told_together([Told(13, 6, 13, 4, 5), Told(14, 7)]) == Told(27, 13, 13, 4, 5)
