"""Ten years of occurrences over many zones: nobody is asked twice or skipped, always at the local time."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.cadence.quiet_days import Quiet, QuietDays, public_holidays
from surveys.cadence.rules import (
    Fate,
    Interval,
    Place,
    Schedule,
    Shift,
    fate,
    instant,
    next_occurrence,
    occurrences,
    on_one_day,
    wave_times,
)

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",  # gave up daylight saving
    "Asia/Kolkata",  # half an hour, no daylight saving
    "Asia/Kathmandu",  # three quarters
    "Australia/Lord_Howe",  # daylight saving of half an hour
    "Australia/Adelaide",
    "Pacific/Chatham",
    "Pacific/Kiritimati",  # first to see the day
    "Pacific/Pago_Pago",  # last to see it
    "Africa/Casablanca",  # daylight saving that pauses for Ramadan
    "Africa/Cairo",
    "America/St_Johns",
    "Atlantic/Azores",
    "UTC",
)
NO_QUIET = QuietDays(holidays=False, weekends=False)


def weekly(
    start: date = date(2026, 1, 6),
    *,
    weekday: int = 1,
    at: time = time(10),
    every: int = 1,
    window: int = 72,
    interval: Interval = Interval.WEEKS,
    quiet: QuietDays = NO_QUIET,
    counts_from: date | None = None,
) -> Schedule:
    hours = timedelta(hours=window)
    return Schedule(interval, every, start, weekday, at, hours, quiet, counts_from)


def first(schedule: Schedule, count: int, *, after: date | None = None) -> list[date]:
    return list(islice(occurrences(schedule, after=after), count))


def falls_into_a_gap(day: date, at: time, asked: datetime, zone: str) -> bool:
    before = (asked - timedelta(seconds=1)).astimezone(ZoneInfo(zone))
    shown = asked.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return before.replace(tzinfo=None) < datetime.combine(day, at) < shown


def everywhere(zones: Sequence[str] = ZONES) -> list[Place]:
    return [(zone, None) for zone in zones]


class TestOccurrences:
    def test_the_first_is_the_first_such_weekday_from_the_start_on(self) -> None:
        assert first(weekly(date(2026, 1, 7)), 2) == [date(2026, 1, 13), date(2026, 1, 20)]
        assert first(weekly(date(2026, 1, 6)), 1) == [date(2026, 1, 6)]

    def test_every_four_weeks_keeps_its_rhythm_over_ten_years_and_leap_days(self) -> None:
        days = first(weekly(every=4), 131)

        assert days[-1] > date(2035, 12, 1)
        assert {later - day for day, later in pairwise(days)} == {timedelta(weeks=4)}

    def test_monthly_is_the_same_weekday_of_the_month(self) -> None:
        schedule = weekly(date(2026, 2, 10), interval=Interval.MONTHLY)  # the second Tuesday

        assert first(schedule, 4) == [
            date(2026, 2, 10),
            date(2026, 3, 10),
            date(2026, 4, 14),
            date(2026, 5, 12),
        ]

    def test_a_fifth_weekday_means_the_last_of_each_month(self) -> None:
        schedule = weekly(date(2026, 3, 31), interval=Interval.MONTHLY)

        assert first(schedule, 3) == [date(2026, 3, 31), date(2026, 4, 28), date(2026, 5, 26)]

    def test_quarterly_is_every_third_month(self) -> None:
        schedule = weekly(date(2026, 11, 3), interval=Interval.QUARTERLY)

        assert first(schedule, 3) == [date(2026, 11, 3), date(2027, 2, 2), date(2027, 5, 4)]

    def test_a_leap_day_is_a_day_like_any_other(self) -> None:
        schedule = weekly(date(2028, 2, 29), every=2)

        assert first(schedule, 2) == [date(2028, 2, 29), date(2028, 3, 14)]

    def test_a_pause_is_passed_over_and_the_rhythm_stays(self) -> None:
        schedule = weekly(date(2026, 1, 6), every=2, counts_from=date(2026, 2, 20))

        assert first(schedule, 2) == [date(2026, 3, 3), date(2026, 3, 17)]

    @given(
        start=st.dates(date(2025, 1, 1), date(2030, 1, 1)),
        weekday=st.integers(0, 6),
        every=st.integers(1, 13),
        interval=st.sampled_from(Interval),
        count=st.integers(1, 60),
    )
    def test_going_on_after_any_occurrence_gives_the_same_dates(
        self, start: date, weekday: int, every: int, interval: Interval, count: int
    ) -> None:
        schedule = weekly(start, weekday=weekday, every=every, interval=interval)
        days = first(schedule, count + 5)

        assert first(schedule, 5, after=days[count - 1]) == days[count:]
        assert first(schedule, 5, after=days[count] - timedelta(days=1)) == days[count:]
        assert all(day.weekday() == weekday and day >= start for day in days)
        assert all(day < later for day, later in pairwise(days))

    @given(start=st.dates(date(2025, 1, 1), date(2030, 1, 1)), weekday=st.integers(0, 6))
    def test_monthly_has_exactly_one_in_each_of_120_months(self, start: date, weekday: int) -> None:
        days = first(weekly(start, weekday=weekday, interval=Interval.MONTHLY), 120)
        months = [day.year * 12 + day.month for day in days]

        assert [month - months[0] for month in months] == list(range(120))


class TestNextOccurrence:
    def test_after_a_wave_it_is_the_one_after_it_however_late_the_clock_is(self) -> None:
        long_after = datetime(2026, 8, 1, tzinfo=UTC)

        assert next_occurrence(weekly(), date(2026, 1, 6), now=long_after) == date(2026, 1, 13)

    def test_a_programme_that_never_ran_has_missed_nothing(self) -> None:
        found = next_occurrence(weekly(), None, now=datetime(2026, 8, 1, tzinfo=UTC))

        assert found == date(2026, 7, 28)

    def test_before_the_start_it_is_the_first(self) -> None:
        found = next_occurrence(weekly(), None, now=datetime(2025, 8, 1, tzinfo=UTC))

        assert found == date(2026, 1, 6)


def test_a_question_asked_on_a_day_of_its_own_keeps_hour_window_and_quiet_days() -> None:
    monthly = weekly(interval=Interval.MONTHLY, counts_from=date(2026, 1, 6))
    day = date(2026, 3, 5)
    alone = on_one_day(monthly, day)

    assert next_occurrence(alone, after=None, now=datetime(2026, 3, 1, tzinfo=UTC)) == day
    kept = ("local_time", "window", "quiet")
    assert [getattr(alone, name) for name in kept] == [getattr(monthly, name) for name in kept]


class TestInstant:
    def test_a_time_in_the_spring_gap_is_the_first_instant_after_it(self) -> None:
        asked = instant(date(2026, 3, 29), time(2, 30), "Europe/Berlin")

        assert asked == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
        assert asked.astimezone(ZoneInfo("Europe/Berlin")).time() == time(3)

    def test_a_gap_of_half_an_hour_ends_half_an_hour_later(self) -> None:
        asked = instant(date(2026, 10, 4), time(2, 10), "Australia/Lord_Howe")

        assert asked.astimezone(ZoneInfo("Australia/Lord_Howe")).time() == time(2, 30)

    def test_a_time_that_comes_twice_in_autumn_is_its_first_passing(self) -> None:
        assert instant(date(2026, 10, 25), time(2, 30), "Europe/Berlin") == datetime(
            2026, 10, 25, 0, 30, tzinfo=UTC
        )

    def test_a_day_that_a_zone_left_out_is_the_start_of_the_next(self) -> None:
        asked = instant(date(2011, 12, 30), time(10), "Pacific/Apia")

        assert asked.astimezone(ZoneInfo("Pacific/Apia")) == datetime(
            2011, 12, 31, tzinfo=ZoneInfo("Pacific/Apia")
        )

    @given(
        zone=st.sampled_from(sorted(available_timezones())),
        day=st.dates(date(2026, 1, 1), date(2036, 12, 31)),
        at=st.times().map(lambda at: at.replace(microsecond=0)),
    )
    @settings(max_examples=400)
    def test_clocks_show_the_time_asked_for_or_it_never_was(self, zone: str, day: date, at: time) -> None:
        place = ZoneInfo(zone)
        asked = instant(day, at, zone)
        shown = asked.astimezone(place)
        wanted = datetime.combine(day, at)

        if shown.replace(tzinfo=None) != wanted:
            before = (asked - timedelta(seconds=1)).astimezone(place)
            assert before.replace(tzinfo=None) < wanted < shown.replace(tzinfo=None)
        assert shown.fold == 0


class TestTenYears:
    @pytest.mark.parametrize("at", [time(0, 0), time(2, 30), time(9, 30), time(23, 59)])
    @pytest.mark.parametrize(
        "schedule",
        [weekly(), weekly(every=2, weekday=6), weekly(interval=Interval.MONTHLY, window=144)],
        ids=["weekly", "fortnightly on Sundays", "monthly"],
    )
    def test_every_zone_is_asked_once_each_occurrence_at_its_local_time(
        self, schedule: Schedule, at: time
    ) -> None:
        asks = {zone: list[datetime]() for zone in ZONES}
        schedule = weekly(
            schedule.start_on,
            weekday=schedule.weekday,
            at=at,
            every=schedule.every,
            window=int(schedule.window.total_seconds()) // 3600,
            interval=Interval(schedule.interval),
        )
        days = [day for day in first(schedule, 530) if day < date(2036, 1, 6)]
        previous_close = datetime.min.replace(tzinfo=UTC)
        for day in days:
            times = wave_times(schedule, day, everywhere())
            assert times.held
            assert previous_close <= times.opens_at < times.closes_at
            previous_close = times.closes_at
            for (zone, _), asked in times.asks_at.items():
                shown = asked.astimezone(ZoneInfo(zone))
                assert shown.date() == day
                assert shown.time() == at or falls_into_a_gap(day, at, asked, zone)
                asks[zone].append(asked)
        for moments in asks.values():
            assert len(moments) == len(set(moments)) == len(days)
            assert all(later - asked > timedelta(days=6, hours=22) for asked, later in pairwise(moments))

    def test_a_day_reaches_from_kiritimati_to_pago_pago(self) -> None:
        times = wave_times(weekly(), date(2026, 1, 6), everywhere())
        last = times.asks_at["Pacific/Pago_Pago", None]

        assert times.opens_at == times.asks_at["Pacific/Kiritimati", None]
        assert last - times.opens_at == timedelta(hours=25)
        assert times.closes_at == last + timedelta(hours=72)

    def test_a_change_of_zone_between_waves_neither_doubles_nor_drops_an_occurrence(self) -> None:
        # A place is frozen at opening, so someone who flies is asked once for each date they are frozen on.
        days = first(weekly(), 100)
        asked = [
            wave_times(weekly(), day, everywhere()).asks_at[ZONES[number % len(ZONES)], None]
            for number, day in enumerate(days)
        ]

        assert all(later > earlier for earlier, later in pairwise(asked))

    @given(
        zones=st.lists(st.sampled_from(sorted(available_timezones())), min_size=1, max_size=6),
        start=st.dates(date(2026, 1, 1), date(2034, 1, 1)),
        weekday=st.integers(0, 6),
        at=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
        window=st.integers(24, 167),
        interval=st.sampled_from(Interval),
        countries=st.lists(st.sampled_from(["DE", "US", "JP", "IN", None]), min_size=1, max_size=3),
        blackout=st.tuples(st.dates(date(2026, 1, 1), date(2035, 1, 1)), st.integers(0, 40)),
    )
    @settings(max_examples=150, deadline=None)
    def test_what_must_hold_of_any_timetable_holds(
        self,
        zones: list[str],
        start: date,
        weekday: int,
        at: time,
        window: int,
        interval: Interval,
        countries: list[str | None],
        blackout: tuple[date, int],
    ) -> None:
        dark = (blackout[0], blackout[0] + timedelta(days=blackout[1]))
        quiet = QuietDays(holidays=True, blackouts=(dark,), weekends=weekday < 5)
        schedule = weekly(start, weekday=weekday, at=at, window=window, interval=interval, quiet=quiet)
        places = [(zone, country) for zone in zones for country in countries]
        waves = [wave_times(schedule, day, places) for day in first(schedule, 20)]
        held = [times for times in waves if times.held]

        for times in held:
            assert times.opens_at == min(times.asks_at.values())
            assert all(times.closes_at - asked >= timedelta(hours=24) for asked in times.asks_at.values())
            assert not [shift for shift in times.shifts.values() if dark[0] <= shift.asked_on <= dark[1]]
        for times, later in pairwise(held):
            assert times.closes_at <= later.opens_at
            for place in times.asks_at:
                gap = later.asks_at[place] - times.asks_at[place]
                assert gap >= timedelta(days=5) - timedelta(hours=2)  # an hour or two of daylight saving


GERMANY: Place = ("Europe/Berlin", "DE")
INDIA: Place = ("Asia/Kolkata", "IN")
NEW_YORK: Place = ("America/New_York", "US")
WORKING_DAYS = QuietDays(holidays=True)


class TestQuietDays:
    def test_public_holidays_are_those_of_the_country(self) -> None:
        assert WORKING_DAYS.why(date(2026, 10, 2), "IN") is Quiet.HOLIDAY  # Gandhi Jayanti
        assert WORKING_DAYS.why(date(2026, 10, 2), "DE") is None
        assert WORKING_DAYS.why(date(2026, 10, 2), None) is None

    def test_a_country_the_library_does_not_know_has_none(self) -> None:
        assert public_holidays("XX", 2026) == frozenset()

    def test_years_that_are_not_fixed_yet_do_not_stop_the_clock(self) -> None:
        assert date(2040, 1, 26) in public_holidays("IN", 2040)

    def test_blackouts_are_quiet_for_everyone_and_include_both_ends(self) -> None:
        quiet = QuietDays(holidays=False, blackouts=((date(2026, 12, 24), date(2027, 1, 2)),))

        assert quiet.why(date(2026, 12, 24), None) is Quiet.BLACKOUT
        assert quiet.why(date(2027, 1, 2), None) is Quiet.BLACKOUT
        assert quiet.why(date(2027, 1, 4), None) is None

    def test_weekends_are_quiet_only_for_programmes_of_working_days(self) -> None:
        saturday = date(2026, 1, 10)

        assert WORKING_DAYS.why(saturday, "DE") is Quiet.WEEKEND
        assert QuietDays(holidays=True, weekends=False).why(saturday, "DE") is None


class TestWaveTimes:
    def test_a_holiday_of_one_country_moves_its_members_to_the_next_open_day_at_the_same_time(self) -> None:
        schedule = weekly(date(2026, 10, 2), weekday=4, every=2, window=144, quiet=WORKING_DAYS)
        times = wave_times(schedule, date(2026, 10, 2), [GERMANY, INDIA])

        assert times.asks_at[GERMANY] == datetime(2026, 10, 2, 8, 0, tzinfo=UTC)
        assert times.asks_at[INDIA] == datetime(2026, 10, 5, 4, 30, tzinfo=UTC)  # Monday, 10:00 there
        assert times.shifts == {INDIA: Shift(date(2026, 10, 2), Quiet.HOLIDAY, date(2026, 10, 5))}

    def test_the_close_does_not_move_with_them(self) -> None:
        schedule = weekly(date(2026, 10, 2), weekday=4, every=2, window=144, quiet=WORKING_DAYS)
        times = wave_times(schedule, date(2026, 10, 2), [GERMANY, INDIA])

        assert times.closes_at == times.asks_at[GERMANY] + timedelta(hours=144)

    def test_the_wave_opens_with_the_first_who_is_asked(self) -> None:
        schedule = weekly(date(2026, 10, 2), weekday=4, every=2, window=144, quiet=WORKING_DAYS)
        times = wave_times(schedule, date(2026, 10, 2), [GERMANY, INDIA])

        assert times.opens_at == times.asks_at[GERMANY]

    def test_without_24_hours_left_they_are_asked_on_the_day_itself(self) -> None:
        schedule = weekly(date(2026, 10, 2), weekday=4, every=2, window=72, quiet=WORKING_DAYS)
        times = wave_times(schedule, date(2026, 10, 2), [GERMANY, INDIA])

        assert times.asks_at[INDIA] == datetime(2026, 10, 2, 4, 30, tzinfo=UTC)
        assert times.shifts == {INDIA: Shift(date(2026, 10, 2), Quiet.HOLIDAY, date(2026, 10, 2))}

    def test_exactly_24_hours_are_enough(self) -> None:
        # Berlin's 10:00 is 08:00 UTC, Kolkata's Monday 10:00 is 04:30 UTC: 92.5 hours to the close.
        schedule = weekly(date(2026, 10, 2), weekday=4, every=2, window=93, quiet=WORKING_DAYS)
        times = wave_times(schedule, date(2026, 10, 2), [GERMANY, INDIA])

        assert times.asks_at[INDIA].date() == date(2026, 10, 5)

    def test_a_day_that_is_quiet_for_everyone_moves_the_whole_wave_with_its_close(self) -> None:
        schedule = weekly(date(2026, 12, 11), weekday=4, every=2, quiet=WORKING_DAYS)
        times = wave_times(schedule, date(2026, 12, 25), [GERMANY, NEW_YORK])

        assert times.asks_at[GERMANY] == datetime(2026, 12, 28, 9, 0, tzinfo=UTC)
        assert times.closes_at == times.asks_at[NEW_YORK] + timedelta(hours=72)
        assert times.shifts[GERMANY] == Shift(date(2026, 12, 25), Quiet.HOLIDAY, date(2026, 12, 28))

    def test_blackout_days_are_never_asked_on_however_short_the_window(self) -> None:
        dark = ((date(2026, 12, 21), date(2027, 1, 3)),)
        schedule = weekly(
            date(2026, 12, 1), every=4, window=24, quiet=QuietDays(holidays=True, blackouts=dark)
        )
        times = wave_times(schedule, date(2026, 12, 29), [GERMANY])

        assert times.asks_at[GERMANY] == datetime(2027, 1, 4, 9, 0, tzinfo=UTC)

    def test_an_occurrence_pushed_against_the_next_one_is_not_held(self) -> None:
        # Good Friday and Easter Monday leave Tuesday, three days before the next Friday.
        schedule = weekly(date(2026, 3, 27), weekday=4, quiet=WORKING_DAYS)
        times = wave_times(schedule, date(2026, 4, 3), [GERMANY])

        assert not times.held
        assert fate(times.opens_at, times.closes_at, times.opens_at) is Fate.MISSED
        assert wave_times(schedule, date(2026, 4, 10), [GERMANY]).held

    def test_a_window_never_reaches_into_the_next_occurrence(self) -> None:
        schedule = weekly(window=167)
        zones = everywhere(["Pacific/Kiritimati", "Pacific/Pago_Pago"])
        times = wave_times(schedule, date(2026, 1, 6), zones)

        assert times.closes_at == wave_times(schedule, date(2026, 1, 13), zones).opens_at

    def test_with_holidays_switched_off_they_are_days_like_any_other(self) -> None:
        schedule = weekly(date(2026, 12, 25), weekday=4, quiet=QuietDays(holidays=False))
        times = wave_times(schedule, date(2026, 12, 25), [GERMANY])

        assert times.asks_at[GERMANY].date() == date(2026, 12, 25)
        assert not times.shifts


class TestFate:
    OPENS = datetime(2026, 3, 3, 9, tzinfo=UTC)
    CLOSES = datetime(2026, 3, 6, 9, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("now", "expected"),
        [
            (OPENS - timedelta(seconds=1), Fate.WAITS),
            (OPENS, Fate.OPENS),
            (CLOSES - timedelta(hours=24), Fate.OPENS),
            (CLOSES - timedelta(hours=24) + timedelta(seconds=1), Fate.MISSED),
            (CLOSES + timedelta(days=90), Fate.MISSED),
        ],
    )
    def test_it_opens_late_only_with_24_hours_left(self, now: datetime, expected: Fate) -> None:
        assert fate(self.OPENS, self.CLOSES, now) is expected
