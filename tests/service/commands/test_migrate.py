"""`kept migrate`: tables and key store, and what it refuses to do."""

import asyncio
import shutil
import stat
from datetime import date

from alembic import command
from sqlalchemy import text

from migrations import revisions
from surveys.cadence.models import Interval, Programme, PulseKind
from surveys.database import build_engine, build_sessions
from surveys.waves.models import Wave, WaveState
from tests.cast import SOME_TIME_AGO, make_organisation
from tests.service.commands.installation import Installation


def test_a_new_installation_gets_tables_and_a_key_store_that_nobody_else_can_read(
    on_sqlite: Installation,
) -> None:
    done = on_sqlite.run("migrate")

    assert done.returncode == 0, done.stderr
    assert "0001 the first tables" in done.stdout
    assert "made the key store" in done.stdout
    for path in (on_sqlite.folder / "var", on_sqlite.folder / "var" / "kept.db", on_sqlite.keys):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    assert (
        (on_sqlite.keys / "CACHEDIR.TAG")
        .read_text()
        .startswith("Signature: 8a477f597d28d172789f06886806bc55")
    )


def test_it_can_be_repeated_and_says_that_there_was_nothing_to_do(installed: Installation) -> None:
    again = installed.run("migrate")

    assert again.returncode == 0
    assert "nothing to do" in again.stdout
    assert "the key store is in place" in again.stdout


def test_it_brings_an_older_database_up(installed_on_either: Installation) -> None:
    command.downgrade(revisions.configuration(installed_on_either.database_url), "base")

    done = installed_on_either.run("migrate")

    assert done.returncode == 0, done.stderr
    assert f"at revision {revisions.newest()}" in done.stdout


def test_no_password_is_printed(on_sqlite: Installation) -> None:
    on_sqlite.database_url = "postgresql://kept:hush@127.0.0.1:1/kept"

    done = on_sqlite.run("migrate")

    assert done.returncode == 1
    assert "cannot be reached" in done.stderr
    assert "hush" not in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_a_database_of_a_newer_version_is_left_alone(installed: Installation) -> None:
    asyncio.run(_pretend_revision(installed.database_url, "9999"))

    for arguments in (["migrate"], ["work", "--once"], ["results", "--list"]):
        done = installed.run(*arguments)
        assert done.returncode == 1
        assert "newer version of Kept" in done.stderr


def test_no_second_key_store_is_made_while_a_wave_is_open(installed: Installation) -> None:
    asyncio.run(_open_a_wave(installed.database_url))
    shutil.rmtree(installed.keys)

    done = installed.run("migrate")

    assert done.returncode == 1
    assert "A pulse is open" in done.stderr
    assert not installed.keys.exists()


async def _pretend_revision(url: str, revision: str) -> None:
    engine = build_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})
    await engine.dispose()


async def _open_a_wave(url: str) -> None:
    engine = build_engine(url)
    async with build_sessions(engine).begin() as session:
        organisation = await make_organisation(session)
        programme = Programme(
            organisation_id=organisation.id,
            name="Pulse",
            audience=[],
            pulse=PulseKind.DEFAULT,
            interval=Interval.WEEKS,
            start_on=date(2026, 1, 5),
            weekday=0,
            local_time=SOME_TIME_AGO.time(),
            window_hours=48,
            created_at=SOME_TIME_AGO,
        )
        session.add(programme)
        await session.flush()
        session.add(
            Wave(
                organisation_id=organisation.id,
                programme_id=programme.id,
                occurrence=date(2026, 1, 5),
                state=WaveState.OPEN,
                opens_at=SOME_TIME_AGO,
                closes_at=SOME_TIME_AGO,
                items=[],
                rules={},
            )
        )
    await engine.dispose()
