"""The whole job against a Slack double nobody here wrote, in a network namespace of its own."""

import os
import subprocess
from pathlib import Path

from tests.doubles.namespace import ROOT, confined
from tools.browser import find

PATIENCE = 300  # seconds


def test_from_a_list_of_people_to_a_page_of_results(own_database_url: str, tmp_path: Path):
    chromium = str(find() or "")
    done = subprocess.run(
        confined("tests.end_to_end.whole_job", str(tmp_path), own_database_url),
        cwd=ROOT,
        env={**os.environ, "KEPT_TEST_CHROMIUM": chromium},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "the whole job is done" in done.stderr
    for secret in ("xoxb-", "/answer/", "selected_option"):
        assert secret not in done.stdout + done.stderr
