"""How Alembic reaches the database: by the address given by `kept migrate`, or KEPT_DATABASE_URL."""

import asyncio
import os
from typing import Literal

from alembic import context
from sqlalchemy import Connection, Enum, text
from sqlalchemy.schema import SchemaItem

from surveys.database import UtcDateTime, build_engine
from surveys.tables import metadata

LOCK_TIMEOUT = "10s"  # a migration that waits longer would hold up every request behind it


def is_ours(_item: SchemaItem, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:  # noqa: FBT001 -- Alembic's
    """Leave out the partitions of sealed tables: they come and go with the waves."""
    return not (kind == "table" and name is not None and name.startswith(("open_ballot_", "open_remark_")))


def render(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write our instant as the plain column it is, so that revisions do not import the domain."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String({item.length})"
    return False


def run(connection: Connection) -> None:
    """Run the asked revisions on an open connection, in one transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_object=is_ours,
        render_item=render,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def connect_and_run(url: str) -> None:
    """Open an engine of our own for this run."""
    engine = build_engine(url)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(run)
            await connection.commit()
    finally:
        await engine.dispose()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    address = context.config.get_main_option("sqlalchemy.url") or os.environ["KEPT_DATABASE_URL"]
    asyncio.run(connect_and_run(address))
