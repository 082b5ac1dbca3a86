"""The analysis of a file: what must hold for all answers, and what is undefined."""

import math
import statistics
from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.errors import Invalid
from surveys.results.rules.analysis import Analysis, analyse
from surveys.results.rules.answer_counts import ROWS_AT_ONCE, Answers
from surveys.results.rules.intervals import range_from_scores
from surveys.results.rules.reliability import alpha_interval, omega

CODES = ("A", "B", "C", "D")


def answers_of(rows: list[list[int]], teams: list[int] | None = None) -> Answers:
    """Return rows of points, 0 for a gap, in teams called T0, T1, …"""
    of_team = teams if teams is not None else [0] * len(rows)
    return Answers(
        codes=CODES[: len(rows[0])],
        points=np.array(rows, dtype=np.uint8).T,
        teams=tuple(f"T{number}" for number in range(max(of_team) + 1)),
        of_team=np.array(of_team, dtype=np.intc),
    )


@st.composite
def files(draw: st.DrawFn, *, gaps: bool = True, most: int = 5) -> Answers:
    items = draw(st.integers(1, 4))
    row = st.lists(st.integers(0 if gaps else 1, most), min_size=items, max_size=items)
    rows = draw(st.lists(row, min_size=1, max_size=25))
    teams = draw(st.lists(st.integers(0, 3), min_size=len(rows), max_size=len(rows)))
    return answers_of(rows, teams)


def numbers(found: object) -> Iterator[float]:
    """Yield every number in what was found, however deep."""
    if isinstance(found, float | int):
        yield float(found)
    elif isinstance(found, dict):
        for value in found.values():
            yield from numbers(value)
    elif isinstance(found, tuple | list):
        for value in found:
            yield from numbers(value)
    elif hasattr(found, "__slots__"):
        for name in found.__slots__:
            yield from numbers(getattr(found, name))


def same(one: Analysis, other: Analysis) -> bool:
    return list(numbers(one)) == pytest.approx(list(numbers(other)), rel=1e-9, abs=1e-9)


class TestEveryFile:
    @settings(max_examples=60)
    @given(files())
    def test_every_figure_is_a_number_or_nothing(self, answers: Answers) -> None:
        assert all(math.isfinite(number) for number in numbers(analyse(answers, minimum=5)))

    @settings(max_examples=40)
    @given(files())
    def test_reversing_an_item_twice_is_reversing_nothing(self, answers: Answers) -> None:
        turned = answers.turned_round(["A"], 5)
        assert same(analyse(turned, backwards=["A", "A"], minimum=5), analyse(answers, minimum=5))

    @settings(max_examples=40)
    @given(files(), st.randoms())
    def test_the_order_of_the_rows_changes_nothing(self, answers: Answers, chance: object) -> None:
        order = list(range(len(answers.of_team)))
        chance.shuffle(order)  # type: ignore[attr-defined]  # a random.Random
        mixed = Answers(answers.codes, answers.points[:, order], answers.teams, answers.of_team[order])
        assert same(analyse(mixed, minimum=5), analyse(answers, minimum=5))

    @settings(max_examples=40)
    @given(files(gaps=False, most=4))
    def test_everybody_one_point_higher_changes_levels_and_nothing_else(self, answers: Answers) -> None:
        higher = Answers(answers.codes, answers.points + 1, answers.teams, answers.of_team)
        low, high = analyse(answers, minimum=5), analyse(higher, minimum=5)
        assert high.alpha_complete == pytest.approx(low.alpha_complete)
        assert high.omega.value == pytest.approx(low.omega.value)
        for name, team in low.teams.items():
            assert high.teams[name].r_wg_j == pytest.approx(team.r_wg_j)
            assert high.teams[name].average_deviation == pytest.approx(team.average_deviation)
            if team.score is not None:
                assert high.teams[name].score == pytest.approx(team.score + 25)
        if low.between and high.between:
            assert high.between.icc1() == pytest.approx(low.between.icc1(), abs=1e-9)

    @settings(max_examples=40)
    @given(files())
    def test_reversing_everything_mirrors_the_scores(self, answers: Answers) -> None:
        there = analyse(answers, minimum=5)
        back = analyse(answers, backwards=answers.codes, minimum=5)
        assert back.alpha_pairwise == pytest.approx(there.alpha_pairwise)
        for name, team in there.teams.items():
            assert back.teams[name].deviation == pytest.approx(team.deviation)
            if team.score is not None:
                assert back.teams[name].score == pytest.approx(100 - team.score)

    @settings(max_examples=40)
    @given(files())
    def test_gaps_count_only_in_the_pairwise_alpha(self, answers: Answers) -> None:
        everything, whole = analyse(answers, minimum=5), analyse(answers.complete(), minimum=5)
        assert (whole.rows, whole.complete) == (everything.complete, everything.complete)
        assert whole.alpha_complete == everything.alpha_complete == whole.alpha_pairwise
        assert whole.items == everything.items
        assert whole.omega == everything.omega


class TestByHand:
    """One small file on seven points, worked out with the formulas as textbooks write them."""

    ROWS: ClassVar = [[7, 6], [5, 6], [2, 7], [6, 3], [0, 4], [1, 3], [2, 2], [4, 1]]
    TEAMS: ClassVar = [0, 0, 0, 0, 0, 1, 1, 1]
    POINTS = 7
    NULL = (7**2 - 1) / 12

    def of(self, team: int) -> list[list[int]]:
        """Return the complete rows of a team."""
        return [row for row, of in zip(self.ROWS, self.TEAMS, strict=True) if of == team and all(row)]

    def scores(self, team: int) -> list[float]:
        return [100 * (sum(row) / 2 - 1) / 6 for row in self.of(team)]

    @pytest.fixture
    def found(self) -> Analysis:
        answers = answers_of(self.ROWS, self.TEAMS)
        return analyse(answers, points=self.POINTS, asked={"T0": 8, "T1": 7}, minimum=4)

    @pytest.mark.parametrize("team", [0, 1])
    def test_a_team_s_figures(self, found: Analysis, team: int) -> None:
        rows, scores, figure = self.of(team), self.scores(team), found.teams[f"T{team}"]
        columns = list(zip(*rows, strict=True))
        spread = statistics.mean(map(statistics.variance, columns))
        agreed = 2 * (1 - spread / self.NULL)

        assert (figure.rows, figure.n, figure.asked) == ([5, 3][team], len(rows), [8, 7][team])
        assert figure.score == pytest.approx(statistics.mean(scores))
        assert figure.deviation == pytest.approx(statistics.stdev(scores))
        assert figure.favourable == sum(point >= 6 for row in rows for point in row) / (2 * len(rows))
        assert figure.r_wg == pytest.approx(
            {
                code: max(0.0, 1 - statistics.variance(column) / self.NULL)
                for code, column in zip("AB", columns, strict=True)
            }
        )
        assert figure.r_wg_j == pytest.approx(max(0.0, agreed / (agreed + spread / self.NULL)))
        assert figure.average_deviation == pytest.approx(
            statistics.mean(abs(point - statistics.mean(column)) for column in columns for point in column)
        )
        around = range_from_scores(scores, figure.asked, items=2)
        assert (figure.interval.kind, around.kind) == ("shrunk_t", "shrunk_t")
        assert (figure.interval.low, figure.interval.high) == pytest.approx((around.low, around.high))
        assert figure.shown is (team == 0)

    def test_reliability_within_and_between(self, found: Analysis) -> None:
        everybody = self.of(0) + self.of(1)
        totals = [sum(row) for row in everybody]
        items = [statistics.variance(column) for column in zip(*everybody, strict=True)]
        alpha = 2 * (1 - sum(items) / statistics.variance(totals))
        groups = self.scores(0), self.scores(1)
        grand = statistics.mean([*groups[0], *groups[1]])
        between = sum(len(group) * (statistics.mean(group) - grand) ** 2 for group in groups)
        within = sum(statistics.variance(group) * (len(group) - 1) for group in groups) / 5

        assert found.alpha_complete == pytest.approx(alpha)
        assert found.omega == omega(np.cov(np.array(everybody).T), 7)
        assert found.alpha_interval == alpha_interval(alpha, 7, 2)
        assert found.between is not None
        assert (found.between.between, found.between.within) == pytest.approx((between, within))

    def test_two_people_are_enough_for_a_spread(self) -> None:
        team = analyse(answers_of([[4, 5], [2, 3]]), minimum=2).teams["T0"]
        assert team.deviation == pytest.approx(statistics.stdev([87.5, 37.5]))
        assert team.r_wg == {"A": 0.0, "B": 0.0}  # a variance of 2, as chance has it
        assert team.r_wg_j == 0.0

    def test_the_range_of_a_single_item_is_as_wide_as_single_items_are(self) -> None:
        team = analyse(answers_of([[4], [5], [3], [4], [2]]), asked=11, minimum=5).teams["T0"]
        around = range_from_scores([75, 100, 50, 75, 25], 11, items=1)
        assert (team.interval.low, team.interval.high) == pytest.approx((around.low, around.high))


class TestPairs:
    def test_of_a_file_longer_than_is_worked_on_at_once_every_row_counts(self) -> None:
        rows = np.random.default_rng(7).integers(1, 6, size=(ROWS_AT_ONCE + 500, 2))
        rows[:ROWS_AT_ONCE, 1] = rows[:ROWS_AT_ONCE, 0]  # the two parts look very different

        found = answers_of(rows.tolist()).pairwise_covariances()

        np.testing.assert_allclose(found, np.cov(rows.T), rtol=1e-9)

    def test_two_rows_that_answer_both_are_enough_and_one_is_not(self) -> None:
        two = answers_of([[1, 5], [3, 4], [2, 0]]).pairwise_covariances()
        assert two is not None
        assert two[0, 1] == pytest.approx(-1.0)
        assert answers_of([[1, 5], [2, 0]]).pairwise_covariances() is None


class TestUndefined:
    def test_one_item_has_scores_but_neither_alpha_nor_omega(self) -> None:
        found = analyse(answers_of([[1], [5], [4]]), minimum=5)

        assert found.teams["T0"].score == pytest.approx(100 * (0 + 4 + 3) / 12)
        assert (found.alpha_pairwise, found.alpha_complete, found.alpha_interval) == (None, None, None)
        assert found.omega.value is None

    def test_one_complete_row_has_a_score_and_no_spread(self) -> None:
        found = analyse(answers_of([[4, 5], [0, 3]]), minimum=1)
        team = found.teams["T0"]

        assert (team.n, team.rows, team.asked, team.score, team.shown) == (1, 2, 2, 87.5, True)
        assert (team.deviation, team.r_wg_j, team.r_wg) == (None, None, {"A": None, "B": None})
        assert (team.interval.kind, team.interval.low, team.interval.high) == ("bounds", 43.75, 93.75)
        assert found.omega.reason == "there are fewer than two complete cases"

    def test_no_complete_row_leaves_everything_open(self) -> None:
        found = analyse(answers_of([[4, 0], [0, 3], [0, 0]]), minimum=5)
        team = found.teams["T0"]

        assert (found.rows, found.complete, team.n, team.asked) == (3, 0, 0, 3)
        assert (team.score, team.favourable, team.average_deviation) == (None, None, None)
        assert (team.interval.low, team.interval.high) == (0.0, 100.0)
        assert (team.rows, team.r_wg, team.shown) == (3, {"A": None, "B": None}, False)
        assert found.items["A"].mean is None
        assert (found.alpha_pairwise, found.between) == (None, None)

    def test_when_all_say_the_same_there_is_agreement_and_no_reliability(self) -> None:
        found = analyse(answers_of([[4, 4, 4]] * 8, [0, 1] * 4), minimum=5)

        assert (found.alpha_complete, found.omega.value) == (None, None)
        assert found.between is not None
        assert (found.between.icc1(), found.between.icc2()) == (None, None)
        assert (found.teams["T0"].r_wg_j, found.teams["T0"].deviation) == (1.0, 0.0)

    def test_a_team_without_complete_rows_does_not_count_as_a_team(self) -> None:
        found = analyse(answers_of([[4, 4], [2, 2], [0, 1]], [0, 0, 1]), minimum=5)

        assert found.between is None
        assert found.teams["T1"].n == 0


class TestScales:
    @pytest.mark.parametrize(
        ("points", "lowest_favourable"),
        [(2, 2), (3, 3), (4, 4), (5, 4), (7, 6), (9, 7), (10, 8), (100, 76)],
    )
    def test_favourable_is_the_upper_quarter_of_any_scale(
        self, points: int, lowest_favourable: int
    ) -> None:
        rows = [[point] for point in range(1, points + 1)]
        share = (points + 1 - lowest_favourable) / points
        assert analyse(answers_of(rows), points=points, minimum=5).items["A"].favourable == share

    def test_ends_of_any_scale_are_nought_and_a_hundred(self) -> None:
        found = analyse(answers_of([[1, 7]] * 3), points=7, minimum=5)
        assert (found.items["A"].mean, found.items["B"].mean) == (0.0, 100.0)


class TestAsked:
    FILE = answers_of([[4, 4], [2, 2], [0, 1], [5, 4]], [0, 0, 0, 1])

    def test_who_is_not_named_was_asked_as_often_as_there_are_rows(self) -> None:
        found = analyse(self.FILE, asked={"T1": 6}, minimum=5)
        assert {name: team.asked for name, team in found.teams.items()} == {"T0": 3, "T1": 6}

    def test_one_team_takes_a_plain_number(self) -> None:
        assert analyse(answers_of([[4], [5]]), asked=9, minimum=5).teams["T0"].asked == 9

    def test_as_many_as_answered_is_enough(self) -> None:
        assert analyse(self.FILE, asked={"T0": 2}, minimum=5).teams["T0"].interval.kind == "everyone"

    @pytest.mark.parametrize(
        ("asked", "why"),
        [
            (9, "asked: the file has 2 teams; say which: --asked team=N,…"),
            ({"T9": 4}, "asked: the file has no team T9."),
            ({"T0": 1}, "asked: 1 is too few for T0; at least 2 were asked, as the answers show."),
            ({"T1": 0}, "asked: 0 is too few for T1; at least 1 were asked, as the answers show."),
        ],
    )
    def test_what_cannot_be_is_refused(self, asked: dict[str, int] | int, why: str) -> None:
        with pytest.raises(Invalid) as refused:
            analyse(self.FILE, asked=asked, minimum=5)
        assert (str(refused.value), refused.value.field) == (why, "asked")

    def test_an_unknown_item_is_refused_with_the_known_ones(self) -> None:
        with pytest.raises(
            Invalid, match=r"^reversed: the file has no item Z; its items are A, B\.$"
        ) as refused:
            analyse(self.FILE, backwards=["Z"], minimum=5)
        assert refused.value.field == "reversed"
