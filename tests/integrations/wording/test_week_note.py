"""What a leader reads on Monday: what the figures mean, one thing to do, and a draft in their own words."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from integrations.language import Translator
from integrations.wording.loop import draft_to_share
from integrations.wording.note_words import Words, words_of
from integrations.wording.week_note import LeaderWeek
from surveys.commitments.loop import PromiseView
from surveys.commitments.most_pressing import Thing, ThingKind
from surveys.commitments.playbooks import PLAYBOOKS, step_to_try
from surveys.commitments.rules import State
from surveys.commitments.texts import LONGEST_PROMISE, refuse_names
from surveys.results.published import FigureView, TeamTrend, TrendView, WavePoint

ENGLISH = Translator("en")
TEAM, WAVE = UUID(int=1), UUID(int=2)
CLOSED = datetime(2026, 3, 5, 12, tzinfo=UTC)  # a Thursday
MONDAY = date(2026, 3, 9)


def results(**figures: FigureView) -> TeamTrend:
    wave = WavePoint(
        wave_id=WAVE,
        occurrence=date(2026, 3, 2),
        programme_name="Pulse",
        opens_at=CLOSED,
        closes_at=CLOSED,
        state="published",
        readable=True,
        dimensions=figures,
    )
    return TeamTrend(TEAM, "Payments", waves=[wave])


def fine(score: float = 80.0) -> FigureView:
    return FigureView(shown=True, score=score, trend=TrendView("steady"))


FALLEN = FigureView(shown=True, score=62.0, trend=TrendView("shifted_down", since=date(2026, 2, 2)))
LOW = results(PSY=fine(), CNF=fine(38.0))


def monday(trend: TeamTrend, thing: Thing, today: date = MONDAY) -> Words:
    return words_of(
        LeaderWeek("Payments", trend, thing, "press", "https://kept", step=step_to_try(trend, today=today)),
        ENGLISH,
        "UTC",
    )


def test_it_says_what_the_figures_mean_and_one_thing_out_of_the_playbook_of_what_is_low() -> None:
    words = monday(LOW, Thing(ThingKind.SHARE, wave_id=WAVE))

    meaning, thing, button = words.paragraphs
    assert meaning.count(".") == 2
    assert thing == f"This week, one thing, because confidentiality is low: {PLAYBOOKS['CNF'].week}"
    assert button.startswith("A draft for the team is there, with this step in it")
    assert words.press == "press"


def test_what_has_shifted_down_goes_before_what_is_low() -> None:
    words = monday(results(CNF=fine(38.0), FLW=FALLEN), Thing(ThingKind.PROMISE, wave_id=WAVE))
    assert f"leader follow-through has shifted down: {PLAYBOOKS['FLW'].week}" in " ".join(words.paragraphs)


@pytest.mark.parametrize("trend", [results(PSY=fine()), results(PSY=FigureView(shown=True, score=None))])
def test_where_nothing_is_low_or_something_is_so_low_that_talk_comes_first_there_is_no_step(
    trend: TeamTrend,
) -> None:
    words = monday(trend, Thing(ThingKind.SHARE, wave_id=WAVE))
    assert "This week, one thing: say a few words" in " ".join(words.paragraphs)


def test_each_week_brings_the_next_step_and_then_none_until_the_next_results() -> None:
    mondays = [date(2026, 3, day) for day in (9, 16, 23, 30)]
    steps = [step_to_try(LOW, today=day) for day in mondays]
    book = PLAYBOOKS["CNF"]
    assert [step and step.text for step in steps] == [book.week, *book.later, None]


def test_the_draft_says_the_step_in_the_leaders_own_words() -> None:
    step = step_to_try(LOW, today=MONDAY)
    draft = draft_to_share(LOW, ENGLISH, answer_by=date(2026, 3, 12), step=step)
    assert f"One thing I try at once: {PLAYBOOKS['CNF'].say}" in draft
    assert "One thing I try" not in draft_to_share(LOW, ENGLISH, answer_by=date(2026, 3, 12))


@pytest.mark.parametrize("dimension", sorted(PLAYBOOKS))
def test_what_a_leader_might_say_fits_into_a_promise(dimension: str) -> None:
    draft = PLAYBOOKS[dimension].say
    assert len(draft) <= LONGEST_PROMISE
    refuse_names(draft, ["Will Young", "Mark May"])


def promised(text: str = "A written agenda") -> PromiseView:
    return PromiseView(
        id=UUID(int=3),
        wave_id=WAVE,
        text=text,
        owner_id=UUID(int=4),
        owner_name="Lena",
        made_at=CLOSED,
        first_due=MONDAY,
        due=MONDAY,
        expected=MONDAY,
        state=State.OPEN,
    )


def test_a_promise_that_is_due_is_the_one_thing_whatever_is_low() -> None:
    note = LeaderWeek(
        "Payments",
        LOW,
        Thing(ThingKind.DUE_SOON, promise=promised()),
        "press",
        "https://kept",
        step=None,
    )
    said = " ".join(words_of(note, ENGLISH, "UTC").paragraphs)
    assert said.count("This week, one thing") == 1
    assert "is due on" in said


def test_further_promises_past_their_date_are_a_short_list() -> None:
    late = [("Payments", promised("Second")), *(("Search", promised(f"No. {one}")) for one in range(4))]
    thing = Thing(ThingKind.OVERDUE, promise=promised())
    note = LeaderWeek("Payments", LOW, thing, "press", "https://kept", late=late)
    words = words_of(note, ENGLISH, "UTC")

    assert words.after[0].splitlines() == [
        "Past their date as well:",
        "• due on Monday 9 March: “Second”",
        "• due on Monday 9 March, to Search: “No. 0”",
        "• due on Monday 9 March, to Search: “No. 1”",
        "and 2 more",
    ]
    assert words.later == "Not this week"
