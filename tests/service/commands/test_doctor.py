"""`kept doctor`: one line for each thing that must be right."""

import asyncio
import re
import stat
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.keystores import DirectoryKeyStore
from migrations import revisions
from service.checkup import here
from surveys.cadence.models import Interval, Programme, PulseKind
from surveys.database import build_engine, build_sessions
from surveys.deliveries.pace import ANY_METHOD, pause_calls
from surveys.waves.models import Wave, WaveState
from tests.cast import SOME_TIME_AGO, make_organisation
from tests.conftest import NOON
from tests.service.commands.installation import Installation

WELL = {
    "KEPT_SECRET_KEYS": "k" * 32,
    "KEPT_ADMINISTRATORS": "Jo Okafor, IT",
    "KEPT_HELP_CONTACTS": "Mona Bauer, ombudsperson, 030 1234",
}


def lines_of(installed: Installation, **environ: str) -> tuple[int, dict[str, list[str]]]:
    shown = installed.invoke("doctor", **(WELL | environ))
    lines: dict[str, list[str]] = {}
    for line in shown.output.splitlines():
        match = re.fullmatch(r"(ok|warn|fail) {2,4}(\S+) +(.+)", line)
        assert match is not None, line
        lines.setdefault(match[2], []).append(f"{match[1]} {match[3]}")
    return shown.exit_code, lines


def wave_of(url: str, *, state: WaveState = WaveState.OPEN, closes_at: datetime = SOME_TIME_AGO) -> UUID:
    """Store a wave and return its id."""

    async def store() -> UUID:
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
                local_time=time(9),
                window_hours=48,
                created_at=SOME_TIME_AGO,
            )
            session.add(programme)
            await session.flush()
            wave = Wave(
                organisation_id=organisation.id,
                programme_id=programme.id,
                occurrence=date(2026, 1, 5),
                state=state,
                opens_at=SOME_TIME_AGO,
                closes_at=closes_at,
                items=[],
                rules={},
            )
            session.add(wave)
            await session.flush()
            wave_id = wave.id
        await engine.dispose()
        return wave_id

    return asyncio.run(store())


def publish(url: str, wave_id: UUID) -> None:
    """Let a wave end, leaving its key where it is."""

    async def end() -> None:
        engine = build_engine(url)
        async with engine.begin() as connection:
            await connection.execute(
                update(Wave).where(Wave.id == wave_id).values(state=WaveState.PUBLISHED)
            )
        await engine.dispose()

    asyncio.run(end())


def test_a_sound_installation_has_no_failure(installed_on_either: Installation) -> None:
    (installed_on_either.folder / "elsewhere").mkdir()

    status, lines = lines_of(installed_on_either)

    assert status == 0
    assert lines["migrations"] == [f"ok at revision {revisions.newest()}"]
    assert lines["slack"] == ["ok not used"]
    assert lines["clock"] == ["ok nothing is overdue"]
    assert any("nobody can be invited" in line for line in lines["settings"])


def test_a_setting_that_cannot_be_used_fails_by_name(installed: Installation) -> None:
    status, lines = lines_of(installed, KEPT_LISTEN="nowhere")

    assert status == 1
    assert lines["settings"][0].startswith("fail KEPT_LISTEN: ")


def test_a_slip_in_a_name_is_pointed_out(installed: Installation) -> None:
    status, lines = lines_of(installed, KEPT_BASEURL="http://x")

    assert status == 0
    assert (
        "warn KEPT_BASEURL is not a setting of Kept and does nothing. Did you mean KEPT_BASE_URL?"
        in (lines["settings"])
    )


def test_an_https_address_needs_keys_of_its_own(installed: Installation) -> None:
    status, lines = lines_of(installed, KEPT_BASE_URL="https://kept.example.com", KEPT_SECRET_KEYS="")

    assert status == 1
    assert any(line.startswith("fail KEPT_SECRET_KEYS") for line in lines["settings"])


def test_keys_inside_the_data_folder_are_warned_about(installed: Installation) -> None:
    inside = installed.folder / "var" / "keys"
    DirectoryKeyStore.set_up(inside)

    _, lines = lines_of(installed, KEPT_KEYS_DIR=str(inside))

    assert any("a backup would hold the keys too" in line for line in lines["settings"])


def test_a_database_that_is_not_there_is_not_made(installed: Installation) -> None:
    missing = installed.folder / "other.db"

    status, lines = lines_of(installed, KEPT_DATABASE_URL=f"sqlite:///{missing}")

    assert status == 1
    assert lines["database"] == [f"fail {missing} does not exist. Run `kept migrate`."]
    assert not missing.exists()


def test_a_closed_wave_that_still_has_its_key_fails(installed: Installation) -> None:
    wave_id = wave_of(installed.database_url, closes_at=datetime(2999, 1, 1, tzinfo=UTC))
    asyncio.run(DirectoryKeyStore(installed.keys).create(wave_id))
    sound, _ = lines_of(installed)

    publish(installed.database_url, wave_id)
    status, lines = lines_of(installed)

    assert sound == 0
    assert status == 1
    assert lines["keys"][0].startswith("fail There are still keys of one closed wave.")


def test_a_file_that_could_not_be_rewritten_after_a_wave_is_named(installed: Installation) -> None:
    wave_id = wave_of(installed.database_url)
    publish(installed.database_url, wave_id)

    status, lines = lines_of(installed)

    assert status == 0
    assert any(
        line.startswith(f"warn {installed.folder}") and "sealed answers of one closed wave" in line
        for line in lines["database"]
    )


@pytest.mark.parametrize(("free", "mark", "expected"), [(20 * 2**20, "warn", 0), (0, "fail", 1)])
def test_a_disk_that_is_nearly_full_is_named_before_it_is(
    installed: Installation, monkeypatch: pytest.MonkeyPatch, free: int, mark: str, expected: int
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free))

    status, lines = lines_of(installed)

    assert status == expected
    assert any(line.startswith(f"{mark} {free // 2**20} MiB are free") for line in lines["database"])


def test_an_open_wave_without_its_key_fails(installed: Installation) -> None:
    wave_of(installed.database_url, closes_at=datetime(2999, 1, 1, tzinfo=UTC))

    status, lines = lines_of(installed)

    assert status == 1
    assert lines["keys"][0].startswith("fail 1 open waves have no key")


def test_a_key_that_belongs_to_no_wave_is_warned_about(installed: Installation) -> None:
    asyncio.run(DirectoryKeyStore(installed.keys).create(uuid4()))

    _, lines = lines_of(installed)

    assert any(line.startswith("warn 1 keys belong to no wave of this database.") for line in lines["keys"])


def test_a_key_folder_of_another_installation_fails(installed: Installation, tmp_path: Path) -> None:
    other = Installation(tmp_path / "other", f"sqlite+aiosqlite:///{tmp_path}/other/var/kept.db")
    other.folder.mkdir()
    assert other.invoke("migrate").exit_code == 0

    status, lines = lines_of(installed, KEPT_KEYS_DIR=str(other.keys))

    assert status == 1
    assert "belongs to another installation" in lines["keys"][0]


def test_a_key_folder_open_to_others_fails(installed: Installation) -> None:
    installed.keys.chmod(stat.S_IRWXU | stat.S_IRGRP | stat.S_IXGRP)

    status, lines = lines_of(installed)

    assert status == 1
    assert f"fail {installed.keys} has mode 0750. Run: chmod 700 {installed.keys}" in lines["keys"]


def test_a_folder_that_is_no_key_store_fails(installed: Installation) -> None:
    (installed.keys / "KEPT-KEYS").unlink()

    status, lines = lines_of(installed)

    assert status == 1
    assert "is not a key store" in lines["keys"][0]


def test_a_host_that_swaps_is_warned_about(
    installed: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    swaps = tmp_path / "swaps"
    swaps.write_text("Filename Type Size Used Priority\n/dev/sda2 partition 1 0 -2\n")
    monkeypatch.setattr(here, "SWAPS", swaps)

    _, lines = lines_of(installed)

    assert any("this host swaps" in line for line in lines["keys"])


def test_a_wave_that_should_have_been_closed_tells_of_a_clock_that_stands(installed: Installation) -> None:
    wave_id = wave_of(installed.database_url)
    asyncio.run(DirectoryKeyStore(installed.keys).create(wave_id))

    status, lines = lines_of(installed)

    assert status == 1
    assert lines["clock"] == ["fail 1 waves should have been closed. Is `kept work` running?"]


async def test_a_pause_that_slack_asked_for_is_named_until_it_is_over(session: AsyncSession) -> None:
    await pause_calls(session, "slack", ANY_METHOD, until=NOON + timedelta(hours=1), at=NOON)

    [during] = await here.of_clock(session, now=NOON)
    [after] = await here.of_clock(session, now=NOON + timedelta(hours=1))

    assert during.detail == "Slack asked for a pause until 03 March 13:00 UTC; messages wait."
    assert (during.mark, after.mark) == ("warn", "ok")


def test_slack_and_mail_that_do_not_answer_fail_without_a_secret_in_the_line(
    installed: Installation,
) -> None:
    status, lines = lines_of(
        installed,
        KEPT_SLACK_API_URL="http://127.0.0.1:9/api",
        KEPT_SLACK_BOT_TOKEN="xoxb-hush",
        KEPT_SLACK_SIGNING_SECRET="hush",
        KEPT_SMTP_URL="smtp://kept:hush@127.0.0.1:9",
        KEPT_MAIL_FROM="kept@example.com",
    )

    assert status == 1
    assert lines["slack"][0].startswith("fail http://127.0.0.1:9/api/ does not let us in")
    assert lines["mail"][0].startswith("fail the mail server did not let us in")
    assert "hush" not in str(lines)
