"""How often a message was put off goes over into its column and back."""

import asyncio

from alembic import command
from sqlalchemy import select, text, update

from migrations import revisions
from surveys.database import build_engine, build_sessions
from surveys.deliveries.actions import schedule
from surveys.deliveries.models import ChannelName, Delivery, Kind
from surveys.deliveries.rules import Planned
from tests.cast import make_cast
from tests.conftest import NOON

COUNTS = {"none": 0, "once": 1, "twice": 2}


async def test_what_was_put_off_before_the_column_is_counted_in_it(own_database_url: str) -> None:
    config, engine = revisions.configuration(own_database_url), build_engine(own_database_url)
    sessions = build_sessions(engine)
    async with sessions.begin() as session:
        person = (await make_cast(session)).alice
        for key, times in COUNTS.items():
            await schedule(
                session,
                Planned(
                    key=key,
                    kind=Kind.SIGN_IN,
                    person_id=person.id,
                    organisation_id=person.organisation_id,
                    channel=ChannelName.MAIL,
                    due_at=NOON,
                ),
            )
            await session.execute(update(Delivery).where(Delivery.key == key).values(times_put_off=times))

    await asyncio.to_thread(command.downgrade, config, "0023")
    async with engine.connect() as connection:
        found = await connection.execute(text("SELECT key, error FROM delivery"))
        marks = dict(found.all())
    assert marks == {"none": None, "once": "put_off", "twice": "put_off_again"}

    await asyncio.to_thread(revisions.upgrade, own_database_url)
    async with sessions() as session:
        found = (await session.execute(select(Delivery.key, Delivery.times_put_off, Delivery.error))).all()
    assert {key: times for key, times, _ in found} == COUNTS
    assert {error for _, _, error in found} == {None}
    await engine.dispose()
