"""Plans the messages of the loop: results out, shared words, promises due, and one nudge to share."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from surveys.commitments.notices import (
    nudge_to_share,
    pass_on_shares,
    tell_leaders,
    tell_teams,
)
from surveys.commitments.reminders import remind_of_promises

STEPS = (tell_leaders, tell_teams, pass_on_shares, remind_of_promises, nudge_to_share)


async def nudge_leaders(sessions: async_sessionmaker[AsyncSession], *, now: datetime) -> int:
    """Plan what the loop owes to anybody as of `now`; return how many messages that were.

    Args:
        sessions: each step has a transaction of its own, so that one failure does not undo the rest.
        now: decides what is due, aware UTC.
    """
    planned = 0
    for step in STEPS:
        async with sessions.begin() as session:
            planned += await step(session, now=now)
    return planned
