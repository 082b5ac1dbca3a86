"""Once a day, says of large open waves how many have answered: one rounded figure for HR, nothing else.

It is counted from the keys under which sheets lie, computed anew from the roster; no sheet is opened and
nothing is remembered about anybody. What the figure can give away is in docs/privacy.md.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from surveys.ballots.keys import KeyStore
from surveys.ballots.sealing import count_people, roster_to_open
from surveys.errors import KeyLost
from surveys.waves.actions import note_turnout
from surveys.waves.models import Wave
from surveys.waves.queries import waves_to_count
from surveys.waves.rules import TURNOUT_FROM, turnout_percent

PIECE = 2_000  # people whose keys are looked up at a time


async def count_turnout(
    sessions: async_sessionmaker[AsyncSession], keys: KeyStore, *, now: datetime
) -> int:
    """Store today's figure of every open pulse that asks at least fifty people; return how many."""
    async with sessions() as session:
        due = await waves_to_count(session, now=now)
    counted = 0
    for wave, day in due:
        percent = await _percent(sessions, keys, wave)
        if percent is None:
            continue
        async with sessions.begin() as session:
            await note_turnout(session, wave.id, day, percent)
        counted += 1
    return counted


async def _percent(sessions: async_sessionmaker[AsyncSession], keys: KeyStore, wave: Wave) -> int | None:
    async with sessions() as session:
        roster = await roster_to_open(session, wave.id)
    if len(roster) < TURNOUT_FROM:
        return None
    try:
        key = await keys.load(wave.id)
    except KeyLost:
        return None  # the close says so
    dimension, cast = str(wave.items[0]["dimension"]), 0
    for start in range(0, len(roster), PIECE):
        # Short transactions, so that nobody's sheet waits for the count.
        async with sessions() as session:
            cast += await count_people(session, key, dimension, roster[start : start + PIECE])
    return turnout_percent(cast, len(roster))
