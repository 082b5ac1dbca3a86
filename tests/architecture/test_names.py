"""Names: where things may be, and what a test is called."""

import ast
import re
from pathlib import Path

from tests.architecture.sources import ROOT, modules

NOWHERE = {
    "utils",
    "util",
    "helpers",
    "helper",
    "manager",
    "service",
    "repository",
    "repositories",
    "common",
    "misc",
}
SLICE_FILES = {"models", "rules", "actions", "queries"}


def test_no_module_is_a_drawer_for_anything() -> None:
    names = [Path(path) for path, _ in modules()]

    assert [str(path) for path in names if path.stem in NOWHERE] == []


def test_every_slice_has_some_of_the_four_files() -> None:
    slices = [path for path in (ROOT / "surveys").iterdir() if (path / "__init__.py").exists()]

    for each in slices:
        present = {path.stem for path in each.iterdir()}
        assert present & SLICE_FILES, each.name


def test_every_module_says_what_lives_in_it() -> None:
    silent = [
        path for path, text in modules() if text.strip() and ast.get_docstring(ast.parse(text)) is None
    ]

    assert silent == []


def test_every_test_is_called_by_a_sentence() -> None:
    short = []
    for path, text in modules("tests"):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                words = node.name.removeprefix("test_").split("_")
                if len(words) < 3:
                    short.append(f"{path}:{node.lineno} {node.name}")

    assert short == []


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    marks = re.compile(r"pytest\.(mark\.)?(skip|xfail|skipif|importorskip)\b")
    found = [path for path, text in modules("tests") if marks.search(text) and "test_names" not in path]

    assert found == []


def test_every_exemption_from_a_check_gives_its_reason() -> None:
    bare = re.compile(
        r"# (noqa(?!: [A-Z0-9, ]+ -- \S)|type: ignore(?!\[[\w-]+(, ?[\w-]+)*\]( #| --|  #) ?\S))"
    )
    found = [
        f"{path}:{number}"
        for path, text in modules(*("surveys", "integrations", "jobs", "service", "migrations", "tools"))
        for number, line in enumerate(text.splitlines(), start=1)
        if bare.search(line)
    ]

    assert found == []
