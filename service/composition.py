"""How a process is put together from its settings. Every command and the web process start here."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from integrations.environment import Settings
from surveys.database import build_engine, build_sessions


def read_settings() -> Settings:
    """Return the settings of this process.

    Raises:
        SettingsError: a variable cannot be used; `kept` prints what and why.
    """
    return Settings.from_environment(os.environ)


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[async_sessionmaker[AsyncSession]]:
    """Yield the session factory of the configured database and let go of its connections afterwards."""
    engine = build_engine(settings.database_url)
    try:
        yield build_sessions(engine)
    finally:
        await engine.dispose()
