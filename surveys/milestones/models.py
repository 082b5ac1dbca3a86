"""Which project belongs to which team, which ones nobody has placed yet, and rhythms."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveys.database import Base, Scoped, random_id
from surveys.milestones.rules import Source

__all__ = ["Project", "StepIssue", "TeamRhythm", "UnmappedProject"]


class Project(Scoped, Base):
    """A repository or project of another tool whose milestones start retrospectives of a team."""

    __tablename__ = "project"
    __table_args__ = (UniqueConstraint("source", "name"),)

    id: Mapped[UUID] = random_id()
    source: Mapped[Source]
    name: Mapped[str]  # see `rules.project_name`
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"), index=True)
    days_a_phase: Mapped[int]  # working days a step lasts; 0 where all sit together


class UnmappedProject(Scoped, Base):
    """A project that a tool spoke of and that belongs to no team yet. Only the last day is kept."""

    __tablename__ = "unmapped_project"
    __table_args__ = (UniqueConstraint("organisation_id", "source", "name"),)

    id: Mapped[UUID] = random_id()
    source: Mapped[Source]
    name: Mapped[str]
    last_on: Mapped[date]


class TeamRhythm(Scoped, Base):
    """A team that looks back every so many weeks. The row is the job: `next_at` says when it is due."""

    __tablename__ = "team_rhythm"

    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"), primary_key=True)
    label: Mapped[str]
    every_weeks: Mapped[int]
    local_time: Mapped[time]
    days_a_phase: Mapped[int]
    next_on: Mapped[date]  # the day of the rhythm itself, before a holiday moves it
    next_at: Mapped[datetime] = mapped_column(index=True)


class StepIssue(Scoped, Base):
    """An agreed step that somebody made an issue of. `issue` and `url` are there once the tool said so.

    `heard_at` is the tool's own time of the last change that was heard; what is older changes nothing.
    """

    __tablename__ = "step_issue"
    __table_args__ = (Index("ix_step_issue_issue", "source", "project", "issue", unique=True),)

    commitment_id: Mapped[UUID] = mapped_column(
        ForeignKey("commitment.id", ondelete="CASCADE"), primary_key=True
    )
    source: Mapped[Source]
    project: Mapped[str]
    locale: Mapped[str]  # the language of whoever pressed, in which the issue is written
    tries: Mapped[int]
    issue: Mapped[str | None]
    url: Mapped[str | None]
    closed: Mapped[bool] = mapped_column(default=False)
    heard_at: Mapped[datetime | None]
