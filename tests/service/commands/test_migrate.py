"""`kept migrate`: tables and key store, and what it refuses to do."""

import asyncio
import os
import shutil
import sqlite3
import stat
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from alembic import command
from sqlalchemy import text

from integrations.keystores import DirectoryKeyStore, keys_in
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
    again = installed.invoke("migrate")

    assert again.exit_code == 0
    assert "nothing to do" in again.stdout
    assert "the key store is in place" in again.stdout


def test_it_brings_an_older_database_up(installed_on_either: Installation) -> None:
    command.downgrade(revisions.configuration(installed_on_either.database_url), "base")
    (installed_on_either.keys / "KEPT-KEYS").write_text("")  # as the versions of that time left it

    done = installed_on_either.invoke("migrate")

    assert done.exit_code == 0, done.stderr
    assert f"at revision {revisions.newest()}" in done.stdout


def test_a_folder_that_cannot_be_made_is_said_in_one_line(on_sqlite: Installation) -> None:
    on_sqlite.folder.mkdir(exist_ok=True)
    (on_sqlite.folder / "file").touch()
    refused = on_sqlite.invoke(
        "migrate", KEPT_DATABASE_URL=f"sqlite:///{on_sqlite.folder}/file/below/kept.db"
    )

    assert refused.exit_code == 1
    assert "KEPT_DATABASE_URL: the folder " in refused.output


@pytest.mark.parametrize("command", ["migrate", "doctor", "serve"])
def test_a_folder_given_as_the_database_is_said_in_one_line(
    on_sqlite: Installation, tmp_path: Path, command: str
) -> None:
    on_sqlite.database_url = f"sqlite:///{tmp_path}"

    refused = on_sqlite.invoke(command)

    said = refused.stdout + refused.stderr
    assert refused.exit_code == 1
    assert f"KEPT_DATABASE_URL: {tmp_path} is a folder." in said
    assert "Traceback" not in said


def test_no_password_is_printed(on_sqlite: Installation) -> None:
    on_sqlite.database_url = "postgresql://kept:hush@127.0.0.1:1/kept"

    done = on_sqlite.invoke("migrate")

    assert done.exit_code == 1
    assert "KEPT_DATABASE_URL: " in done.stderr
    assert "Connect call failed" in done.stderr
    assert "hush" not in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_a_database_of_a_newer_version_is_left_alone(installed: Installation) -> None:
    asyncio.run(_pretend_revision(installed.database_url, "9999"))

    for arguments in (["migrate"], ["work", "--once"], ["results", "--list"]):
        done = installed.invoke(*arguments)
        assert done.exit_code == 1
        assert "newer version of Kept" in done.stderr


def test_a_database_of_another_program_is_left_as_it_is(on_sqlite: Installation) -> None:
    file = on_sqlite.folder / "theirs.db"
    with sqlite3.connect(file) as theirs:
        theirs.execute("CREATE TABLE customer (id)")
    on_sqlite.database_url = f"sqlite:///{file}"

    done = on_sqlite.invoke("migrate")

    assert done.exit_code == 1
    assert "holds tables that are not Kept's (customer)" in done.stderr
    assert not on_sqlite.keys.exists()
    with sqlite3.connect(file) as theirs:
        assert theirs.execute("SELECT name FROM sqlite_master").fetchall() == [("customer",)]


def test_no_second_key_store_is_made_while_a_wave_is_open(installed: Installation) -> None:
    asyncio.run(_open_a_wave(installed.database_url))
    shutil.rmtree(installed.keys)

    done = installed.invoke("migrate")

    assert done.exit_code == 1
    assert "A pulse is open" in done.stderr
    assert not installed.keys.exists()


def another(folder: Path) -> Installation:
    """An installation of its own beside the first."""
    folder.mkdir()
    found = Installation(folder, f"sqlite+aiosqlite:///{folder}/var/kept.db")
    assert found.invoke("migrate").exit_code == 0
    return found


def test_the_key_folder_of_another_installation_is_refused_at_every_door(
    installed: Installation, tmp_path: Path
) -> None:
    other = another(tmp_path / "other")
    theirs = uuid4()
    asyncio.run(DirectoryKeyStore(other.keys).create(theirs))
    os.utime(other.keys / f"{theirs.hex}.opening", (0, 0))

    for command_line in (["serve"], ["work", "--once"], ["migrate"], ["discard-keys", "--yes"]):
        refused = installed.invoke(*command_line, KEPT_KEYS_DIR=str(other.keys))
        assert refused.exit_code == 1, refused.output
        assert "belongs to another installation" in refused.output
    assert keys_in(other.keys) == {theirs}


def test_a_store_made_by_an_older_version_is_bound_once(installed: Installation, tmp_path: Path) -> None:
    (installed.keys / "KEPT-KEYS").write_text("")
    refused = installed.invoke("work", "--once")
    adopted = installed.invoke("migrate")
    other = another(tmp_path / "other").invoke("migrate", KEPT_KEYS_DIR=str(installed.keys))

    assert "Run `kept migrate` once" in refused.output
    assert "belongs to this database from now on" in adopted.output
    assert installed.invoke("work", "--once").exit_code == 0
    assert "belongs to another installation" in other.output


def test_an_older_store_without_the_key_of_an_open_wave_is_not_taken_for_ours(
    installed: Installation,
) -> None:
    (installed.keys / "KEPT-KEYS").write_text("")
    asyncio.run(_open_a_wave(installed.database_url))

    assert "does not hold its key" in installed.invoke("migrate").output


def test_keys_copied_to_a_folder_of_their_own_are_enough(installed: Installation, tmp_path: Path) -> None:
    wave_id = asyncio.run(_open_a_wave(installed.database_url))
    asyncio.run(DirectoryKeyStore(installed.keys).create(wave_id))
    moved = tmp_path / "moved"
    shutil.copytree(installed.keys, moved, ignore=shutil.ignore_patterns("KEPT-KEYS"))

    done = installed.invoke("migrate", KEPT_KEYS_DIR=str(moved))

    assert done.exit_code == 0, done.output
    assert keys_in(moved) == {wave_id}


def test_after_a_lost_volume_or_for_a_copy_an_operator_begins_with_an_empty_folder(
    installed: Installation, tmp_path: Path
) -> None:
    wave_id = asyncio.run(_open_a_wave(installed.database_url))
    asyncio.run(DirectoryKeyStore(installed.keys).create(wave_id))

    filled = installed.invoke("migrate", "--keys", "new")
    fresh = str(tmp_path / "fresh")
    begun = installed.invoke("migrate", "--keys", "new", KEPT_KEYS_DIR=fresh)
    worked = installed.invoke("work", "--once", KEPT_KEYS_DIR=fresh)

    assert "is a key store already" in filled.output
    assert begun.exit_code == 0, begun.output
    assert worked.exit_code == 0, worked.output
    assert "close_waves: 1" in worked.output
    assert keys_in(installed.keys) == {wave_id}, "the old folder is left alone"


def test_a_restored_backup_leaves_newer_keys_alone_until_somebody_decides(installed: Installation) -> None:
    newer = uuid4()
    keys = DirectoryKeyStore(installed.keys)
    asyncio.run(keys.create(newer))
    asyncio.run(keys.confirm(newer))
    os.utime(installed.keys / f"{newer.hex}.key", (0, 0))

    installed.invoke("work", "--once")
    warned = installed.invoke("doctor")
    declined = installed.invoke("discard-keys")
    left = keys_in(installed.keys)
    done = installed.invoke("discard-keys", "--yes")

    assert "1 keys belong to no wave of this database" in warned.output
    assert "Destroy them?" in declined.output
    assert left == {newer}
    assert done.output == "1 keys destroyed.\n"
    assert keys_in(installed.keys) == set()


def test_a_folder_may_be_taken_by_whoever_knows_better(installed: Installation) -> None:
    (installed.keys / "KEPT-KEYS").write_text(str(uuid4()))

    assert installed.invoke("migrate").exit_code == 1
    assert installed.invoke("migrate", "--keys", "take").exit_code == 0
    assert installed.invoke("work", "--once").exit_code == 0


async def _pretend_revision(url: str, revision: str) -> None:
    engine = build_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})
    await engine.dispose()


async def _open_a_wave(url: str) -> UUID:
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
        wave = Wave(
            organisation_id=organisation.id,
            programme_id=programme.id,
            occurrence=date(2026, 1, 5),
            state=WaveState.OPEN,
            opens_at=SOME_TIME_AGO,
            closes_at=SOME_TIME_AGO,
            items=[],
            rules={},
        )
        session.add(wave)
        await session.flush()
        wave_id = wave.id
    await engine.dispose()
    return wave_id
