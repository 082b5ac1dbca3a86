"""Lists that may be very long: found by a part of the name, and shown some at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Generic, TypeVar

Row = TypeVar("Row")
AT_A_TIME = 200


@dataclass(frozen=True, slots=True)
class ListPart(Generic[Row]):
    """A part of a list.

    Attributes:
        rows: what is shown, in the order of the list.
        find: what names must contain, as it was typed.
        number: which part this is, from 1.
        parts: how many there are.
        found: how many rows the name fits.
        is_long: whether the whole list is longer than one part, so that finding makes sense.
    """

    rows: Sequence[Row]
    find: str
    number: int
    parts: int
    found: int
    is_long: bool


def part_of(
    rows: Sequence[Row], name_of: Callable[[Row], str], *, find: str = "", number: str = ""
) -> ListPart[Row]:
    """Return the part of a list that was asked for; what is no number or too large means the nearest part.

    Args:
        rows: the whole list, in order.
        name_of: what `find` is compared with, whatever its case.
        find: part of a name; empty finds everything.
        number: which part, as it stands in the address.
    """
    wanted = find.strip().casefold()
    found = [row for row in rows if wanted in name_of(row).casefold()] if wanted else rows
    parts = max(1, ceil(len(found) / AT_A_TIME))
    here = min(max(int(number) if number.isdecimal() else 1, 1), parts)
    first = (here - 1) * AT_A_TIME
    return ListPart(
        rows=found[first : first + AT_A_TIME],
        find=find.strip(),
        number=here,
        parts=parts,
        found=len(found),
        is_long=len(rows) > AT_A_TIME,
    )
