"""What is imported is declared: an image is built from the declared dependencies and nothing else."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.sources import ROOT, modules

OWN = ("surveys", "integrations", "jobs", "service", "migrations")
LOADED_BY_NAME = {"asyncpg", "aiosqlite", "tzdata", "uvloop"}  # drivers, zones and the event loop


def imported() -> dict[str, str]:
    found: dict[str, str] = {}
    for path, text in modules(*OWN):
        for node in ast.walk(ast.parse(text)):
            names = []
            if isinstance(node, ast.Import):
                names = [each.name for each in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            for name in names:
                top = name.partition(".")[0]
                if top not in sys.stdlib_module_names and top not in OWN:
                    found.setdefault(top, path)
    return found


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {canonicalize_name(Requirement(line).name) for line in project["dependencies"]}


def test_whatever_calls_itself_pure_is_held_to_it() -> None:
    """A module that says so stands in the contract that forbids it a database and the web."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    [held] = [each["source_modules"] for each in contracts["contracts"] if each["name"].startswith("Rules")]
    claims = [
        path.removesuffix(".py").replace("/", ".")
        for path, text in modules("surveys")
        if re.search(r"\b[Pp]ure\b|[Nn]o database", ast.get_docstring(ast.parse(text)) or "")
    ]

    assert [name for name in claims if ".rules" not in name and name not in held] == []


def test_everything_the_product_imports_is_declared() -> None:
    provided_by = packages_distributions()
    missing = {
        name: path
        for name, path in imported().items()
        if not {canonicalize_name(each) for each in provided_by.get(name, [name])} & declared()
    }

    assert missing == {}


def test_nothing_is_declared_that_nobody_uses() -> None:
    provided_by = packages_distributions()
    used = {canonicalize_name(each) for name in imported() for each in provided_by.get(name, [name])}

    assert declared() - used - LOADED_BY_NAME == set()
