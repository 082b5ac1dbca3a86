import sqlite3
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import bindparam, select, text
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from surveys import database
from surveys.database import limit_to
from surveys.people.models import Organisation, Person
from surveys.sqlite import PRAGMAS

MORNING = datetime(2026, 3, 3, 9, tzinfo=UTC)


async def make_organisation(session: AsyncSession, name: str) -> Organisation:
    organisation = Organisation(name=name, created_at=MORNING, country=None)
    session.add(organisation)
    await session.flush()
    session.add(
        Person(
            organisation_id=organisation.id,
            email=f"{uuid4()}@example.com",
            name="Ada",
            zone="UTC",
            locale="en",
            country=None,
            slack_id=None,
        )
    )
    await session.flush()
    return organisation


class TestScope:
    async def test_a_limited_session_sees_one_organisation_only(self, session: AsyncSession) -> None:
        ours, theirs = [await make_organisation(session, name) for name in ("Ours", "Theirs")]

        limit_to(session, ours.id)
        seen = (await session.scalars(select(Person))).all()

        assert {person.organisation_id for person in seen} == {ours.id} != {theirs.id}

    async def test_a_statement_made_once_is_limited_anew_in_each_session(
        self, session: AsyncSession
    ) -> None:
        statement = select(Person.organisation_id).where(Person.name == bindparam("name"))
        for organisation in [await make_organisation(session, name) for name in ("Ours", "Theirs")]:
            limit_to(session, organisation.id)

            seen = await session.scalars(statement, {"name": "Ada"})

            assert list(seen) == [organisation.id]

    async def test_get_by_key_does_not_reach_into_another_organisation(self, session: AsyncSession) -> None:
        ours, theirs = [await make_organisation(session, name) for name in ("Ours", "Theirs")]
        stranger = (await session.scalars(select(Person).filter_by(organisation_id=theirs.id))).one()
        session.expunge_all()

        limit_to(session, ours.id)

        assert await session.get(Person, stranger.id) is None


class TestInstants:
    async def test_an_instant_comes_back_aware_and_equal(self, session: AsyncSession) -> None:
        organisation = await make_organisation(session, "Ours")
        session.expunge_all()

        assert (await session.get_one(Organisation, organisation.id)).created_at == MORNING

    async def test_a_naive_instant_is_refused(self, session: AsyncSession) -> None:
        session.add(Organisation(name="x", created_at=datetime(2026, 1, 1), country=None))  # noqa: DTZ001 -- the point

        with pytest.raises(StatementError):
            await session.flush()


END_ALL_OTHERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


async def fill_and_cut_connections(engine: AsyncEngine, url: str) -> None:
    """Leave two connections in the pool that the server has ended meanwhile."""
    async with engine.connect() as one, engine.connect() as two:
        for connection in (one, two):
            await connection.execute(text("SELECT 1"))
    other = database.build_engine(url)
    async with other.connect() as connection:
        await connection.execute(END_ALL_OTHERS)
    await other.dispose()


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
class TestAConnectionThatTheServerEnded:
    async def test_is_found_out_before_it_is_used_when_it_has_rested(
        self, own_database: AsyncEngine, own_database_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(database, "TRUSTED_SECONDS", 0.0)
        await fill_and_cut_connections(own_database, own_database_url)

        async with own_database.connect() as connection:
            assert await connection.scalar(text("SELECT 1")) == 1

    async def test_costs_one_request_at_most_when_it_worked_a_moment_ago(
        self, own_database: AsyncEngine, own_database_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(database, "TRUSTED_SECONDS", 3600.0)
        await fill_and_cut_connections(own_database, own_database_url)

        with pytest.raises(DBAPIError):
            async with own_database.connect() as connection:
                await connection.execute(text("SELECT 1"))
        for _ in range(3):
            async with own_database.connect() as connection:
                assert await connection.scalar(text("SELECT 1")) == 1


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_a_file_that_another_program_holds_is_away(
    own_database: AsyncEngine, own_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PRAGMAS, "busy_timeout", "1")
    holder = sqlite3.connect(database.sqlite_file(own_database_url) or "", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    with pytest.raises(DBAPIError) as refused:
        async with own_database.begin() as connection:
            await connection.execute(text("SELECT 1"))
    assert database.is_away(refused.value)

    holder.execute("ROLLBACK")
    holder.close()
    async with own_database.begin() as connection:
        with pytest.raises(DBAPIError) as wrong:
            await connection.execute(text("SELECT 1 FROM nowhere"))
    assert not database.is_away(wrong.value)
