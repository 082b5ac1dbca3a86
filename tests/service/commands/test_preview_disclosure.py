"""`kept preview-disclosure`: from a directory file alone, without a database."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service import cli
from service.demo.organisation import people_file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(people_file(), encoding="utf-8")
    return path


def preview(file: Path, *options: str) -> Result:
    return CliRunner().invoke(
        cli.main,
        ["preview-disclosure", str(file), *options],
        env={"KEPT_DATABASE_URL": "postgresql+asyncpg://nobody@127.0.0.1:1/nothing"},
    )


@pytest.mark.parametrize("response", ["0.8", "80%", "80 %", ".8"])
def test_it_counts_teams_and_units_above_them(file: Path, response: str) -> None:
    told = json.loads(preview(file, "--response-rate", response, "--json").stdout)

    assert {key: value for key, value in told.items() if key != "units"} == {
        "response_rate": 0.8,
        "minimum_group": 5,
        "asked": 80,
        "teams": 8,
        "teams_shown": 6,
        "roll_ups": 2,
        "roll_ups_shown": 2,
        "answers_left_over": 0,
    }
    finance = next(unit for unit in told["units"] if unit["name"] == "Finance")
    assert finance == {
        "name": "Finance",
        "parent": "Osier Works",
        "kind": "team",
        "asked": 3,
        "expected": pytest.approx(2.4),
        "shown": False,
        "probability": 0.0,
        "instead": "Reads the figures of Osier Works; its own answers are carried up.",
        "reads": "Osier Works",
    }


def test_a_person_reads_a_sentence_and_a_table(file: Path) -> None:
    shown = preview(file, "--response-rate", "0.8").stdout.replace("\u00a0", " ")

    assert shown.startswith(
        "At 80 % response 6 of 8 teams see their own figures, and 2 of 2 units above them."
    )
    assert "  Field Sales           5       4.0       33 %  Reads the figures of Osier Works" in shown


def test_a_higher_minimum_group_shows_fewer_teams(file: Path) -> None:
    told = json.loads(preview(file, "--response-rate", "0.8", "--minimum-group", "8", "--json").stdout)

    assert (told["minimum_group"], told["teams_shown"]) == (8, 1)


@pytest.mark.parametrize("response", ["80", "-0.1", "101%", "nan", "most", ""])
def test_a_response_that_is_no_share_is_refused(file: Path, response: str) -> None:
    refused = preview(file, f"--response-rate={response}")

    assert refused.exit_code == 2
    assert "a share from 0 to 1" in refused.stderr


def test_a_file_that_could_not_be_imported_is_refused_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("email,name,team,parent_team\nada,Ada,Cards,Loans\n", encoding="utf-8")

    refused = preview(file, "--response-rate", "1", "--json")

    assert refused.exit_code == 1
    assert "line 2: email" in refused.stderr
    assert refused.stderr.endswith("Nothing was computed.\n")
    assert json.loads(refused.stdout)["problems"][0]["line"] == 2


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert preview(tmp_path / "nothing.csv", "--response-rate", "1").exit_code == 2
