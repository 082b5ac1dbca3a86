"""What the page of a unit says in sentences: summary, caution, what comes next, promises, notes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from integrations.language import Translator
from service.views.team_page import TeamPage, team_page
from surveys.commitments.loop import LoopState
from surveys.results.published import ParticipationView, TeamTrend
from tests import team_pages as cases

ENGLISH = Translator("en")


def page(trend: TeamTrend, loop: LoopState | None = None, *, is_leader: bool = False) -> TeamPage:
    return team_page(
        trend,
        loop or cases.loop(),
        ENGLISH,
        zone="Europe/Berlin",
        now=cases.NOW,
        is_leader=is_leader,
        above=cases.product(),
    )


class TestSummary:
    def test_three_sentences_the_shift_first(self) -> None:
        assert list(page(cases.declining()).summary) == [
            "Leader follow-through has shifted down since about Tuesday 28 April.",
            "Between 60 and 79 % answered, 8 or 9 answers.",
            "1 promise is open, due Friday 28 August.",
        ]

    def test_under_eight_answers_promises_come_first(self) -> None:
        found = page(cases.team_of_five()).summary

        assert found[0] == "1 promise is open, due Friday 28 August."
        assert found[2].startswith("Psychological safety about 70, confidentiality about 60")

    def test_a_team_of_three_is_told_plainly(self) -> None:
        assert list(page(cases.hidden()).summary[1:]) == [
            "How many answered is not shown separately here.",
            "This unit's own figures are not shown separately here.",
        ]

    def test_a_promise_past_its_date_is_not_called_the_next_one(self) -> None:
        known = cases.loop()
        overdue = replace(known.promises[0], overdue=True)
        found = page(cases.declining(), replace(known, promises=[overdue]), is_leader=True)

        assert found.summary[2] == "1 promise is open; it was due Friday 28 August."

    def test_rising_figures_and_falling_participation_are_a_caution(self) -> None:
        known = cases.declining()
        before, newest = known.waves[-2:]
        fewer = replace(newest.participation, band="under_60")
        risen = replace(newest, participation=fewer, dimensions={"PSY": cases.figure(90)})

        assert "fallen silent" in page(replace(known, waves=[*known.waves[:-2], before, risen])).caution
        assert page(known).caution == ""


class TestSmallUnits:
    def test_they_get_cards_and_the_unit_above(self) -> None:
        small = page(cases.team_of_five())

        assert small.small
        assert len(small.cards) == 6
        assert small.above is not None
        assert small.above.name == "Product"

    def test_larger_ones_do_not(self) -> None:
        large = page(cases.declining())

        assert not large.small
        assert large.above is None
        assert large.cards == ()

    def test_statements_have_words_and_bars_only_from_ten_answers(self) -> None:
        few, many = page(cases.declining()), page(cases.product())

        assert not any(one.words or one.bar for panel in few.panels for one in panel.statements)
        assert all(one.words and one.bar for panel in many.panels for one in panel.statements)
        assert sum(width for _, _, width in many.panels[0].statements[0].bar.parts) == 100  # type: ignore[union-attr] -- asserted above


class TestFigures:
    def test_no_number_stands_without_the_words_that_most_may_not_be_in_it(self) -> None:
        known = cases.declining()
        newest = known.waves[-1]
        few = replace(newest, participation=replace(newest.participation, band="under_60"))

        found = page(replace(known, waves=[*known.waves[:-1], few]))
        assert {panel.bias for panel in found.panels} == {"Most of the team may not be in this."}
        assert {panel.bias for panel in page(known).panels} == {""}

    def test_the_last_full_cycle_is_said_as_the_mean_of_what_was_displayed(self) -> None:
        found = {panel.dimension: panel.cycle for panel in page(cases.declining()).panels}

        assert (
            found["FLW"]
            == "50 on average over the last full round of statements, 28 Apr 2026 to 21 Jul 2026."
        )
        assert page(cases.fresh()).panels[0].cycle == ""

    def test_a_cycle_with_too_few_shown_waves_gives_way_to_the_one_before(self) -> None:
        """Waves 5 and 6 are hidden: only half of the second cycle, so the first one is said."""
        cycles = {panel.cycle for panel in page(cases.team_of_five()).panels}
        assert all(cycle.startswith("About") and "6 Jan 2026 to 31 Mar 2026" in cycle for cycle in cycles)


class TestWhatComesNext:
    @pytest.mark.parametrize(
        ("taken", "href"), [(1, "#share"), (2, "#acknowledge"), (3, "#promise"), (4, "#promises")]
    )
    def test_a_leader_is_led_to_the_next_step(self, taken: int, href: str) -> None:
        step = page(cases.declining(), cases.loop(taken=taken), is_leader=True).next_step

        assert step is not None
        assert step.href == href

    @pytest.mark.parametrize("taken", [1, 2, 3, 4])
    def test_others_are_told_without_a_control(self, taken: int) -> None:
        step = page(cases.declining(), cases.loop(taken=taken)).next_step

        assert step is not None
        assert step.href == ""

    def test_before_any_results_nothing_comes_next(self) -> None:
        empty = LoopState(cases.TEAM, "Payments", "Europe/Berlin")

        assert page(cases.nothing_yet(), empty, is_leader=True).next_step is None


class TestClocks:
    def test_a_clock_is_the_leaders_own_until_it_is_public(self) -> None:
        known = cases.loop(taken=1)
        young = [
            replace(step, public=False, elapsed=timedelta(days=1)) if step.elapsed else step
            for step in known.steps
        ]
        state = replace(known, steps=young)

        member = page(cases.declining(), state)
        leader = page(cases.declining(), state, is_leader=True)

        assert [step.clock for step in member.loop.steps] == [""] * 6
        assert leader.loop.steps[1].clock == "open for 1 working day"


class TestNotices:
    def test_before_the_first_pulse_the_page_says_what_it_will_be(self) -> None:
        empty = LoopState(cases.TEAM, "Payments", "Europe/Berlin")

        assert "No pulse has closed here yet" in page(cases.nothing_yet(), empty).notices[0].text

    @pytest.mark.parametrize(
        ("state", "words"),
        [("lost", "its key was lost"), ("cancelled", "ended early"), ("missed", "nobody was asked")],
    )
    def test_a_wave_without_results_says_so(self, state: str, words: str) -> None:
        known = cases.declining()
        newest = replace(
            known.waves[-1],
            state=state,
            readable=False,
            dimensions={},
            participation=ParticipationView(shown=False),
        )
        found = page(replace(known, waves=[*known.waves[:-1], newest])).notices

        assert [notice.tone for notice in found] == ["attention"]
        assert words in found[0].text


class TestNotes:
    def test_the_frozen_rules_are_told_as_they_were_promised(self) -> None:
        told = page(cases.declining()).promised

        assert "No figure stands for fewer than 5 people." in told
        assert "The leader reads the same figures 1 working day before the team." in told
        assert any("not for appraisal, pay or dismissal" in sentence for sentence in told)

    def test_the_receipt_holds_totals_and_the_fingerprint(self) -> None:
        receipt = dict(page(cases.declining()).receipt)

        assert receipt["Asked in the whole organisation"] == "80"
        assert receipt["Fingerprint of all that is shown"] == "4be1" * 16
        assert receipt["Key destroyed, and checked"].startswith("Monday")
