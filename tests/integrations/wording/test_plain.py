"""What every member can be told has to be readable by every member."""

import re

import pytest

from integrations.language import Translator
from integrations.wording.for_me import ForMe, for_me
from integrations.wording.plain import in_plain_words
from integrations.wording.promise import Terms, in_full, short_promise, short_promise_of_word
from surveys.people.readers import Readers

ENGLISH = Translator("en")
HARDEST_GRADE = 8.0  # of school, for the whole text; newspapers lie at about 11
HARDEST_PARAGRAPH = 9.5
LONGEST_SENTENCE = 24  # words


def syllables(word: str) -> int:
    """Groups of vowels, without a silent e at the end; close enough for English prose."""
    word = re.sub(r"[^a-z]", "", word.lower())
    found = len(re.findall(r"[aeiouy]+", word))
    if word.endswith("e") and not word.endswith(("le", "ee")) and found > 1:
        found -= 1
    if word.endswith("ed") and not word.endswith(("ted", "ded")) and found > 1:
        found -= 1
    return max(found, 1)


def sentences_of(text: str) -> list[str]:
    return [one for one in re.split(r"(?<=[.:])\s+", text) if one]


def grade(text: str) -> float:
    """Flesch and Kincaid, 1975: 0.39 words a sentence and 11.8 syllables a word, less 15.59."""
    words = text.split()
    return (
        0.39 * len(words) / len(sentences_of(text)) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
    )


def test_the_measure_tells_easy_from_hard() -> None:
    assert grade("The cat sat on the mat. It was a big cat.") < 2
    assert grade("Pseudonymisation notwithstanding, identifiability considerations remain applicable.") > 15


@pytest.mark.parametrize("named", [None, "Ada and Grace of IT"])
def test_it_reads_like_a_text_for_the_eighth_year_of_school(named: str | None) -> None:
    paragraphs = in_plain_words(ENGLISH, 5, named)

    assert grade(" ".join(paragraphs)) <= HARDEST_GRADE
    for paragraph in paragraphs:
        assert grade(paragraph) <= HARDEST_PARAGRAPH, paragraph
        assert max(len(one.split()) for one in sentences_of(paragraph)) <= LONGEST_SENTENCE
    assert len(" ".join(paragraphs).split()) <= 260  # a minute or so, read aloud


@pytest.mark.parametrize("named", [None, "Ada and Grace of IT"])
def test_every_other_text_about_privacy_is_as_easy(named: str | None) -> None:
    terms = Terms(
        5, head_start_days=1, leaders_read_below=False, remind="everyone", asked=7, votes_for_a_word=4
    )
    readers = Readers("Payments", ("Lena",), ("Helen", "Heide"), 1, has_below=False, leaders_above=2)
    in_points = [line for _, lines in in_full(ENGLISH, terms, named) for line in lines]
    for_one = [line for _, line in for_me(ForMe(terms, readers, "Product", door="slack"), ENGLISH, named)]

    for text in (" ".join(in_points), " ".join(for_one)):
        assert grade(text) <= HARDEST_GRADE
    for short in (short_promise(ENGLISH, 5, named), short_promise_of_word(ENGLISH, 4, named)):
        assert grade(short) <= HARDEST_PARAGRAPH
        assert len(short.split()) <= 40


def test_it_is_true_of_this_installation() -> None:
    text = " ".join(in_plain_words(ENGLISH, 4, "Ada and Grace of IT"))

    assert "at least 4 people" in text
    assert "Fewer than 4 answers" in text
    assert "Ada and Grace of IT could find out" in text
