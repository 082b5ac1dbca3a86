"""A directory file of comma-separated values: bytes in, rows with their line numbers out.

Whether the rows make sense together is decided in `surveys.people.directory_plan`.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from integrations.files.csv_text import UnreadableText, decoded, listed, records, refuse_other_separators
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
        people = _with_content(records(_text(content)))
        _, header = next(people, (1, []))
        rows = list(_rows(people, _columns(header), problems))
    except UnreadableText as refused:
        return [], [*problems, Problem(refused.line, refused.column, refused.sentence)]
    if not rows and not problems:
        problems.append(Problem(None, None, "the file has a header and nobody below it"))
    return rows, problems


def _check_length(content: bytes) -> None:
    rows = content.count(b"\n") + (not content.endswith(b"\n")) - 1
    if rows > MOST_ROWS:
        raise UnreadableText(None, None, f"the file has {rows:,} rows; {MOST_ROWS:,} are the most")


def _text(content: bytes) -> str:
    text = decoded(content)
    if not text:
        raise UnreadableText(
            None, None, f"the file is empty; its first line names the columns: {','.join(COLUMNS)}"
        )
    return text


def _with_content(found: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    """Yield the records that hold more than commas and spaces, as spreadsheets leave them behind."""
    return ((line, cells) for line, cells in found if any(cell.strip() for cell in cells))


def _columns(header: Sequence[str]) -> list[str]:
    columns = [cell.strip().lower() for cell in header]
    refuse_other_separators(columns)
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        raise UnreadableText(
            1, None, f"the header lacks {listed(missing)}; the first line names the columns"
        )
    unknown = [name or "(an empty name)" for name in columns if name not in COLUMNS]
    if unknown:
        raise UnreadableText(
            1, None, f"the header has unknown columns: {listed(unknown)}; known are {listed(COLUMNS)}"
        )
    twice = [name for name in COLUMNS if columns.count(name) > 1]
    if twice:
        raise UnreadableText(1, None, f"the header names {listed(twice)} twice")
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
