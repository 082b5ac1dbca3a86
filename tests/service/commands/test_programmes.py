"""`kept programme` as HR's colleague in IT types it, on a database with real commits."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from service import cli
from service.commands.programme_flags import read_hours, read_instant, read_interval, read_weekday
from surveys.cadence.models import Programme
from surveys.waves.opening import miss_wave
from tests.cast import make_cast, make_person

Kept = Callable[..., Result]


@pytest.fixture
async def kept(
    own_sessions: async_sessionmaker[AsyncSession],
    own_database: AsyncEngine,
    own_database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Kept:
    """The command, beside the cast and somebody in Seoul."""
    async with own_sessions.begin() as session:
        cast = await make_cast(session)
        await make_person(
            session, cast.organisation, "Kim", team=cast.search, zone="Asia/Seoul", country="KR"
        )
    await own_database.dispose()
    monkeypatch.setenv("KEPT_DATABASE_URL", own_database_url)
    monkeypatch.setenv("KEPT_KEYS_DIR", str(tmp_path / "keys"))

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(cli.main, ["programme", *arguments], catch_exceptions=False)

    return run


async def run(kept: Kept, *arguments: str) -> Result:
    return await asyncio.to_thread(kept, *arguments)


async def read(kept: Kept, *arguments: str) -> Any:  # noqa: ANN401 -- JSON
    result = await run(kept, *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


class TestAdd:
    async def test_without_flags_everybody_is_asked_every_four_weeks(self, kept: Kept) -> None:
        result = await run(kept, "add")

        assert result.exit_code == 0, result.output
        assert (
            'Added "Team pulse". Every 4 weeks on Tuesday, 10:00 where each person is; 8 days'
            in result.output
        )
        assert "Next: Tuesday " in result.output

    async def test_what_the_clock_opens_at_once_is_said_to_be_due_already_until_it_is_missed(
        self, kept: Kept, own_sessions: async_sessionmaker[AsyncSession]
    ) -> None:
        yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
        weekday = yesterday.strftime("%A").lower()
        result = await run(
            kept, "add", "--start", yesterday.isoformat(), "--weekday", weekday, "--no-holidays"
        )

        assert "Due already, opened as soon as the clock runs: " in result.output
        listed = await read(kept, "list")
        assert [row["occurrence"] for row in listed[0]["next"]][:1] == [yesterday.isoformat()]

        async with own_sessions.begin() as session:
            programme = (await session.scalars(select(Programme))).one()
            await miss_wave(session, programme, yesterday, now=datetime.now(UTC))
        missed = (await run(kept, "list")).output
        assert "nobody was asked: Kept was not running" in missed
        assert "Due already" not in missed

    async def test_there_is_a_flag_for_everything(self, kept: Kept) -> None:
        added = await read(
            kept,
            *("add", "--name", "Payments and Search", "--audience", "payments", "--audience", "Search"),
            *("--pulse", "light", "--every", "2 weeks", "--weekday", "thu", "--at", "09:30"),
            *("--window", "72h", "--reminders", "2", "--remind", "missing", "--no-holidays"),
            *("--blackout", "2026-12-24..2027-01-02", "--blackout", "2027-05-01"),
            *("--minimum-group", "7", "--head-start", "2", "--optional", "apr", "--strike", "psy-05"),
            "--no-open-question",
            *("--own", "Our tools help us.", "--own-reversed", "I am often interrupted."),
            *("--start", "2027-01-04"),
        )

        assert len(added["audience"]) == 2
        assert {name: added[name] for name in added if name not in ("id", "audience", "next")} == {
            "name": "Payments and Search",
            "pulse": "light",
            "interval": "weeks",
            "every": 2,
            "start_on": "2027-01-04",
            "weekday": 3,
            "local_time": "09:30",
            "window_hours": 72,
            "reminders": 2,
            "remind": "missing",
            "observe_holidays": False,
            "open_question": False,
            "blackouts": [["2026-12-24", "2027-01-02"], ["2027-05-01", "2027-05-01"]],
            "minimum_group": 7,
            "head_start_days": 2,
            "optional_dimensions": ["APR"],
            "struck_items": ["PSY-05"],
            "own_items": [
                {"code": "OWN-01", "text": "Our tools help us.", "reversed": False},
                {"code": "OWN-02", "text": "I am often interrupted.", "reversed": True},
            ],
            "paused": False,
        }
        assert added["next"][0]["occurrence"] == "2027-01-07"

    async def test_a_quarterly_pulse_returns_every_quarter(self, kept: Kept) -> None:
        assert (await read(kept, "add", "--pulse", "quarterly"))["interval"] == "quarterly"

    async def test_a_weekly_pulse_warns_of_small_units(self, kept: Kept) -> None:
        result = await run(kept, "add", "--every", "week")

        assert "ask fewer than 8 people each. They take part at most every two weeks" in result.output

    @pytest.mark.parametrize("backend", ["sqlite"], indirect=True)  # no refusal comes from the database
    @pytest.mark.parametrize(
        ("flags", "line"),
        [
            (("--reminders", "3"), "Error: --reminders: Choose no reminder, one or two."),
            (("--window", "2h"), "Error: --window: Leave at least 24 hours to answer."),
            (("--every", "1 week", "--window", "1 week"), "Error: --window: The time to answer has to end"),
            (("--every", "60 weeks"), "Error: --every: Choose between 1 and 52 weeks."),
            (("--audience", "Payroll"), 'Error: --audience: There is no team "Payroll"'),
            (("--minimum-group", "4"), "Error: --minimum-group: A programme can only raise"),
            (("--blackout", "2027-01-02..2026-12-24"), "Error: --blackout: Quiet days"),
            (("--blackout", "Christmas"), "Error: --blackout: Give quiet days as dates"),
            (("--strike", "PSY-09"), "Error: --strike: There is no statement with the code PSY-09."),
            (("--optional", "REL"), "Error: --optional: Only a light pulse"),
            (("--own", " "), "Error: --own: Write each statement"),
            (("--head-start", "5"), "Error: --head-start: Leaders can read"),
            (("--name", " "), "Error: --name: Give the programme a name."),
        ],
    )
    async def test_a_refusal_is_one_line_that_names_the_flag(
        self, kept: Kept, flags: tuple[str, ...], line: str
    ) -> None:
        result = await run(kept, "add", *flags)

        assert result.exit_code == 1
        assert result.stderr.startswith(line)
        assert result.stderr.count("\n") == 1
        assert await read(kept, "list") == []

    @pytest.mark.parametrize("backend", ["sqlite"], indirect=True)  # as above
    @pytest.mark.parametrize(
        "flags",
        [
            ("--every", "often"),
            ("--window", "a while"),
            ("--at", "25:00"),
            ("--weekday", "someday"),
            ("--start", "soon"),
            ("--pulse", "huge"),
            ("--unheard-of", "1"),
        ],
    )
    async def test_what_cannot_be_read_is_a_matter_of_usage(
        self, kept: Kept, flags: tuple[str, ...]
    ) -> None:
        result = await run(kept, "add", *flags)

        assert result.exit_code == 2
        assert flags[0] in result.stderr


class TestEdit:
    async def test_only_what_is_named_changes(self, kept: Kept) -> None:
        before = await read(kept, "add", "--own", "One.", "--audience", "Search", "--start", "2027-01-04")

        after = await read(kept, "edit", "team pulse", "--reminders", "0", "--own", "none")

        assert after["reminders"] == 0
        assert after["own_items"] == []
        for name in ("id", "audience", "start_on", "window_hours", "name", "next"):
            assert after[name] == before[name]

    async def test_a_pulse_that_is_not_light_any_more_drops_optional_dimensions(self, kept: Kept) -> None:
        await read(kept, "add", "--pulse", "light")

        assert (await read(kept, "edit", "Team pulse", "--pulse", "default"))["optional_dimensions"] == []

    async def test_an_unknown_name_is_refused_with_those_that_are_known(self, kept: Kept) -> None:
        await run(kept, "add")

        result = await run(kept, "edit", "Puls", "--reminders", "0")

        assert result.exit_code == 1
        assert result.stderr == 'Error: There is no programme "Puls"; there is "Team pulse".\n'


class TestPauseAndList:
    async def test_a_pause_shows_in_the_list_and_ends(self, kept: Kept) -> None:
        await run(kept, "add", "--audience", "Payments")

        assert "is paused" in (await run(kept, "pause", "Team pulse")).output
        assert "Paused." in (await run(kept, "list")).output
        assert (await read(kept, "list"))[0]["paused"] is True
        assert "goes on. Next: Tuesday" in (await run(kept, "resume", "Team pulse")).output
        assert "Payments; 6 statements" in (await run(kept, "list")).output

    async def test_an_empty_list_says_what_to_do(self, kept: Kept) -> None:
        assert "kept programme add" in (await run(kept, "list")).output


class TestPreview:
    async def test_it_shows_each_zone_at_its_own_time(self, kept: Kept) -> None:
        await run(kept, "add", "--start", "2027-03-01")

        shown = await read(kept, "preview", "Team pulse", "--now", "2027-03-01T00:00Z", "--count", "3")

        days = [date.fromisoformat(row["occurrence"]) for row in shown["occurrences"]]
        assert days[0] == date(2027, 3, 2)
        assert {later - day for day, later in pairwise(days)} == {timedelta(weeks=4)}
        for row in shown["occurrences"]:
            assert [zone["zone"] for zone in row["zones"]] == ["Asia/Seoul", "Europe/Berlin"]
            assert all(zone["asks_at"][11:16] == "10:00" for zone in row["zones"])

    async def test_it_says_in_words_what_a_holiday_did(self, kept: Kept) -> None:
        await run(kept, "add", "--weekday", "fri", "--start", "2026-12-25")

        result = await run(kept, "preview", "Team pulse", "--now", "2026-12-20T00:00Z")

        assert "Monday 28 December. Closes everywhere on Tuesday 5 January" in result.output
        assert (
            "Europe/Berlin, Germany, 27 people: Monday 28 December, 10:00. "
            "Moved from Friday 25 December, a public holiday in Germany." in result.output
        )

    async def test_a_paused_one_is_shown_as_what_it_would_do(self, kept: Kept) -> None:
        await run(kept, "add")
        await run(kept, "pause", "Team pulse")

        assert "is paused; this is what it would do." in (await run(kept, "preview", "Team pulse")).output


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("1 week", ("weeks", 1)),
        ("every 2 weeks", ("weeks", 2)),
        ("weekly", ("weeks", 1)),
        ("13w", ("weeks", 13)),
        ("month", ("monthly", 1)),
        ("quarter", ("quarterly", 1)),
    ],
)
def test_intervals_are_read_as_people_say_them(words: str, expected: tuple[str, int]) -> None:
    assert read_interval(words) == expected


@pytest.mark.parametrize(("words", "hours"), [("72h", 72), ("3 days", 72), ("1 week", 168), ("1 hour", 1)])
def test_durations_are_read_as_people_say_them(words: str, hours: int) -> None:
    assert read_hours(words) == hours


def test_weekdays_and_instants_are_read_in_either_form() -> None:
    assert read_weekday("wednesday") == read_weekday("wed") == 2
    assert (
        read_instant("2026-12-01t09:00z")
        == read_instant("2026-12-01t09:00")
        == datetime(2026, 12, 1, 9, tzinfo=UTC)
    )


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_a_year_beyond_every_calendar_is_refused(year: str) -> None:
    with pytest.raises(ValueError, match=year.lstrip("0")):
        read_instant(f"{year}-12-31T23:59Z")


def test_every_flag_has_its_help() -> None:
    shown = CliRunner().invoke(cli.main, ["programme", "add", "--help"])

    assert shown.exit_code == 0
    assert isinstance(cli.main, click.Group)
    for flag in ("--audience", "--own-reversed", "--no-holidays", "--start", "--json"):
        assert flag in shown.output
