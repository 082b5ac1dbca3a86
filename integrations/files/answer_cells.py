"""Cells of a file of answers to numbers: quickly where lines are plain, exactly where they are not.

Plain lines have no quotation marks and answers of one digit; millions of them are taken apart as bytes, all
cells of a piece at once. Whatever else a table may hold goes cell by cell, and that way also finds the
place of what is wrong, so there is one answer to what a cell means.
"""

import re
from array import array
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from integrations.files.csv_text import UnreadableText
from surveys.results.rules.answer_counts import Answers

LINES_AT_ONCE = 1_000
WHOLE = re.compile(r"([0-9]{1,9})(?:\.0*)?", re.ASCII)  # tables with gaps are often saved as 4.0
COMMA, LINE_END, NOUGHT = b",\n0"  # iterating bytes gives their numbers
ONE_DIGIT = 9

Record = tuple[int, list[str]]


class AnswerCells:
    """What has been read so far of a file with these columns."""

    def __init__(self, names: Sequence[str], items: Sequence[int], team: int | None, points: int) -> None:
        self.names = names
        self.items = items
        self.team = team
        self.known = _Points(points)
        self.teams = _Teams()
        self.answers = [bytearray() for _ in items]
        self.of_team = array("i")

    def found(self, name_of_one_team: str) -> Answers:
        """Return everything that was taken; a file without a team column is one team of this name."""
        if self.team is None:
            self.teams[name_of_one_team]
            self.of_team = array("i", bytes(4 * len(self.answers[0])))
        return Answers(
            codes=tuple(self.names[place] for place in self.items),
            points=np.array([np.frombuffer(column, dtype=np.uint8) for column in self.answers]),
            teams=tuple(self.teams.names),
            of_team=np.frombuffer(self.of_team, dtype=np.intc),
        )

    def take_plain(self, piece: bytes) -> bool:
        """Take whole lines without quotation marks; where they need care, take nothing and return False."""
        content = np.frombuffer(piece, dtype=np.uint8)
        stops = np.flatnonzero((content == COMMA) | (content == LINE_END))
        width = len(self.names)
        if len(stops) % width:
            return False
        starts = np.concatenate(([0], stops[:-1] + 1)).reshape(-1, width)
        ends = stops.reshape(-1, width)
        if (content[ends[:, -1]] != LINE_END).any() or (content[ends[:, :-1]] != COMMA).any():
            return False
        if width == 1 and (starts == ends).any():
            return False  # an empty line is no answer left out
        columns = [self._digits(content, starts[:, place], ends[:, place]) for place in self.items]
        if any(column is None for column in columns):
            return False
        if self.team is not None:
            places = zip(starts[:, self.team].tolist(), ends[:, self.team].tolist(), strict=True)
            try:
                self.of_team.extend([self.teams[piece[start:end]] for start, end in places])
            except _WrongCellError:
                return False
        for column, answered in zip(columns, self.answers, strict=True):
            answered.extend(column or b"")
        return True

    def _digits(
        self, content: NDArray[np.uint8], starts: NDArray[np.intp], ends: NDArray[np.intp]
    ) -> bytes | None:
        lengths = ends - starts
        digits = content[starts] - np.uint8(NOUGHT)  # anything below wraps round to a large number
        digits[lengths == 0] = 0
        wrong = (digits == 0) & (lengths > 0)
        if lengths.max() > 1 or digits.max() > min(self.known.most, ONE_DIGIT) or wrong.any():
            return None
        return digits.tobytes()

    def take(self, lines: Iterator[Record]) -> None:
        """Take records cell by cell.

        Raises:
            UnreadableText: a record is not what the header promises; says line and column.
        """
        while piece := list(islice(lines, LINES_AT_ONCE)):
            self._refuse_ragged(piece)
            cells = list(zip(*(record[1] for record in piece), strict=True))
            try:
                for place, answered in zip(self.items, self.answers, strict=True):
                    answered.extend(map(self.known.__getitem__, cells[place]))
                if self.team is not None:
                    self.of_team.extend(map(self.teams.__getitem__, cells[self.team]))
            except _WrongCellError:
                raise self._first_wrong_cell(piece) from None

    def _refuse_ragged(self, piece: Sequence[Record]) -> None:
        width = len(self.names)
        for line, cells in piece:
            if len(cells) != width:
                here = "is 1 cell" if len(cells) == 1 else f"are {len(cells)} cells"
                raise UnreadableText(line, None, f"there {here} here and the header has {width}")

    def _first_wrong_cell(self, piece: Sequence[Record]) -> UnreadableText:
        for line, cells in piece:
            for place, cell in enumerate(cells):
                try:
                    if place == self.team:
                        self.teams[cell]
                    elif place in self.items:
                        self.known[cell]
                except _WrongCellError as wrong:
                    return UnreadableText(line, f"{place + 1} ({self.names[place]})", str(wrong))
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


class _Teams(dict[str | bytes, int]):
    """Cell to the number of its team, in the order in which they come; learns each spelling once."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def __missing__(self, cell: str | bytes) -> int:
        name = (cell.decode() if isinstance(cell, bytes) else cell).strip()
        if not name:
            raise _WrongCellError("the team is empty; name one on every line, or leave the column out")
        number = self.get(name)
        if number is None:
            number = len(self.names)
            self.names.append(name)
            self[name] = number
        self[cell] = number
        return number
