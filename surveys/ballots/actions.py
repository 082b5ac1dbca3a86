"""Casting, taking back and clearing away ballots. Nothing that names a person is ever written here.

One request casts through the ballot box at the edge, which gathers sheets and calls `cast_ballots`
once for all of them.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Uuid, bindparam, delete, select, text
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.ballots.keys import KeyStore
from surveys.ballots.models import OpenBallot, OpenRemark
from surveys.ballots.rules import HandedIn, lock_number, pack, parts_of_sheet
from surveys.errors import KeyLost, Missing, SurveyError, WaveClosed
from surveys.people.models import Person
from surveys.waves.models import Place, Wave, WaveState, WaveUnit
from surveys.waves.rules import LoopQuestion

SEALED = ("open_ballot", "open_remark")  # on PostgreSQL with a partition of each for every open wave
UPSERT_POSTGRESQL = text(
    "INSERT INTO open_ballot (wave_id, row_key, payload)"
    " SELECT * FROM unnest(:waves, :row_keys, :payloads)"
    " ON CONFLICT (wave_id, row_key) DO UPDATE SET payload = excluded.payload"
).bindparams(
    bindparam("waves", type_=ARRAY(Uuid())),
    bindparam("row_keys", type_=ARRAY(BYTEA())),
    bindparam("payloads", type_=ARRAY(BYTEA())),
)


class _Placed(NamedTuple):
    """A place on the roster with what its sheet asks; lives for one batch."""

    wave_id: UUID
    person_id: UUID
    team_id: UUID
    slack_id: str | None
    loop: list[Any]


async def open_box(session: AsyncSession, keys: KeyStore, wave_id: UUID) -> None:
    """Make the key of a new wave, and its partitions on PostgreSQL, before the wave is committed."""
    await keys.create(wave_id)
    if session.get_bind().dialect.name == "postgresql":
        for table in SEALED:
            partition = f"{table}_{wave_id.hex}"
            # Attaching takes a weaker lock than creating in place, so casting elsewhere goes on.
            await session.execute(text(f"CREATE TABLE {partition} (LIKE {table} INCLUDING ALL)"))
            await session.execute(
                text(f"ALTER TABLE {table} ATTACH PARTITION {partition} FOR VALUES IN ('{wave_id}')")
            )


async def cast_ballots(
    session: AsyncSession, keys: KeyStore, batch: Sequence[HandedIn], *, now: datetime
) -> list[SurveyError | None]:
    """Store or replace the answers of several people, one row a person and dimension.

    A double press, a retry or a change of mind writes the same rows again; the last sheet of a person
    in a batch wins. Rows are written in the order of their keys, which is unrelated to people.

    Returns one entry a sheet, in order: None when it is stored once the transaction commits, else the
    refusal: Missing (no such place for this user), WaveClosed, KeyLost, or Invalid (not on the sheet).
    """
    placed = await _places(session, {sheet.place_id for sheet in batch})
    waves = await _lock_and_read_waves(session, {place.wave_id for place in placed.values()})
    outcomes: list[SurveyError | None] = []
    rows: dict[tuple[UUID, bytes], bytes] = {}
    for sheet in batch:
        try:
            rows.update(await _sealed(keys, placed.get(sheet.place_id), waves, sheet, now))
        except SurveyError as refusal:
            outcomes.append(refusal)
        else:
            outcomes.append(None)
    await _upsert(session, rows)
    return outcomes


async def _sealed(
    keys: KeyStore, place: _Placed | None, waves: Mapping[UUID, Wave], sheet: HandedIn, now: datetime
) -> dict[tuple[UUID, bytes], bytes]:
    if place is None or (sheet.slack_user_id is not None and sheet.slack_user_id != place.slack_id):
        raise Missing("There is no sheet for you behind this button. Ask for a new message.")
    wave = waves[place.wave_id]
    require_open(wave, now)
    key = await keys.load(place.wave_id)
    loop = [LoopQuestion.of(stored) for stored in place.loop]
    packed = pack(parts_of_sheet(wave.items, wave.number or 0, loop), sheet.answers)
    sealed = {}
    for dimension, answers in packed.items():
        row_key = key.row_key(dimension, place.person_id)
        sealed[place.wave_id, row_key] = key.seal(row_key, place.team_id, dimension, answers)
    return sealed


def require_open(wave: Wave, now: datetime) -> None:
    """Refuse unless the wave takes answers at `now`.

    Raises:
        WaveClosed: it does not, or not any more.
    """
    if wave.state is not WaveState.OPEN or now >= wave.closes_at:
        raise WaveClosed("This pulse is closed. Nothing was stored; the next one will come to you.")
    if now < wave.opens_at:
        raise WaveClosed("This pulse has not opened yet. Nothing was stored.")


async def _places(session: AsyncSession, place_ids: set[UUID]) -> dict[UUID, _Placed]:
    found = await session.execute(
        select(Place.id, Place.wave_id, Place.person_id, Place.team_id, Person.slack_id, WaveUnit.loop)
        .join(Person, Person.id == Place.person_id)
        .join(WaveUnit, (WaveUnit.wave_id == Place.wave_id) & (WaveUnit.team_id == Place.team_id))
        .where(Place.id.in_(place_ids))
    )
    return {row[0]: _Placed(*row[1:]) for row in found}


async def _lock_and_read_waves(session: AsyncSession, wave_ids: set[UUID]) -> dict[UUID, Wave]:
    """Read the waves under a shared lock that their close takes exclusively.

    SQLite needs none: its transaction is the only writer from its first statement on.
    """
    if session.get_bind().dialect.name == "postgresql":
        for number in sorted(map(lock_number, wave_ids)):
            await session.execute(text("SELECT pg_advisory_xact_lock_shared(:number)"), {"number": number})
    waves = await session.scalars(
        select(Wave).where(Wave.id.in_(wave_ids)), execution_options={"populate_existing": True}
    )
    return {wave.id: wave for wave in waves}


async def lock_against_casting(session: AsyncSession, wave_id: UUID) -> None:
    """Wait until no batch is being cast into this wave, and keep new ones waiting until the commit."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(
            text("SELECT pg_advisory_xact_lock(:number)"), {"number": lock_number(wave_id)}
        )


async def _upsert(session: AsyncSession, rows: Mapping[tuple[UUID, bytes], bytes]) -> None:
    if not rows:
        return
    ordered = sorted(rows.items(), key=lambda row: row[0][1])
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(
            UPSERT_POSTGRESQL,
            {
                "waves": [wave_id for (wave_id, _), _ in ordered],
                "row_keys": [row_key for (_, row_key), _ in ordered],
                "payloads": [payload for _, payload in ordered],
            },
        )
        return
    statement = sqlite_insert(OpenBallot)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["wave_id", "row_key"], set_={"payload": statement.excluded.payload}
        ),
        [
            {"wave_id": wave_id, "row_key": row_key, "payload": payload}
            for (wave_id, row_key), payload in ordered
        ],
    )


async def withdraw_person(session: AsyncSession, keys: KeyStore, person_id: UUID) -> None:
    """Delete a person's open ballots, words and place, when the person is erased while a wave is open."""
    by_wave: dict[UUID, list[bytes]] = defaultdict(list)
    found = await session.execute(
        select(Place, Wave, WaveUnit)
        .join(Wave, Wave.id == Place.wave_id)
        .join(WaveUnit, (WaveUnit.wave_id == Place.wave_id) & (WaveUnit.team_id == Place.team_id))
        .where(Place.person_id == person_id)
    )
    for place, wave, unit in found:
        await session.delete(place)
        unit.asked -= 1
        try:
            key = await keys.load(wave.id)
        except KeyLost:
            continue  # nobody can tell whose a row is any more, nor read it; all go unread at the close
        loop = [LoopQuestion.of(stored) for stored in unit.loop]
        await session.execute(
            delete(OpenRemark).where(
                OpenRemark.wave_id == wave.id, OpenRemark.row_key == key.remark_key(person_id)
            )
        )
        for dimension in parts_of_sheet(wave.items, wave.number or 0, loop):
            by_wave[wave.id].append(key.row_key(dimension, person_id))
    for wave_id, row_keys in by_wave.items():
        await session.execute(
            delete(OpenBallot).where(OpenBallot.wave_id == wave_id, OpenBallot.row_key.in_(row_keys))
        )


async def empty_box(session: AsyncSession, wave_id: UUID) -> None:
    """Delete every ballot and remark of a wave; on PostgreSQL with the files they lay in."""
    if session.get_bind().dialect.name == "postgresql":
        for table in SEALED:
            partition = f"{table}_{wave_id.hex}"
            known = await session.scalar(text("SELECT to_regclass(:name)"), {"name": partition})
            if known is not None:
                await session.execute(text(f"ALTER TABLE {table} DETACH PARTITION {partition}"))
                await session.execute(text(f"DROP TABLE {partition}"))
        return
    for sealed in (OpenBallot, OpenRemark):
        await session.execute(delete(sealed).where(sealed.wave_id == wave_id))
