"""Whether a level has shifted: an exponentially weighted average against a baseline of waves.

One wave against the last says nothing in a small team: differences under about 20 points are within
noise. Each published figure x_t comes with the variance of its noise,

    V_t = 3² + S² (1 - ½ n_t/N_t) / n_t,

with S = 27 for one item, 22 for two, 20 for four. The baseline is the first waves, at least four and
at least one cycle: μ = Σx/V ÷ Σ1/V, V₀ = 1/Σ(1/V). From there E ← .3x + .7E (from μ), q ← .09V + .49q
and W ← .3 + .7W (from 0), and z = (E - μ) / √(q + W²V₀). Beyond the limit the level has shifted, and a
new baseline begins with the next wave.
"""

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

WEIGHT = 0.3
TEAM_WEATHER = 3.0
NOISE_SD = {1: 27.0, 2: 22.0, 3: 21.0}
NOISE_SD_MORE = 20.0
BASELINE_WAVES = 4
LIMIT = 2.7
STRICT_LIMIT = 3.0  # three dimensions watched, or fewer than five teams feed the pooled noise
ROSTER_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class TrendState:
    """What one unit and dimension carry from publication to publication. Dates are ISO occurrences.

    Attributes:
        word: too_early, steady, shifted_up or shifted_down; stays while a new baseline is built.
        since: occurrence about which the shift began.
        restarted: occurrence at which the present baseline began, when it is not the first.
        reason: why it began anew, shift or roster.
        seen: waves in the present baseline or since.
        changed: share of the roster that changed since the baseline began.
    """

    word: str = "too_early"
    since: str | None = None
    baseline: float | None = None
    restarted: str | None = None
    reason: str | None = None
    seen: int = 0
    weighted: float = 0.0  # Σ x/V over the baseline
    weights: float = 0.0  # Σ 1/V over the baseline
    average: float = 0.0  # E
    noise: float = 0.0  # q
    reach: float = 0.0  # W
    side: int = 0  # on which side of μ the average is
    side_since: str | None = None
    changed: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """Return what is frozen with a figure."""
        return asdict(self)

    @classmethod
    def of(cls, stored: dict[str, Any] | None) -> "TrendState":
        """Return the state a figure froze, or a fresh one."""
        return cls(**stored) if stored else cls()


def noise_variance(n: int, asked: int, *, items: int) -> float:
    """Return V_t, the variance of one wave's figure when nothing really changes, in points squared."""
    deviation = NOISE_SD.get(items, NOISE_SD_MORE)
    return TEAM_WEATHER**2 + deviation**2 * (1 - 0.5 * n / asked) / n


def wobble(n: int, asked: int, *, items: int) -> float:
    """Return by how many points two waves may well differ without anything having changed (95 %)."""
    return 1.96 * math.sqrt(2 * noise_variance(n, asked, items=items))


def follow(
    state: TrendState,
    value: float,
    variance: float,
    *,
    occurrence: str,
    roster_changed: float = 0.0,
    limit: float = STRICT_LIMIT,
    baseline_waves: int = BASELINE_WAVES,
) -> TrendState:
    """Return the state after one more published wave.

    Args:
        state: as frozen with the last publication of this unit and dimension.
        value: the published score, 0 to 100 (97.5 where capped).
        variance: V_t, see `noise_variance`.
        occurrence: ISO date of the wave.
        roster_changed: share of the roster that is new or gone since the unit's wave before.
        limit: of |z|.
        baseline_waves: how many waves make a baseline.
    """
    changed = state.changed + (roster_changed if state.seen else 0.0)
    if changed >= ROSTER_SHARE and state.seen:
        state = _afresh(state, occurrence, "roster", word=state.word, since=state.since)
        changed = 0.0
    state = replace(state, seen=state.seen + 1, changed=changed)
    if state.seen <= baseline_waves:
        return _build_baseline(state, value, variance, baseline_waves)
    average = WEIGHT * value + (1 - WEIGHT) * state.average
    noise = WEIGHT**2 * variance + (1 - WEIGHT) ** 2 * state.noise
    reach = WEIGHT + (1 - WEIGHT) * state.reach
    mean = state.baseline if state.baseline is not None else value
    z = (average - mean) / math.sqrt(noise + reach**2 / state.weights)
    side = (average > mean) - (average < mean)
    side_since = state.side_since if side == state.side else occurrence
    state = replace(state, average=average, noise=noise, reach=reach, side=side, side_since=side_since)
    if abs(z) > limit:
        word = "shifted_up" if z > 0 else "shifted_down"
        return _afresh(state, occurrence, "shift", word=word, since=side_since)
    return state


def _build_baseline(state: TrendState, value: float, variance: float, baseline_waves: int) -> TrendState:
    state = replace(state, weighted=state.weighted + value / variance, weights=state.weights + 1 / variance)
    if state.seen < baseline_waves:
        return state
    mean = state.weighted / state.weights
    return replace(state, baseline=mean, average=mean, word="steady", since=None)


def _afresh(state: TrendState, occurrence: str, reason: str, *, word: str, since: str | None) -> TrendState:
    return TrendState(word=word, since=since, baseline=state.baseline, restarted=occurrence, reason=reason)
