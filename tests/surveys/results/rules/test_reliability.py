import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import f

from surveys.results.rules.agreement import (
    SLIGHTLY_SKEWED,
    answer_variance,
    average_deviation,
    r_wg,
    r_wg_j,
    skewed_variance,
    uniform_variance,
)
from surveys.results.rules.reliability import (
    BetweenTeams,
    PairSums,
    alpha,
    alpha_interval,
    covariances,
    omega,
    one_factor,
    standardised_alpha,
)

LOADINGS = np.array([0.5, 0.7, 0.9, 0.4, 0.6])


def one_factor_covariance(loadings: np.ndarray, unique: float = 0.5) -> np.ndarray:
    return np.outer(loadings, loadings) + unique * np.eye(len(loadings))


class TestAlpha:
    def test_parallel_items_follow_spearman_and_brown(self) -> None:
        correlations = np.full((4, 4), 0.3) + 0.7 * np.eye(4)

        assert alpha(correlations) == pytest.approx(4 * 0.3 / (1 + 3 * 0.3))
        assert standardised_alpha(0.3, 4) == pytest.approx(alpha(correlations))

    def test_items_that_run_against_each_other_give_a_negative_alpha(self) -> None:
        assert alpha(np.array([[1.0, -0.5], [-0.5, 1.0]])) == pytest.approx(-2.0)
        assert standardised_alpha(-0.5, 2) == pytest.approx(-2.0)

    def test_one_item_and_items_that_cancel_out_have_no_alpha(self) -> None:
        assert alpha(np.array([[1.0]])) is None
        assert alpha(np.array([[1.0, -1.0], [-1.0, 1.0]])) is None
        assert alpha(np.zeros((3, 3))) is None
        assert standardised_alpha(-1.0, 2) is None

    def test_the_interval_narrows_with_more_people(self) -> None:
        small, large = alpha_interval(0.8, 20, 4), alpha_interval(0.8, 200, 4)
        assert small is not None
        assert large is not None
        assert small[0] < large[0] < 0.8 < large[1] < small[1]

    @pytest.mark.parametrize(("people", "items"), [(2, 2), (20, 4), (31, 3)])
    def test_the_interval_is_feldts(self, people: int, items: int) -> None:
        ends = f.ppf([0.975, 0.025], people - 1, (people - 1) * (items - 1))
        assert alpha_interval(0.6, people, items) == pytest.approx(tuple(1 - 0.4 * ends))

    def test_covariances_are_those_of_the_answers(self) -> None:
        answers = np.array([[1, 2, 4], [5, 3, 3], [2, 2, 5]])
        for rows in (answers, answers[:2]):
            n, sums = np.full((3, 3), len(rows)), np.repeat(rows.sum(axis=0)[:, None], 3, axis=1)
            assert covariances(n, sums, rows.T @ rows) == pytest.approx(np.cov(rows.T))

    def test_one_person_or_one_item_has_no_interval(self) -> None:
        assert alpha_interval(0.8, 1, 4) is None
        assert alpha_interval(0.8, 30, 1) is None


class TestPairSums:
    def test_waves_add_up_to_the_correlation_of_all_their_people(self) -> None:
        a, b = np.array([1, 2, 4, 5, 3, 3]), np.array([2, 1, 5, 4, 4, 3])
        first, second = (
            PairSums(
                len(a[part]),
                float(a[part].sum()),
                float(b[part].sum()),
                float(a[part] @ a[part]),
                float(b[part] @ b[part]),
                float(a[part] @ b[part]),
            )
            for part in (slice(0, 2), slice(2, 6))
        )

        assert (first + second).correlation() == pytest.approx(np.corrcoef(a, b)[0, 1])

    def test_nothing_correlates_with_what_does_not_vary(self) -> None:
        assert PairSums(3, 9.0, 6.0, 27.0, 14.0, 18.0).correlation() is None
        assert PairSums(3, 6.0, 9.0, 14.0, 27.0, 18.0).correlation() is None
        assert PairSums(1, 3.0, 2.0, 9.0, 4.0, 6.0).correlation() is None

    def test_two_people_who_hardly_differ_go_together_all_the_same(self) -> None:
        close = PairSums(2, 0.1, 0.3, 0.01, 0.05, 0.02)  # 0 and 0.1; 0.1 and 0.2
        assert close.correlation() == pytest.approx(1.0)


class TestOmega:
    def test_a_matrix_made_of_one_factor_gives_its_loadings_back(self) -> None:
        found = one_factor(one_factor_covariance(LOADINGS))

        assert found == pytest.approx(LOADINGS)
        assert omega(one_factor_covariance(LOADINGS), 100).value == pytest.approx(
            LOADINGS.sum() ** 2 / (LOADINGS.sum() ** 2 + 5 * 0.5)
        )

    @pytest.mark.parametrize("unit", [0.01, 1.0, 100.0])
    def test_the_unit_of_the_answers_changes_nothing(self, unit: float) -> None:
        found = omega(one_factor_covariance(LOADINGS) * unit**2, 100)
        assert found.value == pytest.approx(omega(one_factor_covariance(LOADINGS), 100).value)

    def test_loadings_point_upwards_and_a_factor_may_explain_all_of_an_item(self) -> None:
        for seed in range(12):
            loadings = np.random.default_rng(seed).uniform(0.3, 1.0, 4)
            assert one_factor(one_factor_covariance(loadings)) == pytest.approx(loadings)
        whole = one_factor_covariance(LOADINGS, 0.5)
        whole[0, 0] = LOADINGS[0] ** 2
        assert omega(whole, 100).value is not None

    @pytest.mark.parametrize(
        ("covariance", "people", "why"),
        [
            (one_factor_covariance(LOADINGS[:2]), 50, "at least three items"),
            (one_factor_covariance(LOADINGS), 5, "there are 5 and 5"),
            (np.diag([1.0, 1.0, 0.0]), 50, "the same answer from everybody"),
            (np.ones((3, 3)), 50, "follows exactly from the others"),
            (np.array([[1, 0, 1], [0, 1, 1], [1, 1, 2.0]]), 50, "follows exactly from the others"),
            (np.diag([1.0, 2.0, 3.0]), 50, "no single factor"),
            (np.array([[1, 0.9, 0.9], [0.9, 1, 0.2], [0.9, 0.2, 1.0]]) + 0.4 * np.eye(3), 50, "improper"),
        ],
    )
    def test_where_it_cannot_be_estimated_the_reason_is_said(
        self, covariance: np.ndarray, people: int, why: str
    ) -> None:
        found = omega(covariance, people)

        assert found.value is None
        assert found.reason is not None
        assert why in found.reason


class TestBetweenTeams:
    def test_three_teams_worked_by_hand(self) -> None:
        """Scores 1 2 3, 4 6 and 7: SSB = 23.33, SSW = 4, of six people in three teams."""
        found = BetweenTeams.of([3, 2, 1], [6.0, 10.0, 7.0], 4.0)

        assert found is not None
        assert (found.teams, found.people, found.mean_size) == (3, 6, 2.0)
        assert found.k0 == pytest.approx((6 - 14 / 6) / 2)
        between, within = (3 * (2 - 23 / 6) ** 2 + 2 * (5 - 23 / 6) ** 2 + (7 - 23 / 6) ** 2) / 2, 4 / 3
        assert (found.between, found.within) == pytest.approx((between, within))
        assert found.icc1() == pytest.approx((between - within) / (between + within))
        assert found.icc2() == pytest.approx((between - within) / between)

    def test_teams_more_alike_than_chance_have_a_negative_icc(self) -> None:
        found = BetweenTeams.of([4, 4], [200.0, 201.0], 5000.0)

        assert found is not None
        assert (found.icc1() or 0) < 0
        assert (found.icc2() or 0) < 0

    def test_equal_means_leave_the_reliability_of_a_mean_undefined(self) -> None:
        third = 100 / 3
        found = BetweenTeams.of([3, 6, 9], [3 * third, 6 * third, 9 * third], 10.0)

        assert found is not None
        assert found.between == 0.0
        assert found.icc2() is None
        assert found.icc1() == pytest.approx(-1 / 5)

    @pytest.mark.parametrize("unit", [1e-3, 1.0, 1e6])
    def test_the_unit_of_the_scores_changes_nothing(self, unit: float) -> None:
        found = BetweenTeams.of([3, 2, 1], [6.0 * unit, 10.0 * unit, 7.0 * unit], 4.0 * unit**2)
        same = BetweenTeams.of([3, 2, 1], [6.0, 10.0, 7.0], 4.0)
        assert found is not None
        assert same is not None
        assert (found.icc1(), found.icc2()) == pytest.approx((same.icc1(), same.icc2()))
        alike = BetweenTeams.of([3, 7, 6], [unit * (0.1 * n) for n in (3, 7, 6)], 1.0)
        assert alike is not None
        assert alike.between == 0.0

    def test_when_nobody_differs_from_anybody_there_is_no_icc(self) -> None:
        found = BetweenTeams.of([2, 2], [100.0, 100.0], 0.0)

        assert found is not None
        assert (found.icc1(), found.icc1_k0(), found.icc2()) == (None, None, None)

    @pytest.mark.parametrize("sizes", [[], [5], [5, 0], [1, 1, 1]])
    def test_one_team_or_teams_of_one_cannot_be_compared(self, sizes: list[int]) -> None:
        assert BetweenTeams.of(sizes, [50.0 * n for n in sizes], 0.0) is None


class TestAgreement:
    def test_what_everybody_says_is_full_agreement(self) -> None:
        counts = [0, 0, 0, 6, 0]
        assert average_deviation(counts) == 0.0
        assert r_wg(answer_variance(counts), uniform_variance(5)) == 1.0

    def test_two_camps_are_no_agreement_at_all(self) -> None:
        counts = [4, 0, 0, 0, 4]
        assert average_deviation(counts) == 2.0
        assert r_wg(answer_variance(counts), uniform_variance(5)) == 0.0
        assert r_wg_j(answer_variance(counts), 4, uniform_variance(5)) == 0.0

    def test_several_items_follow_the_published_formula(self) -> None:
        assert r_wg_j(0.5, 4, 2.0) == pytest.approx(4 * 0.75 / (4 * 0.75 + 0.25))

    def test_the_friendly_null_has_the_published_variance(self) -> None:
        assert sum(SLIGHTLY_SKEWED) == pytest.approx(1)
        assert skewed_variance() == pytest.approx(1.34)
        assert skewed_variance([0.2] * 5) == pytest.approx(uniform_variance(5)) == 2.0

    @given(st.lists(st.integers(1, 5), min_size=2, max_size=30))
    def test_counts_say_what_the_answers_say(self, answers: list[int]) -> None:
        counts = [answers.count(point) for point in range(1, 6)]
        values = np.array(answers)
        assert answer_variance(counts) == pytest.approx(values.var(ddof=1))
        assert average_deviation(counts) == pytest.approx(abs(values - values.mean()).mean())
