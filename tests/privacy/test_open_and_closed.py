"""What somebody finds who takes everything but the key directory: while a wave is open, and after."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.types import DateTime

from jobs.close_waves import destroy_keys, erase_deleted
from surveys.ballots.models import OpenBallot
from surveys.database import sqlite_file
from tests.waves import Story, make_keys

PAYMENTS = ("Alice", "Bob", "Chen", "Dana", "Emil", "Fay", "Gus")


@pytest.fixture
async def story(own_sessions: async_sessionmaker[AsyncSession], tmp_path: Path) -> Story:
    return await Story(own_sessions, make_keys(tmp_path)).begin()


async def dump(story: Story) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, as whoever owns the database reads it."""
    async with story.sessions() as session:
        connection = await session.connection()
        names = await connection.run_sync(_tables)
        return {
            name: [tuple(row) for row in await session.execute(text(f"SELECT * FROM {name}"))]  # noqa: S608 -- names of our tables
            for name in names
        }


def _tables(connection: Connection) -> list[str]:
    from sqlalchemy import inspect  # noqa: PLC0415 -- used here only

    partitions = ("open_ballot_", "open_remark_")
    return [name for name in inspect(connection).get_table_names() if not name.startswith(partitions)]


def test_a_ballot_can_neither_name_nor_date_its_author() -> None:
    columns = OpenBallot.__table__.columns

    assert {column.name for column in columns} == {"wave_id", "row_key", "payload"}
    assert not [column for column in columns if column.foreign_keys]
    assert not [column for column in columns if isinstance(column.type, DateTime)]


class TestWhileOpen:
    async def test_answering_writes_ballots_and_nothing_else(
        self, story: Story, own_database: AsyncEngine
    ) -> None:
        await story.open()
        place = (await story.place("Alice")).id
        first = (await story.sheet("Alice")).questions[0].key
        written: list[str] = []

        def note(_c: object, _k: object, statement: str, *_rest: object) -> None:
            words = statement.split()
            if words[0] in {"INSERT", "UPDATE", "DELETE"}:
                written.append(words[2] if words[0] != "UPDATE" else words[1])

        event.listen(own_database.sync_engine, "before_cursor_execute", note)
        await story.hand_in(place, {first: 4})
        event.remove(own_database.sync_engine, "before_cursor_execute", note)

        assert set(written) == {"open_ballot"}

    async def test_the_database_is_the_same_but_for_ciphertext_whoever_answers_what(
        self, story: Story
    ) -> None:
        await story.open()
        before = await dump(story)
        await story.answer("Alice", 1)
        await story.answer("Bob", 5)
        after = await dump(story)

        changed = {name for name, rows in after.items() if rows != before[name]}
        assert changed == {"open_ballot"}
        lengths = {tuple(len(bytes(cell)) for cell in row[1:]) for row in after["open_ballot"]}
        assert lengths == {(32, 44)}

    async def test_the_order_of_arrival_is_not_the_order_of_rows(self, story: Story) -> None:
        await story.open()
        for name in PAYMENTS:
            await story.answer(name, 4)
        rows = [bytes(row[1]) for row in (await dump(story))["open_ballot"]]
        key = await story.keys.load((await story.wave()).id)
        arrived = [
            key.row_key(dimension, story.cast.by_name[name].id)
            for name in PAYMENTS
            for dimension in ("PSY", "CNF", "FLW")
        ]
        assert sorted(rows) == sorted(arrived)
        assert sorted(rows) != arrived

    async def test_a_row_that_was_moved_or_forged_is_discarded_and_counted(self, story: Story) -> None:
        await story.open()
        for name in PAYMENTS:
            await story.answer(name, 4)
        wave = await story.wave()
        key = await story.keys.load(wave.id)
        async with story.sessions.begin() as session:
            mine = key.row_key("PSY", story.cast.by_name["Alice"].id)
            other = key.row_key("CNF", story.cast.by_name["Alice"].id)
            moved = await session.get_one(OpenBallot, (wave.id, other))
            (await session.get_one(OpenBallot, (wave.id, mine))).payload = moved.payload
            session.add(OpenBallot(wave_id=wave.id, row_key=b"\x01" * 32, payload=b"\x02" * 44))
        wave = await story.close()

        assert wave.receipt is not None
        assert wave.receipt["discarded"] == 2


class TestAfterClose:
    async def test_no_ballot_no_roster_no_key_and_nothing_to_join(
        self, story: Story, own_database_url: str
    ) -> None:
        await story.open()
        for name in PAYMENTS:
            await story.answer(name, 4)
        wave = await story.close()
        await destroy_keys(story.sessions, story.keys, database_url=own_database_url, now=wave.closes_at)

        rows = await dump(story)
        assert rows["open_ballot"] == rows["place"] == []
        assert [row for row in rows["delivery"] if wave.id in row or wave.id.hex in row] == []
        assert list(story.keys.folder.glob("*.key")) == []

    @pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
    async def test_on_postgresql_the_files_of_the_ballots_are_gone(self, story: Story) -> None:
        wave = await story.open()
        await story.answer("Alice", 4)
        await story.close()
        async with story.sessions() as session:
            left = await session.scalar(
                text("SELECT to_regclass(:name)"), {"name": f"open_ballot_{wave.id.hex}"}
            )
        assert left is None

    @pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
    async def test_on_sqlite_no_row_key_is_left_in_the_file_or_its_log(
        self, story: Story, own_database_url: str
    ) -> None:
        file = sqlite_file(own_database_url)
        assert file is not None
        await story.open()
        for name in PAYMENTS:
            await story.answer(name, 4)
        wave = await story.wave()
        key = await story.keys.load(wave.id)
        keys = [
            key.row_key(dimension, story.cast.by_name[name].id)
            for name in PAYMENTS
            for dimension in ("PSY", "CNF", "FLW")
        ]
        assert all(row_key in everything(file) for row_key in keys)

        await story.close()
        await destroy_keys(story.sessions, story.keys, database_url=own_database_url, now=wave.closes_at)

        assert not [row_key for row_key in keys if row_key in everything(file)]

    @pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
    async def test_on_sqlite_a_reader_in_the_way_puts_the_receipt_off_until_it_is_gone(
        self, story: Story, own_database_url: str
    ) -> None:
        file = sqlite_file(own_database_url)
        assert file is not None
        await story.open()
        await story.answer("Alice", 4)
        wave = await story.close()
        with closing(sqlite3.connect(file, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM wave").fetchone()
            assert not erase_deleted(file, patience=0.1)
        assert await destroy_keys(
            story.sessions,
            story.keys,
            database_url=own_database_url,
            now=wave.closes_at + timedelta(seconds=60),
        )
        assert (await story.wave()).key_destroyed_at is not None


def everything(file: Path) -> bytes:
    """The bytes of a database file and of its log."""
    log = file.with_name(f"{file.name}-wal")
    return file.read_bytes() + (log.read_bytes() if log.exists() else b"")
