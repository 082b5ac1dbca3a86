"""Exchanges and questions against plain counting, for every way in which a few people can answer."""

from itertools import product

import pytest

from surveys.results.rules.exchanges import Question, added, effect, exchanges, questions
from surveys.results.rules.one_pool import Counts

UP = [(-1, 1, 0, 0, 0), (0, -1, 1, 0, 0), (0, 0, -1, 1, 0), (0, 0, 0, -1, 1)]
DOWN = [tuple(-count for count in step) for step in UP]


def ways(n: int) -> list[Counts]:
    """All ways in which n people can answer."""
    return [counts for counts in product(range(n + 1), repeat=5) if sum(counts) == n]


def moved(counts: Counts) -> set[Counts]:
    """What other answers differ by one or two exchanges, whatever is passed through on the way."""
    changes = {tuple(map(sum, zip(up, down, strict=True))) for up in UP for down in DOWN}
    twice = {tuple(map(sum, zip(one, other, strict=True))) for one in changes for other in changes}
    others = {tuple(map(sum, zip(counts, change, strict=True))) for change in twice}
    return {other for other in others if min(other) >= 0} - {counts}


@pytest.mark.parametrize("n", [0, 1, 5, 9])
def test_exchanges_are_all_that_one_or_two_moves_up_and_as_many_down_can_do(n: int) -> None:
    for counts in ways(n)[:: max(1, n * n // 8)]:
        found = exchanges(counts)
        assert {added(counts, change) for change in found} == moved(counts)
        assert len(found) == len(set(found))
        of_buckets = [any(effect(change)) for change in found]
        assert of_buckets == sorted(of_buckets)  # those that leave the buckets alone come first


def test_the_effect_of_a_change_is_on_the_unfavourable_the_neutral_and_the_favourable() -> None:
    assert effect((1, 2, 4, 8, 16)) == (3, 4, 24)


@pytest.mark.parametrize("n", [1, 2, 3, 6, 19, 20])
def test_few_all_and_how_many_may_not_be_certain_and_not_that_nobody_was_favourable(n: int) -> None:
    for counts in ways(n) if n < 19 else [(n, 0, 0, 0, 0), (n - 3, 0, 3, 0, 0), (n - 4, 2, 1, 0, 1)]:
        wanted = set()
        for value, chosen in enumerate(counts):
            if chosen in (1, 2):
                wanted.add(Question(value, chosen, few=True))
            elif chosen == n or (chosen and value != 2):
                wanted.add(Question(value, chosen))
        if n < 20 and counts[3] == counts[4] == 0:
            wanted.add(Question(None, 0))
        assert set(questions(counts)) == wanted
        assert len(questions(counts)) == len(wanted)


def test_a_question_is_answered_by_another_number_and_of_few_by_none_or_three_and_more() -> None:
    one, two, more, nobody = (
        Question(1, 1, few=True),
        Question(1, 2, few=True),
        Question(1, 5),
        Question(None, 0),
    )
    assert [one.answered((0, by, 0, 0, 0)) for by in (-1, 0, 1, 2)] == [True, False, False, True]
    assert [two.answered((0, by, 0, 0, 0)) for by in (-2, -1, 0, 1)] == [True, False, False, True]
    assert [more.answered((0, by, 0, 0, 0)) for by in (-1, 0, 1)] == [True, False, True]
    assert [nobody.answered(change) for change in ((0, 0, 1, 0, 0), (0, 0, 0, 1, 0), (0, 0, 0, 0, 1))] == [
        False,
        True,
        True,
    ]


@pytest.mark.parametrize("counts", [(1, 2, 0, 3, 0), (5, 0, 0, 0, 0), (0, 0, 4, 0, 1), (9, 1, 0, 1, 9)])
def test_asked_for_an_answer_only_the_exchanges_that_give_it_are_left(counts: Counts) -> None:
    for question in questions(counts):
        assert exchanges(counts, question) == tuple(
            change for change in exchanges(counts) if question.answered(change)
        )
