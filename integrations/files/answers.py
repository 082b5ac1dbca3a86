"""A file of answers, one person a line and one item a column, as survey tools export it.

No answer is ever repeated in a message: a wrong cell is named by its line and column.
"""

import codecs
from collections.abc import Iterator, Sequence
from pathlib import Path

from integrations.files.answer_cells import AnswerCells
from integrations.files.csv_text import UnreadableText, decoded, listed, records, refuse_other_separators
from surveys.errors import Invalid
from surveys.results.rules.answer_counts import Answers

TEAM = "team"
IGNORED = "respondent"
ONE_TEAM = "all"  # what the team of a file without a team column is called
BYTES_AT_ONCE = 4_000_000


def read_answers(path: Path, *, points: int) -> Answers:
    """Return the answers of a file.

    Args:
        path: UTF-8, comma-separated. `team` may be among the columns, `respondent` is ignored, every
            other column is an item with whole numbers; an empty cell was not answered.
        points: A, answers are 1 to A, at most 255.

    Raises:
        Invalid: the file is not that; names line and column.
        OSError: the file cannot be opened.
    """
    try:
        return parse_answers(path.read_bytes(), points)
    except UnreadableText as refused:
        place = [] if refused.line is None else [f"line {refused.line}"]
        place += [] if refused.column is None else [f"column {refused.column}"]
        raise Invalid(
            "{place}{problem}.",
            field=refused.column,
            place=", ".join(place) + ": " if place else "",
            problem=refused.sentence,
        ) from None


def parse_answers(content: bytes, points: int) -> Answers:
    """Return what the bytes of a file say.

    Raises:
        UnreadableText: they are no such file; names line and column.
    """
    text = decoded(content)
    if not text:
        raise UnreadableText(None, None, "the file is empty; its first line names the columns")
    lines = records(text)
    names = _names(next(lines)[1])
    team = names.index(TEAM) if TEAM in names else None
    items = [place for place, name in enumerate(names) if name not in {TEAM, IGNORED}]
    if not items:
        raise UnreadableText(1, None, f"there is no item, only {listed(names)}; each item is a column")
    cells = AnswerCells(names, items, team, points)
    plain = content.removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n")
    if b'"' in plain or b"\r" in plain or plain.startswith(b"\n"):
        cells.take(lines)
    else:
        del text, lines  # as large as the file
        for line, piece in _pieces(plain):
            if not cells.take_plain(piece):
                cells.take(records(piece.decode(), begins=line))
    if not cells.answers[0]:
        raise UnreadableText(None, None, "the file has a header and nobody below it")
    return cells.found(ONE_TEAM)


def _names(header: Sequence[str]) -> list[str]:
    names = [cell.strip() for cell in header]
    refuse_other_separators(names)
    for place, name in enumerate(names, start=1):
        if not name:
            raise UnreadableText(1, str(place), "this column has no name")
        if name in names[: place - 1]:
            raise UnreadableText(1, f"{place} ({name})", "there is a column with this name already")
    return names


def _pieces(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield everything below the first line in pieces of whole lines, each with its first line's number."""
    line, start = 2, content.find(b"\n") + 1 or len(content)
    while start < len(content):
        end = content.rfind(b"\n", start, start + BYTES_AT_ONCE) + 1
        if not end:  # one line longer than a piece, or the last one without an end
            end = content.find(b"\n", start) + 1 or len(content)
        piece = content[start:end]
        yield line, piece if piece.endswith(b"\n") else piece + b"\n"
        line, start = line + piece.count(b"\n"), end
