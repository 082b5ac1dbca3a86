"""How long opening, and sealing with publishing, take for 1,000, 10,000 and 100,000 people.

    python -m benchmarks.waves [PEOPLE ...]

Each size runs in a process of its own, so that its peak memory is its own. Answers are cast by the real
action in batches of 200 before the close is timed.
"""

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from benchmarks.invented import invent
from benchmarks.postgres import database, run
from integrations.keystores import DirectoryKeyStore
from jobs.close_waves import close_waves, destroy_keys
from jobs.open_waves import open_waves
from surveys.ballots.actions import cast_ballots
from surveys.ballots.rules import HandedIn
from surveys.database import build_engine, build_sessions
from surveys.results.models import Figure
from surveys.waves.models import Place, Wave

SIZES = (1_000, 10_000, 100_000)
OPENING = datetime(2026, 3, 3, 12, tzinfo=UTC)
RESPONSE = 0.8
BATCH = 200


async def measure(url: str, people: int) -> dict[str, object]:
    """Open, fill and close one wave; return seconds and megabytes."""
    engine = build_engine(url)
    sessions = build_sessions(engine)
    with tempfile.TemporaryDirectory() as folder:
        keys = DirectoryKeyStore.set_up(Path(folder) / "keys")
        await invent(sessions, people)
        before = time.perf_counter()
        await open_waves(sessions, keys, slack=True, now=OPENING)
        opening = time.perf_counter() - before
        memory_open = peak()
        async with sessions() as session:
            wave = (await session.scalars(select(Wave))).one()
            places = (await session.scalars(select(Place.id).where(Place.wave_id == wave.id))).all()
        chance = random.Random(1)  # noqa: S311 -- invented answers
        codes = [item["code"] for item in wave.items]
        answering = [place for place in places if chance.random() < RESPONSE]
        cast_from = time.perf_counter()
        for start in range(0, len(answering), BATCH):
            batch = [
                HandedIn(place, None, {code: chance.randint(1, 5) for code in codes})
                for place in answering[start : start + BATCH]
            ]
            async with sessions.begin() as session:
                await cast_ballots(session, keys, batch, now=wave.opens_at)
        casting = time.perf_counter() - cast_from
        before = time.perf_counter()
        await close_waves(sessions, keys, now=wave.closes_at)
        await destroy_keys(sessions, keys, database_url=url, now=wave.closes_at)
        closing = time.perf_counter() - before
        async with sessions() as session:
            figures = len((await session.scalars(select(Figure.shown).where(Figure.shown))).all())
    await engine.dispose()
    return {
        "people asked": len(places),
        "open seconds": round(opening, 2),
        "open MB": memory_open,
        "casting sheets/s": round(len(answering) / casting),
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
