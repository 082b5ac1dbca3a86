"""What the clock does for retrospectives: start those of a rhythm, move on past deadlines, tell people."""

import logging
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from surveys.ballots.keys import KeyStore
from surveys.commitments.clocks import speaking_time, speaking_time_before
from surveys.commitments.looks import promises_to_say_aloud
from surveys.commitments.steps import steps_to_look_at
from surveys.errors import SurveyError
from surveys.milestones.actions import keep_rhythm
from surveys.milestones.queries import due_rhythms
from surveys.retrospectives.actions import boards_past_deadline, move_on
from surveys.retrospectives.listing import boards_looking_back
from surveys.retrospectives.notices import announce_board, boards_to_announce
from surveys.retrospectives.rules import Phase

Sessions = async_sessionmaker[AsyncSession]
log = logging.getLogger("kept.boards")


async def run_boards(sessions: Sessions, keys: KeyStore, *, now: datetime) -> int:
    """Do what is due for boards at `now`; return how many rows were moved or messages planned.

    Each board has a transaction of its own, so one that cannot move holds up no other. Moving comes
    before telling, so nobody is told of a step that is over.

    Args:
        sessions: each step of each board is one transaction.
        keys: the key store.
        now: decides what is due, aware UTC.
    """
    async with sessions() as session:
        teams = await due_rhythms(session, now=now)
    moved = 0
    for team_id in teams:
        async with sessions.begin() as session:
            moved += await keep_rhythm(session, keys, team_id, now=now)
    moved += await _skip_empty_looks(sessions, keys, now)
    async with sessions() as session:
        late = await boards_past_deadline(session, now=now)
    for board_id, phase in late:
        moved += await _move(sessions, keys, board_id, phase, now)
    async with sessions() as session:
        untold = await boards_to_announce(session)
    for board_id in untold:
        async with sessions.begin() as session:
            moved += await announce_board(
                session,
                board_id,
                now=now,
                decent=speaking_time,
                decent_before=speaking_time_before,
            )
    return moved


async def _skip_empty_looks(sessions: Sessions, keys: KeyStore, now: datetime) -> int:
    """Go on to writing where a board over days has nothing to look back on: nobody waits for nothing."""
    async with sessions() as session:
        empty = [
            board.id
            for board in await boards_looking_back(session)
            if not await steps_to_look_at(session, board, now=now)
            and not await promises_to_say_aloud(session, board, now=now)
        ]
    return sum([await _move(sessions, keys, board_id, Phase.LOOK_BACK, now) for board_id in empty])


async def _move(sessions: Sessions, keys: KeyStore, board_id: UUID, phase: Phase, now: datetime) -> int:
    try:
        async with sessions.begin() as session:
            await move_on(session, keys, board_id, leaving=phase, person_id=None, now=now)
    except SurveyError as refusal:  # closed meanwhile, or its key is lost: people read why on the board
        log.warning("a board could not go on from %s: %s", phase, refusal.code)
        return 0
    return 1
