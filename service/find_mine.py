"""The look-up behind "Try to find mine": everything Kept itself could do to find one person's answers.

It reads, writes nothing, and leaves no trace: its route is not logged. It looks for the key, counts what
is left of the sealed rows, and searches every table of the database, in columns of every type, for the
person: id, address, Slack id, and hashes of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Enum,
    LargeBinary,
    String,
    Table,
    Uuid,
    cast,
    func,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.people.rules import Viewer
from surveys.tables import SEALED, metadata

ROSTER = "place"


class KnowsKeys(Protocol):
    """What the look-up asks the key store."""

    async def exists(self, wave_id: UUID) -> bool:
        """Return whether the store still holds the key, without any cache."""


@dataclass(frozen=True, slots=True)
class Search:
    """What was tried and what was found.

    Attributes:
        key_is_there: whether the key of the pulse still lies in the store.
        sealed: rows of sealed answers and words of this pulse that are left, anybody's.
        roster: whether the person still stands on its roster.
        of_pulse: tables that keep something of this pulse → rows of it that name the person.
        elsewhere: all other tables → rows that name the person.
        columns: how many columns were searched.
    """

    key_is_there: bool
    sealed: int
    roster: bool
    of_pulse: dict[str, int]
    elsewhere: dict[str, int]
    columns: int


async def find_mine(session: AsyncSession, keys: KnowsKeys, viewer: Viewer, wave_id: UUID) -> Search:
    """Try to find what one person answered in a wave, or that they did."""
    names = _names_of(viewer)
    hashes = _hashes_of(names)
    sealed = columns = 0
    of_pulse: dict[str, int] = {}
    elsewhere: dict[str, int] = {}
    for table in metadata.sorted_tables:
        bound = "wave_id" in table.columns
        within = [table.c.wave_id == wave_id] if bound else []
        if table.name in SEALED:
            sealed += await _count(session, table, within)
        searched = [
            found for column in table.columns if (found := _names(column, names, hashes)) is not None
        ]
        columns += len(searched)
        if searched:
            rows = await _count(session, table, [*within, or_(*searched)])
            (of_pulse if bound else elsewhere)[table.name] = rows
    roster = of_pulse.pop(ROSTER, 0) > 0
    return Search(await keys.exists(wave_id), sealed, roster, of_pulse, elsewhere, columns)


async def _count(session: AsyncSession, table: Table, conditions: Sequence[ColumnElement[bool]]) -> int:
    return await session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


def _names(
    column: Column[Any], names: Sequence[str | UUID], hashes: Sequence[bytes]
) -> ColumnElement[bool] | None:
    """Return the condition under which a column names the person; None where it cannot."""
    ids = [name for name in names if isinstance(name, UUID)]
    texts = [name for name in names if isinstance(name, str)]
    if isinstance(column.type, Uuid):
        return column.in_(ids)
    if isinstance(column.type, LargeBinary):
        return column.in_(hashes)
    if isinstance(column.type, JSON):
        return _contains(cast(column, String), texts)
    if isinstance(column.type, String) and not isinstance(column.type, Enum):
        return _contains(column, [*texts, *(one.hex() for one in hashes)])
    return None


def _contains(column: ColumnElement[Any], texts: Iterable[str]) -> ColumnElement[bool]:
    return or_(*(column.contains(text, autoescape=True) for text in texts))


def _names_of(viewer: Viewer) -> list[str | UUID]:
    known = [str(viewer.person_id), viewer.person_id.hex, viewer.email, viewer.slack_id]
    return [viewer.person_id, *(name for name in known if name)]


def _hashes_of(names: Iterable[str | UUID]) -> list[bytes]:
    return [
        sha256(one).digest()
        for name in names
        for one in ([name.bytes] if isinstance(name, UUID) else [name.encode()])
    ]
