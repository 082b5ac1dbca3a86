"""The revisions as the program sees them: which one is newest, which one a database has, and going there.

Works from an installed package as well as from a checkout: nothing here needs alembic.ini.
"""

from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect
from sqlalchemy.ext.asyncio import AsyncEngine


@dataclass(frozen=True, slots=True)
class Step:
    """One revision: its number and what it does."""

    revision: str
    title: str


def configuration(url: str) -> Config:
    """Return what Alembic needs to work on the database at `url`."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def newest() -> str:
    """Return the newest revision that this version of Kept brings."""
    return ScriptDirectory(str(Path(__file__).parent)).get_current_head() or ""


async def revision_of(engine: AsyncEngine) -> str | None:
    """Return the revision of a database, or None when it has no tables of ours yet.

    Raises:
        SQLAlchemyError or OSError: the database cannot be reached.
    """

    def read(connection: Connection) -> str | None:
        return MigrationContext.configure(connection).get_current_revision()

    async with engine.connect() as connection:
        return await connection.run_sync(read)


async def tables_of_others(engine: AsyncEngine) -> list[str]:
    """Return the tables in a database in which Kept has none yet; then it is somebody else's."""

    def read(connection: Connection) -> list[str]:
        return sorted(inspect(connection).get_table_names())

    async with engine.connect() as connection:
        return await connection.run_sync(read)


def is_known(revision: str) -> bool:
    """Return whether this version of Kept knows a revision; a newer version's database is not known."""
    scripts = ScriptDirectory(str(Path(__file__).parent))
    return revision in {script.revision for script in scripts.walk_revisions()}


def steps_after(revision: str | None) -> list[Step]:
    """Return what lies between a revision and the newest one, oldest first."""
    scripts = ScriptDirectory(str(Path(__file__).parent))
    pending = [*scripts.iterate_revisions("head", revision or "base")]
    return [Step(script.revision, script.doc) for script in reversed(pending)]


def upgrade(url: str) -> None:
    """Bring a database to the newest revision; on PostgreSQL all or nothing. Opens its own event loop."""
    command.upgrade(configuration(url), "head")
