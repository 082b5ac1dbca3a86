"""What a PostgreSQL server keeps beside the tables: logs with values, dead rows, statistics.

Everything is asked for with the rights of Kept's own user. What that user may not see is said.
"""

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from service.attacks.attempts import Attempt, judged, not_tried
from service.attacks.copies import count_of

# Casting reads a place and then writes row keys: with its values, a statement names the author of a row.
SETTINGS = (
    "log_statement",
    "log_min_duration_statement",
    "log_min_duration_sample",
    "log_transaction_sample_rate",
    "log_parameter_max_length",
    "log_parameter_max_length_on_error",
    "auto_explain.log_min_duration",
    "auto_explain.log_parameter_max_length",
    "pgaudit.log",
    "pgaudit.log_parameter",
)
STATEMENTS_WITH_VALUES = """
    SELECT count(*) FROM pg_stat_statements
     WHERE query ~* 'open_ballot' AND query ~ '\\\\x[0-9a-f]{64}'
"""
UNSEEN_STATEMENTS = "SELECT count(*) FROM pg_stat_statements WHERE query = '<insufficient privilege>'"
DEAD_ROWS = """
    SELECT coalesce(sum(n_dead_tup), 0)::bigint FROM pg_stat_user_tables
     WHERE relname IN ('place', 'delivery')
"""


async def attacks(session: AsyncSession) -> list[Attempt]:
    """Return what the server's own records give away."""
    return [await _statement_log(session), await _dead_rows(session), *await _statistics(session)]


async def _statement_log(session: AsyncSession) -> Attempt:
    found = {
        name: await session.scalar(text("SELECT current_setting(:name, true)"), {"name": name})
        for name in SETTINGS
    }
    return judged(
        "statement log",
        ways_of_logging_values(found),
        clean="The server writes no values of statements into its log.",
        leak="The server logs statements with their values, which name who wrote which answer and when. Set"
        " log_statement to none, log_min_duration_statement to -1, or log_parameter_max_length to 0.",
    )


def ways_of_logging_values(settings: dict[str, str | None]) -> int:
    """Return in how many ways statements reach the server's log together with their values.

    Args:
        settings: as PostgreSQL shows them; None for one that this server does not know.
    """

    def number(name: str) -> float:
        digits = "".join(sign for sign in settings.get(name) or "-1" if sign in "-.0123456789")
        return float(digits or -1)

    values = number("log_parameter_max_length") != 0
    explained = number("auto_explain.log_parameter_max_length") != 0
    ways = (
        values and settings.get("log_statement") in ("mod", "all"),
        values and number("log_min_duration_statement") >= 0,
        values and number("log_min_duration_sample") >= 0,
        values and number("log_transaction_sample_rate") > 0,
        (settings.get("log_parameter_max_length_on_error") or "0") != "0",
        explained and number("auto_explain.log_min_duration") >= 0,
        settings.get("pgaudit.log_parameter") == "on" and settings.get("pgaudit.log") not in ("none", None),
    )
    return sum(map(bool, ways))


async def _dead_rows(session: AsyncSession) -> Attempt:
    """Deleted rosters stay in the files until they are vacuumed; that must at least be going to happen."""
    dead = await count_of(session, DEAD_ROWS)
    vacuums = await session.scalar(text("SELECT current_setting('autovacuum')")) == "on"
    return judged(
        "dead rows",
        0 if vacuums else dead,
        clean="Deleted places and messages are cleared from the files by autovacuum; they name who was "
        "asked, never who answered.",
        leak="Deleted places and messages stay in the files, because autovacuum is off. Run VACUUM.",
    )


async def _statistics(session: AsyncSession) -> list[Attempt]:
    """pg_stat_statements keeps statements; ours carry no values, which is looked at here."""
    installed = "SELECT count(*) FROM pg_extension WHERE extname = 'pg_stat_statements'"
    if not await count_of(session, installed):
        return []
    name = "statement statistics"
    try:
        async with session.begin_nested():
            unseen = await count_of(session, UNSEEN_STATEMENTS)
            found = await count_of(session, STATEMENTS_WITH_VALUES)
    except DBAPIError:
        return [not_tried(name, "pg_stat_statements is installed, but this user may not read it.")]
    if unseen and not found:
        return [not_tried(name, "This user may not see every statement. Grant it pg_read_all_stats.")]
    return [
        judged(
            name,
            found,
            clean="pg_stat_statements holds no value of a sealed answer.",
            leak="pg_stat_statements holds statements with the keys of sealed answers in them.",
        )
    ]
