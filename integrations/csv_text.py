"""Comma-separated text that people export from elsewhere: bytes in, records with their lines out.

What the columns mean is known to the readers: `integrations.directory.csv`, `integrations.answer_file`.
"""

import csv
import io
from collections.abc import Iterator, Sequence

UTF16 = (b"\xff\xfe", b"\xfe\xff")


class UnreadableText(Exception):
    """Nothing after this place can be read. `line` and `column` say where, as far as they are known."""

    def __init__(self, line: int | None, column: str | None, sentence: str) -> None:
        self.line = line
        self.column = column
        self.sentence = sentence
        super().__init__(sentence)


def decoded(content: bytes) -> str:
    """Return the text of a file's content without its byte order mark; empty when there is none.

    Raises:
        UnreadableText: the content is not UTF-8; says line and byte.
    """
    if content.startswith(UTF16):
        raise UnreadableText(1, None, 'byte 1: this is UTF-16; save the file as "CSV UTF-8"')
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        place = error.start - content.rfind(b"\n", 0, error.start)
        sentence = f'byte {place} (0x{content[error.start]:02X}) is not UTF-8; save the file as "CSV UTF-8"'
        raise UnreadableText(line, None, sentence) from None
    return text if text.strip() else ""


def records(text: str, *, begins: int = 1) -> Iterator[tuple[int, list[str]]]:
    """Yield each record that is not an empty line, with the line on which it begins.

    Args:
        text: some or all of a file.
        begins: the number of its first line.

    Raises:
        UnreadableText: a quotation mark is wrong; says the line.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    before = begins - 1
    try:
        for cells in reader:
            if cells:
                yield begins, cells
            begins = before + reader.line_num + 1
    except csv.Error as error:
        raise UnreadableText(begins, None, f"this is not comma-separated text: {error}") from None


def refuse_semicolons(header: Sequence[str]) -> None:
    """Refuse the header of a file that separates by semicolons, as some spreadsheets save it.

    Raises:
        UnreadableText: it does.
    """
    if len(header) == 1 and ";" in header[0]:
        raise UnreadableText(1, None, "the columns are separated by semicolons; save the file with commas")


def listed(names: Sequence[str]) -> str:
    """Return names as they stand in a sentence: a, b and c."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
