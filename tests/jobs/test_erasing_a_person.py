from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from surveys.ballots.actions import withdraw_person
from surveys.ballots.models import OpenBallot
from surveys.deliveries.actions import forget_person
from surveys.deliveries.models import Delivery
from surveys.people.actions import erase_person
from surveys.people.models import Membership, Person
from surveys.results.models import Pool
from surveys.waves.models import Place, WaveUnit
from surveys.waves.rules import LoopQuestion
from tests.waves import OPENING, Story, make_keys

PAYMENTS = ("Alice", "Bob", "Chen", "Dana", "Emil", "Fay", "Gus")


@pytest.fixture
async def story(own_sessions: async_sessionmaker[AsyncSession], tmp_path: Path) -> Story:
    return await Story(own_sessions, make_keys(tmp_path)).begin()


async def asked_of_units(session: AsyncSession) -> dict[UUID, int]:
    return {unit.team_id: unit.asked for unit in await session.scalars(select(WaveUnit))}


async def test_somebody_erased_in_an_open_wave_leaves_no_ballot_no_place_and_no_name(story: Story) -> None:
    await story.open()
    question = LoopQuestion("LOOP-02", "LOOP-02", "Did your leader say what will be done?")
    async with story.sessions.begin() as session:
        await session.execute(update(WaveUnit).values(loop=[question.as_json()]))
    for name in PAYMENTS:
        await story.answer(name, 1 if name == "Alice" else 4)
    alice = story.cast.by_name["Alice"].id

    async with story.sessions.begin() as session:
        before = await asked_of_units(session)
        await withdraw_person(session, story.keys, alice)
        await forget_person(session, alice)
        await erase_person(session, alice, now=OPENING + timedelta(hours=1))
    async with story.sessions() as session:
        ballots = await session.scalar(select(func.count()).select_from(OpenBallot))
        person = await session.get_one(Person, alice)
        asked = await asked_of_units(session)
        for model in (Place, Membership, Delivery):
            assert (await session.scalars(select(model).where(model.person_id == alice))).all() == []
    await story.close()

    assert ballots == 4 * (len(PAYMENTS) - 1)
    assert len(asked) > 1
    assert asked == {**before, story.cast.payments.id: len(PAYMENTS) - 1}
    assert (person.name, person.slack_id, person.active) == ("Somebody who left", None, False)
    assert "alice" not in person.email
    async with story.sessions() as session:
        pools = (await session.scalars(select(Pool))).all()
    assert {(pool.n, pool.dimension) for pool in pools} == {(6, "PSY"), (6, "CNF"), (6, "FLW")}


async def test_somebody_is_erased_though_the_key_of_an_open_wave_is_lost(story: Story) -> None:
    wave = await story.open()
    await story.keys.destroy(wave.id)
    alice = story.cast.by_name["Alice"].id

    async with story.sessions.begin() as session:
        await withdraw_person(session, story.keys, alice)
        await erase_person(session, alice, now=OPENING + timedelta(hours=1))

    async with story.sessions() as session:
        assert (await session.scalars(select(Place).where(Place.person_id == alice))).all() == []
