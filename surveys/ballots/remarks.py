"""Sealed words: stored while the wave is open, and opened at its close.

They lie apart from ballots, under keys that have nothing in common with those, and each is stored in a
transaction of its own. Here as at the seal of ballots, a person and a key are held in memory only.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.ballots.actions import require_open
from surveys.ballots.keys import KeyStore
from surveys.ballots.models import OpenRemark
from surveys.ballots.rules import WaveKey, lock_number
from surveys.ballots.sealing import OnRoster
from surveys.ballots.words import FEWEST_ASKED, HandedWords, OpenedRemark, pack_remark, unpack_remark
from surveys.errors import Invalid, no_sheet_for_you, wave_closed
from surveys.people.models import Person
from surveys.waves.models import Place, Wave, WaveUnit
from surveys.waves.rules import FrozenRules


async def cast_remark(
    session: AsyncSession, keys: KeyStore, handed_in: HandedWords, *, now: datetime
) -> None:
    """Store or replace one person's words to the open question. Writes one row and nothing else.

    Only the size of the roster is judged: how many will answer is not known, and not asked, before.

    Raises:
        Missing: no such place for this user.
        WaveClosed: the wave takes no answers at `now`.
        KeyLost: the wave's key is gone.
        Invalid: too long, an unknown theme, a wave without an open question, or too small a unit.
    """
    packed = pack_remark(handed_in.kind, handed_in.content)
    found = await session.execute(
        select(Place.wave_id, Place.person_id, Place.team_id, Person.slack_id, WaveUnit.asked)
        .join(Person, Person.id == Place.person_id)
        .join(WaveUnit, (WaveUnit.wave_id == Place.wave_id) & (WaveUnit.team_id == Place.team_id))
        .where(Place.id == handed_in.place_id)
    )
    place = found.one_or_none()
    if place is None:
        raise wave_closed()
    if handed_in.slack_user_id is not None and handed_in.slack_user_id != place.slack_id:
        raise no_sheet_for_you()
    if session.get_bind().dialect.name == "postgresql":
        shared = text("SELECT pg_advisory_xact_lock_shared(:number)")
        await session.execute(shared, {"number": lock_number(place.wave_id)})
    wave = await session.get_one(Wave, place.wave_id, populate_existing=True)
    require_open(wave, now)
    if FrozenRules.of(wave.rules).open_prompt is None:
        raise Invalid("This pulse asks no open question.")
    if place.asked < FEWEST_ASKED:
        raise Invalid("In a unit this small your words would point at you. Please use a mailbox instead.")
    key = await keys.load(wave.id)
    row_key = key.remark_key(place.person_id)
    sealed = key.seal_remark(row_key, place.team_id, packed)
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    statement = insert(OpenRemark).values(wave_id=wave.id, row_key=row_key, payload=sealed)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["wave_id", "row_key"], set_={"payload": statement.excluded.payload}
        )
    )


async def has_remarks(session: AsyncSession, wave_id: UUID) -> bool:
    """Return whether anybody wrote anything in a wave; most waves of small organisations have no row."""
    known = await session.scalar(select(OpenRemark.wave_id).where(OpenRemark.wave_id == wave_id).limit(1))
    return known is not None


def remark_keys(key: WaveKey, people: Iterable[OnRoster]) -> dict[bytes, UUID]:
    """Return row key → the unit whose words lie there, for a piece of the roster."""
    return {key.remark_key(person.person_id): person.team_id for person in people}


async def remarks_under(
    session: AsyncSession, wave_id: UUID, keys: Sequence[bytes]
) -> list[tuple[bytes, bytes]]:
    """Return the rows (row key, payload) that lie under these keys."""
    found = await session.execute(
        select(OpenRemark.row_key, OpenRemark.payload).where(
            OpenRemark.wave_id == wave_id, OpenRemark.row_key.in_(keys)
        )
    )
    return [(row_key, payload) for row_key, payload in found]


def unseal_remarks(
    key: WaveKey, names: Mapping[bytes, UUID], rows: Iterable[tuple[bytes, bytes]]
) -> list[OpenedRemark]:
    """Decrypt rows; what is empty, was moved, forged or damaged is left out."""
    opened = []
    for row_key, payload in rows:
        packed = key.unseal_remark(row_key, names[row_key], payload)
        remark = unpack_remark(packed) if packed is not None else None
        if remark is not None:
            opened.append(OpenedRemark(names[row_key], *remark))
    return opened
