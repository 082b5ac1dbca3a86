"""What is published. No row here stands for fewer people than the minimum group of its wave."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from surveys.database import Base


class Pool(Base):
    """Answers that were released together at one unit: its own and what was carried up from below.

    Pools of one dimension are disjoint, and a figure stands for a union of pools. Σ of squares is
    neither here nor derivable below ten answers.
    """

    __tablename__ = "pool"

    wave_id: Mapped[UUID] = mapped_column(ForeignKey("wave.id", ondelete="CASCADE"), primary_key=True)
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"), primary_key=True)
    dimension: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int]  # complete answers
    total: Mapped[float]  # Σ of person scores, each 0 to 100; n · 97.5 where capped
    item_sums: Mapped[dict[str, Any]]  # code → Σ of item scores; empty where they would make one certain
    agreement: Mapped[str | None]  # a word, from eight answers on


class Figure(Base):
    """What readers see of one unit and one dimension in one wave; frozen, read by every output.

    A hidden figure has no number at all, so that every hidden state reads alike.
    """

    __tablename__ = "figure"
    __table_args__ = (Index("ix_figure_team_id_dimension", "team_id", "dimension"),)

    wave_id: Mapped[UUID] = mapped_column(ForeignKey("wave.id", ondelete="CASCADE"), primary_key=True)
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"), primary_key=True)
    dimension: Mapped[str] = mapped_column(primary_key=True)
    shown: Mapped[bool]
    n: Mapped[int | None]  # exact; readers get a band (under 20 asked no exact n)
    asked: Mapped[int | None]
    score: Mapped[float | None]  # 0 to 100, full precision; 97.5 where capped
    low: Mapped[float | None]  # range, already cut to its bounds
    high: Mapped[float | None]
    range_kind: Mapped[str | None]  # everyone, bounds, by_size, shrunk_t
    capped: Mapped[bool] = mapped_column(default=False)  # "95 or more"
    carried: Mapped[bool] = mapped_column(default=False)  # some answers are counted one level up
    bars: Mapped[dict[str, Any] | None]  # code → [unfavourable, neutral, favourable]
    item_words: Mapped[dict[str, Any] | None]  # code → most, half, few
    agreement: Mapped[str | None]
    trend: Mapped[dict[str, Any] | None]  # word and frozen state of the trend rule


class Pooled(Base):
    """One dimension of one wave over all its published pools, and what was frozen of it for trends.

    Nothing here is about one team. Sums of squares and of products are here only over at least 20 teams
    and 100 records together.
    """

    __tablename__ = "pooled"

    wave_id: Mapped[UUID] = mapped_column(ForeignKey("wave.id", ondelete="CASCADE"), primary_key=True)
    dimension: Mapped[str] = mapped_column(primary_key=True)
    items: Mapped[dict[str, Any]]  # code → [answers, Σ of scores, pools]
    difficulties: Mapped[dict[str, Any]]  # code → δ in points, as used from this publication on
    noise: Mapped[dict[str, Any]]  # what this wave adds to c: {squares, pairs, teams}
    noise_scale: Mapped[float]  # c as used in this publication
    shape: Mapped[dict[str, Any] | None]  # see rules.pooled.shape_sums


class Participation(Base):
    """How many of a unit answered, as a band, after its own carry-up over the people asked."""

    __tablename__ = "participation"

    wave_id: Mapped[UUID] = mapped_column(ForeignKey("wave.id", ondelete="CASCADE"), primary_key=True)
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"), primary_key=True)
    shown: Mapped[bool]
    asked: Mapped[int | None]  # in the unit and what is counted with it
    answered: Mapped[int | None]  # only where at least 20 were asked
    band: Mapped[str | None]  # under_60, 60_79, 80_99, all; under ten asked: most, not_enough
    size_class: Mapped[str | None]  # 5_7, 8_9, 10_plus: of the smallest dimension


class TeamWord(Base):
    """What a team said to a loop question, as one word and never as counts."""

    __tablename__ = "team_word"

    wave_id: Mapped[UUID] = mapped_column(ForeignKey("wave.id", ondelete="CASCADE"), primary_key=True)
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"), primary_key=True)
    question: Mapped[str] = mapped_column(primary_key=True)  # LOOP-02, or LOOP-03 or -05:<commitment>
    word: Mapped[str]  # LOOP-03: kept, not_yet, cant_tell, too_few; LOOP-02: yes, partly, no, too_few


class ReceiptText(Base):
    """What one unit is shown of a wave, as one hash over a text that begins with random characters.

    The text itself is made anew from the figures: see `results.receipts`.
    """

    __tablename__ = "receipt_text"

    wave_id: Mapped[UUID] = mapped_column(ForeignKey("wave.id", ondelete="CASCADE"), primary_key=True)
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"), primary_key=True)
    random: Mapped[str]  # 32 hexadecimal characters, known to whoever may read the unit
    sha256: Mapped[str]
    version: Mapped[int]  # of the form of the text: see `results.receipts.FORMS`
