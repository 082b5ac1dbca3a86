"""The mailbox of the example: somebody wrote to whoever leads a team, had an answer, and wrote again.

It is made and answered by the actions of the pages. Who wrote is nobody, here as everywhere: there is a
link, and behind it no person.
"""

from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service.demo import organisation as invented
from surveys.comments.actions import open_mailbox, reply, write_on
from surveys.comments.rules import Addressee
from surveys.people.models import Person, Team
from surveys.people.queries import viewer_of

TEAM = "Workshop"
# A real secret is drawn by lot in the writer's browser; this one is written on the street of doors.
SECRET = urlsafe_b64encode(sha256(b"the mailbox of the example").digest()).decode().rstrip("=")
WROTE, REPLIED, WROTE_AGAIN = timedelta(days=9), timedelta(days=7), timedelta(days=2)
FIRST = (
    "When a machine is down we are asked in front of everybody who used it last. After that nobody reports "
    "the next fault early. Could the question be what was seen, instead of who it was?"
)
ANSWER = (
    "Thank you for writing this. You are right, and I had not seen what the question does. From next week "
    "on the sheet beside each machine asks what was seen and when, without a name. What else would help?"
)
SECOND = (
    "The sheet helps, two faults were written down since. It would help as well if whoever reports one did "
    "not have to stay late to repair it."
)


async def write_letters(sessions: async_sessionmaker[AsyncSession], *, now: datetime) -> None:
    """Write the conversation, so that its newest message was handed over before `now`."""
    leader = next(worker for worker in invented.workers() if worker.leads == TEAM)
    async with sessions.begin() as session:
        team_id = (await session.scalars(select(Team.id).where(Team.name == TEAM))).one()
        person = (await session.scalars(select(Person.id).where(Person.name == leader.name))).one()
        mailbox = await open_mailbox(session, SECRET, team_id, Addressee.LEADER, FIRST, now=now - WROTE)
        viewer = await viewer_of(session, person)
        await reply(session, viewer, mailbox.id, ANSWER, now=now - REPLIED)
        await write_on(session, SECRET, SECOND, now=now - WROTE_AGAIN)
