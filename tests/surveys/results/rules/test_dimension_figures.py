"""The figures of one dimension over a small tree: roll-ups, gaps, ranges, and which are one team's."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import pytest

from surveys.results.rules.disclosure import Respondent, post_order
from surveys.results.rules.display import LARGE, SMALLEST
from surveys.results.rules.figures import DimensionFigures
from surveys.results.rules.scoring import AskedItems

TOP, ALDER, BIRCH, CEDAR, ELDER = (UUID(int=number) for number in range(1, 6))
# One item, of ten people each: nobody certain, 80 on average.
ORDINARY = [(score,) for score in (50.0, 50.0, 75.0, 75.0, 75.0, 75.0, 100.0, 100.0, 100.0, 100.0)]


def dimension(answers: Mapping[UUID, Sequence[tuple[float, ...]]]) -> DimensionFigures:
    tree = {TOP: None, **dict.fromkeys((ALDER, BIRCH, CEDAR, ELDER), TOP)}
    items = len(next(scores for people in answers.values() for scores in people))
    asked = AskedItems(tuple(f"PSY-0{number + 1}" for number in range(items)), (False,) * items)
    people = {unit: [Respondent(unit, scores) for scores in given] for unit, given in answers.items()}
    return DimensionFigures("PSY", asked, {unit: tree[unit] for unit in post_order(tree)}, people, 5)


def row(found: DimensionFigures, unit: UUID, asked: Mapping[UUID, int]) -> dict[str, Any]:
    sizes = dict.fromkeys(found.counts, LARGE)
    return next(each for each in found.rows(asked, sizes) if each["team_id"] == unit)


class TestRollUps:
    def test_one_that_reads_95_is_capped_like_a_team_and_has_no_range(self) -> None:
        """97.5 for the ten at the top and 92.5 for the others come together at exactly 95."""
        above = row(
            dimension({ALDER: [(100.0,)] * 10, BIRCH: [(100.0,)] * 7 + [(75.0,)] * 3}),
            TOP,
            {ALDER: 12, BIRCH: 12},
        )
        assert (above["score"], above["capped"]) == (97.5, True)
        assert (above["low"], above["high"], above["range_kind"]) == (None, None, None)

    def test_where_answers_are_missing_from_it_only_the_bounds_are_said(self) -> None:
        """Three of Birch's four count nowhere: all 14 who did not enter may have answered anything."""
        above = row(dimension({ALDER: ORDINARY, BIRCH: ORDINARY[:3]}), TOP, {ALDER: 20, BIRCH: 4})
        assert above["range_kind"] == "bounds"
        assert (above["low"], above["high"]) == pytest.approx((800 / 24, (800 + 1400) / 24))

    @pytest.mark.parametrize(("items", "spread"), [(1, 32.0), (2, 27.0), (3, 24.0), (4, 22.0)])
    def test_the_fewer_items_the_wider_the_range(self, items: int, spread: float) -> None:
        whole = row(dimension({ALDER: [scores * items for scores in ORDINARY]}), ALDER, {ALDER: 40})
        half = 1.96 * spread * (1 / 10 * (1 - 10 / 40)) ** 0.5
        assert whole["range_kind"] == "by_size"
        assert (whole["low"], whole["high"]) == pytest.approx((80 - half, min(80 + half, 95)))

    @pytest.mark.parametrize("nobody", [ALDER, BIRCH, CEDAR])
    def test_a_unit_that_asks_nobody_keeps_none_of_the_others_out(self, nobody: UUID) -> None:
        asked = {unit: 12 for unit in (ALDER, BIRCH, CEDAR) if unit != nobody}
        found = dimension(dict.fromkeys(asked, ORDINARY))
        rows = found.rows(asked, dict.fromkeys(found.counts, LARGE))
        assert {each["team_id"] for each in rows if each["shown"]} == {*asked, TOP}
        assert len(rows) == 3


class TestWhoseAnswers:
    def test_a_pool_that_only_came_together_above_is_no_team(self) -> None:
        found = dimension({ALDER: ORDINARY, BIRCH: ORDINARY, CEDAR: ORDINARY[:4], ELDER: ORDINARY[4:8]})
        few = dimension({CEDAR: ORDINARY[:3], ELDER: ORDINARY[3:6]})
        assert found.teams(dict.fromkeys(found.counts, SMALLEST)) == [ORDINARY, ORDINARY]
        assert found.own() == {ALDER, BIRCH}
        assert few.own() == frozenset()

    def test_a_unit_that_stands_for_the_one_team_below_it_is_not_that_team(self) -> None:
        """Else its figure would enter twice how far teams' figures wobble."""
        assert dimension({ALDER: ORDINARY}).own() == {ALDER}

    def test_what_is_stored_of_a_pool_names_its_dimension_sums_and_word(self) -> None:
        assert dimension({ALDER: ORDINARY}).pool_rows({ALDER: LARGE}) == [
            {
                "team_id": ALDER,
                "dimension": "PSY",
                "n": 10,
                "total": 800.0,
                "item_sums": {"PSY-01": 800.0},
                "agreement": "mixed",
            }
        ]

    def test_whether_all_or_all_but_one_gave_the_highest_answer_is_nowhere_to_be_read(self) -> None:
        """Not either in what is said, or not said, of the unit that holds them and two ordinary teams."""
        all_highest, all_but_one = ([(score, 100.0)] + [(100.0, 100.0)] * 4 for score in (100.0, 75.0))
        birch = [(50, 50), (50, 25), (100, 75), (75, 25), (75, 25), (75, 75), (50, 25)]
        cedar = [(100, 100), (100, 75), (25, 25), (50, 75), (25, 75)]
        told = []
        for alder in (all_highest, all_but_one):
            found = dimension({ALDER: alder, BIRCH: birch, CEDAR: cedar})
            sizes = {unit: LARGE if n >= 10 else SMALLEST for unit, n in found.counts.items()}
            told.append((found.rows({ALDER: 8, BIRCH: 10, CEDAR: 8}, sizes), found.pool_rows(sizes)))
        assert told[0] == told[1]
