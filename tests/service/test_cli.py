"""The `kept` command as a person types it."""

import os
import sqlite3
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from sqlalchemy.exc import OperationalError

from integrations.environment import SettingsError
from service import cli
from surveys.errors import Conflict

KEPT = Path(sys.executable).parent / "kept"


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KEPT_")}
    return subprocess.run(
        [KEPT, *arguments], capture_output=True, text=True, check=False, env=clean | environ, timeout=60
    )


def test_help_names_every_command() -> None:
    shown = CliRunner().invoke(cli.main, ["--help"])

    assert shown.exit_code == 0
    assert [name for name in cli.COMMANDS if f"  {name} " not in shown.output] == []


@pytest.mark.parametrize("name", list(cli.COMMANDS))
def test_every_command_explains_itself(name: str) -> None:
    shown = CliRunner().invoke(cli.main, [name, "--help"])

    assert shown.exit_code == 0, shown.output
    assert shown.output.startswith("Usage: ")


def test_the_short_help_needs_neither_the_database_nor_the_web_framework() -> None:
    code = (
        "import sys; from service import cli; from click.testing import CliRunner; "
        "assert CliRunner().invoke(cli.main, ['--help']).exit_code == 0; "
        "print(*[name for name in ('sqlalchemy', 'litestar', 'slack_sdk') if name in sys.modules])"
    )

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == ""


def test_an_unknown_command_is_refused_in_words() -> None:
    shown = CliRunner().invoke(cli.main, ["invent"])

    assert shown.exit_code == 2
    assert "No such command" in shown.output


@pytest.mark.parametrize(
    ("refusal", "line"),
    [
        (SettingsError(["KEPT_X: is wrong."]), "Error: KEPT_X: is wrong.\n"),
        (Conflict("There are {count} of them.", count=2), "Error: There are 2 of them.\n"),
    ],
)
def test_a_refusal_is_one_line_and_exit_status_1(
    monkeypatch: pytest.MonkeyPatch, refusal: Exception, line: str
) -> None:
    @click.command()
    def refuse() -> None:
        raise refusal

    monkeypatch.setattr(cli.Commands, "get_command", lambda _self, _ctx, _name: refuse)

    shown = CliRunner().invoke(cli.main, ["doctor"])

    assert (shown.exit_code, shown.output) == (1, line)


def test_a_database_that_fails_under_a_command_is_one_line_without_what_was_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    @click.command()
    def fill() -> None:
        full = sqlite3.OperationalError("database or disk is full")
        raise OperationalError("UPDATE person SET name = ?", ("Ada",), full)

    monkeypatch.setattr(cli.Commands, "get_command", lambda _self, _ctx, _name: fill)

    shown = CliRunner().invoke(cli.main, ["doctor"])

    assert shown.exit_code == 1
    assert shown.output.startswith("Error: The database failed in the middle: database or disk is full. ")
    assert shown.output.count("\n") == 1
    assert "Ada" not in shown.output


def test_each_entry_points_at_a_command() -> None:
    for entry in cli.COMMANDS.values():
        module = import_module(f"service.commands.{entry.module}")
        assert isinstance(getattr(module, entry.attribute), click.Command)


def test_the_installed_command_refuses_a_wrong_setting_and_names_it() -> None:
    done = run("migrate", KEPT_LISTEN="nowhere")

    assert done.returncode == 1
    assert "KEPT_LISTEN" in done.stderr
    assert "Traceback" not in done.stderr
