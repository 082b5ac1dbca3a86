"""Tables, columns, triggers and views that Kept did not make, and what a sealed row must not have.

Somebody who may change the schema can undo what the application does: a time on each answer, a trigger
that keeps what is deleted, a view that joins. So everything that is not in the models is found here.
"""

import re

from sqlalchemy import Connection, DateTime, inspect, text
from sqlalchemy.ext.asyncio import AsyncSession

from service.attacks.attempts import Attempt, judged
from surveys.tables import metadata

BALLOT = frozenset({"wave_id", "row_key", "payload"})
PARTITION = re.compile(r"open_ballot_[0-9a-f]{32}")
OWN_OF_TOOLS = frozenset({"alembic_version"})

SQLITE_OBJECTS = "SELECT count(*) FROM sqlite_master WHERE type IN ('trigger', 'view')"
POSTGRESQL_OBJECTS = """
    SELECT (SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
             WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace)
         + (SELECT count(*) FROM pg_class c
             WHERE c.relkind IN ('v', 'm', 'f') AND c.relnamespace = current_schema()::regnamespace
               AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e'))
         + (SELECT count(*) FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
             WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace)
         + (SELECT count(*) FROM pg_publication_tables
             WHERE schemaname = current_schema() AND tablename LIKE 'open\\_ballot%')
"""


async def attacks(session: AsyncSession) -> list[Attempt]:
    """Return what the shape of the database alone gives away."""
    connection = await session.connection()
    strange, on_ballots = await connection.run_sync(_compare)
    postgresql = connection.dialect.name == "postgresql"
    keeping = await session.scalar(text(POSTGRESQL_OBJECTS if postgresql else SQLITE_OBJECTS))
    return [
        judged(
            "columns of sealed answers",
            on_ballots,
            clean="A sealed answer has a wave, a key and a payload, and no time, person or unit.",
            leak="A table of sealed answers has columns or indexes that can name or date their authors.",
        ),
        judged(
            "tables and columns",
            strange,
            clean="Every table and column is one that Kept made.",
            leak="There are tables or columns that Kept did not make and does not clear away.",
        ),
        judged(
            "triggers, views and copies",
            keeping or 0,
            clean="No trigger, view, rule or publication can keep what is deleted.",
            leak="Triggers, views, rules or publications can keep or join what Kept deletes.",
        ),
    ]


def _compare(connection: Connection) -> tuple[int, int]:
    """Return how many things are strange anywhere, and how many of them are on sealed answers."""
    found = inspect(connection)
    strange = on_ballots = 0
    for name in found.get_table_names():
        if PARTITION.fullmatch(name) or name == "open_ballot":
            on_ballots += len({column["name"] for column in found.get_columns(name)} - BALLOT)
            on_ballots += len(found.get_indexes(name))
        elif name in metadata.tables:
            known = set(metadata.tables[name].columns.keys())
            strange += len({column["name"] for column in found.get_columns(name)} - known)
        elif name not in OWN_OF_TOOLS:
            strange += 1
    table = metadata.tables["open_ballot"]
    on_ballots += sum(isinstance(column.type, DateTime) for column in table.columns)
    return strange, on_ballots
