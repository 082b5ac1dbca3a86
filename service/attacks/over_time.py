"""One wave against the next: joiners, leavers, the same people asked the same thing twice."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from service.attacks.published import PublishedWave
from surveys.waves.rules import DAYS_BETWEEN_SAME_DIMENSION


@dataclass(slots=True)
class OverTime:
    """Reads waves in the order in which they closed and remembers what the next must be compared with.

    Attributes:
        near_repeats: figures about people who answered the same dimension days before: two answers of
            the same people that hardly moved, so that a joiner's is their difference.
        small_changes: pairs of figures whose people differ by 1 to k-1. Everybody answered anew in
            between, which hides most of it; members are told that over months a careful reader can learn
            more.
    """

    near_repeats: int = 0
    small_changes: int = 0
    _last: dict[tuple[UUID, str], tuple[datetime, int, int]] = field(default_factory=dict)

    def read(self, wave: PublishedWave) -> None:
        """Take in one more wave."""
        for (unit, dimension), figure in wave.figures.items():
            if figure["n"] is None:
                continue
            before = self._last.get((unit, dimension))
            if before is not None:
                closed_at, n, asked = before
                days = (wave.closes_at - closed_at).days
                self.near_repeats += days < DAYS_BETWEEN_SAME_DIMENSION
                changed = wave.units[unit].changed if unit in wave.units else None
                here = wave.units[unit].asked if unit in wave.units else 0
                few = 0 < (changed or 0.0) * here < wave.minimum
                differ = 0 < abs(asked - figure["asked"]) < wave.minimum
                self.small_changes += few or differ or 0 < abs(n - figure["n"]) < wave.minimum
            self._last[unit, dimension] = (wave.closes_at, figure["n"], figure["asked"])
