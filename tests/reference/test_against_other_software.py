"""Kept's statistics against pingouin, scipy, statsmodels and pandas, on answers that nobody here wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import scipy

from surveys.results.rules.agreement import uniform_variance
from surveys.results.rules.intervals import range_from_scores
from surveys.results.rules.reliability import BetweenTeams, alpha, alpha_interval, omega, one_factor
from tests.reference.conftest import Published, others

if TYPE_CHECKING:
    import pandas as pd

EXACTLY = {"xtol": 1e-15, "ftol": 1e-15, "gtol": 1e-15}


class TestAlpha:
    def test_complete_cases_agree_with_pingouin(self, personality: Published) -> None:
        theirs, interval = others.pingouin.cronbach_alpha(personality.turned.dropna())
        ours = personality.analysed()

        assert ours.alpha_complete == pytest.approx(theirs, abs=1e-12)
        assert ours.alpha_interval == pytest.approx(interval, abs=6e-4)  # they round to three digits

    def test_pairs_agree_with_pingouin(self, personality: Published) -> None:
        theirs, _ = others.pingouin.cronbach_alpha(personality.turned, nan_policy="pairwise")

        assert personality.analysed().alpha_pairwise == pytest.approx(theirs, abs=1e-12)

    def test_a_small_table_with_gaps_gives_what_pingouins_manual_prints(self, missing: Published) -> None:
        ours = missing.analysed()

        assert ours.alpha_pairwise == pytest.approx(0.732660835214447, abs=1e-14)
        assert ours.alpha_complete == pytest.approx(0.8016949152542373, abs=1e-14)

    def test_the_interval_counts_complete_cases_where_pingouin_counts_all_rows(
        self, missing: Published
    ) -> None:
        """Its manual prints .581 to .933 after leaving incomplete rows out, with n of all rows still."""
        whole = missing.turned.dropna()
        ours = missing.analysed()
        assert ours.alpha_complete is not None

        assert ours.alpha_interval == pytest.approx(others.pingouin.cronbach_alpha(whole)[1], abs=6e-4)
        assert alpha_interval(ours.alpha_complete, len(missing.table), 11) == pytest.approx(
            (0.581, 0.933), abs=6e-4
        )

    @pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
    def test_the_interval_has_the_quantiles_of_scipys_f(self, missing: Published, level: float) -> None:
        table = missing.turned.dropna()
        theirs = others.pingouin.cronbach_alpha(table, ci=level)[1]
        n, items = table.shape
        exact = 1 - (1 - 0.8016949152542373) * scipy.stats.f.ppf(
            [(1 + level) / 2, (1 - level) / 2], n - 1, (n - 1) * (items - 1)
        )
        assert exact == pytest.approx(theirs, abs=6e-4)
        if level == 0.95:
            assert missing.analysed().alpha_interval == pytest.approx(tuple(exact), abs=1e-12)

    def test_the_personality_scales_have_their_published_alphas(self, personality: Published) -> None:
        """As the manual of the R package psych prints them."""
        published = {"A1": 0.70, "C1": 0.73, "E1": 0.76, "N1": 0.81, "O1": 0.60}
        first = personality.table.columns[0]

        assert personality.analysed().alpha_pairwise == pytest.approx(published[first], abs=0.006)


class TestOmega:
    def test_loadings_are_those_of_principal_axes_brought_to_an_end(self, personality: Published) -> None:
        """Of correlations, as statsmodels knows no covariances; both minimise the same."""
        correlations = personality.turned.dropna().corr().to_numpy()
        from statsmodels.multivariate.factor import Factor  # noqa: PLC0415 -- slow, and one worker needs it

        theirs = Factor(corr=correlations, n_factor=1, method="pa").fit(maxiter=1000, tol=1e-13).loadings
        ours = one_factor(correlations)

        assert ours is not None
        assert abs(theirs[:, 0]) == pytest.approx(abs(ours), abs=1e-7)

    def test_omega_is_that_of_a_general_minimiser(self, personality: Published) -> None:
        table = personality.turned.dropna()
        covariance = table.cov().to_numpy()
        above = np.triu_indices(len(covariance), 1)

        def left_over(loadings: np.ndarray) -> np.ndarray:
            return (covariance - np.outer(loadings, loadings))[above]

        loadings = scipy.optimize.least_squares(left_over, np.sqrt(covariance.diagonal()) / 2, **EXACTLY).x
        theirs = loadings.sum() ** 2 / covariance.sum()

        assert omega(covariance, len(table)).value == pytest.approx(theirs, abs=1e-9)
        assert personality.analysed().omega.value == pytest.approx(theirs, abs=1e-9)

    def test_omega_exceeds_alpha_where_items_load_differently(self, personality: Published) -> None:
        ours = personality.analysed()
        assert ours.omega.value is not None
        assert ours.alpha_complete is not None
        assert 0 < ours.omega.value - ours.alpha_complete < 0.05


class TestTeams:
    @pytest.mark.filterwarnings("ignore:The inplace keyword")  # between pingouin and its pandas
    def test_equal_groups_have_pingouins_icc(self) -> None:
        wine = others.pingouin.read_dataset("icc")
        table = others.pingouin.intraclass_corr(data=wine, targets="Wine", raters="Judge", ratings="Scores")
        theirs = table.set_index(table.columns[0])["ICC"]
        ours = of(wine.rename(columns={"Wine": "team", "Scores": "score"}))

        assert ours.icc1() == pytest.approx(theirs.iloc[0], abs=6e-4)  # one-way, single rater
        assert ours.icc1_k0() == pytest.approx(ours.icc1(), abs=1e-12)
        assert ours.icc2() == pytest.approx(theirs.iloc[3], abs=6e-4)  # one-way, mean of raters

    def test_dyestuff_has_the_variances_of_its_textbook(self, dyes: pd.DataFrame) -> None:
        """Within 2451.25, between batches 1764.05: R package lme4, fm01ML refitted by REML."""
        ours = of(dyes.rename(columns={"Batch": "team", "Yield": "score"}))

        assert ours.within == pytest.approx(2451.25, abs=0.005)
        assert (ours.between - ours.within) / ours.k0 == pytest.approx(1764.05, abs=0.005)
        assert ours.icc1() == pytest.approx(1764.05 / (1764.05 + 2451.25), abs=1e-6)

    def test_unequal_teams_have_scipys_analysis_of_variance(self, lectures: Published) -> None:
        groups = [scores.to_numpy() for _, scores in lectures.scores.groupby("team")["score"]]
        ratio = scipy.stats.f_oneway(*groups).statistic
        sizes = np.array([len(group) for group in groups])
        ours = lectures.analysed().between

        assert ours is not None
        assert (ours.teams, ours.people) == (len(groups), sizes.sum())
        assert ours.between / ours.within == pytest.approx(ratio, rel=1e-9)
        assert ours.icc2() == pytest.approx(1 - 1 / ratio, rel=1e-9)
        assert ours.icc1() == pytest.approx((ratio - 1) / (ratio + sizes.mean() - 1), rel=1e-9)
        k0 = (sizes.sum() - (sizes**2).sum() / sizes.sum()) / (len(sizes) - 1)
        assert ours.icc1_k0() == pytest.approx((ratio - 1) / (ratio + k0 - 1), rel=1e-9)

    def test_each_team_has_what_pandas_computes(self, personality: Published) -> None:
        items = personality.turned.dropna()
        theirs = personality.scores.groupby("team")["score"].agg(["count", "mean", "std"])
        variances = items.groupby(personality.table["team"]).var()
        deviations = items.groupby(personality.table["team"]).agg(lambda x: (x - x.mean()).abs().mean())
        null = uniform_variance(6)
        ours = personality.analysed()

        for age, row in theirs.iterrows():
            team = ours.teams[str(age)]
            assert (team.n, team.score) == (row["count"], pytest.approx(row["mean"]))
            assert team.average_deviation == pytest.approx(deviations.loc[age].mean())
            if team.n > 1:
                mean = 1 - min(variances.loc[age].mean(), null) / null
                assert team.deviation == pytest.approx(row["std"])
                assert list(team.r_wg.values()) == pytest.approx(
                    list(1 - variances.loc[age].clip(upper=null) / null)
                )
                assert team.r_wg_j == pytest.approx(5 * mean / (5 * mean + 1 - mean))


class TestWhatATestMustNotice:
    def test_a_forgotten_reversal_ruins_alpha(self, personality: Published) -> None:
        raw = alpha(personality.table.drop(columns="team").astype(float).dropna().cov().to_numpy())
        ours = personality.analysed().alpha_complete

        assert raw is not None
        assert ours is not None
        assert raw == pytest.approx(ours) if not personality.backwards else raw < ours - 0.2

    @pytest.mark.parametrize(("n", "asked"), [(3, 6), (12, 15), (40, 60)])
    def test_the_range_has_the_quantile_of_scipys_t(self, n: int, asked: int) -> None:
        scores = [50.0 + 12.5 * (place % 3 - 1) for place in range(n)]
        variance = (4 * 22**2 + (n - 1) * np.var(scores, ddof=1)) / (n + 3)
        half = scipy.stats.t(n + 3).ppf(0.975) * np.sqrt(variance / n * (1 - n / asked))
        lowest, highest = sum(scores) / asked, (sum(scores) + 100 * (asked - n)) / asked
        found = range_from_scores(scores, asked, items=2)

        assert (found.low, found.high) == pytest.approx(
            (max(np.mean(scores) - half, lowest), min(np.mean(scores) + half, highest))
        )


def of(table: pd.DataFrame) -> BetweenTeams:
    """Return our analysis of a table with the columns team and score."""
    groups = table.groupby("team")["score"]
    within = float(((table["score"] - groups.transform("mean")) ** 2).sum())
    found = BetweenTeams.of(groups.size().tolist(), groups.sum().tolist(), within)
    assert found is not None
    return found
