"""How a process is put together from its settings. Every command and the web process start here."""

import os
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import click
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from integrations.environment import Settings
from integrations.keystores import DirectoryKeyStore, KeyStoreMissing
from migrations import revisions
from surveys.database import build_engine, build_sessions, sqlite_file
from surveys.people.queries import installation_of


class NotReadyError(click.ClickException):
    """The installation cannot be used yet; the message says what to do."""


def read_settings() -> Settings:
    """Return the settings of this process.

    Raises:
        SettingsError: a variable cannot be used; `kept` prints what and why.
    """
    return Settings.from_environment(os.environ)


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[async_sessionmaker[AsyncSession]]:
    """Yield the session factory of the configured database and let go of its connections afterwards.

    Raises:
        NotReadyError: it cannot be reached, or has another revision than this version of Kept.
    """
    engine = build_engine(settings.database_url)
    try:
        await require_newest(engine)
        yield build_sessions(engine)
    finally:
        await engine.dispose()


async def open_keys(settings: Settings, sessions: async_sessionmaker[AsyncSession]) -> DirectoryKeyStore:
    """Return the key store of this database.

    Raises:
        NotReadyError: the folder is not a key store, or that of another installation. A missing volume
            must not be taken for an empty one, nor somebody else's keys for left-overs.
    """
    async with sessions() as session:
        store = DirectoryKeyStore(settings.keys_dir, await installation_of(session))
    try:
        store.require()
    except KeyStoreMissing as missing:
        raise NotReadyError(str(missing)) from missing
    return store


async def require_newest(engine: AsyncEngine, *, called: str = "") -> None:
    """Refuse a database that this version of Kept does not fit.

    Args:
        engine: connects to it.
        called: how its user knows it, where `engine` connects to a copy.

    Raises:
        NotReadyError: see `open_database`.
    """
    called = called or where(engine)
    file = sqlite_file(engine.url.render_as_string())
    if file is not None and not file.exists():  # connecting would make an empty one
        raise NotReadyError(f"{file} does not exist. Run `kept migrate`.")
    try:
        found = await revisions.revision_of(engine)
    except (SQLAlchemyError, OSError) as error:
        raise NotReadyError(unreachable(engine, error, called=called)) from error
    newest = revisions.newest()
    if found is None or revisions.is_known(found):
        if found != newest:
            has = f"is at revision {found}" if found else "has no tables yet"
            raise NotReadyError(f"{called} {has}; this version needs {newest}. Run `kept migrate`.")
        return
    raise NotReadyError(
        f"{called} is at revision {found}, which this version does not know: a newer version of Kept made "
        "it, or another program. Run that version."
    )


def where(engine: AsyncEngine) -> str:
    """Return the address of a database without its password."""
    return engine.url.render_as_string(hide_password=True)


def unreachable(engine: AsyncEngine, error: BaseException, *, called: str = "") -> str:
    """Return in one line which setting leads to a database that cannot be used, why, and what to do.

    Args:
        engine: was to connect to it.
        error: what came of that; neither a statement nor its values are said.
        called: how its user knows it, where `engine` connects to a copy.
    """
    name = called or where(engine)
    file = sqlite_file(engine.url.render_as_string())
    if file is None:
        remedy = "Check host, port, user, password and name of the database, and that it runs."
    elif file.is_dir():
        return f"KEPT_DATABASE_URL: {file} is a folder. Name a file in it, such as {file}/kept.db."
    else:
        remedy = f"The file and {file.parent} must be this user's to write, and the file a database."
    return f"KEPT_DATABASE_URL: {name} cannot be used: {_reason_of(error)}. {remedy}"


def gave_way(error: BaseException) -> str | None:
    """Return in one line that the database failed in the middle of a command; None for other faults."""
    if not isinstance(error, OperationalError | InterfaceError):
        return None
    return (
        f"The database failed in the middle: {_reason_of(error)}. What was not committed yet is as it was. "
        "Give it room or bring it back (`kept doctor`), and run the command again."
    )


def _reason_of(error: BaseException) -> str:
    """Return why a database call failed in one line, without the statement and its values."""
    cause = getattr(error, "orig", None) or error
    if cause.__cause__ is not None:  # what the driver said
        cause = cause.__cause__
    # The system's own words name the server for each of its addresses.
    said = (cause.strerror if isinstance(cause, OSError) else None) or str(cause)
    return said.splitlines()[0].rstrip(".") if said else type(cause).__name__


def forbid_core_dumps() -> None:
    """Let no crash of this process, nor of its children, write keys or answers to disk."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
