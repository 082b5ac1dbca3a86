"""The check before sending: what it warns of, and what it leaves alone."""

import pytest

from surveys.comments.wording import check, parts_of_names

NAMES = parts_of_names(["Lena Ortiz", "Bo Li", "Will Mark-Smith"])


def kinds(words: str, locale: str = "en") -> dict[str, str]:
    return {hint.kind: hint.found for hint in check(words, locale, NAMES).hints}


@pytest.mark.parametrize(
    ("words", "kind", "found"),
    [
        ("Lena's meetings run over.", "name", "Lena"),
        ("Ask Mark about it.", "name", "Mark"),
        ("Thank @bob for me.", "name", "@bob"),
        ("It began on 3.4. and went on.", "date", "3.4"),
        ("Since last week nobody answers.", "date", "last week"),
        ("On Tuesday it was said again.", "date", "Tuesday"),
        ("As the only tester I am asked last.", "only", "As the only tester"),
        ("Nobody else has to do this.", "only", "Nobody else"),
        ("As a tester I am asked last.", "role", "As a tester"),
        ("Since I came back from parental leave it is quiet.", "role", "Since I came"),
        ("My husband works here too.", "role", "My husband"),
        ("WHATEVER happens, we wait.", "unusual", "WHATEVER"),
        ("Why is that so??", "unusual", "??"),
        ("Das ist überflüssig.", "unusual", "überflüssig"),
    ],
)
def test_it_warns_of_what_could_give_somebody_away(words: str, kind: str, found: str) -> None:
    assert kinds(words)[kind] == found


@pytest.mark.parametrize(
    "words",
    [
        "Meetings are long and decisions get lost between them.",
        "We as a team should say earlier when something slips.",
        "The result is that nobody will ask twice.",
        "It may help to write decisions down.",
        "",
    ],
)
def test_it_says_nothing_about_ordinary_sentences(words: str) -> None:
    assert kinds(words) == {}


def test_names_are_not_warned_of_where_they_are_welcome() -> None:
    assert check("Lena deserves it.", "en", []).hints == []


def test_lists_of_english_are_not_used_on_other_languages() -> None:
    assert kinds("Am Montag ist das überflüssig, yesterday", "de") == {}
    assert "unusual" in kinds("Wirklich??", "de")


@pytest.mark.parametrize(
    "words",
    [
        "He threatened me.",
        "She touched me on Tuesday",
        "Ich werde gemobbt, das ist Mobbing",
        "I want to kill myself",
    ],
)
@pytest.mark.parametrize("locale", ["en", "de"])
def test_words_of_harm_bring_help_instead_of_any_hint(words: str, locale: str) -> None:
    found = check(words, locale, NAMES)

    assert found.harm
    assert found.hints == ()
