"""How long opening, and sealing with publishing, take for 1,000, 10,000 and 100,000 people.

    python -m benchmarks.waves [PEOPLE ...]

Each size runs in a process of its own, so that its peak memory is its own. Answers are cast by the real
action in batches of 200 before the close is timed.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from benchmarks.invented import hand_in, invent
from benchmarks.postgres import database, run
from integrations.keystores import DirectoryKeyStore
from jobs.close_waves import close_waves, destroy_keys
from jobs.open_waves import open_waves
from surveys.database import build_engine, build_sessions
from surveys.results.models import Figure
from surveys.waves.models import Wave

SIZES = (1_000, 10_000, 100_000)
OPENING = datetime(2026, 3, 3, 12, tzinfo=UTC)


async def measure(url: str, people: int) -> dict[str, object]:
    """Open, fill and close one wave; return seconds and megabytes."""
    engine = build_engine(url)
    sessions = build_sessions(engine)
    with tempfile.TemporaryDirectory() as folder:
        keys = DirectoryKeyStore.set_up(Path(folder) / "keys")
        await invent(sessions, people)
        before = time.perf_counter()
        await open_waves(sessions, keys, now=OPENING)
        opening = time.perf_counter() - before
        memory_open = peak()
        async with sessions() as session:
            wave = (await session.scalars(select(Wave))).one()
        cast_from = time.perf_counter()
        asked, answered = await hand_in(sessions, keys, wave, seed=1)
        casting = time.perf_counter() - cast_from
        before = time.perf_counter()
        await close_waves(sessions, keys, now=wave.closes_at)
        await destroy_keys(sessions, keys, database_url=url, now=wave.closes_at)
        closing = time.perf_counter() - before
        async with sessions() as session:
            figures = len((await session.scalars(select(Figure.shown).where(Figure.shown))).all())
    await engine.dispose()
    return {
        "people asked": asked,
        "open seconds": round(opening, 2),
        "open MB": memory_open,
        "casting sheets/s": round(answered / casting),
        "close seconds": round(closing, 2),
        "peak MB": peak(),
        "figures shown": figures,
    }


def peak() -> int:
    """Return the peak memory of this process so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    """Run every size in a process of its own, or one size here."""
    if sys.argv[1:2] == ["--here"]:
        with database() as url:
            print(json.dumps(run(measure(url, int(sys.argv[2])))))
        return
    for size in map(int, sys.argv[1:] or SIZES):
        subprocess.run([sys.executable, "-m", "benchmarks.waves", "--here", str(size)], check=True)  # noqa: S603 -- ourselves


if __name__ == "__main__":
    main()
