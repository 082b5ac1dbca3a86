"""One dimension over time: columns of displayed figures, means of old cycles, and gaps with a reason.

Charts and their tables are both made from these columns. Where on a picture a column stands is not
decided here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from integrations.language import Translator, mark
from service.views.figure_words import HIDDEN_WORDS, Said, asked_under_ten, say_figure, say_mean
from surveys.questions.rules import waves_in_cycle
from surveys.results.published import FigureView, TeamTrend, WavePoint
from surveys.results.rules.disclosure import CAPPED_AS

SINGLE_CYCLES = 2  # under ten asked, waves of the last two cycles stand alone
ENOUGH_OF_A_CYCLE = 0.75
A_CHANGED_TEAM = 0.1  # from a tenth of the roster on, the line breaks

GAP_WORDS = {
    "lost": mark("Closed without results: the key was lost, so nobody can read the answers"),
    "cancelled": mark("Ended early: nothing was published"),
    "missed": mark("Not asked: Kept was not running, or another pulse had just asked"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One place on the time axis.

    Attributes:
        start: occurrence of the wave, or of the first wave of a cycle.
        end: the same, or the occurrence of the cycle's last wave.
        label: the date or the two dates in words.
        said: the figure as displayed; without a value this is a gap and `said.headline` its reason.
        changed: whether the team changed since the column before.
        is_mean: whether this is the mean of a cycle.
        carried: whether some answers are counted one level up.
    """

    start: date
    end: date
    label: str
    said: Said
    changed: bool = False
    is_mean: bool = False
    carried: bool = False


def columns_of(trend: TeamTrend, dimension: str, language: Translator) -> list[Column]:
    """Return one dimension's columns, oldest first, without waves that are open or not readable yet."""
    past = [wave for wave in trend.waves if is_past(wave, dimension)]
    if not past:
        return []
    cut = _first_single_cycle(past) if asked_under_ten(past[-1]) else None
    if cut is None:
        return [_wave(wave, dimension, language) for wave in past]
    start = next(place for place, wave in enumerate(past) if wave.cycle is not None and wave.cycle >= cut)
    old = [wave for wave in past[:start] if wave.cycle is not None]
    return [
        *(_cycle(list(waves), dimension, language) for _, waves in groupby(old, key=_cycle_of)),
        *(_wave(wave, dimension, language) for wave in past[start:]),
    ]


def last_cycle(trend: TeamTrend, dimension: str, language: Translator) -> Column | None:
    """Return the mean of the newest cycle that is over and has enough shown waves, or None."""
    past = [wave for wave in trend.waves if is_past(wave, dimension) and wave.cycle is not None]
    cycles = [list(waves) for _, waves in groupby(past, key=_cycle_of)]
    means = (_cycle(waves, dimension, language) for waves in reversed(cycles) if _is_over(waves))
    return next((mean for mean in means if mean.said.value is not None), None)


def _is_over(waves: Sequence[WavePoint]) -> bool:
    return len(waves) >= _length(waves[0])


def _length(wave: WavePoint) -> int:
    return waves_in_cycle(str(wave.rules.get("pulse", "default")))


def _cycle_of(wave: WavePoint) -> int | None:
    return wave.cycle


def is_past(wave: WavePoint, dimension: str) -> bool:
    """Return whether a wave has something to say about a dimension: a figure, or why there is none."""
    if wave.state in GAP_WORDS:
        return True
    return wave.readable and dimension in wave.dimensions


def dimensions_of(trend: TeamTrend) -> list[str]:
    """Return the dimensions this page speaks of: those of the newest cycle first asked first."""
    newest = trend.newest_readable
    if newest is None:
        return []
    found = list(
        dict.fromkeys(item.dimension for item in newest.items if item.dimension in newest.dimensions)
    )
    recent = [wave for wave in trend.waves if wave.readable and wave.cycle == newest.cycle]
    for wave in recent:
        found += [dimension for dimension in wave.dimensions if dimension not in found]
    return found


def latest_figure(trend: TeamTrend, dimension: str) -> tuple[WavePoint, FigureView] | None:
    """Return the newest wave that asked a dimension, with its figure, or None."""
    for wave in reversed(trend.waves):
        if wave.readable and dimension in wave.dimensions:
            return wave, wave.dimensions[dimension]
    return None


def _first_single_cycle(past: Sequence[WavePoint]) -> int | None:
    cycles = sorted({wave.cycle for wave in past if wave.cycle is not None})
    return cycles[-SINGLE_CYCLES] if len(cycles) > SINGLE_CYCLES else None


def _wave(wave: WavePoint, dimension: str, language: Translator) -> Column:
    label = language.short_date(wave.occurrence)
    figure = wave.dimensions.get(dimension)
    if wave.state in GAP_WORDS:
        said = Said(language.say(GAP_WORDS[wave.state]))
    else:
        said = say_figure(figure, wave.participation.size_class, language)
    return Column(
        wave.occurrence,
        wave.occurrence,
        label,
        said,
        changed=has_changed(wave),
        carried=bool(figure and figure.carried and figure.shown),
    )


def has_changed(wave: WavePoint) -> bool:
    """Return whether so much of the roster is new or gone that the line breaks before this wave."""
    return (wave.changed_share or 0.0) >= A_CHANGED_TEAM


def _cycle(waves: Sequence[WavePoint], dimension: str, language: Translator) -> Column:
    """Return the mean of one cycle, made from displayed values; hidden ones enter nothing."""
    values = _displayed([wave for wave in waves if dimension in wave.dimensions], dimension, language)
    sizes = [wave.participation.size_class for wave in waves if wave.participation.shown]
    smallest = min(sizes, key=_rank, default=None)
    enough = len(values) >= ENOUGH_OF_A_CYCLE * _length(waves[0])
    said = (
        say_mean(sum(values) / len(values), smallest, language)
        if enough
        else Said(language.say(HIDDEN_WORDS))
    )
    first, last = waves[0].occurrence, waves[-1].occurrence
    label = language.say(
        "{first} to {last}", first=language.short_date(first), last=language.short_date(last)
    )
    return Column(first, last, label, said, changed=any(has_changed(wave) for wave in waves), is_mean=True)


_rank: Callable[[str | None], int] = [None, "5_7", "8_9", "10_plus"].index


def _displayed(waves: Sequence[WavePoint], dimension: str, language: Translator) -> list[float]:
    found: list[float] = []
    for wave in waves:
        figure = wave.dimensions[dimension]
        value = say_figure(figure, wave.participation.size_class, language).value
        if value is not None:
            found.append(CAPPED_AS if figure.capped else float(value))
    return found
