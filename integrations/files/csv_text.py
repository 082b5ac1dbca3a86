"""Comma-separated text that people export from elsewhere: bytes in, records with their lines out.

What the columns mean is known to the readers: `integrations.directory.csv`, `integrations.files.answers`.
"""

import csv
import io
from collections.abc import Iterator, Sequence

UTF16 = (b"\xff\xfe", b"\xfe\xff")
OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs"}


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
        UnreadableText: the content is not UTF-8, or holds a NUL, which no text does; says line and byte.
    """
    if content.startswith(UTF16):
        raise UnreadableText(1, None, 'byte 1: this is UTF-16; save the file as "CSV UTF-8"')
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_text(content, error.start, "is not UTF-8") from None
    if "\0" in text:
        raise _not_text(content, content.index(b"\0"), "does not belong in text")
    return text if text.strip() else ""


def _not_text(content: bytes, place: int, problem: str) -> UnreadableText:
    line = content.count(b"\n", 0, place) + 1
    byte = place - content.rfind(b"\n", 0, place)
    sentence = f'byte {byte} (0x{content[place]:02X}) {problem}; save the file as "CSV UTF-8"'
    return UnreadableText(line, None, sentence)


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


def refuse_other_separators(header: Sequence[str]) -> None:
    """Refuse the header of a file that separates by semicolons or tabs, as some spreadsheets save it.

    Raises:
        UnreadableText: it does.
    """
    for separator, name in OTHER_SEPARATORS.items():
        if len(header) == 1 and separator in header[0]:
            sentence = f"the columns are separated by {name}; save the file with commas"
            raise UnreadableText(1, None, sentence)


def listed(names: Sequence[str]) -> str:
    """Return names as they stand in a sentence: a, b and c."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
