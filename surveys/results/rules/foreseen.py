"""Which units will probably see figures, before anybody is asked. Pure; no answer is known here.

Everybody who is asked is taken to answer with the same probability, the response, and independently of
the others. Then the answers of a unit and of everything below it are binomial, and because carry-up
shows a unit exactly when enough answers are in it and below it, the chance of a figure is one binomial
tail. People who lead somebody are left out of that count: where their own people's answers are in the
same pool they do not count towards k, so the chance is a little too low rather than too high.
"""

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from surveys.people.rules import Directory
from surveys.results.rules.disclosure import Respondent, carry_up, post_order

LIKELY = 0.5
TRUSTED_PLACES = 12  # of a sum of logarithms; an even chance is then an even chance
ROUNDS = 50
MOST_ANSWERS_TRIED = 200_000  # over all rounds, so that a large organisation waits seconds


class Instead(StrEnum):
    """What a unit has that will probably see no figures of its own."""

    READS_ABOVE = "reads_above"  # counted further up, where its members read the figures
    NOTHING_ABOVE = "nothing_above"  # no unit above it will see figures either
    NOBODY_ASKED = "nobody_asked"  # who leads it is asked one unit up, and nobody else is in it


@dataclass(frozen=True, slots=True)
class ForeseenUnit:
    """One unit.

    Attributes:
        name: the unit's.
        above: the unit above it, or None.
        depth: how many units stand above it.
        roll_up: whether there are units below it.
        asked_here: people asked in this very unit.
        asked: people asked in it and below it.
        counting: of these, the people who lead nobody, and so count towards k wherever they are.
        expected: answers to expect of all who are asked.
        probability: of enough answers for a figure, 0 to 1.
        shown: whether a figure is more likely than not.
        instead: what it has without one; None with one.
        reads: the nearest unit above with a figure, for READS_ABOVE.
    """

    name: str
    above: str | None
    depth: int
    roll_up: bool
    asked_here: int
    asked: int
    counting: int
    expected: float
    probability: float
    shown: bool
    instead: Instead | None
    reads: str | None


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Every unit, parents before their children and neighbours by name, and the whole.

    Attributes:
        units: all of them.
        asked: people asked in the organisation.
        left_over: answers that will probably be shown nowhere, on average and rounded.
    """

    units: Sequence[ForeseenUnit]
    response: float
    minimum: int
    asked: int
    left_over: int

    @property
    def teams(self) -> list[ForeseenUnit]:
        """Return the units below which there is none."""
        return [unit for unit in self.units if not unit.roll_up]

    @property
    def roll_ups(self) -> list[ForeseenUnit]:
        """Return the units that have others below them."""
        return [unit for unit in self.units if unit.roll_up]

    def teams_shown_at(self, response: float) -> int:
        """Return how many teams would probably see figures at another response."""
        return sum(at_least(self.minimum, team.counting, response) >= LIKELY for team in self.teams)


def at_least(k: int, people: int, response: float) -> float:
    """Return the probability that k or more of so many people answer."""
    if people < k or response <= 0:
        return 0.0 if k > 0 else 1.0
    if response >= 1:
        return 1.0
    yes, no = math.log(response), math.log1p(-response)
    fewer = sum(
        math.exp(
            math.lgamma(people + 1)
            - math.lgamma(n + 1)
            - math.lgamma(people - n + 1)
            + n * yes
            + (people - n) * no
        )
        for n in range(k)
    )
    chance = round(1.0 - fewer, TRUSTED_PLACES)
    return min(math.nextafter(1.0, 0.0), max(0.0, chance))  # near to certain is not certain


def foresee(directory: Directory, *, response: float, minimum: int) -> Foreseen:
    """Return what each unit of a directory can expect to see.

    Args:
        directory: everybody and every unit.
        response: the share of the people asked who answer, 0 to 1.
        minimum: k.
    """
    rosters = directory.rosters()
    parents = {team.id: team.parent_id for team in directory.teams.values()}
    order = post_order(parents)
    asked = _summed_up(order, parents, {unit: len(people) for unit, people in rosters.items()})
    leading = {
        person
        for people in rosters.values()
        for person in people
        if any(asked[unit] for unit in directory.led_by(person))
    }
    counting = _summed_up(
        order,
        parents,
        {unit: sum(person not in leading for person in people) for unit, people in rosters.items()},
    )
    chances = {unit: at_least(minimum, counting[unit], response) for unit in order}
    shown = {unit for unit in order if chances[unit] >= LIKELY}
    return Foreseen(
        units=[
            _unit(directory, unit, len(rosters.get(unit, ())), asked, counting, chances, shown, response)
            for unit in _in_order(directory)
        ],
        response=response,
        minimum=minimum,
        asked=sum(map(len, rosters.values())),
        left_over=_left_over(directory, rosters, parents, response, minimum),
    )


def _unit(
    directory: Directory,
    unit: UUID,
    asked_here: int,
    asked: Mapping[UUID, int],
    counting: Mapping[UUID, int],
    chances: Mapping[UUID, float],
    shown: set[UUID],
    response: float,
) -> ForeseenUnit:
    team = directory.teams[unit]
    above = directory.teams[team.parent_id].name if team.parent_id else None
    reads, instead = None, None
    if unit not in shown:
        nearest = next((each for each in directory.ancestors(unit) if each in shown), None)
        reads = directory.teams[nearest].name if nearest else None
        instead = Instead.READS_ABOVE if reads else Instead.NOTHING_ABOVE
        if not asked[unit]:
            reads, instead = None, Instead.NOBODY_ASKED
    return ForeseenUnit(
        name=team.name,
        above=above,
        depth=directory.depth(unit),
        roll_up=bool(directory.children(unit)),
        asked_here=asked_here,
        asked=asked[unit],
        counting=counting[unit],
        expected=asked[unit] * response,
        probability=chances[unit],
        shown=unit in shown,
        instead=instead,
        reads=reads,
    )


def _summed_up(
    order: Sequence[UUID], parents: Mapping[UUID, UUID | None], direct: Mapping[UUID, int]
) -> dict[UUID, int]:
    sums = {unit: direct.get(unit, 0) for unit in order}
    for unit in order:
        parent = parents[unit]
        if parent is not None:
            sums[parent] += sums[unit]
    return sums


def _in_order(directory: Directory) -> Iterator[UUID]:
    def by_name(units: Sequence[UUID]) -> list[UUID]:
        return sorted(units, key=lambda unit: directory.teams[unit].name.casefold(), reverse=True)

    waiting = by_name(directory.roots())
    while waiting:
        unit = waiting.pop()
        yield unit
        waiting.extend(by_name(directory.children(unit)))


def _left_over(
    directory: Directory,
    rosters: Mapping[UUID, Sequence[UUID]],
    parents: Mapping[UUID, UUID | None],
    response: float,
    minimum: int,
) -> int:
    """Try the gate itself on invented answers, always the same ones, and return the mean, rounded."""
    everybody = {
        unit: [Respondent(unit, (50.0,), leads=directory.led_by(person)) for person in people]
        for unit, people in rosters.items()
    }
    answers = sum(map(len, everybody.values()))
    certain = response <= 0 or response >= 1
    rounds = 1 if certain else max(1, min(ROUNDS, MOST_ANSWERS_TRIED // max(1, answers)))
    chance = random.Random(0)  # noqa: S311 -- a simulation that gives the same every time
    total = 0
    for _ in range(rounds):
        answered = {
            unit: [one for one in people if chance.random() < response]
            for unit, people in everybody.items()
        }
        total += carry_up(parents, answered, minimum, low=lambda _answers: False).left_over
    return round(total / rounds)
