"""Where the cards of a board lie at this moment: what changes while people look on, without any text."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.people.models import Person
from surveys.retrospectives import rules
from surveys.retrospectives.models import Card, CardGroup, Participant, Retrospective
from surveys.retrospectives.queries import Attendee, attendee
from surveys.retrospectives.rules import TOPICS, Names, Phase

CardPlace = tuple[UUID, UUID | None, int]  # a card, its group or None, the revision of its last move
GroupPlace = tuple[UUID, str, str]  # a group, the part it stands in, its name
Sitting = tuple[UUID, str, bool, datetime | None]  # see `people_on`
BOARD = select(
    Retrospective.revision,
    Retrospective.phase,
    Retrospective.names,
    Retrospective.phase_ends_at,
    Retrospective.facilitator_id,
    Retrospective.discussing,
    Retrospective.pace,
)


@dataclass(frozen=True, slots=True)
class Places:
    """Where a board stands and its cards lie, without their texts: what changes while people look on.

    Attributes:
        cards: in the mixed order; empty unless cards are grouped at the moment.
        groups: in an order that says nothing.
    """

    revision: int
    phase: Phase
    names: Names
    phase_ends_at: datetime | None
    facilitator_id: UUID | None
    discussing: UUID | None
    can_take_over: bool
    people: Sequence[Attendee]
    cards: Sequence[CardPlace]
    groups: Sequence[GroupPlace]

    def after(self, change: "Change") -> "Places | None":
        """Return the state with one move more; None where something came between that is not known here.

        A move that is in it already changes nothing.
        """
        if change.revision <= self.revision:
            return self
        if change.revision != self.revision + 1:
            return None
        cards = {card[0]: card for card in self.cards}
        if not cards.keys() >= {card[0] for card in change.cards}:
            return None
        groups = {group[0]: group for group in (*change.made, *self.groups)}  # what was named since stays
        return replace(
            self,
            revision=change.revision,
            cards=[*(cards | {card[0]: card for card in change.cards}).values()],
            groups=sorted(group for group in groups.values() if group[0] not in change.gone),
        )


@dataclass(frozen=True, slots=True)
class Change:
    """What one move changed, three cards at most: told with the news of it, so that nobody has to look.

    Attributes:
        revision: the board's with this move.
        cards: where those lie now that it moved.
        made: groups that were not there before.
        gone: groups that are not there any more.
    """

    revision: int
    cards: Sequence[CardPlace]
    made: Sequence[GroupPlace]
    gone: Sequence[UUID]

    def as_text(self) -> str:
        """Return it as JSON, a few hundred characters."""
        return json.dumps(asdict(self), default=str)


async def people_on(session: AsyncSession, retrospective_id: UUID) -> Sequence[Sitting]:
    """Return who takes part, by name: id, name, whether they lead the team, until when they are here."""
    rows = await session.execute(
        select(Person.id, Person.name, Participant.leads, Participant.here_until)
        .join(Participant, Participant.person_id == Person.id)
        .where(Participant.retrospective_id == retrospective_id)
        .order_by(Person.name, Person.id)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


async def places_on(
    session: AsyncSession, retrospective_id: UUID, people: Sequence[Sitting], *, now: datetime
) -> Places | None:
    """Return where a board stands, in few and small queries, or None where there is none.

    `people` are those that `people_on` returned, now or a moment ago: they change seldom, cards often.
    """
    found = await session.execute(BOARD.where(Retrospective.id == retrospective_id))
    board = found.one_or_none()
    if board is None:
        return None
    until = {row[0]: row[3] for row in people}
    cards, groups = await _lying(session, retrospective_id) if board.phase is Phase.GROUP else ((), ())
    facilitator_id = board.facilitator_id if board.facilitator_id in until else None
    return Places(
        revision=board.revision,
        phase=board.phase,
        names=board.names,
        phase_ends_at=board.phase_ends_at,
        facilitator_id=facilitator_id,
        discussing=board.discussing,
        can_take_over=rules.may_take_over(
            until.get(facilitator_id) if facilitator_id else None,
            has_facilitator=facilitator_id is not None,
            leads=False,
            pace=board.pace,
            now=now,
        ),
        people=[attendee(row[0], row[1], row[3], leads=row[2], now=now) for row in people],
        cards=cards,
        groups=groups,
    )


async def _lying(
    session: AsyncSession, retrospective_id: UUID
) -> tuple[Sequence[CardPlace], Sequence[GroupPlace]]:
    cards = await session.execute(
        select(Card.id, Card.group_id, Card.revision)
        .where(Card.retrospective_id == retrospective_id, Card.part.in_(TOPICS))
        .order_by(Card.id)
    )
    groups = await session.execute(
        select(CardGroup.id, CardGroup.part, CardGroup.name)
        .where(CardGroup.retrospective_id == retrospective_id)
        .order_by(CardGroup.id)
    )
    return [(row[0], row[1], row[2]) for row in cards], [(row[0], row[1], row[2]) for row in groups]
