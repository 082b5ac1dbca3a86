"""Who can be asked, and which units can see figures of their own.

No score is here, and no order but the alphabet's. What units can see is computed as if everybody answered,
from the directory alone.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from uuid import UUID

from service.views.home import team_path
from service.views.long_lists import ListPart, part_of
from surveys.deliveries.queries import Unreached
from surveys.people.rules import Directory, Members, Outline, TeamNode
from surveys.results.rules.disclosure import Respondent, carry_up

NOBODY = Members(0, 0)
MIDDLING = (50.0,)


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One unit.

    Attributes:
        name: the unit's.
        href: its page.
        above: the unit above it, or None.
        asked: people asked in this very unit.
        sees: own (figures of its own when enough answer), roll_up (figures of what is below and around
            it), carried (its answers are counted one level up) or nobody (nobody is asked in it).
        programmes: the names of the programmes that ask it.
        leaderless: whether nobody leads it.
        by_mail: people asked in it whom Slack does not know.
        unreachable: names of people whom the last message did not reach.
        inactive: people of the unit who are on the directory but not active.
    """

    name: str
    href: str
    above: str | None
    asked: int
    sees: str
    programmes: Sequence[str]
    leaderless: bool
    by_mail: int
    unreachable: Sequence[str]
    inactive: int

    @property
    def is_to_look_at(self) -> bool:
        """Whether there is anything HR may want to set right here."""
        return self.leaderless or bool(self.by_mail or self.unreachable or self.inactive)


@dataclass(frozen=True, slots=True)
class CoverageView:
    """Units in alphabetical order, and what concerns the whole organisation.

    `units` is the part of them that is shown, and `rows` says what there is to say about each of these.
    """

    units: ListPart[TeamNode]
    rows: Sequence[CoverageRow]
    minimum: int
    asked: int
    not_asked: Sequence[str]  # active people whom nobody asks: without a team, or leading the root
    has_programme: bool  # whether a programme asks anybody at the moment

    @property
    def has_something_to_look_at(self) -> bool:
        """Whether any of the units shown has: without one there is nothing to say about them."""
        return any(row.is_to_look_at for row in self.rows)


def coverage_view(
    outline: Outline,
    *,
    minimum: int,
    audiences: Mapping[str, Collection[UUID]],
    unreachable: Collection[Unreached],
    uses_slack: bool,
    find: str = "",
    part: str = "",
) -> CoverageView:
    """Return the coverage of an organisation.

    Args:
        outline: every unit, and everybody in it by name or by number.
        minimum: k.
        audiences: name of a running programme → the units it asks.
        unreachable: people whom the last message did not reach.
        uses_slack: whether a workspace is configured; without it nobody is missing there.
        find: a part of the names of units, `part` which part of a long list; see `part_of`.
    """
    directory = outline.directory
    rosters = directory.rosters()
    by_name = sorted(directory.teams.values(), key=lambda each: each.name.casefold())
    units = part_of(by_name, attrgetter("name"), find=find, number=part)
    asked = {person_id for people in rosters.values() for person_id in people}
    rows = _Rows(
        outline=outline,
        rosters=rosters,
        sees=_what_units_see(outline, rosters, minimum),
        audiences=audiences,
        unreached=_by_unit(directory, unreachable),
        uses_slack=uses_slack,
    )
    return CoverageView(
        units=units,
        rows=[rows.of(team) for team in units.rows],
        minimum=minimum,
        asked=len(asked) + sum(others.people for others in outline.members.values()),
        not_asked=sorted(
            person.name for person in directory.people.values() if person.active and person.id not in asked
        ),
        has_programme=bool(audiences),
    )


@dataclass(frozen=True, slots=True)
class _Rows:
    """What is known of all units, from which the row of each is made."""

    outline: Outline
    rosters: Mapping[UUID, Sequence[UUID]]
    sees: Mapping[UUID, str]
    audiences: Mapping[str, Collection[UUID]]
    unreached: Mapping[UUID | None, Sequence[str]]
    uses_slack: bool

    def of(self, team: TeamNode) -> CoverageRow:
        directory = self.outline.directory
        people = [directory.people[person_id] for person_id in self.rosters.get(team.id, ())]
        others = self.outline.members.get(team.id, NOBODY)
        by_mail = others.not_in_slack + sum(person.slack_id is None for person in people)
        return CoverageRow(
            name=team.name,
            href=team_path(team.id),
            above=directory.teams[team.parent_id].name if team.parent_id else None,
            asked=others.people + len(people),
            sees=self.sees[team.id],
            programmes=sorted(name for name, units in self.audiences.items() if team.id in units),
            leaderless=not directory.leaders.get(team.id),
            by_mail=by_mail if self.uses_slack else 0,
            unreachable=sorted(self.unreached.get(team.id, ())),
            inactive=self.outline.inactive.get(team.id, 0),
        )


def _by_unit(directory: Directory, people: Iterable[Unreached]) -> dict[UUID | None, list[str]]:
    """Return the names of people by the unit in which they are asked."""
    found: dict[UUID | None, list[str]] = {}
    for one in people:
        unit = directory.asked_in(one.id) if one.id in directory.people else one.team_id
        found.setdefault(unit, []).append(one.name)
    return found


def _what_units_see(
    outline: Outline, rosters: Mapping[UUID, Sequence[UUID]], minimum: int
) -> dict[UUID, str]:
    """Run the gate on one middling answer of everybody: the most that these units can ever see."""
    directory = outline.directory
    # All who lead nobody answer alike here, so that one answer can stand for each of them.
    answers = {
        unit: [Respondent(unit, MIDDLING)] * others.people for unit, others in outline.members.items()
    }
    for unit, people in rosters.items():
        leading = [Respondent(unit, MIDDLING, leads=directory.led_by(person)) for person in people]
        answers.setdefault(unit, []).extend(leading)
    parents = {team.id: team.parent_id for team in directory.teams.values()}
    released = carry_up(parents, answers, minimum, low=lambda _answers: False)
    has_below = set(parents.values())
    with_figures, with_people = _and_above(directory, released.pools), _and_above(directory, answers)
    found = {}
    for unit in directory.teams:
        if unit in released.pools and unit not in has_below:
            found[unit] = "own"
        elif unit in with_figures:
            found[unit] = "roll_up"
        else:
            found[unit] = "carried" if unit in with_people else "nobody"
    return found


def _and_above(directory: Directory, units: Iterable[UUID]) -> set[UUID]:
    return {each for unit in units for each in (unit, *directory.ancestors(unit))}
