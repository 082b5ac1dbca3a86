"""What the place and the transaction of a row say: rowid on SQLite, xmin and ctid on PostgreSQL."""

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from service.attacks.attempts import Attempt, judged
from service.attacks.copies import count_of, is_postgresql
from surveys.tables import metadata


async def attacks(session: AsyncSession) -> list[Attempt]:
    """Return what the storage order of sealed answers tells about when and by whom they were given."""
    if await is_postgresql(session):
        return [await _shared_transactions(session), await _dated_transactions(session)]
    return [await _row_numbers(session)]


async def _row_numbers(session: AsyncSession) -> Attempt:
    """Sealed answers must lie in the order of their keys, without a number that counts arrivals."""
    try:
        async with session.begin_nested():
            await session.execute(text("SELECT rowid FROM open_ballot LIMIT 1"))
    except DBAPIError:
        numbered = 0
    else:
        numbered = 1
    return judged(
        "order of rows",
        numbered,
        clean="Sealed answers lie in the order of their keys, which is nobody's order.",
        leak="Sealed answers are numbered in the order in which they arrived.",
    )


async def _shared_transactions(session: AsyncSession) -> Attempt:
    """A row of any other table from the transaction of an answer would name or date its author."""
    shared = 0
    for table in metadata.sorted_tables:
        if table.name != "open_ballot":
            shared += await count_of(
                session,
                f"SELECT count(*) FROM {table.name} WHERE xmin::text IN"  # noqa: S608 -- names of our tables
                " (SELECT DISTINCT xmin::text FROM open_ballot)",
            )
    return judged(
        "transactions of answers",
        shared,
        clean="No other row was written in the transaction of an answer.",
        leak="Rows of other tables were written in the transaction of an answer and tell whose it is.",
    )


async def _dated_transactions(session: AsyncSession) -> Attempt:
    """A server that notes when each transaction was committed dates every sealed answer."""
    dated = await session.scalar(text("SELECT current_setting('track_commit_timestamp', true)"))
    return judged(
        "order of rows",
        int(dated == "on"),
        clean="The server does not note when a transaction was committed.",
        leak="track_commit_timestamp is on: it says to the microsecond when each answer was given.",
    )
