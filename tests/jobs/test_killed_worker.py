"""A worker is killed in the middle of sending five hundred messages; another takes over."""

import asyncio
import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from integrations.keystores import DirectoryKeyStore
from surveys.database import build_engine, build_sessions
from surveys.deliveries.models import ChannelName, Delivery, DeliveryState, Kind
from surveys.people.models import Person
from surveys.people.queries import installation_of
from tests.cast import make_organisation, make_team
from tests.doubles.fault_proxy import FaultProxy
from tests.forked import start_kept
from tests.waves import OPENING, make_programme

PEOPLE = {"postgresql": 500, "sqlite": 150}
FEWER = 60
KILL_AFTER = 60  # messages
POST = "chat.postMessage"


async def _invited(sessions: async_sessionmaker[AsyncSession], people_count: int, folder: Path) -> None:
    """People with a message each that needs no wave, and a key store of this database."""
    async with sessions.begin() as session:
        DirectoryKeyStore.set_up(folder / "keys", await installation_of(session))
        organisation = await make_organisation(session)
        team = await make_team(session, organisation, "Company")
        await make_programme(session, organisation, paused_at=OPENING)
        people = [
            Person(
                organisation_id=organisation.id,
                email=f"p{number}@example.com",
                name=f"P {number}",
                zone="Europe/Berlin",
                locale="en",
                slack_id=f"U{number}",
            )
            for number in range(people_count)
        ]
        session.add_all(people)
        await session.flush()
        await session.execute(
            insert(Delivery),
            [
                {
                    "key": f"results:{person.id}",
                    "kind": Kind.RESULTS_FOR_TEAM,
                    "person_id": person.id,
                    "team_id": team.id,
                    "organisation_id": organisation.id,
                    "channel": ChannelName.SLACK,
                    "due_at": OPENING,
                }
                for person in people
            ],
        )


def _worker(url: str, folder: Path, api: str) -> BaseProcess:
    return start_kept(
        ["work", "--once", "--now", OPENING.isoformat()],
        {
            **os.environ,
            "KEPT_DATABASE_URL": url,
            "KEPT_KEYS_DIR": str(folder / "keys"),
            "KEPT_BASE_URL": "http://kept.test",
            "KEPT_SLACK_API_URL": api,
            "KEPT_SLACK_BOT_TOKEN": "xoxb-t",
            "KEPT_SLACK_SIGNING_SECRET": "s",
            "KEPT_SLACK_MESSAGES_PER_MINUTE": "1200",
            "KEPT_SLACK_UNKNOWN_RETRY_SECONDS": "1",
            "KEPT_TIME_TRAVEL": "1",
        },
        output=Path(os.devnull),
        errors=folder / "errors",
    )


async def _in_flight(sessions: async_sessionmaker[AsyncSession]) -> int:
    async with sessions() as session:
        sending = select(func.count()).select_from(Delivery).where(Delivery.state == DeliveryState.SENDING)
        return await session.scalar(sending) or 0


async def test_nobody_is_left_out_and_at_most_the_message_in_flight_comes_twice(
    own_database_url: str, backend: str, tmp_path: Path
):
    people = PEOPLE[backend]
    engine: AsyncEngine = build_engine(own_database_url)
    sessions = build_sessions(engine)
    await _invited(sessions, people, tmp_path)
    async with FaultProxy().running() as slack:
        first = _worker(own_database_url, tmp_path, slack.base_url)
        async with asyncio.timeout(120):
            await slack.called(KILL_AFTER)
        first.kill()
        await asyncio.to_thread(first.join)
        posted = len(slack.of(POST))
        assert KILL_AFTER <= posted < people
        assert await _in_flight(sessions) <= 1

        async with sessions.begin() as session:  # the lease of the killed worker runs out
            past = datetime.now(UTC) - timedelta(seconds=1)
            await session.execute(
                update(Delivery).where(Delivery.state == DeliveryState.SENDING).values(lease_until=past)
            )
        for _ in range(2):  # the second run finds the message in doubt after its second of waiting
            await asyncio.sleep(1.1)
            next_one = _worker(own_database_url, tmp_path, slack.base_url)
            await asyncio.to_thread(next_one.join)
            assert next_one.exitcode == 0, (tmp_path / "errors").read_text()[-500:]
    await engine.dispose()

    times = Counter(message["channel"] for message in slack.of(POST))
    assert len(times) == people
    assert sum(times.values()) - people <= 1
    same = Counter(message["client_msg_id"] for message in slack.of(POST))
    assert len(same) == people


async def test_several_workers_beside_each_other_send_each_message_once(
    own_database_url: str, tmp_path: Path
):
    engine = build_engine(own_database_url)
    await _invited(build_sessions(engine), FEWER, tmp_path)
    await engine.dispose()
    async with FaultProxy().running() as slack:
        running = [_worker(own_database_url, tmp_path, slack.base_url) for _ in range(3)]
        for worker in running:
            await asyncio.to_thread(worker.join)
            assert worker.exitcode == 0, (tmp_path / "errors").read_text()[-500:]

    times = Counter(message["channel"] for message in slack.of(POST))
    assert len(times) == FEWER
    assert set(times.values()) == {1}
