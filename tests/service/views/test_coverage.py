"""What the coverage page and the strips say, from plain structs."""

from collections import Counter
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from integrations.language import Translator
from service.views.coverage import CoverageRow, coverage_view
from service.views.loop_health import rate_in_words, strips
from surveys.commitments.loop import Days, LoopHealth
from surveys.commitments.rules import Rate
from surveys.deliveries.queries import Unreached
from surveys.people.rules import Directory, Members, Outline, Somebody, TeamNode

ENGLISH = Translator("en")


def person(name: str, team_id: UUID, *, slack_id: str | None = "U1", active: bool = True) -> Somebody:
    return Somebody(
        uuid4(), f"{name}@example.com", name, "UTC", team_id=team_id, slack_id=slack_id, active=active
    )


@pytest.fixture
def house() -> Directory:
    """Top (two leaders below it), Big of six, and Small of three without a leader."""
    top, big, small = [TeamNode(uuid4(), "Top"), TeamNode(uuid4(), "big"), TeamNode(uuid4(), "Small")]
    big, small = replace(big, parent_id=top.id), replace(small, parent_id=top.id)
    boss, lead = person("Boss", top.id), person("Lead", big.id)
    people = [boss, lead, *(person(f"B{number}", big.id) for number in range(6))]
    people += [person("S1", small.id, slack_id=None), person("S2", small.id), person("S3", small.id)]
    people.append(person("Gone", small.id, active=False))
    return Directory(
        organisation_id=uuid4(),
        teams={team.id: team for team in (top, big, small)},
        people={each.id: each for each in people},
        leaders={top.id: (boss.id,), big.id: (lead.id,)},
    )


def rows_of(house: Directory, *, minimum: int = 5, uses_slack: bool = True) -> dict[str, CoverageRow]:
    """Everybody by name, and then all who lead nobody by number only: the page says the same of both."""
    leads = {person for leaders in house.leaders.values() for person in leaders}
    plain = [each for each in house.people.values() if each.active and each.id not in leads]
    unreachable = [Unreached(each.id, each.name, each.team_id) for each in plain if each.name == "B3"]
    inactive = Counter(each.team_id for each in house.people.values() if not each.active)
    members = {
        team: Members(len(there), sum(each.slack_id is None for each in there))
        for team in house.teams
        if (there := [each for each in plain if each.team_id == team])
    }
    few = replace(house, people={one: each for one, each in house.people.items() if one in leads})
    found = [
        rows_as(outline, unreachable, minimum, uses_slack=uses_slack)
        for outline in (Outline(house, {}, inactive), Outline(few, members, inactive))
    ]
    assert found[0] == found[1]
    return found[0]


def rows_as(
    outline: Outline, unreachable: list[Unreached], minimum: int, *, uses_slack: bool
) -> dict[str, CoverageRow]:
    house = outline.directory
    units = {team.id for team in house.teams.values() if team.name != "Top"}
    view = coverage_view(
        outline,
        minimum=minimum,
        audiences={"Pulse": units},
        unreachable=unreachable,
        uses_slack=uses_slack,
    )
    assert [row.name for row in view.rows] == ["big", "Small", "Top"]
    assert list(view.not_asked) == ["Boss"]
    return {row.name: row for row in view.rows}


def test_a_large_unit_sees_its_own_and_a_small_one_is_counted_further_up(house: Directory) -> None:
    rows = rows_of(house)

    assert {name: row.sees for name, row in rows.items()} == {
        "big": "own",
        "Small": "carried",
        "Top": "roll_up",
    }
    assert {name: row.asked for name, row in rows.items()} == {"big": 6, "Small": 3, "Top": 1}


def test_a_higher_minimum_carries_more(house: Directory) -> None:
    assert {row.sees for row in rows_of(house, minimum=12).values()} == {"carried"}


def test_what_somebody_should_look_at_is_named(house: Directory) -> None:
    rows = rows_of(house)

    assert rows["Small"].leaderless
    assert rows["Small"].by_mail == 1
    assert rows["Small"].inactive == 1
    assert list(rows["big"].unreachable) == ["B3"]
    assert list(rows["big"].programmes) == ["Pulse"]
    assert list(rows["Top"].programmes) == []


def test_nothing_to_look_at_takes_no_column(house: Directory) -> None:
    well = replace(
        house,
        people={one.id: one for one in house.people.values() if one.active and one.slack_id},
        leaders=house.leaders | {team: (uuid4(),) for team in house.teams},
    )

    def seen(outline: Outline) -> bool:
        view = coverage_view(outline, minimum=5, audiences={}, unreachable=(), uses_slack=True)
        return view.has_something_to_look_at

    assert not seen(Outline(well, {}, {}))
    assert seen(Outline(house, {}, {}))


def test_without_slack_nobody_is_missing_there(house: Directory) -> None:
    assert rows_of(house, uses_slack=False)["Small"].by_mail == 0


def test_a_strip_has_one_dot_a_team_and_stacks_those_that_took_as_long() -> None:
    days = [0.4, 0.5, *[2.0] * 7, 9.0, 40.0]
    health = LoopHealth(enough=True, teams=11, days_to_share=[Days(d, d < 40) for d in days])

    (strip,) = strips(health, ENGLISH)

    assert len(strip.dots) == 11
    assert len({(dot.x, dot.y) for dot in strip.dots}) == 11
    assert max(dot.x for dot in strip.dots) <= 100
    assert all(0 < dot.y < strip.floor for dot in strip.dots)
    assert "In 9 of 11 teams it took at most 3 working days" in strip.sentence
    assert [dot.over for dot in strip.dots].count(False) == 1
    assert strip.counts[-1] == ("longer than 15 working days so far", 1)


def test_with_thousands_of_teams_one_dot_stands_for_several() -> None:
    health = LoopHealth(enough=True, teams=5_000, days_to_share=[Days(n % 30 / 2) for n in range(5_000)])

    (strip,) = strips(health, ENGLISH)

    assert len(strip.dots) < 1_500
    assert strip.floor < 600
    assert "One dot stands for up to 5 teams" in strip.description
    assert sum(count for _, count in strip.counts) == 5_000


@pytest.mark.parametrize(
    ("rate", "words"),
    [(None, None), (Rate(3, 4), "3 of 4"), (Rate(4, 5), "80 % of 5"), (Rate(0, 1), "0 of 1")],
)
def test_a_rate_of_few_is_counted_and_of_more_is_per_cent(rate: Rate | None, words: str | None) -> None:
    assert rate_in_words(rate, ENGLISH) == words
