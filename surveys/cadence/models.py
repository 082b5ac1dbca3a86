"""The programme: HR's decision of who is asked what and how often. Waves are not here."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from surveys.cadence.rules import Interval
from surveys.database import Base, Scoped, random_id

__all__ = ["Interval", "Programme", "PulseKind", "Remind"]


class PulseKind(StrEnum):
    """How much one wave asks."""

    DEFAULT = "default"  # 6 items: two of each core dimension
    LIGHT = "light"  # 4 items: one of each core dimension and one optional
    QUARTERLY = "quarterly"  # 12 items: four of each core dimension


class Remind(StrEnum):
    """Whom a reminder goes to. Everyone is the default, because Slack and mail keep who was sent one."""

    EVERYONE = "everyone"
    MISSING = "missing"


class Programme(Scoped, Base):
    """A pulse that returns. Waves freeze what they need of it at opening, so edits touch later ones."""

    __tablename__ = "programme"

    id: Mapped[UUID] = random_id()
    name: Mapped[str]
    audience: Mapped[list[str]]  # ids of teams, each with everything below it; none means everybody
    pulse: Mapped[PulseKind]
    interval: Mapped[Interval]
    every: Mapped[int] = mapped_column(default=1)  # weeks between occurrences, for Interval.WEEKS
    start_on: Mapped[date]  # the first occurrence is the first matching weekday on or after it
    weekday: Mapped[int]  # Monday is 0
    local_time: Mapped[time]  # in each member's own zone
    window_hours: Mapped[int]  # from the last delivery to the one closing instant
    reminders: Mapped[int] = mapped_column(default=1)  # 0 to 2
    remind: Mapped[Remind] = mapped_column(default=Remind.EVERYONE)
    observe_holidays: Mapped[bool] = mapped_column(default=True)
    open_question: Mapped[bool] = mapped_column(default=True)  # whether a pulse ends with one, optional
    blackouts: Mapped[list[Any]] = mapped_column(default=list)  # pairs of ISO dates, both included
    minimum_group: Mapped[int | None]  # may only raise the organisation's
    head_start_days: Mapped[int] = mapped_column(default=1)  # working days leaders read first, 0 to 2
    optional_dimensions: Mapped[list[str]] = mapped_column(default=list)  # for light pulses
    struck_items: Mapped[list[str]] = mapped_column(default=list)  # at most two a dimension
    own_items: Mapped[list[Any]] = mapped_column(default=list)  # at most two {code, text, reversed}
    own_codes_used: Mapped[int] = mapped_column(
        default=0
    )  # the highest number; a new wording takes the next
    counts_from: Mapped[date | None]  # earlier occurrences belong to a pause or an older timetable
    paused_at: Mapped[datetime | None]
    extra_on: Mapped[date | None]  # one wave by hand, after a wave that was lost with its key
    created_at: Mapped[datetime]
