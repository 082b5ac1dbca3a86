"""Which keys boards still have, and which have served. The keys themselves lie outside the database."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.retrospectives.models import Retrospective
from surveys.retrospectives.rules import Phase


async def spent_keys(session: AsyncSession) -> list[tuple[UUID, UUID | None, UUID | None]]:
    """Return boards with keys that have served: (board, its cards' key or None, its votes' key or None)."""
    written = (Phase.LOOK_BACK, Phase.WRITE)
    voted = (*written, Phase.GROUP, Phase.VOTE)
    rows = await session.execute(
        select(Retrospective.id, Retrospective.phase, Retrospective.card_key, Retrospective.vote_key).where(
            Retrospective.phase.not_in(written),
            Retrospective.card_key.is_not(None) | Retrospective.vote_key.is_not(None),
        )
    )
    spent = [(row[0], row[2], None if row[1] in voted else row[3]) for row in rows]
    return [one for one in spent if one[1] is not None or one[2] is not None]


async def keys_in_use(session: AsyncSession) -> set[UUID]:
    """Return the keys of boards that nobody has recorded as destroyed."""
    rows = await session.execute(select(Retrospective.card_key, Retrospective.vote_key))
    return {key for row in rows for key in row if key is not None}


async def forget_keys(session: AsyncSession, retrospective_id: UUID, gone: set[UUID]) -> None:
    """Record on a board that keys of it are destroyed."""
    board = await session.get_one(
        Retrospective, retrospective_id, populate_existing=True, with_for_update=True
    )
    board.card_key = None if board.card_key in gone else board.card_key
    board.vote_key = None if board.vote_key in gone else board.vote_key
    await session.flush()
