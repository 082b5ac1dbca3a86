"""The outbox, the shared sending pace and the inbox of seen events. No message text is stored."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from surveys.database import Base, Scoped, random_id
from surveys.deliveries.rules import ChannelName, DeliveryState, Kind

__all__ = ["ChannelName", "Delivery", "DeliveryState", "Kind", "SeenEvent", "SendingPace"]


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
    doubts: Mapped[int] = mapped_column(default=0)  # times it may have arrived without our knowing
    lease_until: Mapped[datetime | None]  # real clock: claimed until then, or not to be tried before
    times_put_off: Mapped[int] = mapped_column(default=0)  # until day, since the clock was last seen by day
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
