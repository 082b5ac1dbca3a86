"""What is foreseen, against every way in which people could answer, decided by the gate itself."""

from dataclasses import replace
from itertools import product
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.people.rules import Directory, Somebody, TeamNode
from surveys.results.rules.disclosure import Respondent, carry_up, unions
from surveys.results.rules.foreseen import Instead, at_least, foresee

FIRM, CARDS, LOANS, DESK = (UUID(int=number) for number in (1, 2, 3, 4))


def firm(sizes: dict[UUID, int], *, leaders: bool = True) -> Directory:
    """A firm of two teams, Cards with a desk below it; each unit has so many members, and a leader."""
    teams = {
        FIRM: TeamNode(FIRM, "Firm"),
        CARDS: TeamNode(CARDS, "Cards", FIRM),
        LOANS: TeamNode(LOANS, "Loans", FIRM),
        DESK: TeamNode(DESK, "Desk", CARDS),
    }
    people: dict[UUID, Somebody] = {}
    led: dict[UUID, tuple[UUID, ...]] = {}
    for team in teams:
        for number in range(sizes.get(team, 0) + leaders):
            own = uuid4()
            people[own] = Somebody(own, f"{own}@kept.example", "Somebody", "UTC", team_id=team)
            if leaders and number == 0:
                led[team] = (own,)
    return Directory(uuid4(), teams, people, led)


def shares_shown(directory: Directory, response: float, k: int) -> dict[str, float]:
    """The probability of a figure, by trying every subset of the people asked."""
    parents = {team.id: team.parent_id for team in directory.teams.values()}
    everybody = [
        Respondent(unit, (50.0,), leads=directory.led_by(person))
        for unit, people in directory.rosters().items()
        for person in people
    ]
    found = dict.fromkeys((team.name for team in directory.teams.values()), 0.0)
    for answers in product((False, True), repeat=len(everybody)):
        said = [one for one, answered in zip(everybody, answers, strict=True) if answered]
        chance = response ** len(said) * (1 - response) ** (len(everybody) - len(said))
        by_unit: dict[UUID, list[Respondent[UUID]]] = {}
        for one in said:
            by_unit.setdefault(one.unit, []).append(one)
        released = carry_up(parents, by_unit, k, low=lambda _answers: False)
        for unit in unions(parents, released.pools):
            found[directory.teams[unit].name] += chance
    return found


@settings(max_examples=12, deadline=None)
@given(
    st.fixed_dictionaries({team: st.integers(0, 3) for team in (FIRM, CARDS, LOANS, DESK)}),
    st.sampled_from([0.3, 0.5, 0.8]),
    st.sampled_from([2, 3, 4]),
)
def test_without_leaders_the_chance_is_exact(sizes: dict[UUID, int], response: float, k: int) -> None:
    directory = firm(sizes, leaders=False)
    exact = shares_shown(directory, response, k)
    for unit in foresee(directory, response=response, minimum=k).units:
        assert unit.probability == pytest.approx(exact[unit.name], abs=1e-9)


@settings(max_examples=8, deadline=None)
@given(
    st.fixed_dictionaries({team: st.integers(0, 2) for team in (FIRM, CARDS, LOANS, DESK)}),
    st.sampled_from([0.5, 0.8]),
    st.sampled_from([2, 3]),
)
def test_with_leaders_it_promises_no_more_than_the_gate_gives(
    sizes: dict[UUID, int], response: float, k: int
) -> None:
    directory = firm(sizes)
    exact = shares_shown(directory, response, k)
    for unit in foresee(directory, response=response, minimum=k).units:
        assert unit.probability <= exact[unit.name] + 1e-9


@given(st.integers(0, 40), st.integers(1, 10), st.floats(0, 1))
def test_more_people_never_have_a_smaller_chance(people: int, k: int, response: float) -> None:
    one, more = at_least(k, people, response), at_least(k, people + 1, response)
    assert 0 <= one <= more + 1e-9 <= 1 + 1e-9


@pytest.mark.parametrize(("people", "chance"), [(5, 0.33), (6, 0.66), (7, 0.85), (8, 0.94), (10, 0.99)])
def test_the_chances_of_small_teams_at_eighty_per_cent(people: int, chance: float) -> None:
    assert at_least(5, people, 0.8) == pytest.approx(chance, abs=0.006)


@pytest.mark.parametrize("k", [4, 5, 6, 8])
def test_an_even_chance_is_even_and_enough(k: int) -> None:
    """Of 2k - 1 people, k or more answer as often as not where each answers as often as not."""
    assert at_least(k, 2 * k - 1, 0.5) == 0.5


def test_an_organisation_of_a_hundred_thousand_has_a_chance_too() -> None:
    assert 0.999 < at_least(50, 100_000, 0.8) < 1.0  # nothing is certain
    assert at_least(5, 100_000, 0.00001) < 0.01


def test_small_units_read_the_figures_above_and_a_unit_of_nobody_is_named() -> None:
    found = foresee(firm({CARDS: 9, LOANS: 3}), response=1.0, minimum=5)

    assert [(unit.name, unit.asked, unit.shown, unit.instead, unit.reads) for unit in found.units] == [
        ("Firm", 15, True, None, None),
        ("Cards", 10, True, None, None),
        ("Desk", 0, False, Instead.NOBODY_ASKED, None),
        ("Loans", 3, False, Instead.READS_ABOVE, "Firm"),
    ]
    assert [unit.name for unit in found.teams] == ["Desk", "Loans"]
    # The three of Loans meet two leaders at the top, but one of the two is their own.
    assert found.left_over == 5


def test_what_is_too_few_at_the_top_is_left_over_and_said() -> None:
    found = foresee(firm({LOANS: 3}), response=1.0, minimum=5)

    assert {unit.instead for unit in found.units} == {Instead.NOTHING_ABOVE, Instead.NOBODY_ASKED}
    assert found.left_over == found.asked == 6


def test_nobody_answers_at_nought() -> None:
    found = foresee(firm({CARDS: 9}), response=0.0, minimum=5)

    assert not [unit for unit in found.units if unit.shown]
    assert found.left_over == 0


def test_the_same_file_gives_the_same_every_time() -> None:
    sizes = {FIRM: 4, CARDS: 3, LOANS: 4, DESK: 2}
    first, second = (foresee(firm(sizes), response=0.6, minimum=5).left_over for _ in range(2))
    assert first == second


def test_what_is_left_over_is_an_average_over_many_ways_to_answer() -> None:
    found = foresee(firm({LOANS: 60}, leaders=False), response=0.5, minimum=61)
    assert found.left_over == 30


def test_how_many_teams_see_figures_is_foreseen_at_other_responses_too() -> None:
    found = foresee(firm({CARDS: 9, LOANS: 5}), response=1.0, minimum=5)

    assert [unit.name for unit in found.roll_ups] == ["Firm", "Cards"]
    assert [unit.name for unit in found.teams] == ["Desk", "Loans"]
    assert [found.teams_shown_at(response) for response in (0.0, 0.5, 1.0)] == [0, 0, 1]


def test_each_unit_says_where_it_stands_who_is_asked_in_it_and_what_to_expect() -> None:
    directory = firm({CARDS: 9, LOANS: 3})
    names = {CARDS: TeamNode(CARDS, "Plastic", FIRM), LOANS: TeamNode(LOANS, "loans", FIRM)}
    renamed = replace(directory, teams=directory.teams | names)
    found = foresee(renamed, response=0.8, minimum=5)

    assert (found.response, found.minimum, found.asked) == (0.8, 5, 15)
    assert [
        (one.name, one.above, one.depth, one.asked_here, one.asked, one.counting, one.expected)
        for one in found.units
    ] == [
        ("Firm", None, 0, 2, 15, 13, pytest.approx(12.0)),
        ("loans", "Firm", 1, 3, 3, 3, pytest.approx(2.4)),
        ("Plastic", "Firm", 1, 10, 10, 10, pytest.approx(8.0)),
        ("Desk", "Plastic", 2, 0, 0, 0, 0.0),
    ]


def test_as_likely_as_not_is_likely() -> None:
    found = foresee(firm({LOANS: 1}, leaders=False), response=0.5, minimum=1)
    assert [unit.name for unit in found.units if unit.shown] == ["Firm", "Loans"]
    assert found.teams_shown_at(0.5) == 1
