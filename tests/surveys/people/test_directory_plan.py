from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.people.directory_plan import Plan, Stored, plan_import
from surveys.people.directory_rows import PersonRow
from surveys.people.rules import Directory, RoleKind, Somebody, TeamNode

NOBODY = Stored(Directory(uuid4(), {}, {}, {}, "Europe/Berlin", "DE"))


def row(line: int, name: str, team: str = "Payments", **cells: str) -> PersonRow:
    return PersonRow(line=line, email=f"{name.lower()}@x.org", name=name, team=team, **cells)


def said(*rows: PersonRow, stored: Stored = NOBODY) -> list[str]:
    return [str(problem) for problem in plan_import(rows, stored).problems]


class TestProblems:
    @pytest.mark.parametrize(
        ("cells", "expected"),
        [
            (
                {"zone": "Europe/Atlantis"},
                'zone: "Europe/Atlantis" is not a time zone; use a name such as Europe/Berlin',
            ),
            ({"country": "UK"}, 'country: "UK" is not a country code; use two letters such as DE or GB'),
            ({"locale": "English"}, 'locale: "English" is not a locale; use one such as en or pt-BR'),
            (
                {"slack_id": "@alice"},
                'slack_id: "@alice" is not a Slack member id; it looks like U02ABCDEF',
            ),
            (
                {"role": "boss"},
                'role: "boss" is not a role; use hr, ombudsperson, viewer, or viewer:Name of a team',
            ),
            (
                {"role": "viewer:"},
                'role: "viewer:" is not a role; use hr, ombudsperson, viewer, or viewer:Name of a team',
            ),
            ({"role": "viewer:Nowhere"}, 'role: "Nowhere" is not a team'),
            ({"active": "maybe"}, 'active: "maybe" is neither yes nor no'),
            (
                {"parent_team": "Nowhere"},
                'parent_team: "Nowhere" is nobody\'s team; add a line for somebody in it',
            ),
            ({"parent_team": "Payments"}, 'parent_team: "Payments" cannot be below itself'),
            (
                {"leads": "Payments; Nowhere"},
                'leads: "Nowhere" is not a team; write yes, or names of teams separated by semicolons',
            ),
        ],
    )
    def test_a_cell_that_makes_no_sense_is_named(self, cells: dict[str, str], expected: str) -> None:
        assert said(row(12, "Alice", **cells)) == [f"line 12: {expected}"]

    def test_addresses_and_names_are_needed(self) -> None:
        rows = [
            PersonRow(2, "", "Ada", "South"),
            PersonRow(3, "ada at x.org", "Ada", "South"),
            PersonRow(4, "ada@x.org", "", "South"),
            PersonRow(5, "bob@x.org", "Bo\x00b", "South"),
            PersonRow(6, "cy@x.org", "Cy", "", leads="yes"),
            PersonRow(7, "dee@x.org", "Dee", "East; West"),
            PersonRow(8, "e\x00@x.org", "Eli", "South"),
        ]
        assert [line.partition(": ")[2].partition(":")[0] for line in said(*rows)] == [
            "email", "email", "name", "name", "leads", "team", "email",
        ]  # fmt: skip

    def test_the_second_of_two_addresses_is_named_with_the_first(self) -> None:
        twice = PersonRow(9, "ALICE@x.org", "Alice", "Payments")
        assert said(row(4, "Alice"), twice) == ['line 9: email: "alice@x.org" stands on line 4 already']

    def test_the_second_of_two_slack_ids_is_named_with_the_first(self) -> None:
        rows = (
            row(2, "Alice", slack_id="U12"),
            row(3, "Bob", slack_id="U123"),
            row(4, "Cy", slack_id="U123"),
        )
        assert said(*rows) == ['line 4: slack_id: "U123" stands on line 3 already']

    def test_a_third_leader_is_named_with_the_other_two(self) -> None:
        rows = [row(line, name, leads="yes") for line, name in enumerate(("Ada", "Bob", "Cy"), start=2)]
        assert said(*rows) == [
            'line 4: leads: "Payments" has its two leaders on lines 2 and 3; a third is not possible'
        ]

    def test_two_parents_are_named_with_the_line_of_the_first(self) -> None:
        rows = (
            row(2, "Ada", "East", parent_team=""),
            row(3, "Bob", "West", parent_team=""),
            row(4, "Cy", parent_team="East"),
            row(5, "Dee", parent_team=""),
            row(6, "Eli", parent_team="West"),
        )
        assert said(*rows) == [
            'line 6: parent_team: "Payments" is below "East" on line 4 and below "West" here'
        ]

    def test_a_circle_is_named_with_its_teams(self) -> None:
        rows = (
            row(2, "Ada", "East", parent_team="West"),
            row(3, "Bob", "West", parent_team="North"),
            row(4, "Cy", "North", parent_team="East"),
            row(5, "Dee", "South", parent_team="North"),
        )
        assert said(*rows) == [
            "line 2: parent_team: these teams are each above the other: East > West > North > East"
        ]

    def test_teams_that_differ_in_capitals_only_are_one_mistake(self) -> None:
        rows = row(2, "Ada"), row(3, "Bob", "payments"), row(4, "Cy", "payments")
        assert said(*rows) == ['line 3: team: "payments" is spelt "Payments" on line 2; use one spelling']

    def test_all_problems_come_at_once_in_the_order_of_lines(self) -> None:
        rows = row(2, "Ada", leads="Nowhere"), row(3, "Bob", zone="X"), row(4, "Bob")
        assert [line.split(":")[0] for line in said(*rows)] == ["line 2", "line 3"]


def stored(*people: Somebody, teams: tuple[TeamNode, ...] = (), **more: object) -> Stored:
    directory = Directory(
        uuid4(),
        {team.id: team for team in teams},
        {one.id: one for one in people},
        {},
        "Europe/Berlin",
        "DE",
    )
    return Stored(directory, **more)  # type: ignore[arg-type] -- a maker passes on what a test says


TEAM = TeamNode(uuid4(), "Payments")
OTHER = TeamNode(uuid4(), "Search")
ALICE = Somebody(
    uuid4(), "alice@x.org", "Alice", "Asia/Tokyo", "JP", "ja", "UALICE", active=True, team_id=TEAM.id
)
BOB = Somebody(uuid4(), "bob@x.org", "Bob", "UTC", slack_id="UBOB", team_id=TEAM.id)


class TestPlan:
    def test_new_teams_come_parents_first(self) -> None:
        rows = (
            row(2, "Ada", "Low", parent_team="Middle"),
            row(3, "Bob", "Middle", parent_team="Top"),
            row(4, "Cy", "Top", parent_team=""),
        )
        plan = plan_import(rows, NOBODY)
        assert plan.new_teams == [("Top", None), ("Middle", "Top"), ("Low", "Middle")]

    def test_what_the_file_leaves_open_is_the_organisations(self) -> None:
        (draft,) = plan_import([row(2, "Ada", country="jp")], NOBODY).added
        assert (draft.zone, draft.country, draft.locale, draft.slack_id) == (
            "Europe/Berlin",
            "JP",
            "en",
            None,
        )

    def test_a_column_that_is_not_there_changes_nothing(self) -> None:
        known = stored(ALICE, teams=(TEAM,), leaders=frozenset({(TEAM.id, ALICE.id)}))
        assert plan_import([row(2, "Alice")], known).is_empty

    def test_an_empty_cell_takes_the_value_away(self) -> None:
        known = stored(ALICE, teams=(TEAM,), leaders=frozenset({(TEAM.id, ALICE.id)}))
        plan = plan_import([row(2, "Alice", slack_id="", leads="", zone="")], known)
        assert [change.fields for change in plan.changed] == [{"slack_id": None, "zone": "Europe/Berlin"}]
        assert plan.leaders_removed == [(TEAM.id, ALICE.id)]

    def test_who_is_not_in_the_file_is_deactivated_and_leads_nothing(self) -> None:
        known = stored(ALICE, BOB, teams=(TEAM,), leaders=frozenset({(TEAM.id, BOB.id)}))
        plan = plan_import([row(2, "Alice")], known)
        assert (plan.deactivated, plan.leaders_removed) == ([BOB.id], [(TEAM.id, BOB.id)])

    def test_who_is_marked_inactive_is_deactivated_too(self) -> None:
        plan = plan_import([row(2, "Alice"), row(3, "Bob", active="no")], stored(ALICE, BOB, teams=(TEAM,)))
        assert plan.deactivated == [BOB.id]

    def test_more_than_forty_per_cent_is_too_many(self) -> None:
        people = [
            Somebody(uuid4(), f"p{number}@x.org", "P", "UTC", team_id=TEAM.id) for number in range(10)
        ]
        known = stored(*people, teams=(TEAM,))

        def keep(count: int) -> Plan:
            rows = [PersonRow(line, one.email, "P", TEAM.name) for line, one in enumerate(people[:count])]
            return plan_import(rows, known)

        assert not keep(6).deactivates_too_many
        assert keep(5).deactivates_too_many

    def test_somebody_who_returns_is_active_again_in_the_new_team(self) -> None:
        gone = Somebody(uuid4(), "bob@x.org", "Bob", "UTC", active=False)
        plan = plan_import([row(2, "Bob")], stored(gone, teams=(TEAM,)))
        assert plan.reactivated == [gone.id]
        assert [(move.from_team, move.to_team) for move in plan.moved] == [(None, "Payments")]

    def test_a_slack_id_goes_to_its_new_owner(self) -> None:
        plan = plan_import([row(2, "Alice", slack_id="UBOB")], stored(ALICE, BOB, teams=(TEAM,)))
        assert {change.person_id: change.fields for change in plan.changed} == {
            ALICE.id: {"slack_id": "UBOB"},
            BOB.id: {"slack_id": None},
        }

    def test_a_parent_that_is_stored_already_is_known(self) -> None:
        plan = plan_import(
            [row(2, "Alice", "Payments", parent_team="Search")], stored(ALICE, teams=(TEAM, OTHER))
        )
        assert (plan.moved_teams, plan.new_teams) == ({"Payments": "Search"}, [])

    def test_roles_are_read_with_their_team(self) -> None:
        plan = plan_import([row(2, "Ada", role="HR; viewer; viewer:Payments")], NOBODY)
        assert plan.roles_added == [
            ("ada@x.org", RoleKind.HR, None),
            ("ada@x.org", RoleKind.VIEWER, "Payments"),
        ]

    def test_who_leads_several_teams_names_them(self) -> None:
        rows = row(2, "Ada", leads="Payments;Search"), row(3, "Bob", "Search", leads="no")
        assert plan_import(rows, NOBODY).leaders_added == [
            ("Payments", "ada@x.org"),
            ("Search", "ada@x.org"),
        ]

    def test_somebody_without_a_team_is_counted(self) -> None:
        assert plan_import([row(2, "Ada", "")], NOBODY).without_team == 1

    @given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=20))
    def test_a_plan_without_problems_is_a_tree(self, pairs: list[tuple[int, int]]) -> None:
        rows = [
            row(line, f"P{line}", f"T{team}", parent_team=f"T{above}" if above else "")
            for line, (team, above) in enumerate(pairs, start=2)
        ]
        plan = plan_import(rows, NOBODY)
        if plan.problems:
            return
        ids = {name: uuid4() for name, _ in plan.new_teams}
        teams = {
            ids[name]: TeamNode(ids[name], name, ids[above] if above else None)
            for name, above in plan.new_teams
        }
        Directory(uuid4(), teams, {}, {})  # refuses what is no tree
