"""Whether a level has shifted: an exponentially weighted average against a baseline of waves.

One wave against the last says nothing in a small team: differences under about 20 points are within
noise. Each published figure x_t, less the mean difficulty of its items, comes with the variance of its
noise,

    V_t = c · (3² + S² (1 - ½ n_t/N_t) / n_t),

with S = 27 for one item, 22 for two, 20 for four, and c as pooled over the organisation. The baseline is
the first waves, at least four and at least one cycle: μ = Σx/V ÷ Σ1/V, V₀ = 1/Σ(1/V). From there
E ← .3x + .7E (from μ), q ← .09V + .49q and W ← .3 + .7W (from 0), and z = (E - μ) / √(q + W²V₀).

`observe` is that rule and nothing else: it never begins anew. `follow` calls it, compares |z| with the
limit, and begins a new baseline after a shift or when a quarter of the roster has changed.
"""

import math
from dataclasses import dataclass, fields, replace
from typing import Any

WEIGHT = 0.3
TEAM_WEATHER = 3.0
NOISE_SD = {1: 27.0, 2: 22.0, 3: 21.0}
NOISE_SD_MORE = 20.0
BASELINE_WAVES = 4
LIMIT = 2.7
STRICT_LIMIT = 3.0
WATCHED_FOR_STRICT = 3  # so many dimensions watched together make a false alarm in any of them likely
TEAMS_FOR_LIMIT = 5  # from so many teams on the pooled noise is known well enough for the lower limit
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
        last: the newest figure, less the difficulty of its items.
        last_variance: V of that figure without c.
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
    last: float | None = None
    last_variance: float | None = None

    def with_last(self, value: float, variance: float) -> "TrendState":
        """Return this state with the newest figure in it, whether a word came of it or not."""
        return replace(self, last=value, last_variance=variance)

    def as_json(self) -> dict[str, Any]:
        """Return what is frozen with a figure."""
        return {name: getattr(self, name) for name in _NAMES}

    @classmethod
    def of(cls, stored: dict[str, Any] | None) -> "TrendState":
        """Return the state a figure froze, or a fresh one."""
        return cls(**stored) if stored else cls()


_NAMES = tuple(one.name for one in fields(TrendState))


def noise_variance(n: int, asked: int, *, items: int) -> float:
    """Return V_t without c, the variance of one wave's figure when nothing really changes (points²)."""
    deviation = NOISE_SD.get(items, NOISE_SD_MORE)
    return TEAM_WEATHER**2 + deviation**2 * (1 - 0.5 * n / asked) / n


def wobble(n: int, asked: int, *, items: int) -> float:
    """Return by how many points two waves may well differ without anything having changed (95 %)."""
    return 1.96 * math.sqrt(2 * noise_variance(n, asked, items=items))


def limit_of(watched: int, teams: int) -> float:
    """Return the limit of |z|.

    Args:
        watched: dimensions that are watched together.
        teams: how many teams feed the pooled noise.
    """
    strict = watched >= WATCHED_FOR_STRICT or teams < TEAMS_FOR_LIMIT
    return STRICT_LIMIT if strict else LIMIT


def observe(
    state: TrendState, value: float, variance: float, *, baseline_waves: int = BASELINE_WAVES
) -> tuple[TrendState, float | None]:
    """Return the state after one more wave, and z; None while the baseline is being built.

    The pure rule: it neither begins anew nor changes a word. See `follow` for the arguments.
    """
    seen = state.seen + 1
    if seen <= baseline_waves:
        weighted, weights = state.weighted + value / variance, state.weights + 1 / variance
        mean = weighted / weights
        baseline = mean if seen == baseline_waves else state.baseline
        begun = replace(
            state, seen=seen, weighted=weighted, weights=weights, baseline=baseline, average=mean
        )
        return begun, None
    mean = state.weighted / state.weights
    average = WEIGHT * value + (1 - WEIGHT) * state.average
    noise = WEIGHT**2 * variance + (1 - WEIGHT) ** 2 * state.noise
    reach = WEIGHT + (1 - WEIGHT) * state.reach
    z = (average - mean) / math.sqrt(noise + reach**2 / state.weights)
    return replace(state, seen=seen, average=average, noise=noise, reach=reach), z


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
    """Return the state after one more published wave, with its word, and begin anew where that is due.

    Args:
        state: as frozen with the last publication of this unit and dimension.
        value: the published score less the mean difficulty of its items (97.5 where capped).
        variance: V_t with c, see `noise_variance`.
        occurrence: ISO date of the wave.
        roster_changed: share of the roster that is new or gone since the unit's wave before.
        limit: of |z|, see `limit_of`.
        baseline_waves: how many waves make a baseline.
    """
    changed = state.changed + (roster_changed if state.seen else 0.0)
    if changed >= ROSTER_SHARE and state.seen:
        state = _afresh(state, occurrence, "roster")
        changed = 0.0
    if changed != state.changed:
        state = replace(state, changed=changed)
    state, z = observe(state, value, variance, baseline_waves=baseline_waves)
    if z is None:
        done = state.seen == baseline_waves
        return replace(state, word="steady", since=None) if done else state
    side = 1 if z > 0 else -1
    side_since = state.side_since if side == state.side else occurrence
    if (side, side_since) != (state.side, state.side_since):
        state = replace(state, side=side, side_since=side_since)
    if abs(z) <= limit:
        return state
    word = "shifted_up" if z > 0 else "shifted_down"
    return _afresh(replace(state, word=word, since=side_since), occurrence, "shift")


def _afresh(state: TrendState, occurrence: str, reason: str) -> TrendState:
    """Begin a new baseline; the last word and the last level stay until it is complete."""
    return TrendState(
        word=state.word,
        since=state.since,
        baseline=state.baseline,
        restarted=occurrence,
        reason=reason,
        last=state.last,
        last_variance=state.last_variance,
    )
