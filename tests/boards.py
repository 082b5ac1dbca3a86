"""Cards of a board as somebody writes them, each in a browser of its own."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from integrations.keystores import DirectoryKeyStore
from surveys.retrospectives.cards import add_card
from surveys.retrospectives.rules import Column
from surveys.retrospectives.sealing import new_pen


async def write_card(
    session: AsyncSession,
    keys: DirectoryKeyStore,
    board_id: UUID,
    person_id: UUID,
    text: str,
    column: Column = Column.TO_IMPROVE,
) -> None:
    """Seal one card with a pen that nobody keeps."""
    await add_card(session, keys, board_id, person_id=person_id, pen=new_pen(), column=column, text=text)
