"""Leaders who subtract themselves: a pool that a leader is in together with the people he leads."""

from collections import defaultdict
from collections.abc import Mapping
from uuid import UUID

from service.attacks.published import PublishedWave


def pools_of_a_leader(wave: PublishedWave) -> int:
    """Return how many pools cannot hold k answers of people who lead nobody in them.

    Who answered is not known, so the units whose answers meet in a pool are taken with everybody who was
    asked there. Where fewer than k of those lead nobody, a leader who subtracts his own answer reads the
    rest, whoever answered.
    """
    parents = wave.parents()
    homes, above = _where_leaders_are_asked(wave, parents), _leaders_at_and_above(wave, parents)
    found = 0
    for dimension in wave.dimensions:
        pools = {unit for unit, of in wave.pools if of == dimension and unit in parents}
        for units in _feeding(wave, parents, pools).values():
            asked = sum(wave.units[unit].asked for unit in units)
            here = {leader for unit in units for leader in homes[unit]}
            insiders = here & {leader for unit in units for leader in above[unit]}
            found += asked - len(insiders) < wave.minimum
    return found


def _feeding(
    wave: PublishedWave, parents: Mapping[UUID, UUID | None], pools: set[UUID]
) -> dict[UUID, set[UUID]]:
    """Return pool → the units with people whose answers meet in it."""
    feeding: dict[UUID, set[UUID]] = {unit: set() for unit in pools}
    for unit, known in wave.units.items():
        up: UUID | None = unit
        while up is not None and up not in pools:
            up = parents[up]
        if up is not None and known.asked:
            feeding[up].add(unit)
    return feeding


def _where_leaders_are_asked(
    wave: PublishedWave, parents: Mapping[UUID, UUID | None]
) -> dict[UUID, set[str]]:
    """Return unit → the leaders asked there: in the unit above the highest they lead."""
    homes: dict[UUID, set[str]] = defaultdict(set)
    placed: set[str] = set()
    for unit in reversed(wave.bottom_up()):
        parent = parents[unit]
        for leader in wave.units[unit].leaders - placed:
            placed.add(leader)
            if parent is not None:
                homes[parent].add(leader)
    return homes


def _leaders_at_and_above(
    wave: PublishedWave, parents: Mapping[UUID, UUID | None]
) -> dict[UUID, frozenset[str]]:
    found: dict[UUID, frozenset[str]] = {}
    for unit in reversed(wave.bottom_up()):
        parent = parents[unit]
        found[unit] = wave.units[unit].leaders | (found[parent] if parent is not None else frozenset())
    return found
