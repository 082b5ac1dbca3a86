"""Opening a closed box, in memory and in pieces.

Besides casting, this is the only place that holds both a person and a ballot key. Nothing it returns
is ever stored.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.ballots.models import OpenBallot
from surveys.ballots.rules import Opened, WaveKey
from surveys.waves.models import Place


class OnRoster(NamedTuple):
    """A place as the seal needs it."""

    person_id: UUID
    team_id: UUID
    counts: bool


async def roster_to_open(session: AsyncSession, wave_id: UUID) -> list[OnRoster]:
    """Return everybody on the roster, ordered by their random place."""
    found = await session.execute(
        select(Place.person_id, Place.team_id, Place.counts)
        .where(Place.wave_id == wave_id)
        .order_by(Place.id)
    )
    units: dict[UUID, UUID] = {}  # one object a unit and not one a person
    return [OnRoster(person, units.setdefault(unit, unit), counts) for person, unit, counts in found]


async def count_ballots(session: AsyncSession, wave_id: UUID) -> int:
    """Return how many rows lie in the box, whether a roster key explains them or not."""
    count = await session.scalar(
        select(func.count()).select_from(OpenBallot).where(OpenBallot.wave_id == wave_id)
    )
    return count or 0


async def count_people(
    session: AsyncSession, key: WaveKey, dimension: str, people: Sequence[OnRoster]
) -> int:
    """Return under how many of these people's keys something lies in the box. Nothing is opened for it."""
    mine = [key.row_key(dimension, person.person_id) for person in people]
    count = await session.scalar(
        select(func.count())
        .select_from(OpenBallot)
        .where(OpenBallot.wave_id == key.wave_id, OpenBallot.row_key.in_(mine))
    )
    return count or 0


def row_keys(
    key: WaveKey, parts: Mapping[UUID, Iterable[str]], people: Iterable[OnRoster]
) -> dict[bytes, tuple[OnRoster, str]]:
    """Return row key → whose answers to which dimension it holds, for a piece of the roster.

    Args:
        key: the wave's.
        parts: unit → the dimensions its sheet asks.
        people: the piece.
    """
    return {
        key.row_key(dimension, person.person_id): (person, dimension)
        for person in people
        for dimension in parts[person.team_id]
    }


async def ballots_under(
    session: AsyncSession, wave_id: UUID, keys: Sequence[bytes]
) -> list[tuple[bytes, bytes]]:
    """Return the rows (row key, payload) that lie under these keys."""
    found = await session.execute(
        select(OpenBallot.row_key, OpenBallot.payload).where(
            OpenBallot.wave_id == wave_id, OpenBallot.row_key.in_(keys)
        )
    )
    return [(row_key, payload) for row_key, payload in found]


def unseal(
    key: WaveKey, names: Mapping[bytes, tuple[OnRoster, str]], rows: Iterable[tuple[bytes, bytes]]
) -> tuple[list[Opened], int]:
    """Decrypt rows; return what they hold, and how many were moved, forged or damaged."""
    opened, damaged = [], 0
    known: dict[bytes, bytes] = {}  # few sheets differ, and equal ones are kept once
    for row_key, payload in rows:
        person, dimension = names[row_key]
        answers = key.unseal(row_key, person.team_id, dimension, payload)
        if answers is None:
            damaged += 1
        else:
            answers = known.setdefault(answers, answers)
            opened.append(Opened(person.person_id, person.team_id, person.counts, dimension, answers))
    return opened, damaged
