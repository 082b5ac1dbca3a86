"""The legend of a page's charts: explained once, and only what is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.views.charts import TrendChart


@dataclass(frozen=True, slots=True)
class Legend:
    """What has to be explained once for all charts of a page: only what is drawn on one of them."""

    tone: str
    shape: str
    has_range: bool
    has_mean: bool
    has_everyone: bool
    has_usual: bool
    has_gap: bool
    has_break: bool
    flags: frozenset[str]
    has_bars: bool = False


def legend_of(charts: Sequence[TrendChart], *, has_bars: bool = False) -> Legend | None:
    """Return the legend of charts that are drawn, or None when none is.

    Args:
        has_bars: whether bars beside them show how a statement was answered.
    """
    drawn = [chart for chart in charts if chart.points]
    if not drawn:
        return None
    return Legend(
        tone=drawn[0].tone,
        shape=drawn[0].shape,
        has_range=any(chart.bands or chart.ranges for chart in drawn),
        has_mean=any(point.kind == "mean" for chart in drawn for point in chart.points),
        has_everyone=any(point.kind == "all" for chart in drawn for point in chart.points),
        has_usual=any(chart.usual for chart in drawn),
        has_gap=any(chart.gaps for chart in drawn),
        has_break=any(chart.breaks for chart in drawn),
        flags=frozenset(flag.kind for chart in drawn for flag in chart.flags),
        has_bars=has_bars,
    )
