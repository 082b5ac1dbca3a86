"""What casting reads and writes: two statements a batch, whatever its size.

On PostgreSQL the first takes the shared lock of every wave it reads, and the second writes only where
the wave still takes answers. A wave that closes in between is seen by the second, because each statement
looks anew; one that wants to close after it waits for the lock. SQLite needs neither: its transaction is
the only writer from its first statement on.

Arrays instead of lists of parameters: one prepared statement serves every size of batch.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, Uuid, any_, bindparam, case, func, literal_column, select, text
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from surveys.ballots.models import OpenBallot
from surveys.people.models import Person
from surveys.waves.models import Place, Wave, WaveState, WaveUnit

# The same number as `lock_number` gives, for a row's own wave.
LOCK_NUMBER = (
    "CAST(CAST('x' || encode(substr(sha256(CAST('wave' AS bytea) || uuid_send(wave.id)), 1, 8), 'hex')"
    " AS bit(64)) AS bigint)"
)
WRITE_POSTGRESQL = text(
    "INSERT INTO open_ballot (wave_id, row_key, payload)"
    " SELECT sealed.* FROM unnest(:waves, :row_keys, :payloads) AS sealed (wave_id, row_key, payload)"
    " JOIN wave ON wave.id = sealed.wave_id AND wave.state = 'open' ORDER BY sealed.row_key"
    " ON CONFLICT (wave_id, row_key) DO UPDATE SET payload = excluded.payload"
).bindparams(
    bindparam("waves", type_=ARRAY(Uuid())),
    bindparam("row_keys", type_=ARRAY(BYTEA())),
    bindparam("payloads", type_=ARRAY(BYTEA())),
)


class Placed(NamedTuple):
    """A place on the roster and what its sheet asks, as the database has it; lives for one batch.

    `items` is long and the same for a whole wave: it stands in one row of each wave.
    """

    place_id: UUID
    wave_id: UUID
    person_id: UUID
    team_id: UUID
    slack_id: str | None
    loop: list[Any]
    state: WaveState
    closes_at: datetime
    number: int | None
    items: list[Any] | None


@cache
def _reading(*, locking: bool) -> Select[Any]:
    # Joined, a wave that was opened a moment ago would be read with all its units: nothing tells the
    # database yet how many there are.
    loop = (
        select(WaveUnit.loop)
        .where(WaveUnit.wave_id == Place.wave_id, WaveUnit.team_id == Place.team_id)
        .scalar_subquery()
    )
    first_of_wave = func.row_number().over(partition_by=Place.wave_id, order_by=Place.id) == 1
    statement = (
        select(
            Place.id,
            Place.wave_id,
            Place.person_id,
            Place.team_id,
            Person.slack_id,
            loop,
            Wave.state,
            Wave.closes_at,
            Wave.number,
            case((first_of_wave, Wave.items)),
        )
        .join(Person, Person.id == Place.person_id)
        .join(Wave, Wave.id == Place.wave_id)
    )
    if not locking:
        return statement.where(Place.id.in_(bindparam("place_ids", expanding=True)))
    # Locks are taken after sorting: every batch takes those of several waves in the same order.
    lock = func.pg_advisory_xact_lock_shared(literal_column(LOCK_NUMBER))
    place_ids = bindparam("place_ids", type_=ARRAY(Uuid()))
    return statement.add_columns(lock).where(Place.id == any_(place_ids)).order_by(Place.wave_id)


async def read_and_lock(connection: AsyncConnection, place_ids: Collection[UUID]) -> list[Placed]:
    """Return these places, and keep their waves from closing until the transaction ends."""
    statement = _reading(locking=connection.dialect.name == "postgresql")
    found = await connection.execute(statement, {"place_ids": list(place_ids)})
    return [Placed(*row[:10]) for row in found]


async def write_rows(connection: AsyncConnection, rows: Mapping[tuple[UUID, bytes], bytes]) -> int:
    """Store rows (wave, row key) → payload in the order of their keys, which is unrelated to people.

    Returns how many were stored: fewer than given when a wave has closed since it was read.
    """
    if not rows:
        return 0
    if connection.dialect.name == "postgresql":
        waves, row_keys = zip(*rows, strict=True)
        written = await connection.execute(
            WRITE_POSTGRESQL, {"waves": waves, "row_keys": row_keys, "payloads": [*rows.values()]}
        )
        return written.rowcount
    statement = sqlite_insert(OpenBallot)
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["wave_id", "row_key"], set_={"payload": statement.excluded.payload}
        ),
        [
            {"wave_id": wave_id, "row_key": row_key, "payload": payload}
            for (wave_id, row_key), payload in sorted(rows.items(), key=lambda row: row[0][1])
        ],
    )
    return len(rows)
