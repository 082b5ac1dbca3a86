"""Tables, columns, triggers and views that Kept did not make, and what a sealed row must not have.

Somebody who may change the schema can undo what the application does: a time on each answer, a trigger
that keeps what is deleted, a view that joins. So everything that is not in the models is found here.
"""

import re

from sqlalchemy import Connection, DateTime, inspect, text
from sqlalchemy.ext.asyncio import AsyncSession

from service.attacks.attempts import Attempt, judged
from surveys.database import UtcDateTime
from surveys.tables import SEALED, metadata

PARTITION = re.compile(r"(open_ballot|open_remark)_[0-9a-f]{32}")
NEVER = frozenset({"person_id", "team_id"})  # on a row whose key must not be explained
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
             WHERE schemaname = current_schema()
               AND tablename ~ '^(open_ballot|open_remark|sealed_card|vote)')
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
            clean="Sealed rows have a key and a payload, and no time, person or unit.",
            leak="Tables of sealed rows have columns or indexes that can name or date their authors.",
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
        partition = PARTITION.fullmatch(name)
        known = metadata.tables.get(partition[1] if partition else name)
        if known is None:
            strange += name not in OWN_OF_TOOLS
            continue
        columns = {column["name"] for column in found.get_columns(name)} - set(known.columns.keys())
        if known.name in SEALED:
            on_ballots += len(columns) + len(found.get_indexes(name))
        else:
            strange += len(columns)
    for name in SEALED:
        for column in metadata.tables[name].columns:
            on_ballots += isinstance(column.type, DateTime | UtcDateTime) or column.name in NEVER
    return strange, on_ballots
