"""What no template may contain, so that the strict content security policy never has to give way."""

import re

import pytest

from tests.architecture.sources import ROOT

TEMPLATES = sorted((ROOT / "service").rglob("*.html")) + sorted((ROOT / "service").rglob("*.svg.jinja"))
FORBIDDEN = {
    "an inline script": r"<script(?![^>]*\bsrc=)",
    "a style element": r"<style\b",
    "an inline style": r"\sstyle\s*=",
    "an inline handler": r"\son[a-z]+\s*=\s*[\"']",
    "an address of another host": r"(src|href)\s*=\s*[\"'](https?:)?//",
    "text that is not escaped": r"\|\s*safe\b",
    "a javascript address": r"javascript:",
}


@pytest.mark.parametrize("what", list(FORBIDDEN))
def test_no_template_contains(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what], flags=re.IGNORECASE)
    found = [
        f"{path.relative_to(ROOT)}: {match.group(0).strip()}"
        for path in TEMPLATES
        for match in pattern.finditer(path.read_text(encoding="utf-8"))
    ]

    assert found == []


def test_there_are_templates_to_look_at() -> None:
    assert len(TEMPLATES) > 5


WORDS_NEVER_SHOWN = (
    "verdict",
    "judge",
    "ledger",
    "claimed",
    "broken",
    "escalation",
    "attack",
    "exposure",
    "suppressed",
)


def test_no_template_says_a_word_that_is_never_shown() -> None:
    said = re.compile(rf"\b({'|'.join(WORDS_NEVER_SHOWN)})\b", flags=re.IGNORECASE)
    found = []
    for path in TEMPLATES:
        text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        shown = re.findall(r"_\(\s*[\"'](.+?)[\"']\s*[,)]", text) + re.findall(r">([^<>{}]+)<", text)
        found += [f"{path.relative_to(ROOT)}: {each}" for each in shown if said.search(each)]

    assert found == []
