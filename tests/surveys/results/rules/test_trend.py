"""The trend rule against a second, plain form of it, written from its formulas, on invented series."""

import math
from random import Random

import pytest
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
    told_as_formulas_do(series, baseline, limit)


@pytest.mark.parametrize(("baseline", "limit"), [(4, 2.7), (6, 3.0)])
def test_so_they_are_in_long_series_that_drift_up_and_down(baseline: int, limit: float) -> None:
    shifts = set()
    for seed in range(12):
        chance = Random(seed)  # noqa: S311 -- invented figures
        drift = chance.choice((-1.5, 1.5))
        series = [
            (
                min(max(50 + drift * (12 - abs(at % 24 - 12)) + chance.gauss(0, 5), 0.0), 100.0),
                chance.uniform(30, 60),
                chance.choice((0.0, 0.0, 0.0, 0.05)),
            )
            for at in range(40)
        ]
        shifts |= {word for word, *_ in told_as_formulas_do(series, baseline, limit)}
    assert shifts == {"too_early", "steady", "shifted_up", "shifted_down"}


def told_as_formulas_do(
    series: list[tuple[float, float, float]], baseline: int, limit: float
) -> list[tuple[object, ...]]:
    state, told = TrendState(), list[tuple[object, ...]]()
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
    return told


def test_a_new_beginning_keeps_the_last_figure_to_which_the_next_is_compared() -> None:
    before = TrendState(seen=5, weighted=5.0, weights=0.1).with_last(61.0, 44.0)
    anew = follow(before, 40.0, 40.0, occurrence="w5", roster_changed=0.25)
    assert (anew.reason, anew.seen, anew.last, anew.last_variance) == ("roster", 1, 61.0, 44.0)


def test_two_waves_differ_by_the_root_of_twice_their_noise() -> None:
    assert math.isclose(wobble(8, 8, items=1), 1.96 * math.sqrt(2 * (9 + 27**2 / 16)))
