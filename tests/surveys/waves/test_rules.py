"""What is frozen with a wave, who is left out of it, and what is said while it is open."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.waves.rules import (
    FrozenRules,
    LastAsked,
    LoopQuestion,
    changed_share,
    counts_towards_minimum,
    own_items_asked,
    turnout_percent,
    unit_rests,
)

TODAY = date(2026, 3, 3)
OPENS = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
PEOPLE = st.sets(st.integers(0, 9).map(lambda number: UUID(int=number)))


def days_ago(days: int, *, dimension: int | None = None) -> LastAsked:
    asked = TODAY - timedelta(days=days)
    about = {} if dimension is None else {"PSY": TODAY - timedelta(days=dimension)}
    return LastAsked(asked, about)


class TestWhatIsFrozen:
    def test_rules_come_back_as_they_were_stored(self) -> None:
        rules = FrozenRules(5, 1, "everyone", 1, leaders_read_below=False, window_hours=48, pulse="light")
        assert FrozenRules.of(rules.as_json()) == rules

    @pytest.mark.parametrize("promise", [None, uuid4()])
    def test_a_loop_question_comes_back_as_it_was_stored(self, promise: UUID | None) -> None:
        question = LoopQuestion("LOOP-03:x", "LOOP-03", "Was it kept?", promise)
        assert LoopQuestion.of(question.as_json()) == question


class TestUnitRests:
    def test_a_unit_that_was_never_asked_does_not_rest(self) -> None:
        assert not unit_rests(5, None, TODAY, ["PSY"])

    @pytest.mark.parametrize(("asked", "days", "rests"), [(7, 13, True), (7, 14, False), (8, 13, False)])
    def test_under_eight_people_are_asked_at_most_every_two_weeks(
        self, asked: int, days: int, *, rests: bool
    ) -> None:
        assert unit_rests(asked, days_ago(days), TODAY, ["PSY"]) is rests

    @pytest.mark.parametrize(("days", "rests"), [(4, True), (5, False)])
    def test_no_dimension_comes_back_within_five_days(self, days: int, *, rests: bool) -> None:
        assert unit_rests(30, days_ago(days, dimension=days), TODAY, ["CNF", "PSY"]) is rests

    def test_what_another_dimension_was_asked_lately_does_not_matter(self) -> None:
        assert not unit_rests(30, days_ago(1, dimension=1), TODAY, ["CNF"])


class TestNewcomers:
    @pytest.mark.parametrize(("days", "counts"), [(6.99, False), (7, True), (300, True)])
    def test_count_from_the_seventh_day_on(self, days: float, *, counts: bool) -> None:
        since = OPENS - timedelta(days=days)
        assert counts_towards_minimum(since, OPENS, first_wave=False) is counts

    def test_everybody_counts_in_the_first_wave_and_who_was_always_there(self) -> None:
        assert counts_towards_minimum(OPENS, OPENS, first_wave=True)
        assert counts_towards_minimum(None, OPENS, first_wave=False)


class TestTurnout:
    def test_of_fewer_than_fifty_nothing_is_said(self) -> None:
        assert turnout_percent(49, 49) is None
        assert turnout_percent(25, 50) == 50

    @given(st.integers(50, 3000).flatmap(lambda asked: st.tuples(st.integers(0, asked), st.just(asked))))
    def test_it_is_the_nearest_step_of_five_and_nearly_nobody_and_nearly_all_are_not_told_apart(
        self, box: tuple[int, int]
    ) -> None:
        cast, asked = box
        said = turnout_percent(cast, asked)
        assert said in range(10, 95, 5)
        exact = min(max(100 * cast / asked, 10), 90)
        assert abs(said - exact) <= 2.5 + 1e-9

    def test_half_a_step_is_rounded_up(self) -> None:
        assert turnout_percent(25, 200) == 15  # 12.5 per cent


class TestChangedShare:
    @given(PEOPLE, PEOPLE)
    def test_it_is_nothing_for_the_same_people_and_all_where_nobody_stayed(
        self, before: set[UUID], now: set[UUID]
    ) -> None:
        share = changed_share(before, now)
        assert 0 <= share <= 1
        assert (share == 0) == (before == now)
        assert (share == 1) == (before != now and not before & now)
        assert share == changed_share(now, before)

    def test_it_is_measured_against_the_larger_roster(self) -> None:
        people = [uuid4() for _ in range(5)]
        assert changed_share(people[:4], people) == pytest.approx(0.2)


class TestOwnQuestions:
    def test_loop_questions_come_first_and_both_kinds_are_two_at_most(self) -> None:
        own = ["OWN-01", "OWN-02"]
        assert own_items_asked(own, 7, 0) == own
        assert own_items_asked(own, 7, 2) == []
        assert own_items_asked(own, 7, 3) == []
        assert own_items_asked([], 7, 0) == []

    def test_with_room_for_one_they_take_turns(self) -> None:
        own = ["OWN-01", "OWN-02"]
        assert [own_items_asked(own, number, 1) for number in range(3)] == [
            ["OWN-01"],
            ["OWN-02"],
            ["OWN-01"],
        ]

    def test_they_keep_their_order_on_the_sheet(self) -> None:
        assert own_items_asked(["OWN-01", "OWN-02"], 1, 0) == ["OWN-01", "OWN-02"]
