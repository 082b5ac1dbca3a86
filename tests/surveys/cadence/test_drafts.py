"""Each refusal names its field and the remedy; what is left blank gets a sensible meaning."""

from dataclasses import replace
from datetime import date, time
from uuid import UUID, uuid4

import pytest

from surveys.cadence.drafts import OwnItem, ProgrammeDraft, interval_hours, problems_of
from surveys.cadence.rules import Interval

KNOWN = uuid4()
DRAFT = ProgrammeDraft(name="Team pulse", start_on=date(2026, 3, 2))


def fields_of(**changes: object) -> list[str | None]:
    draft = replace(DRAFT, **changes).tidied()  # type: ignore[arg-type] -- each test gives its field's type
    return [problem.field for problem in problems_of(draft, teams={KNOWN}, organisation_minimum=5)]


def test_the_defaults_are_sound() -> None:
    assert fields_of() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "  "),
        ("name", "x" * 81),
        ("audience", (KNOWN, UUID(int=1))),
        ("pulse", "hourly"),
        ("interval", "daily"),
        ("every", 0),
        ("every", 53),
        ("weekday", 7),
        ("start_on", date(9999, 1, 1)),
        ("window_hours", 23),
        ("window_hours", 4 * 7 * 24),
        ("reminders", 3),
        ("remind", "nobody"),
        ("minimum_group", 4),
        ("minimum_group", 51),
        ("head_start_days", 3),
        ("head_start_days", -1),
        ("blackouts", (("2026-12-24", "2026-12-23"),)),
        ("blackouts", (("Christmas", "2026-12-23"),)),
        ("blackouts", (("2026-12-24", "2026-12-24"),) * 41),
        ("struck_items", ("PSY-09",)),
        ("struck_items", ("PSY-01", "PSY-02", "PSY-03")),
        ("optional_dimensions", ("REL",)),
        ("own_items", (OwnItem(" "),)),
        ("own_items", (OwnItem("The same."), OwnItem("The  same."))),
        ("own_items", (OwnItem("x" * 201),)),
        ("own_items", (OwnItem("One."), OwnItem("Two."), OwnItem("Three."))),
    ],
)
def test_what_cannot_be_used_is_refused_at_its_field(field: str, value: object) -> None:
    assert fields_of(**{field: value}) == [field]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("audience", (KNOWN, KNOWN)),
        ("minimum_group", 5),
        ("window_hours", 24),
        ("window_hours", 4 * 7 * 24 - 1),
        ("blackouts", (("2026-12-24", "2026-12-24"),)),
        ("struck_items", ("PSY-01", "PSY-02", "CNF-01", "CNF-02", "REL-01", "REL-02")),
        ("own_items", (OwnItem("One."), OwnItem("Two.", reversed=True))),
    ],
)
def test_what_is_just_within_the_rules_is_taken(field: str, value: object) -> None:
    assert fields_of(**{field: value}) == []


def test_everything_that_is_wrong_is_said_at_once() -> None:
    assert fields_of(name="", reminders=9, window_hours=1) == ["name", "reminders", "window_hours"]


def test_only_known_optional_dimensions_go_into_a_light_pulse() -> None:
    assert fields_of(pulse="light", optional_dimensions=("REL", "APR")) == []
    assert fields_of(pulse="light", optional_dimensions=("PSY",)) == ["optional_dimensions"]


def test_a_light_pulse_without_a_choice_asks_two_suggested_dimensions() -> None:
    assert replace(DRAFT, pulse="light").tidied().optional_dimensions == ("REL", "OPN")
    assert DRAFT.tidied().optional_dimensions == ()


def test_weeks_mean_nothing_to_a_monthly_pulse() -> None:
    assert replace(DRAFT, interval=Interval.MONTHLY, every=99).tidied().every == 1


def test_seconds_mean_nothing_to_a_time_of_day() -> None:
    assert replace(DRAFT, local_time=time(9, 30, 59)).tidied().local_time == time(9, 30)


@pytest.mark.parametrize(
    ("interval", "every", "weeks"),
    [("weeks", 1, 1), ("weeks", 13, 13), ("monthly", 1, 4), ("quarterly", 1, 12)],
)
def test_the_shortest_gap_between_two_occurrences(interval: str, every: int, weeks: int) -> None:
    assert interval_hours(interval, every) == weeks * 168
