"""`kept check-wording`: one JSON object a line, and nothing kept."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from service import cli


def check(text: str | bytes, *options: str) -> Result:
    return CliRunner().invoke(cli.main, ["check-wording", *options], input=text)


def test_each_line_that_is_not_empty_is_answered_in_its_order(tmp_path: Path) -> None:
    roster = tmp_path / "roster.txt"
    roster.write_text("Priya Raman\n@tom\n", encoding="utf-8")

    shown = check("tom never tests.\n\n   \nWe forgot the docs.\r\nJosé laughed", "--roster", str(roster))
    first, second, third = (json.loads(line) for line in shown.stdout.splitlines())

    assert shown.exit_code == 0
    assert (first["text"], first["nudge"]) == ("tom never tests.", True)
    assert first["why"]
    assert first["rewrite"].startswith("When [event]")
    assert second == {"text": "We forgot the docs.", "nudge": False, "why": None, "rewrite": None}
    assert third["text"] == "José laughed"


def test_without_a_roster_names_are_nobodys() -> None:
    told = [json.loads(line) for line in check("Tom never tests.\nYou never test.\n").stdout.splitlines()]

    assert [line["nudge"] for line in told] == [False, True]


def test_a_sentence_with_an_odd_line_end_in_it_stays_one_line() -> None:
    told = check("One\u2028two\u0085three\n").stdout

    assert [json.loads(line)["text"] for line in told.splitlines()] == ["One\u2028two\u0085three"]


def test_nothing_in_gives_nothing_out() -> None:
    shown = check("")

    assert (shown.exit_code, shown.stdout) == (0, "")


def test_what_is_not_utf8_is_refused_with_its_line(tmp_path: Path) -> None:
    roster = tmp_path / "roster.txt"
    roster.write_bytes("Łukasz\n".encode("utf-16"))

    text = check(b"fine\n\xe9t\xe9\n")
    names = check(b"fine\n", "--roster", str(roster))

    assert (text.exit_code, names.exit_code) == (1, 1)
    assert "Line 2 of the input is not UTF-8" in text.stderr
    assert "Line 1 of the roster is not UTF-8" in names.stderr


def test_a_roster_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert check("fine\n", "--roster", str(tmp_path / "nobody.txt")).exit_code == 2
