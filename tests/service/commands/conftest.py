"""Fixtures of the tests of `kept`."""

from pathlib import Path

import pytest

from integrations.keystores import DirectoryKeyStore
from migrations import revisions
from tests.service.commands.installation import Installation


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Installation:
    """An empty folder in which nothing has been set up."""
    return Installation(tmp_path, f"sqlite+aiosqlite:///{tmp_path}/var/kept.db")


@pytest.fixture
def installed(on_sqlite: Installation) -> Installation:
    """A migrated installation on SQLite, with its key store."""
    (on_sqlite.folder / "var").mkdir(mode=0o700)
    revisions.upgrade(on_sqlite.database_url)
    DirectoryKeyStore.set_up(on_sqlite.keys)
    return on_sqlite


@pytest.fixture
def installed_on_either(own_database_url: str, tmp_path: Path) -> Installation:
    """A migrated installation on SQLite and on PostgreSQL, with its key store."""
    DirectoryKeyStore.set_up(tmp_path / "keys")
    return Installation(tmp_path, own_database_url)
