"""`kept attack` as an operator runs it: on SQLite and PostgreSQL, clean, with a leak, with bad input."""

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.keystores import DirectoryKeyStore
from jobs.close_waves import destroy_keys
from service.attacks import routes
from service.attacks.attempts import LEAK, NOTHING_FOUND
from surveys.comments.models import Mailbox
from surveys.comments.rules import Addressee
from surveys.database import build_engine, build_sessions, sqlite_file
from surveys.people.models import Team
from tests.service.commands.installation import Installation
from tests.waves import Story

TEAMS = ("Alice", "Bob", "Chen", "Dana", "Emil", "Fay", "Gus", "Sara", "Selma", "Sofia", "Sven", "Stan")


async def live(place: Installation) -> None:
    """One wave is published and its key gone; the next is open and some have answered."""
    engine = build_engine(place.database_url)
    story = await Story(build_sessions(engine), DirectoryKeyStore(place.keys)).begin()
    await story.open()
    for number, name in enumerate(TEAMS):
        await story.answer(name, 2 + number % 4)
    wave = await story.close()
    later = wave.closes_at + timedelta(minutes=5)
    await destroy_keys(story.sessions, story.keys, database_url=place.database_url, now=later)
    again = await story.open(wave.opens_at + timedelta(weeks=2))
    await story.answer("Alice", 4, now=again.opens_at)
    await engine.dispose()


@pytest.fixture
def lived_in(installed_on_either: Installation) -> Installation:
    asyncio.run(live(installed_on_either))
    return installed_on_either


def in_the_database(place: Installation, work: Callable[[AsyncSession], Awaitable[object]]) -> None:
    async def run() -> None:
        engine = build_engine(place.database_url)
        async with build_sessions(engine).begin() as session:
            await work(session)
        await engine.dispose()

    asyncio.run(run())


def attacked(place: Installation, *arguments: str) -> tuple[int, dict[str, Any]]:
    shown = place.invoke("attack", "--json", *arguments)
    told: dict[str, Any] = json.loads(shown.output)
    assert set(told) == {"attacks", "open_waves_skipped"}
    return shown.exit_code, told


def test_nothing_is_found_until_something_leaks_and_neither_ids_nor_values_are_printed(
    lived_in: Installation, tmp_path: Path
) -> None:
    shutil.rmtree(lived_in.keys)  # nothing here reads them
    status, told = attacked(lived_in)

    assert [each for each in told["attacks"] if each["verdict"] != NOTHING_FOUND] == []
    assert status == 0
    assert told["open_waves_skipped"] == 1
    assert {*told["attacks"][0]} == {"attack", "count", "verdict", "detail"}

    async def change(session: AsyncSession) -> None:
        await session.execute(text("UPDATE figure SET score = 61.803 WHERE score IS NOT NULL"))

    in_the_database(lived_in, change)
    (tmp_path / "access.log").write_text("10.0.0.7 alice@example.com GET /answer\n")
    shown = lived_in.invoke("attack", "--logs", str(tmp_path / "access.log"))

    assert shown.exit_code == 1
    found = {line[15:45].strip() for line in shown.output.splitlines() if line.startswith(LEAK)}
    assert {"late answers", "hashes of receipts", "people in logs"} <= found
    for secret in ("61.8", "alice", "Alice", "Payments", "10.0.0.7"):
        assert secret not in shown.output


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_could_not_be_tried_ends_with_status_two_and_the_original_is_not_touched(
    lived_in: Installation, tmp_path: Path
) -> None:
    file = sqlite_file(lived_in.database_url)
    assert file is not None
    before = {path.name: path.read_bytes() for path in file.parent.glob(f"{file.name}*")}
    (tmp_path / "empty").mkdir()
    status, told = attacked(lived_in, "--logs", str(tmp_path / "empty"))

    assert status == 2
    assert [each["attack"] for each in told["attacks"] if each["verdict"] == "not tried"] == ["logs"]
    assert {path.name: path.read_bytes() for path in file.parent.glob(f"{file.name}*")} == before


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_deleted_answers_that_nobody_overwrote_are_found_in_the_file(lived_in: Installation) -> None:
    """A tool without secure_delete puts a row of the published wave in and deletes it again."""
    import sqlite3  # noqa: PLC0415 -- used here only

    file = sqlite_file(lived_in.database_url)
    assert file is not None
    with sqlite3.connect(file, isolation_level=None) as careless:
        careless.execute("PRAGMA secure_delete=OFF")
        wave = careless.execute("SELECT id FROM wave WHERE state = 'published'").fetchone()[0]
        for number in range(200):
            key = bytes((number * 7 + place * 31) % 256 for place in range(32))
            careless.execute("INSERT INTO open_ballot VALUES (?, ?, ?)", (wave, key, b"\x92" * 44))
        careless.execute("DELETE FROM open_ballot WHERE wave_id = ?", (wave,))
    careless.close()
    status, told = attacked(lived_in)

    found = {each["attack"] for each in told["attacks"] if each["verdict"] == LEAK}
    assert status == 1
    assert "answers in the file and its log" in found


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_door_that_opens_to_everybody_is_found(
    lived_in: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An application from which one check is missing: team pages for whoever asks."""
    monkeypatch.setattr("service.controllers.teams.may_read", lambda *_, **__: True)
    status, told = attacked(lived_in)

    assert status == 1
    assert [each["attack"] for each in told["attacks"] if each["verdict"] == LEAK] == [routes.NAME]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_mailbox_that_opens_to_more_than_its_office_is_found(
    lived_in: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def write(session: AsyncSession) -> None:
        team = (await session.scalars(select(Team).limit(1))).one()
        monday = date(2026, 3, 2)
        session.add(
            Mailbox(
                token_hash=b"\x95" * 32,
                organisation_id=team.organisation_id,
                team_id=team.id,
                addressee=Addressee.OMBUDSPERSON,
                week=monday,
                last_day=monday,
            )
        )

    async def opens_to_all(
        session: AsyncSession, _viewer: object, mailbox: UUID, *, now: object
    ) -> Mailbox:
        assert now is not None
        return await session.get_one(Mailbox, mailbox)

    in_the_database(lived_in, write)
    monkeypatch.setattr("service.controllers.mailboxes.mailbox_for", opens_to_all)
    status, told = attacked(lived_in)

    assert status == 1
    assert [each["attack"] for each in told["attacks"] if each["verdict"] == LEAK] == [routes.NAME]


def test_a_database_that_is_not_there_is_said_in_one_line(on_sqlite: Installation) -> None:
    shown = on_sqlite.invoke("attack")

    assert shown.exit_code == 2  # nothing was found out; 1 would say that something leaks
    assert "does not exist. Run `kept migrate`." in shown.output


def test_a_database_without_tables_is_called_by_its_own_name_and_not_by_its_copy_s(
    on_sqlite: Installation,
) -> None:
    file = sqlite_file(on_sqlite.database_url)
    assert file is not None
    file.parent.mkdir()
    file.touch()
    shown = on_sqlite.invoke("attack")

    assert shown.exit_code == 2
    assert f"{file} has no tables yet" in shown.output


def test_before_anybody_was_imported_there_is_nothing_to_find(installed: Installation) -> None:
    status, told = attacked(installed)

    assert status == 0
    assert told["open_waves_skipped"] == 0


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_killed_run_leaves_a_copy_that_only_its_user_could_read_and_the_next_run_deletes_it(
    lived_in: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    killed = subprocess.Popen(
        [sys.executable, "-c", COPIED, str(tmp_path), lived_in.database_url, "300"], stdout=subprocess.PIPE
    )
    assert killed.stdout is not None
    folder = Path(killed.stdout.readline().decode().strip())
    assert {path.stat().st_mode & 0o077 for path in (folder, *folder.iterdir())} == {0}
    subprocess.run([sys.executable, "-c", COPIED, str(tmp_path), lived_in.database_url], check=True)
    assert folder.exists()  # somebody still works on it

    killed.kill()
    killed.wait()
    killed.stdout.close()
    assert (folder / "copy.db").exists()
    assert attacked(lived_in)[0] == 0
    assert list(tmp_path.glob("kept-attack-*")) == []


COPIED = """
import asyncio, sys, tempfile, time
from service.attacks.copies import copied
tempfile.tempdir = sys.argv[1]
async def run():
    async with copied(sys.argv[2]) as copy:
        print(copy.file.parent, flush=True)
        time.sleep(float((sys.argv[3:] or ["0"])[0]))
asyncio.run(run())
"""
