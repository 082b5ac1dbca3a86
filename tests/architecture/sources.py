"""Finds the project's own files, for the tests that read source text."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("surveys", "integrations", "jobs", "service", "migrations", "tools")


def modules(*folders: str) -> Iterator[tuple[str, str]]:
    """Yield the path and the text of each Python file of these folders, the packages without any."""
    for folder in folders or PACKAGES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def tracked() -> list[Path]:
    """Return every file under version control, or every likely one where there is no checkout."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 -- whichever git is there
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        return [
            path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()
        ]
    folders = (*PACKAGES, "tests", "docs", "benchmarks")
    return [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
