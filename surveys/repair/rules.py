"""When a repair plan is looked at, when help is suggested, and when it may be called repaired. Pure."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

LOOKS = (30, 60, 90)  # days after both agreed
SUGGESTED_AFTER = (90, 180)  # days without an upward shift, after which a mediator is suggested
CYCLES = 2  # full ones; nothing is called repaired before
LONGEST = 600
PROMISES = (2, 4)  # a plan is a few small steps


class LookWord(StrEnum):
    """What a team can say at a look. There is no third word: it takes time."""

    MOVING = "moving"
    TOO_EARLY = "too_early"


def looks_due(agreed_at: datetime, taken: Collection[int], *, now: datetime) -> list[int]:
    """Return the looks whose day has come and that nobody has taken."""
    return [day for day in LOOKS if now >= agreed_at + timedelta(days=day) and day not in taken]


def next_look(agreed_at: datetime, taken: Collection[int]) -> datetime | None:
    """Return when the next look is due, or None after the last."""
    coming = [day for day in LOOKS if day not in taken]
    return agreed_at + timedelta(days=coming[0]) if coming else None


def mediator_after(agreed_at: datetime, *, shifted_up: bool, now: datetime) -> int | None:
    """Return after how many days a mediator is suggested to the team: 90, then 180; None before.

    Only where no dimension has shifted up since both agreed.
    """
    if shifted_up:
        return None
    reached = [days for days in SUGGESTED_AFTER if now >= agreed_at + timedelta(days=days)]
    return reached[-1] if reached else None


def full_cycles(cycles: Sequence[int | None]) -> int:
    """Return how many full cycles lie behind, out of the cycle of each wave since both agreed, in order.

    The first one had begun before and the last one may go on, so neither counts.
    """
    seen = list(dict.fromkeys(cycle for cycle in cycles if cycle is not None))
    return max(len(seen) - 2, 0)


def may_be_called_repaired(cycles: Sequence[int | None]) -> bool:
    """Return whether enough time lies behind to say so."""
    return full_cycles(cycles) >= CYCLES
