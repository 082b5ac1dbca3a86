"""Putting cards together. The last move counts, and whoever is overtaken is told."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.errors import Conflict, Missing
from surveys.retrospectives import rules
from surveys.retrospectives.boards import MOVE, announce, board_to_change
from surveys.retrospectives.models import Card, CardGroup, Retrospective
from surveys.retrospectives.places import Change
from surveys.retrospectives.rules import TOPICS, Phase
from surveys.texts import one_line


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of a move.

    Attributes:
        revision: the board's with this move; the card keeps it until it is moved again.
        overtook: somebody else had moved the card since the mover last saw it. The newer move counts.
    """

    revision: int
    overtook: bool


async def move_card(
    session: AsyncSession,
    retrospective_id: UUID,
    *,
    person_id: UUID,
    card_id: UUID,
    onto: UUID | None,
    seen: int | None = None,
) -> Moved:
    """Put a card with another card or into a group, or let it stand alone again.

    Args:
        session: the edge's.
        retrospective_id: which board.
        person_id: who moves it; written down nowhere.
        card_id: which card.
        onto: a card, a group, or None.
        seen: the revision of the card on the mover's screen; None when it is not known.

    Raises:
        Missing: there is no such board for this person, or no such card.
        Conflict: cards are not grouped at the moment, what it was put onto is gone, or it is thanks.
    """
    board = await board_to_change(session, retrospective_id, person_id, Phase.GROUP)
    rows = await session.execute(
        select(Card.id, Card.part, Card.group_id, Card.revision).where(Card.retrospective_id == board.id)
    )
    cards = {row[0]: row for row in rows}
    topics = {one for one, row in cards.items() if row[1] in TOPICS}
    if card_id not in topics or (onto in cards and onto not in topics):
        raise Missing("Only cards of the three parts can be put together. Nothing was moved.")
    overtook = seen is not None and cards[card_id][3] > seen
    before = {one: cards[one][2] for one in topics}
    new = uuid4()
    arranged = rules.moved(before, card_id, onto, new)
    if arranged == before:
        return Moved(cards[card_id][3], overtook)
    revision = board.revision + 1
    change = Change(
        revision,
        cards=[
            (each, group, revision if each == card_id else cards[each][3])
            for each, group in arranged.items()
            if each == card_id or group != before[each]
        ],
        made=[(new, cards[onto or card_id][1], "")] if new in arranged.values() else [],
        gone=sorted({group for group in before.values() if group} - set(arranged.values())),
    )
    await _store(session, board, change)
    return Moved(revision, overtook)


async def _store(session: AsyncSession, board: Retrospective, change: Change) -> None:
    """Store what a move changed, and tell it to whoever watches."""
    session.add_all(
        CardGroup(id=group, retrospective_id=board.id, part=part, name=name, votes=None)
        for group, part, name in change.made
    )
    await announce(session, board, MOVE + change.as_text())
    await session.execute(
        update(Card), [{"id": card, "group_id": group, "revision": at} for card, group, at in change.cards]
    )
    if change.gone:
        await session.execute(delete(CardGroup).where(CardGroup.id.in_(change.gone)))


async def name_group(
    session: AsyncSession, retrospective_id: UUID, *, person_id: UUID, group_id: UUID, name: str
) -> None:
    """Give a group a name, or none; the last name counts.

    Raises:
        Missing: there is no such board for this person.
        Invalid: more than 60 characters.
        Conflict: the group is gone, or groups are not named at the moment.
    """
    board = await board_to_change(session, retrospective_id, person_id, Phase.GROUP)
    group = await session.get(CardGroup, group_id, populate_existing=True)
    if group is None or group.retrospective_id != board.id:
        raise Conflict("That group is not there any more. Look at the board again; nothing was changed.")
    name = " ".join(name.split())
    group.name = one_line(name, field="name", longest=rules.LONGEST_GROUP_NAME) if name else ""
    await announce(session, board)
