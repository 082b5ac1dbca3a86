"""SQLite as Kept wants it: durable, overwriting what is deleted, and one trip to its thread a statement.

The driver keeps a connection in a thread of its own and goes there four times for a statement: to make a
cursor, to execute, to fetch and to close. Every way there and back wakes another thread, which costs more
than most statements do. Here all four are one trip, and a transaction begins with its first statement.
"""

import sqlite3
from asyncio import Future
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Self, TypeVar

import aiosqlite
from sqlalchemy import Connection

PRAGMAS = {
    "journal_mode": "WAL",
    "synchronous": "FULL",  # an acknowledged answer must survive a power cut
    "secure_delete": "ON",  # deleted ballots are overwritten in the file (decision 0003)
    "foreign_keys": "ON",
    "busy_timeout": "10000",
    "temp_store": "MEMORY",  # what a statement sets aside is not written to a folder nobody thinks of
}
ROWS_A_TRIP = 500  # of a longer result the rest waits until it is asked for
Given = TypeVar("Given")


def open_sqlite(*given: Any, **named: Any) -> "OneTripConnection":  # noqa: ANN401 -- what sqlite3.connect takes
    """Return a connection that opens once it is waited for. SQLAlchemy calls this."""
    connection = OneTripConnection(partial(_connect, *given, **named), ROWS_A_TRIP)
    connection.thread.daemon = True  # a process that ends waits for no connection
    return connection


def begin_immediate(connection: Connection) -> None:
    """Let what follows on this connection be one transaction, a writer from its first statement on.

    A deferred transaction that turns into a writer fails at once when another process writes.
    """
    driver = connection.connection.driver_connection
    if isinstance(driver, OneTripConnection):
        driver.begin_with_the_next_statement()


class OneTripConnection(aiosqlite.Connection):
    """A connection that does all a statement needs in one trip to its thread."""

    _begins = False  # whether the next statement is the first of a transaction
    _sent = False  # whether there may be something to commit or to roll back
    _stopping: Future[Any] | None = None  # done once the thread has ended

    @property
    def thread(self) -> Any:  # noqa: ANN401 -- the driver names no type
        """Where the driver keeps the connection."""
        return self._thread

    def begin_with_the_next_statement(self) -> None:
        """Let the next statement begin a transaction; where none follows, there is none."""
        self._begins = True

    def cursor(self) -> "OneTripCursor":  # type: ignore[override]  # theirs waits for a trip
        """Return a cursor, of which the thread hears with its first statement."""
        return OneTripCursor(self)

    async def run(self, statement: Callable[[sqlite3.Cursor], object]) -> "Ran":
        """Run one statement and fetch what it gives, beginning a transaction if that is due."""
        begins, self._begins, self._sent = self._begins, False, True
        try:
            return await self._trip(partial(_run, self._conn, statement, begins=begins))
        except sqlite3.Error:
            # A transaction that could not begin, because another process writes, is still to begin.
            self._begins = begins and not self.in_transaction
            raise

    async def fetch(self, cursor: sqlite3.Cursor, many: int) -> Sequence[Any]:
        """Return up to so many further rows; -1 means all."""
        return await self._trip(cursor.fetchall if many < 0 else partial(cursor.fetchmany, many))

    async def finish(self, cursor: sqlite3.Cursor) -> None:
        """Close a cursor that has rows left."""
        await self._trip(cursor.close)

    async def commit(self) -> None:
        """Commit, if anything was sent since the last time."""
        self._begins = False
        if self._sent:
            await super().commit()
            self._sent = False

    async def rollback(self) -> None:
        """Roll back, if anything was sent since the last time, arrived or not."""
        self._begins = False
        if self._sent:
            await super().rollback()
            self._sent = False

    def stop(self) -> Future[Any] | None:
        """Let the thread end."""
        self._stopping = super().stop()
        return self._stopping

    async def _connect(self) -> Self:
        try:
            await super()._connect()
        except Exception:
            # A thread that is still ending when its loop is gone would print a traceback of its own.
            if self._stopping is not None:
                await self._stopping
            raise
        return self

    async def _trip(self, work: Callable[[], Given]) -> Given:
        given: Given = await self._execute(work)  # type: ignore[no-untyped-call]  # theirs has no types
        return given


@dataclass(frozen=True, slots=True)
class Ran:
    """What a statement gave.

    Attributes:
        description: of its columns, as DB-API describes them; None where it gives no rows.
        rows: the first of them.
        rest: where further rows come from; None where there are none.
        rowcount: as SQLite counts what was changed, -1 where it does not.
        lastrowid: of the last row inserted.
    """

    description: Any
    rows: list[Any]
    rest: sqlite3.Cursor | None
    rowcount: int
    lastrowid: int | None


NOTHING = Ran(None, [], None, -1, None)


class OneTripCursor:
    """What SQLAlchemy asks of the driver's cursors. Rows that came along are handed out without a trip."""

    arraysize = 1

    def __init__(self, connection: OneTripConnection) -> None:
        self._on = connection
        self._ran = NOTHING

    async def __aenter__(self) -> Self:
        return self

    @property
    def description(self) -> Any:  # noqa: ANN401 -- as DB-API has it
        """Describe the columns; None where there are no rows to come."""
        return self._ran.description

    @property
    def rowcount(self) -> int:
        """How many rows were changed, -1 where SQLite does not count."""
        return self._ran.rowcount

    @property
    def lastrowid(self) -> int | None:
        """The number of the last row inserted."""
        return self._ran.lastrowid

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        """Run a statement."""
        self._ran = await self._on.run(lambda cursor: cursor.execute(statement, parameters))

    async def executemany(self, statement: str, parameters: Iterable[Sequence[Any]]) -> None:
        """Run a statement once for each set of parameters."""
        self._ran = await self._on.run(lambda cursor: cursor.executemany(statement, parameters))

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        """Return the next rows, at most `size`."""
        many = size or self.arraysize
        rows = self._ran.rows
        given, rows[:] = rows[:many], rows[many:]
        if len(given) < many and self._ran.rest is not None:
            given += await self._on.fetch(self._ran.rest, many - len(given))
        return given

    async def fetchone(self) -> Any:  # noqa: ANN401 -- a row
        """Return the next row, or None."""
        return next(iter(await self.fetchmany(1)), None)

    async def fetchall(self) -> list[Any]:
        """Return all rows that are left."""
        given, self._ran.rows[:] = self._ran.rows[:], []
        if self._ran.rest is not None:
            given += await self._on.fetch(self._ran.rest, -1)
        return given

    async def close(self) -> None:
        """Let rows go that nobody asked for; what was counted stays."""
        if self._ran.rest is not None:
            await self._on.finish(self._ran.rest)
        self._ran = replace(self._ran, rows=[], rest=None)


def _connect(*given: Any, **named: Any) -> sqlite3.Connection:  # noqa: ANN401 -- what sqlite3.connect takes
    connection: sqlite3.Connection = sqlite3.connect(*given, **named)
    connection.isolation_level = None  # the driver must not begin transactions by itself
    for name, value in PRAGMAS.items():
        connection.execute(f"PRAGMA {name}={value}")
    return connection


def _run(
    connection: sqlite3.Connection, statement: Callable[[sqlite3.Cursor], object], *, begins: bool
) -> Ran:
    cursor = connection.cursor()
    if begins:
        cursor.execute("BEGIN IMMEDIATE")
    statement(cursor)
    rows = cursor.fetchmany(ROWS_A_TRIP) if cursor.description else []
    rest = cursor if len(rows) == ROWS_A_TRIP else None
    # Only what was fetched is counted, so the number is taken last.
    ran = Ran(cursor.description, rows, rest, cursor.rowcount, cursor.lastrowid)
    if rest is None:
        cursor.close()
    return ran
