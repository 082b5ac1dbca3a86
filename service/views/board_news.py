"""What is pushed to every screen of a board: where it stands, never what anybody is doing."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from surveys.retrospectives.queries import Board
from surveys.retrospectives.rules import Phase


class CardNews(Struct, array_like=True):
    """Where a card lies: itself, its group or None, and the revision of its last move."""

    card: UUID
    group: UUID | None
    revision: int


class GroupNews(Struct, array_like=True):
    """A group: itself, the part it stands in, its name."""

    group: UUID
    part: str
    name: str


class BoardNews(Struct):
    """The state of a board as pushed. Texts are not in it: a page has them since the reveal."""

    revision: int
    phase: str
    names: str
    ends: datetime | None
    facilitator: str | None
    facilitator_id: UUID | None
    can_take_over: bool
    here: Sequence[str]
    discussing: UUID | None
    cards: Sequence[CardNews]
    groups: Sequence[GroupNews]


def news_of(board: Board) -> BoardNews:
    """Return what is pushed. Only while cards are grouped is there one in it."""
    topics = board.topics if board.phase is Phase.GROUP else ()
    return BoardNews(
        revision=board.revision,
        phase=board.phase,
        names=board.names,
        ends=board.phase_ends_at,
        facilitator=board.facilitator,
        facilitator_id=board.facilitator_id,
        can_take_over=board.can_take_over,
        here=board.here,
        discussing=board.discussing,
        cards=[CardNews(card.id, card.group_id, card.revision) for topic in topics for card in topic.cards],
        groups=[GroupNews(topic.id, topic.part, topic.name) for topic in topics if topic.is_group],
    )
