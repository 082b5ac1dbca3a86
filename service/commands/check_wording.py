"""`kept check-wording`: which sentences read like blame. Reads, answers, and keeps nothing."""

import json
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

import click

from surveys.errors import Invalid
from surveys.retrospectives.wording import Wording

LINE_ENDS = {code: f"\\u{code:04x}" for code in (0x85, 0x2028, 0x2029)}  # some readers end a line at these
ALIKE = 10_000  # sentences remembered while the command runs, so that repeated lines cost nothing


@click.command("check-wording")
@click.option(
    "--roster",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Names, one a line, with or without @.",
)
def check_wording(*, roster: Path | None) -> None:
    """Read sentences from standard input, one a line, and print one JSON object for each.

    {"text", "nudge", "why", "rewrite"}: whether the sentence reads like blame, why, and a form in which
    the same can be said about what happened. Empty lines are passed over. Names count only with a roster.
    """
    wording = Wording(_names(roster) if roster else ())

    @lru_cache(maxsize=ALIKE)
    def judged(text: str) -> str:
        found = wording.nudge(text)
        line: dict[str, Any] = {
            "text": text,
            "nudge": found is not None,
            "why": found.why if found else None,
            "rewrite": found.rewrite if found else None,
        }
        return json.dumps(line, ensure_ascii=False).translate(LINE_ENDS)

    for text in _lines(sys.stdin.buffer):
        sys.stdout.buffer.write(judged(text).encode("utf-8") + b"\n")
    sys.stdout.buffer.flush()


def _lines(source: BinaryIO) -> Iterator[str]:
    for number, line in enumerate(source, start=1):
        text = _decoded(line, f"line {number} of the input", first=number == 1).rstrip("\r\n")
        if text.strip():
            yield text


def _names(roster: Path) -> list[str]:
    lines = roster.read_bytes().splitlines()
    return [
        _decoded(line, f"line {number} of the roster", first=number == 1)
        for number, line in enumerate(lines, start=1)
    ]


def _decoded(line: bytes, where: str, *, first: bool) -> str:
    try:
        return line.decode("utf-8-sig" if first else "utf-8")
    except UnicodeDecodeError:
        raise Invalid("{where} is not UTF-8; save it as UTF-8.", where=where.capitalize()) from None
