from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.commitments.rates import (
    OPEN,
    Answered,
    Cycle,
    Ended,
    Ending,
    Wait,
    acknowledged_rate,
    closed_at,
    closure_rate,
    cycle_of,
    effect,
    mean_days,
    middle_wait,
    say_do_gap,
    too_many_withdrawn,
)
from surveys.commitments.rules import Decision, Rate

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FEW = settings(max_examples=60)


def topic(age: timedelta, waited: timedelta, *, read: bool, closed: timedelta | None = None) -> Answered:
    raised = NOW - age
    return Answered(raised, waited, read, Decision.WILL_NOT, None if closed is None else raised + closed)


TOPICS = st.lists(
    st.builds(
        topic,
        st.timedeltas(HOUR, 200 * DAY),
        st.timedeltas(timedelta(0), 30 * DAY),
        read=st.booleans(),
        closed=st.none() | st.timedeltas(timedelta(0), 100 * DAY),
    ),
    max_size=8,
)


class TestAcknowledging:
    def test_a_young_topic_that_waits_says_nothing_yet(self) -> None:
        young, old = topic(3 * HOUR, 3 * HOUR, read=False), topic(3 * DAY, 3 * DAY, read=False)
        quick = topic(9 * DAY, 2 * HOUR, read=True)

        assert acknowledged_rate([young]) is None
        assert acknowledged_rate([young, old, quick]) == Rate(1, 2)

    def test_a_day_exactly_is_in_time_and_a_second_more_is_not(self) -> None:
        just, late = topic(9 * DAY, DAY, read=True), topic(9 * DAY, DAY + timedelta(seconds=1), read=True)
        assert acknowledged_rate([just, late]) == Rate(1, 2)

    @FEW
    @given(TOPICS)
    def test_a_rate_lies_within_its_count_or_is_nothing(self, topics: list[Answered]) -> None:
        for rate in (acknowledged_rate(topics), closure_rate(topics, within=30 * DAY, now=NOW)):
            assert rate is None or 0 <= rate.hits <= rate.of <= len(topics)
            assert rate is None or rate.of > 0


class TestClosing:
    def test_an_honest_no_is_an_end(self) -> None:
        no = topic(10 * DAY, HOUR, read=True, closed=2 * DAY)
        open_and_old = topic(100 * DAY, HOUR, read=True)
        open_and_young = topic(10 * DAY, HOUR, read=True)

        assert closure_rate([no, open_and_old, open_and_young], within=90 * DAY, now=NOW) == Rate(1, 2)

    @FEW
    @given(TOPICS)
    def test_more_time_never_closes_fewer(self, topics: list[Answered]) -> None:
        short = closure_rate(topics, within=30 * DAY, now=NOW)
        long = closure_rate(topics, within=90 * DAY, now=NOW)
        assert (long.hits if long else 0) >= (short.hits if short else 0)


class TestGap:
    def test_it_needs_five_promises_the_team_decided_on(self) -> None:
        four = [Ending(True, False)] * 4 + [Ending(True, None)] * 9  # noqa: FBT003 -- two plain answers
        assert say_do_gap(four) is None
        assert say_do_gap([*four, Ending(True, True)]) == 80.0  # noqa: FBT003 -- the same

    @FEW
    @given(st.lists(st.builds(Ending, st.booleans(), st.booleans()), min_size=5, max_size=12))
    def test_turning_both_words_round_turns_the_gap_round(self, endings: list[Ending]) -> None:
        turned = [Ending(bool(one.by_team), one.by_dates) for one in endings]
        assert say_do_gap(turned) == pytest.approx(-(say_do_gap(endings) or 0.0))


def test_nothing_to_report_is_neither_zero_nor_all() -> None:
    assert mean_days([]) is None
    assert mean_days([DAY, 2 * DAY]) == 1.5


class TestEffect:
    def test_a_cycle_needs_three_quarters_of_its_waves(self) -> None:
        assert cycle_of([(60.0, 16.0)] * 2, waves=4) is None
        assert cycle_of([], waves=0) is None
        assert cycle_of([(60.0, 16.0), (70.0, 16.0), (65.0, 16.0)], waves=4) == Cycle(65.0, 48 / 9)

    @pytest.mark.parametrize(("after", "word"), [(75.0, "higher"), (62.0, "no_change"), (45.0, "lower")])
    def test_it_is_said_in_words_beyond_what_chance_shows(self, after: float, word: str) -> None:
        assert effect(Cycle(60.0, 5.0), Cycle(after, 5.0)) == word

    @FEW
    @given(st.floats(0, 100), st.floats(0, 100), st.floats(0.1, 50), st.floats(0.1, 50))
    def test_looking_back_gives_the_opposite_word(self, a: float, b: float, v: float, w: float) -> None:
        opposite = {"higher": "lower", "lower": "higher", "no_change": "no_change"}
        assert effect(Cycle(b, w), Cycle(a, v)) == opposite[effect(Cycle(a, v), Cycle(b, w))]


class TestTheEndOfATopic:
    END = Ended(NOW + DAY)

    def test_a_no_ends_with_the_answer(self) -> None:
        assert closed_at(Decision.WILL_NOT, NOW, []) == NOW
        assert closed_at(Decision.NOT_OURS, NOW, [OPEN]) == NOW
        assert closed_at(None, None, []) is None

    def test_will_do_ends_with_its_last_promise_and_not_without_one(self) -> None:
        assert closed_at(Decision.WILL_DO, NOW, []) is None
        assert closed_at(Decision.WILL_DO, NOW, [self.END, OPEN]) is None
        assert closed_at(Decision.WILL_DO, NOW, [self.END, Ended(NOW - DAY)]) == NOW + DAY

    def test_what_the_team_contradicts_is_no_end(self) -> None:
        assert closed_at(Decision.WILL_DO, NOW, [Ended(NOW, contradicted=True)]) is None


waits = st.lists(
    st.builds(Wait, st.timedeltas(timedelta(), timedelta(days=90)), st.booleans()), min_size=1, max_size=12
)


class TestTheMiddleOfWaits:
    def test_of_waits_that_are_over_it_is_the_lower_median(self) -> None:
        done = [Wait(timedelta(days=days), over=True) for days in (5, 1, 3, 2)]
        assert middle_wait(done) == Wait(timedelta(days=2), over=True)
        assert middle_wait([]) is None

    def test_one_quick_answer_among_waiting_ones_does_not_make_a_quick_leader(self) -> None:
        waiting = [Wait(timedelta(days=days), over=False) for days in (20, 40, 60)]
        middle = middle_wait([Wait(timedelta(days=1), over=True), *waiting])
        assert middle == Wait(timedelta(days=60), over=False)

    def test_a_wait_that_has_just_begun_says_nothing_about_longer_ones(self) -> None:
        done = [Wait(timedelta(days=days), over=True) for days in (4, 6)]
        assert middle_wait([Wait(timedelta(hours=1), over=False), *done]) == done[0]

    @given(waits)
    @settings(max_examples=80)
    def test_waiting_longer_never_makes_it_shorter(self, some: list[Wait]) -> None:
        longer = [Wait(one.passed + timedelta(days=1), one.over) if not one.over else one for one in some]
        before, after = middle_wait(some), middle_wait(longer)
        assert before is not None
        assert after is not None
        assert after.passed >= before.passed or (before.over and not after.over)

    @given(waits)
    @settings(max_examples=80)
    def test_dropping_the_waiting_ones_would_never_look_slower(self, some: list[Wait]) -> None:
        middle, of_ended = middle_wait(some), middle_wait([one for one in some if one.over])
        assert middle is not None
        if of_ended is not None and middle.over:
            assert middle.passed >= of_ended.passed


@given(st.integers(0, 60), st.integers(0, 60))
@settings(max_examples=60)
def test_many_were_withdrawn_only_above_a_fifth_of_at_least_five(withdrawn: int, others: int) -> None:
    ended = withdrawn + others
    assert too_many_withdrawn(withdrawn, ended) == (ended >= 5 and 5 * withdrawn > ended)
