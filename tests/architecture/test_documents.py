"""The documents against what they speak of."""

import re
from pathlib import Path

import pytest

from service import cli
from tests.architecture.sources import ROOT, tracked
from tools import item_bank

PAGES = [path for path in tracked() if path.suffix == ".md"]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    broken = []
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path) if path else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            broken.append(target)

    assert broken == []


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\s-]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def test_the_page_of_the_item_bank_is_the_bank() -> None:
    assert item_bank.PAGE.read_text(encoding="utf-8") == item_bank.page()


def test_every_decision_is_in_the_list_and_numbered_once() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text(encoding="utf-8"))
    pages = sorted(path.name for path in folder.glob("[0-9]*.md"))

    assert sorted(listed) == pages
    assert [page[:4] for page in pages] == [f"{number:04}" for number in range(1, len(pages) + 1)]


def test_the_readme_starts_with_exactly_two_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"```sh\n(.*?)```", text, flags=re.DOTALL)

    assert block is not None
    assert [line.split("#")[0].strip() for line in block.group(1).splitlines()] == [
        "make demo",
        "make test",
    ]


def test_every_command_is_named_in_the_change_log() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert [name for name in cli.COMMANDS if name not in text] == []


def test_the_pictures_of_the_readme_are_small() -> None:
    large = [
        path.name for path in (ROOT / "docs" / "pictures").glob("*.png") if path.stat().st_size > 300_000
    ]

    assert large == []


def test_every_test_that_the_threat_model_names_is_there() -> None:
    text = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", text))
    rows = [line for line in text.splitlines() if line.count("|") == 5 and "---" not in line]

    assert len(named) > 15
    assert [path for path in sorted(named) if not (ROOT / path).is_file()] == []
    assert [row for row in rows[1:] if "`tests/" not in row and not row.startswith("| Means")] == []
