"""Which sentences read like blame: on labelled sentences, and one by one where a detail decides."""

from pathlib import Path

import pytest

from surveys.retrospectives.wording import Wording, has_rules

HERE = Path(__file__).parent
ROSTER = (HERE / "roster.txt").read_text(encoding="utf-8").splitlines()
FAMILIES = {"N1", "N2", "N3", "N4", "N5", "N6", "N7", "N8"}
# wording_1.tsv was written before the rules, each later set after them; what it showed before the rules
# were changed with it is in docs/commands.md. A label of 1 means that the sentence reads like blame.
SETS = sorted(path.name for path in HERE.glob("wording_*.tsv"))


@pytest.fixture(scope="module")
def wording() -> Wording:
    return Wording(ROSTER)


def labelled(name: str) -> list[tuple[bool, str]]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [(label == "1", text) for label, text in (line.split("\t") for line in lines)]


@pytest.mark.parametrize("name", SETS)
def test_most_of_what_reads_like_blame_is_found_and_little_else(wording: Wording, name: str) -> None:
    blame = [text for is_blame, text in labelled(name) if is_blame]
    other = [text for is_blame, text in labelled(name) if not is_blame]

    found = sum(wording.nudge(text) is not None for text in blame)
    wrong = sum(wording.nudge(text) is not None for text in other)

    assert min(len(blame), len(other)) >= 40
    assert found / len(blame) >= 0.80
    assert wrong / len(other) <= 0.10


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("The designer forgot to send the icons.", "N1"),
        ("You always do that.", "N2"),
        ("It was Priya's fault.", "N3"),
        ("If Tom had asked, we would have been done on Friday.", "N4"),
        ("Sven should have tested it.", "N5"),
        ("Why didn't you tell us?", "N6"),
        ("Typical Mark.", "N7"),
        ("Nobody except me writes tests.", "N8"),
    ],
)
def test_a_nudge_names_the_rule_and_offers_another_form(wording: Wording, text: str, family: str) -> None:
    nudge = wording.nudge(text)

    assert nudge is not None
    assert nudge.family == family
    assert nudge.why.endswith(".")
    assert nudge.rewrite.startswith("When [event]")


@pytest.mark.parametrize(
    "text",
    [
        "Tom forgot the docs.",
        "tom forgot the docs",
        "TOM FORGOT THE DOCS",
        "@tom forgot the docs",
        "Tom Becker forgot the docs",
        "Tom - again - forgot the docs",
        "- Tom: forgot the docs",
        "Jose forgot the docs",  # José on the roster
        "JOSÉ forgot the docs",
        "Lukasz forgot the docs",
        "Jean\u2011Luc forgot the docs",  # with a hyphen that does not break
        "Mark forgot the docs",
        "Tom doesn\u2019t test anything",
        "Good sprint. But Tom forgot the docs.",
        "@somebody.new forgot the docs",
    ],
)
def test_names_are_found_however_they_are_written(wording: Wording, text: str) -> None:
    assert wording.nudge(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "Will the job ignore errors?",
        "Mark the tests that never ran.",
        "The price rose and the cache ignored it.",
        "A grace period was ignored.",
        "Tomorrow never comes.",
        "Tom's laptop failed.",
        "Jenkins forgot the docs.",
        "",
        " . ! ? ",
    ],
)
def test_words_that_only_look_like_names_are_left_alone(wording: Wording, text: str) -> None:
    assert wording.nudge(text) is None


def test_without_a_roster_names_are_nobodys() -> None:
    assert Wording().nudge("Tom forgot the docs.") is None
    assert Wording().nudge("He forgot the docs.") is not None


def test_a_roster_may_hold_anything() -> None:
    odd = Wording(["", "  ", "@", "(.*", "a|b", "Smith, Ann", "李雷", "O'Neil [x]", "\ufeffTom"])

    assert odd.nudge("Nothing of this is about anybody.") is None
    assert odd.nudge("Ann never tests.") is not None
    assert odd.nudge("李雷 never tests.") is not None


def test_a_language_without_rules_is_read_as_english() -> None:
    assert has_rules("en")
    assert not has_rules("xx")
    assert not has_rules("../en")
    assert Wording(language="xx").nudge("You never listen.") is not None


def test_a_very_long_line_takes_no_longer_than_its_beginning(wording: Wording) -> None:
    assert wording.nudge("Tom " * 100_000) is None


def test_every_rule_has_a_family_and_a_reason(wording: Wording) -> None:
    rules = wording.rules
    assert {rule.family for rule in rules} == FAMILIES
    assert len({rule.why for rule in rules}) == len(rules)
