"""What one wave freezes for trends: words about change, and how far the figures of teams wobble.

The baseline of `STEADY` lies 2.85 noises below: more than the 2.7 of the lower limit, and less than 3.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from surveys.results.rules.pooled import Noise
from surveys.results.rules.trend import TrendState
from tests.surveys.results.rules.test_publication import ALDER, BIRCH, MIXED, TOP, figure, published, wave

STEADY = TrendState(
    "steady",
    baseline=59.375 - 2.85 * 39.25**0.5,
    seen=4,
    weights=1e9,
    average=59.375 - 2.85 * 39.25**0.5,
)


def after(
    state: TrendState,
    *,
    dimensions: Sequence[str] = ("PSY",),
    **known: Any,  # noqa: ANN401 -- fields of a frozen wave
) -> dict[str, Any]:
    state = replace(state, weighted=(state.baseline or 0.0) * state.weights)
    parts = {name: (f"{name}-01", f"{name}-02") for name in dimensions}
    changed = known.pop("changed", None)
    frozen = replace(wave({ALDER: 8}, parts), trends={(ALDER, "PSY"): state}, **known)
    units = {**frozen.units, ALDER: replace(frozen.units[ALDER], changed=changed)}
    answers = {name: {ALDER: MIXED} for name in dimensions}
    trend: dict[str, Any] = figure(published(replace(frozen, units=units), answers), ALDER)["trend"]
    return trend


def test_the_limit_is_lower_where_five_teams_are_known_and_fewer_than_three_dimensions_watched() -> None:
    five = Noise(40.0, 40, 5)
    known = after(STEADY, noise=five)

    assert (known["word"], known["since"], known["restarted"]) == ("shifted_up", *["2026-03-03"] * 2)
    assert after(STEADY, noise=Noise(40.0, 40, 4))["word"] == "steady"
    assert after(STEADY, noise=five, dimensions=("PSY", "CNF", "FLW"))["word"] == "steady"


def test_where_figures_wobble_more_a_shift_must_be_larger() -> None:
    assert after(STEADY, noise=Noise(90.0, 40, 5))["word"] == "steady"


def test_a_quarter_of_the_roster_begins_a_new_baseline() -> None:
    anew = after(STEADY, changed=0.25)
    assert (anew["word"], anew["reason"], anew["restarted"]) == ("steady", "roster", "2026-03-03")
    assert after(STEADY, changed=0.2)["reason"] is None


def test_the_last_wave_of_a_baseline_is_that_of_its_dimension() -> None:
    third = replace(STEADY, word="too_early", seen=3)
    assert after(third)["word"] == "steady"
    assert after(third, baseline_waves={"PSY": 8})["word"] == "too_early"


def test_one_statement_wobbles_more_than_two() -> None:
    """Eight of eight: 3² + S²/16 with S = 27 for one statement and 22 for two."""
    one = published(wave({ALDER: 8}, {"PSY": ("PSY-01",)}), {"PSY": {ALDER: [(4,)] * 7 + [(3,)]}})
    assert figure(one, ALDER)["trend"]["last_variance"] == 9 + 27**2 / 16
    assert after(STEADY)["last_variance"] == 9 + 22**2 / 16


def test_the_noise_comes_from_the_teams_last_published_figures() -> None:
    trends = {
        (ALDER, "PSY"): TrendState(last=30.0, last_variance=50.0),
        (TOP, "PSY"): TrendState(last=30.0, last_variance=10.0),
    }
    known = replace(wave({ALDER: 8, BIRCH: 8}), trends=trends, noise=Noise(80.0, 40, 6))
    found = published(known, {"PSY": {ALDER: MIXED, BIRCH: MIXED}})
    row = figure(found, ALDER)["trend"]
    squares = (row["last"] - 30.0) ** 2 / (row["last_variance"] + 50.0)

    assert found.pooled[0]["noise"] == {"squares": pytest.approx(squares), "pairs": 1, "teams": 1}
    assert found.pooled[0]["noise_scale"] == pytest.approx((60 + 80 + squares) / (60 + 41))


def test_pairs_of_all_teams_add_up_but_of_those_that_are_new_hidden_or_changed() -> None:
    changed, one, hidden, new, other, too = teams = [UUID(int=number) for number in range(2, 8)]
    known = wave(dict.fromkeys(teams, 8))
    known = replace(
        known,
        units=known.units | {unit: replace(known.units[unit], changed=0.25) for unit in (changed, too)},
        trends={(unit, "PSY"): TrendState(last=20.0, last_variance=50.0) for unit in teams if unit != new},
    )
    answers = {unit: MIXED[:3] if unit == hidden else MIXED for unit in teams}
    found = published(known, {"PSY": answers})
    rows = [figure(found, unit)["trend"] for unit in (one, other)]
    squares = [(row["last"] - 20.0) ** 2 / (row["last_variance"] + 50.0) for row in rows]

    assert found.pooled[0]["noise"] == {"squares": pytest.approx(sum(squares)), "pairs": 2, "teams": 2}


def test_a_team_that_changed_by_a_quarter_gives_no_pair() -> None:
    known = wave({ALDER: 8})
    units = {**known.units, ALDER: replace(known.units[ALDER], changed=0.25)}
    state = {(ALDER, "PSY"): TrendState(last=30.0, last_variance=50.0)}
    found = published(replace(known, units=units, trends=state), {"PSY": {ALDER: MIXED}})
    assert found.pooled[0]["noise"]["pairs"] == 0
