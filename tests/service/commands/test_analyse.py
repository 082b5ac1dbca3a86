"""`kept analyse` as its user types it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from service import cli

FILE = """team,respondent,A,B,C
North,1,4,2,4
North,2,5,1,5
North,3,2,3,2
North,4,4,2,3
North,5,3,3,4
South,6,1,5,2
South,7,2,4,1
South,8,2,,2
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "answers.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


def run(file: Path, *options: str) -> Result:
    return CliRunner().invoke(cli.main, ["analyse", str(file), *options])


def figures(file: Path, *options: str) -> dict[str, Any]:
    shown = run(file, "--json", *options)
    assert shown.exit_code == 0, shown.output
    found: dict[str, Any] = json.loads(shown.stdout)
    return found


def test_the_keys_are_a_contract(file: Path) -> None:
    found = figures(file)

    assert set(found) == {
        "n_rows",
        "n_complete",
        "items",
        "alpha",
        "omega",
        "omega_reason",
        "icc1",
        "icc2",
        "teams",
    }
    assert set(found["items"]["A"]) == {"mean", "favourable"}
    assert set(found["alpha"]) == {"pairwise", "complete", "ci95"}
    assert set(found["icc1"]) == {"mean_group_size", "k0"}
    assert {"n", "asked", "score", "sd", "favourable", "rwg_j", "ad_mj", "interval", "shown"} < set(
        found["teams"]["North"]
    )
    assert set(found["teams"]["North"]["interval"]) == {"kind", "lo", "hi"}


def test_reversed_items_are_turned_and_gaps_left_out(file: Path) -> None:
    found = figures(file, "--reversed", "B")

    assert (found["n_rows"], found["n_complete"]) == (8, 7)
    assert list(found["items"]) == ["A", "B", "C"]
    assert found["teams"]["North"]["score"] == pytest.approx(25 * (55 / 15 - 1))
    assert found["alpha"]["complete"] > 0.8 > figures(file)["alpha"]["complete"]


def test_each_kind_of_interval_has_its_name(file: Path) -> None:
    kinds = {
        options: [team["interval"]["kind"] for team in figures(file, *options)["teams"].values()]
        for options in ((), ("--asked", "North=8,South=2"))
    }

    assert kinds == {
        (): ["census", "bounds"],
        ("--asked", "North=8,South=2"): ["shrunk_t", "census"],
    }


def test_a_team_under_the_minimum_is_printed_and_marked(file: Path) -> None:
    assert [team["shown"] for team in figures(file)["teams"].values()] == [True, False]
    assert [team["shown"] for team in figures(file, "--minimum-group", "2")["teams"].values()] == [True] * 2

    shown = run(file)
    assert "South" in shown.output
    assert "under 5 complete cases; Kept would not show this team separately" in shown.output


def test_the_report_rounds_and_says_what_each_figure_means(file: Path) -> None:
    shown = run(file, "--reversed", "B").output

    assert shown.startswith("8 rows, 7 complete. Scores run from 0 to 100.\n")
    assert "North    5 of 5     67  everyone answered" in shown
    assert "South    2 of 3     12           8 to 42*" in shown
    assert "With 2 teams these three are mostly chance; 20 are needed." in shown


def test_one_team_is_called_all_and_takes_a_plain_number(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text("A,B\n4,4\n2,3\n5,5\n", encoding="utf-8")

    found = figures(path, "--asked", "9")
    assert found["teams"]["all"]["asked"] == 9
    assert found["teams"]["all"]["interval"]["kind"] == "shrunk_t"
    assert found["omega"] is None
    assert found["omega_reason"] == "omega needs at least three items"


def test_names_of_teams_may_hold_commas_and_equals_signs(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_text('team,A\n"Sales, North",4\nx=y,2\n', encoding="utf-8")

    found = figures(path, "--asked", "Sales, North=7, x=y=5")
    assert {name: team["asked"] for name, team in found["teams"].items()} == {"Sales, North": 7, "x=y": 5}


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--reversed", "B,Z"), "reversed: the file has no item Z; its items are A, B, C."),
        (("--asked", "9"), "asked: the file has 2 teams; say which: --asked team=N,…"),
        (("--asked", "North=4"), "asked: 4 is too few for North; at least 5 were asked"),
        (("--asked", "West=4"), "asked: the file has no team West."),
        (("--asked", "North=9,North=8"), "asked: the team North is named twice."),
        (("--asked", "North=many"), "asked: give one whole number, or team=number"),
        (("--scale", "4"), "line 3, column 3 (A): this number is not on the scale of 1 to 4"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(file: Path, options: tuple[str, ...], why: str) -> None:
    shown = run(file, *options)

    assert shown.exit_code == 1
    assert shown.stdout == ""
    assert shown.stderr.startswith(f"Error: {why}")
    assert len(shown.stderr.splitlines()) == 1
