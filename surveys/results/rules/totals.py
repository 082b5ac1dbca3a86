"""Totals of a unit as bits: which of them bars may show, whatever they tell.

A *total* is how many were neutral and how many favourable over several parts. Many are kept as one whole
number: bit v·(2N + 2) + w for v neutral and w favourable ones of N, so that adding the places of a part to
all of them is one shift each. The distance keeps sums apart when they are taken away again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from surveys.results.rules.distributions import BARS_FROM, NOBODY_FAVOURABLE_FROM, SMALLEST_BUCKET
from surveys.results.rules.parts import Place

KEPT_ROWS = 16_384


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one item before anything is said of the unit.

    Attributes:
        place: neutral and favourable ones of those who are in bars of three parts below.
        n: how many these are.
        said: how many were favourable of the parts of which that is known.
        n_said: how many answered there.
        placed: of the parts of which both are known, how many were neutral and favourable.
        n_placed: how many answered there.
        shown: whether bars and words are to be shown; else it is only asked which totals may be known.
    """

    place: Place
    n: int
    said: int = 0
    n_said: int = 0
    placed: Place = (0, 0)
    n_placed: int = 0
    shown: bool = True


def row_of(n: int) -> int:
    """Return how far apart the bits of one more neutral answer are, of so many people."""
    return 2 * n + 2


def bits_of(totals: int) -> Iterator[int]:
    """Yield each total by itself."""
    while totals:
        bit = totals & -totals
        yield bit
        totals ^= bit


def showable(known: Known, n: int, settled: int, base: Place) -> tuple[int, int]:
    """Return the totals that bars of three parts, and of two, may show.

    Args:
        n: how many of the parts are not settled.
        settled: how many are.
        base: how many of these were neutral and favourable.
    """
    everybody, favourable = n + settled + known.n, known.place[1] + base[1]
    rest, (neutral, rest_favourable) = n + settled, base
    every = (1 << (n + 1)) - 1
    if everybody < BARS_FROM:
        return 0, 0
    two = _two(everybody) >> favourable & every
    if rest > known.n_said:
        two &= _two(rest - known.n_said) << known.said >> rest_favourable
    unplaced = rest - known.n_placed
    three_rows, two_rows = 0, 0
    step = row_of(n)
    for v in range(n + 1):
        row = two & _three(everybody, known.place[0] + neutral + v) >> favourable
        if rest:
            row &= _three(rest, neutral + v) >> rest_favourable
        if unplaced:
            left = neutral + v - known.placed[0]
            row &= _three(unplaced, left) << known.placed[1] >> rest_favourable if left >= 0 else 0
        three_rows |= row << (v * step)
        two_rows |= two << (v * step)
    return three_rows, two_rows


def _two(n: int) -> int:
    """Return as bits how many may be favourable of n in bars of two parts."""
    return _from_to(SMALLEST_BUCKET, n - SMALLEST_BUCKET)


@lru_cache(maxsize=KEPT_ROWS)
def _three(n: int, neutral: int) -> int:
    """Return as bits how many may be favourable of n in bars of three parts, so many being neutral."""
    if 0 < neutral < SMALLEST_BUCKET or neutral == n:
        return 0
    rest = n - neutral
    found = _from_to(SMALLEST_BUCKET, rest - SMALLEST_BUCKET)
    if neutral:
        if rest >= SMALLEST_BUCKET:
            found |= 1 << rest
        if n >= NOBODY_FAVOURABLE_FROM and rest >= SMALLEST_BUCKET:
            found |= 1
    return found


def _from_to(first: int, last: int) -> int:
    return ((1 << (last + 1)) - 1) >> first << first if last >= first else 0
