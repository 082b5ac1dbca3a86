"""Writes docs/item-bank.md from the item bank; a test says when that is needed."""

from pathlib import Path

from surveys.questions.rules import (
    BANK,
    DIMENSION_NAMES,
    LOOP_ITEMS,
    OPEN_PROMPTS,
    OPTIONAL,
    SCALE_LABELS,
    THEMES,
)

PAGE = Path(__file__).parents[1] / "docs" / "item-bank.md"
HEAD = """# The item bank

Every statement Kept can ask, under a code that never changes. It is data: `surveys/questions/bank.toml`.
This page is made from it by `python -m tools.item_bank`.

Answered on five points: {scale},
or "prefer not to say". Reversed statements are turned round before scoring. A changed wording gets a
new code and the old trend ends there.
"""


def page() -> str:
    """Return the page as it should be."""
    parts = [HEAD.format(scale=", ".join(f'"{label}"' for label in SCALE_LABELS))]
    for dimension, name in DIMENSION_NAMES.items():
        asked = "optional" if dimension in OPTIONAL else "asked in every pulse"
        rows = [
            f"| {item.code} | {item.text} | {'reversed' if item.reversed else ''} |"
            for item in BANK.values()
            if item.dimension == dimension
        ]
        table = "\n".join(["| Code | Statement | |", "| --- | --- | --- |", *rows])
        parts.append(f"## {name} ({dimension})\n\nThis dimension is {asked}.\n\n{table}\n")
    asked = "\n".join(
        f"| {loop.code} | {loop.text} | {', '.join(loop.choices)} |" for loop in LOOP_ITEMS.values()
    )
    parts.append(f"## About promises\n\n| Code | Question | Choices |\n| --- | --- | --- |\n{asked}\n")
    prompts = "\n".join(f"| {prompt.code} | {prompt.text} |" for prompt in OPEN_PROMPTS.values())
    parts.append(
        "## In one's own words\n\nOne a wave, in turn; optional.\n\n"
        f"| Code | Question |\n| --- | --- |\n{prompts}\n"
    )
    themes = "\n".join(f"| {code} | {name} |" for code, name in THEMES.items())
    parts.append(f"Instead of words a theme can be picked:\n\n| Code | Theme |\n| --- | --- |\n{themes}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
