"""Rows that must be gone once a wave is over: answers, places, messages that ask, anything unknown."""

from uuid import UUID

from sqlalchemy import Table, Uuid, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from service.attacks.attempts import Attempt, judged
from service.attacks.copies import count_of, is_postgresql
from surveys.comments.rules import FEWEST, FEWEST_FOR_THEMES
from surveys.deliveries.rules import ASKING
from surveys.tables import SEALED, metadata
from surveys.waves.models import RUNNING, Wave, WaveState
from surveys.waves.rules import TURNOUT_FROM

ENDS_LATER = (WaveState.CANCELLED,)  # the clock empties the box of a wave that was ended early
STAYS = frozenset({
    "acknowledgement",
    "commitment",
    "delivery",  # what tells of results; what asks is looked for by its kind
    "figure",
    "participation",
    "pool",
    "pooled",
    "receipt_text",
    "share",
    "team_word",
    "topic",  # what the team asked its leader about, and what became of it
    "remark",  # delivered in one shuffled batch
    "remark_theme",
    "wave_unit",
})  # fmt: skip
PARTITIONS = (
    "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"
    " AND relname ~ '^(open_ballot|open_remark)_[0-9a-f]{32}$'"
)
# Cards are sealed until they are shown, votes until they are counted; then their keys are destroyed.
CARDS = "SELECT count(*) FROM sealed_card c LEFT JOIN retrospective r ON r.id = c.retrospective_id"
VOTES = "SELECT count(*) FROM vote v LEFT JOIN retrospective r ON r.id = v.retrospective_id"
NAMED_CARDS = (
    "SELECT count(*) FROM card c JOIN retrospective r ON r.id = c.retrospective_id"
    " WHERE c.author_id IS NOT NULL AND r.names <> 'shown'"
)
# Words name their unit, so they are never for fewer than five asked, nor themes for fewer than eight.
FEW_WORDS = (
    "SELECT count(*) FROM {table} w JOIN wave_unit u ON u.wave_id = w.wave_id AND u.team_id = w.team_id"
    " WHERE u.asked < :fewest"
)

# While a wave is open one rounded number is told a day, and only of many people.
PRECISE_TURNOUT = (
    "SELECT count(*) FROM turnout t WHERE t.percent % 5 <> 0 OR t.percent NOT BETWEEN 10 AND 90"
    " OR (SELECT sum(u.asked) FROM wave_unit u WHERE u.wave_id = t.wave_id) < :least"
)


async def attacks(session: AsyncSession) -> list[Attempt]:
    """Return how many rows outlived their wave."""
    waves = (await session.execute(select(Wave.id, Wave.state, Wave.key_destroyed_at))).all()
    living = {wave_id for wave_id, state, _ in waves if state in RUNNING}
    # Ended early a moment ago: its rows go at the clock's next tick, before its key is noted as gone.
    ending = {wave_id for wave_id, state, gone in waves if state in ENDS_LATER and gone is None}
    ballots, rows = await _of_ended_waves(session, living | ending)
    return [
        await _words_of_few(session),
        judged(
            "turnout",
            await count_of(session, PRECISE_TURNOUT, least=TURNOUT_FROM),
            clean="How many have answered an open wave is told of many people only, rounded, once a day.",
            leak="How many have answered an open wave is stored of too few people, or too exactly.",
        ),
        await _cards_and_votes(session),
        judged(
            "answers of closed waves",
            ballots,
            clean="No sealed answer or remark, and no file of them, outlived its wave.",
            leak="Sealed answers or remarks of waves that are over are still there.",
        ),
        judged(
            "rosters of closed waves",
            rows,
            clean="No place, message that asked, or other row of a person outlived its wave.",
            leak="Rows about who was asked in waves that are over are still there.",
        ),
    ]


async def _words_of_few(session: AsyncSession) -> Attempt:
    few = await count_of(session, FEW_WORDS.format(table="remark"), fewest=FEWEST)
    few += await count_of(session, FEW_WORDS.format(table="remark_theme"), fewest=FEWEST_FOR_THEMES)
    return judged(
        "words of few",
        few,
        clean="No words were delivered from a unit too small to hide their writer.",
        leak="Words or themes were delivered from units too small to hide their writer.",
    )


async def _cards_and_votes(session: AsyncSession) -> Attempt:
    cards = await count_of(session, f"{CARDS} WHERE r.id IS NULL OR r.card_key IS NULL")
    votes = await count_of(session, f"{VOTES} WHERE r.id IS NULL OR r.vote_key IS NULL")
    named = await count_of(session, NAMED_CARDS)
    return judged(
        "cards and votes",
        cards + votes + named,
        clean="No sealed card or vote outlived its key, and no card has a name nobody agreed to.",
        leak="Sealed cards or votes outlived their key, or cards have names nobody agreed to.",
    )


async def _of_ended_waves(session: AsyncSession, alive: set[UUID]) -> tuple[int, int]:
    """Return how many sealed rows, and how many rows about who was asked, are of waves not `alive`."""
    sealed = rows = 0
    for table in metadata.sorted_tables:
        if "wave_id" not in table.columns or table.name in STAYS:
            continue
        left = await _rows_beyond(session, table, alive)
        if table.name in SEALED:
            sealed += left
        else:
            rows += left
    if await is_postgresql(session):
        names = await session.scalars(text(PARTITIONS))
        sealed += len({UUID(name.rpartition("_")[2]) for name in names} - alive)
    return sealed, rows + await _rows_beyond(session, metadata.tables["delivery"], alive, asking=True)


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
