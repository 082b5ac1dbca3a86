"""One dimension on a unit's page: its sentence, its chart, its statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from integrations.language import Translator
from service.views.charts import SHAPES, TrendChart, ordinary_wobble, trend_chart
from service.views.figure_words import (
    AGREEMENT_WORDS,
    FEW_ANSWERED,
    SHIFTED,
    VERY_LOW,
    Said,
    dimension_name,
    say_figure,
    trend_sentence,
)
from service.views.loop import flags_of
from service.views.statements import Statement, statement
from service.views.timeline import (
    columns_of,
    dimensions_of,
    last_cycle,
    latest_figure,
)
from surveys.commitments.loop import LoopState
from surveys.results.published import FigureView, TeamTrend, WavePoint


@dataclass(frozen=True, slots=True)
class Panel:
    """One dimension: its sentence, its chart, its statements."""

    dimension: str
    title: str
    tone: str
    shape: str
    said: Said
    sentence: str
    trend: str
    shift: tuple[str, str] | None
    agreement: str
    advice: str
    bias: str  # empty when enough took part
    cycle: str  # the mean of the last full cycle, or empty
    asked_on: str  # empty when the newest wave asked this dimension
    chart: TrendChart
    statements: Sequence[Statement]


def panels_of(trend: TeamTrend, loop: LoopState, language: Translator, today: date) -> list[Panel]:
    """Return a panel for each dimension of which a unit has a figure, in the order of the page."""
    flags = flags_of(loop, loop.zone)
    newest = trend.newest_readable
    found: list[Panel] = []
    others = 0
    for dimension in dimensions_of(trend):
        latest = latest_figure(trend, dimension)
        if latest is None or newest is None:
            continue
        wave, figure = latest
        chart = trend_chart(
            dimension,
            dimension_name(dimension, wave.items, language),
            columns_of(trend, dimension, language),
            flags,
            language,
            today=today,
            usual=ordinary_wobble(
                figure.trend.baseline if figure.shown and figure.trend else None,
                wave.participation.size_class,
            ),
            others=others,
        )
        asked_on = "" if wave is newest else _asked_on(wave, language)
        cycle = _cycle(trend, dimension, language)
        found.append(_panel(dimension, latest, chart, language, cycle=cycle, asked_on=asked_on))
        others += dimension not in SHAPES
    return found


def _panel(
    dimension: str,
    latest: tuple[WavePoint, FigureView],
    chart: TrendChart,
    language: Translator,
    *,
    cycle: str,
    asked_on: str,
) -> Panel:
    """Return the panel of the newest figure of a dimension, from the wave that asked it last."""
    wave, figure = latest
    size_class = wave.participation.size_class
    said = say_figure(figure, size_class, language)
    return Panel(
        dimension=dimension,
        title=chart.title,
        tone=chart.tone,
        shape=chart.shape,
        said=said,
        sentence=said.sentence,
        trend=trend_sentence(figure.trend, size_class, language) if figure.shown else "",
        shift=_shift(figure, language),
        agreement=_agreement(figure, language),
        advice=_advice(said, language),
        bias=_bias(wave, said, language),
        cycle=cycle,
        asked_on=asked_on,
        chart=chart,
        statements=[
            statement(item, figure, language) for item in wave.items if item.dimension == dimension
        ],
    )


def _agreement(figure: FigureView, language: Translator) -> str:
    word = AGREEMENT_WORDS.get(figure.agreement or "") if figure.shown else None
    return language.say(word) if word else ""


def _asked_on(wave: WavePoint, language: Translator) -> str:
    return language.say("Last asked on {day}.", day=language.date(wave.occurrence))


def _shift(figure: FigureView, language: Translator) -> tuple[str, str] | None:
    trend = figure.trend if figure.shown else None
    if trend is None or trend.word not in SHIFTED or trend.since is None:
        return None
    return trend.word, language.date(trend.since)


def _advice(said: Said, language: Translator) -> str:
    if said.value is None or said.value > VERY_LOW:
        return ""
    return language.say("Low; talk to someone before you talk to the team.")


def _bias(wave: WavePoint, said: Said, language: Translator) -> str:
    """Return the words without which no number stands where fewer than 60 % answered."""
    if said.value is None or wave.participation.band not in FEW_ANSWERED:
        return ""
    return language.say("Most of the team may not be in this.")


def _cycle(trend: TeamTrend, dimension: str, language: Translator) -> str:
    mean = last_cycle(trend, dimension, language)
    if mean is None:
        return ""
    return language.say(
        "{figure} on average over the last full round of statements, {days}.",
        days=mean.label,
        figure=mean.said.headline,
    )
