"""Sentences in catalogues, dates in zones."""

import string
from datetime import UTC, date, datetime, time

import pytest
from babel.messages.pofile import read_po

from integrations.catalogue import Sentence, sentences
from integrations.language import CATALOGUES, Translator, languages
from integrations.wording.promise import LONGEST_PROMISE, short_promise

FORBIDDEN = (
    "verdict",
    "judge",
    "ledger",
    "claimed",
    "broken",
    "escalation",
    "attack",
    "exposure",
    "suppressed",
    "action item",
    "insufficient data",
)


@pytest.fixture(scope="module")
def found() -> dict[Sentence, list[tuple[str, int]]]:
    return sentences()


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


class TestTheCatalogues:
    def test_english_has_every_sentence_and_no_other(
        self, found: dict[Sentence, list[tuple[str, int]]]
    ) -> None:
        with (CATALOGUES / "en" / "LC_MESSAGES" / "kept.po").open("rb") as source:
            known = {message.id for message in read_po(source) if message.id}

        remedy = "run `make catalogues` and commit what it changes"
        assert set(found) - known == set(), remedy
        assert known - set(found) == set(), remedy

    @pytest.mark.parametrize("language", languages())
    def test_translations_keep_the_placeholders(self, language: str) -> None:
        with (CATALOGUES / language / "LC_MESSAGES" / "kept.po").open("rb") as source:
            for message in read_po(source):
                if not message.id or not message.string:
                    continue
                ids = [message.id] if isinstance(message.id, str) else message.id
                strings = [message.string] if isinstance(message.string, str) else message.string
                wanted = set().union(*map(placeholders, ids))
                assert set().union(*map(placeholders, strings)) == wanted, message.id

    def test_no_sentence_uses_a_word_that_hurts(self, found: dict[Sentence, list[tuple[str, int]]]) -> None:
        for sentence, places in found.items():
            text = sentence if isinstance(sentence, str) else " ".join(sentence)
            words = {word.strip(".,;:!?()\"'“”").lower() for word in text.split()}
            hurting = [
                word for word in FORBIDDEN if word in words or (" " in word and word in text.lower())
            ]
            assert hurting == [], f"{text!r} in {places}"


class TestTheTranslator:
    def test_an_unknown_language_speaks_plain_english(self) -> None:
        assert Translator("tlh").say("Sign in") == "Sign in"
        assert Translator("nonsense of a locale").code == "en-GB"

    def test_placeholders_are_filled_after_translating(self) -> None:
        assert Translator("en").say("Hello, {name}.", name="Zoë {x}") == "Hello, Zoë {x}."

    def test_a_sentence_without_values_may_hold_braces(self) -> None:
        assert Translator("en").say("{position} of {total}") == "{position} of {total}"

    def test_counts_choose_their_form(self) -> None:
        language = Translator("en")
        said = [
            language.count("{count} promise is open.", "{count} promises are open.", each)
            for each in (1, 2)
        ]
        assert said == ["1 promise is open.", "2 promises are open."]

    def test_an_instant_is_said_on_the_readers_clock(self) -> None:
        instant = datetime(2026, 11, 30, 22, 30, tzinfo=UTC)
        assert Translator("en").moment(instant, "Asia/Kolkata") == "Tuesday 1 December, 04:00"
        assert Translator("en").moment(instant, "America/New_York") == "Monday 30 November, 17:30"
        # American English parts the time from AM by a narrow space.
        assert Translator("en_US").moment(instant, "Asia/Kolkata").startswith("Tuesday, December 1, 4:00")

    def test_dates_and_times_in_words(self) -> None:
        language = Translator("en")
        assert language.date(date(2026, 12, 1)) == "Tuesday 1 December"
        assert language.date(date(2027, 1, 26), year=True) == "Tuesday 26 January 2027"
        assert Translator("en-US").date(date(2027, 1, 26), year=True) == "Tuesday, January 26, 2027"
        assert language.short_date(date(2026, 12, 1)) == "1 Dec 2026"
        assert language.time(time(9, 5)) == "09:05"

    @pytest.mark.parametrize(
        ("parts", "said"),
        [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
    )
    def test_names_are_joined_as_in_a_sentence(self, parts: list[str], said: str) -> None:
        assert Translator("en").listing(parts) == said


class TestThePromise:
    @pytest.mark.parametrize("named", [None, "Ada Byron and the IT team"])
    @pytest.mark.parametrize("language", languages())
    def test_it_has_at_most_forty_words(self, language: str, named: str | None) -> None:
        assert len(short_promise(Translator(language), 5, named).split()) <= LONGEST_PROMISE

    def test_it_names_who_could_look_and_from_how_many_figures_are_shown(self) -> None:
        promise = short_promise(Translator("en"), 4, None)

        assert "at least 4 people" in promise
        assert "your company's administrators could technically connect you" in promise
