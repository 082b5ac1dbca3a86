"""The lock files: complete, hashed, and free of any address."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.sources import ROOT, tracked

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WANTED = {
    "requirements.lock": PROJECT["dependencies"],
    "requirements-dev.lock": PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"],
}
INDEXES = ("pypi" + ".org", "pythonhosted" + ".org", "registry.npm" + "js.org")
SOMEBODYS_FOLDER = re.compile(r"(?<![\w.])/(work|root|home|Users)/")


def pinned(name: str) -> dict[str, list[str]]:
    text = (ROOT / name).read_text(encoding="utf-8")
    versions: dict[str, list[str]] = {}
    for package, version in re.findall(r"^([\w.-]+)==([\w.+!]+)", text, flags=re.MULTILINE):
        versions.setdefault(canonicalize_name(package), []).append(version)
    return versions


@pytest.mark.parametrize("name", list(WANTED))
def test_a_lock_holds_a_fitting_version_of_everything_the_project_asks_for(name: str) -> None:
    versions = pinned(name)

    for line in WANTED[name]:
        requirement = Requirement(line)
        found = versions.get(canonicalize_name(requirement.name), [])
        assert found, f"{name} lacks {requirement.name}: run make lock"
        assert any(requirement.specifier.contains(version) for version in found), f"{line}: run make lock"


@pytest.mark.parametrize("name", list(WANTED))
def test_every_line_of_a_lock_has_a_hash(name: str) -> None:
    blocks = re.split(r"\n(?=\S)", (ROOT / name).read_text(encoding="utf-8").strip())

    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_the_product_and_the_developers_run_the_same_versions() -> None:
    developers = pinned("requirements-dev.lock")

    assert [
        name
        for name, versions in pinned("requirements.lock").items()
        if not set(versions) & set(developers[name])
    ] == []


def test_no_file_names_a_package_index_or_a_folder_of_somebodys_machine() -> None:
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {each}" for each in INDEXES if each in text]
        found += [f"{path.relative_to(ROOT)}: {each[0]}" for each in SOMEBODYS_FOLDER.finditer(text)]

    assert found == []
