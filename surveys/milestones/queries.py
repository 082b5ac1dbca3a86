"""Which projects belong to which team, which ones to nobody yet, and which teams are to look back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.milestones.models import Project, TeamRhythm, UnmappedProject
from surveys.milestones.rules import Source
from surveys.people.models import Team
from surveys.retrospectives.models import Milestone, Retrospective

OFFERED_FOR = timedelta(days=60)  # how long a milestone without a board is offered
MOST_OFFERED = 5


@dataclass(frozen=True, slots=True)
class Placed:
    """A project and the team it belongs to."""

    id: UUID
    source: Source
    name: str
    team_id: UUID
    team_name: str
    days_a_phase: int


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A project that belongs to no team yet, and the last day a tool spoke of it."""

    source: Source
    name: str
    last_on: date


async def projects(
    session: AsyncSession, organisation_id: UUID, *, team_id: UUID | None = None
) -> list[Placed]:
    """Return the projects of an organisation, or of one team of it, by tool and name."""
    wanted = select(Project, Team.name).join(Team, Team.id == Project.team_id)
    wanted = wanted.where(Project.organisation_id == organisation_id)
    if team_id is not None:
        wanted = wanted.where(Project.team_id == team_id)
    found = await session.execute(wanted.order_by(Project.source, Project.name))
    return [
        Placed(one.id, one.source, one.name, one.team_id, team_name, one.days_a_phase)
        for one, team_name in found
    ]


async def unmapped_projects(session: AsyncSession, organisation_id: UUID) -> list[Unplaced]:
    """Return what tools spoke of and nobody has placed, the newest first."""
    found = await session.scalars(
        select(UnmappedProject)
        .where(UnmappedProject.organisation_id == organisation_id)
        .order_by(UnmappedProject.last_on.desc(), UnmappedProject.source, UnmappedProject.name)
    )
    return [Unplaced(one.source, one.name, one.last_on) for one in found]


async def rhythm_of(session: AsyncSession, team_id: UUID) -> TeamRhythm | None:
    """Return a team's rhythm, or None."""
    return await session.get(TeamRhythm, team_id)


async def due_rhythms(session: AsyncSession, *, now: datetime) -> Sequence[UUID]:
    """Return the teams whose rhythm is due, in no order that matters."""
    found = await session.scalars(
        select(TeamRhythm.team_id).where(TeamRhythm.next_at <= now).order_by(TeamRhythm.team_id)
    )
    return found.all()


async def milestones_to_look_back_on(
    session: AsyncSession, team_id: UUID, *, now: datetime
) -> list[Milestone]:
    """Return what a team reached in the last weeks without a board of its own, the newest first.

    A milestone that came while another board was open is here, to be looked back on later.
    """
    looked_at = select(Retrospective.milestone_id).where(Retrospective.milestone_id.is_not(None))
    found = await session.scalars(
        select(Milestone)
        .where(
            Milestone.team_id == team_id,
            Milestone.reached_at > now - OFFERED_FOR,
            Milestone.id.not_in(looked_at),
        )
        .order_by(Milestone.reached_at.desc(), Milestone.id)
        .limit(MOST_OFFERED)
    )
    return list(found)
