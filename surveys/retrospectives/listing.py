"""Boards of many teams: what HR and the clock see of them, without anything that lies on one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.people.models import Person, Team
from surveys.retrospectives.models import Participant, Retrospective
from surveys.retrospectives.rules import Names, Pace, Phase


@dataclass(frozen=True, slots=True)
class OpenBoard:
    """An open board as HR sees it: that it is there, and who leads through it."""

    id: UUID
    team_name: str
    created_at: datetime
    facilitator_id: UUID | None
    people: Sequence[tuple[UUID, str]]


async def boards_looking_back(session: AsyncSession) -> list[Retrospective]:
    """Return the boards over days at earlier steps; not those with names, which wait for a wish."""
    found = await session.scalars(
        select(Retrospective).where(
            Retrospective.phase == Phase.LOOK_BACK,
            Retrospective.pace == Pace.OVER_DAYS,
            Retrospective.names != Names.SHOWN,
        )
    )
    return list(found)


async def open_boards(session: AsyncSession, organisation_id: UUID) -> list[OpenBoard]:
    """Return every open board of a unit, without its title or anything on it. Of groups HR sees none."""
    found = await session.execute(
        select(Retrospective, Team.name)
        .join(Team, Team.id == Retrospective.team_id)
        .where(Retrospective.organisation_id == organisation_id, Retrospective.closed_at.is_(None))
        .order_by(Team.name, Retrospective.id)
    )
    boards = [(row[0], row[1]) for row in found]
    people: dict[UUID, list[tuple[UUID, str]]] = {}
    rows = await session.execute(
        select(Participant.retrospective_id, Person.id, Person.name)
        .join(Person, Person.id == Participant.person_id)
        .where(Participant.retrospective_id.in_([board.id for board, _ in boards]), Person.active)
        .order_by(Person.name, Person.id)
    )
    for board_id, person_id, name in rows:
        people.setdefault(board_id, []).append((person_id, name))
    return [
        OpenBoard(board.id, team, board.created_at, board.facilitator_id, people.get(board.id, []))
        for board, team in boards
    ]
