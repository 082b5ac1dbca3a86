"""What is pushed to every screen of a board: where it stands, never what anybody is doing."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from surveys.retrospectives.places import Places


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


def news_of(places: Places) -> BoardNews:
    """Return what is pushed. Only while cards are grouped is there one in it."""
    facilitator = next((one.name for one in places.people if one.id == places.facilitator_id), None)
    return BoardNews(
        revision=places.revision,
        phase=places.phase,
        names=places.names,
        ends=places.phase_ends_at,
        facilitator=facilitator,
        facilitator_id=places.facilitator_id,
        can_take_over=places.can_take_over,
        here=[one.name for one in places.people if one.here],
        discussing=places.discussing,
        cards=[CardNews(*card) for card in places.cards],
        groups=[GroupNews(*group) for group in places.groups],
    )
