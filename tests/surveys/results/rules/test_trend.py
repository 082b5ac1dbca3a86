"""The trend rule against a second, plain form of it, written from its formulas, on invented series."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.results.rules.trend import TrendState, follow, wobble

SERIES = st.lists(
    st.tuples(st.floats(0, 100), st.floats(20, 120), st.sampled_from([0.0, 0.0, 0.0, 0.1, 0.25])),
    min_size=1,
    max_size=30,
)


def plainly(
    series: list[tuple[float, float, float]], baseline: int, limit: float
) -> list[tuple[object, ...]]:
    """Word, since, restarted, reason and level of each wave, made anew from all waves before it."""
    told: list[tuple[object, ...]] = []
    word, since, restarted, reason, level = "too_early", None, None, None, None
    start, moved, run = 0, 0.0, (0, "")
    for at, (_, _, changed) in enumerate(series):
        moved += changed if at > start else 0.0
        if moved >= 0.25 and at > start:
            start, moved, restarted, reason, run = at, 0.0, f"w{at}", "roster", (0, "")
        waves = series[start : at + 1]
        first = waves[:baseline]
        weights = sum(1 / v for _, v, _ in first)
        mean = sum(x / v for x, v, _ in first) / weights
        if len(waves) == baseline:
            word, since, level = "steady", None, mean
        if len(waves) > baseline:
            later = waves[baseline:]
            n = len(later)
            average = 0.7**n * mean + sum(0.3 * 0.7 ** (n - 1 - j) * x for j, (x, _, _) in enumerate(later))
            noise = sum(0.09 * 0.49 ** (n - 1 - j) * v for j, (_, v, _) in enumerate(later))
            z = (average - mean) / math.sqrt(noise + (1 - 0.7**n) ** 2 / weights)
            side = 1 if z > 0 else -1
            run = run if run[0] == side else (side, f"w{at}")
            if abs(z) > limit:
                word, since = ("shifted_up" if side > 0 else "shifted_down"), run[1]
                start, moved, restarted, reason, run = at + 1, 0.0, f"w{at}", "shift", (0, "")
        told.append((word, since, restarted, reason, None if level is None else round(level, 6)))
    return told


@settings(max_examples=150, deadline=None)
@given(SERIES, st.sampled_from([4, 6]), st.sampled_from([2.7, 3.0]))
def test_words_dates_and_levels_are_those_of_the_formulas(
    series: list[tuple[float, float, float]], baseline: int, limit: float
) -> None:
    state, told = TrendState(), []
    for at, (value, variance, changed) in enumerate(series):
        state = follow(
            state,
            value,
            variance,
            occurrence=f"w{at}",
            roster_changed=changed,
            limit=limit,
            baseline_waves=baseline,
        ).with_last(value, variance)
        level = None if state.baseline is None else round(state.baseline, 6)
        told.append((state.word, state.since, state.restarted, state.reason, level))
        assert (state.last, state.last_variance) == (value, variance)
    assert told == plainly(series, baseline, limit)


def test_two_waves_differ_by_the_root_of_twice_their_noise() -> None:
    assert math.isclose(wobble(8, 8, items=1), 1.96 * math.sqrt(2 * (9 + 27**2 / 16)))
