"""How long `kept attack` takes, and how much memory, on published waves of organisations of any size.

    python -m benchmarks.attack [PEOPLE ...] [--database sqlite|postgresql] [--waves 2]

Each size is made in a process of its own, with answers cast and waves closed by the real actions; then the
command runs as an operator would run it, and its own time and peak memory are taken.
"""

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from benchmarks.invented import hand_in, invent
from benchmarks.postgres import database, run
from benchmarks.waves import OPENING
from integrations.keystores import DirectoryKeyStore
from jobs.close_waves import close_waves, destroy_keys
from jobs.open_waves import open_waves
from migrations import revisions
from surveys.database import build_engine, build_sessions
from surveys.waves.models import Wave, WaveState

SIZES = (1_000, 10_000, 100_000)


async def live(url: str, keys: DirectoryKeyStore, people: int, waves: int) -> None:
    """Publish so many waves, two weeks apart."""
    engine = build_engine(url)
    sessions = build_sessions(engine)
    await invent(sessions, people)
    for number in range(waves):
        await open_waves(sessions, keys, now=OPENING + timedelta(weeks=2 * number))
        await _answer(sessions, keys, number)
    await engine.dispose()


async def _answer(sessions: async_sessionmaker[AsyncSession], keys: DirectoryKeyStore, number: int) -> None:
    """Let most people answer the open wave, and close it."""
    async with sessions() as session:
        wave = (await session.scalars(select(Wave).where(Wave.state == WaveState.OPEN))).one()
        url = session.get_bind().engine.url.render_as_string(hide_password=False)
    await hand_in(sessions, keys, wave, seed=number)
    await close_waves(sessions, keys, now=wave.closes_at)
    await destroy_keys(sessions, keys, database_url=url, now=wave.closes_at)


def attack(url: str, keys: Path) -> dict[str, object]:
    """Run the command on a database and return what it took."""
    settings = {**os.environ, "KEPT_DATABASE_URL": url, "KEPT_KEYS_DIR": str(keys)}
    command = [str(Path(sys.executable).with_name("kept")), "attack", "--json"]
    before = time.perf_counter()
    done = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)  # noqa: S603 -- ourselves
    seconds = time.perf_counter() - before
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = json.loads(done.stdout)["attacks"] if done.stdout else done.stderr[-2000:]
    return {
        "exit status": done.returncode,
        "seconds": round(seconds, 1),
        "processor seconds": round(spent.ru_utime + spent.ru_stime, 1),
        "peak MB": spent.ru_maxrss // 1024,
        "not clean": [one for one in found if one["verdict"] != "nothing found"] if done.stdout else found,
    }


def measure(people: int, kind: str, waves: int) -> dict[str, object]:
    """Make one database and attack it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        database() if kind == "postgresql" else nullcontext(f"sqlite+aiosqlite:///{folder}/kept.db") as url,
    ):
        if kind == "sqlite":
            asyncio.run(asyncio.to_thread(revisions.upgrade, url))
        keys = DirectoryKeyStore.set_up(Path(folder) / "keys")
        run(live(url, keys, people, waves))
        return {"people": people, "database": kind, "waves": waves, **attack(url, Path(folder) / "keys")}


def main() -> None:
    """Measure every size in a process of its own, or one size here."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("people", nargs="*", type=int, default=SIZES)
    options.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    options.add_argument("--waves", type=int, default=2)
    options.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.here:
        sys.stdout.write(json.dumps(measure(chosen.people[0], chosen.database, chosen.waves)) + "\n")
        return
    for size in chosen.people:
        again = ["--here", str(size), "--database", chosen.database, "--waves", str(chosen.waves)]
        subprocess.run([sys.executable, "-m", "benchmarks.attack", *again], check=True)  # noqa: S603 -- ourselves


if __name__ == "__main__":
    main()
