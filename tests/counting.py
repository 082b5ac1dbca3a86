"""In which tests branches are counted: counting more than doubles what it costs.

`pytest --cov` counts from its start to its end. Here it counts while what is reported is imported, stands
still while tests are collected, and counts again in the tests that are there for it.
"""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from coverage import Coverage

ROOT = Path(__file__).parent.parent
# Tests with a database in which branches are counted, beside all of tests/surveys that need none. Together
# they reach every branch that coverage asks for. They run before all others: counting that stood still
# while greenlets and threads were begun does not see what they run.
COUNTED = (
    "tests/jobs/test_count_turnout.py",
    "tests/jobs/test_erasing_a_person.py",
    "tests/jobs/test_wave_life.py",
    "tests/privacy/test_open_and_closed.py",
    "tests/privacy/test_words.py",
    "tests/service/test_ballot_box.py",
    "tests/surveys/ballots/",
    "tests/surveys/cadence/test_programmes.py",
    "tests/surveys/retrospectives/test_boards.py",
)


def counts_branches(item: pytest.Item) -> bool:
    """Whether `make test` counts the branches that this test takes."""
    if item.nodeid.startswith(COUNTED):
        return True
    return item.nodeid.startswith("tests/surveys/") and "backend" not in getattr(item, "fixturenames", ())


class Counting:
    """Lets `pytest --cov` count where it should; without `--cov` it does nothing."""

    def __init__(self) -> None:
        self.paused: list[Coverage] = []  # the one that counts comes first

    @pytest.hookimpl(trylast=True)  # pytest-cov begins to count in this hook
    def pytest_sessionstart(self) -> None:
        """Count what importing takes, and nothing of what collecting does."""
        counting = Coverage.current()
        if counting is None:
            return
        for pattern in counting.get_option("report:include"):
            for file in ROOT.glob(pattern):
                import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
        self.stand_still()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Count in this test or not."""
        if item.get_closest_marker("counted") is None:
            self.stand_still()
        elif self.paused:
            self.paused[0].start()
            self.paused.clear()
        return (yield)

    def stand_still(self) -> None:
        """Stop counting, if it was going on.

        In a worker pytest-cov has begun twice, and stopping the second would let the first go on.
        """
        while (counting := Coverage.current()) is not None:
            counting.stop()
            self.paused.append(counting)
