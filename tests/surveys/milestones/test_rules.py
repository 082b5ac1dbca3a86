"""On which days and at which instants a rhythm falls, and what a placement or rhythm may say."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.errors import Invalid
from surveys.milestones.rules import (
    Placement,
    Rhythm,
    Source,
    following,
    project_name,
    starts_at,
    title_of,
)

TODAY = date(2026, 3, 3)  # a Tuesday
BERLIN = "Europe/Berlin"


def rhythm(**wrong: object) -> Rhythm:
    values: dict[str, object] = {
        "label": "Sprint",
        "every_weeks": 2,
        "first_on": TODAY,
        "at": time(14),
        "days_a_phase": 1,
    }
    return Rhythm(**(values | wrong))  # type: ignore[arg-type] -- wrong ones on purpose


def test_a_rhythm_keeps_its_hour_when_the_clocks_change() -> None:
    assert starts_at(date(2026, 3, 27), time(14), BERLIN, "DE") == datetime(2026, 3, 27, 13, tzinfo=UTC)
    assert starts_at(date(2026, 4, 10), time(14), BERLIN, "DE") == datetime(2026, 4, 10, 12, tzinfo=UTC)


def test_a_public_holiday_moves_one_retrospective_and_not_the_rhythm() -> None:
    good_friday = date(2026, 4, 3)

    assert starts_at(good_friday, time(14), BERLIN, "DE").date() == date(2026, 4, 7)  # Easter Monday, too
    assert starts_at(good_friday, time(14), BERLIN, None).date() == good_friday
    assert following(good_friday, 2, today=date(2026, 4, 7)) == date(2026, 4, 17)


@settings(max_examples=60)
@given(
    day=st.dates(date(2020, 1, 1), date(2035, 1, 1)),
    weeks=st.integers(1, 26),
    late=st.integers(0, 400),
    at=st.times(),
    zone=st.sampled_from([BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
)
def test_the_next_day_is_never_past_and_stays_on_its_weekday(
    day: date, weeks: int, late: int, at: time, zone: str
) -> None:
    today = day + timedelta(days=late)

    coming = following(day, weeks, today=today)

    assert coming >= today
    assert coming > day
    assert (coming - day).days % (7 * weeks) == 0
    starts = starts_at(coming, at.replace(second=0, microsecond=0), zone, None).astimezone(ZoneInfo(zone))
    assert starts.date() >= coming
    assert starts.weekday() < 5


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("label", {"label": " "}),
        ("label", {"label": "x" * 61}),
        ("every_weeks", {"every_weeks": 0}),
        ("every_weeks", {"every_weeks": 27}),
        ("days", {"days_a_phase": 11}),
        ("first_on", {"first_on": TODAY - timedelta(days=1)}),
        ("first_on", {"first_on": date(2026, 3, 7)}),
        ("first_on", {"first_on": date(9999, 12, 31)}),
    ],
)
def test_a_rhythm_that_cannot_be_names_its_field(field: str, wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid) as refused:
        rhythm(**wrong).require_possible(today=TODAY)

    assert refused.value.field == field


def test_a_rhythm_may_begin_today() -> None:
    rhythm(first_on=TODAY).require_possible(today=TODAY)


def test_projects_are_written_one_way() -> None:
    assert project_name("  Octo-Org/Checkout/ ") == "octo-org/checkout"
    with pytest.raises(Invalid):
        Placement(Source.GITHUB, "", uuid4(), 1).checked_name()
    with pytest.raises(Invalid):
        Placement(Source.GITHUB, "a/b", uuid4(), 11).checked_name()


def test_a_long_name_becomes_a_title_with_an_ellipsis() -> None:
    assert title_of("  Release \n 4 ") == "Release 4"
    assert len(title_of("x" * 500)) == 100
