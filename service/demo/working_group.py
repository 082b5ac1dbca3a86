"""The working group of the example: people of four units and the bags that customers send back."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service.demo import organisation as invented
from surveys.commitments.actions import check_in, commit, mark_done
from surveys.people.groups import make_group
from surveys.people.models import Person
from surveys.people.queries import viewer_of

NAME = "Bags that come back"
LEADS, OTHERS = "Katrin Vogel", ("Ulla Hartmann", "Mina Okafor", "Peter Engel", "Priya Nair")
DONE = "Support sends a photograph of each returned bag to the Workshop."
OPEN = "A strap that fails twice in a month is looked at together, not one by one."
SO_FAR = "Two straps were looked at so far; both had the same rivet."
BEGAN, FINISHED, SAID = timedelta(days=40), timedelta(days=12), timedelta(days=3)
AHEAD = timedelta(days=20)


async def gather_group(sessions: async_sessionmaker[AsyncSession], *, now: datetime) -> None:
    """Make the group with one promise that is done and one that is on its way."""
    async with sessions.begin() as session:
        email = invented.worker_called(LEADS).email
        leader = (await session.scalars(select(Person.id).where(Person.email == email))).one()
        group = await make_group(
            session,
            by=await viewer_of(session, leader),
            name=NAME,
            leaders=email,
            others=" ".join(invented.worker_called(name).email for name in OTHERS),
            now=now - BEGAN,
        )
        due = (now + AHEAD).date()
        for text in (DONE, OPEN):
            promise = await commit(
                session,
                team_id=group.id,
                wave_id=None,
                owner_id=leader,
                text=text,
                due=due,
                now=now - BEGAN,
            )
            if text == DONE:
                await mark_done(session, promise.id, person_id=leader, now=now - FINISHED)
        await check_in(session, promise.id, words=SO_FAR, person_id=leader, now=now - SAID)
