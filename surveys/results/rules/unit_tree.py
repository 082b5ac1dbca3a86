"""A tree of units that somebody wrote down: whether it is one, or what has to be changed. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from surveys.errors import Invalid
from surveys.results.rules.disclosure import post_order

UnitId = str | int


@dataclass(frozen=True, slots=True)
class CountedUnit:
    """A unit with the number of complete answers given in it directly."""

    id: UnitId
    parent: UnitId | None
    direct: int


def parents_in(units: Sequence[CountedUnit]) -> dict[UnitId, UnitId | None]:
    """Return unit → the unit above it, in the order of the units.

    Raises:
        Invalid: two units share an id, a parent is not there, there is not exactly one root, or units
            are each above the other; the sentence names the place and the remedy.
    """
    places: dict[UnitId, int] = {}
    for place, unit in enumerate(units):
        first = places.setdefault(unit.id, place)
        if first != place:
            raise Invalid(
                "nodes[{place}].id is the same as nodes[{first}].id; give each unit an id of its own.",
                field=f"nodes[{place}].id",
                place=place,
                first=first,
            )
    for place, unit in enumerate(units):
        if unit.parent is not None and unit.parent not in places:
            raise Invalid(
                "nodes[{place}].parent is no id of a node; add that unit, or write null for the root.",
                field=f"nodes[{place}].parent",
                place=place,
            )
    parents = {unit.id: unit.parent for unit in units}
    _check_shape(parents, places)
    return parents


def _check_shape(parents: Mapping[UnitId, UnitId | None], places: Mapping[UnitId, int]) -> None:
    roots = [unit for unit, parent in parents.items() if parent is None]
    if not roots:
        raise Invalid(
            "No unit has parent null; exactly one, the root, stands below nothing.", field="nodes.parent"
        )
    if len(roots) > 1:
        raise Invalid(
            "nodes[{first}] and nodes[{second}] both have parent null; exactly one unit is the root.",
            field=f"nodes[{places[roots[1]]}].parent",
            first=places[roots[0]],
            second=places[roots[1]],
        )
    reached = set(post_order(parents))
    if len(reached) < len(parents):
        place = next(places[unit] for unit in parents if unit not in reached)
        raise Invalid(
            "nodes[{place}] cannot be reached from the root: going up from it leads round in a circle; "
            "change a parent on the way.",
            field=f"nodes[{place}].parent",
            place=place,
        )
