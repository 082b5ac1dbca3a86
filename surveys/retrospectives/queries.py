"""What can be asked about boards: what everybody on one sees, what a team has, whose keys are spent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.people.models import Person, TeamOrGroup
from surveys.people.rules import Viewer
from surveys.retrospectives import rules
from surveys.retrospectives.boards import takes_part
from surveys.retrospectives.models import ActionStep, Card, CardGroup, Participant, Retrospective
from surveys.retrospectives.rules import TOPICS, Names, Pace, Phase, Template


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody who takes part."""

    id: UUID
    name: str
    leads: bool
    here: bool


@dataclass(frozen=True, slots=True)
class ShownCard:
    """A revealed card."""

    id: UUID
    part: str
    text: str
    author: str | None
    group_id: UUID | None
    revision: int


@dataclass(frozen=True, slots=True)
class Topic:
    """What can be voted for and talked about: a group with its cards, or one card."""

    id: UUID
    part: str
    name: str
    cards: Sequence[ShownCard]
    votes: int | None
    is_group: bool


@dataclass(frozen=True, slots=True)
class Step:
    """A proposed or agreed step."""

    id: UUID
    text: str
    owner_id: UUID
    owner: str
    due: date
    agreed: bool


@dataclass(frozen=True, slots=True)
class Board:
    """What everybody who takes part sees of a board. Before the reveal there is not one card in it."""

    id: UUID
    team_id: UUID
    team_name: str
    title: str
    template: Template
    phase: Phase
    pace: Pace
    names: Names
    revision: int
    phase_ends_at: datetime | None
    created_at: datetime
    closed_at: datetime | None
    votes_each: int
    facilitator_id: UUID | None
    discussing: UUID | None
    people: Sequence[Attendee]
    topics: Sequence[Topic]
    thanks: Sequence[ShownCard]
    steps: Sequence[Step]
    can_take_over: bool  # whoever takes part and does not lead the team, at this instant
    in_group: bool = False  # it is a working group that looks back
    cards_gone: bool = False  # it was closed so long ago that its cards are deleted

    @property
    def cards_until(self) -> datetime | None:
        """Return when its cards are deleted; None while it is open."""
        return self.closed_at + rules.CARDS_KEPT_FOR if self.closed_at is not None else None

    @property
    def facilitator(self) -> str | None:
        """Return the name of who leads through it."""
        return next((one.name for one in self.people if one.id == self.facilitator_id), None)

    @property
    def here(self) -> list[str]:
        """Return the names of those who have the board open, where all sit together."""
        return [one.name for one in self.people if one.here]


@dataclass(frozen=True, slots=True)
class Listed:
    """One retrospective in the list of a team."""

    id: UUID
    title: str
    phase: Phase
    created_at: datetime
    closed_at: datetime | None


async def board_for(session: AsyncSession, retrospective_id: UUID, viewer: Viewer) -> Retrospective | None:
    """Return a board this viewer may open, or None.

    Those who take part may, and whoever works in the team or leads it today. Nobody else: not HR, not
    viewers, not leaders further up.
    """
    board = await session.get(Retrospective, retrospective_id)
    if board is None or board.organisation_id != viewer.organisation_id:
        return None
    if viewer.belongs_to(board.team_id) or await takes_part(session, board.id, viewer.person_id):
        return board
    return None


async def board_as_seen(session: AsyncSession, board: Retrospective, *, now: datetime) -> Board:
    """Return everything that is the same for all who take part."""
    team = await session.get_one(TeamOrGroup, board.team_id)
    people = await _people(session, board.id, now=now)
    by_id = {one.id: one for one in people}
    topics, thanks = await _cards(session, board)
    facilitator = await session.get(Participant, (board.id, board.facilitator_id or board.id))
    return Board(
        id=board.id,
        team_id=board.team_id,
        team_name=team.name,
        in_group=team.is_group,
        title=board.title,
        template=board.template,
        phase=board.phase,
        pace=board.pace,
        names=board.names,
        revision=board.revision,
        phase_ends_at=board.phase_ends_at,
        created_at=board.created_at,
        closed_at=board.closed_at,
        cards_gone=board.closed_at is not None and board.closed_at <= now - rules.CARDS_KEPT_FOR,
        votes_each=board.votes_each,
        facilitator_id=board.facilitator_id if board.facilitator_id in by_id else None,
        discussing=board.discussing,
        people=people,
        topics=topics,
        thanks=thanks,
        steps=await _steps(session, board.id),
        can_take_over=rules.may_take_over(
            facilitator.here_until if facilitator else None,
            has_facilitator=facilitator is not None,
            leads=False,
            pace=board.pace,
            now=now,
        ),
    )


async def retrospectives_of(session: AsyncSession, team_id: UUID) -> list[Listed]:
    """Return a team's retrospectives, the newest first."""
    found = await session.scalars(
        select(Retrospective)
        .where(Retrospective.team_id == team_id)
        .order_by(Retrospective.created_at.desc(), Retrospective.id)
    )
    return [Listed(one.id, one.title, one.phase, one.created_at, one.closed_at) for one in found]


async def open_boards_of(
    session: AsyncSession, person_id: UUID, *, closed_since: datetime | None = None
) -> list[tuple[Retrospective, str]]:
    """Return the open boards somebody takes part in, each with its team's name.

    With `closed_since` those that were closed since then follow.
    """
    open_ones = Retrospective.closed_at.is_(None)
    wanted = open_ones if closed_since is None else open_ones | (Retrospective.closed_at >= closed_since)
    found = await session.execute(
        select(Retrospective, TeamOrGroup.name)
        .join(Participant, Participant.retrospective_id == Retrospective.id)
        .join(TeamOrGroup, TeamOrGroup.id == Retrospective.team_id)
        .where(Participant.person_id == person_id, wanted)
        .order_by(Retrospective.closed_at.is_not(None), Retrospective.created_at, Retrospective.id)
    )
    return [(row[0], row[1]) for row in found]


async def names_on(session: AsyncSession, retrospective_id: UUID) -> tuple[str, ...]:
    """Return the names of those who take part."""
    found = await session.scalars(
        select(Person.name)
        .join(Participant, Participant.person_id == Person.id)
        .where(Participant.retrospective_id == retrospective_id)
        .order_by(Person.name)
    )
    return tuple(found)


async def revision_of(session: AsyncSession, retrospective_id: UUID) -> int:
    """Return how often a board has changed; 0 when it is not there."""
    found = await session.scalar(select(Retrospective.revision).filter_by(id=retrospective_id))
    return found or 0


async def _people(session: AsyncSession, board_id: UUID, *, now: datetime) -> list[Attendee]:
    rows = await session.execute(
        select(Person.id, Person.name, Participant.leads, Participant.here_until)
        .join(Participant, Participant.person_id == Person.id)
        .where(Participant.retrospective_id == board_id)
        .order_by(Person.name, Person.id)
    )
    return [attendee(row[0], row[1], row[3], leads=row[2], now=now) for row in rows]


def attendee(
    person_id: UUID, name: str, here_until: datetime | None, *, leads: bool, now: datetime
) -> Attendee:
    """Return somebody who takes part as the others see them at this instant."""
    return Attendee(person_id, name, leads, here_until is not None and here_until > now)


async def _cards(session: AsyncSession, board: Retrospective) -> tuple[list[Topic], list[ShownCard]]:
    rows = await session.execute(
        select(Card, Person.name)
        .outerjoin(Person, Person.id == Card.author_id)
        .where(Card.retrospective_id == board.id)
        .order_by(Card.id)  # drawn at the reveal: the mixed order
    )
    votes: dict[UUID, int | None] = {}
    shown, groups = [], {}
    for card, author in rows:
        votes[card.id] = card.votes
        shown.append(ShownCard(card.id, card.part, card.text, author, card.group_id, card.revision))
    for group in await session.scalars(select(CardGroup).where(CardGroup.retrospective_id == board.id)):
        groups[group.id] = group
    inside: dict[UUID, list[ShownCard]] = {}
    for each in shown:
        if each.group_id is not None:
            inside.setdefault(each.group_id, []).append(each)
    topics = []
    for each in shown:
        if each.part not in TOPICS:
            continue
        if each.group_id is None:
            topics.append(Topic(each.id, each.part, "", [each], votes[each.id], is_group=False))
        elif inside[each.group_id][0] is each:  # a group stands where its first card stands
            group = groups[each.group_id]
            topics.append(
                Topic(group.id, group.part, group.name, inside[group.id], group.votes, is_group=True)
            )
    order = {topic.id: topic for topic in topics}
    if board.phase in (Phase.DISCUSS, Phase.CLOSED):
        sorted_ids = rules.by_votes({topic.id: topic.votes or 0 for topic in topics}, list(order))
        topics = [order[topic_id] for topic_id in sorted_ids]
    return topics, [each for each in shown if each.part not in TOPICS]


async def _steps(session: AsyncSession, board_id: UUID) -> list[Step]:
    rows = await session.execute(
        select(ActionStep, Person.name)
        .join(Person, Person.id == ActionStep.owner_id)
        .where(ActionStep.retrospective_id == board_id)
        .order_by(ActionStep.due, ActionStep.text, ActionStep.id)
    )
    return [
        Step(step.id, step.text, step.owner_id, name, step.due, step.agreed_at is not None)
        for step, name in rows
    ]
