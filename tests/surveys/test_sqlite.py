import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from surveys import sqlite
from surveys.database import build_engine

COUNT = text("SELECT count(*) FROM kept")
ADD = text("INSERT INTO kept VALUES (:number)")
ALL = text("SELECT number FROM kept ORDER BY number")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "kept.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE kept (number INTEGER PRIMARY KEY)")
    return path


@pytest.fixture
async def engine(file: Path) -> AsyncIterator[AsyncEngine]:
    engine = build_engine(f"sqlite+aiosqlite:///{file}")
    yield engine
    await engine.dispose()


@pytest.fixture
def other(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(file, isolation_level=None, timeout=0)) as connection:
        yield connection


@pytest.mark.parametrize(
    "rows", [0, 1, sqlite.ROWS_A_TRIP - 1, sqlite.ROWS_A_TRIP, 3 * sqlite.ROWS_A_TRIP + 1]
)
async def test_all_rows_arrive_in_order_at_once_in_pieces_and_one_by_one(
    engine: AsyncEngine, rows: int
) -> None:
    expected = list(range(rows))
    async with engine.begin() as connection:
        if rows:
            await connection.execute(ADD, [{"number": number} for number in expected])
        assert list(await connection.scalars(ALL)) == expected
        async with connection.stream(ALL) as streamed:
            assert [row.number async for row in streamed] == expected
        async with connection.stream(ALL) as streamed:
            pieces = [[row.number for row in piece] async for piece in streamed.partitions(70)]
        assert [number for piece in pieces for number in piece] == expected
        async with connection.stream(ALL) as streamed:
            first = await streamed.first()  # the rest is let go
        assert (first and first.number) == (0 if rows else None)
        assert await connection.scalar(COUNT) == rows


async def test_what_was_changed_is_counted(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(ADD, [{"number": number} for number in range(4)])
        assert (await connection.execute(text("UPDATE kept SET number = number + 10"))).rowcount == 4
        assert (await connection.execute(text("UPDATE kept SET number = 0 WHERE number < 0"))).rowcount == 0
        gone = text("DELETE FROM kept WHERE number > 11 RETURNING number")
        assert sorted(await connection.scalars(gone)) == [12, 13]


async def test_who_has_asked_nothing_keeps_nobody_from_writing(
    engine: AsyncEngine, other: sqlite3.Connection
) -> None:
    async with engine.begin():
        other.execute("INSERT INTO kept VALUES (1)")
    async with engine.connect() as connection:
        assert await connection.scalar(COUNT) == 1
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("INSERT INTO kept VALUES (2)")


async def test_a_transaction_that_could_not_begin_begins_with_the_next_statement(
    engine: AsyncEngine, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sqlite.PRAGMAS, "busy_timeout", "1")
    other.execute("BEGIN IMMEDIATE")
    async with engine.connect() as connection:
        with pytest.raises(DBAPIError, match="locked"):
            await connection.execute(ADD, {"number": 1})
        other.execute("ROLLBACK")
        await connection.execute(ADD, {"number": 2})
        await connection.rollback()
        assert await connection.scalar(COUNT) == 0


async def test_a_statement_that_fails_leaves_the_others_of_its_transaction(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await connection.execute(ADD, {"number": 1})
        with pytest.raises(DBAPIError):
            await connection.execute(ADD, {"number": 1})
        await connection.execute(ADD, {"number": 2})
        await connection.commit()
    async with engine.connect() as connection:
        assert list(await connection.scalars(ALL)) == [1, 2]


async def test_what_was_under_way_when_somebody_gave_up_is_rolled_back(
    engine: AsyncEngine, other: sqlite3.Connection
) -> None:
    async def add() -> None:
        async with engine.begin() as connection:
            await connection.execute(ADD, {"number": 1})

    for after in range(12):  # at every step of the way
        adding = asyncio.create_task(add())
        for _ in range(after):
            await asyncio.sleep(0)
        adding.cancel()
        await asyncio.gather(adding, return_exceptions=True)
        async with engine.begin() as connection:
            assert await connection.scalar(COUNT) in {0, 1}
            await connection.execute(text("DELETE FROM kept"))
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
