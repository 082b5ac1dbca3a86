"""How private it is for one person: each fact from the rules and the tree, and none of them false."""

from dataclasses import replace

import pytest

from integrations.language import Translator
from integrations.wording.for_me import ForMe, for_me
from integrations.wording.promise import Terms
from surveys.people.readers import Readers

ENGLISH = Translator("en")
READERS = Readers("Payments", ("Lena",), ("Helen", "Heide"), 1, has_below=False, leaders_above=2)
TERMS = Terms(minimum_group=5, leaders_read_below=False, asked=7, votes_for_a_word=4)
ME = ForMe(TERMS, READERS, "Product", door="web")


def facts(me: ForMe, named: str | None = None) -> dict[str, str]:
    return dict(for_me(me, ENGLISH, named))


def test_how_many_from_how_many_on_who_and_what_happens_below() -> None:
    told = facts(ME, "Ada and Grace of IT")

    assert told["Asked with you"] == "7 people are asked in Payments, you among them."
    assert told["The smallest group"].startswith("5 people.")
    assert told["Who can open the results"].startswith(
        "Today: everyone asked in Payments, who leads it (Lena), HR (Helen and Heide) and "
        "1 person whom HR lets read it."
    )
    assert told["If too few answer"].startswith(
        "Under 5 answers Payments gets no figure of its own. The answers are then counted in Product,"
    )
    assert told["While it is open"].startswith("Ada and Grace of IT could technically")
    assert told["Where you answer"].startswith("On the web")


@pytest.mark.parametrize(
    ("me", "term", "said"),
    [
        (replace(ME, terms=replace(TERMS, minimum_group=4)), "The smallest group", "4 people."),
        (replace(ME, terms=replace(TERMS, asked=1)), "Asked with you", "You are the only one asked"),
        (replace(ME, terms=replace(TERMS, asked=4)), "If too few answer", "has fewer than 5 people"),
        (replace(ME, carried_to=None), "If too few answer", "deleted unread"),
        (replace(ME, readers=replace(READERS, has_below=True)), "If too few answer", "small units below"),
        (replace(ME, readers=replace(READERS, hr=("x",) * 9)), "Who can open the results", "HR (9 people)"),
        (
            replace(ME, terms=replace(TERMS, leaders_read_below=True)),
            "Who can open the results",
            "2 leaders of units above",
        ),
        (replace(ME, about_promise=True), "If too few answer", "counted nowhere else"),
        (replace(ME, about_promise=True), "The smallest group", "4 people who decided"),
        (replace(ME, door="slack"), "Where you answer", "In Slack, which passes your name along"),
        (replace(ME, is_open=False), "Asked with you", "7 people would be asked in Payments today."),
    ],
)
def test_each_fact_follows_what_holds(me: ForMe, term: str, said: str) -> None:
    assert said in facts(me)[term]


def test_nothing_is_said_about_an_open_wave_or_a_door_where_there_is_none() -> None:
    assert set(facts(replace(ME, is_open=False, door=None))) == {
        "Asked with you",
        "The smallest group",
        "Who can open the results",
        "If too few answer",
    }
