"""The whole job against a Slack double nobody here wrote, in a network namespace of its own."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.doubles.namespace import ROOT, confined
from tools.browser import find

PATIENCE = 600  # seconds


def test_from_a_list_of_people_to_a_page_of_results(own_database_url: str, tmp_path: Path):
    confine("whole_job", own_database_url, tmp_path, says="the whole job is done")


@pytest.mark.parametrize("backend", ["postgresql"])  # the job above runs on both
def test_from_a_closed_milestone_over_a_board_to_the_teams_not_yet(own_database_url: str, tmp_path: Path):
    confine("whole_circle", own_database_url, tmp_path, says="the circle is closed")


def confine(module: str, database_url: str, folder: Path, *, says: str) -> None:
    """Run a script of this folder in a network namespace of its own; its last line is `says`."""
    chromium = str(find() or "")
    done = subprocess.run(
        confined(f"tests.end_to_end.{module}", str(folder), database_url),
        cwd=ROOT,
        env={**os.environ, "KEPT_TEST_CHROMIUM": chromium},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert says in done.stderr
    for secret in ("xoxb-", "/answer/", "selected_option"):
        assert secret not in done.stdout + done.stderr
