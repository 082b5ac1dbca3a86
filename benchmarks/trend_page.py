"""The page of a team in an organisation of 100,000 people, after 26 and after 260 past waves.

    python -m benchmarks.trend_page [--people 100000] [--requests 300]

Past waves are stored directly: every wave with its frozen tree, figures and participation for one in
ten units. Signed-in leaders then ask for the pages of random such teams over real HTTP, one after the
other. What counts is that the page does not grow slower with what lies behind it.
"""

import argparse
import json
import random
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import Request, urlopen
from uuid import UUID

from sqlalchemy import select, text

from benchmarks.answers import service
from benchmarks.invented import invent
from benchmarks.postgres import database, run
from integrations.keystores import DirectoryKeyStore
from surveys.database import build_engine, build_sessions
from surveys.people.actions import make_sign_in_link, sign_in
from surveys.people.models import Leadership, Team
from surveys.people.queries import installation_of
from surveys.questions.rules import items_of_wave
from surveys.results.rules.trend import TrendState
from surveys.waves.rules import FrozenRules

COOKIE = "kept_session"
RULES = FrozenRules(5, 1, "everyone", 1, leaders_read_below=False, window_hours=72, pulse="default")
WAVE = """
WITH time AS (
    SELECT n, CAST(:first AS timestamptz) + n * interval '7 days' AS at
    FROM generate_series(CAST(:from AS int), CAST(:to AS int)) AS n
)
INSERT INTO wave (id, organisation_id, programme_id, occurrence, number, state, opens_at, closes_at,
                  items, rules, leaders_see_at, team_sees_at, published_at, key_destroyed_at, receipt)
SELECT gen_random_uuid(), :organisation, :programme, CAST(at AS date), n, 'published', at,
       at + interval '3 days', CAST(:items AS json), CAST(:rules AS json), at + interval '3 days',
       at + interval '4 days', at + interval '3 days', at + interval '3 days', NULL
FROM time
"""
UNITS = """
INSERT INTO wave_unit (wave_id, team_id, parent_id, name, asked, leaders, loop, changed_share)
SELECT wave.id, team.id, team.parent_id, team.name, 8, '[]', '[]', 0
FROM wave CROSS JOIN some_team AS team WHERE wave.number BETWEEN :from AND :to
"""
FIGURES = """
INSERT INTO figure (wave_id, team_id, dimension, shown, n, asked, score, low, high, range_kind, capped,
                    carried, trend)
SELECT wave.id, team.id, dimension, true, 7, 8, 40 + random() * 40, 35, 85, 'by_size', false, false,
       CAST(:trend AS json)
FROM wave CROSS JOIN some_team AS team CROSS JOIN unnest(ARRAY['PSY', 'CNF', 'FLW']) AS dimension
WHERE wave.number BETWEEN :from AND :to
"""
PARTICIPATION = """
INSERT INTO participation (wave_id, team_id, shown, asked, answered, band, size_class)
SELECT wave.id, team.id, true, 8, NULL, 'most', '5_7'
FROM wave CROSS JOIN some_team AS team WHERE wave.number BETWEEN :from AND :to
"""


async def people_and_sign_ins(url: str, folder: Path, people: int) -> tuple[UUID, UUID, dict[str, str]]:
    """Invent an organisation; return its id, its programme's, and team id → a leader's cookie."""
    engine = build_engine(url)
    sessions = build_sessions(engine)
    async with sessions() as session:
        DirectoryKeyStore.set_up(folder / "keys", await installation_of(session))
    organisation, programme = await invent(sessions, people)
    now = datetime.now(UTC)
    async with sessions.begin() as session:
        await session.execute(
            text(
                "CREATE TABLE some_team AS SELECT * FROM team"
                " WHERE parent_id IS NOT NULL ORDER BY id LIMIT :n"
            ),
            {"n": max(10, people // 90)},
        )
        known = set((await session.scalars(text("SELECT id FROM some_team"))).all())
        pairs = (
            await session.execute(
                select(Leadership.team_id, Leadership.person_id).join(Team, Team.id == Leadership.team_id)
            )
        ).all()
        led = [pair for pair in pairs if pair[0] in known][:40]
        cookies = {}
        for team_id, person_id in led:
            link = await make_sign_in_link(session, person_id, by=None, now=now)
            cookies[str(team_id)] = await sign_in(session, link, now=now)
    await engine.dispose()
    return organisation, programme, cookies


async def add_waves(url: str, organisation: UUID, programme: UUID, first: int, last: int) -> None:
    """Store past waves number `first` to `last`."""
    engine = build_engine(url)
    began = datetime.now(UTC) - timedelta(weeks=261)
    items = [
        {"code": item.code, "dimension": item.dimension, "text": item.text, "reversed": item.reversed}
        for item in items_of_wave(0, "default")
    ]
    values = {
        "organisation": organisation,
        "programme": programme,
        "first": began,
        "items": json.dumps(items),
        "rules": json.dumps(RULES.as_json()),
        "trend": json.dumps(TrendState(word="steady", baseline=60.0, seen=5).as_json()),
        "from": first,
        "to": last,
    }
    async with engine.begin() as connection:
        for statement in (WAVE, UNITS, FIGURES, PARTICIPATION):
            wanted = {name: value for name, value in values.items() if f":{name}" in statement}
            await connection.execute(text(statement), wanted)
        await connection.execute(text("ANALYZE"))
    await engine.dispose()


def ask(port: int, cookies: dict[str, str], requests: int) -> dict[str, float]:
    """Ask for pages one after the other; return milliseconds."""
    chance = random.Random(3)  # noqa: S311 -- which page comes next
    teams = list(cookies)
    took = []
    for number in range(requests + 20):
        team = chance.choice(teams)
        request = Request(
            f"http://127.0.0.1:{port}/teams/{team}", headers={"Cookie": f"{COOKIE}={cookies[team]}"}
        )
        before = time.perf_counter()
        with urlopen(request) as reply:  # noqa: S310 -- ourselves
            page = reply.read()
        if number >= 20:
            took.append((time.perf_counter() - before) * 1000)
    if b"<svg" not in page:
        raise RuntimeError("that was not a team page")
    cuts = statistics.quantiles(took, n=20)
    return {"p50 ms": round(statistics.median(took), 1), "p95 ms": round(cuts[18], 1), "bytes": len(page)}


def main() -> None:
    """Measure with few and with many waves behind the same pages."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=100_000)
    options.add_argument("--requests", type=int, default=300)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name, database() as url:
        folder = Path(name)
        organisation, programme, cookies = run(people_and_sign_ins(url, folder, chosen.people))  # type: ignore[misc] -- three
        with service(url, folder, 1) as port:
            run(add_waves(url, organisation, programme, 0, 25))
            print("26 past waves ", ask(port, cookies, chosen.requests))
            run(add_waves(url, organisation, programme, 26, 259))
            print("260 past waves", ask(port, cookies, chosen.requests))


if __name__ == "__main__":
    main()
