"""Writing cards where nobody else reads them yet, and revealing them all at once.

A card before the reveal is one sealed row and nothing else: writing one changes no other row, wakes
nobody's screen, and is found again only with the pen it was written with.
"""

import random
from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.errors import Conflict, Missing
from surveys.retrospectives import rules
from surveys.retrospectives.boards import board_to_write_on, secret_of
from surveys.retrospectives.keys import RetroKeys
from surveys.retrospectives.models import Card, Retrospective, SealedCard
from surveys.retrospectives.rules import COLUMNS, Column, Names, Phase
from surveys.retrospectives.sealing import CardSeal, Written
from surveys.retrospectives.templates import parts_of, require_part

PIECE = 500  # rows a statement


async def add_card(
    session: AsyncSession,
    keys: RetroKeys,
    retrospective_id: UUID,
    *,
    person_id: UUID,
    pen: bytes,
    column: Column,
    text: str,
) -> int:
    """Seal a new card; return its number among the cards of this pen in this column.

    The same words sent again by the same pen (a double press, a retry) are the same card.

    Args:
        session: the edge's.
        keys: the key store.
        retrospective_id: which board.
        person_id: who writes; only used to see that they take part, and as the author where the team
            wanted names.
        pen: what this browser or form holds.
        column: which part it belongs to.
        text: 1 to 400 characters.

    Raises:
        Missing: there is no such board for this person.
        Invalid: no text, or too much.
        Conflict: nobody writes at the moment, or this pen or this board is full.
        Gone: it is closed, or its key is lost.
    """
    text = rules.card_text(text)
    board = await board_to_write_on(session, retrospective_id, person_id, Phase.WRITE)
    seal = await _seal(keys, board)
    require_part(board.template, column)
    card = Written(column, text, person_id if board.names is Names.SHOWN else None)
    await _require_room(session, board.id)
    while True:
        mine = await _of_pen(session, seal, pen, [column])
        for (_, number), known in mine.items():
            if known.text == text:
                return number
        free = next((n for n in range(rules.CARDS_A_PEN) if (column, n) not in mine), None)
        if free is None:
            raise Conflict("That is as many cards as one person can write in one part. Join some of them.")
        if await _insert(session, seal, seal.row_key(pen, column, free), card):
            return free


async def change_card(
    session: AsyncSession,
    keys: RetroKeys,
    retrospective_id: UUID,
    *,
    person_id: UUID,
    pen: bytes,
    column: Column,
    number: int,
    text: str,
) -> None:
    """Replace the words of a card of one's own; with no words it is taken back.

    Raises:
        Missing: there is no such board for this person, or no such card of this pen.
        Invalid: too much text.
        Conflict: the cards are revealed.
        Gone: the board is closed, or its key is lost.
    """
    board = await board_to_write_on(session, retrospective_id, person_id, Phase.WRITE)
    seal = await _seal(keys, board)
    row_key = seal.row_key(pen, column, number if 0 <= number < rules.CARDS_A_PEN else 0)
    row = await session.get(SealedCard, (board.id, row_key), populate_existing=True)
    if row is None:
        raise Missing("This card is not there any more.")
    if not text.strip():
        await session.delete(row)
    else:
        author = person_id if board.names is Names.SHOWN else None
        row.payload = seal.seal(row_key, Written(column, rules.card_text(text), author))
    await session.flush()


async def own_cards(
    session: AsyncSession, keys: RetroKeys, board: Retrospective, pen: bytes
) -> dict[tuple[Column, int], str]:
    """Return what was written with a pen: (column, number) → text, while writing lasts.

    Raises:
        Gone: the key of the board is lost.
    """
    if board.phase is not Phase.WRITE:
        return {}
    found = await _of_pen(session, await _seal(keys, board), pen, parts_of(board.template))
    return {place: card.text for place, card in found.items()}


async def reveal_cards(session: AsyncSession, keys: RetroKeys, board: Retrospective) -> int:
    """Open every card in memory, mix them, write them as plain rows and delete the sealed ones.

    Returns how many there are. The plain rows are written in an order drawn here, under ids drawn here;
    nothing connects one with the row it was.

    Raises:
        Gone: the key is lost.
    """
    seal = await _seal(keys, board)
    rows = (
        await session.execute(
            select(SealedCard.row_key, SealedCard.payload).where(SealedCard.retrospective_id == board.id)
        )
    ).all()
    cards = [card for row_key, payload in rows if (card := seal.open(row_key, payload)) is not None]
    random.SystemRandom().shuffle(cards)
    session.add_all(
        Card(
            id=uuid4(),
            retrospective_id=board.id,
            part=card.column,
            text=card.text,
            author_id=card.author,
            group_id=None,
            revision=board.revision,
            votes=None,
        )
        for card in cards
    )
    await session.execute(delete(SealedCard).where(SealedCard.retrospective_id == board.id))
    await session.flush()
    return len(cards)


async def _seal(keys: RetroKeys, board: Retrospective) -> CardSeal:
    return CardSeal.of(board.id, (await secret_of(keys, board.card_key)).secret)


async def _of_pen(
    session: AsyncSession, seal: CardSeal, pen: bytes, columns: Sequence[Column]
) -> dict[tuple[Column, int], Written]:
    places = {
        seal.row_key(pen, column, number): (column, number)
        for column in columns
        for number in range(rules.CARDS_A_PEN)
    }
    rows = await session.execute(
        select(SealedCard.row_key, SealedCard.payload).where(
            SealedCard.retrospective_id == seal.board, SealedCard.row_key.in_(places)
        )
    )
    opened = {places[row_key]: seal.open(row_key, payload) for row_key, payload in rows}
    found = {place: card for place, card in opened.items() if card is not None}
    return dict(sorted(found.items(), key=lambda one: (COLUMNS.index(one[0][0]), one[0][1])))


async def _insert(session: AsyncSession, seal: CardSeal, row_key: bytes, card: Written) -> bool:
    """Insert a row; return False when a second window of the same pen was faster."""
    row = {"retrospective_id": seal.board, "row_key": row_key, "payload": seal.seal(row_key, card)}
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    statement = insert(SealedCard).values(row).on_conflict_do_nothing().returning(SealedCard.row_key)
    return (await session.execute(statement)).first() is not None


async def _require_room(session: AsyncSession, board_id: UUID) -> None:
    count = await session.scalar(
        select(func.count()).select_from(SealedCard).where(SealedCard.retrospective_id == board_id)
    )
    if (count or 0) >= rules.CARDS_A_BOARD:
        raise Conflict("This board is full.")
