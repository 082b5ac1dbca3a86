"""A directory file of comma-separated values: bytes in, rows with their line numbers out.

Whether the rows make sense together is decided in `surveys.people.directory_plan`.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from surveys.people.directory_rows import PersonRow, Problem

LARGEST_FILE = 50_000_000  # bytes
MOST_ROWS = 200_000
COLUMNS = (
    "email",
    "name",
    "team",
    "parent_team",
    "leads",
    "zone",
    "country",
    "locale",
    "slack_id",
    "role",
    "active",
)
NEEDED = ("email", "name", "team")
UTF16 = (b"\xff\xfe", b"\xfe\xff")


class _RefusedError(Exception):
    """Nothing after this place can be read. Carries the one problem."""

    def __init__(self, line: int | None, column: str | None, sentence: str) -> None:
        self.problem = Problem(line, column, sentence)
        super().__init__(sentence)


def read_people(path: Path) -> tuple[list[PersonRow], list[Problem]]:
    """Return the rows of a file, or what is wrong with it as a file.

    A file over 50 MB is refused unread, one over 200,000 rows unparsed.

    Raises:
        OSError: the file cannot be opened.
    """
    size = path.stat().st_size
    if size > LARGEST_FILE:
        return [], [Problem(None, None, f"the file has {size:,} bytes; {LARGEST_FILE:,} are the most")]
    return parse_people(path.read_bytes())


def parse_people(content: bytes) -> tuple[list[PersonRow], list[Problem]]:
    """Return the rows of a file's content, or what is wrong with it as a file."""
    problems: list[Problem] = []
    try:
        _check_length(content)
        records = _records(_text(content))
        _, header = next(records, (1, []))
        rows = list(_rows(records, _columns(header), problems))
    except _RefusedError as refused:
        return [], [*problems, refused.problem]
    if not rows and not problems:
        problems.append(Problem(None, None, "the file has a header and nobody below it"))
    return rows, problems


def _check_length(content: bytes) -> None:
    rows = content.count(b"\n") + (not content.endswith(b"\n")) - 1
    if rows > MOST_ROWS:
        raise _RefusedError(None, None, f"the file has {rows:,} rows; {MOST_ROWS:,} are the most")


def _text(content: bytes) -> str:
    if content.startswith(UTF16):
        raise _RefusedError(1, None, 'byte 1: this is UTF-16; save the file as "CSV UTF-8"')
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        place = error.start - content.rfind(b"\n", 0, error.start)
        sentence = f'byte {place} (0x{content[error.start]:02X}) is not UTF-8; save the file as "CSV UTF-8"'
        raise _RefusedError(line, None, sentence) from None
    if not text.strip():
        raise _RefusedError(
            None, None, f"the file is empty; its first line names the columns: {','.join(COLUMNS)}"
        )
    return text


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record that is not blank with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        raise _RefusedError(begins, None, f"this is not comma-separated text: {error}") from None


def _columns(header: Sequence[str]) -> list[str]:
    columns = [cell.strip().lower() for cell in header]
    if len(columns) == 1 and ";" in columns[0]:
        raise _RefusedError(1, None, "the columns are separated by semicolons; save the file with commas")
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        raise _RefusedError(1, None, f"the header lacks {_and(missing)}; the first line names the columns")
    unknown = [name or "(an empty name)" for name in columns if name not in COLUMNS]
    if unknown:
        raise _RefusedError(
            1, None, f"the header has unknown columns: {_and(unknown)}; known are {_and(COLUMNS)}"
        )
    twice = [name for name in COLUMNS if columns.count(name) > 1]
    if twice:
        raise _RefusedError(1, None, f"the header names {_and(twice)} twice")
    return columns


def _rows(
    records: Iterator[tuple[int, list[str]]], columns: Sequence[str], problems: list[Problem]
) -> Iterator[PersonRow]:
    for line, cells in records:
        if len(cells) != len(columns):
            sentence = f"this line has {len(cells)} cells and the header {len(columns)}"
            problems.append(Problem(line, None, sentence))
            continue
        tidy = (" ".join(cell.split()) for cell in cells)
        yield PersonRow(line=line, **dict(zip(columns, tidy, strict=True)))


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
