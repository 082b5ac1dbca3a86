"""The copy that is attacked. The original is only ever read.

SQLite: the file is copied by SQLite's own backup, page by page, free pages included. PostgreSQL: one
transaction that sees one instant and may not write; for what has to write (walking the routes signs
people in) its rows are copied into a file of their own. Either copy lies in a folder that only this user
may read and is deleted afterwards. Who kills the command leaves it there: the next start finds by a lock
that nobody works on it any more, and deletes it.
"""

import asyncio
import fcntl
import os
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from service.composition import NotReadyError
from surveys.database import build_engine, build_sessions, sqlite_file
from surveys.tables import SEALED, metadata

PIECE = 5_000  # rows copied at a time
FOLDER = "kept-attack-"
LOCK = "in-use"
LEFT_OUT = SEALED | {"audit_entry", "delivery", "seen_event", "sending_pace", "sign_in", "sign_in_link"}


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy in a folder of its own.

    Attributes:
        engine: where everything is read: the copied file, or the PostgreSQL server itself.
        original: the SQLite file that was copied; None on PostgreSQL.
        file: the copy; on PostgreSQL it is empty until `stage` fills it.
    """

    engine: AsyncEngine
    original: Path | None
    file: Path

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Yield a session that sees one instant and, on PostgreSQL, cannot write."""
        if self.original is not None:
            async with build_sessions(self.engine)() as session:
                yield session
            return
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        async with self.engine.connect() as connection:
            await connection.execution_options(**options)
            async with AsyncSession(connection, expire_on_commit=False) as session:
                yield session

    @asynccontextmanager
    async def stage(self) -> AsyncIterator[async_sessionmaker[AsyncSession]]:
        """Yield sessions on the copied file, in which the application may do what it likes."""
        engine = build_engine(f"sqlite+aiosqlite:///{self.file}")
        try:
            yield build_sessions(engine)
        finally:
            await engine.dispose()


@asynccontextmanager
async def copied(url: str) -> AsyncIterator[Copied]:
    """Yield the copy of a database; it is gone when this ends."""
    original = sqlite_file(url)
    with private_folder() as folder:
        file = folder / "copy.db"
        if original is not None:
            await asyncio.to_thread(_back_up, original, file)
            engine = build_engine(f"sqlite+aiosqlite:///{file}")
        else:
            engine = build_engine(url)
        try:
            yield Copied(engine, original, file)
        finally:
            await engine.dispose()


@contextmanager
def private_folder() -> Iterator[Path]:
    """Yield a folder that only this user may enter, locked while it is used and gone afterwards.

    Folders that killed runs of this user left behind are deleted first.
    """
    _clear_up(Path(tempfile.gettempdir()))
    before = os.umask(0o077)  # so that what SQLite makes beside the copy is as private
    folder = Path(tempfile.mkdtemp(prefix=FOLDER))
    try:
        with (folder / LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.umask(before)


def _clear_up(where: Path) -> None:
    for folder in where.glob(f"{FOLDER}*"):
        known = folder.lstat()
        if folder.is_symlink() or not folder.is_dir() or known.st_uid != os.getuid():
            continue
        try:
            with (folder / LOCK).open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue  # another run works on it


def open_read_only(file: Path) -> sqlite3.Connection:
    """Return a connection that cannot write to a SQLite file.

    Without a log beside it nobody has the file open, and it is read without touching its folder at all.
    """
    log = file.with_name(f"{file.name}-wal")
    how = "mode=ro" if log.exists() else "mode=ro&immutable=1"
    return sqlite3.connect(f"{file.resolve().as_uri()}?{how}", uri=True)


def _back_up(original: Path, file: Path) -> None:
    if not original.exists():
        raise NotReadyError(f"{original} does not exist. Run `kept migrate`.")
    try:
        with closing(open_read_only(original)) as source, closing(sqlite3.connect(file)) as target:
            source.backup(target)
    except sqlite3.Error as error:
        raise NotReadyError(f"{original} cannot be copied: {error}") from error


async def copy_rows(session: AsyncSession, copy: Copied) -> None:
    """Copy what pages are made of out of PostgreSQL into the file for the stage; SQLite has it already."""
    if copy.original is not None:
        return
    engine = create_async_engine(f"sqlite+aiosqlite:///{copy.file}")  # checks no references while filling
    async with engine.begin() as target:
        await target.run_sync(metadata.create_all)
        for table in metadata.sorted_tables:
            if table.name in LEFT_OUT:
                continue
            rows = await session.stream(select(table).execution_options(yield_per=PIECE))
            async for piece in rows.mappings().partitions(PIECE):
                await target.execute(insert(table), [dict(row) for row in piece])
    await engine.dispose()


async def is_postgresql(session: AsyncSession) -> bool:
    """Return whether the attacked database is PostgreSQL."""
    return session.get_bind().dialect.name == "postgresql"


async def count_of(session: AsyncSession, statement: str, **values: object) -> int:
    """Return the one number that a statement counts."""
    return await session.scalar(text(statement), values) or 0
