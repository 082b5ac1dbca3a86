"""How often the trend rule says "shifted" when nothing changed, and how soon it sees a fall.

    python -m benchmarks.statistics.trend [--teams 2000] [--seed 1]

Teams of one size answer two statements a wave, four pairs in rotation, with five points; see
`benchmarks.statistics.people` for the model. Who answers changes from wave to wave at random; a wave
with fewer than five answers is not published, so waves here are published waves. The difficulty of the
statements is estimated over all teams and taken off, as in the product. The rule is the product's own,
without beginning anew.
"""

import argparse
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.statistics.people import (
    DIFFICULTY,
    LEANING,
    LEVEL,
    PER_ITEM,
    THIS_TIME,
    WEATHER,
    Floats,
    on_five_points,
)
from surveys.results.rules.pooled import Noise
from surveys.results.rules.trend import (
    BASELINE_WAVES,
    LIMIT,
    STRICT_LIMIT,
    TrendState,
    noise_variance,
    observe,
)

ITEMS, PAIRS, FEWEST, YEAR = 2, 4, 5, 12
TOGETHER = 20  # teams of one organisation, which share difficulties and the scale of noise
SETTINGS = ((5, 0.9), (6, 0.8), (8, 0.8), (8, 1.0), (10, 0.8), (12, 0.8))
FALLS = (10, 15, 20, 25)
HALO, COMMON_WEATHER = 0.7, 0.5  # how far three dimensions of one person, of one team, go together


@dataclass(frozen=True, slots=True)
class Published:
    """Figures of many teams: teams by waves. `answers` is n_t."""

    scores: Floats
    answers: Floats
    size: int


@dataclass(frozen=True, slots=True)
class Life:
    """What happens to the teams. Attributes with a default are what the model says.

    Attributes:
        size: N.
        response: chance that a person answers.
        fall: points by which every level falls with wave `changes_at` (counted from 0).
        changes_at: the wave of the fall, and of a change of people.
        restless: by how much people fluctuate more from wave to wave than the model says.
        replaced: how many people of a team are others from `changes_at` on.
        correct: whether the difficulty of statements is taken off, as 20 teams of one organisation show it.
    """

    size: int = 8
    response: float = 0.8
    fall: float = 0.0
    changes_at: int = BASELINE_WAVES
    restless: float = 1.0
    replaced: int = 0
    correct: bool = True


def published(
    chance: np.random.Generator, teams: int, waves: int, life: Life, *, dimensions: int = 1
) -> list[Published]:
    """Return what is published of each dimension; teams come in organisations of 20."""
    shared = chance.normal(0, 1, (teams, life.size))
    shared_weather = chance.normal(0, 1, (teams, waves))
    answering = _who_answers(chance, teams, waves, life)
    found = []
    for _ in range(dimensions):
        leaning = LEANING * _mixed(chance, shared, HALO)
        weather = WEATHER * _mixed(chance, shared_weather, COMMON_WEATHER)
        scores = _scores(chance, leaning, weather, answering, life)
        found.append(Published(scores, answering.sum(axis=2), life.size))
    return found


def _scores(
    chance: np.random.Generator, leaning: Floats, weather: Floats, answering: Floats, life: Life
) -> Floats:
    teams, waves = weather.shape
    organisations = -(-teams // TOGETHER)
    of_teams = np.repeat(np.arange(organisations), TOGETHER)[:teams]
    difficulty = chance.normal(0, DIFFICULTY, (organisations, PAIRS, ITEMS))
    others = LEANING * chance.normal(0, 1, leaning.shape)
    scores = np.empty((teams, waves))
    for wave in range(waves):
        after = wave >= life.changes_at
        person = np.where((np.arange(life.size) < life.replaced) & after, others, leaning)
        person = person + life.restless * chance.normal(0, THIS_TIME, person.shape)
        level = LEVEL + weather[:, wave] - (life.fall if after else 0.0)
        noise = life.restless * chance.normal(0, PER_ITEM, (*person.shape, ITEMS))
        item = difficulty[of_teams, wave % PAIRS]
        latent = level[:, None, None] + person[..., None] + item[:, None, :] + noise
        people = on_five_points(latent).mean(axis=-1)
        scores[:, wave] = (people * answering[:, wave]).sum(axis=1) / answering[:, wave].sum(axis=1)
    if life.correct:
        known = life.changes_at if life.fall else waves
        means = np.stack([scores[:, pair:known:PAIRS].mean(axis=1) for pair in range(PAIRS)], axis=1)
        of_organisation = np.stack([means[of_teams == one].mean(axis=0) for one in range(organisations)])
        deltas = of_organisation - of_organisation.mean(axis=1, keepdims=True)
        scores -= deltas[of_teams][:, np.arange(waves) % PAIRS]
    return scores


def _mixed(chance: np.random.Generator, shared: Floats, share: float) -> Floats:
    return np.sqrt(share) * shared + np.sqrt(1 - share) * chance.normal(0, 1, shared.shape)


def _who_answers(chance: np.random.Generator, teams: int, waves: int, life: Life) -> Floats:
    """Return teams by waves by people, 1 who answers; always enough for a published wave."""
    likely = chance.random((teams, waves, life.size))
    rank = likely.argsort(axis=2).argsort(axis=2)
    return ((likely < life.response) | (rank < FEWEST)).astype(float)


def paths_of_z(figures: Published, *, scales: Floats | None = None) -> Floats:
    """Return z of every team and wave by the product's rule; 0 while the baseline is built.

    Args:
        figures: what is published.
        scales: c for each team, 1 where not given.
    """
    found = np.zeros(figures.scores.shape)
    for team, (scores, answers) in enumerate(
        zip(figures.scores.tolist(), figures.answers.tolist(), strict=True)
    ):
        state, scale = TrendState(), 1.0 if scales is None else float(scales[team])
        for wave, (score, n) in enumerate(zip(scores, answers, strict=True)):
            variance = scale * noise_variance(int(n), figures.size, items=ITEMS)
            state, z = observe(state, score, variance)
            found[team, wave] = z or 0.0
    return found


def scales_of_noise(figures: Published, *, pairs: int = 8) -> Floats:
    """Return c for each team, pooled over organisations of 20 teams and 8 pairs of consecutive waves."""
    variances = np.vectorize(lambda n: noise_variance(int(n), figures.size, items=ITEMS))(figures.answers)
    change = np.diff(figures.scores, axis=1)[:, :pairs] ** 2
    apart = change / (variances[:, 1 : pairs + 1] + variances[:, :pairs])
    return np.concatenate(
        [
            np.full(len(some), Noise(squares=float(some.sum()), pairs=some.size, teams=len(some)).scale)
            for some in np.split(apart, range(TOGETHER, len(apart), TOGETHER))
        ]
    )


def alarms(z: Iterable[Floats], limit: float, *, side: int = 0) -> NDArray[np.bool_]:
    """Return for each team whether any of its dimensions passes the limit, on either side or on one."""
    passed = [np.abs(path) > limit if side == 0 else side * path > limit for path in z]
    return np.any(passed, axis=(0, 2))


def percent(share: float) -> str:
    """Return a share for a table."""
    return f"{100 * share:5.1f}%"


def false_alarms_and_power(teams: int, seed: int) -> None:
    """Print the main table."""
    print(
        "One dimension, limit 2.7. False alarms in 12 waves; a fall with the 13th, seen within 4 / 8 waves"
    )
    print(f"{'N, response':<14}{'false':>7}" + "".join(f"{-fall:>14}" for fall in FALLS))
    for size, response in SETTINGS:
        chance = np.random.default_rng([seed, size, int(100 * response)])
        (still,) = published(chance, teams, YEAR, Life(size, response))
        line = f"{size:>2}, {response:.0%}".ljust(14) + percent(
            alarms([paths_of_z(still)], LIMIT).mean()
        ).rjust(7)
        for fall in FALLS:
            (moved,) = published(chance, teams, YEAR + 8, Life(size, response, fall, changes_at=YEAR))
            z = paths_of_z(moved)
            quiet = ~alarms([z[:, :YEAR]], LIMIT)
            seen = (alarms([z[quiet, YEAR : YEAR + waves]], LIMIT, side=-1).mean() for waves in (4, 8))
            line += " / ".join(f"{100 * each:.0f}" for each in seen).rjust(13) + "%"
        print(line)


def longer_and_several(teams: int, seed: int) -> None:
    """Print false alarms in 12, 26 and 52 waves, for one dimension and for any of three."""
    chance = np.random.default_rng([seed, 52])
    three = [paths_of_z(each) for each in published(chance, teams, 52, Life(), dimensions=3)]
    print("\nFalse alarms, N = 8, 80 % (one dimension; any of three)")
    print(f"{'waves':<8}" + "".join(f"{f'limit {limit}':>18}" for limit in (LIMIT, STRICT_LIMIT)))
    for waves in (12, 26, 52):
        line = f"{waves:<8}"
        for limit in (LIMIT, STRICT_LIMIT):
            one = np.mean([alarms([z[:, :waves]], limit).mean() for z in three])
            line += f"{percent(one)}; {percent(alarms([z[:, :waves] for z in three], limit).mean())}".rjust(
                18
            )
        print(line)


def what_else_can_happen(teams: int, seed: int) -> None:
    """Print false alarms when people fluctuate more than assumed, and when people change."""
    print("\nFalse alarms in 12 waves, one dimension, limit 2.7, N = 8, 80 %")
    cases = (
        ("as the model says", Life()),
        ("difficulty of statements not taken off", Life(correct=False)),
        ("people fluctuate 1.5 times as much", Life(restless=1.5)),
        ("people fluctuate 2 times as much", Life(restless=2.0)),
        ("1 of 8 replaced after the baseline", Life(replaced=1)),
        ("2 of 8 replaced after the baseline", Life(replaced=2)),
    )
    for number, (said, life) in enumerate(cases):
        chance = np.random.default_rng([seed, 8, number])
        (found,) = published(chance, teams, YEAR, life)
        plain, pooled = (
            alarms([paths_of_z(found, scales=scales)], LIMIT).mean()
            for scales in (None, scales_of_noise(found))
        )
        print(f"  {said:<42}{percent(plain)}; with c {percent(pooled)}")


def main() -> None:
    """Run everything."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--teams", type=int, default=2000, help="simulated teams a cell")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    false_alarms_and_power(given.teams, given.seed)
    longer_and_several(given.teams, given.seed)
    what_else_can_happen(given.teams, given.seed)


if __name__ == "__main__":
    main()
