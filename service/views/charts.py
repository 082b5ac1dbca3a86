"""Where things stand on a chart. Every coordinate comes from displayed, rounded numbers.

Across, positions are per cent of the width, so that one drawing fits a phone and a page and its text
keeps its size. Downwards, the plot is as many units high as the scale, 0 to 100. What is said in words
beside a chart is decided in `wording` and `timeline`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from integrations.language import Translator, mark
from service.views.figure_words import USUAL_WOBBLE
from service.views.timeline import Column
from surveys.results.rules.display import nearest

LEFT, RIGHT = 9.0, 96.5  # per cent of the width; numbers of the scale stand to the left
PLOT_TOP, PLOT_HEIGHT = 14, 170  # pixels
LABELS_AT = PLOT_TOP + PLOT_HEIGHT + 18
FLAGS_AT = LABELS_AT + 10
LANE = 24  # pixels a row of flags takes
TOO_NEAR = 4.0  # per cent of the width: flags nearer than this go to another row
PHONE_GAP, PAGE_GAP = 25.0, 11.0  # per cent of the width between two dates
SHAPES = {"PSY": "circle", "CNF": "square", "FLW": "triangle"}
OTHER_SHAPES = ("diamond", "cross", "plus", "circle", "square", "triangle")

FLAG_WORDS = {
    "made": mark("Promise made"),
    "done": mark("Marked as done"),
    "confirmed": mark("The team says: kept"),
}


@dataclass(frozen=True, slots=True)
class Flag:
    """Something that happened to a promise on a day. `kind` is made, done or confirmed."""

    day: date
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the chart with its words. `y` is down from the top of the plot, in units of the scale."""

    x: float
    title: str
    y: int = 0
    kind: str = ""
    width: float = 0.0  # per cent; of the mean of a cycle


@dataclass(frozen=True, slots=True)
class Label:
    """A date under the chart. A minor one is left out on a narrow screen."""

    x: float
    text: str
    minor: bool
    anchor: str  # start, middle, end


@dataclass(frozen=True, slots=True)
class TrendChart:
    """All that the template draws. `lines` and `bands` are SVG point lists in a 100 by 100 plot."""

    name: str
    title: str
    description: str
    shape: str
    tone: str  # class of the colour
    points: Sequence[Mark] = ()
    lines: Sequence[str] = ()
    bands: Sequence[str] = ()
    ranges: Sequence[
        Mark
    ] = ()  # where no band can be drawn; `y` the top, `width` the height in units of the scale
    gaps: Sequence[Mark] = ()
    breaks: Sequence[Mark] = ()
    flags: Sequence[Mark] = ()  # `y` is the row
    labels: Sequence[Label] = ()
    usual: tuple[int, int] | None = None  # top and height of the band of ordinary wobble
    rows: Sequence[Column] = field(default_factory=tuple)

    @property
    def height(self) -> int:
        """Height of the whole drawing in pixels."""
        lanes = max((flag.y for flag in self.flags), default=-1) + 1
        return FLAGS_AT + (lanes * LANE + 4 if lanes else 2)


def trend_chart(
    dimension: str,
    title: str,
    columns: Sequence[Column],
    flags: Sequence[Flag],
    language: Translator,
    *,
    today: date,
    usual: tuple[int, int] | None = None,
    others: int = 0,
) -> TrendChart:
    """Return the chart of one dimension over time.

    Args:
        columns: displayed figures and gaps, oldest first.
        flags: promises; those before the first column are left out.
        today: the right edge is not before it when something is flagged after the last column.
        usual: the band of ordinary wobble, from `ordinary_wobble`.
        others: how many charts without a shape of their own came before, so that shapes differ.
    """
    axis = _Axis.over(columns, [flag.day for flag in flags], today)
    shown = [flag for flag in flags if axis.holds(flag.day)]
    points = [_point(column, axis) for column in columns if column.said.value is not None]
    return TrendChart(
        name=dimension.lower(),
        title=title,
        description=_description(columns, language),
        shape=SHAPES.get(dimension, OTHER_SHAPES[others % len(OTHER_SHAPES)]),
        tone=dimension.lower() if dimension in SHAPES else "other",
        points=points,
        lines=[_line(run, axis) for run in _runs(columns) if len(run) > 1],
        bands=[_band(run, axis) for run in _runs(columns, ranged=True) if len(run) > 1],
        ranges=[_range(run[0], axis) for run in _runs(columns, ranged=True) if len(run) == 1],
        gaps=_gaps(columns, axis),
        breaks=_breaks(columns, axis, language),
        flags=_place_flags(shown, axis, language),
        labels=_labels(columns, axis, language),
        usual=usual,
        rows=tuple(columns),
    )


def _gaps(columns: Sequence[Column], axis: "_Axis") -> list[Mark]:
    return [
        Mark(axis.at(column.start), f"{column.label}: {column.said.headline}")
        for column in columns
        if column.said.value is None
    ]


def _breaks(columns: Sequence[Column], axis: "_Axis", language: Translator) -> list[Mark]:
    return [
        Mark(
            (axis.middle(before) + axis.middle(after)) / 2,
            language.say("The team changed before {day}", day=after.label),
        )
        for before, after in pairwise(columns)
        if after.changed
    ]


@dataclass(frozen=True, slots=True)
class _Axis:
    first: date
    last: date

    @classmethod
    def over(cls, columns: Sequence[Column], days: Sequence[date], today: date) -> "_Axis":
        first = columns[0].start if columns else today
        last = max([column.end for column in columns] or [today])
        later = [day for day in days if day > last]
        last = max([last, *(min(day, today) for day in later)])
        return cls(first, last)

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last

    def at(self, day: date) -> float:
        days = (self.last - self.first).days
        share = (day - self.first).days / days if days else 0.5
        return round(LEFT + (RIGHT - LEFT) * (0.04 + 0.9 * share), 2)

    def middle(self, column: Column) -> float:
        return round((self.at(column.start) + self.at(column.end)) / 2, 2)


def _point(column: Column, axis: _Axis) -> Mark:
    value = column.said.value or 0
    width = round(axis.at(column.end) - axis.at(column.start), 2)
    return Mark(
        axis.middle(column),
        f"{column.label}: {column.said.sentence}",
        100 - value,
        "mean" if column.is_mean else "all" if column.said.everyone else "wave",
        width,
    )


def _range(column: Column, axis: _Axis) -> Mark:
    low, high = column.said.low or 0, column.said.high or 0
    return Mark(axis.middle(column), "", 100 - high, "", float(high - low))


def _runs(columns: Sequence[Column], *, ranged: bool = False) -> list[list[Column]]:
    """Return the stretches that may be joined: gaps, changes of the team and the last mean end one."""
    runs: list[list[Column]] = [[]]
    for column in columns:
        absent = column.said.value is None or (ranged and column.said.low is None)
        resumes = bool(runs[-1]) and runs[-1][-1].is_mean and not column.is_mean
        if absent or column.changed or resumes:
            runs.append([])
        if not absent:
            runs[-1].append(column)
    return runs


def _line(run: Sequence[Column], axis: _Axis) -> str:
    return " ".join(f"{axis.middle(column)},{100 - (column.said.value or 0)}" for column in run)


def _band(run: Sequence[Column], axis: _Axis) -> str:
    above = [f"{axis.middle(column)},{100 - (column.said.high or 0)}" for column in run]
    below = [f"{axis.middle(column)},{100 - (column.said.low or 0)}" for column in reversed(run)]
    return " ".join(above + below)


def ordinary_wobble(baseline: float | None, size_class: str | None) -> tuple[int, int] | None:
    """Return top and height of the band in which figures move by themselves; None without a baseline.

    Args:
        baseline: displayed level the trend rule compares with, or None.
        size_class: decides how wide the band is.
    """
    if baseline is None:
        return None
    half = USUAL_WOBBLE.get(size_class or "", max(USUAL_WOBBLE.values()))
    low, high = max(0, nearest(baseline) - half), min(100, nearest(baseline) + half)
    return 100 - high, high - low


def _place_flags(flags: Sequence[Flag], axis: _Axis, language: Translator) -> list[Mark]:
    """Put flags into rows so that none covers another; same day and kind share one flag."""
    found: list[Mark] = []
    free: list[float] = []  # right end of each row so far
    together: dict[tuple[date, str], list[str]] = {}
    for flag in sorted(flags, key=lambda one: (one.day, list(FLAG_WORDS).index(one.kind))):
        together.setdefault((flag.day, flag.kind), []).append(flag.text)
    for (day, kind), texts in together.items():
        x = axis.at(day)
        row = next((at for at, end in enumerate(free) if x - end >= TOO_NEAR), len(free))
        if row == len(free):
            free.append(x)
        free[row] = x
        words = language.say(FLAG_WORDS[kind])
        found.append(Mark(x, f"{language.short_date(day)}: {words}: {'; '.join(texts)}", row, kind))
    return found


def _labels(columns: Sequence[Column], axis: _Axis, language: Translator) -> list[Label]:
    """Return the dates that fit, the newest first; those that only fit on a page are minor."""
    found: list[Label] = []
    on_page = on_phone = 1000.0
    for column in reversed(columns):
        x = axis.middle(column)
        if on_page - x < PAGE_GAP:
            continue
        on_page, minor = x, on_phone - x < PHONE_GAP
        on_phone = on_phone if minor else x
        anchor = "end" if x > RIGHT - 3 else "middle"
        found.append(Label(x, language.day_and_month(column.start), minor, anchor))
    return found


def _description(columns: Sequence[Column], language: Translator) -> str:
    if not columns:
        return language.say("Nothing to draw yet.")
    newest = columns[-1]
    return language.say(
        "Scale from 0 to 100, {count} places on the time axis from {first} to {last}. Newest: {said}"
        " The table below says the same.",
        count=len(columns),
        first=columns[0].label,
        last=newest.label,
        said=newest.said.sentence,
    )
