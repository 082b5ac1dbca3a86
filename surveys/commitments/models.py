"""Shares, acknowledgements, topics and promises. The team's word on a promise is in `surveys.results`."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from surveys.commitments.rules import Decision, TopicKind
from surveys.database import Base, Scoped, random_id

__all__ = [
    "Absence",
    "Acknowledgement",
    "CheckIn",
    "Commitment",
    "CommitmentState",
    "Decision",
    "LateCount",
    "LoopCount",
    "MistakeNote",
    "Pledge",
    "Replan",
    "SaidInRetro",
    "Share",
    "Side",
    "SideNote",
    "StepLook",
    "Topic",
    "TopicKind",
    "WorksAgreement",
]


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


class Topic(Scoped, Base):
    """Something the team brought up, and what was decided about it.

    Absent on purpose: who brought it up. Words of members are never copied here: a topic that comes from
    a pulse has a code, any other has one line in the leader's own words.
    """

    __tablename__ = "topic"
    __table_args__ = (Index("ix_topic_team_id_raised_at", "team_id", "raised_at"),)

    id: Mapped[UUID] = random_id()
    key: Mapped[str] = mapped_column(unique=True)  # what it is about; the same is never raised twice
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"))
    wave_id: Mapped[UUID | None] = mapped_column(ForeignKey("wave.id"), index=True)
    kind: Mapped[TopicKind]
    code: Mapped[str | None]  # a dimension, or a theme
    text: Mapped[str | None]  # one line of the leader's, where there is no code
    raised_at: Mapped[datetime]  # from then on the leader can see it
    acknowledged_at: Mapped[datetime | None]
    answer_by: Mapped[date | None]  # named when it was acknowledged
    decision: Mapped[Decision | None]
    reason: Mapped[str | None]
    passed_to: Mapped[str | None]  # an office or a team, for what is not ours
    decided_at: Mapped[datetime | None]  # told to the team at the same moment
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    left_out_at: Mapped[datetime | None]  # raised twice or by mistake; outside every rate


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
    topic_id: Mapped[UUID | None] = mapped_column(ForeignKey("topic.id"), index=True)  # what it answers
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
    handed_over_at: Mapped[datetime | None]  # a new leader took it over or closed it
    times_asked: Mapped[int] = mapped_column(default=0)  # waves that asked the team about it


class SaidInRetro(StrEnum):
    """What a team said aloud of an earlier step (the first three) or of a promise (the last two)."""

    DONE = "done"
    WANTED = "wanted"  # not done yet, and still wanted
    LET_GO = "let_go"  # not wanted any more
    HAPPENED = "happened"  # too few had answered twice; in the room they said: it happened
    NOT_YET = "not_yet"


class Side(StrEnum):
    """Whose view a note tells where leader and team see a promise differently."""

    LEADER = "leader"
    TEAM = "team"


class SideNote(Base):
    """How one side sees a promise after a second "not yet", under the name of who wrote it down."""

    __tablename__ = "side_note"

    commitment_id: Mapped[UUID] = mapped_column(
        ForeignKey("commitment.id", ondelete="CASCADE"), primary_key=True
    )
    side: Mapped[Side] = mapped_column(primary_key=True)
    words: Mapped[str]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    said_at: Mapped[datetime]


class StepLook(Base):
    """One look at an earlier step in a retrospective: what the team said, and who wrote it down."""

    __tablename__ = "step_look"

    retrospective_id: Mapped[UUID] = mapped_column(
        ForeignKey("retrospective.id", ondelete="CASCADE"), primary_key=True
    )
    commitment_id: Mapped[UUID] = mapped_column(
        ForeignKey("commitment.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    said: Mapped[SaidInRetro]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    said_at: Mapped[datetime]


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


class CheckIn(Base):
    """A few words on how a promise comes along, between making it and its date."""

    __tablename__ = "check_in"

    id: Mapped[UUID] = random_id()
    commitment_id: Mapped[UUID] = mapped_column(ForeignKey("commitment.id", ondelete="CASCADE"), index=True)
    said_at: Mapped[datetime]
    words: Mapped[str]


class Absence(Scoped, Base):
    """A leader is away, and somebody may act for them in the loop. No reason is kept."""

    __tablename__ = "absence"
    __table_args__ = (Index("ix_absence_team_id_until", "team_id", "until"),)

    id: Mapped[UUID] = random_id()
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    stand_in_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    since: Mapped[datetime]
    until: Mapped[datetime]  # the end of the last day away, in the team's zone


class Pledge(Scoped, Base):
    """What a leader promises about confidences, shown before each pulse. A new one replaces it."""

    __tablename__ = "pledge"

    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    words: Mapped[str]
    made_at: Mapped[datetime]


class MistakeNote(Scoped, Base):
    """A leader says what they got wrong and what changes. Has no clock, and goes after 90 days."""

    __tablename__ = "mistake_note"

    id: Mapped[UUID] = random_id()
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    what: Mapped[str]
    changes: Mapped[str]
    written_at: Mapped[datetime] = mapped_column(index=True)


class LoopCount(Base):
    """How the loop did over all teams on one day, without a name. The next day replaces it."""

    __tablename__ = "loop_count"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    day: Mapped[date]  # in UTC
    counted_at: Mapped[datetime]
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)


class WorksAgreement(Scoped, Base):
    """What allows HR to read late counts by team. At most one is in force in an organisation."""

    __tablename__ = "works_agreement"
    __table_args__ = (
        Index(
            "ix_works_agreement_in_force",
            "organisation_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = random_id()
    reference: Mapped[str]  # what it is called, what it says, where it can be read
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]


class LateCount(Scoped, Base):
    """How much is late in one team. Has rows only while a works agreement is in force."""

    __tablename__ = "late_count"

    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"), primary_key=True)
    unshared: Mapped[int]
    promises: Mapped[int]
    topics: Mapped[int]
