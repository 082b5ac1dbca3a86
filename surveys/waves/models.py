"""The wave, its frozen tree and its roster. Answers are not here: see `surveys.ballots`."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, UniqueConstraint
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from surveys.database import Base, Scoped, random_id


class WaveState(StrEnum):
    """The life of a wave. Nothing ever goes back to the left."""

    OPEN = "open"
    CLOSING = "closing"  # takes no more answers, not yet published
    PUBLISHED = "published"
    LOST = "lost"  # closed without results because its key was lost
    CANCELLED = "cancelled"  # ended early: key destroyed, nothing published
    MISSED = "missed"  # an outage left too little time to ask


RUNNING = (WaveState.OPEN, WaveState.CLOSING)  # sealed answers and their key are still there


class Wave(Scoped, Base):
    """One occurrence. Rules, items, roster and closing time are frozen at opening."""

    __tablename__ = "wave"
    __table_args__ = (
        UniqueConstraint("programme_id", "occurrence"),
        Index("ix_wave_state_closes_at", "state", "closes_at"),
    )

    id: Mapped[UUID] = random_id()
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    occurrence: Mapped[date]
    # Position in the rotation, from 0. A missed wave has none, nor has one that asks about a promise alone.
    number: Mapped[int | None]
    state: Mapped[WaveState]
    opens_at: Mapped[datetime]  # the earliest delivery
    closes_at: Mapped[datetime]  # the same instant for all
    items: Mapped[list[Any]]  # [{code, dimension, text, reversed}] in the order of the bank
    rules: Mapped[dict[str, Any]]  # see waves.rules.FrozenRules
    leaders_see_at: Mapped[datetime | None]  # set at publication
    team_sees_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    key_destroyed_at: Mapped[datetime | None]  # after destruction was verified
    receipt: Mapped[dict[str, Any] | None]  # organisation totals and the hash of what is shown

    @hybrid_property
    def is_pulse(self) -> bool:
        """Whether this wave asks statements, so that it has figures; not one promise question alone."""
        return self.number is not None

    @is_pulse.inplace.expression
    @classmethod
    def _is_pulse_in_sql(cls) -> ColumnElement[bool]:
        return cls.number.is_not(None)


class WaveUnit(Base):
    """A unit of the tree as it stood at opening."""

    __tablename__ = "wave_unit"

    wave_id: Mapped[UUID] = mapped_column(ForeignKey("wave.id", ondelete="CASCADE"), primary_key=True)
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"), primary_key=True, index=True)
    parent_id: Mapped[UUID | None]  # the team above it in this wave
    name: Mapped[str]
    asked: Mapped[int]  # people asked in this very unit, without what is below
    leaders: Mapped[list[str]]  # ids of the people who lead it
    loop: Mapped[list[Any]]  # at most two loop questions: [{key, code, text, commitment_id, choices}]
    changed_share: Mapped[float | None]  # of the roster, against the unit's wave before; None = first


class Place(Base):
    """One person on the roster of an open wave. Purged at close; says nothing about answering."""

    __tablename__ = "place"
    __table_args__ = (UniqueConstraint("wave_id", "person_id"),)

    id: Mapped[UUID] = random_id()  # the non-secret reference in a Slack button
    wave_id: Mapped[UUID] = mapped_column(ForeignKey("wave.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    team_id: Mapped[UUID]  # the unit in which the person is asked
    zone: Mapped[str]  # the person's at opening
    asks_at: Mapped[datetime]  # fixed at opening, whatever happens to the zone
    counts: Mapped[bool] = mapped_column(default=True)  # towards k; newcomers do from the seventh day
    skipped: Mapped[bool] = mapped_column(default=False)  # wants no more reminders for this wave


class Turnout(Base):
    """How many of a large open wave have answered, in per cent, counted once a day. Gone at the close.

    One rounded number over everybody who is asked and nothing else: no unit, no count, no instant.
    """

    __tablename__ = "turnout"

    wave_id: Mapped[UUID] = mapped_column(ForeignKey("wave.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)  # in the organisation's zone
    percent: Mapped[int]  # a multiple of 5 from 10 to 90; the ends stand for what lies beyond them
