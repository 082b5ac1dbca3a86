"""What the place and the transaction of a row say: rowid on SQLite, xmin and ctid on PostgreSQL."""

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from service.attacks.attempts import Attempt, judged
from service.attacks.copies import count_of, is_postgresql
from surveys.tables import metadata

# On SQLite a table without row numbers is ordered by its key, and that is what nameless rows need.
NAMELESS = tuple(
    name
    for name, table in metadata.tables.items()
    if table.dialect_options["sqlite"]["with_rowid"] is False
)
ANSWERS = ("open_ballot", "open_remark")
WRITTEN_ALONE = (*ANSWERS, "sealed_card", "vote", "mailbox", "mailbox_message")


async def attacks(session: AsyncSession) -> list[Attempt]:
    """Return what the storage order of sealed answers tells about when and by whom they were given."""
    if await is_postgresql(session):
        return [await _shared_transactions(session), await _dated_transactions(session)]
    return [await _row_numbers(session)]


async def _row_numbers(session: AsyncSession) -> Attempt:
    """Rows that name nobody must lie in the order of their keys, without a number that counts arrivals."""
    numbered = 0
    for name in NAMELESS:
        try:
            async with session.begin_nested():
                await session.execute(text(f"SELECT rowid FROM {name} LIMIT 1"))  # noqa: S608 -- our own tables
        except DBAPIError:
            continue
        numbered += 1
    return judged(
        "order of rows",
        numbered,
        clean="Sealed rows, words and mailboxes lie in the order of their keys, which is nobody's order.",
        leak="Rows that name nobody are numbered in the order in which they arrived.",
    )


async def _shared_transactions(session: AsyncSession) -> Attempt:
    """A row about a person from the transaction of a sealed row would name its author, any row its hour."""
    shared = 0
    for sealed in WRITTEN_ALONE:
        for table in metadata.sorted_tables:
            beside_an_answer = sealed in ANSWERS and table.name != sealed
            if beside_an_answer or "person_id" in table.columns or table.name == "person":
                shared += await count_of(
                    session,
                    f"SELECT count(*) FROM {table.name} WHERE xmin::text IN"  # noqa: S608 -- our own tables
                    f" (SELECT DISTINCT xmin::text FROM {sealed})",
                )
    return judged(
        "transactions of answers",
        shared,
        clean="Nothing about a person was written in the transaction of an answer, a card or a message.",
        leak="Rows about people were written in the transaction of an answer, a card or a message.",
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
