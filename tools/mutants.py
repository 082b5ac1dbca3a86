"""Changes one pure module in many small ways and says which changes no test notices.

    make mutants MODULE=surveys/results/rules/disclosure.py
    make mutants MODULE=surveys/results/rules/trend.py TESTS=tests/surveys/results/test_figures.py

Each change, a mutant, is made by mutmut in a copy under build/mutants/ and never in the tree itself. The
fast tests about the module run on each; a mutant that all of them let through has survived and is
printed as a difference. Where a module needs a database, it is SQLite; what it does on PostgreSQL only
shows as "no tests". This takes minutes, so `make test` does not do it.
"""

import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parent.parent
RESULTS = "tests/surveys/results"
RULES = f"{RESULTS}/rules"
# The tests that are about a module, without a database where it needs none; others would only make it slow.
TOGETHER = [f"{RULES}/test_{of}.py" for of in ("same_answers", "parts", "spread", "totals")]
SHEETS, WORDS = "tests/surveys/ballots/test_sheets.py", "tests/privacy/test_words.py"
BOX = [SHEETS, WORDS, "tests/privacy/test_open_and_closed.py", "tests/jobs/test_erasing_a_person.py"]
UNSEALING = "tests/surveys/ballots/test_unsealing.py"
TESTS = {
    "surveys/ballots/actions.py": BOX,
    "surveys/ballots/casting.py": BOX,
    "surveys/ballots/queries.py": [SHEETS],
    "surveys/ballots/remarks.py": [UNSEALING, WORDS],
    "surveys/ballots/rules.py": ["tests/surveys/ballots/test_rules.py"],
    "surveys/ballots/sealing.py": [UNSEALING, *BOX, "tests/jobs/test_count_turnout.py"],
    "surveys/ballots/words.py": ["tests/surveys/comments/test_rules.py"],
    "surveys/results/rules/agreement.py": [f"{RULES}/test_reliability.py", f"{RULES}/test_analysis.py"],
    "surveys/results/rules/analysis.py": [f"{RULES}/test_analysis.py"],
    "surveys/results/rules/answer_counts.py": [f"{RULES}/test_analysis.py"],
    "surveys/results/rules/certainty.py": [f"{RULES}/test_certainty.py"],
    "surveys/results/rules/counts_over_all.py": TOGETHER,
    "surveys/results/rules/disclosure.py": [f"{RESULTS}/test_disclosure.py", f"{RESULTS}/test_counts.py"],
    "surveys/results/rules/display.py": [f"{RESULTS}/test_figures.py"],
    "surveys/results/rules/distributions.py": [f"{RULES}/test_one_pool.py", f"{RESULTS}/test_figures.py"],
    "surveys/results/rules/exchanges.py": [f"{RULES}/test_certainty.py", f"{RULES}/test_exchanges.py"],
    "surveys/results/rules/figures.py": [
        f"{RULES}/test_dimension_figures.py",
        f"{RULES}/test_publication.py",
        f"{RESULTS}/test_joint_disclosure.py",
    ],
    "surveys/results/rules/foreseen.py": [f"{RESULTS}/test_foreseen.py"],
    "surveys/results/rules/frozen.py": [f"{RULES}/test_publication.py"],
    "surveys/results/rules/intervals.py": [f"{RESULTS}/test_figures.py"],
    "surveys/results/rules/loop_words.py": [f"{RULES}/test_loop_words.py"],
    "surveys/results/rules/one_pool.py": [f"{RULES}/test_one_pool.py"],
    "surveys/results/rules/organisation.py": [f"{RULES}/test_pooled.py"],
    "surveys/results/rules/participation.py": [f"{RULES}/test_participation.py"],
    "surveys/results/rules/parts.py": TOGETHER,
    "surveys/results/rules/pooled.py": [f"{RULES}/test_pooled.py", f"{RULES}/test_publication.py"],
    "surveys/results/rules/publication.py": [
        f"{RULES}/test_publication.py",
        f"{RULES}/test_published_trends.py",
        f"{RULES}/test_receipt_totals.py",
        f"{RESULTS}/test_joint_disclosure.py",
    ],
    "surveys/results/rules/reliability.py": [f"{RULES}/test_reliability.py", f"{RULES}/test_pooled.py"],
    "surveys/results/rules/roll_ups.py": TOGETHER,
    "surveys/results/rules/scoring.py": [f"{RESULTS}/test_figures.py"],
    "surveys/results/rules/spread.py": TOGETHER,
    "surveys/results/rules/together.py": TOGETHER,
    "surveys/results/rules/told.py": [f"{RULES}/test_totals.py"],
    "surveys/results/rules/totals.py": [f"{RULES}/test_totals.py", f"{RULES}/test_parts.py"],
    "surveys/results/rules/trend.py": [f"{RULES}/test_trend.py", f"{RESULTS}/test_figures.py"],
    "surveys/results/rules/unit_tree.py": [f"{RESULTS}/test_counts.py", f"{RESULTS}/test_disclosure.py"],
}
NOTICED = {"killed", "timeout"}  # a loop without an end does not go unnoticed
BESIDE = ["integrations", "jobs", "migrations"]  # whole waves are made by the same steps as the clock
SETTINGS = """\
[tool.mutmut]
source_paths = ["surveys"]
only_mutate = ["{module}"]
also_copy = {beside}
pytest_add_cli_args = ["-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", "-k", "not postgresql"]
pytest_add_cli_args_test_selection = {tests}
use_git_change_detection = false

[tool.pytest.ini_options]
asyncio_mode = "auto"
pythonpath = ["."]
addopts = "--import-mode=importlib --disable-socket --allow-unix-socket"
"""
# Behind what stands in tests/conftest.py. Fewer examples, because there are hundreds of runs, and the same
# ones each time, so that scores can be compared. One process runs a test more than once, which Hypothesis
# otherwise takes for a mistake; so what it remembers of the unchanged module is forgotten. The database
# that tests copy is migrated once and not in each run.
CONFTEST = """

import sys

from hypothesis import HealthCheck

settings.register_profile(
    "mutants",
    database=None,
    deadline=None,
    derandomize=True,
    max_examples=25,
    suppress_health_check=[HealthCheck.differing_executors],
)
settings.load_profile("mutants")


def pytest_sessionstart():
    for module in [each for name, each in sys.modules.items() if name.startswith("surveys.")]:
        for thing in vars(module).values():
            getattr(thing, "cache_clear", lambda: None)()


@pytest.fixture(scope="session")
def templates() -> dict[str, str]:
    url = f"sqlite+aiosqlite:///{ROOT / 'template.db'}"
    if not (ROOT / "template.db").exists():
        in_thread(migrate, url)
    return {"sqlite": url}
"""

# All differences in one process: `mutmut show` begins anew for each.
SHOW = """\
import sys

from mutmut.mutation.diff_apply import find_mutant, get_diff_for_mutant
from mutmut.stats import status_by_exit_code

for name in sys.argv[1:]:
    known = find_mutant(name)
    print(f"{status_by_exit_code[known.exit_code_by_key[name]]}: {name}")
    print(get_diff_for_mutant(name, path=known.path), end="\\n\\n")
"""


def main() -> None:
    """Try the mutants of the named module; exit with 1 where one survived."""
    module, tests = os.environ.get("MODULE", ""), os.environ.get("TESTS", "").split()
    tests = tests or TESTS.get(module, [])
    if not module:
        sys.exit(f"MODULE: name one, for example {next(iter(TESTS))}")
    if not tests:
        sys.exit(f"TESTS: name the fast tests that are about {module}, without a database.")
    for path in (module, *tests):
        if not (ROOT / path).is_file():
            sys.exit(f"{path}: there is no such file; write it as it stands in the tree.")
    folder = _copied(module, tests)
    done = _mutmut(folder, "run", "--max-children", os.environ.get("WORKERS", "2"))
    if done.returncode:
        sys.exit(f"{done.stdout[-4000:]}{done.stderr[-4000:]}\nmutmut could not begin; see above.")
    sys.exit(1 if _report(folder, module) else 0)


def _copied(module: str, tests: list[str]) -> Path:
    """Return a folder with the domain, its tests, and settings for this module."""
    folder = ROOT / "build" / "mutants" / module.replace("/", ".")
    shutil.rmtree(folder, ignore_errors=True)
    left_out = shutil.ignore_patterns("__pycache__", "node_modules", "browser", "end_to_end")
    for name in ("surveys", "tests", *BESIDE):
        shutil.copytree(ROOT / name, folder / name, ignore=left_out)
    (folder / "pyproject.toml").write_text(SETTINGS.format(module=module, tests=tests, beside=BESIDE))
    with (folder / "tests" / "conftest.py").open("a") as conftest:
        conftest.write(CONFTEST)
    return folder


def _report(folder: Path, module: str) -> int:
    """Print the score and what was not noticed; return how many that are."""
    lines = _mutmut(folder, "results", "--all", "true").stdout.splitlines()
    states = dict(line.strip().rsplit(": ", 1) for line in lines if ": " in line)
    unnoticed = {name: state for name, state in states.items() if state not in NOTICED}
    show = [sys.executable, "-c", SHOW, *unnoticed]
    shown = subprocess.run(show, cwd=folder, check=False, capture_output=True, text=True)  # noqa: S603 -- this Python
    sys.stdout.write(shown.stdout + shown.stderr)
    kinds = ", ".join(f"{count} {state}" for state, count in Counter(unnoticed.values()).items())
    sys.stdout.write(
        f"{module}: {len(states) - len(unnoticed)} of {len(states)} noticed; {kinds or 'all'}\n"
    )
    return len(unnoticed)


def _mutmut(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("mutmut")), *words]
    return subprocess.run(  # noqa: S603 -- the tool installed beside this Python
        command, cwd=folder, check=False, capture_output=True, text=True
    )


if __name__ == "__main__":
    main()
