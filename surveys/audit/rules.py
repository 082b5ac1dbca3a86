"""Who has looked at a unit's figures, by role and day. Pure: no database, no clock."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

READINGS_KEPT_DAYS = 90


class LookedAs(StrEnum):
    """As what somebody looked at figures of a unit in which they are not asked themselves."""

    LEADER = "leader"  # of the unit
    LEADER_ABOVE = "leader_above"  # where a wave said beforehand that they may
    HR = "hr"
    VIEWER = "viewer"
    OPERATOR = "operator"  # in the shell of the host


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody looked at a unit that day. `mark` tells two people apart and is counted, never shown."""

    organisation_id: UUID
    team_id: UUID
    day: date
    looked_as: LookedAs
    mark: str


@dataclass(frozen=True, slots=True)
class DayOfLooks:
    """One day: how many different people looked, by role, in the order of `LookedAs`."""

    day: date
    people: Sequence[tuple[LookedAs, int]]


def mark_of(person_id: UUID | None, team_id: UUID, day: date) -> str:
    """Return what counts a person once a unit and day.

    It names nobody to those who read the log. Whoever holds the database can try the few people it
    may stand for; it is deleted with its line.
    """
    text = f"{person_id or 'the shell'}\n{team_id}\n{day.isoformat()}"
    return sha256(text.encode()).hexdigest()[:32]


def days_of(looks: Iterable[tuple[date, LookedAs]]) -> list[DayOfLooks]:
    """Return looks, one a person and day, as days with counts by role, the newest first."""
    counts = Counter(looks)
    days = sorted({day for day, _ in counts}, reverse=True)
    return [
        DayOfLooks(day, [(kind, counts[day, kind]) for kind in LookedAs if counts[day, kind]])
        for day in days
    ]
