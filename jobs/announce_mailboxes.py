"""Tells recipients that mailboxes have news, and whole teams that a mailbox has a reply: once a day."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from surveys.comments.notices import tell_recipients, tell_teams_of_replies
from surveys.commitments.clocks import speaking_time


async def announce_mailboxes(sessions: async_sessionmaker[AsyncSession], *, now: datetime) -> int:
    """Plan what the newest batch of every organisation brings; return how many messages that were.

    Each is sent at a decent hour where its reader is, like the other news of the loop.
    """
    planned = 0
    for step in (tell_recipients, tell_teams_of_replies):
        async with sessions.begin() as session:
            planned += await step(session, now=now, decent=speaking_time)
    return planned
