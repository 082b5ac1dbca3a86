"""A milestone, the retrospective after it, and what lies on its board."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from surveys.database import Base, Scoped, random_id
from surveys.retrospectives.rules import Names, Pace, Phase, Template

__all__ = [
    "ActionStep",
    "Card",
    "CardGroup",
    "Milestone",
    "Participant",
    "PostedSummary",
    "Retrospective",
    "SealedCard",
    "Vote",
]


class Milestone(Scoped, Base):
    """Something a team reached. `key` says the same thing only once: a hook that comes twice is one."""

    __tablename__ = "milestone"
    __table_args__ = (UniqueConstraint("organisation_id", "key"),)

    id: Mapped[UUID] = random_id()
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"), index=True)
    name: Mapped[str]
    source: Mapped[str]  # button, schedule, github, …
    key: Mapped[str]  # of the source, for example "github:owner/name:milestone:7"
    reached_at: Mapped[datetime]


class Retrospective(Scoped, Base):
    """One board. `revision` grows with everything its readers can see.

    The two keys name entries of the key store: the cards' one is destroyed after the reveal, the votes'
    one after the votes were counted. None says that a key is gone.
    """

    __tablename__ = "retrospective"
    __table_args__ = (
        Index(
            "uq_retrospective_open",
            "team_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = random_id()
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"), index=True)
    milestone_id: Mapped[UUID | None] = mapped_column(ForeignKey("milestone.id"))
    title: Mapped[str]
    template: Mapped[Template] = mapped_column(default=Template.THREE_PARTS)
    pace: Mapped[Pace]
    names: Mapped[Names]
    phase: Mapped[Phase] = mapped_column(default=Phase.LOOK_BACK)
    announced: Mapped[Phase | None]  # the last step of which messages are planned
    phase_ends_at: Mapped[datetime | None]  # a clock in the room, or a deadline over days
    days_a_phase: Mapped[int] = mapped_column(default=1)  # working days, where it goes over days
    votes_each: Mapped[int]
    facilitator_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    discussing: Mapped[UUID | None]  # the topic everybody looks at: a card or a group
    revision: Mapped[int] = mapped_column(default=1)
    card_key: Mapped[UUID | None]
    vote_key: Mapped[UUID | None]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Participant(Base):
    """Who takes part. `here_until` is only ever set on a board where all sit together."""

    __tablename__ = "participant"

    retrospective_id: Mapped[UUID] = mapped_column(
        ForeignKey("retrospective.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[UUID] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    leads: Mapped[bool]
    here_until: Mapped[datetime | None]


class SealedCard(Base):
    """A card before the reveal. Absent on purpose: the author, the part it belongs to, and the time."""

    __tablename__ = "sealed_card"
    __table_args__ = ({"sqlite_with_rowid": False},)

    retrospective_id: Mapped[UUID] = mapped_column(primary_key=True)
    row_key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    payload: Mapped[bytes]


class CardGroup(Base):
    """Cards that speak of the same thing, under a name."""

    __tablename__ = "card_group"

    id: Mapped[UUID] = random_id()
    retrospective_id: Mapped[UUID] = mapped_column(
        ForeignKey("retrospective.id", ondelete="CASCADE"), index=True
    )
    part: Mapped[str]  # the column it stands in
    name: Mapped[str] = mapped_column(default="")
    votes: Mapped[int | None]


class Card(Base):
    """A card after the reveal. It has an author only where the team wanted names, and never a time.

    Its id is drawn at the reveal, so the order of ids is the mixed order in which cards are shown.
    """

    __tablename__ = "card"

    id: Mapped[UUID] = random_id()
    retrospective_id: Mapped[UUID] = mapped_column(
        ForeignKey("retrospective.id", ondelete="CASCADE"), index=True
    )
    part: Mapped[str]
    text: Mapped[str]
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    group_id: Mapped[UUID | None] = mapped_column(ForeignKey("card_group.id"))
    revision: Mapped[int]  # the board's, when it was moved last
    votes: Mapped[int | None]  # set when votes are counted


class Vote(Base):
    """One of somebody's votes while voting goes on. Absent on purpose: the person, and the time."""

    __tablename__ = "vote"
    __table_args__ = ({"sqlite_with_rowid": False},)

    retrospective_id: Mapped[UUID] = mapped_column(primary_key=True)
    row_key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    topic_id: Mapped[UUID | None]  # None: this vote is not given


class ActionStep(Base):
    """A step somebody proposed. When its owner agrees it becomes a promise, and its words are frozen."""

    __tablename__ = "action_step"

    id: Mapped[UUID] = random_id()
    retrospective_id: Mapped[UUID] = mapped_column(
        ForeignKey("retrospective.id", ondelete="CASCADE"), index=True
    )
    topic_id: Mapped[UUID | None]
    text: Mapped[str]
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    due: Mapped[date]
    agreed_at: Mapped[datetime | None]


class PostedSummary(Base):
    """That somebody had the summary of a closed board posted to a channel. The words are not kept.

    `fingerprint` is the SHA-256 of the words that were shown before the press; other words are never
    posted. `tries` grows when the channel had refused it and somebody pressed again.
    """

    __tablename__ = "posted_summary"

    retrospective_id: Mapped[UUID] = mapped_column(
        ForeignKey("retrospective.id", ondelete="CASCADE"), primary_key=True
    )
    channel: Mapped[str]  # of Slack, such as C0123ABCD
    with_topics: Mapped[bool]  # whether the names of groups are in it; texts of cards never are
    locale: Mapped[str]
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    pressed_at: Mapped[datetime]
    tries: Mapped[int]
