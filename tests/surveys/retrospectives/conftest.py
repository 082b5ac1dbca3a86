"""A team with a board, and a key store for it."""

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.keystores import DirectoryKeyStore
from surveys.people.models import Person, Team
from surveys.retrospectives.actions import move_on, start_retrospective
from surveys.retrospectives.models import Retrospective
from surveys.retrospectives.rules import Names, Pace, Phase, Plan
from tests.cast import Cast, make_cast
from tests.conftest import NOON

Advance = Callable[[Retrospective, Phase], Awaitable[None]]
Start = Callable[..., Awaitable[Retrospective]]


@pytest.fixture
async def cast(session: AsyncSession) -> Cast:
    return await make_cast(session)


@pytest.fixture
def start(session: AsyncSession, keys: DirectoryKeyStore, cast: Cast) -> Start:
    """Starts a board for a team, led through by whom one says."""

    async def make(
        team: Team | None = None,
        by: Person | None = None,
        names: Names = Names.ANONYMOUS,
        pace: Pace = Pace.LIVE,
    ) -> Retrospective:
        return await start_retrospective(
            session,
            keys,
            team_id=(team or cast.payments).id,
            started_by=(by or cast.alice).id,
            plan=Plan("Release 4", names=names, pace=pace),
            now=NOON,
        )

    return make


@pytest.fixture
def advance(session: AsyncSession, keys: DirectoryKeyStore) -> Advance:
    """Lets whoever leads through a board go on until it is at a step."""

    async def go(board: Retrospective, phase: Phase) -> None:
        while board.phase is not phase:
            await move_on(
                session, keys, board.id, leaving=board.phase, person_id=board.facilitator_id, now=NOON
            )

    return go
