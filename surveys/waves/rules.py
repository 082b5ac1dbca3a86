"""What is frozen with a wave, and who is asked in it. Pure: no database, no clock."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

SMALL_UNIT = 8  # units under this size are asked at most every two weeks
DAYS_BETWEEN_SMALL = 14
DAYS_BETWEEN_SAME_DIMENSION = 5
NEWCOMER_DAYS = 7  # after the first wave a newcomer counts towards k from this day on
LOOP_QUESTIONS = 2  # at most so many loop questions a sheet; own questions take what room they leave

TURNOUT_FROM = 50  # people asked; of fewer nothing is said while a wave is open
TURNOUT_STEP = 5  # per cent
TURNOUT_ENDS = (
    10,
    90,
)  # "10 % or fewer" and "90 % or more": nearly nobody and nearly all are not told apart


@dataclass(frozen=True, slots=True)
class FrozenRules:
    """What every member is promised before answering; it never changes for this wave.

    Attributes:
        minimum_group: k, no figure stands for fewer people.
        reminders: how many there are, 0 to 2.
        remind: "everyone" or "missing".
        head_start_days: working days by which leaders read before the team, 0 to 2.
        leaders_read_below: whether a leader above may open single team pages below.
        window_hours: from the last delivery to the close.
        pulse: "default", "light" or "quarterly".
        votes_for_a_word: decided votes the team's word needs.
        share_for_a_word: share of those asked it needs besides; waves that stored none had one half.
        open_prompt: code of the open question; None for waves that had none.
    """

    minimum_group: int
    reminders: int
    remind: str
    head_start_days: int
    leaders_read_below: bool
    window_hours: int
    pulse: str
    votes_for_a_word: int = 4
    open_prompt: str | None = None
    share_for_a_word: float = 0.5

    def as_json(self) -> dict[str, Any]:
        """Return what is stored with the wave."""
        return asdict(self)

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "FrozenRules":
        """Return the rules a wave stored."""
        return cls(**stored)


@dataclass(frozen=True, slots=True)
class LoopQuestion:
    """A question about what the leader did; one ballot row of its own, never carried up.

    Attributes:
        key: "LOOP-02", or "LOOP-03:<id of the promise>", or LOOP-05 likewise; also the dimension of
            its ballot.
        code: the loop item, which names the choices.
        text: what is asked, with the promise's frozen words in it.
        commitment_id: the promise, for LOOP-03.
    """

    key: str
    code: str
    text: str
    commitment_id: UUID | None = None

    def as_json(self) -> dict[str, Any]:
        """Return what is stored with the unit."""
        return {
            "key": self.key,
            "code": self.code,
            "text": self.text,
            "commitment_id": str(self.commitment_id) if self.commitment_id else None,
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "LoopQuestion":
        """Return the question a unit stored."""
        known = stored["commitment_id"]
        return cls(stored["key"], stored["code"], stored["text"], UUID(known) if known else None)


@dataclass(frozen=True, slots=True)
class LastAsked:
    """When a unit was last asked, and when about what."""

    occurrence: date
    dimensions: Mapping[str, date]


def unit_rests(asked: int, last: LastAsked | None, occurrence: date, dimensions: Collection[str]) -> bool:
    """Return whether a unit is left out of this occurrence so that nobody is asked too often.

    Under eight people once in two weeks is the most, and no dimension comes back within five days.
    """
    if last is None:
        return False
    if asked < SMALL_UNIT and (occurrence - last.occurrence).days < DAYS_BETWEEN_SMALL:
        return True
    return any(
        (occurrence - last.dimensions[dimension]).days < DAYS_BETWEEN_SAME_DIMENSION
        for dimension in dimensions
        if dimension in last.dimensions
    )


def counts_towards_minimum(since: datetime | None, opens_at: datetime, *, first_wave: bool) -> bool:
    """Return whether a person counts towards k, so that a roster cannot be filled up for one wave."""
    if first_wave or since is None:
        return True
    return opens_at - since >= timedelta(days=NEWCOMER_DAYS)


def turnout_percent(cast: int, asked: int) -> int | None:
    """Return how many have answered while a wave is open, as HR may read it; None below fifty asked.

    Args:
        cast: people under whose keys something lies in the box; blank sheets and ones taken back count.
        asked: people on the roster.

    Returns:
        Per cent, a multiple of 5 from 10 to 90.
    """
    if asked < TURNOUT_FROM:
        return None
    steps = (200 * cast + TURNOUT_STEP * asked) // (2 * TURNOUT_STEP * asked)  # rounded, half up
    return min(max(steps * TURNOUT_STEP, TURNOUT_ENDS[0]), TURNOUT_ENDS[1])


def changed_share(before: Collection[UUID], now: Collection[UUID]) -> float:
    """Return the share of a roster that is new or gone, 0.0 to 1.0, against the larger of the two."""
    larger = max(len(before), len(now))
    return 1 - len(set(before) & set(now)) / larger if larger else 0.0


def own_items_asked(own: Sequence[str], number: int, loop_questions: int) -> list[str]:
    """Return which of HR's own questions a unit is asked beside `loop_questions` loop questions.

    Loop questions come first and the two kinds together are at most two, so that the sheet stays a
    minute long; with room for one, own questions take turns by the number of the wave.
    """
    room = max(0, LOOP_QUESTIONS - loop_questions)
    if not own:
        return []
    turned = [own[(number + step) % len(own)] for step in range(len(own))]
    return sorted(turned[:room], key=own.index)
