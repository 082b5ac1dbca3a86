"""What goes into a publication and what comes out of it: the wave as it was frozen, and rows to store."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from surveys.results.rules.loop_words import SHARE_FOR_A_WORD
from surveys.results.rules.pooled import ItemLevel, Noise
from surveys.results.rules.trend import BASELINE_WAVES, TrendState


@dataclass(frozen=True, slots=True)
class FrozenUnit:
    """A unit as it stood at opening.

    Attributes:
        asked: people asked in this very unit.
        leaders: who leads it.
        parts: dimension → question keys, in the order of a ballot's bytes.
        loop: loop question key → (code, choices in order).
        changed: share of the roster that is new or gone, None for a first wave.
    """

    parent_id: UUID | None
    asked: int
    leaders: frozenset[UUID]
    parts: Mapping[str, tuple[str, ...]]
    loop: Mapping[str, tuple[str, tuple[str, ...]]]
    changed: float | None = None


@dataclass(slots=True)
class Publication:
    """Rows to be stored, ready for insertion, and the totals of the receipt."""

    pools: list[dict[str, Any]] = field(default_factory=list)
    figures: list[dict[str, Any]] = field(default_factory=list)
    participation: list[dict[str, Any]] = field(default_factory=list)
    words: list[dict[str, Any]] = field(default_factory=list)
    pooled: list[dict[str, Any]] = field(default_factory=list)
    totals: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FrozenWave:
    """What was promised when the wave opened, and what earlier publications froze.

    Attributes:
        votes_for_a_word: decided votes a team's word needs.
        backwards: code → whether the item is reversed.
        trends: (unit, dimension) → state frozen with the last publication.
        levels: dimension → item → its answers in the organisation's earlier publications.
        noise: how far consecutive figures of the organisation's teams lay apart until now.
        needs_levels: whether a dimension gets a trend word only when the difficulty of its items is
            known, as with one item a wave.
        baseline_waves: dimension → waves that make a baseline; four where it says nothing.
        share_for_a_word: share of those asked that a team's word needs besides, 0 to 1.
    """

    occurrence: str
    minimum: int
    votes_for_a_word: int
    units: Mapping[UUID, FrozenUnit]
    backwards: Mapping[str, bool]
    trends: Mapping[tuple[UUID, str], TrendState]
    levels: Mapping[str, Mapping[str, ItemLevel]] = field(default_factory=dict)
    noise: Noise = field(default_factory=Noise)
    needs_levels: bool = False
    baseline_waves: Mapping[str, int] = field(default_factory=dict)
    share_for_a_word: float = SHARE_FOR_A_WORD

    def baseline_of(self, dimension: str) -> int:
        """Return how many waves make a baseline of this dimension: a full cycle, and at least four."""
        return max(BASELINE_WAVES, self.baseline_waves.get(dimension, 0))
