"""How long what was written on a board is kept: a year after it was closed. What was agreed stays."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.retrospectives.models import Card, CardGroup, Retrospective
from surveys.retrospectives.rules import CARDS_KEPT_FOR


async def prune_cards(session: AsyncSession, *, now: datetime) -> int:
    """Delete cards, and names given to several of them, of boards that were closed a year ago.

    The board stays with its title, its day, who took part and its steps. Returns how many rows went.
    """
    old = select(Retrospective.id).where(Retrospective.closed_at <= now - CARDS_KEPT_FOR)
    gone = 0
    for model in (Card, CardGroup):  # a card names its group
        done = await session.execute(delete(model).where(model.retrospective_id.in_(old)))
        gone += cast("CursorResult[Any]", done).rowcount
    return gone
