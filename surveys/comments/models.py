"""Delivered words and mailboxes. Sealed words of an open wave are not here: see `surveys.ballots`."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from surveys.comments.rules import Addressee
from surveys.database import Base, Scoped, random_id

__all__ = ["Addressee", "Mailbox", "MailboxMessage", "Remark", "RemarkTheme", "Side"]


class Remark(Base):
    """Somebody's words to the open question of a wave, delivered in one shuffled batch at its close.

    Absent on purpose: who wrote it, when, and in which order. All rows of a wave are written at once,
    in an order drawn by lot, under random keys.
    """

    __tablename__ = "remark"
    __table_args__ = (
        Index("ix_remark_team_id_wave_id", "team_id", "wave_id"),
        {"sqlite_with_rowid": False},
    )

    id: Mapped[UUID] = random_id()
    wave_id: Mapped[UUID] = mapped_column(ForeignKey("wave.id", ondelete="CASCADE"), index=True)
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"))
    words: Mapped[str]


class RemarkTheme(Base):
    """A theme that enough people of a unit picked in a wave. How many is kept nowhere."""

    __tablename__ = "remark_theme"

    wave_id: Mapped[UUID] = mapped_column(ForeignKey("wave.id", ondelete="CASCADE"), primary_key=True)
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"), primary_key=True)
    theme: Mapped[str] = mapped_column(primary_key=True)


class Side(StrEnum):
    """Who wrote a message of a mailbox."""

    WRITER = "writer"
    RECIPIENT = "recipient"


class Mailbox(Scoped, Base):
    """A conversation with somebody whom nobody can name. Whoever holds the link is the writer.

    Absent on purpose: a person, an address, a browser, an hour. Only the SHA-256 of the link's secret
    is kept, and the week in which the mailbox was made.
    """

    __tablename__ = "mailbox"
    __table_args__ = ({"sqlite_with_rowid": False},)

    id: Mapped[UUID] = random_id()
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"), index=True)
    addressee: Mapped[Addressee]
    week: Mapped[date]  # the Monday of the week in which it was made
    last_day: Mapped[date]  # the day on which its newest message is handed over
    closed: Mapped[bool] = mapped_column(default=False)  # by the recipient: no more messages


class MailboxMessage(Base):
    """One message of a mailbox. `visible_on` is the day of its batch, never the day of writing."""

    __tablename__ = "mailbox_message"
    __table_args__ = (
        Index("ix_mailbox_message_mailbox_id_position", "mailbox_id", "position", unique=True),
        {"sqlite_with_rowid": False},
    )

    id: Mapped[UUID] = random_id()
    mailbox_id: Mapped[UUID] = mapped_column(ForeignKey("mailbox.id", ondelete="CASCADE"))
    position: Mapped[int]  # within its mailbox, from 1
    side: Mapped[Side]
    words: Mapped[str]
    visible_on: Mapped[date]
