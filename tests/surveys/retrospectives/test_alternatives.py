"""Patterns whose alternatives are sorted find what they found before."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.retrospectives.alternatives import apart, by_letters, starts_needed, word_starts

PIECES = st.sampled_from(
    ["for", "fog", "fort", "forgot(?:ten)?", "f", "fo?r", "(?:for|to) you", "(?:a )?fog", r"\w+", "g"]
)
TEXTS = st.lists(
    st.sampled_from(["for", "fog", "forgotten", "to", "you", "a", "fr", "g", "rain"]), max_size=4
)


@settings(max_examples=200)
@given(st.lists(PIECES, min_size=1, max_size=8), TEXTS.map(" ".join))
def test_sorting_changes_neither_what_is_found_nor_how_far_it_reaches(pieces: list[str], text: str) -> None:
    before = re.search(rf"\b(?:{'|'.join(pieces)})\b", text)
    after = re.search(rf"\b{by_letters(pieces)}\b", text)

    assert (before and before.span()) == (after and after.span())


@settings(max_examples=200)
@given(st.lists(PIECES, min_size=1, max_size=4), TEXTS.map(" ".join))
def test_no_text_is_passed_over_in_which_a_pattern_would_be_found(pieces: list[str], text: str) -> None:
    needed = starts_needed(rf"\b{by_letters(pieces)}\b")

    if needed is not None and needed.isdisjoint(word_starts(text)):
        assert re.search(rf"\b(?:{'|'.join(pieces)})\b", text) is None


def test_the_starts_of_words_are_told_where_they_can_be() -> None:
    assert starts_needed(r"\b(?:why on earth|(?:a|the) boss|he)\b") == {"why", "a", "the", "he"}
    assert starts_needed(r"\b(?:why|\w+ly)\b") is None
    assert starts_needed(r"\bh\w+") is None


def test_alternatives_inside_a_group_stay_together() -> None:
    assert apart(r"a|(?:b|c)|[|]|\||") == ["a", "(?:b|c)", "[|]", r"\|"]


def test_a_group_that_does_not_end_is_an_error() -> None:
    with pytest.raises(ValueError, match="does not end"):
        by_letters(["(?:a"])
