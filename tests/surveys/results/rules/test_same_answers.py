"""Every version says the same of the same answers, but where a decision changes what may be said.

Whoever knows two versions would otherwise learn from the difference between them. A hundred invented
organisations stand for all; what is said of them is written here as a digest and, to be read, as a tally.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random
from uuid import UUID

import pytest

from surveys.results.rules import roll_ups, together
from surveys.results.rules.certainty import Spread, reads_capped, sums_tell
from surveys.results.rules.distributions import AGREEMENT_FROM, BARS_FROM
from surveys.results.rules.one_pool import Counts
from surveys.results.rules.spread import Said, Spreads

TOP, PAIR, MIDDLE, *TEAMS = (UUID(int=number) for number in range(1, 12))
WEIGHTS = (
    (1, 2, 3, 4, 2),
    (0, 1, 1, 6, 4),
    (3, 0, 0, 1, 3),
    (1, 1, 6, 2, 0),
    (0, 0, 0, 1, 12),
    (1, 1, 1, 1, 1),
)
FLAT: list[dict[UUID, UUID | None]] = [
    {**dict.fromkeys(TEAMS[:teams], TOP), TOP: None} for teams in (1, 2, 2, 3, 4)
]
NESTED: dict[UUID, UUID | None] = {TEAMS[0]: PAIR, TEAMS[1]: PAIR, TEAMS[2]: TOP, PAIR: TOP, TOP: None}
WITH_OWN: dict[UUID, UUID | None] = {
    TEAMS[0]: PAIR,
    TEAMS[1]: PAIR,
    PAIR: TOP,
    TOP: None,
}  # answers of its own
DEEP: dict[UUID, UUID | None] = {
    TEAMS[0]: PAIR, TEAMS[1]: PAIR, PAIR: MIDDLE, TEAMS[2]: MIDDLE, MIDDLE: TOP, TEAMS[3]: TOP, TOP: None
}  # fmt: skip
ANY = (*FLAT, NESTED, WITH_OWN)
SIZES = (5, 5, 6, 7, 8, 9, 10, 11, 12, 14, 17, 21, 30, 64)


def answered(chance: Random, n: int) -> Counts:
    drawn = Counter(chance.choices(range(5), chance.choice(WEIGHTS), k=n))
    return tuple(drawn[value] for value in range(5))


def spread_of(*items: Counts) -> Spread:
    total, n = sum(value * count for counts in items for value, count in enumerate(counts)), sum(items[0])
    return Spread(items, open_sums=not sums_tell(items), capped=reads_capped(total, n * len(items)))


def organisations(
    number: int, sizes: tuple[int, ...], trees: Sequence[dict[UUID, UUID | None]] = ANY
) -> Iterator[tuple[dict[UUID, UUID | None], dict[UUID, Spread]]]:
    chance = Random(7)  # noqa: S311 -- invented answers, the same ones each time
    for _ in range(number):
        parents = chance.choice(trees)
        own = [unit for unit in parents if unit in TEAMS or (parents is WITH_OWN and unit == PAIR)]
        items = chance.choice((1, 1, 2))
        pools = {}
        for unit in own:
            n = chance.choice(sizes)
            pools[unit] = spread_of(*(answered(chance, n) for _ in range(items)))
        yield parents, pools


def told(parents: dict[UUID, UUID | None], pools: dict[UUID, Spread]) -> list[Said | list[UUID]]:
    """What is said of each unit, and over which teams shares are counted."""
    spreads = Spreads(pools, parents)
    below: dict[UUID, list[UUID]] = {unit: [unit] if unit in pools else [] for unit in parents}
    found: list[Said | list[UUID]] = []
    for unit, parent in parents.items():
        n = sum(pools[pool].n for pool in below[unit])
        found.append(spreads.say(unit, below[unit], large=n >= BARS_FROM, agreement=n >= AGREEMENT_FROM))
        if parent is not None:
            below[parent] += below[unit]
    return [*found, spreads.countable([unit for unit in pools if pools[unit].is_open])]


def tally(told_of_all: list[list[Said | list[UUID]]]) -> dict[str, int]:
    said = [each for one in told_of_all for each in one if isinstance(each, Said)]
    return {
        "bars": sum(each.bars is not None for each in said),
        "words": sum(each.bars is None and each.words is not None for each in said),
        "agreement": sum(each.agreement is not None for each in said),
        "nothing": sum(each == Said() for each in said),
        "counted": sum(len(each) for one in told_of_all for each in one if isinstance(each, list)),
    }


def digest(told_of_all: list[list[Said | list[UUID]]]) -> str:
    return hashlib.sha256(repr(told_of_all).encode()).hexdigest()[:16]


def test_what_is_said_of_a_hundred_organisations_is_what_was_said_before() -> None:
    found = [told(*one) for one in organisations(100, SIZES)]
    assert tally(found) == {"bars": 95, "words": 60, "agreement": 110, "nothing": 168, "counted": 48}
    assert digest(found) == "b9d76ee4ecc8989a"


def test_and_of_units_of_units_of_units() -> None:
    found = [told(*one) for one in organisations(60, (5, 6, 8, 10, 11, 12), [DEEP])]
    assert tally(found) == {"bars": 71, "words": 65, "agreement": 88, "nothing": 226, "counted": 23}
    assert digest(found) == "5e07900a07bacd05"


def test_and_of_teams_that_are_too_large_to_be_counted_through() -> None:
    found = [told(*one) for one in organisations(30, (60, 61, 64, 90, 12), [FLAT[0], FLAT[1], NESTED])]
    assert tally(found) == {"bars": 69, "words": 9, "agreement": 50, "nothing": 31, "counted": 41}
    assert digest(found) == "3d8f289eb9ae905c"


def test_and_where_teams_are_put_together_in_blocks(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    together.item_of.cache_clear()
    request.addfinalizer(together.item_of.cache_clear)
    monkeypatch.setattr(roll_ups, "MOST_TOGETHER", 14)
    monkeypatch.setattr(roll_ups, "BLOCK", 8)
    monkeypatch.setattr(together, "MOST_PLACES", 12)
    found = [told(*one) for one in organisations(60, (5, 6, 7, 8, 9, 10))]
    assert tally(found) == {"bars": 16, "words": 17, "agreement": 57, "nothing": 140, "counted": 11}
    assert digest(found) == "6d77b8a25f793d7f"
