"""`kept disclose`: which units of a tree may be shown, from counts in a file. Nothing else is read."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any, TypeGuard

import click

from surveys.errors import Invalid
from surveys.results.rules.disclosure import Counted, carry_up_counts
from surveys.results.rules.unit_tree import CountedUnit, UnitId, parents_in

LEAST_K = 2
UNIT_IDS: dict[type, str] = {str: "text", int: "number"}
DEEPEST_INDENT = 40  # levels; a chain of thousands would not fit any screen


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option("--json", "machine", is_flag=True, help="Print JSON.")
def disclose(*, file: IO[bytes], machine: bool) -> None:
    """Decide which units of the tree in FILE may be shown; - reads standard input.

    FILE is JSON: {"k": 5, "nodes": [{"id": "a", "parent": null, "direct": 3}, …]}, the nodes in any
    order. `direct` counts the complete answers given in the unit itself. Answers that are too few
    to stand alone are carried to the unit above; of every unit is said how many answers its figure
    stands for (n), how many of them are released there for the first time (pool), and how many are
    left for the unit above (carried).
    """
    k, units = _read(file.read())
    parents = parents_in(units)
    found = carry_up_counts(parents, {unit.id: unit.direct for unit in units}, k)
    click.echo(json.dumps(_as_json(found)) if machine else _as_text(found, parents, k))


def _as_json(found: Counted[UnitId]) -> dict[str, Any]:
    published = {
        str(unit): {"n": n, "pool": found.pools.get(unit, 0), "carried": found.carried.get(unit, 0)}
        for unit, n in sorted(found.totals.items())
    }
    return {"published": published, "left_over": found.left_over}


def _as_text(found: Counted[UnitId], parents: Mapping[UnitId, UnitId | None], k: int) -> str:
    rows = [_row(found, unit, depth) for unit, depth in _from_the_root(parents)]
    width = max(len(name) for name, _ in rows)
    lines = [f"{name:<{width}}  {said}" for name, said in rows]
    shown, all_units = len(found.totals), len(parents)
    lines += ["", f"{shown} of {all_units} units are shown, each standing for at least {k} answers."]
    if found.left_over:
        lines.append(f"{found.left_over} answers are left over at the root and shown nowhere.")
    return "\n".join(lines)


def _row(found: Counted[UnitId], unit: UnitId, depth: int) -> tuple[str, str]:
    text = str(unit)
    name = "  " * min(depth, DEEPEST_INDENT) + (text if text.isprintable() else ascii(text))
    up = f"{found.carried[unit]} carried" if unit in found.carried else ""
    if unit not in found.totals:
        return name, "; ".join(filter(None, ("not shown separately", up)))
    new = f"{found.pools[unit]} first released here" if unit in found.pools else ""
    return name, "; ".join(filter(None, (f"n = {found.totals[unit]}", new, up)))


def _from_the_root(parents: Mapping[UnitId, UnitId | None]) -> Iterator[tuple[UnitId, int]]:
    below: dict[UnitId | None, list[UnitId]] = {}
    for unit, parent in sorted(parents.items(), reverse=True, key=lambda pair: pair[0]):
        below.setdefault(parent, []).append(unit)
    waiting = [(unit, 0) for unit in below[None]]
    while waiting:
        unit, depth = waiting.pop()
        yield unit, depth
        waiting.extend((child, depth + 1) for child in below.get(unit, ()))


def _read(content: bytes) -> tuple[int, list[CountedUnit]]:
    """Return k and the units, checked one by one; whether they form a tree is judged afterwards."""
    tree = _parsed(content)
    if not isinstance(tree, dict):
        raise Invalid('The file must hold one object: {{"k": 5, "nodes": […]}}.')
    k = tree.get("k")
    if k is None:
        raise Invalid('k is missing; add the minimum group, for example "k": 5.', field="k")
    if type(k) is not int or k < LEAST_K:
        raise Invalid("k must be a whole number of at least 2, without quotation marks.", field="k")
    nodes = tree.get("nodes")
    if not isinstance(nodes, list) or not nodes:
        raise Invalid(
            'nodes must be a list with at least the root: [{{"id": "a", "parent": null, "direct": 3}}].',
            field="nodes",
        )
    units = [_unit(node, place) for place, node in enumerate(nodes)]
    _of_one_kind(units)
    return k, units


def _parsed(content: bytes) -> object:
    try:
        return json.loads(content.decode("utf-8-sig"), object_pairs_hook=_without_repetition)
    except UnicodeDecodeError as error:
        raise Invalid(
            "The file is not UTF-8 (byte {byte}); save it as UTF-8.", byte=error.start + 1
        ) from None
    except json.JSONDecodeError as error:
        raise Invalid(
            "The file is not JSON: line {line}, column {column}. Write it as "
            '{{"k": 5, "nodes": [{{"id": "a", "parent": null, "direct": 3}}]}}.',
            line=error.lineno,
            column=error.colno,
        ) from None
    except RecursionError:
        raise Invalid(
            "The file is nested too deeply; nodes is a flat list, each naming its parent."
        ) from None
    except ValueError:  # Python reads no number of more than 4300 digits
        raise Invalid("A number in the file is too long to be a count.") from None


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Invalid("An object in the file has the same key twice; each key may stand there once.")
    return found


def _unit(node: object, place: int) -> CountedUnit:
    here = f"nodes[{place}]"
    if not isinstance(node, dict):
        raise Invalid("{here} must be an object with id, parent and direct.", field=here, here=here)
    own, parent, direct = node.get("id"), node.get("parent"), node.get("direct")
    if not _is_id(own):
        raise Invalid("{here}.id must be a text or a whole number.", field=f"{here}.id", here=here)
    if parent is not None and not _is_id(parent):
        raise Invalid(
            "{here}.parent must be the id of the unit above, or null for the root.",
            field=f"{here}.parent",
            here=here,
        )
    if type(direct) is not int or direct < 0:
        raise Invalid(
            "{here}.direct must be a whole number of 0 or more.", field=f"{here}.direct", here=here
        )
    return CountedUnit(own, parent, direct)


def _is_id(value: object) -> TypeGuard[UnitId]:
    return type(value) in UNIT_IDS  # exactly: True is an int to Python, and no id


def _of_one_kind(units: Sequence[CountedUnit]) -> None:
    """Refuse a mixture of texts and numbers: 7 and "7" would be two units under one name."""
    kind = type(units[0].id)
    for place, unit in enumerate(units):
        for name, value in (("id", unit.id), ("parent", unit.parent)):
            if value is not None and type(value) is not kind:
                raise Invalid(
                    "{where} is a {other} and nodes[0].id a {kind}; use texts only, or numbers only.",
                    field=f"nodes[{place}].{name}",
                    where=f"nodes[{place}].{name}",
                    other=UNIT_IDS[type(value)],
                    kind=UNIT_IDS[kind],
                )
