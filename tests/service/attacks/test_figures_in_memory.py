"""The attacks on figures as pure functions: small published waves, made wrong one by one."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import combinations
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.attacks import groups, insiders, ranges, receipts, reckoning, team_words
from service.attacks.on_waves import ON_ONE_WAVE
from service.attacks.over_time import OverTime
from service.attacks.published import PublishedWave, Row, UnitThen
from surveys.results.rules.intervals import range_by_size
from surveys.waves.rules import FrozenRules

ROOT, LEFT, RIGHT, SMALL = (UUID(int=number) for number in range(1, 5))
CODES = ("PSY-01", "PSY-02")
RULES = FrozenRules(5, 1, "everyone", 1, False, 72, "default").as_json()  # noqa: FBT003 -- as stored
CLOSED = datetime(2026, 3, 6, 9, 0, tzinfo=UTC)


def pool(n: int, *sums: float, agreement: str | None = None) -> Row:
    return {
        "n": n,
        "total": sum(sums) / len(sums),
        "item_sums": dict(zip(CODES, sums, strict=True)),
        "agreement": agreement,
    }


def figure(n: int, asked: int, total: float, **different: object) -> Row:
    span = range_by_size(total, n, asked, items=2)
    usual: dict[str, Any] = {
        "shown": True, "n": n, "asked": asked, "score": total / n, "low": span.low, "high": span.high,
        "range_kind": span.kind, "capped": False, "carried": False, "bars": None, "item_words": None,
        "agreement": None, "trend": None,
    }  # fmt: skip
    return {**usual, **different}


def wave(
    pools: Mapping[UUID, Row], figures: Mapping[UUID, Row], units: Mapping[UUID, UnitThen] | None = None
) -> PublishedWave:
    nobody: frozenset[str] = frozenset()
    return PublishedWave(
        wave_id=UUID(int=99),
        programme_id=UUID(int=98),
        occurrence=date(2026, 3, 3),
        closes_at=CLOSED,
        items=[{"code": code, "dimension": "PSY"} for code in CODES],
        rules=RULES,
        receipt=None,
        units=units
        or {
            ROOT: UnitThen(None, 2, nobody),
            LEFT: UnitThen(ROOT, 8, nobody),
            RIGHT: UnitThen(ROOT, 9, nobody),
            SMALL: UnitThen(RIGHT, 3, nobody),
        },
        pools={(unit, "PSY"): row for unit, row in pools.items()},
        figures={(unit, "PSY"): row for unit, row in figures.items()},
    )


def well() -> PublishedWave:
    """Two teams that may be shown, and the unit above them both."""
    return wave(
        {LEFT: pool(6, 300, 350), RIGHT: pool(7, 375, 425)},
        {
            LEFT: figure(6, 8, 325),
            RIGHT: figure(7, 9, 400),
            ROOT: figure(13, 19, 725),
        },
    )


def changed(unit: UUID, **different: object) -> PublishedWave:
    before = well()
    figures = {**before.figures, (unit, "PSY"): {**before.figures[unit, "PSY"], **different}}
    return replace(before, figures=figures)


def test_nothing_is_found_in_figures_as_they_should_be() -> None:
    assert {each.attack: each.find(well()) for each in ON_ONE_WAVE} == dict.fromkeys(
        (each.attack for each in ON_ONE_WAVE), 0
    )


def test_a_hidden_figure_with_a_number_is_found() -> None:
    assert groups.too_small(changed(LEFT, shown=False)) == 1
    assert groups.too_small(changed(LEFT, score=None)) == 1


def test_sums_of_all_teams_that_hold_what_one_left_out_are_found() -> None:
    level = {"PSY-01": [13, 675.0, 2], "PSY-02": [13, 775.0, 2]}
    told = {"items": level, "shape": None}
    assert groups.more_than_sums(replace(well(), pooled={"PSY": told})) == 0
    more = {**level, "PSY-01": [18, 725.0, 3]}
    assert groups.more_than_sums(replace(well(), pooled={"PSY": {**told, "items": more}})) == 1
    assert groups.more_than_sums(replace(well(), pooled={"PSY": {**told, "shape": {"squares": 1}}})) == 1


def test_a_sum_of_which_the_last_digits_depend_on_the_scores_is_found() -> None:
    added = wave({LEFT: {**pool(6, 300, 350), "total": 325 + 1e-12}}, {})
    assert groups.more_than_sums(added) == 1


def test_squares_and_counts_that_hold_a_pool_which_keeps_its_sums_back_are_found() -> None:
    units = {UUID(int=number): UnitThen(ROOT, 8, frozenset()) for number in range(10, 35)}
    open_ones = {unit: pool(6, 300, 350) for unit in units}
    level = {"PSY-01": [144, 7200.0, 24], "PSY-02": [144, 8400.0, 24]}
    kept_back = {**open_ones, UUID(int=34): {**pool(6, 300, 350), "item_sums": {}}}
    figures = {unit: figure(6, 8, 325) for unit in units}
    of_24, of_25 = (
        {"items": level, "shape": {"variance": {"people": people}}} for people in (24 * 6, 25 * 6)
    )
    found = wave(kept_back, figures, {ROOT: UnitThen(None, 0, frozenset()), **units})
    assert groups.more_than_sums(replace(found, pooled={"PSY": of_24})) == 0
    assert groups.more_than_sums(replace(found, pooled={"PSY": of_25})) == 1


def test_what_is_left_of_a_whole_by_its_parts_is_found_when_it_is_few() -> None:
    assert groups.tree_differences(changed(ROOT, n=14)) == 1
    assert groups.tree_differences(changed(ROOT, n=18)) == 0
    assert groups.tree_differences(changed(ROOT, n=12)) == 1


def test_bars_are_found_that_leave_two_people_in_a_bucket_when_subtracted() -> None:
    bars = {"PSY-01": [4, 3, 5], "PSY-02": [4, 3, 5]}
    below = changed(LEFT, bars=bars, n=12)
    whole = {**below.figures[ROOT, "PSY"], "n": 24, "bars": {"PSY-01": [6, 7, 11], "PSY-02": [8, 6, 10]}}
    assert groups.bar_differences(replace(below, figures={**below.figures, (ROOT, "PSY"): whole})) == 1
    joined = {**whole, "bars": {"PSY-01": [13, 11], "PSY-02": [8, 6, 10]}}
    assert groups.bar_differences(replace(below, figures={**below.figures, (ROOT, "PSY"): joined})) == 0


def test_bars_without_anybody_in_favour_are_found_in_a_small_unit() -> None:
    assert groups.bar_differences(changed(LEFT, n=12, bars={"PSY-01": [6, 6, 0]})) == 1


def test_a_width_that_was_taken_from_the_answers_is_found() -> None:
    row = well().figures[LEFT, "PSY"]
    assert ranges.telling_widths(changed(LEFT, low=row["low"] - 3)) == 1
    assert ranges.telling_widths(changed(LEFT, range_kind="shrunk_t")) == 1
    assert ranges.telling_widths(changed(ROOT, range_kind="shrunk_t")) == 1  # of thirteen answers
    assert ranges.telling_widths(changed(ROOT, range_kind="shrunk_t", n=100, asked=120)) == 0


@pytest.mark.parametrize(
    ("row", "certain"),
    [
        (pool(5, 50, 450), 1),  # two points among five: nobody can have been favourable
        (pool(5, 0, 450), 1),  # all gave the lowest
        (pool(5, 75, 450), 0),
        (pool(5, 500, 500), 0),  # that all were favourable harms nobody
        (pool(8, 100, 700), 0),
        (pool(8, 100, 700, agreement="close"), 1),  # the word leaves no room for one in favour
        (pool(8, 75, 75, agreement="close"), 0),
        (pool(8, 75, 75, agreement="apart"), 0),  # no answers fit: it is wrong, and tells nothing
        ({"n": 5, "total": 50.0, "item_sums": {}, "agreement": None}, 1),
        ({"n": 5, "total": 75.0, "item_sums": {}, "agreement": None}, 0),
    ],
)
def test_answers_are_counted_back_from_sums(row: Row, certain: int) -> None:
    assert reckoning.certain(row, None) == certain


def test_a_word_beside_a_sum_is_counted_in() -> None:
    few = figure(10, 12, 400, item_words={"PSY-01": "few", "PSY-02": "half"})
    nobody = figure(10, 12, 400, bars={"PSY-01": [10, 0], "PSY-02": [5, 5]})
    assert reckoning.certain(pool(10, 400, 400), few) == 0
    assert reckoning.certain(pool(10, 400, 400), nobody) == 1


def test_a_leader_in_the_pool_of_his_own_people_is_found() -> None:
    """The leader of a team of four is asked in the unit above, with nobody else."""
    lena: frozenset[str] = frozenset({"lena"})
    units = {ROOT: UnitThen(None, 1, frozenset()), LEFT: UnitThen(ROOT, 4, lena)}
    found = wave({ROOT: pool(5, 250, 250)}, {ROOT: figure(5, 5, 250)}, units)
    assert insiders.pools_of_a_leader(found) == 1
    larger = {**units, LEFT: UnitThen(ROOT, 5, lena)}
    assert insiders.pools_of_a_leader(replace(found, units=larger)) == 0


def taking_part(asked: int, answered: int | None = None) -> Row:
    return {"shown": True, "asked": asked, "answered": answered, "band": None, "size_class": None}


def test_counts_of_people_are_subtracted_too() -> None:
    found = replace(well(), participation={ROOT: taking_part(11), LEFT: taking_part(8)})
    assert groups.participation_differences(found) == 1
    exact = {ROOT: taking_part(40, 30), LEFT: taking_part(25, 20)}
    assert groups.participation_differences(replace(well(), participation=exact)) == 1


def test_the_same_people_asked_twice_within_days_are_found_and_joiners_are_counted() -> None:
    over_time = OverTime()
    over_time.read(well())
    over_time.read(replace(changed(LEFT, n=7, asked=9), closes_at=CLOSED + timedelta(days=14)))
    assert (over_time.near_repeats, over_time.small_changes) == (0, 1)
    over_time.read(replace(well(), closes_at=CLOSED + timedelta(days=16)))
    assert over_time.near_repeats == 3


def test_the_rule_behind_words_is_tried_on_every_vote() -> None:
    assert team_words.votes_that_tell(4, 0.5) == 0
    assert team_words.votes_that_tell(6, 0.75) == 0


def test_a_word_for_three_people_is_found() -> None:
    loop = [{"key": "LOOP-02"}]
    units = {**well().units, SMALL: replace(well().units[SMALL], loop=loop)}
    said = replace(well(), units=units, words=[{"team_id": SMALL, "question": "LOOP-02", "word": "yes"}])
    assert team_words.words_from_too_few(said) == 1


def test_totals_that_tell_of_few_people_are_found() -> None:
    found = replace(well(), receipt={"asked": 22, "answered": 13, "sha256": "", "left over": 2})
    assert receipts.telling_totals(found) == 2  # one that no receipt has, and one by subtraction
    rows = {ROOT: taking_part(22), LEFT: taking_part(8), RIGHT: taking_part(12)}
    whole = replace(well(), receipt={"asked": 22, "answered": 13}, participation=rows)
    assert receipts.telling_totals(whole) == 0
    units = {**whole.units, LEFT: replace(whole.units[LEFT], asked=25)}
    told = {ROOT: taking_part(39), LEFT: taking_part(25, 20), RIGHT: taking_part(12)}
    found = replace(whole, units=units, receipt={"asked": 39, "answered": 30}, participation=told)
    assert receipts.telling_totals(found) == 1  # less the twenty of LEFT it is about fourteen people
    said = {**told, ROOT: taking_part(39, 30)}
    assert receipts.telling_totals(replace(found, participation=said)) == 0  # the page says it already


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.booleans()), min_size=1, max_size=5))
def test_residuals_find_exactly_what_a_rank_attack_finds(tree: list[tuple[int, int, bool]]) -> None:
    """For k = 3 and any tree: a residual is small if, and only if, one or two people can be isolated."""
    ids = [UUID(int=number + 10) for number in range(len(tree))]
    parents = [None if number == 0 else ids[min(up, number - 1)] for number, (up, _, _) in enumerate(tree)]
    people = [unit for unit, (_, many, _) in enumerate(tree) for _ in range(many)]
    units = {unit: UnitThen(parent, 1, frozenset()) for unit, parent in zip(ids, parents, strict=True)}

    def within(unit: int, top: int) -> bool:
        above: UUID | None = ids[unit]
        while above is not None and above != ids[top]:
            above = parents[ids.index(above)]
        return above is not None

    rows = {
        top: [int(within(unit, top)) for unit in people] for top, (_, _, shown) in enumerate(tree) if shown
    }
    shown = {ids[top]: figure(sum(row), 99, 50.0 * sum(row)) for top, row in rows.items() if sum(row)}
    found = replace(wave({}, shown, units), rules={**RULES, "minimum_group": 3})

    matrix = [row for row in rows.values() if any(row)]
    assert bool(groups.tree_differences(found)) == isolates(matrix, len(people), 2)


def isolates(matrix: list[list[int]], people: int, most: int) -> bool:
    """Whether some combination of published sums depends on 1 to `most` people only, by brute force."""
    whole = rank(matrix)
    for size in range(1, most + 1):
        for chosen in combinations(range(people), size):
            without = [[cell for at, cell in enumerate(row) if at not in chosen] for row in matrix]
            if rank(without) < whole:
                return True
    return False


def rank(rows: list[list[int]]) -> int:
    matrix = [[Fraction(cell) for cell in row] for row in rows]
    found = 0
    for column in range(len(matrix[0]) if matrix else 0):
        pivot = next((at for at in range(found, len(matrix)) if matrix[at][column]), None)
        if pivot is None:
            continue
        matrix[found], matrix[pivot] = matrix[pivot], matrix[found]
        for other in range(len(matrix)):
            if other != found and matrix[other][column]:
                factor = matrix[other][column] / matrix[found][column]
                matrix[other] = [a - factor * b for a, b in zip(matrix[other], matrix[found], strict=True)]
        found += 1
    return found
