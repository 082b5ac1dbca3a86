"""HR's pages over a year of the loop in 5,000 teams: the count of the day, and what the pages take.

    python -m benchmarks.loop_health [--people 40000] [--requests 200] [--agreement]

Stored directly: 26 pulses with results in every team, words of most leaders, two promises a month and team
with words of the team on them, and a topic a month. Then the clock counts once, and HR asks for pages over
real HTTP, one after the other. Milliseconds by the clock, and of the processor for the web process alone.
"""

import argparse
import json
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import Request, urlopen
from uuid import UUID

import psutil
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from benchmarks.answers import running
from benchmarks.invented import invent
from benchmarks.postgres import database, run
from benchmarks.trend_page import COOKIE, RULES
from integrations.keystores import DirectoryKeyStore
from jobs.count_loops import count_loops
from surveys.commitments.agreements import record_agreement
from surveys.database import build_engine, build_sessions
from surveys.people.actions import make_sign_in_link, sign_in
from surveys.people.models import Leadership, Person, Role
from surveys.people.queries import installation_of

PAGES = ("/loop-health", "/loop-health/table.csv", "/")
NAMED = "/loop-health/teams?number=3"
WARM_UP = 10
YEAR = (
    """
    INSERT INTO wave (id, organisation_id, programme_id, occurrence, number, state, opens_at, closes_at,
                      items, rules, leaders_see_at, team_sees_at, published_at, key_destroyed_at, receipt)
    SELECT gen_random_uuid(), :organisation, :programme, CAST(at AS date), n, 'published', at,
           at + interval '3 days', '[]', CAST(:rules AS json), at + interval '3 days',
           at + interval '4 days', at + interval '3 days', at + interval '3 days', NULL
    FROM (SELECT n, CAST(:now AS timestamptz) - interval '5 days' - n * interval '14 days' AS at
          FROM generate_series(0, CAST(:waves AS int) - 1) AS n) AS times
    """,
    """
    INSERT INTO wave_unit (wave_id, team_id, parent_id, name, asked, leaders, loop, changed_share)
    SELECT wave.id, team.id, team.parent_id, team.name, 8, '[]', '[]', 0 FROM wave CROSS JOIN team
    """,
    """
    INSERT INTO figure (wave_id, team_id, dimension, shown, n, asked, score, low, high, range_kind, capped,
                        carried)
    SELECT wave.id, team.id, dimension, true, 7, 8, 40 + random() * 40, 35, 85, 'by_size', false, false
    FROM wave CROSS JOIN team CROSS JOIN unnest(ARRAY['PSY', 'CNF', 'FLW']) AS dimension
    """,
    """
    INSERT INTO share (id, organisation_id, wave_id, team_id, person_id, words, shared_at)
    SELECT gen_random_uuid(), :organisation, wave.id, led.team_id, led.person_id, 'Thank you.',
           wave.leaders_see_at + random() * interval '6 days'
    FROM wave CROSS JOIN leadership AS led WHERE random() < 0.8
    ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO acknowledgement (id, organisation_id, wave_id, team_id, person_id, answer_by,
                                 acknowledged_at)
    SELECT gen_random_uuid(), :organisation, wave_id, team_id, person_id, CAST(shared_at AS date) + 7,
           shared_at
    FROM share
    """,
    """
    INSERT INTO topic (id, organisation_id, key, team_id, kind, text, raised_at, acknowledged_at, decision,
                       reason, decided_at)
    SELECT gen_random_uuid(), :organisation, gen_random_uuid()::text, team_id, 'other', 'A topic', at,
           at + random() * interval '3 days', 'will_do', 'Because', at + interval '4 days'
    FROM (SELECT team_id, CAST(:now AS timestamptz) - n * interval '30 days' AS at
          FROM leadership CROSS JOIN generate_series(0, CAST(:waves AS int) / 2 - 1) AS n) AS times
    """,
    """
    INSERT INTO commitment (id, organisation_id, team_id, topic_id, owner_id, text, made_at, first_due, due,
                            state, done_at, times_asked)
    SELECT gen_random_uuid(), :organisation, led.team_id, topic.id, led.person_id, 'A written agenda',
           topic.decided_at, CAST(topic.decided_at AS date) + 30, CAST(topic.decided_at AS date) + 30,
           CASE WHEN CAST(:now AS timestamptz) - topic.decided_at > interval '36 days'
                THEN 'done' ELSE 'open' END,
           CASE WHEN CAST(:now AS timestamptz) - topic.decided_at > interval '36 days'
                THEN topic.decided_at + random() * interval '36 days' END, 1
    FROM topic JOIN leadership AS led ON led.team_id = topic.team_id CROSS JOIN generate_series(1, 2)
    """,
    """
    INSERT INTO team_word (wave_id, team_id, question, word)
    SELECT wave.id, promise.team_id, 'LOOP-03:' || promise.id::text,
           CASE WHEN random() < 0.8 THEN 'kept' ELSE 'cant_tell' END
    FROM commitment AS promise
    JOIN wave ON wave.leaders_see_at BETWEEN promise.done_at + interval '7 days'
                                         AND promise.done_at + interval '21 days'
    ON CONFLICT DO NOTHING
    """,
    "ANALYZE",
)


async def a_year(url: str, folder: Path, people: int, *, waves: int, agreed: bool) -> str:
    """Store the organisation and its year, count it once, and return a cookie of somebody of HR."""
    engine = build_engine(url)
    sessions = build_sessions(engine)
    async with sessions() as session:
        DirectoryKeyStore.set_up(folder / "keys", await installation_of(session))
    organisation, programme = await invent(sessions, people)
    now = datetime.now(UTC)
    values = {"organisation": organisation, "programme": programme, "now": now, "waves": waves}
    values["rules"] = json.dumps(RULES.as_json())  # type: ignore[assignment] -- one mapping of many types
    async with engine.begin() as connection:
        for statement in YEAR:
            wanted = {name: value for name, value in values.items() if f":{name}" in statement}
            await connection.execute(text(statement), wanted)
    hr = await _somebody_of_hr(sessions, organisation, now, agreed=agreed)
    before, processor = time.perf_counter(), time.process_time()
    await count_loops(sessions, now=now)
    took = time.perf_counter() - before
    print(f"count of the day: {took:.1f} s by the clock, {time.process_time() - processor:.1f} s of Python")
    await engine.dispose()
    return hr


async def _somebody_of_hr(
    sessions: async_sessionmaker[AsyncSession], organisation: UUID, now: datetime, *, agreed: bool
) -> str:
    async with sessions.begin() as session:
        leads = select(Leadership.person_id)
        person = (await session.scalars(select(Person).where(Person.id.not_in(leads)).limit(1))).one()
        session.add(Role(organisation_id=organisation, person_id=person.id))
        await session.flush()
        if agreed:
            await record_agreement(
                session,
                organisation_id=organisation,
                person_id=person.id,
                reference="Agreement 12",
                now=now - timedelta(days=1),
            )
        link = await make_sign_in_link(session, person.id, by=None, now=now)
        cookie: str = await sign_in(session, link, now=now)
    return cookie


def ask(port: int, pid: int, cookie: str, page: str, requests: int) -> dict[str, float]:
    """Ask for one page again and again; return milliseconds."""
    took, busy = [], 0.0
    for number in range(requests + WARM_UP):
        if number == WARM_UP:
            busy = _processor(pid)
        request = Request(f"http://127.0.0.1:{port}{page}", headers={"Cookie": f"{COOKIE}={cookie}"})
        before = time.perf_counter()
        with urlopen(request) as reply:  # noqa: S310 -- ourselves
            size = len(reply.read())
        took.append((time.perf_counter() - before) * 1000)
    busy = _processor(pid) - busy
    cuts = statistics.quantiles(took[WARM_UP:], n=20)
    return {
        "p50 ms": round(statistics.median(took[WARM_UP:]), 1),
        "p95 ms": round(cuts[18], 1),
        "processor ms": round(1000 * busy / requests, 1),
        "bytes": size,
    }


def _processor(pid: int) -> float:
    process = psutil.Process(pid)
    return sum(sum(each.cpu_times()[:2]) for each in (process, *process.children(recursive=True)))


def main() -> None:
    """Store a year, count it, and ask for the pages."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=40_000)
    options.add_argument("--waves", type=int, default=26, help="two weeks apart; fewer store less")
    options.add_argument("--requests", type=int, default=200)
    options.add_argument("--agreement", action="store_true", help="with late counts by team")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name, database() as url:
        folder = Path(name)
        cookie = str(run(a_year(url, folder, chosen.people, waves=chosen.waves, agreed=chosen.agreement)))
        with running(url, folder, "kept", "serve", "--workers", "1") as (port, pid):
            for page in (*PAGES, *([NAMED] if chosen.agreement else [])):
                print(f"{page:30}", ask(port, pid, cookie, page, chosen.requests))


if __name__ == "__main__":
    main()
