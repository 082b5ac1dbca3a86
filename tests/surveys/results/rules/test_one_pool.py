"""What is said of one pool by itself, for every way in which a few people can answer."""

from collections import defaultdict
from itertools import product

import pytest

from surveys.results.rules.distributions import agreement_word, bar_parts, buckets, deviation, item_word
from surveys.results.rules.one_pool import (
    BARS,
    SILENT,
    WORD,
    Class,
    Counts,
    agreement_beside,
    apart,
    certain,
    certain_facts,
    classes,
    points,
    read_alike,
    shown_bar,
    silent_words,
)
from tests.surveys.results.rules.test_certainty import is_certain, possible

Read = tuple[Class, str | None]


def every(n: int) -> list[list[Counts]]:
    """All ways in which n people can answer, by their sum."""
    return [possible(n, total) for total in range(4 * n + 1)]


def known(worlds: list[Counts]) -> bool:
    """Whether something is certain from the sum alone; then that sum is not stored."""
    return is_certain(worlds)


@pytest.mark.parametrize("n", [5, 8, 10, 12])
def test_every_set_of_answers_is_in_one_class_which_says_what_is_true_of_it(n: int) -> None:
    for total, worlds in enumerate(every(n)):
        found = classes(n, total)
        assert sorted(found) == sorted(worlds)
        for counts, key in found.items():
            assert points(counts) == total
            if key[0] == BARS:
                parts = bar_parts(counts)
                assert parts is not None
                assert list(shown_bar(key)) == buckets(counts, parts)
            else:
                assert key in (SILENT, (WORD, item_word(counts)))
                assert shown_bar(key) == ()
            assert counts in read_alike(n, total, key)


@pytest.mark.parametrize("n", [5, 8, 10, 12])
def test_sets_that_read_alike_leave_nothing_certain_that_was_not_so_from_their_sum(n: int) -> None:
    for total, worlds in enumerate(every(n)):
        if known(worlds):
            continue
        alike: dict[Class, list[Counts]] = defaultdict(list)
        for counts, key in classes(n, total).items():
            alike[key].append(counts)
        assert not any(map(is_certain, alike.values()))


@pytest.mark.parametrize(
    ("n", "barred", "worded"), [(8, 0, 448), (10, 406, 374), (12, 876, 613), (14, 1653, 1054)]
)
def test_no_less_is_said_than_may_be(n: int, barred: int, worded: int) -> None:
    """So many of all sets of answers; a change of the rules should not silence more without being seen."""
    keys = [
        key
        for total, worlds in enumerate(every(n))
        if not known(worlds)
        for key in classes(n, total).values()
    ]
    assert sum(key[0] == BARS for key in keys) == barred
    assert sum(key[0] == WORD for key in keys) == worded


@pytest.mark.parametrize("n", [7, 8, 9, 10, 11])
def test_the_word_for_agreement_is_true_and_leaves_nothing_certain_not_even_by_its_absence(n: int) -> None:
    said = 0
    for total, worlds in enumerate(every(n)):
        if known(worlds):
            continue
        alike: dict[Read, list[Counts]] = defaultdict(list)
        for counts, key in classes(n, total).items():
            word = agreement_beside([counts], [key])
            assert word in (None, agreement_word(deviation(counts)))
            assert (word is None) == (agreement_word(deviation(counts)) in silent_words(n, ((total, key),)))
            alike[key, word].append(counts)
        assert not any(map(is_certain, alike.values()))
        said += sum(len(each) for (_, word), each in alike.items() if word)
    assert bool(said) == (n >= 8)


@pytest.mark.parametrize(("other", "worded"), [((2, 1, 2, 1, 2), 5390), ((0, 2, 3, 3, 0), 5068)])
def test_beside_another_item_as_well(other: Counts, worded: int) -> None:
    said = 0
    for total, worlds in enumerate(every(8)):
        if known(worlds) or total % 3:
            continue
        alike: dict[str | None, set[Counts]] = defaultdict(set)
        for counts, second in product(worlds, possible(8, points(other))):
            word = agreement_beside([counts, second], [None, None])
            assert word in (None, agreement_word((deviation(counts) + deviation(second)) / 2))
            alike[word].add(counts)
            said += word is not None
        assert not any(is_certain(list(each)) for each in alike.values())
    assert said == worded


def test_over_thirty_answers_there_is_a_word_for_agreement_only_beside_bars() -> None:
    counts = (4, 6, 8, 8, 5)
    key = classes(31, points(counts))[counts]
    assert key[0] == BARS
    assert agreement_beside([counts], [key]) == "mixed"
    assert agreement_beside([counts, counts], [key, SILENT]) is None
    assert agreement_beside([counts], [None]) is None
    assert silent_words(31, ((points(counts), SILENT),)) == {"close", "mixed", "apart"}
    assert agreement_beside([(4, 6, 8, 8, 4)], [SILENT]) == "mixed"


def test_how_far_answers_lie_apart_is_a_whole_number() -> None:
    for counts in possible(9, 17):
        assert apart(counts) == round(81 * deviation(counts))


def test_it_is_told_of_which_values_something_is_certain() -> None:
    assert certain_facts([(1, 2, 3, 4, 0), (2, 2, 1, 5, 0)]) == {0, 1}
    assert certain_facts([(5, 1, 2, 1, 1), (4, 3, 2, 0, 1)]) == {2, 4}
    assert certain_facts([(5, 4, 0, 1, 1), (4, 6, 0, 0, 0), (3, 5, 0, 1, 1)]) == set()
    assert certain_facts([(5, 4, 2, 0, 0), (4, 6, 0, 0, 0)]) == {None}
    assert certain_facts([(0, 0, 3, 4, 0), (1, 0, 3, 2, 1)]) == set()  # three neutral: a bar says it


def test_nobody_in_favour_may_be_certain_from_twenty_answers_on() -> None:
    of_nineteen, of_twenty = (
        [(n - 6, 3, 3, 0, 0), (n - 9, 5, 4, 0, 0), (n - 12, 4, 8, 0, 0)] for n in (19, 20)
    )
    assert certain(of_nineteen)
    assert not certain(of_twenty)
    assert not certain([])
