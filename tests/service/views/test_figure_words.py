"""Figures in words: rounded as their uncertainty demands, and hidden ones all alike."""

from datetime import date

import pytest

from integrations.language import Translator
from service.views.figure_words import (
    Said,
    participation_sentence,
    say_figure,
    trend_sentence,
)
from surveys.results.published import HIDDEN, FigureView, ParticipationView, TrendView
from surveys.results.rules.display import nearest

ENGLISH = Translator("en")


def figure(score: float | None, low: float | None = None, high: float | None = None, kind: str = "by_size"):
    return FigureView(shown=True, score=score, low=low, high=high, range_kind=kind)


def said(known: FigureView | None, size: str | None) -> str:
    return say_figure(known, size, ENGLISH).sentence


@pytest.mark.parametrize(
    ("value", "step", "rounded"), [(62.4, 5, 60), (62.5, 5, 65), (64.5, 1, 65), (0.0, 5, 0), (99.9, 1, 100)]
)
def test_halves_go_up(value: float, step: int, rounded: int) -> None:
    assert nearest(value, step) == rounded


def test_under_eight_answers_a_figure_is_about_something() -> None:
    assert said(figure(63.0, 52.0, 78.0), "5_7") == "About 65, somewhere between 50 and 80."


def test_from_eight_answers_the_number_is_whole_and_its_range_still_tells_no_count() -> None:
    assert said(figure(63.0, 52.0, 78.0), "8_9") == "63, somewhere between 50 and 80."
    assert said(figure(63.4, 56.6, 70.2), "10_plus") == "63, somewhere between 57 and 70."


def test_bounds_say_what_they_are() -> None:
    assert said(figure(65, 55, 75, "bounds"), "5_7") == (
        "About 65, between 55 and 75 even if those missing had answered at the extremes."
    )


def test_everyone_answered_is_not_called_exact() -> None:
    assert said(figure(65, kind="everyone"), "5_7") == (
        "About 65, everyone answered; next time may differ by ±20."
    )


def test_the_top_is_capped() -> None:
    top = FigureView(shown=True, score=97.5, capped=True)

    assert say_figure(top, "5_7", ENGLISH) == Said("95 or more", 95)


def test_a_very_low_figure_is_said_in_words_only() -> None:
    low = say_figure(figure(None), "5_7", ENGLISH)

    assert low.sentence == "Low; talk to someone before you talk to the team."
    assert low.value is None


@pytest.mark.parametrize("size", [None, "5_7", "8_9", "10_plus"])
@pytest.mark.parametrize("known", [HIDDEN, None, FigureView(shown=False, score=50.0, carried=True)])
def test_every_hidden_state_is_said_in_the_same_words(known: FigureView | None, size: str | None) -> None:
    assert say_figure(known, size, ENGLISH) == Said("Not shown separately here")


class TestChange:
    def test_small_teams_are_told_what_would_not_show(self) -> None:
        assert trend_sentence(TrendView("steady"), "5_7", ENGLISH) == (
            "No change big enough to see in a team this size; a fall under about 20 points would not show."
        )

    def test_large_units_are_steady(self) -> None:
        assert trend_sentence(TrendView("steady"), "10_plus", ENGLISH).startswith("Steady")

    def test_a_shift_is_dated_about(self) -> None:
        shifted = TrendView("shifted_down", since=date(2026, 4, 28))

        assert (
            trend_sentence(shifted, "8_9", ENGLISH) == "It has shifted down since about Tuesday 28 April."
        )

    def test_too_early_and_no_words_at_all(self) -> None:
        assert trend_sentence(TrendView("too_early"), "5_7", ENGLISH) == "Too early to speak of a change."
        assert trend_sentence(None, "5_7", ENGLISH) == ""

    def test_a_change_of_the_team_is_said_with_its_date(self) -> None:
        changed = TrendView("steady", restarted=date(2026, 4, 28), reason="roster")

        assert "pulses from Tuesday 28 April on are compared only with each other" in trend_sentence(
            changed, "10_plus", ENGLISH
        )


class TestParticipation:
    def test_no_count_is_said_under_twenty_asked(self) -> None:
        few = ParticipationView(shown=True, band="most", size_class="5_7", asked=7)

        assert participation_sentence(few, ENGLISH) == "most answered, 5 to 7 answers"

    def test_from_twenty_asked_the_count_is_said(self) -> None:
        many = ParticipationView(shown=True, band="80_99", size_class="10_plus", asked=24, answered=20)

        assert participation_sentence(many, ENGLISH) == "20 of 24 answered"

    def test_hidden_participation_reads_like_every_hidden_state(self) -> None:
        assert (
            participation_sentence(ParticipationView(shown=False), ENGLISH) == "Not shown separately here"
        )


def test_a_new_baseline_is_said_with_its_date_and_its_reason() -> None:
    began = date(2026, 3, 3)
    after_shift = TrendView("shifted_down", since=began, restarted=began, reason="shift")
    after_changes = TrendView("steady", restarted=began, reason="roster")

    assert "Pulses after Tuesday 3 March are compared with the new level." in trend_sentence(
        after_shift, "8_9", ENGLISH
    )
    assert "The team has changed" in trend_sentence(after_changes, "8_9", ENGLISH)
    assert "anew" not in trend_sentence(TrendView("steady"), "8_9", ENGLISH)
