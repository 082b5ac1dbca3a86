from dataclasses import replace
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.people.rules import (
    Directory,
    Somebody,
    TeamNode,
    Viewer,
    may_make_group,
    may_read,
    reads_as,
    reads_far,
)

ORGANISATION = uuid4()


@st.composite
def directories(draw: st.DrawFn) -> Directory:
    """Forests of up to eight teams, each below an earlier one, with members and leaders anywhere."""
    size = draw(st.integers(1, 8))
    ids = [UUID(int=number + 1) for number in range(size)]
    teams = {}
    for number, team_id in enumerate(ids):
        above = draw(st.none() | st.sampled_from(ids[:number])) if number else None
        teams[team_id] = TeamNode(team_id, f"Team {number}", above)
    people = {}
    for number in range(draw(st.integers(0, 8))):
        person_id = UUID(int=1000 + number)
        people[person_id] = Somebody(
            id=person_id,
            email=f"{number}@example.com",
            name=str(number),
            zone=draw(st.sampled_from(["Europe/Berlin", "Asia/Tokyo"])),
            active=draw(st.booleans()),
            team_id=draw(st.none() | st.sampled_from(ids)),
        )
    leaders = {}
    if people:
        for team_id in ids:
            leading = draw(st.lists(st.sampled_from(sorted(people)), unique=True, max_size=2))
            if leading:
                leaders[team_id] = tuple(leading)
    return Directory(ORGANISATION, teams, people, leaders)


class TestTree:
    @given(directories())
    def test_ancestors_and_descendants_are_each_others_mirror(self, directory: Directory) -> None:
        for upper in directory.teams:
            for lower in directory.teams:
                above = upper == lower or upper in directory.ancestors(lower)
                assert above == (lower in directory.descendants(upper))

    @given(directories())
    def test_ancestors_lead_step_by_step_to_a_root(self, directory: Directory) -> None:
        for team_id in directory.teams:
            path = [team_id, *directory.ancestors(team_id)]
            for lower, upper in pairwise(path):
                assert lower in directory.children(upper)
            assert path[-1] in directory.roots()
            assert directory.depth(team_id) == len(path) - 1
            assert len(set(path)) == len(path)

    @given(directories())
    def test_every_team_is_below_exactly_one_root(self, directory: Directory) -> None:
        below = [team for root in directory.roots() for team in directory.descendants(root)]
        assert sorted(below) == sorted(directory.teams)

    @given(directories(), st.data())
    def test_a_circle_is_refused(self, directory: Directory, data: st.DataObject) -> None:
        upper = data.draw(st.sampled_from(sorted(directory.teams)))
        lower = data.draw(st.sampled_from(sorted(directory.descendants(upper))))
        teams = dict(directory.teams) | {upper: replace(directory.teams[upper], parent_id=lower)}

        with pytest.raises(ValueError, match="above the other"):
            Directory(ORGANISATION, teams, {}, {})

    def test_a_parent_that_is_not_there_is_refused(self) -> None:
        lost = TeamNode(uuid4(), "Lost", uuid4())

        with pytest.raises(ValueError, match="not in the directory"):
            Directory(ORGANISATION, {lost.id: lost}, {}, {})


class TestAskedIn:
    @given(directories())
    def test_nobody_is_asked_in_a_unit_they_lead(self, directory: Directory) -> None:
        for person_id in directory.people:
            assert directory.asked_in(person_id) not in directory.led_by(person_id)

    @given(directories())
    def test_who_leads_is_asked_right_above_the_highest_and_who_does_not_in_the_own_team(
        self, directory: Directory
    ) -> None:
        for person_id, person in directory.people.items():
            led = directory.led_by(person_id)
            highest = directory.highest_led(person_id)
            if not person.active:
                assert directory.asked_in(person_id) is None
            elif not led:
                assert highest is None
                assert directory.asked_in(person_id) == person.team_id
            else:
                assert highest is not None
                assert directory.depth(highest) == min(map(directory.depth, led))
                assert directory.asked_in(person_id) == directory.teams[highest].parent_id

    @given(directories())
    def test_rosters_hold_everybody_who_is_asked_once(self, directory: Directory) -> None:
        listed = [(unit, person) for unit, people in directory.rosters().items() for person in people]
        asked = [(directory.asked_in(person), person) for person in directory.people]
        assert sorted(listed) == sorted((unit, person) for unit, person in asked if unit)

    def test_a_stranger_is_asked_nowhere(self) -> None:
        assert Directory(ORGANISATION, {}, {}, {}).asked_in(uuid4()) is None


class TestPlaceOfATeam:
    TEAM = TeamNode(uuid4(), "Payments")
    LEADER = Somebody(uuid4(), "lena@example.com", "Lena", "Asia/Tokyo", "JP")

    def directory(self, team: TeamNode, leader: Somebody) -> Directory:
        return Directory(
            ORGANISATION,
            {team.id: team},
            {leader.id: leader},
            {team.id: (leader.id,)},
            "Europe/Berlin",
            "DE",
        )

    def test_it_is_the_leaders(self) -> None:
        directory = self.directory(self.TEAM, self.LEADER)
        assert directory.team_zone(self.TEAM.id) == "Asia/Tokyo"
        assert directory.team_country(self.TEAM.id) == "JP"

    def test_the_team_can_say_otherwise(self) -> None:
        directory = self.directory(replace(self.TEAM, zone="America/Lima", country="PE"), self.LEADER)
        assert directory.team_zone(self.TEAM.id) == "America/Lima"
        assert directory.team_country(self.TEAM.id) == "PE"

    def test_without_an_active_leader_it_is_the_organisations(self) -> None:
        directory = self.directory(self.TEAM, replace(self.LEADER, active=False))
        assert directory.team_zone(self.TEAM.id) == "Europe/Berlin"
        assert directory.team_country(self.TEAM.id) == "DE"

    def test_a_leader_without_a_country_leaves_the_organisations(self) -> None:
        directory = self.directory(self.TEAM, replace(self.LEADER, country=None))
        assert directory.team_country(self.TEAM.id) == "DE"


def viewer(directory: Directory, unit: UUID | None, **more: object) -> Viewer:
    nobody = Viewer(
        person_id=uuid4(),
        organisation_id=ORGANISATION,
        name="V",
        email="v@example.com",
        zone="UTC",
        locale="en",
        slack_id=None,
        is_hr=False,
        granted=frozenset(),
        leads=frozenset(),
        unit=unit,
        above=frozenset(directory.ancestors(unit)) if unit else frozenset(),
    )
    return replace(nobody, **more)  # type: ignore[arg-type] -- field names of the dataclass


class TestMayRead:
    """The table of who may read what, over Company > Product > (Payments, Search), and Warehouse."""

    COMPANY, PRODUCT, PAYMENTS, SEARCH, WAREHOUSE = (UUID(int=number) for number in range(1, 6))
    TREE = Directory(
        ORGANISATION,
        {
            COMPANY: TeamNode(COMPANY, "Company"),
            PRODUCT: TeamNode(PRODUCT, "Product", COMPANY),
            PAYMENTS: TeamNode(PAYMENTS, "Payments", PRODUCT),
            SEARCH: TeamNode(SEARCH, "Search", PRODUCT),
            WAREHOUSE: TeamNode(WAREHOUSE, "Warehouse", COMPANY),
        },
        {},
        {},
    )

    def readable(self, who: Viewer, *, below: bool = False) -> set[UUID]:
        return {
            team for team in self.TREE.teams if may_read(who, self.TREE, team, leaders_read_below=below)
        }

    def test_a_member_reads_the_own_unit_and_what_is_above(self) -> None:
        alice = viewer(self.TREE, self.PAYMENTS)
        for below in (False, True):
            assert self.readable(alice, below=below) == {self.PAYMENTS, self.PRODUCT, self.COMPANY}

    def test_a_leader_reads_the_led_unit_and_not_the_teams_below_it(self) -> None:
        petra = viewer(self.TREE, self.COMPANY, leads=frozenset({self.PRODUCT}))
        assert self.readable(petra) == {self.PRODUCT, self.COMPANY}

    def test_a_leader_reads_below_where_the_wave_said_so(self) -> None:
        petra = viewer(self.TREE, self.COMPANY, leads=frozenset({self.PRODUCT}))
        assert self.readable(petra, below=True) == {self.PRODUCT, self.COMPANY, self.PAYMENTS, self.SEARCH}

    def test_a_viewer_reads_the_granted_unit_and_what_is_below(self) -> None:
        who = viewer(self.TREE, None, granted=frozenset({self.PRODUCT}))
        assert self.readable(who) == {self.PRODUCT, self.PAYMENTS, self.SEARCH}

    def test_hr_reads_every_unit_and_none_that_does_not_exist(self) -> None:
        who = viewer(self.TREE, None, is_hr=True)
        assert self.readable(who) == set(self.TREE.teams)
        assert not may_read(who, self.TREE, uuid4(), leaders_read_below=True)

    def test_who_has_no_relation_reads_nothing(self) -> None:
        assert self.readable(viewer(self.TREE, None), below=True) == set()

    def test_the_nearest_relation_names_the_reader(self) -> None:
        lena = viewer(self.TREE, self.PRODUCT, leads=frozenset({self.PAYMENTS}), is_hr=True)
        assert reads_as(lena, self.PAYMENTS) == "leader"
        assert reads_as(lena, self.PRODUCT) == "member"
        assert reads_as(lena, self.COMPANY) == "member"
        assert reads_as(lena, self.WAREHOUSE) == "hr"

    def test_a_viewer_reads_as_viewer_and_a_leader_below_the_led_unit_as_leader(self) -> None:
        granted = viewer(self.TREE, None, granted=frozenset({self.PRODUCT}))
        petra = viewer(self.TREE, self.COMPANY, leads=frozenset({self.PRODUCT}))
        assert reads_as(granted, self.SEARCH) == "viewer"
        assert reads_as(petra, self.SEARCH) == "leader"

    @pytest.mark.parametrize("below", [False, True])
    def test_who_may_read_more_than_their_own_units_and_those_above_reads_far(self, *, below: bool) -> None:
        people = [
            viewer(self.TREE, self.PAYMENTS),
            viewer(self.TREE, self.PRODUCT, leads=frozenset({self.PAYMENTS})),
            viewer(self.TREE, self.COMPANY, leads=frozenset({self.PRODUCT})),
            viewer(self.TREE, None, granted=frozenset({self.PRODUCT})),
            viewer(self.TREE, None, is_hr=True),
        ]
        for who in people:
            near = {who.unit} | who.above | who.leads
            if self.readable(who, below=below) - near:
                assert reads_far(who, leaders_read_below=below)
        assert [reads_far(who, leaders_read_below=below) for who in people] == [
            False,
            below,
            below,
            True,
            True,
        ]


class TestWorkingGroups:
    TREE = TestMayRead.TREE

    def test_who_leads_a_unit_and_hr_can_make_one(self) -> None:
        assert may_make_group(viewer(self.TREE, None, leads=frozenset({TestMayRead.PAYMENTS})))
        assert may_make_group(viewer(self.TREE, None, is_hr=True))
        assert not may_make_group(
            viewer(self.TREE, TestMayRead.PAYMENTS, leads_groups=frozenset({uuid4()}))
        )

    def test_a_unit_is_led_or_a_group_is(self) -> None:
        group = uuid4()
        both = viewer(
            self.TREE, None, leads=frozenset({TestMayRead.PAYMENTS}), leads_groups=frozenset({group})
        )
        assert both.leads_there(TestMayRead.PAYMENTS)
        assert both.leads_there(group)
        assert not both.leads_there(TestMayRead.SEARCH)
