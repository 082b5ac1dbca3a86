"""What `kept doctor` looks at on this host: settings, database, key store, clock. Changes nothing.

A detail says what is so and what to do. Neither secrets nor anybody's name is in one.
"""

import stat
from collections.abc import AsyncIterator, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from integrations.environment import Settings
from integrations.keystores import CACHEDIR_TAG, DirectoryKeyStore, KeyStoreMissing
from migrations import revisions
from service.composition import unreachable, where
from surveys.database import sqlite_file
from surveys.deliveries.models import Delivery, DeliveryState, SendingPace
from surveys.errors import Missing
from surveys.people.models import Person
from surveys.people.queries import installation_of
from surveys.retrospectives.key_records import keys_in_use
from surveys.waves.models import RUNNING, Wave, WaveState

SQLITE_PEOPLE = 5_000  # what SQLite is documented for
PATIENCE = timedelta(minutes=10)  # after which something due and undone means that no clock runs
SWAPS = Path("/proc/swaps")


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    mark: Literal["ok", "warn", "fail"]
    subject: str
    detail: str

    def __str__(self) -> str:
        """Return the line as `kept doctor` prints it."""
        return f"{self.mark:<4}  {self.subject:<10}  {self.detail}"


def of_settings(settings: Settings) -> list[Finding]:
    """Return what is unwise about settings that can be used."""
    found = []
    parts = urlsplit(settings.base_url)
    here = parts.hostname in ("127.0.0.1", "::1", "localhost")
    if parts.scheme == "http" and not here:
        found.append(("warn", "KEPT_BASE_URL is http: answers cross the network unencrypted. Use https."))
    if not settings.secret_keys:
        mark = "fail" if parts.scheme == "https" else "warn"
        found.append((mark, "KEPT_SECRET_KEYS is not set: open forms end with every restart."))
    if settings.time_travel:
        found.append(("warn", "KEPT_TIME_TRAVEL is on: the clock can be made to believe another time."))
    if settings.administrators is None:
        found.append(("warn", "KEPT_ADMINISTRATORS is not set: members are not told who runs this host."))
    if not settings.help_contacts:
        unnamed = "KEPT_HELP_CONTACTS is not set: whoever writes of harm is shown no name to turn to."
        found.append(("warn", unnamed))
    file = sqlite_file(settings.database_url)
    if file is not None and settings.keys_dir.resolve().is_relative_to(file.parent.resolve()):
        inside = f"KEPT_KEYS_DIR lies inside {file.parent}, the folder of the database"
        found.append(("warn", f"{inside}: a backup would hold the keys too. Move one of them."))
    if not settings.uses_slack and not settings.uses_mail:
        found.append(("warn", "neither Slack nor mail is set up: nobody can be invited."))
    lines = [Finding("fail" if mark == "fail" else "warn", "settings", detail) for mark, detail in found]
    return lines or [Finding("ok", "settings", f"all readable; people reach Kept at {settings.base_url}")]


async def of_database(engine: AsyncEngine) -> list[Finding]:
    """Return whether the database answers and has the tables of this version."""
    file = sqlite_file(engine.url.render_as_string())
    if file is not None and not file.exists():  # connecting would make an empty one
        return [Finding("fail", "database", f"{file} does not exist. Run `kept migrate`.")]
    try:
        async with engine.connect() as connection:
            version = await connection.scalar(text(_version_of(engine)))
        found = await revisions.revision_of(engine)
    except (SQLAlchemyError, OSError) as error:
        return [Finding("fail", "database", unreachable(engine, error))]
    lines = [Finding("ok", "database", f"{where(engine)}, {engine.dialect.name} {version}")]
    newest = revisions.newest()
    if found == newest:
        lines.append(Finding("ok", "migrations", f"at revision {newest}"))
    elif found is not None and not revisions.is_known(found):
        lines.append(
            Finding(
                "fail",
                "migrations",
                f"at {found}, which this version does not know: a newer version of Kept made it",
            )
        )
    else:
        at = found or "no tables"
        lines.append(Finding("fail", "migrations", f"at {at}, needs {newest}. Run `kept migrate`."))
    return lines


def _version_of(engine: AsyncEngine) -> str:
    return "SELECT sqlite_version()" if engine.dialect.name == "sqlite" else "SHOW server_version"


async def of_copies(engine: AsyncEngine, session: AsyncSession, *, now: datetime) -> AsyncIterator[Finding]:
    """Yield what else holds ciphertext: write-ahead files, archives, a file that was not rewritten."""
    file = sqlite_file(engine.url.render_as_string())
    if file is not None:
        if file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077:
            yield Finding(
                "warn", "database", f"{file} can be read by other users of this host. chmod 600 it."
            )
        if held := await _not_erased(session, now=now):
            yield Finding(
                "warn",
                "database",
                f"{file} may still hold sealed answers of {_closed_waves(held)}: it could not be "
                "rewritten, because another program keeps it open or `kept work` does not run. Close that "
                "program.",
            )
        people = await session.scalar(select(func.count()).select_from(Person).where(Person.active))
        if (people or 0) > SQLITE_PEOPLE:
            yield Finding(
                "warn", "database", f"{people} people: SQLite is meant for up to {SQLITE_PEOPLE}."
            )
        return
    archives = await session.scalar(text("SHOW archive_mode"))
    if archives != "off":
        yield Finding(
            "warn",
            "database",
            "write-ahead logs are archived. They hold sealed answers, which nobody can read once the key "
            "is destroyed; see docs/privacy.md for how long to keep them.",
        )


async def _not_erased(session: AsyncSession, *, now: datetime) -> int:
    """Return of how many waves it is not recorded that they are erased, long after they were to be."""
    found = await session.scalar(
        select(func.count())
        .select_from(Wave)
        .where(
            Wave.state.in_((WaveState.PUBLISHED, WaveState.LOST, WaveState.CANCELLED)),
            Wave.key_destroyed_at.is_(None),
            func.coalesce(Wave.published_at, Wave.closes_at) < now - PATIENCE,
        )
    )
    return found or 0


def _closed_waves(count: int) -> str:
    return "one closed wave" if count == 1 else f"{count} closed waves"


async def of_keys(settings: Settings, session: AsyncSession) -> list[Finding]:
    """Return whether the key store is the right one, closed to others, and holds exactly the open waves."""
    try:
        store = DirectoryKeyStore(settings.keys_dir, await installation_of(session))
        store.require()
    except (KeyStoreMissing, Missing) as missing:
        return [Finding("fail", "keys", str(missing))]
    states = {row.id: row.state for row in await session.execute(select(Wave.id, Wave.state))}
    living = {wave_id for wave_id, state in states.items() if state in RUNNING}
    held = await store.known()
    lines = [
        *_of_folder(settings.keys_dir),
        *_of_held(held, living, states.keys() - living, boards=await keys_in_use(session)),
    ]
    if not any(line.mark == "fail" for line in lines):
        lines.insert(0, Finding("ok", "keys", f"{settings.keys_dir}, {len(held & living)} open waves"))
    return lines


def _of_held(
    held: AbstractSet[UUID],
    living: AbstractSet[UUID],
    ended: AbstractSet[UUID],
    *,
    boards: AbstractSet[UUID],
) -> Iterator[Finding]:
    """Yield what is wrong about the keys held, of waves that live or ended and of boards."""
    if left := len(held & ended):
        yield Finding(
            "fail",
            "keys",
            f"There are still keys of {_closed_waves(left)}. Is `kept work` running? It destroys keys "
            "within a minute of the close.",
        )
    if lost := len(living - held):
        yield Finding(
            "fail",
            "keys",
            f"{lost} open waves have no key: their answers cannot be read and they will close without "
            "results. Mount the right folder if there is another.",
        )
    if lost := len(boards - held):
        yield Finding(
            "fail",
            "keys",
            f"{lost} keys of retrospectives are missing: close those and start anew.",
        )
    if unknown := len(held - living - ended - boards):
        yield Finding(
            "warn",
            "keys",
            f"{unknown} keys belong to no wave of this database. If it was restored from a backup for "
            "good, `kept discard-keys` destroys them; see docs/operations.md.",
        )


def _of_folder(folder: Path) -> list[Finding]:
    lines = []
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o077:
        lines.append(Finding("fail", "keys", f"{folder} has mode {mode:04o}. Run: chmod 700 {folder}"))
    if not (folder / CACHEDIR_TAG).is_file():
        lines.append(
            Finding("warn", "keys", f"{folder} has no {CACHEDIR_TAG}: backups would take it along.")
        )
    try:
        swapping = len(SWAPS.read_text(encoding="ascii").splitlines()) > 1
    except OSError:
        swapping = False
    if swapping:
        lines.append(
            Finding("warn", "keys", "this host swaps: a key in memory may reach the disk. Encrypt swap.")
        )
    return lines


async def of_clock(session: AsyncSession, *, now: datetime) -> list[Finding]:
    """Return whether anything due has been left undone for longer than a running clock would."""
    late = await session.scalar(
        select(func.count())
        .select_from(Wave)
        .where(Wave.state.in_(RUNNING), Wave.closes_at < now - PATIENCE)
    )
    waiting = await session.scalar(
        select(func.count())
        .select_from(Delivery)
        .where(Delivery.state == DeliveryState.WAITING, Delivery.due_at < now - PATIENCE)
    )
    parked = await session.scalar(
        select(func.count()).select_from(Delivery).where(Delivery.state == DeliveryState.PARKED)
    )
    paused_until = await session.scalar(select(func.max(SendingPace.paused_until)))
    lines = []
    if late:
        lines.append(
            Finding("fail", "clock", f"{late} waves should have been closed. Is `kept work` running?")
        )
    if waiting:
        lines.append(Finding("warn", "clock", f"{waiting} messages are due for over ten minutes."))
    if paused_until is not None and paused_until > now:
        until = f"{paused_until:%d %B %H:%M} UTC"
        lines.append(Finding("warn", "clock", f"Slack asked for a pause until {until}; messages wait."))
    if parked:
        lines.append(Finding("warn", "clock", f"{parked} messages failed by a fault of ours; see the log."))
    return lines or [Finding("ok", "clock", "nothing is overdue")]
