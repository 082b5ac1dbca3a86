"""What a reader of published results is handed: frozen structs, already cut to what may be shown.

Whoever builds them (`surveys.results.queries`) reads published rows only. Whoever shows them (pages, Slack,
mail, commands) may not go around them. Nothing here knows how many people stand behind a figure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class TrendView:
    """What the trend rule says of one dimension, as it was frozen with the publication.

    `word` is one of `too_early`, `steady`, `shifted_up`, `shifted_down`, `restarted`; a pulse that gets no
    trend words has no `TrendView` at all.
    """

    word: str
    since: date | None = None  # occurrence about which the shift began
    baseline: float | None = None  # level the rule compares with, 0 to 100; None before there is one
    restarted: date | None = None  # occurrence at which a new baseline began
    reason: str | None = None  # why it began: roster, shift


@dataclass(frozen=True, slots=True)
class FigureView:
    """One dimension of one unit in one wave.

    A hidden figure is `HIDDEN` and nothing else, so that no two hidden states can be told apart. A figure
    that is shown without a score is a very low one: it is said in words only.
    """

    shown: bool
    score: float | None = None  # 0 to 100, full precision; 97.5 where capped
    low: float | None = None  # range, cut to its bounds; None where everyone answered
    high: float | None = None
    range_kind: str | None = None  # everyone, bounds, by_size, shrunk_t
    capped: bool = False  # "95 or more"
    carried: bool = False  # some answers are counted one level up
    bars: Mapping[str, Sequence[int]] | None = None  # code → unfavourable, neutral, favourable
    item_words: Mapping[str, str] | None = None  # code → most, half, few
    agreement: str | None = None  # close, mixed, apart
    trend: TrendView | None = None


HIDDEN = FigureView(shown=False)


@dataclass(frozen=True, slots=True)
class ParticipationView:
    """How many answered, as a band."""

    shown: bool
    band: str | None = None  # under_60, 60_79, 80_99, all; under ten asked: most, not_enough
    size_class: str | None = None  # 5_7, 8_9, 10_plus: of the smallest dimension
    asked: int | None = None  # in the unit and what is counted with it
    answered: int | None = None  # only where 20 or more were asked


@dataclass(frozen=True, slots=True)
class AskedItem:
    """A statement as it was asked in a wave."""

    code: str
    dimension: str
    text: str
    reversed: bool = False


@dataclass(frozen=True, slots=True)
class WavePoint:
    """One wave as one unit may see it now.

    `readable` is false while the wave is open, while this reader still waits for the results
    (`readable_from` says until when, once that is known), and for a wave that ended without results.
    Then `dimensions` is empty.
    """

    wave_id: UUID
    occurrence: date
    programme_name: str
    opens_at: datetime
    closes_at: datetime
    state: str  # open, closing, published, lost, cancelled, missed
    readable: bool
    readable_from: datetime | None = None
    team_sees_at: datetime | None = None
    participation: ParticipationView = ParticipationView(shown=False)
    dimensions: Mapping[str, FigureView] = field(default_factory=dict)
    items: Sequence[AskedItem] = ()
    cycle: int | None = None  # of the rotation, from 0; None for a wave without a number
    asked_here: int = 0  # people asked in this very unit, without what is below
    changed_share: float | None = None  # of the roster, against the wave before; None = first wave
    rules: Mapping[str, Any] = field(default_factory=dict)  # as `waves.rules.FrozenRules.as_json`
    receipt: Mapping[str, Any] | None = None
    key_destroyed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TeamTrend:
    """A unit and its newest waves, oldest first."""

    team_id: UUID
    team_name: str
    parent_id: UUID | None = None
    parent_name: str | None = None
    waves: Sequence[WavePoint] = ()

    @property
    def newest_readable(self) -> WavePoint | None:
        """The newest wave whose figures this reader may see now."""
        return next((wave for wave in reversed(self.waves) if wave.readable and wave.dimensions), None)
