"""From one person's move to the last of thirty screens: a board over server-sent events.

    python -m benchmarks.retro_board [--people 30] [--cards 60] [--moves 100] [--database postgresql|sqlite]

`kept serve` runs with two web processes on PostgreSQL, with one on SQLite. Thirty signed-in people hold
the board open, each with a connection of their own; one after the other moves a card, and the clock stops
when the last connection has received the state with that move. Then all connect anew at the same instant,
and the clock stops when all have the whole board again.

The thirty connections share the cores with what is measured. A screen therefore reads no more of a state
than its revision, and what they all cost together stands apart: `screens_processor_ms_a_move`.
"""

import argparse
import asyncio
import json
import os
import random
import re
import secrets
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import aiohttp
import psutil
from alembic import command
from alembic.config import Config
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.answers import service
from benchmarks.postgres import ROOT, database, run
from integrations.keystores import DirectoryKeyStore
from surveys.database import build_engine, build_sessions
from surveys.people.actions import make_sign_in_link, sign_in
from surveys.people.models import Membership, Organisation, Person, Team
from surveys.people.queries import installation_of
from surveys.retrospectives.actions import move_on, start_retrospective
from surveys.retrospectives.cards import add_card
from surveys.retrospectives.rules import TOPICS, Phase, Plan
from surveys.retrospectives.sealing import new_pen

COOKIE = "kept_session"
FORM_COOKIE = "kept_form"


REVISION = re.compile(rb'data: {"revision":([0-9]+),')


class Screen:
    """One person's open board: remembers which revision has arrived, and when."""

    def __init__(self, session: aiohttp.ClientSession, address: str) -> None:
        self.session = session
        self.address = address
        self.arrived: dict[int, float] = {}
        self.last = b""
        self.changed = asyncio.Event()
        self.task = asyncio.create_task(self.watch())

    async def watch(self) -> None:
        """Listen for as long as the board is open."""
        async with self.session.get(f"{self.address}/live", timeout=aiohttp.ClientTimeout(None)) as stream:
            assert stream.status == 200, stream.status
            async for line in stream.content:
                found = REVISION.match(line)
                if found is not None:
                    self.arrived[int(found[1])] = time.perf_counter()
                    self.last = line
                    self.changed.set()

    def cards(self) -> list[str]:
        """Return the cards of the last state."""
        return [card for card, _, _ in json.loads(self.last.removeprefix(b"data: "))["cards"]]

    async def until(self, revision: int) -> float:
        """Wait for a revision, or a later one; return when it arrived."""
        while True:
            seen = [at for known, at in self.arrived.items() if known >= revision]
            if seen:
                return min(seen)
            self.changed.clear()
            await self.changed.wait()


async def fill(url: str, folder: Path, people: int, cards: int) -> tuple[UUID, list[str]]:
    """Make a team with a board whose cards are shown; return its id and everybody's session cookie."""
    engine = build_engine(url)
    sessions = build_sessions(engine)
    now = datetime.now(UTC)
    async with sessions.begin() as session:
        organisation = Organisation(name="Example", zone="UTC", created_at=now)
        session.add(organisation)
        await session.flush()
        keys = DirectoryKeyStore.set_up(folder, await installation_of(session))
        team = Team(organisation_id=organisation.id, name="Payments")
        session.add(team)
        await session.flush()
        persons = await hire(session, team, people, now=now)
        board_id = await hold(session, keys, team.id, persons[0], cards, now=now)
        cookies = []
        for each in persons:
            link = await make_sign_in_link(session, each, by=None, now=now)
            cookies.append(await sign_in(session, link, now=now))
    await engine.dispose()
    return board_id, cookies


async def hire(session: AsyncSession, team: Team, people: int, *, now: datetime) -> list[UUID]:
    """Put so many people on a team; return their ids."""
    persons = [
        Person(
            organisation_id=team.organisation_id,
            email=f"person{number}@example.com",
            name=f"Person {number}",
            zone="UTC",
            locale="en",
        )
        for number in range(people)
    ]
    session.add_all(persons)
    await session.flush()
    session.add_all(Membership(person_id=each.id, team_id=team.id, since=now) for each in persons)
    await session.flush()
    return [each.id for each in persons]


async def hold(
    session: AsyncSession, keys: DirectoryKeyStore, team_id: UUID, first: UUID, cards: int, *, now: datetime
) -> UUID:
    """Start a board, have `first` write so many cards and show them; return its id."""
    board = await start_retrospective(
        session, keys, team_id=team_id, started_by=first, plan=Plan("Release 4"), now=now
    )
    await move_on(session, keys, board.id, leaving=Phase.LOOK_BACK, person_id=first, now=now)
    for number in range(cards):
        await add_card(
            session,
            keys,
            board.id,
            person_id=first,
            pen=new_pen(),
            column=TOPICS[number % 3],
            text=f"Card {number} says something of the usual length about a step that went this way",
        )
    await move_on(session, keys, board.id, leaving=Phase.WRITE, person_id=first, now=now)
    return board.id


def connect(address: str, cookies: list[str]) -> list[aiohttp.ClientSession]:
    """Return a browser, as it were, for each session cookie."""
    form = secrets.token_urlsafe(16)
    connections = []
    for cookie in cookies:
        sent = {COOKIE: cookie, FORM_COOKIE: form}
        connection = aiohttp.ClientSession(cookies=sent, cookie_jar=aiohttp.CookieJar(unsafe=True))
        connection.cookie_jar.update_cookies(sent, _url(address))
        connections.append(connection)
    return connections


async def measure(address: str, cookies: list[str], moves: int) -> dict[str, object]:
    """Move cards one after the other and wait each time for the last screen."""
    connections = connect(address, cookies)
    tokens = [await form_token(connection, address) for connection in connections]
    screens = [Screen(connection, address) for connection in connections]
    await asyncio.gather(*(screen.until(1) for screen in screens))
    last, all_of_them, answered = [], [], []
    load = os.getloadavg()[0]
    spent, own = processor_seconds(), time.process_time()
    for number in range(moves):
        mover = number % len(connections)
        card, onto = random.sample(screens[mover].cards(), 2)
        body = {"form_token": tokens[mover], "card": card, "onto": onto, "seen": ""}
        began = time.perf_counter()
        async with connections[mover].post(
            f"{address}/moves", data=body, headers={"accept": "application/json"}
        ) as reply:
            answer = await reply.json(content_type=None)
            assert reply.status < 300, answer
        answered.append(time.perf_counter() - began)
        arrived = await asyncio.gather(*(screen.until(answer["revision"]) for screen in screens))
        last.append(max(arrived) - began)
        all_of_them += [at - began for at in arrived]
        await asyncio.sleep(0.05 + random.random() / 10)  # noqa: S311 -- people do not move in step
    spent, own = processor_seconds() - spent, time.process_time() - own
    await leave(screens)
    began = time.perf_counter()
    again = [Screen(connection, address) for connection in connections]
    back = await asyncio.gather(*(screen.until(1) for screen in again))
    await leave(again)
    for connection in connections:
        await connection.close()
    return {
        "moves": moves,
        "load_at_the_start": round(load, 1),
        "last_screen_ms": percentiles(last),
        "any_screen_ms": percentiles(all_of_them),
        "answer_to_the_mover_ms": percentiles(answered),
        "processor_ms_a_move": round(spent / moves * 1000, 1),
        "screens_processor_ms_a_move": round(own / moves * 1000, 1),
        "all_reconnected_ms": round((max(back) - began) * 1000),
    }


async def leave(screens: list[Screen]) -> None:
    """Close every window."""
    for screen in screens:
        screen.task.cancel()
    await asyncio.gather(*(screen.task for screen in screens), return_exceptions=True)


def processor_seconds() -> float:
    """Return the processor time that service and database have used; on a busy machine it says more."""
    others = psutil.Process().children(recursive=True)
    return sum(sum(each.cpu_times()[:2]) for each in others)


def percentiles(seconds: list[float]) -> dict[str, float]:
    """Return what is printed of many durations, in milliseconds."""
    ordered = sorted(seconds)
    return {
        "median": round(statistics.median(ordered) * 1000, 1),
        "p95": round(ordered[int(len(ordered) * 0.95)] * 1000, 1),
        "max": round(ordered[-1] * 1000, 1),
    }


async def form_token(connection: aiohttp.ClientSession, address: str) -> str:
    """Return the token of the forms on somebody's page."""
    async with connection.get(address) as reply:
        text = await reply.text()
        assert reply.status == 200, reply.status
    return text.split('name="form_token" value="', 1)[1].split('"', 1)[0]


def _url(address: str) -> object:
    from yarl import URL  # noqa: PLC0415 -- comes with aiohttp

    return URL(address).origin()


@contextmanager
def chosen(kind: str, folder: Path) -> Iterator[str]:
    """Yield the address of a migrated database."""
    if kind == "postgresql":
        with database() as url:
            yield url
        return
    url = f"sqlite+aiosqlite:///{folder / 'kept.db'}"
    config = Config(ROOT / "alembic.ini")
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.set_main_option("sqlalchemy.url", url)
    command.upgrade(config, "head")
    yield url


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--people", type=int, default=30)
    parser.add_argument("--cards", type=int, default=60)
    parser.add_argument("--moves", type=int, default=100)
    parser.add_argument("--database", choices=["postgresql", "sqlite"], default="postgresql")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place, chosen(asked.database, Path(place)) as url:
        folder = Path(place)
        board, cookies = run(fill(url, folder / "keys", asked.people, asked.cards))
        workers = 2 if asked.database == "postgresql" else 1
        with service(url, folder, workers) as port:
            address = f"http://127.0.0.1:{port}/retros/{board}"
            found = run(measure(address, cookies, asked.moves))
    print(json.dumps({"database": asked.database, "web processes": workers} | found, indent=2))


if __name__ == "__main__":
    main()
