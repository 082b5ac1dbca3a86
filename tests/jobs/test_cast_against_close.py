"""Thirty-two people hand in again and again while the wave closes: what was acknowledged counts once."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from jobs.close_waves import close_waves
from jobs.open_waves import open_waves
from service.ballot_box import BallotBox
from surveys.ballots.rules import HandedIn
from surveys.database import build_engine, build_sessions
from surveys.errors import WaveClosed
from surveys.results.models import Pool
from surveys.waves.models import Place, Wave
from tests.cast import make_organisation, make_person, make_team
from tests.waves import OPENING, make_keys, make_programme

CLIENTS = 32


async def test_every_acknowledged_sheet_is_counted_once_and_no_other(
    own_sessions: async_sessionmaker[AsyncSession], own_database_url: str, tmp_path: Path
) -> None:
    keys = make_keys(tmp_path)
    async with own_sessions.begin() as session:
        organisation = await make_organisation(session)
        team = await make_team(session, organisation, "Everyone")
        for number in range(CLIENTS):
            await make_person(session, organisation, f"Person{number}", team=team)
        await make_programme(session, organisation)
    await open_waves(own_sessions, keys, now=OPENING)
    async with own_sessions.begin() as session:
        wave = (await session.scalars(select(Wave))).one()
        places = (await session.scalars(select(Place.id))).all()
        closes_at = datetime.now(UTC) + timedelta(seconds=1.5)
        await session.execute(update(Wave).values(closes_at=closes_at))
    codes = [item["code"] for item in wave.items]

    box = BallotBox(own_sessions, keys, lambda: datetime.now(UTC))
    acknowledged: dict[UUID, int] = {}
    refused = 0

    async def client(place: UUID, chance: random.Random) -> None:
        nonlocal refused
        while True:
            choice = chance.randint(1, 5)
            try:
                await box.put(HandedIn(place, None, dict.fromkeys(codes, choice)))
            except WaveClosed:
                refused += 1
                return
            acknowledged[place] = choice

    async def closer() -> None:
        engine = build_engine(own_database_url)  # another process has connections of its own
        while not await close_waves(build_sessions(engine), keys, now=datetime.now(UTC)):  # noqa: ASYNC110 -- asks the database, as the clock does
            await asyncio.sleep(0.02)
        await engine.dispose()

    clients = [client(place, random.Random(number)) for number, place in enumerate(places)]  # noqa: S311 -- choices of a test
    await asyncio.gather(closer(), *clients)
    await box.stop()

    backwards = {item["code"]: item["reversed"] for item in wave.items}
    parts: dict[str, list[str]] = {}
    for item in wave.items:
        parts.setdefault(item["dimension"], []).append(item["code"])
    assert refused == CLIENTS
    async with own_sessions() as session:
        pools = {pool.dimension: pool for pool in await session.scalars(select(Pool))}
    for dimension, of_dimension in parts.items():
        expected = sum(
            sum(25 * ((6 - choice if backwards[code] else choice) - 1) for code in of_dimension)
            / len(of_dimension)
            for choice in acknowledged.values()
        )
        assert pools[dimension].n == len(acknowledged) == CLIENTS
        assert pools[dimension].total == expected
