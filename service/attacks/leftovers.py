"""Rows that must be gone once a wave is over: answers, places, messages that ask, anything unknown."""

from uuid import UUID

from sqlalchemy import Table, Uuid, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from service.attacks.attempts import Attempt, judged
from service.attacks.copies import is_postgresql
from surveys.deliveries.rules import ASKING
from surveys.tables import metadata
from surveys.waves.models import Wave, WaveState

LIVING = (WaveState.OPEN, WaveState.CLOSING)
ENDS_LATER = (WaveState.CANCELLED,)  # the clock empties the box of a wave that was ended early
STAYS = frozenset({
    "acknowledgement",
    "commitment",
    "delivery",  # what tells of results; what asks is looked for by its kind
    "figure",
    "participation",
    "pool",
    "pooled",
    "share",
    "team_word",
    "wave_unit",
})  # fmt: skip
PARTITIONS = (
    "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relname ~ '^open_ballot_[0-9a-f]{32}$'"
)


async def attacks(session: AsyncSession) -> list[Attempt]:
    """Return how many rows outlived their wave."""
    waves = (await session.execute(select(Wave.id, Wave.state, Wave.key_destroyed_at))).all()
    living = {wave_id for wave_id, state, _ in waves if state in LIVING}
    # Ended early a moment ago: its rows go at the clock's next tick, before its key is noted as gone.
    ending = {wave_id for wave_id, state, gone in waves if state in ENDS_LATER and gone is None}
    ballots = rows = 0
    for table in metadata.sorted_tables:
        if "wave_id" not in table.columns or table.name in STAYS:
            continue
        left = await _rows_beyond(session, table, living | ending)
        if table.name == "open_ballot":
            ballots += left
        else:
            rows += left
    if await is_postgresql(session):
        names = await session.scalars(text(PARTITIONS))
        ballots += len({UUID(name.rpartition("_")[2]) for name in names} - living - ending)
    asking = await _rows_beyond(session, metadata.tables["delivery"], living | ending, asking=True)
    return [
        judged(
            "answers of closed waves",
            ballots,
            clean="No sealed answer and no file of sealed answers outlived its wave.",
            leak="Sealed answers of waves that are over are still there.",
        ),
        judged(
            "rosters of closed waves",
            rows + asking,
            clean="No place, message that asked, or other row of a person outlived its wave.",
            leak="Rows about who was asked in waves that are over are still there.",
        ),
    ]


async def _rows_beyond(
    session: AsyncSession, table: Table, kept: set[UUID], *, asking: bool = False
) -> int:
    """Return how many rows of a table belong to a wave that is not among those kept."""
    column = table.columns["wave_id"]
    statement = select(column, func.count()).where(column.is_not(None)).group_by(column)
    if asking:
        statement = statement.where(table.columns["kind"].in_(ASKING))
    assert isinstance(column.type, Uuid)  # noqa: S101 -- else every comparison below would miss
    return sum(count for wave_id, count in await session.execute(statement) if wave_id not in kept)
