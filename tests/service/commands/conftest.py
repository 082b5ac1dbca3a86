"""Fixtures of the tests of `kept`."""

from pathlib import Path

import pytest

from tests.conftest import copied
from tests.service.commands.installation import Installation


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Installation:
    """An empty folder in which nothing has been set up."""
    return Installation(tmp_path, f"sqlite+aiosqlite:///{tmp_path}/var/kept.db")


@pytest.fixture
def installed(tmp_path: Path, request: pytest.FixtureRequest) -> Installation:
    """A migrated installation on SQLite, with its key store."""
    (tmp_path / "var").mkdir(mode=0o700)
    found = Installation(tmp_path, copied("sqlite", request, tmp_path / "var"))
    assert found.invoke("migrate").exit_code == 0
    return found


@pytest.fixture
def installed_on_either(own_database_url: str, tmp_path: Path) -> Installation:
    """A migrated installation on SQLite and on PostgreSQL, with its key store."""
    found = Installation(tmp_path, own_database_url)
    assert found.invoke("migrate").exit_code == 0
    return found
