"""A file of answers, one person a line and one item a column, as survey tools export it.

Read in pieces, so that a million lines take seconds. No answer is ever repeated in a message: a wrong
cell is named by its line and column.
"""

import re
from array import array
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from integrations.csv_text import UnreadableText, decoded, listed, records, refuse_semicolons
from surveys.errors import Invalid
from surveys.results.rules.answer_counts import Answers

TEAM = "team"
IGNORED = "respondent"
ONE_TEAM = "all"  # what the team of a file without a team column is called
LINES_AT_ONCE = 1_000
WHOLE = re.compile(r"([0-9]{1,9})(?:\.0*)?", re.ASCII)  # tables with gaps are often saved as 4.0

Record = tuple[int, list[str]]


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
        lines = records(_text(path.read_bytes()))
        columns = _Columns(next(lines)[1])
        return columns.read(lines, points)
    except UnreadableText as refused:
        place = [] if refused.line is None else [f"line {refused.line}"]
        place += [] if refused.column is None else [f"column {refused.column}"]
        raise Invalid(
            "{place}{problem}.",
            field=refused.column,
            place=", ".join(place) + ": " if place else "",
            problem=refused.sentence,
        ) from None


def _text(content: bytes) -> str:
    text = decoded(content)
    if not text:
        raise UnreadableText(None, None, "the file is empty; its first line names the columns")
    return text


class _Columns:
    """The header of one file, and how lines below it are read."""

    def __init__(self, header: Sequence[str]) -> None:
        self.names = [cell.strip() for cell in header]
        refuse_semicolons(self.names)
        for place, name in enumerate(self.names, start=1):
            if not name:
                raise UnreadableText(1, str(place), "this column has no name")
            if name in self.names[: place - 1]:
                raise UnreadableText(1, f"{place} ({name})", "there is a column with this name already")
        self.team = self.names.index(TEAM) if TEAM in self.names else None
        self.items = [place for place, name in enumerate(self.names) if name not in {TEAM, IGNORED}]
        if not self.items:
            raise UnreadableText(
                1, None, f"there is no item, only {listed(self.names)}; each item is a column"
            )

    def read(self, lines: Iterator[Record], points: int) -> Answers:
        """Return the answers below the header."""
        known = _Points(points)
        teams = _Teams()
        answers = [bytearray() for _ in self.items]
        of_team = array("i")
        while piece := list(islice(lines, LINES_AT_ONCE)):
            self._refuse_ragged(piece)
            cells = list(zip(*(record[1] for record in piece), strict=True))
            try:
                for place, column in zip(self.items, answers, strict=True):
                    column.extend(map(known.__getitem__, cells[place]))
                names = cells[self.team] if self.team is not None else [ONE_TEAM] * len(piece)
                of_team.extend(map(teams.__getitem__, names))
            except _WrongCellError:
                raise self._first_wrong_cell(piece, known) from None
        if not of_team:
            raise UnreadableText(None, None, "the file has a header and nobody below it")
        return Answers(
            codes=tuple(self.names[place] for place in self.items),
            points=np.array([np.frombuffer(column, dtype=np.uint8) for column in answers]),
            teams=tuple(teams.names),
            of_team=np.frombuffer(of_team, dtype=np.intc),
        )

    def _refuse_ragged(self, piece: Sequence[Record]) -> None:
        width = len(self.names)
        for line, cells in piece:
            if len(cells) != width:
                here = "is 1 cell" if len(cells) == 1 else f"are {len(cells)} cells"
                raise UnreadableText(line, None, f"there {here} here and the header has {width}")

    def _first_wrong_cell(self, piece: Sequence[Record], known: "_Points") -> UnreadableText:
        for line, cells in piece:
            for place, cell in enumerate(cells):
                where = f"{place + 1} ({self.names[place]})"
                if place == self.team and not cell.strip():
                    return UnreadableText(
                        line, where, "the team is empty; name one on every line, or leave the column out"
                    )
                if place in self.items:
                    try:
                        known[cell]
                    except _WrongCellError as wrong:
                        return UnreadableText(line, where, str(wrong))
        raise AssertionError("no cell of these lines is wrong")


class _WrongCellError(Exception):
    """A cell cannot be what its column needs."""


class _Points(dict[str, int]):
    """Cell to points, 0 where it is empty; learns each spelling once."""

    def __init__(self, most: int) -> None:
        super().__init__({"": 0} | {str(point): point for point in range(1, most + 1)})
        self.most = most

    def __missing__(self, cell: str) -> int:
        tidy = cell.strip()
        whole = WHOLE.fullmatch(tidy)
        if tidy and whole is None:
            raise _WrongCellError(
                f"this is not a whole number from 1 to {self.most}; leave the cell empty where "
                "nobody answered"
            )
        point = int(whole[1]) if whole else 0
        if tidy and not 1 <= point <= self.most:
            raise _WrongCellError(f"this number is not on the scale of 1 to {self.most} (see --scale)")
        self[cell] = point
        return point


class _Teams(dict[str, int]):
    """Cell to the number of its team, in the order in which they come."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def __missing__(self, cell: str) -> int:
        name = cell.strip()
        if not name:
            raise _WrongCellError
        if name == cell:
            self.names.append(name)
            self[name] = len(self.names) - 1
        else:
            self[cell] = self[name]
        return self[cell]
