"""The outbox, the shared sending pace and the inbox of seen events. No message text is stored."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from surveys.database import Base, Scoped, random_id


class Kind(StrEnum):
    """What a delivery says. The text is built when it is sent, from the rows it refers to."""

    INVITATION = "invitation"
    REMINDER = "reminder"
    SNOOZED = "snoozed"  # one person asked to be reminded later
    RESULTS_FOR_LEADER = "results_for_leader"
    RESULTS_FOR_TEAM = "results_for_team"  # the leader's own words reached the team, or figures are out
    SHARED = "shared"  # the leader's message to the team
    PROMISE_DUE = "promise_due"
    LEADER_NUDGE = "leader_nudge"
    SIGN_IN = "sign_in"  # tells the person that a sign-in link was made for them
    NO_RESULTS = "no_results"  # a wave closed without results because its key was lost


class ChannelName(StrEnum):
    """The ways to reach a person."""

    SLACK = "slack"
    MAIL = "mail"


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    SENDING = "sending"  # claimed; a crash leaves it here and a sweep makes it `unknown`
    UNKNOWN = "unknown"  # it may have arrived: one more try with the same id, then left alone
    SENT = "sent"
    UNDELIVERABLE = "undeliverable"  # the recipient cannot be reached by this channel
    PARKED = "parked"  # our own fault; someone has to look


class Delivery(Scoped, Base):
    """One message to one person. `key` makes a second row for the same purpose impossible."""

    __tablename__ = "delivery"
    __table_args__ = (Index("ix_delivery_state_due_at", "state", "due_at"),)

    id: Mapped[UUID] = random_id()
    key: Mapped[str] = mapped_column(unique=True)  # e.g. "invitation:<place id>"
    kind: Mapped[Kind]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    wave_id: Mapped[UUID | None] = mapped_column(ForeignKey("wave.id", ondelete="CASCADE"), index=True)
    place_id: Mapped[UUID | None]
    team_id: Mapped[UUID | None]
    channel: Mapped[ChannelName]
    due_at: Mapped[datetime]
    state: Mapped[DeliveryState] = mapped_column(default=DeliveryState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    error: Mapped[str | None]  # a code of the channel, never a text
    receipt: Mapped[dict[str, Any] | None]  # what the channel gave back: Slack's channel and ts
    refers_to: Mapped[dict[str, Any] | None]  # ids of what the message is about


class SendingPace(Base):
    """How fast one method may be called in one workspace, shared by every worker."""

    __tablename__ = "sending_pace"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    method: Mapped[str] = mapped_column(primary_key=True)
    next_at: Mapped[datetime]  # earliest instant of the next call; runs on the real clock
    paused_until: Mapped[datetime | None]  # from Retry-After


class SeenEvent(Base):
    """An event that was taken already. Kept 48 hours; names neither a user nor an hour."""

    __tablename__ = "seen_event"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    day: Mapped[date] = mapped_column(index=True)
