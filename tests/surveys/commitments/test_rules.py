from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.commitments.clocks import end_of_day
from surveys.commitments.rules import (
    Dates,
    Decision,
    Rate,
    State,
    Status,
    TopicKind,
    confirmed_rate,
    due_or_default,
    final_word,
    is_asked,
    is_valid_move,
    kept_rate,
    may_leave_out,
    only_leader_sees,
    reopens,
    state,
    status,
)
from surveys.errors import Invalid

ZONE = "Europe/Berlin"
FIRST = date(2026, 4, 1)
MOVED = date(2026, 4, 20)
END = end_of_day(FIRST, ZONE)
END_OF_MOVED = end_of_day(MOVED, ZONE)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
PROMISE = Dates(FIRST, FIRST)
TOLD_IN_TIME = Dates(FIRST, MOVED, valid_moves=1)


class TestStatus:
    @pytest.mark.parametrize(
        ("now", "expected"),
        [
            (END - DAY, Status.OPEN),
            (END, Status.OPEN),
            (END + SECOND, Status.OVERDUE),
            (END + 30 * DAY, Status.OVERDUE),
            (END + 30 * DAY + SECOND, Status.BROKEN),
        ],
    )
    def test_while_it_is_not_done(self, now: datetime, expected: Status) -> None:
        assert status(PROMISE, ZONE, now=now) is expected

    @pytest.mark.parametrize(
        ("done_at", "expected"),
        [
            (END, Status.KEPT_ON_TIME),
            (END + SECOND, Status.LATE),
            (END + 30 * DAY, Status.LATE),
            (END + 30 * DAY + SECOND, Status.BROKEN),
        ],
    )
    def test_once_it_is_done(self, done_at: datetime, expected: Status) -> None:
        assert status(replace(PROMISE, done_at=done_at), ZONE, now=done_at + DAY) is expected

    @pytest.mark.parametrize(
        ("done_at", "expected"),
        [
            (END, Status.KEPT_ON_TIME),
            (END + SECOND, Status.KEPT_RENEGOTIATED),
            (END_OF_MOVED, Status.KEPT_RENEGOTIATED),
            (END_OF_MOVED + SECOND, Status.LATE),
            (END + 31 * DAY, Status.BROKEN),
        ],
    )
    def test_a_move_told_in_time_counts_and_late_counts_from_the_first_date(
        self, done_at: datetime, expected: Status
    ) -> None:
        assert status(replace(TOLD_IN_TIME, done_at=done_at), ZONE, now=done_at) is expected

    def test_withdrawing_needs_a_days_notice(self) -> None:
        in_time, late = END - DAY, END - DAY + SECOND
        assert status(replace(PROMISE, withdrawn_at=in_time), ZONE, now=END) is Status.WITHDRAWN_EARLY
        assert status(replace(PROMISE, withdrawn_at=late), ZONE, now=END) is Status.BROKEN

    @given(st.integers(0, 40), st.datetimes(datetime(2026, 3, 1), datetime(2026, 9, 1)))  # noqa: DTZ001 -- the zone comes below
    def test_it_is_overdue_exactly_where_doing_it_now_would_be_late(
        self, later: int, moment: datetime
    ) -> None:
        now = moment.replace(tzinfo=UTC)
        promise = Dates(FIRST, FIRST + timedelta(days=later), valid_moves=int(later > 0))
        done = status(replace(promise, done_at=now), ZONE, now=now)
        assert (status(promise, ZONE, now=now) is Status.OVERDUE) == (done is Status.LATE)


class TestMoves:
    def test_a_move_counts_with_a_days_notice(self) -> None:
        assert is_valid_move(FIRST, 0, ZONE, now=END - DAY)
        assert not is_valid_move(FIRST, 0, ZONE, now=END - DAY + SECOND)

    def test_the_third_move_does_not_count(self) -> None:
        assert is_valid_move(FIRST, 1, ZONE, now=END - 2 * DAY)
        assert not is_valid_move(FIRST, 2, ZONE, now=END - 2 * DAY)

    def test_the_day_ends_where_the_team_is(self) -> None:
        now = end_of_day(FIRST, "America/Lima") - DAY
        assert is_valid_move(FIRST, 0, "America/Lima", now=now)
        assert not is_valid_move(FIRST, 0, "Asia/Tokyo", now=now)


class TestTheTeamsWords:
    @pytest.mark.parametrize(
        ("words", "final"),
        [
            ([], None),
            (["kept"], "kept"),
            (["cant_tell"], "cant_tell"),
            (["not_yet"], None),
            (["not_yet", "kept"], "kept"),
            (["not_yet", "not_yet"], "differently"),
            (["too_few"], None),
            (["too_few", "too_few"], "said_openly"),
            (["too_few", "not_yet", "too_few"], "said_openly"),
        ],
    )
    def test_what_they_come_to(self, words: list[str], final: str | None) -> None:
        assert final_word(words) == final

    def test_the_first_not_yet_reopens_and_the_second_does_not(self) -> None:
        assert reopens(["not_yet"])
        assert reopens(["too_few", "not_yet"])
        assert not reopens(["not_yet", "not_yet"])
        assert not reopens(["not_yet", "too_few"])
        assert not reopens([])

    def test_the_team_is_asked_from_the_seventh_day_until_it_has_decided(self) -> None:
        done = replace(PROMISE, done_at=END)
        assert not is_asked(done, [], now=END + 7 * DAY - SECOND)
        assert is_asked(done, [], now=END + 7 * DAY)
        assert is_asked(done, ["too_few"], now=END + 7 * DAY)
        assert not is_asked(done, ["kept"], now=END + 7 * DAY)
        assert not is_asked(done, [], now=END + 400 * DAY)
        assert not is_asked(PROMISE, [], now=END + 7 * DAY)
        assert not is_asked(replace(done, withdrawn_at=END), [], now=END + 7 * DAY)


class TestState:
    DONE = replace(PROMISE, done_at=END)
    LATE = replace(PROMISE, done_at=END + DAY)

    @pytest.mark.parametrize(
        ("dates", "words", "moves", "now", "shown"),
        [
            (PROMISE, [], 0, END, State.OPEN),
            (PROMISE, [], 0, END + DAY, State.OPEN),
            (PROMISE, [], 1, END + DAY, State.MOVED),
            (TOLD_IN_TIME, [], 1, END, State.MOVED),
            (PROMISE, [], 1, END + 31 * DAY, State.NOT_KEPT),
            (DONE, [], 0, END + DAY, State.OPEN),
            (DONE, ["too_few"], 0, END + DAY, State.OPEN),
            (DONE, [], 0, END + 61 * DAY, State.KEPT),
            (LATE, [], 0, END + 62 * DAY, State.NOT_KEPT),
            (LATE, ["kept"], 0, END + 62 * DAY, State.KEPT),
            (DONE, ["not_yet", "not_yet"], 0, END + 62 * DAY, State.NOT_KEPT),
            (DONE, ["cant_tell"], 0, END + DAY, State.KEPT),
            (LATE, ["too_few", "too_few"], 0, END + DAY, State.NOT_KEPT),
            (replace(PROMISE, withdrawn_at=END - 2 * DAY), [], 0, END, State.MOVED),
            (replace(PROMISE, withdrawn_at=END), [], 0, END, State.NOT_KEPT),
        ],
    )
    def test_the_teams_word_decides_and_the_dates_where_it_says_nothing(
        self, dates: Dates, words: list[str], moves: int, now: datetime, shown: State
    ) -> None:
        assert state(dates, words, moves, ZONE, now=now) is shown


class TestRates:
    def test_open_and_withdrawn_ones_do_not_count(self) -> None:
        statuses = [*Status]
        assert kept_rate(statuses) == Rate(2, 5)
        assert kept_rate(statuses, strict=True) == Rate(1, 5)

    def test_nothing_to_report_is_none_and_not_zero(self) -> None:
        assert kept_rate([Status.OPEN]) is None
        assert confirmed_rate(["cant_tell", "said_openly", None]) is None

    def test_the_team_confirmed_so_many_of_those_it_decided_on(self) -> None:
        assert confirmed_rate(["kept", "kept", "differently", "said_openly"]) == Rate(2, 3)
        assert confirmed_rate(["kept", "not_yet", "too_few"]) == Rate(1, 2)  # until it says something else

    def test_there_is_no_share_of_fewer_than_five(self) -> None:
        assert Rate(3, 4).share is None
        assert Rate(4, 5).share == 0.8


class TestDates:
    NOW = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)  # the fourth of March in Berlin

    def test_thirty_days_are_the_usual(self) -> None:
        assert due_or_default(None, ZONE, now=self.NOW) == date(2026, 4, 3)

    def test_today_is_the_teams_today(self) -> None:
        assert due_or_default(date(2026, 3, 4), ZONE, now=self.NOW) == date(2026, 3, 4)
        with pytest.raises(Invalid, match="passed"):
            due_or_default(date(2026, 3, 3), ZONE, now=self.NOW)

    def test_a_year_is_the_most(self) -> None:
        due_or_default(date(2027, 3, 4), ZONE, now=self.NOW)
        with pytest.raises(Invalid, match="within a year"):
            due_or_default(date(2027, 3, 5), ZONE, now=self.NOW)

    def test_a_move_goes_forward(self) -> None:
        with pytest.raises(Invalid, match="after the one it moves"):
            due_or_default(date(2026, 4, 1), ZONE, now=self.NOW, after=date(2026, 4, 1))


@pytest.mark.parametrize(
    ("kind", "text", "may"),
    [
        (TopicKind.OTHER, "The door sticks", True),
        (TopicKind.MAILBOX, None, True),
        (TopicKind.MISTAKE, None, True),
        (TopicKind.SHIFT, None, False),
        (TopicKind.RETRO, None, False),
    ],
)
def test_what_the_team_has_seen_come_up_cannot_be_left_out(
    kind: TopicKind, text: str | None, *, may: bool
) -> None:
    assert may_leave_out(kind, text) is may


@pytest.mark.parametrize(
    ("kind", "text", "decision", "alone"),
    [
        (TopicKind.MAILBOX, None, None, True),
        (TopicKind.MISTAKE, None, Decision.WILL_NOT, False),
        (TopicKind.MAILBOX, "The door sticks", None, False),
        (TopicKind.SHIFT, None, None, False),
    ],
)
def test_what_has_neither_words_nor_an_answer_is_the_leaders_own(
    kind: TopicKind, text: str | None, decision: Decision | None, *, alone: bool
) -> None:
    assert only_leader_sees(kind, text, decision) is alone
