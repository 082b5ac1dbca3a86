"""Casting, taking back and clearing away ballots. Nothing that names a person is ever written here.

One request casts through the ballot box at the edge, which gathers sheets and calls `cast_ballots`
once for all of them.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from surveys.ballots.casting import Placed, read_and_lock, write_rows
from surveys.ballots.keys import KeyStore
from surveys.ballots.models import OpenBallot, OpenRemark
from surveys.ballots.rules import HandedIn, lock_number, pack, parts_of_sheet
from surveys.errors import KeyLost, SurveyError, no_sheet_for_you, wave_closed
from surveys.waves.models import Place, Wave, WaveState, WaveUnit
from surveys.waves.rules import LoopQuestion

SEALED = ("open_ballot", "open_remark")  # on PostgreSQL with a partition of each for every open wave


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
    connection: AsyncConnection, keys: KeyStore, batch: Sequence[HandedIn], *, now: datetime
) -> list[SurveyError | None]:
    """Store or replace the answers of several people, one row a person and dimension.

    A double press, a retry or a change of mind writes the same rows again; the last sheet of a person
    in a batch wins. Rows are written in the order of their keys, which is unrelated to people.

    Returns one entry a sheet, in order: None when it is stored once the transaction commits, else the
    refusal: Missing (no such place for this user), WaveClosed, KeyLost, or Invalid (not on the sheet).
    """
    placed = {place.place_id: place for place in await read_and_lock(connection, _places_in(batch))}
    sealer = _Sealer(keys, placed, now)
    outcomes: list[SurveyError | None] = []
    rows: dict[tuple[UUID, bytes], bytes] = {}
    for sheet in batch:
        try:
            rows.update(await sealer.seal(sheet))
        except SurveyError as refusal:
            outcomes.append(refusal)
        else:
            outcomes.append(None)
    if await write_rows(connection, rows) < len(rows):
        closed = await _closed_meanwhile(connection, {wave_id for wave_id, _ in rows})
        for position, sheet in enumerate(batch):
            if outcomes[position] is None and placed[sheet.place_id].wave_id in closed:
                outcomes[position] = wave_closed()
    return outcomes


def _places_in(batch: Sequence[HandedIn]) -> set[UUID]:
    return {sheet.place_id for sheet in batch}


async def _closed_meanwhile(connection: AsyncConnection, wave_ids: set[UUID]) -> set[UUID]:
    still_open = await connection.scalars(
        select(Wave.id).where(Wave.id.in_(wave_ids), Wave.state == WaveState.OPEN)
    )
    return wave_ids - set(still_open)


class _Sealer:
    """Seals the sheets of one batch; what sheets share is worked out once."""

    def __init__(self, keys: KeyStore, placed: Mapping[UUID, Placed], now: datetime) -> None:
        self._keys = keys
        self._placed = placed
        self._now = now
        self._items = {place.wave_id: place.items for place in placed.values() if place.items is not None}
        self._parts: dict[tuple[UUID, UUID | None], dict[str, tuple[str, ...]]] = {}

    async def seal(self, sheet: HandedIn) -> dict[tuple[UUID, bytes], bytes]:
        """Return the rows of a sheet, or raise its refusal."""
        place = self._placed.get(sheet.place_id)
        if place is None or (sheet.slack_user_id is not None and sheet.slack_user_id != place.slack_id):
            raise no_sheet_for_you()
        require_open(place, self._now)
        key = await self._keys.load(place.wave_id)
        sealed = {}
        for dimension, answers in pack(self._parts_of(place), sheet.answers).items():
            row_key = key.row_key(dimension, place.person_id)
            sealed[place.wave_id, row_key] = key.seal(row_key, place.team_id, dimension, answers)
        return sealed

    def _parts_of(self, place: Placed) -> dict[str, tuple[str, ...]]:
        unit = place.wave_id, place.team_id if place.loop else None  # only loop questions differ
        if unit not in self._parts:
            loop = [LoopQuestion.of(stored) for stored in place.loop]
            self._parts[unit] = parts_of_sheet(self._items[place.wave_id], place.number or 0, loop)
        return self._parts[unit]


def require_open(wave: Wave | Placed, now: datetime) -> None:
    """Refuse unless the wave takes answers at `now`.

    Its state alone says that it has opened: whoever was invited may answer, also where the clock of the
    web process goes behind that of the worker who invited them.

    Raises:
        WaveClosed: it does not take answers any more.
    """
    if wave.state is not WaveState.OPEN or now >= wave.closes_at:
        raise wave_closed()


async def lock_against_casting(session: AsyncSession, wave_id: UUID) -> None:
    """Wait until no batch is being cast into this wave, and keep new ones waiting until the commit."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(
            text("SELECT pg_advisory_xact_lock(:number)"), {"number": lock_number(wave_id)}
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
