"""Who belongs where and who may read what, as pure functions of a directory. No storage is here."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

LEADERS_A_TEAM = 2  # at most

ReadsAs = Literal["leader", "member", "hr", "viewer"]


class RoleKind(StrEnum):
    """What a person may do beyond belonging to a team and leading one."""

    HR = "hr"  # reads every published figure, sets programmes
    OMBUDSPERSON = "ombudsperson"  # reads the mailboxes addressed to this office, and no figures by it
    VIEWER = "viewer"  # reads the published figures of one granted unit and what is below it


@dataclass(frozen=True, slots=True)
class TeamNode:
    """A unit of the tree. Zone and country are the leader's unless given here."""

    id: UUID
    name: str
    parent_id: UUID | None = None
    zone: str | None = None
    country: str | None = None
    is_group: bool = False  # a working group stands outside the tree; no figure is about it


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person as the tree sees them: the reporting team, and since when they report there."""

    id: UUID
    email: str
    name: str
    zone: str
    country: str | None = None
    locale: str = "en"
    slack_id: str | None = None
    active: bool = True
    team_id: UUID | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Directory:
    """The tree of teams with the people in it, or a part of it whose every team has its ancestors.

    `zone` and `country` are the organisation's, for teams that have neither a leader nor their own.

    Raises:
        ValueError: a parent is not among the teams, or the teams go round in a circle.
    """

    organisation_id: UUID
    teams: Mapping[UUID, TeamNode]
    people: Mapping[UUID, Somebody]
    leaders: Mapping[UUID, tuple[UUID, ...]]
    zone: str = "UTC"
    country: str | None = None
    _below: dict[UUID | None, list[UUID]] = field(init=False, repr=False, compare=False)
    _depths: dict[UUID, int] = field(init=False, repr=False, compare=False)
    _led: dict[UUID, list[UUID]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        below: dict[UUID | None, list[UUID]] = {}
        for team in self.teams.values():
            if team.parent_id is not None and team.parent_id not in self.teams:
                raise ValueError(f"the team above {team.id} is not in the directory")
            below.setdefault(team.parent_id, []).append(team.id)
        led: dict[UUID, list[UUID]] = {}
        for team_id, leaders in self.leaders.items():
            for person_id in leaders:
                led.setdefault(person_id, []).append(team_id)
        # The class is frozen for its readers; these three are indexes over what they read.
        object.__setattr__(self, "_below", below)
        object.__setattr__(self, "_led", led)
        object.__setattr__(self, "_depths", dict(_depths_from_the_top(below)))
        if len(self._depths) != len(self.teams):
            raise ValueError("some teams are each above the other")

    def roots(self) -> list[UUID]:
        """Return the teams above which there is none."""
        return list(self._below.get(None, ()))

    def children(self, team_id: UUID) -> list[UUID]:
        """Return the teams directly below a team."""
        return list(self._below.get(team_id, ()))

    def ancestors(self, team_id: UUID) -> list[UUID]:
        """Return the teams above a team, the nearest first and without itself."""
        found = []
        above = self.teams[team_id].parent_id
        while above is not None:
            found.append(above)
            above = self.teams[above].parent_id
        return found

    def descendants(self, team_id: UUID) -> set[UUID]:
        """Return a team and everything below it."""
        found, waiting = {team_id}, deque([team_id])
        while waiting:
            below = self._below.get(waiting.popleft(), ())
            found.update(below)
            waiting.extend(below)
        return found

    def depth(self, team_id: UUID) -> int:
        """Return how many teams stand above a team."""
        return self._depths[team_id]

    def led_by(self, person_id: UUID) -> frozenset[UUID]:
        """Return the teams a person leads."""
        return frozenset(self._led.get(person_id, ()))

    def highest_led(self, person_id: UUID) -> UUID | None:
        """Return the team nearest to the root among those a person leads; by name where several are."""
        led = self._led.get(person_id, ())
        return min(led, key=lambda team: (self._depths[team], self.teams[team].name, team), default=None)

    def asked_in(self, person_id: UUID) -> UUID | None:
        """Return the unit in which a person is asked, or None where nobody asks them.

        A leader is asked in the parent of the highest team they lead, everyone else in their team.
        The leader of the root, an inactive person and one without a team are not asked.
        """
        person = self.people.get(person_id)
        if person is None or not person.active:
            return None
        led = self.highest_led(person_id)
        return person.team_id if led is None else self.teams[led].parent_id

    def rosters(self) -> dict[UUID, list[UUID]]:
        """Return who is asked in each unit, for the units in which somebody is."""
        found: dict[UUID, list[UUID]] = {}
        for person_id in self.people:
            unit = self.asked_in(person_id)
            if unit is not None:
                found.setdefault(unit, []).append(person_id)
        return found

    def place_of(self, person_id: UUID) -> tuple[str, str | None]:
        """Return where somebody is: an IANA zone, and a country, which may be the organisation's."""
        person = self.people[person_id]
        return person.zone, person.country or self.country

    def team_zone(self, team_id: UUID) -> str:
        """Return the IANA zone of a team: its own, else its leader's, else the organisation's."""
        leader = self._first_leader(team_id)
        return self.teams[team_id].zone or (leader.zone if leader else self.zone)

    def team_country(self, team_id: UUID) -> str | None:
        """Return the country of a team: its own, else its leader's, else the organisation's."""
        leader = self._first_leader(team_id)
        return self.teams[team_id].country or (leader.country if leader else None) or self.country

    def _first_leader(self, team_id: UUID) -> Somebody | None:
        known = (self.people.get(person_id) for person_id in self.leaders.get(team_id, ()))
        return next((person for person in known if person and person.active), None)


@dataclass(frozen=True, slots=True)
class Members:
    """Active people of a team who lead none: how many, and how many of them Slack does not know."""

    people: int
    not_in_slack: int


@dataclass(frozen=True, slots=True)
class Outline:
    """A directory in which most people are only counted.

    Attributes:
        directory: the whole tree; of the people those who lead a team and those without one.
        members: of each team that has any, everybody else.
        inactive: of each team that has any, people who are not active.
    """

    directory: Directory
    members: Mapping[UUID, Members]
    inactive: Mapping[UUID, int]


def _depths_from_the_top(below: Mapping[UUID | None, list[UUID]]) -> Iterator[tuple[UUID, int]]:
    waiting = deque((root, 0) for root in below.get(None, ()))
    while waiting:
        team_id, depth = waiting.popleft()
        yield team_id, depth
        waiting.extend((child, depth + 1) for child in below.get(team_id, ()))


@dataclass(frozen=True, slots=True)
class Viewer:
    """Someone who is signed in, with everything that decides what they may read.

    `unit` is where they are asked and `above` its ancestors; `granted` are the units HR opened to
    them as a viewer. `groups` are the working groups they belong to, ended ones too, and `leads_groups`
    those they lead that have not ended.
    """

    person_id: UUID
    organisation_id: UUID
    name: str
    email: str
    zone: str
    locale: str
    slack_id: str | None
    is_hr: bool
    granted: frozenset[UUID]
    leads: frozenset[UUID]
    unit: UUID | None
    above: frozenset[UUID] = frozenset()
    is_ombudsperson: bool = False
    groups: frozenset[UUID] = frozenset()
    leads_groups: frozenset[UUID] = frozenset()

    def leads_there(self, team_id: UUID) -> bool:
        """Return whether they lead this unit or working group."""
        return team_id in self.leads or team_id in self.leads_groups

    def belongs_to(self, team_id: UUID) -> bool:
        """Return whether they work in this unit or lead it, or belong to this working group."""
        return team_id == self.unit or team_id in self.leads or team_id in self.groups


def may_make_group(viewer: Viewer) -> bool:
    """Return whether somebody may make a working group: who leads a unit, and HR."""
    return viewer.is_hr or bool(viewer.leads)


def may_read(viewer: Viewer, directory: Directory, team_id: UUID, *, leaders_read_below: bool) -> bool:
    """Return whether someone may read the published figures of a unit. A working group has none.

    Members read their unit and its ancestors, leaders the units they lead, HR every unit, viewers
    the units granted to them and what is below. Leaders read single teams below theirs only with
    `leaders_read_below`, as the rules of the wave said before anyone answered. The directory needs
    to hold no more than the unit and its ancestors.
    """
    if team_id not in directory.teams or directory.teams[team_id].is_group:
        return False
    if viewer.is_hr or team_id == viewer.unit or team_id in viewer.above or team_id in viewer.leads:
        return True
    above = frozenset(directory.ancestors(team_id)) | {team_id}
    return bool(above & viewer.granted) or (leaders_read_below and bool(above & viewer.leads))


def reads_far(viewer: Viewer, *, leaders_read_below: bool) -> bool:
    """Return whether someone may read units besides their own, those above it and those they lead."""
    return viewer.is_hr or bool(viewer.granted) or (leaders_read_below and bool(viewer.leads))


def reads_as(viewer: Viewer, team_id: UUID) -> ReadsAs:
    """Return as what someone reads a unit they may read; the nearest relation to it counts."""
    if team_id in viewer.leads:
        return "leader"
    if team_id == viewer.unit or team_id in viewer.above:
        return "member"
    if viewer.is_hr:
        return "hr"
    return "viewer" if viewer.granted else "leader"
