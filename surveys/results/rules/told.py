"""What bars already say below a unit: less these, its own bars must not be about one or two people."""

from collections.abc import Iterable
from typing import NamedTuple

from surveys.results.rules.distributions import THREE
from surveys.results.rules.one_pool import Class, shown_bar


class Told(NamedTuple):
    """What bars say of one item of a part, or of some of what is below it.

    Attributes:
        n: people of whom bars say how many are favourable.
        favourable: how many of them are.
        n_three: of these people, those of whom bars also say how many are neutral.
        neutral: how many of them are.
        favourable_three: how many of them are favourable.
    """

    n: int = 0
    favourable: int = 0
    n_three: int = 0
    neutral: int = 0
    favourable_three: int = 0


NOTHING_TOLD = Told()


def told_together(parts: Iterable[Told]) -> Told:
    """Return what bars say of several."""
    return Told(*map(sum, zip(NOTHING_TOLD, *parts, strict=True)))


def told_of(n: int, key: Class) -> Told:
    """Return what the bar of one item says of a pool of n people, from the class that is read of it."""
    bar = shown_bar(key)
    if len(bar) == THREE:
        return Told(n, bar[2], n, bar[1], bar[2])
    return Told(n, bar[-1])
