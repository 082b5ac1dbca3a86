"""The disclosure gate: which answers may be released together, and at which unit of the tree.

Carry-up: answers that are too few to stand alone are released at the first unit above where enough
of them meet. The sets released this way ("pools") are disjoint and each is either empty or large
enough; because published units are unions of pools, every linear combination of published figures
is constant on each pool and so singles out nobody.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Unit = TypeVar("Unit", bound=Hashable)

LOW_END = 75.0  # see `is_low`
CAP_FROM = 95.0
CAPPED_AS = 97.5  # what a capped figure counts as in later arithmetic


@dataclass(frozen=True, slots=True)
class Respondent(Generic[Unit]):
    """One complete answer to a dimension, in memory only.

    Attributes:
        unit: where the person was asked.
        scores: item scores, 0 to 100 each.
        counts: whether the person counts towards the minimum group (newcomers do not at first).
        leads: the units this person leads, because a leader can subtract his own answer.
    """

    unit: Unit
    scores: tuple[float, ...]
    counts: bool = True
    leads: frozenset[Unit] = frozenset()

    @property
    def score(self) -> float:
        """The person's score, 0 to 100."""
        return sum(self.scores) / len(self.scores)


@dataclass(frozen=True, slots=True)
class Released(Generic[Unit]):
    """What may be said about the units of one dimension.

    Attributes:
        pools: unit → the answers released there for the first time; disjoint.
        low: units whose own answers are so low that only words may be said; their answers went up.
        carried: units of which some answers are counted further up, or nowhere.
        left_over: answers that were released nowhere.
    """

    pools: Mapping[Unit, Sequence[Respondent[Unit]]]
    low: frozenset[Unit]
    carried: frozenset[Unit]
    left_over: int


@dataclass(slots=True)
class _Waiting(Generic[Unit]):
    """Answers on their way up, and how many of them came from a leaf with a very low mean."""

    answers: list[Respondent[Unit]] = field(default_factory=list)
    low_leaves: dict[Unit, int] = field(default_factory=dict)


def post_order(parents: Mapping[Unit, Unit | None]) -> list[Unit]:
    """Return the units so that each comes after everything below it, in linear time, at any depth."""
    below: dict[Unit, list[Unit]] = {}
    roots = []
    for unit, parent in parents.items():
        if parent is None:
            roots.append(unit)
        else:
            below.setdefault(parent, []).append(unit)
    order, waiting = [], roots
    while waiting:
        unit = waiting.pop()
        order.append(unit)
        waiting.extend(below.get(unit, ()))
    order.reverse()
    return order


def is_low(answers: Sequence[Respondent[Unit]]) -> bool:
    """Return whether the mean is so low that it would say something about every single person.

    Below L = 75 / (n - 1) somebody who knows one low answer can exclude that any given other person
    answered favourably; above it nobody can.
    """
    n = len(answers)
    # Multiples of 25 on both sides: the last digits of a mean of thirds depend on what was added.
    summed = sum(score for answer in answers for score in answer.scores)
    return n > 1 and summed * (n - 1) < LOW_END * sum(len(answer.scores) for answer in answers)


def enough(answers: Sequence[Respondent[Unit]], minimum: int) -> bool:
    """Return whether a pool is large enough: k answers of people who lead nobody in this very pool.

    A leader who is in the pool of his own people could subtract himself and read what remains.
    """
    if len(answers) < minimum:
        return False
    units = {answer.unit for answer in answers}
    return sum(1 for answer in answers if answer.counts and answer.leads.isdisjoint(units)) >= minimum


def carry_up(
    parents: Mapping[Unit, Unit | None],
    answers: Mapping[Unit, Sequence[Respondent[Unit]]],
    minimum: int,
    *,
    low: Callable[[Sequence[Respondent[Unit]]], bool] = is_low,
) -> Released[Unit]:
    """Decide for one dimension where its answers are released.

    Args:
        parents: unit → the unit above, None at a root; every unit of the frozen tree.
        answers: complete answers by the unit in which they were given.
        minimum: k.
        low: the low-end rule; a pool for which it is true is not released by itself.

    The decision uses how many answered and who leads whom; of the answers themselves only the
    low-end rule knows anything. Time is linear in units and answers.
    """
    waiting: dict[Unit, _Waiting[Unit]] = {unit: _Waiting() for unit in parents}
    pools: dict[Unit, Sequence[Respondent[Unit]]] = {}
    low_units, carried = set(), set()
    left_over = 0
    for unit in post_order(parents):
        here = waiting.pop(unit)
        came_up = bool(here.answers)
        here.answers.extend(answers.get(unit, ()))
        large = enough(here.answers, minimum)
        if large and low(here.answers):
            if not came_up:
                low_units.add(unit)
                here.low_leaves[unit] = len(here.answers)
            large = False
        if large and all(len(here.answers) - n >= minimum for n in here.low_leaves.values()):
            pools[unit] = here.answers
            continue
        if here.answers:
            carried.add(unit)
            parent = parents[unit]
            if parent is None:
                left_over += len(here.answers)
            else:
                above = waiting[parent]
                # The larger list is kept and the smaller added, so that a deep chain stays linear.
                if len(above.answers) < len(here.answers):
                    above.answers, here.answers = here.answers, above.answers
                above.answers.extend(here.answers)
                above.low_leaves.update(here.low_leaves)
    return Released(pools, frozenset(low_units), frozenset(carried), left_over)


def unions(
    parents: Mapping[Unit, Unit | None], pools: Mapping[Unit, Sequence[Respondent[Unit]]]
) -> dict[Unit, list[Unit]]:
    """Return unit → the units of the pools it stands for; units that stand for none are absent."""
    found: dict[Unit, list[Unit]] = {}
    for unit in pools:
        above: Unit | None = unit
        while above is not None:
            found.setdefault(above, []).append(unit)
            above = parents[above]
    return found


@dataclass(frozen=True, slots=True)
class Counted(Generic[Unit]):
    """What plain carry-up makes of bare counts.

    Attributes:
        pools: unit → how many are released there for the first time; never fewer than k.
        totals: unit → how many its figure stands for, for the units that have one.
        carried: unit → how many are left for the unit above, where there are any.
        left_over: how many are released nowhere.
    """

    pools: Mapping[Unit, int]
    totals: Mapping[Unit, int]
    carried: Mapping[Unit, int]
    left_over: int


def carry_up_counts(
    parents: Mapping[Unit, Unit | None], direct: Mapping[Unit, int], minimum: int
) -> Counted[Unit]:
    """Decide on numbers alone where they are released: no leader rule and no low-end rule.

    Args:
        parents: unit → the unit above, None at a root; every unit of the tree.
        direct: unit → how many belong to it directly; a unit that is absent has none.
        minimum: k.

    Time is linear in the units, at any depth.
    """
    waiting: dict[Unit, int] = {}
    pools: dict[Unit, int] = {}
    totals: dict[Unit, int] = {}
    carried: dict[Unit, int] = {}
    left_over = 0
    for unit in post_order(parents):
        parent = parents[unit]
        here = direct.get(unit, 0) + waiting.pop(unit, 0)
        if here >= minimum:
            pools[unit] = here
            totals[unit] = totals.get(unit, 0) + here
        elif here:
            carried[unit] = here
            if parent is None:
                left_over += here
            else:
                waiting[parent] = waiting.get(parent, 0) + here
        if parent is not None and unit in totals:
            totals[parent] = totals.get(parent, 0) + totals[unit]
    return Counted(pools, totals, carried, left_over)


def pools_of_counts(
    parents: Mapping[Unit, Unit | None], direct: Mapping[Unit, int], minimum: int
) -> dict[Unit, list[Unit]]:
    """Return unit → the units whose people plain carry-up counts there for the first time."""
    released = carry_up_counts(parents, direct, minimum).pools
    pools: dict[Unit, list[Unit]] = {unit: [] for unit in released}
    counted_at: dict[Unit, Unit] = {}  # the nearest unit from here upwards that releases anything
    for unit in reversed(post_order(parents)):
        parent = parents[unit]
        if unit in released:
            counted_at[unit] = unit
        elif parent in counted_at:
            counted_at[unit] = counted_at[parent]
        if direct.get(unit, 0) and unit in counted_at:
            pools[counted_at[unit]].append(unit)
    return pools
