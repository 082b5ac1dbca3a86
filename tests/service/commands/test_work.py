"""`kept work`: once, at a pretended time, and until it is asked to stop."""

import signal
import time

import pytest

from tests.service.commands.installation import Installation

NOON = "2026-12-01T12:00:00Z"


def test_once_says_that_nothing_was_due_and_ends(installed_on_either: Installation) -> None:
    done = installed_on_either.invoke("work", "--once")

    assert done.exit_code == 0, done.stderr
    assert done.stdout == "nothing was due\n"


def test_another_time_needs_to_be_allowed(installed: Installation) -> None:
    refused = installed.invoke("work", "--once", "--now", NOON)
    allowed = installed.invoke("work", "--once", "--now", NOON, KEPT_TIME_TRAVEL="1")

    assert refused.exit_code == 2
    assert "KEPT_TIME_TRAVEL=1" in refused.stderr
    assert allowed.exit_code == 0, allowed.stderr


@pytest.mark.parametrize("arguments", [["--now", NOON], ["--once", "--now", "noon"]])
def test_another_time_is_an_instant_and_goes_with_once(
    installed: Installation, arguments: list[str]
) -> None:
    done = installed.invoke("work", *arguments, KEPT_TIME_TRAVEL="1")

    assert done.exit_code == 2


def test_another_time_is_impossible_where_people_answer(installed: Installation) -> None:
    done = installed.invoke(
        "work",
        "--once",
        "--now",
        NOON,
        KEPT_TIME_TRAVEL="1",
        KEPT_BASE_URL="https://kept.example.com",
    )

    assert done.exit_code == 1
    assert "KEPT_TIME_TRAVEL" in done.stderr


def test_it_beats_while_it_runs_and_ends_when_asked_to(installed: Installation) -> None:
    heartbeat = installed.folder / "heartbeat"
    process = installed.start("work", "--heartbeat", str(heartbeat))
    try:
        end = time.monotonic() + 40
        while not heartbeat.exists() and time.monotonic() < end:
            time.sleep(0.05)
        assert heartbeat.exists()
    finally:
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=40)

    assert process.returncode == 0, errors
    assert "Traceback" not in errors


def test_it_refuses_without_its_key_store(installed: Installation) -> None:
    (installed.keys / "KEPT-KEYS").unlink()

    done = installed.invoke("work", "--once")

    assert done.exit_code == 1
    assert "is not a key store" in done.stderr


@pytest.mark.parametrize("command", [["programme", "list"], ["programme", "pause", "x"]])
def test_other_commands_pretend_a_time_only_where_that_is_allowed(
    installed: Installation, command: list[str]
) -> None:
    refused = installed.invoke(*command, "--now", NOON)

    assert refused.exit_code == 2
    assert "KEPT_TIME_TRAVEL=1" in refused.stderr
