"""What is known over all pools: difficulty of items, ordinary wobble, reliability of dimensions."""

import math
import random
from datetime import date
from itertools import combinations

import numpy as np
import pytest
from scipy.special import fdtr, fdtrc

from surveys.results.rules.organisation import dimension_shape, icc1_range
from surveys.results.rules.pooled import (
    ItemLevel,
    Noise,
    difficulties,
    item_levels,
    mean_difficulty,
    shape_sums,
    together,
)
from surveys.results.rules.reliability import BetweenTeams, alpha, omega

DAY = date(2026, 3, 3)
People = list[tuple[float, ...]]


class TestDifficulty:
    def test_it_is_shrunk_towards_none_by_how_few_answered(self) -> None:
        levels = {"A": ItemLevel(50, 50 * 80.0, 5), "B": ItemLevel(50, 50 * 60.0, 5)}
        assert difficulties(levels) == {"A": 5.0, "B": -5.0}

    @pytest.mark.parametrize(("n", "teams"), [(29, 5), (40, 2)])
    def test_under_thirty_answers_or_three_teams_every_item_counts_as_equally_hard(
        self, n: int, teams: int
    ) -> None:
        levels = {"A": ItemLevel(n, n * 80.0, teams), "B": ItemLevel(60, 60 * 60.0, 6)}
        assert difficulties(levels)["A"] == 0.0

    def test_before_any_answer_there_is_none(self) -> None:
        assert difficulties({}) == {}

    def test_a_wave_is_freed_of_the_mean_of_its_items(self) -> None:
        assert mean_difficulty(("A", "B", "C"), {"A": 6.0, "B": 3.0}) == 3.0

    def test_pools_that_keep_no_sums_of_items_do_not_enter(self) -> None:
        rows = [{"n": n, "item_sums": sums} for n, sums in ((5, {"A": 300.0}), (7, {}), (6, {"A": 400.0}))]
        assert item_levels(rows) == {"A": ItemLevel(11, 700.0, 2)}

    def test_waves_add_up_and_teams_that_come_again_are_counted_once(self) -> None:
        earlier = {"A": ItemLevel(30, 1800.0, 5)}
        now = {"A": ItemLevel(20, 1200.0, 4), "B": ItemLevel(20, 1000.0, 4)}
        assert together(earlier, now) == {"A": ItemLevel(50, 3000.0, 5), "B": ItemLevel(20, 1000.0, 4)}


class TestNoise:
    def test_expected_distances_leave_the_noise_as_it_is(self) -> None:
        assert Noise(10.0, 10, 5).scale == 1.0

    def test_it_never_falls_below_what_is_expected(self) -> None:
        assert Noise(1.0, 100, 5).scale == 1.0

    def test_greater_distances_scale_it_up_slowly(self) -> None:
        """(60 + 40) / (60 + 20) = 1.25, although the pairs alone say 2."""
        assert Noise(40.0, 20, 5).scale == 1.25

    def test_publications_add_up(self) -> None:
        assert Noise(4.0, 3, 3).and_then(Noise(5.0, 6, 6)) == Noise(9.0, 9, 6)


def invented(teams: int, size: int, items: int) -> list[People]:
    chance = random.Random(5)  # noqa: S311 -- invented answers
    found = []
    for _ in range(teams):
        level = chance.gauss(60, 8)
        people = []
        for _ in range(size):
            person = level + chance.gauss(0, 16)
            scores = [
                25.0 * min(4, max(0, round((person + chance.gauss(0, 18)) / 25))) for _ in range(items)
            ]
            people.append(tuple(scores))
        found.append(people)
    return found


class TestShapes:
    @pytest.mark.parametrize(("teams", "size"), [(19, 8), (20, 4)])
    def test_under_twenty_teams_or_a_hundred_records_no_squares_are_kept(
        self, teams: int, size: int
    ) -> None:
        assert shape_sums(("A", "B"), invented(teams, size, 2)) is None

    def test_one_wave_with_all_items_gives_the_standardised_alpha_of_its_correlations(self) -> None:
        teams = invented(24, 8, 4)
        codes = ("A", "B", "C", "D")
        sums = shape_sums(codes, teams)
        assert sums is not None
        shape = dimension_shape("PSY", [(DAY, sums)])

        everyone = np.array([person for team in teams for person in team])
        correlations = np.corrcoef(everyone.T)
        assert shape.alpha.value == pytest.approx(alpha(correlations))
        assert shape.alpha.low is not None
        assert shape.alpha.low < (shape.alpha.value or 0) < (shape.alpha.high or 0)
        assert (shape.alpha.items, shape.alpha.pairs) == (4, 6)
        assert shape.omega.value == pytest.approx(shape.alpha.value, abs=0.05)

    def test_pairs_of_several_waves_come_together_and_omega_waits_for_all_of_them(self) -> None:
        codes = ("A", "B", "C", "D")
        waves = []
        for left, right in combinations(range(4), 2):
            pairs = [[(person[left], person[right]) for person in team] for team in invented(24, 8, 4)]
            sums = shape_sums((codes[left], codes[right]), pairs)
            assert sums is not None
            waves.append((DAY, sums))
        some, every = dimension_shape("PSY", waves[:5]), dimension_shape("PSY", waves)

        assert some.omega.value is None
        assert some.omega.reason == "5 of 6 pairs have been asked together so far"
        assert every.omega.value is not None
        assert every.alpha.records == 6 * 24 * 8
        again = dimension_shape("PSY", [*waves, waves[0]])
        assert again.alpha.records == 7 * 24 * 8
        assert again.alpha.pairs == 6

    def test_waves_that_ask_the_same_count_like_one_wave_of_all_their_people(self) -> None:
        codes = ("A", "B", "C", "D")
        waves = [invented(24, 8, 4), [team[::-1][:6] for team in invented(30, 8, 4)[3:]]]
        sums = [shape_sums(codes, teams) for teams in waves]
        newest = sums[1]
        assert sums[0] is not None
        assert newest is not None
        shape = dimension_shape("PSY", [(date(2026, 2, 3), sums[0]), (DAY, newest)])
        everyone = np.array([person for teams in waves for team in teams for person in team])

        assert (shape.dimension, shape.occurrence, shape.teams, shape.records) == ("PSY", DAY, 27, 27 * 6)
        assert shape.alpha.value == pytest.approx(alpha(np.corrcoef(everyone.T)))
        assert shape.alpha.records == 6 * len(everyone)
        assert shape.omega.value == pytest.approx(omega(np.cov(everyone.T), len(everyone)).value)
        assert [item.code for item in shape.items] == list(codes)
        for item, scores in zip(shape.items, everyone.T, strict=True):
            assert item.shares == pytest.approx([(scores == 25 * point).mean() for point in range(5)])
        between = BetweenTeams(**newest["variance"])
        assert (shape.icc1, shape.icc2) == (between.icc1(), between.icc2())
        assert (shape.icc1_low, shape.icc1_high) == icc1_range(between)
        agreement = {"rwg": shape.rwg, "rwg_skewed": shape.rwg_skewed, "ad": shape.ad}
        assert agreement == newest["agreement"]

    def test_one_item_a_wave_has_no_alpha_but_differences_between_teams(self) -> None:
        sums = shape_sums(("A",), invented(24, 8, 1))
        assert sums is not None
        shape = dimension_shape("PSY", [(DAY, sums)])

        assert shape.alpha.value is None
        assert shape.icc1 is not None
        assert [sum(item.shares) for item in shape.items] == [pytest.approx(1.0)]

    def test_statements_that_all_answer_alike_have_no_alpha_and_no_range(self) -> None:
        sums = shape_sums(("A", "B"), [[(50.0, 75.0)] * 5] * 20)
        assert sums is not None
        found = dimension_shape("PSY", [(DAY, sums)]).alpha
        assert (found.value, found.low, found.high, found.pairs) == (None, None, None, 1)

    def test_agreement_and_differences_are_those_of_the_teams(self) -> None:
        teams = [[(25.0 * (team % 5),)] * 5 for team in range(20)]
        sums = shape_sums(("A",), teams)
        assert sums is not None
        shape = dimension_shape("PSY", [(DAY, sums)])

        assert (shape.icc1, shape.icc2, shape.rwg, shape.ad) == pytest.approx((1.0, 1.0, 1.0, 0.0))
        assert (shape.icc1_low, shape.icc1_high) == (None, None)
        assert (shape.teams, shape.records) == (20, 100)


class TestTwoStatements:
    """What is kept over teams of unequal size, against textbook formulas over the people themselves."""

    TEAMS: tuple[People, ...] = tuple(
        people[: 8 - number % 3] for number, people in enumerate(invented(24, 8, 2))
    )

    def test_teams_differ_as_in_an_analysis_of_variance_of_peoples_means(self) -> None:
        found = shape_sums(("A", "B"), self.TEAMS)
        assert found is not None
        scores = [np.array(team).mean(axis=1) for team in self.TEAMS]
        grand = np.concatenate(scores).mean()
        between = sum(len(team) * (team.mean() - grand) ** 2 for team in scores) / 23
        within = sum(((team - team.mean()) ** 2).sum() for team in scores) / (
            found["variance"]["people"] - 24
        )

        assert found["variance"]["between"] == pytest.approx(between)
        assert found["variance"]["within"] == pytest.approx(within)

    def test_agreement_is_the_mean_of_what_every_team_has(self) -> None:
        """LeBreton & Senter (2008): r_wg(j) with 2 as variance of the even null, and 1.34 of the skewed."""
        found = shape_sums(("A", "B"), self.TEAMS)
        assert found is not None
        points = [np.array(team) / 25 + 1 for team in self.TEAMS]

        def r_wg_of_two(team: np.ndarray, null: float) -> float:
            agreed = 1 - min(team.var(axis=0, ddof=1).mean(), null) / null
            return float(2 * agreed / (2 * agreed + 1 - agreed))

        assert found["agreement"] == pytest.approx(
            {
                "rwg": np.mean([r_wg_of_two(team, 2.0) for team in points]),
                "rwg_skewed": np.mean([r_wg_of_two(team, 1.34) for team in points]),
                "ad": np.mean([np.abs(team - team.mean(axis=0)).mean() for team in points]),
            }
        )


def test_at_each_end_of_the_range_of_icc_the_ratio_found_is_as_far_out_as_one_case_in_twenty() -> None:
    """Were i the true value, F · (1 - i) / (1 + (k - 1) · i) would follow F with 23 and 168 degrees."""
    between = BetweenTeams(teams=24, people=192, mean_size=8.0, k0=8.0, between=700.0, within=400.0)
    low, high = icc1_range(between)
    assert low is not None
    assert high is not None
    at_low, at_high = (700 / 400 * (1 - icc) / (1 + 7 * icc) for icc in (low, high))

    assert fdtrc(23, 168, at_low) == pytest.approx(0.05)
    assert fdtr(23, 168, at_high) == pytest.approx(0.05)


def test_the_range_of_icc_holds_its_value_in_nine_of_ten_cases() -> None:
    """40 teams of 7 with a true value of .12; the share of ranges that hold it, over 400 samples."""
    chance = np.random.default_rng(3)
    held = 0
    for _ in range(400):
        level = chance.normal(0, math.sqrt(0.12), 40)
        scores = level[:, None] + chance.normal(0, math.sqrt(0.88), (40, 7))
        within = float(((scores - scores.mean(axis=1, keepdims=True)) ** 2).sum())
        between = BetweenTeams.of([7] * 40, scores.sum(axis=1).tolist(), within)
        assert between is not None
        low, high = icc1_range(between)
        held += low is not None and high is not None and low < 0.12 < high
    assert 0.86 < held / 400 < 0.94
