"""The declarative base, the engine and the sessions, for SQLite and PostgreSQL. No queries live here."""

import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID, uuid4
from weakref import WeakKeyDictionary

import asyncpg
from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    Enum,
    Executable,
    ForeignKey,
    MetaData,
    TypeDecorator,
    Uuid,
    bindparam,
    event,
    insert,
    text,
)
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    ORMExecuteState,
    Session,
    mapped_column,
    with_loader_criteria,
)
from sqlalchemy.pool import ConnectionPoolEntry

from surveys.sqlite import begin_immediate, open_sqlite

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
POSTGRESQL_POOL = 10
INSERT_CHUNK = 5_000  # rows a statement, where rows cannot be streamed
AWAY_CODES = ("080", "57P")  # SQLSTATE: connections that failed, servers that stop or start
TRUSTED_SECONDS = 1.0  # a connection that was used so recently is not tried before it is used again


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Takes aware values only and always gives back aware UTC, on either database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return what the driver stores: SQLite has no zones, so it gets bare UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 -- SQLAlchemy's signature
        """Return an aware instant in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of every model. Primary keys are random so that they keep no order of arrival."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        # Stored as their words: a new state then needs no change of a database type.
        StrEnum: Enum(StrEnum, native_enum=False, length=32, values_callable=lambda kind: [*kind]),
        list[str]: JSON,
        list[Any]: JSON,
        dict[str, Any]: JSON,
    }


class Scoped:
    """Mixin of every model that belongs to one organisation directly.

    A session bound by `limit_to` adds the organisation to each ORM statement by itself; this is the
    only place where organisations are kept apart, so no query has to remember it.
    """

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)


def random_id() -> Mapped[UUID]:
    """Return a primary key column with a random value, which tells nothing about order or time."""
    return mapped_column(primary_key=True, default=uuid4)


# Without a value for it the database refuses the statement: nothing is read of all organisations.
OUR_ID = bindparam("our_organisation_id", type_=Uuid())
OURS_ONLY = with_loader_criteria(
    Scoped, lambda model: model.organisation_id == OUR_ID, include_aliases=True, propagate_to_loaders=False
)
LIMITED: WeakKeyDictionary[Executable, Executable] = WeakKeyDictionary()


def limit_to(session: AsyncSession, organisation_id: UUID) -> None:
    """From now on let this session read rows of one organisation only."""
    session.info["organisation"] = organisation_id


@event.listens_for(Session, "do_orm_execute")
def _add_organisation(state: ORMExecuteState) -> None:
    ours = state.session.info.get("organisation")
    if ours is None or state.is_column_load or state.is_relationship_load:
        return
    given = state.parameters or {}
    if state.is_select and isinstance(given, Mapping):
        state.parameters = {**given, OUR_ID.key: ours}
        state.statement = _limited(state.statement)
        return
    state.statement = state.statement.options(
        with_loader_criteria(Scoped, lambda model: model.organisation_id == ours, include_aliases=True)
    )


def _limited(statement: Executable) -> Executable:
    """Return a statement that names the organisation by a value to be given with it.

    What SQLAlchemy works out about a statement stays with it, and for those that are made once this is
    most of what they cost. So they are limited once as well.
    """
    found = LIMITED.get(statement)
    if found is None:
        found = LIMITED[statement] = statement.options(OURS_ONLY)
    return found


def build_engine(url: str) -> AsyncEngine:
    """Return an engine for `sqlite+aiosqlite:///…` or `postgresql+asyncpg://…`.

    SQLite gets one connection a process: one writer is all it has, and a larger pool only queues.
    """
    if make_url(url).get_backend_name() == "sqlite":
        engine = create_async_engine(
            url,
            pool_size=1,
            max_overflow=0,
            json_serializer=_dumps,
            connect_args={"async_creator_fn": open_sqlite},
        )
        event.listen(engine.sync_engine, "begin", begin_immediate)
        return engine
    engine = create_async_engine(url, pool_size=POSTGRESQL_POOL, max_overflow=0, json_serializer=_dumps)
    event.listen(engine.sync_engine, "do_connect", _connect)
    event.listen(engine.sync_engine, "checkin", _note_when)
    event.listen(engine.sync_engine, "checkout", partial(_require_alive, engine.sync_engine.dialect))
    return engine


def is_away(error: BaseException) -> bool:
    """Return whether an error says that the database server is not there, or was lost on the way.

    What was under way then may have been stored or not: whoever waits for it does not know. A file of
    SQLite is away while another program holds it for longer than `busy_timeout`.
    """
    if not isinstance(error, DBAPIError):
        return False
    code = getattr(error.orig, "sqlstate", None) or ""
    held = (getattr(error.orig, "sqlite_errorcode", 0) & 0xFF) == sqlite3.SQLITE_BUSY  # without details
    unreached = isinstance(error.orig, _Unreached)
    return held or unreached or error.connection_invalidated or code[:3] in AWAY_CODES


def build_sessions(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Return the factory from which every edge opens its one transaction: `sessions.begin()`."""
    return async_sessionmaker(engine, expire_on_commit=False)


def sqlite_file(url: str) -> Path | None:
    """Return the file behind a SQLite address, or None for another database."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or not address.database:
        return None
    return Path(address.database)


async def insert_rows(session: AsyncSession, model: type[Base], rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert many rows in the caller's transaction, without ever holding all of them in memory.

    On PostgreSQL they are streamed by COPY, which costs both sides far less than INSERT.

    Args:
        model: whose table.
        rows: column → value, all with the keys of the first one. Defaults of the model are not filled in:
            a column that is missing becomes NULL.
    """
    await session.flush()
    waiting = iter(rows)
    first = next(waiting, None)
    if first is None:
        return
    everything = chain((first,), waiting)
    connection = await session.connection()
    if connection.dialect.name == "postgresql":
        await _copy(connection, model, list(first), everything)
        return
    statement = insert(model.metadata.tables[model.__tablename__])
    while chunk := list(islice(everything, INSERT_CHUNK)):
        await connection.execute(statement, chunk)


async def _copy(
    connection: AsyncConnection, model: type[Base], names: list[str], rows: Iterable[Mapping[str, Any]]
) -> None:
    dialect = connection.dialect
    types = [model.__table__.columns[name].type.dialect_impl(dialect) for name in names]
    stored = [(name, type_.bind_processor(dialect)) for name, type_ in zip(names, types, strict=True)]

    def records() -> Iterator[tuple[Any, ...]]:
        for row in rows:
            yield tuple(process(row[name]) if process else row[name] for name, process in stored)

    # COPY goes past SQLAlchemy, whose transaction begins in the database with its first statement.
    await connection.execute(text("SELECT 1"))
    driver: Any = (await connection.get_raw_connection()).driver_connection
    await driver.copy_records_to_table(model.__tablename__, records=records(), columns=names)


_dumps: Callable[[object], str] = json.JSONEncoder(separators=(",", ":"), sort_keys=True).encode


class _Unreached(AsyncAdapt_asyncpg_dbapi.OperationalError):
    """No connection came about."""

    def __init__(self, error: BaseException) -> None:
        super().__init__("the database cannot be reached", error)  # type: ignore[no-untyped-call]  # theirs has no types


def _connect(
    dialect: Dialect, _record: ConnectionPoolEntry, given: Sequence[Any], named: Mapping[str, Any]
) -> DBAPIConnection:
    # The driver's own errors, and those of the operating system, would pass everything that expects
    # SQLAlchemy's: a server that is starting up would end what only has to wait for it.
    try:
        return dialect.connect(*given, **named)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise _Unreached(error) from error


def _note_when(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info["returned"] = time.monotonic()


def _require_alive(
    dialect: Dialect, connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object
) -> None:
    # Asking before each use costs three round trips, as much as most requests; one that worked a
    # moment ago works. After a restart of the server the first error empties the pool.
    returned = record.info.get("returned")
    if returned is None or time.monotonic() - returned < TRUSTED_SECONDS:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError from error
