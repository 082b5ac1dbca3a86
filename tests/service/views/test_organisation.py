"""What HR's page on measurement says, from plain structs."""

from dataclasses import replace
from datetime import date

import pytest

from integrations.language import Translator
from service.views.organisation import DimensionPanel, organisation_view
from surveys.results.organisation import DimensionOverall, Overall
from surveys.results.rules.organisation import Alpha, DimensionShape, ItemShares
from surveys.results.rules.reliability import Omega

ENGLISH = Translator("en")
DAY = date(2026, 3, 3)
SHAPE = DimensionShape(
    dimension="PSY",
    occurrence=DAY,
    teams=24,
    records=190,
    alpha=Alpha(0.84, 0.8, 0.87, 8, 12, 2280),
    omega=Omega(None, "12 of 28 pairs have been asked together so far"),
    icc1=0.12,
    icc1_low=0.05,
    icc1_high=0.2,
    icc2=0.48,
    rwg=0.87,
    rwg_skewed=0.79,
    ad=0.8,
    items=[ItemShares("PSY-01", (0.05, 0.1, 0.2, 0.4, 0.25))],
)


def panel(shape: DimensionShape | None) -> DimensionPanel:
    overall = Overall(
        [DimensionOverall("PSY", DAY, {"PSY-01": 5.6, "PSY-02": -0.2, "PSY-03": 0.0}, shape)],
        {"PSY-01": "Saying it is fine.", "PSY-02": "I speak up.", "PSY-03": "I keep quiet."},
        1.0,
        0,
        0,
    )
    return organisation_view(overall, ENGLISH).panels[0]


def test_before_the_first_pulse_has_closed_there_is_nothing() -> None:
    assert organisation_view(None, ENGLISH).panels == ()


def test_words_come_before_numbers_and_numbers_have_their_ranges() -> None:
    found = panel(SHAPE)

    assert found.sentences[0] == "The statements belong together well."
    assert "more than half of what one pulse shows between them is chance" in found.sentences[1]
    assert dict(found.numbers)["Alpha"] == "0.84, between 0.80 and 0.87 (95 %)"
    assert dict(found.numbers)["ICC(1)"] == "0.12, between 0.05 and 0.20 (90 %)"
    assert dict(found.numbers)["Omega"].startswith("not yet: 12 of 28 pairs")
    assert found.items[0].shares[3] == ("Agree", "40 %")


def test_without_enough_teams_only_the_statements_are_there() -> None:
    found = panel(None)

    assert (found.sentences, found.numbers) == ((), ())
    assert [row.difficulty for row in found.items] == [
        "about 6 higher",
        "as high as the others",
        "not known yet",
    ]


@pytest.mark.parametrize(
    ("icc1", "icc2", "words"),
    [
        (-0.02, -0.1, "No difference between teams is detectable."),
        (None, None, "No difference between teams is detectable."),
        (0.03, 0.2, "Teams hardly differ"),
        (0.3, 0.8, "it still makes no ranking"),
    ],
)
def test_what_teams_differ_by_is_said_in_words(icc1: float | None, icc2: float | None, words: str) -> None:
    assert words in panel(replace(SHAPE, icc1=icc1, icc2=icc2)).sentences[1]


@pytest.mark.parametrize(("value", "words"), [(0.75, "well enough"), (0.5, "loosely")])
def test_a_loose_dimension_is_called_so(value: float, words: str) -> None:
    assert words in panel(replace(SHAPE, alpha=replace(SHAPE.alpha, value=value))).sentences[0]


def test_what_cannot_be_computed_is_said_or_left_out() -> None:
    single = replace(SHAPE, alpha=Alpha(None, None, None, 1, 0, 0), omega=Omega(None, "too few"), icc2=None)
    found = panel(single)

    assert found.sentences[0].startswith("Teams differ, and one pulse")
    assert dict(found.numbers)["Alpha"] == "-"
    assert dict(found.numbers)["Omega"] == "cannot be estimated from these answers"
    assert dict(panel(replace(SHAPE, omega=Omega(0.86))).numbers)["Omega"] == "0.86"


@pytest.mark.parametrize(
    ("scale", "pairs", "words"),
    [
        (1.0, 0, "is not known here yet"),
        (1.0, 12, "no further than expected (12 comparisons)"),
        (1.44, 12, "1.2 times as far as expected (12 comparisons)"),
    ],
)
def test_how_far_figures_wobble_is_one_sentence(scale: float, pairs: int, words: str) -> None:
    assert words in organisation_view(Overall([], {}, scale, pairs, 5), ENGLISH).wobble
