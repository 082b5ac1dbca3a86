"""What may be said about one pool by itself, decided by counting through all answers that fit its sums.

Whoever knows the program learns from what is not said as well: if words stay away only where nobody was
favourable, their absence says so. So nothing is decided from the answers themselves. For a number of
answers and a sum every way in which the people can have answered is put into one of three classes: bars
are said, a word is said, nothing is said. Within a class all that read alike are one set, and no set may
leave anything certain; where one would, it goes to the next class. What is left over in silence must leave
nothing certain either, else words, and then bars, fall silent until it does.

The word for agreement comes last and is decided likewise, among all answers that have the same sums and of
which the same has been said.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from surveys.results.rules.distributions import (
    AGREEMENT_FROM,
    NOBODY_FAVOURABLE_FROM,
    agreement_word,
    bar_parts,
    buckets,
    item_word,
)

Counts = tuple[int, ...]  # how many item scores are 0, 25, 50, 75 and 100

VALUES = 5
NEUTRAL = 2
SMALL = frozenset({1, 2})
LARGEST = 60  # answers; in larger pools there are so many possibilities that they are searched instead
LARGEST_IN_WORDS = 30  # up to here there may be a word for agreement where there are no bars
KEPT_TABLES = 4_096


def points(counts: Counts) -> int:
    """Return the sum of the answers when the lowest is 0 and the highest 4."""
    return sum(value * count for value, count in enumerate(counts))


@lru_cache(maxsize=KEPT_TABLES)
def possible(n: int, total: int) -> tuple[Counts, ...]:
    """Return every way in which n answers can add up to so many points."""
    found = []
    for fours in range(min(n, total // 4) + 1):
        for threes in range(min(n - fours, (total - 4 * fours) // 3) + 1):
            rest, people = total - 4 * fours - 3 * threes, n - fours - threes
            found += [
                (people - twos - ones, ones, twos, threes, fours)
                for twos in range(min(people, rest // 2) + 1)
                if (ones := rest - 2 * twos) <= people - twos
            ]
    return tuple(found)


def certain(worlds: Iterable[Counts]) -> bool:
    """Return whether all these sets of answers agree in something that nobody may know.

    That is: that one or two people, or all, chose a value; how many chose it, where it is not "neither";
    and, under twenty answers, that nobody was favourable.
    """
    every = list(worlds)
    return bool(every) and bool(certain_facts(every))


def certain_facts(worlds: Sequence[Counts]) -> set[int | None]:
    """Return of which values something is certain; None stands for nobody having been favourable."""
    found: set[int | None] = set()
    n = sum(worlds[0])
    for value, counts in enumerate(zip(*worlds, strict=True)):
        chosen = set(counts)
        same = len(chosen) == 1 and counts[0] > 0
        if chosen <= SMALL or (same and (value != NEUTRAL or counts[0] == n)):
            found.add(value)
    if n < NOBODY_FAVOURABLE_FROM and not any(counts[3] + counts[4] for counts in worlds):
        found.add(None)
    return found


BARS, WORD = "bars", "word"
Class = tuple[str, tuple[int, ...] | str]  # and how it reads there
SILENT: Class = ("nothing", "")


@lru_cache(maxsize=KEPT_TABLES)
def classes(n: int, total: int) -> Mapping[Counts, Class]:
    """Return each possible set of answers to one item with its class and how it reads there."""
    rest = possible(n, total)
    barred = _sets(rest, _as_bar)
    said: dict[Class, list[Counts]] = {key: each for key, each in barred.items() if not certain(each)}
    inside = {counts for each in said.values() for counts in each}
    words = _sets(
        (counts for counts in rest if counts not in inside), lambda counts: (WORD, item_word(counts))
    )
    said |= {key: each for key, each in words.items() if not certain(each)}
    inside |= {counts for each in said.values() for counts in each}
    silent = [counts for counts in rest if counts not in inside]
    # Words fall silent before bars, and among them what the fewest answers would have been.
    for key in sorted(said, key=lambda key: (key[0] == BARS, len(said[key]), str(key))):
        if not certain(silent):
            break
        silent += said.pop(key)
    return {counts: key for key, each in (*said.items(), (SILENT, silent)) for counts in each}


def _as_bar(counts: Counts) -> Class | None:
    parts = bar_parts(counts)
    return (BARS, tuple(buckets(counts, parts))) if parts else None


def _sets(worlds: Iterable[Counts], read: Callable[[Counts], Class | None]) -> dict[Class, list[Counts]]:
    found: dict[Class, list[Counts]] = defaultdict(list)
    for counts in worlds:
        key = read(counts)
        if key is not None:
            found[key].append(counts)
    return found


def shown_bar(key: Class) -> tuple[int, ...]:
    """Return the buckets of a class whose bars are said; of others there are none."""
    return key[1] if isinstance(key[1], tuple) else ()


@lru_cache(maxsize=KEPT_TABLES)
def read_alike(n: int, total: int, key: Class) -> tuple[Counts, ...]:
    """Return the sets of answers with this sum that are in one class and read alike."""
    return tuple(counts for counts, other in classes(n, total).items() if other == key)


def agreement_beside(items: Sequence[Counts], keys: Sequence[Class | None]) -> str | None:
    """Return the word for agreement where neither it nor its absence makes anything certain, else None.

    Args:
        items: counts of each item.
        keys: for each the class that is read beside the word; None where nothing can be.
    """
    n = sum(items[0])
    if not _may_agree(n, keys):
        return None
    word = _word(n, len(items), sum(map(apart, items)))
    return word if word in _safe_words(n, tuple(zip(map(points, items), keys, strict=True))) else None


def _may_agree(n: int, keys: Iterable[Class | None]) -> bool:
    if n > LARGEST_IN_WORDS:
        return all(key is not None and key[0] == BARS for key in keys)
    return n >= AGREEMENT_FROM


def silent_words(n: int, read: tuple[tuple[int, Class | None], ...]) -> frozenset[str]:
    """Return the words for agreement that are left out beside what is read; see `_safe_words`."""
    every = frozenset({"close", "mixed", "apart"})
    return every - _safe_words(n, read) if _may_agree(n, (key for _, key in read)) else every


@lru_cache(maxsize=4 * KEPT_TABLES)
def apart(counts: Counts) -> int:
    """Return n² times the mean deviation of one item, in scale points; a whole number."""
    n, total = sum(counts), points(counts)
    return sum(abs(n * value - total) * count for value, count in enumerate(counts))


def _word(n: int, items: int, total: int) -> str:
    return agreement_word(total / (n * n * items))


@lru_cache(maxsize=KEPT_TABLES)
def _safe_words(n: int, read: tuple[tuple[int, Class | None], ...]) -> frozenset[str]:
    """Return the words for agreement that may be said of answers with these sums that read like this.

    Where a word would leave something certain it is not said; and where it could be guessed what silence
    stands for, the next word falls silent as well.
    """
    worlds = [possible(n, total) if key is None else read_alike(n, total, key) for total, key in read]
    left: dict[str, list[set[Counts]]] = defaultdict(lambda: [set() for _ in read])
    for item, mine in enumerate(worlds):
        others = _sums_of([each for at, each in enumerate(worlds) if at != item])
        for counts in mine:
            for word in {_word(n, len(read), apart(counts) + other) for other in others}:
                left[word][item].add(counts)
    silent: list[set[Counts]] = [set() for _ in read]
    telling = [word for word, each in left.items() if any(map(certain, each))]
    while telling:
        silent = [one | other for one, other in zip(silent, left.pop(telling.pop()), strict=True)]
        if left and not telling and any(map(certain, silent)):
            telling = [min(left, key=lambda word: (sum(map(len, left[word])), word))]
    return frozenset(left)


def _sums_of(items: Sequence[Sequence[Counts]]) -> frozenset[int]:
    """Return by how much, all together, the answers to several items may lie apart."""
    found = frozenset({0})
    for worlds in items:
        mine = {apart(counts) for counts in worlds}
        found = frozenset(one + other for one in found for other in mine)
    return found
