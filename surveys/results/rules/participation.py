"""How many answered: bands that name nobody, and the carry-up of counts. Figures are not here."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from surveys.results.rules.disclosure import pools_of_counts
from surveys.results.rules.display import LARGE, SMALL, SMALLEST

EXACT_FROM = 20  # people asked, from which a count may be said
BANDS_FROM = 10
EIGHT = 8  # the ladder of what is shown: 5 to 7, 8 and 9, 10 and more
MOST = 0.60
MANY = 0.80


def participation_band(answered: int, asked: int) -> str:
    """Return the band of a response: two words under ten people asked, four bands from ten on."""
    share = answered / asked
    if asked < BANDS_FROM:
        return "most" if share >= MOST else "not_enough"
    if answered == asked:
        return "all"
    if share >= MANY:
        return "80_99"
    return "60_79" if share >= MOST else "under_60"


def size_class(smallest: int) -> str:
    """Return the size class of a sheet by its smallest shown dimension."""
    if smallest < EIGHT:
        return SMALLEST
    return SMALL if smallest < BANDS_FROM else LARGE


def below(parents: Mapping[UUID, UUID | None], direct: Mapping[UUID, int]) -> dict[UUID, int]:
    """Return unit → the sum over itself and everything below it.

    Args:
        parents: unit → the unit above, each after everything below it.
        direct: unit → its own number; absent is none.
    """
    sums = {unit: direct.get(unit, 0) for unit in parents}
    for unit, parent in parents.items():
        if parent is not None:
            sums[parent] += sums[unit]
    return sums


def participation_rows(
    parents: Mapping[UUID, UUID | None],
    direct: Mapping[UUID, int],
    answered: Mapping[UUID, int],
    sizes: Mapping[UUID, str],
    minimum: int,
) -> tuple[list[dict[str, Any]], int | None]:
    """Return how many of each unit answered, as rows, and how many in all where that adds nothing to them.

    Where a few people are counted nowhere, or in no exact count, the total less what the pages say would be
    about these few.

    Args:
        parents: unit → the unit above, each after everything below it.
        direct: unit → people asked in it.
        answered: unit → people who answered in it.
        sizes: unit → the size class of its sheet, where it has figures.
        minimum: k.
    """
    pools = pools_of_counts(parents, direct, minimum)
    people = {pool: sum(direct[unit] for unit in units) for pool, units in pools.items()}
    heard = {pool: sum(answered.get(unit, 0) for unit in units) for pool, units in pools.items()}
    asked_below, heard_below = below(parents, people), below(parents, heard)
    everybody = below(parents, direct)
    # unit → people below it whose exact counts are told already; handed upwards as we go
    told: dict[UUID, int] = defaultdict(int)
    found = []
    for unit, parent in parents.items():
        if not everybody[unit]:
            continue
        asked = asked_below[unit]
        shown = asked >= minimum
        # An exact count less the exact counts below it is the exact count of the rest.
        exact = asked >= EXACT_FROM and (asked == told[unit] or asked - told[unit] >= EXACT_FROM)
        if exact:
            told[unit] = asked
        if parent is not None:
            told[parent] += told[unit]
        found.append(
            {
                "team_id": unit,
                "shown": shown,
                "asked": asked if shown else None,
                "answered": heard_below[unit] if shown and exact else None,
                "band": participation_band(heard_below[unit], asked) if shown else None,
                "size_class": sizes.get(unit) if shown else None,
            }
        )
    rest = sum(direct.values()) - sum(told[unit] for unit, parent in parents.items() if parent is None)
    counted = sum(people.values()) == sum(direct.values())
    return found, sum(heard.values()) if counted and (rest == 0 or rest >= EXACT_FROM) else None
