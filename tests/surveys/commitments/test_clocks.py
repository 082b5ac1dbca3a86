from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.commitments.clocks import (
    Rest,
    after_working_time,
    end_of_day,
    local_date,
    merged,
    speaking_time,
    speaking_time_before,
    stopped,
    working_time,
)

ZONES = st.sampled_from(["UTC", "Europe/Berlin", "Asia/Tokyo", "America/St_Johns", "Pacific/Apia"])
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 -- hypothesis adds the zone
FRIDAY_AT_FIVE = datetime(2026, 3, 6, 16, tzinfo=UTC)  # 17:00 in Berlin


class TestWorkingTime:
    def test_a_weekend_does_not_count(self) -> None:
        tuesday = datetime(2026, 3, 10, 16, tzinfo=UTC)
        assert working_time(FRIDAY_AT_FIVE, tuesday, "Europe/Berlin") == timedelta(days=2)

    def test_it_depends_on_where_the_team_is(self) -> None:
        later = FRIDAY_AT_FIVE + timedelta(hours=12)  # Saturday 05:00 in Berlin, 13:00 in Tokyo
        assert working_time(FRIDAY_AT_FIVE, later, "Europe/Berlin") == timedelta(hours=7)
        assert working_time(FRIDAY_AT_FIVE, later, "Asia/Tokyo") == timedelta(0)

    def test_nothing_has_passed_before_the_start(self) -> None:
        assert working_time(FRIDAY_AT_FIVE, FRIDAY_AT_FIVE - timedelta(days=2), "UTC") == timedelta(0)

    @given(INSTANTS, st.timedeltas(timedelta(0), timedelta(days=60)), ZONES)
    def test_it_never_exceeds_the_time_elapsed(self, start: datetime, wait: timedelta, zone: str) -> None:
        assert timedelta(0) <= working_time(start, start + wait, zone) <= wait

    @given(INSTANTS, st.timedeltas(timedelta(seconds=1), timedelta(days=20)), ZONES)
    def test_after_working_time_is_where_that_much_has_passed(
        self, start: datetime, wait: timedelta, zone: str
    ) -> None:
        reached = after_working_time(start, wait, zone)
        assert working_time(start, reached, zone) == wait
        assert working_time(start, reached - timedelta(seconds=1), zone) < wait

    @given(INSTANTS, st.timedeltas(timedelta(seconds=1), timedelta(days=9)), ZONES, st.integers(0, 40))
    def test_it_waits_for_holidays_and_for_who_is_away(
        self, start: datetime, wait: timedelta, zone: str, days_away: int
    ) -> None:
        away = (start + timedelta(days=2), start + timedelta(days=2 + days_away))
        rest = Rest("DE", (away,))
        reached = after_working_time(start, wait, zone, rest)
        assert working_time(start, reached, zone, rest) == wait
        assert working_time(start, reached - timedelta(seconds=1), zone, rest) < wait


class TestDays:
    def test_a_day_ends_at_the_local_midnight(self) -> None:
        assert end_of_day(date(2026, 3, 6), "Europe/Berlin") == datetime(2026, 3, 6, 23, tzinfo=UTC)

    @given(INSTANTS, ZONES)
    def test_an_instant_falls_before_the_end_of_its_day(self, instant: datetime, zone: str) -> None:
        assert instant < end_of_day(local_date(instant, zone), zone)


class TestSpeakingTime:
    @pytest.mark.parametrize(
        ("instant", "spoken"),
        [
            ("2026-03-06T08:00+01:00", "2026-03-06T09:00+01:00"),
            ("2026-03-06T09:00+01:00", "2026-03-06T09:00+01:00"),
            ("2026-03-06T16:59+01:00", "2026-03-06T16:59+01:00"),
            ("2026-03-06T17:00+01:00", "2026-03-09T09:00+01:00"),
            ("2026-03-07T12:00+01:00", "2026-03-09T09:00+01:00"),
            ("2026-03-28T12:00+01:00", "2026-03-30T09:00+02:00"),
        ],
    )
    def test_messages_wait_for_the_next_working_morning(self, instant: str, spoken: str) -> None:
        moment = datetime.fromisoformat(instant)
        assert speaking_time(moment, "Europe/Berlin") == datetime.fromisoformat(spoken)

    @given(INSTANTS, ZONES)
    def test_it_is_within_hours_and_not_before(self, instant: datetime, zone: str) -> None:
        local = speaking_time(instant, zone).astimezone(ZoneInfo(zone))
        assert instant <= local < instant + timedelta(days=4)
        assert local.weekday() < 5
        assert 9 <= local.hour < 17

    @given(INSTANTS, ZONES)
    def test_the_morning_before_is_the_last_one_that_is_not_later(
        self, instant: datetime, zone: str
    ) -> None:
        morning = speaking_time_before(instant, zone)
        local = morning.astimezone(ZoneInfo(zone))
        assert (local.hour, local.minute, local.weekday() < 5) == (9, 0, True)
        assert instant - timedelta(days=4) < morning <= instant
        later = speaking_time(morning + timedelta(hours=8), zone)  # the next working morning
        assert later > instant


class TestRest:
    def test_holidays_of_the_country_do_not_count(self) -> None:
        before, after = datetime(2026, 4, 30, 10, tzinfo=UTC), datetime(2026, 5, 4, 10, tzinfo=UTC)
        # Friday 1 May is a holiday in Germany; the weekend follows.
        assert working_time(before, after, "Europe/Berlin") == timedelta(days=2)
        assert working_time(before, after, "Europe/Berlin", Rest("DE")) == timedelta(days=1)

    @settings(max_examples=60)
    @given(INSTANTS, st.lists(st.integers(0, 40), min_size=4, max_size=4), ZONES)
    def test_time_away_and_time_there_add_up(self, start: datetime, days: list[int], zone: str) -> None:
        a, b, c, d = (start + timedelta(days=day) for day in sorted(days))
        there = working_time(a, d, zone, Rest("DE", ((b, c),)))
        assert there + working_time(b, c, zone, Rest("DE")) == working_time(a, d, zone, Rest("DE"))

    @settings(max_examples=60)
    @given(
        INSTANTS,
        st.integers(0, 40),
        st.lists(st.tuples(st.integers(-9, 60), st.integers(0, 20)), max_size=4),
    )
    def test_a_deadline_moves_by_the_days_away_before_it(
        self, start: datetime, days: int, away: list[tuple[int, int]]
    ) -> None:
        spans = [(start + timedelta(days=a), start + timedelta(days=a + b)) for a, b in away]
        deadline = start + timedelta(days=days)
        moved = stopped(deadline, start, spans)
        lost = sum((until - since for since, until in merged(spans)), timedelta())

        assert deadline <= moved <= deadline + lost
        assert stopped(deadline, start, [*spans, *spans]) == moved
        assert stopped(deadline, None, spans) == deadline
