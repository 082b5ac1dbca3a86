"""Charts: every coordinate and every word comes from what is displayed."""

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from integrations.language import Translator
from service.views.charts import Flag, TrendChart, trend_chart
from service.views.legend import legend_of
from service.views.timeline import Column, columns_of
from surveys.results.published import HIDDEN, TeamTrend
from tests import team_pages

ENGLISH = Translator("en")
TODAY = team_pages.NOW.date()


def chart(trend: TeamTrend, dimension: str = "PSY", flags: tuple[Flag, ...] = ()) -> TrendChart:
    columns = columns_of(trend, dimension, ENGLISH)
    return trend_chart(dimension, "Psychological safety", columns, flags, ENGLISH, today=TODAY)


def columns(trend: TeamTrend, dimension: str = "PSY") -> list[Column]:
    return columns_of(trend, dimension, ENGLISH)


class TestGeometry:
    def test_points_stand_where_the_displayed_number_says(self) -> None:
        drawn = chart(team_pages.team_of_five())
        displayed = [row.said.value for row in drawn.rows if row.said.value is not None]

        assert [100 - point.y for point in drawn.points] == displayed
        assert all(value % 5 == 0 for value in displayed)

    def test_two_figures_that_are_displayed_alike_are_drawn_alike(self) -> None:
        def nudged(by: float) -> TeamTrend:
            known = team_pages.fresh()
            wave = known.waves[0]
            figures = {"PSY": team_pages.figure(63.6 + by, 12.6)}
            return replace(known, waves=[replace(wave, dimensions=figures)])

        assert chart(nudged(0.0)) == chart(nudged(0.7))

    def test_everything_stays_inside_the_drawing(self) -> None:
        flags = (Flag(TODAY, "made", "A"), Flag(TODAY + timedelta(days=9), "done", "B"))
        for trend in (team_pages.declining(), team_pages.team_of_five(), team_pages.fresh()):
            drawn = chart(trend, flags=flags)
            for mark in (*drawn.points, *drawn.gaps, *drawn.breaks, *drawn.flags):
                assert 9 <= mark.x <= 97

    def test_a_hidden_wave_is_a_gap_with_its_words_and_the_line_breaks(self) -> None:
        drawn = chart(team_pages.declining(), "CNF")

        assert [gap.title for gap in drawn.gaps] == ["3 Mar 2026: Not shown separately here"]
        assert len(drawn.lines) == 2  # one before the gap; one after the change of the team
        assert all(point.title for point in drawn.points)

    def test_a_change_of_the_team_breaks_the_line_and_is_marked(self) -> None:
        drawn = chart(team_pages.declining(), "PSY")

        assert len(drawn.lines) == 2
        assert [mark.title for mark in drawn.breaks] == ["The team changed before 28 Apr 2026"]

    def test_flags_of_one_day_and_kind_share_a_pole_and_near_ones_do_not_overlap(self) -> None:
        day = team_pages.FIRST + timedelta(days=60)
        flags = (Flag(day, "made", "A"), Flag(day, "made", "B"), Flag(day, "done", "C"))
        drawn = chart(team_pages.declining(), flags=flags)

        assert [(flag.kind, flag.y) for flag in drawn.flags] == [("made", 0), ("done", 1)]
        assert drawn.flags[0].title.endswith("Promise made: A; B")

    def test_flags_from_before_the_first_wave_are_left_out(self) -> None:
        early = Flag(team_pages.FIRST - timedelta(days=9), "made", "A")

        assert chart(team_pages.declining(), flags=(early,)).flags == []

    def test_dates_under_the_chart_keep_their_distance(self) -> None:
        labels = sorted(chart(team_pages.declining()).labels, key=lambda label: label.x)
        majors = [label.x for label in labels if not label.minor]

        assert all(after - before >= 25 for before, after in itertools.pairwise(majors))


class TestTime:
    def test_under_ten_asked_old_cycles_are_means_and_the_last_two_stand_alone(self) -> None:
        found = columns(team_pages.team_of_five())

        assert [column.is_mean for column in found] == [True] + [False] * 5
        assert found[0].said.low is None
        assert found[0].start < found[0].end

    def test_from_ten_asked_every_wave_stands_alone(self) -> None:
        assert not any(column.is_mean for column in columns(team_pages.product()))

    def test_a_cycle_with_too_few_figures_has_no_mean(self) -> None:
        known = team_pages.team_of_five()
        hidden = [
            replace(wave, dimensions=dict.fromkeys(team_pages.CORE, HIDDEN)) if number < 2 else wave
            for number, wave in enumerate(known.waves)
        ]

        assert columns(replace(known, waves=hidden))[0].said.value is None

    def test_a_mean_is_not_joined_to_single_waves(self) -> None:
        drawn = chart(team_pages.team_of_five())
        mean = next(point for point in drawn.points if point.kind == "mean")

        assert not any(line.startswith(f"{mean.x},") for line in drawn.lines)

    @pytest.mark.parametrize("state", ["lost", "cancelled", "missed"])
    def test_a_wave_without_results_says_why(self, state: str) -> None:
        known = team_pages.declining()
        waves = [*known.waves[:-1], replace(known.waves[-1], state=state, readable=False, dimensions={})]
        newest = columns(replace(known, waves=waves))[-1]

        assert newest.said.value is None
        assert newest.said.headline != "Not shown separately here"


class TestLegend:
    def test_only_what_is_drawn_is_explained(self) -> None:
        known = legend_of([chart(team_pages.fresh())])

        assert known is not None
        assert known.has_range
        assert not (known.has_mean)
        assert not (known.has_gap)
        assert not (known.has_break)
        assert not (known.flags)

    def test_nothing_drawn_needs_no_legend(self) -> None:
        assert legend_of([chart(team_pages.hidden())]) is None
