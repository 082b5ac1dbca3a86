"""Destroys the keys of boards that have served: of cards after the reveal, of votes after the count."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from surveys.ballots.keys import KeyStore
from surveys.retrospectives.key_records import forget_keys, spent_keys


async def forget_boards(
    sessions: async_sessionmaker[AsyncSession],
    keys: KeyStore,
    *,
    now: datetime,  # noqa: ARG001 -- every job is woken with the time; a spent key waits for none
) -> int:
    """Destroy spent keys and record on the board that they are gone; return how many boards changed.

    A board is recorded only once its keys are verified to be gone. Until then every tick tries again.
    """
    async with sessions() as session:
        spent = await spent_keys(session)
    for board_id, *key_ids in spent:
        gone = {key_id for key_id in key_ids if key_id is not None}
        for key_id in gone:
            await keys.destroy(key_id)
        gone = {key_id for key_id in gone if not await keys.exists(key_id)}
        async with sessions.begin() as session:
            await forget_keys(session, board_id, gone)
    return len(spent)
