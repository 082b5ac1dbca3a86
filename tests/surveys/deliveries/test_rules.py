from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.deliveries.hours import snoozed_until, when_asked_late, when_late
from surveys.deliveries.rules import (
    ChannelName,
    DeliveryState,
    Outcome,
    OutcomeKind,
    Snooze,
    after_call,
    channel_for,
    reminder_times,
)

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def local(instants: list[datetime], zone: ZoneInfo = BERLIN) -> list[str]:
    return [instant.astimezone(zone).strftime("%a %H:%M") for instant in instants]


class TestReminderTimes:
    def test_one_falls_near_half_of_the_window_at_the_time_of_the_invitation(self):
        asks = datetime(2026, 3, 3, 10, 0, tzinfo=BERLIN)

        assert local(reminder_times(asks, asks + timedelta(hours=72), "Europe/Berlin", count=1)) == [
            "Wed 10:00"
        ]

    def test_two_fall_near_a_third_and_two_thirds(self):
        asks = datetime(2026, 3, 2, 10, 0, tzinfo=BERLIN)

        assert local(reminder_times(asks, asks + timedelta(days=4), "Europe/Berlin", count=2)) == [
            "Tue 10:00",
            "Thu 10:00",
        ]

    def test_none_falls_on_a_weekend(self):
        friday = datetime(2026, 3, 6, 10, 0, tzinfo=BERLIN)

        assert local(reminder_times(friday, friday + timedelta(days=4), "Europe/Berlin", count=2)) == [
            "Mon 10:00"
        ]

    def test_people_asked_on_a_saturday_are_reminded_on_a_sunday(self):
        saturday = datetime(2026, 3, 7, 10, 0, tzinfo=BERLIN)

        assert local(reminder_times(saturday, saturday + timedelta(days=2), "Europe/Berlin", count=1)) == [
            "Sun 10:00"
        ]

    def test_the_local_time_stays_across_a_change_of_the_clock(self):
        thursday = datetime(2026, 3, 26, 10, 0, tzinfo=BERLIN)

        assert local(reminder_times(thursday, thursday + timedelta(days=8), "Europe/Berlin", count=1)) == [
            "Mon 10:00"
        ]

    def test_a_window_of_one_day_gets_an_hour_of_the_same_afternoon(self):
        asks = datetime(2026, 3, 3, 10, 0, tzinfo=BERLIN)

        assert local(reminder_times(asks, asks + timedelta(hours=24), "Europe/Berlin", count=1)) == [
            "Tue 17:00"
        ]

    def test_nobody_is_reminded_on_a_quiet_day(self):
        asks = datetime(2026, 12, 1, 10, tzinfo=BERLIN)
        quiet = {date(2026, 12, 3), date(2026, 12, 4)}
        found = reminder_times(
            asks, asks + timedelta(days=4), "Europe/Berlin", count=2, quiet=quiet.__contains__
        )

        assert [instant.astimezone(BERLIN).date() for instant in found] == [date(2026, 12, 2)]

    def test_a_wave_that_opened_late_does_not_remind_at_once(self):
        asks = datetime(2026, 3, 3, 10, 0, tzinfo=BERLIN)
        late = asks + timedelta(hours=23)

        assert local(
            reminder_times(asks, asks + timedelta(hours=72), "Europe/Berlin", count=1, not_before=late)
        ) == ["Thu 10:00"]

    @given(
        asks=st.datetimes(datetime(2024, 1, 1), datetime(2034, 1, 1)),  # noqa: DTZ001 -- made aware below
        hours=st.integers(1, 24 * 21),
        zone=st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata", "America/New_York", "Pacific/Apia"]),
        count=st.integers(0, 2),
    )
    def test_reminders_are_few_ordered_inside_the_window_and_never_on_a_free_weekend(
        self, asks: datetime, hours: int, zone: str, count: int
    ):
        asks_at = asks.replace(tzinfo=UTC)
        closes_at = asks_at + timedelta(hours=hours)
        found = reminder_times(asks_at, closes_at, zone, count=count)

        assert len(found) <= count
        assert found == sorted(set(found))
        assert all(
            asks_at + timedelta(hours=4) <= instant <= closes_at - timedelta(hours=4) for instant in found
        )
        if asks_at.astimezone(ZoneInfo(zone)).weekday() < 5:
            assert all(instant.astimezone(ZoneInfo(zone)).weekday() < 5 for instant in found)


class TestAfterCall:
    @pytest.mark.parametrize(
        ("kind", "state"),
        [
            (OutcomeKind.SENT, DeliveryState.SENT),
            (OutcomeKind.UNDELIVERABLE, DeliveryState.UNDELIVERABLE),
            (OutcomeKind.PARKED, DeliveryState.PARKED),
        ],
    )
    def test_a_definite_outcome_is_the_end(self, kind: OutcomeKind, state: DeliveryState):
        settled = after_call(Outcome(kind), attempts=1, doubts=0, at=NOON, unknown_retry=MINUTE)

        assert (settled.state, settled.lease_until) == (state, None)

    def test_being_told_to_wait_is_no_attempt(self):
        told = Outcome(OutcomeKind.FAILED_FOR_NOW, retry_after=30)
        settled = after_call(told, attempts=1, doubts=0, at=NOON, unknown_retry=MINUTE)

        assert settled.state is DeliveryState.WAITING
        assert settled.attempts == 0
        assert settled.lease_until == NOON + timedelta(seconds=30)

    def test_a_message_that_may_have_arrived_stays_in_doubt_after_a_definite_failure(self):
        settled = after_call(
            Outcome(OutcomeKind.FAILED_FOR_NOW), attempts=2, doubts=1, at=NOON, unknown_retry=MINUTE
        )

        assert settled.state is DeliveryState.UNKNOWN
        assert settled.doubts == 1

    def test_a_message_that_may_have_arrived_waits_before_its_one_more_try(self):
        settled = after_call(
            Outcome(OutcomeKind.AMBIGUOUS), attempts=1, doubts=0, at=NOON, unknown_retry=MINUTE
        )

        assert (settled.state, settled.doubts) == (DeliveryState.UNKNOWN, 1)
        assert settled.lease_until == NOON + MINUTE

    def test_definite_failures_wait_longer_each_time_and_are_parked_after_a_day(self):
        waits = []
        for attempts in range(1, 56):
            settled = after_call(
                Outcome(OutcomeKind.FAILED_FOR_NOW),
                attempts=attempts,
                doubts=0,
                at=NOON,
                unknown_retry=MINUTE,
            )
            waits.append((settled.lease_until - NOON).total_seconds() if settled.lease_until else None)

        assert waits == [15, 30, 60, 120, 240, 480, 960, *[1800] * 47, None]

    def test_a_server_that_cannot_be_reached_for_hours_costs_nobody_their_message(self):
        gone = Outcome(OutcomeKind.FAILED_FOR_NOW, "slack_unreachable", unreachable=True)
        settled = after_call(gone, attempts=100, doubts=0, at=NOON, unknown_retry=MINUTE)

        assert settled.state is DeliveryState.WAITING
        assert settled.lease_until == NOON + timedelta(minutes=30)


class TestWhenLate:
    FRIDAY = datetime(2026, 12, 4, 10, 0, tzinfo=BERLIN)
    CLOSE = datetime(2026, 12, 9, 10, 0, tzinfo=BERLIN)

    @pytest.mark.parametrize(
        ("due", "now", "goes"),
        [
            ((4, 10), (4, 14), (4, 14)),
            ((4, 10), (4, 22), (7, 9)),  # Friday night: Monday
            ((7, 10), (8, 3), (8, 9)),
            ((5, 10), (6, 3), (6, 9)),  # one that was due on a Saturday may go on a Sunday
            ((8, 10), (9, 7), None),  # four hours before the close it is too late
        ],
    )
    def test_a_late_reminder_goes_by_day(
        self, due: tuple[int, int], now: tuple[int, int], goes: tuple[int, int] | None
    ):
        def at(day: int, hour: int) -> datetime:
            return self.FRIDAY.replace(day=day, hour=hour)

        wanted = at(*goes) if goes is not None else None
        assert when_late(at(*due), self.CLOSE, "Europe/Berlin", now=at(*now)) == wanted

    @pytest.mark.parametrize(
        ("now", "goes"),
        [
            ((4, 14), (4, 14)),
            ((4, 21), (4, 21)),
            ((4, 22), (5, 9)),
            ((5, 6), (5, 9)),
            ((5, 7), (5, 7)),  # as late as the outage forces, also on a Saturday
            ((9, 3), (9, 3)),  # less than four hours would be left in the morning
        ],
    )
    def test_who_is_asked_late_is_asked_at_once_but_not_at_night_while_there_is_time(
        self, now: tuple[int, int], goes: tuple[int, int]
    ):
        def at(day: int, hour: int) -> datetime:
            return self.FRIDAY.replace(day=day, hour=hour)

        found = when_asked_late(self.CLOSE, "Europe/Berlin", again=False, now=at(*now))
        assert found == at(*goes)

    def test_who_was_put_off_once_is_not_left_out_by_a_clock_that_stands_again(self):
        friday, monday = self.FRIDAY.replace(hour=22), self.FRIDAY.replace(day=7, hour=22)

        def goes(now: datetime) -> datetime:
            return when_asked_late(self.CLOSE, "Europe/Berlin", again=True, now=now)

        assert goes(friday) == self.FRIDAY.replace(day=5, hour=9)  # more than two days are left
        assert goes(monday) == monday


class TestSnoozedUntil:
    def test_tomorrow_means_the_same_time_there_even_when_the_clock_changes(self):
        evening = datetime(2026, 3, 28, 16, 0, tzinfo=BERLIN)

        assert snoozed_until(Snooze.TOMORROW, "Europe/Berlin", now=evening) == datetime(
            2026, 3, 29, 16, 0, tzinfo=BERLIN
        )

    def test_later_today_is_three_hours_on_and_never_at_night(self):
        assert snoozed_until(Snooze.LATER_TODAY, "UTC", now=NOON) == NOON + timedelta(hours=3)
        for hour, morning in ((20, 1), (23, 1), (2, 0)):
            pressed = NOON.replace(hour=hour)
            wanted = NOON.replace(hour=9) + timedelta(days=morning)
            assert snoozed_until(Snooze.LATER_TODAY, "UTC", now=pressed) == wanted


def test_who_is_known_to_slack_is_written_to_there_and_everybody_else_by_mail():
    assert channel_for("U02ABCDEF") is ChannelName.SLACK
    assert channel_for(None) is ChannelName.MAIL
