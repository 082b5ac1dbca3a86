"""Working back from sums to answers: which sets of answers fit everything that is stored or shown?

For every statement of a small figure all ways in which n people can answer on five points are counted
through. A promise is broken when in all of them the same person-independent fact holds that names
everybody: nobody was favourable, or all gave the same answer. That all were favourable harms nobody.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache

from service.attacks.published import PublishedWave, Row
from surveys.results.rules.distributions import APART, CLOSE

POINTS = 5
FAVOURABLE_FROM, NEUTRAL = 3, 2  # of 0 to 4
LARGEST = 19  # from twenty answers on "nobody was favourable" may be said
WORD_ON_AGREEMENT = {"close": (0.0, CLOSE), "mixed": (CLOSE, APART), "apart": (APART, 4.0)}
SLACK = 1e-9


def certain_answers(wave: PublishedWave) -> int:
    """Return in how many pools and statements a fact about every single person is certain."""
    found = 0
    for place, pool in wave.pools.items():
        if pool["n"] <= LARGEST:
            figure = wave.figures.get(place)
            own = figure is not None and figure["n"] == pool["n"]
            found += certain(pool, figure if own else None)
    return found


def certain(pool: Row, figure: Row | None) -> int:
    """Return for how many statements of one pool every fitting set of answers agrees on everybody.

    Args:
        pool: n, total, item sums, and perhaps a word on agreement.
        figure: what is shown of exactly these people, with bars and words, if anything is.
    """
    n = pool["n"]
    if not pool["item_sums"]:
        # Only Σ over all statements is known: below 75 nobody can have been favourable throughout.
        return int(pool["total"] < FAVOURABLE_FROM * 25)
    sums = {code: round(total / 25) for code, total in pool["item_sums"].items()}
    shown = figure or {}
    if min(sums.values()) > NEUTRAL * n:
        return 0  # somebody must have been favourable to every statement
    bars, words = shown.get("bars") or {}, shown.get("item_words") or {}
    fits = {
        code: _fitting(n, total, tuple(bars[code]) if code in bars else None, words.get(code))
        for code, total in sums.items()
    }
    if pool["agreement"] is not None:
        fits = _agreeing(fits, *WORD_ON_AGREEMENT[pool["agreement"]])
    return sum(_is_certain(sets) for sets in fits.values())


def _is_certain(sets: Sequence["Answers"]) -> bool:
    nobody = all(counts[3] + counts[4] == 0 for counts, _ in sets)
    same = len(sets) == 1 and sum(count > 0 for count in sets[0][0]) == 1
    favourable = same and sets[0][0][4] + sets[0][0][3] > 0
    return bool(sets) and (nobody or (same and not favourable))


Answers = tuple[tuple[int, ...], float]  # how many chose each point, and how far they lie apart


@cache
def _all(n: int) -> Mapping[int, Sequence[Answers]]:
    """Return sum of points → every way in which n people can answer with that sum."""
    found: dict[int, list[Answers]] = {}
    for counts in _compositions(n, POINTS):
        total = sum(point * count for point, count in enumerate(counts))
        mean = total / n
        apart = sum(abs(point - mean) * count for point, count in enumerate(counts)) / n
        found.setdefault(total, []).append((counts, apart))
    return found


def _compositions(n: int, parts: int) -> Iterator[tuple[int, ...]]:
    if parts == 1:
        yield (n,)
        return
    for first in range(n + 1):
        for rest in _compositions(n - first, parts - 1):
            yield (first, *rest)


@lru_cache(maxsize=10_000)
def _fitting(n: int, total: int, bar: tuple[int, ...] | None, word: str | None) -> Sequence[Answers]:
    found = []
    for counts, apart in _all(n).get(total, ()):
        favourable = counts[3] + counts[4]
        if bar is not None:
            three = [counts[0] + counts[1], counts[2], favourable]
            if list(bar) != (three if len(bar) == len(three) else [n - favourable, favourable]):
                continue
        if word is not None and word != _word(favourable / n):
            continue
        found.append((counts, apart))
    return found


def _word(share: float) -> str:
    if share >= 2 / 3:
        return "most"
    return "few" if share <= 1 / 3 else "half"


def _agreeing(
    fits: Mapping[str, Sequence[Answers]], low: float, high: float
) -> dict[str, Sequence[Answers]]:
    """Keep the sets that can meet the word on agreement together with some set of each other statement."""
    spans = {
        code: (min(a for _, a in sets), max(a for _, a in sets)) for code, sets in fits.items() if sets
    }
    kept: dict[str, Sequence[Answers]] = {}
    for code, sets in fits.items():
        others = [span for other, span in spans.items() if other != code]
        least, most = sum(span[0] for span in others), sum(span[1] for span in others)
        n = len(others) + 1
        kept[code] = [
            (counts, apart)
            for counts, apart in sets
            if (apart + least) / n <= high + SLACK and (apart + most) / n >= low - SLACK
        ]
    return kept
