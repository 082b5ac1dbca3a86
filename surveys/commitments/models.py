"""Shares, acknowledgements and promises. The team's word on a promise is in `surveys.results`."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveys.database import Base, Scoped, random_id


class Share(Scoped, Base):
    """The leader's own words about one wave's results, said once to the whole team."""

    __tablename__ = "share"
    __table_args__ = (UniqueConstraint("wave_id", "team_id"),)

    id: Mapped[UUID] = random_id()
    wave_id: Mapped[UUID] = mapped_column(ForeignKey("wave.id"))
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    words: Mapped[str]
    shared_at: Mapped[datetime]


class Acknowledgement(Scoped, Base):
    """One press: "Read, thank you. I'll answer by …", for everything one wave brought up."""

    __tablename__ = "acknowledgement"
    __table_args__ = (UniqueConstraint("wave_id", "team_id"),)

    id: Mapped[UUID] = random_id()
    wave_id: Mapped[UUID] = mapped_column(ForeignKey("wave.id"))
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    answer_by: Mapped[date]
    acknowledged_at: Mapped[datetime]


class CommitmentState(StrEnum):
    """What the leader said of a promise. Late and overdue are computed, never stored."""

    OPEN = "open"
    DONE = "done"
    WITHDRAWN = "withdrawn"


class Commitment(Scoped, Base):
    """A promise. Its text is frozen when made, because the team is asked about these very words."""

    __tablename__ = "commitment"
    __table_args__ = (Index("ix_commitment_team_id_state", "team_id", "state"),)

    id: Mapped[UUID] = random_id()
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"))
    wave_id: Mapped[UUID | None] = mapped_column(ForeignKey("wave.id"))  # the results it answers
    step_id: Mapped[UUID | None] = mapped_column(ForeignKey("action_step.id"), unique=True)  # of a retro
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str]
    made_at: Mapped[datetime]
    first_due: Mapped[date]  # late and broken count from this one
    due: Mapped[date]  # after the last valid move: overdue and open count from this one
    state: Mapped[CommitmentState] = mapped_column(default=CommitmentState.OPEN)
    done_at: Mapped[datetime | None]
    # `done_at` before the team's word opened it again: members read this until they may read that word.
    done_before: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawal_reason: Mapped[str | None]
    times_asked: Mapped[int] = mapped_column(default=0)  # waves that asked the team about it


class Replan(Base):
    """A moved date with its reason. It counts as told in time when `in_time` is true."""

    __tablename__ = "replan"

    id: Mapped[UUID] = random_id()
    commitment_id: Mapped[UUID] = mapped_column(ForeignKey("commitment.id", ondelete="CASCADE"), index=True)
    moved_at: Mapped[datetime]
    reason: Mapped[str]
    from_due: Mapped[date]
    to_due: Mapped[date]
    in_time: Mapped[bool]  # at least 24 hours before the date it moves, and at most the second move
