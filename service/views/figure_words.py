"""Figures as people say them: rounded as their uncertainty demands, with the range in words.

Everything a reader sees of a figure, its chart and its table included, is made from `Said`, so that no
place can say more than another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from integrations.language import Translator, mark
from surveys.questions.rules import DIMENSION_NAMES
from surveys.results.published import AskedItem, FigureView, ParticipationView, TrendView, WavePoint
from surveys.results.rules.display import LARGE, SMALL, SMALLEST, said, said_range

HIDDEN_WORDS = mark("Not shown separately here")
LOW_WORDS = mark("Low; talk to someone before you talk to the team")
CAPPED_AT = 95
VERY_LOW = 20  # at or below this words stand beside the number

# Half-widths of what an unchanged team of this size shows from one wave to the next: 1.96·√V and
# 1.96·√(2V) with V = 3² + 22²(1 - ½·n/N)/n at n = 6, 8.5 and 15, rounded.
USUAL_WOBBLE: Mapping[str, int] = {SMALLEST: 15, SMALL: 13, LARGE: 10}
NEXT_TIME: Mapping[str, int] = {SMALLEST: 20, SMALL: 17, LARGE: 15}
WOULD_NOT_SHOW = 20

SIZE_WORDS: Mapping[str, str] = {
    SMALLEST: mark("5 to 7 answers"),
    SMALL: mark("8 or 9 answers"),
    LARGE: mark("10 answers or more"),
}
BAND_WORDS: Mapping[str, str] = {
    "under_60": mark("fewer than 60 % answered"),
    "60_79": mark("between 60 and 79 % answered"),
    "80_99": mark("80 % or more answered"),
    "all": mark("everyone answered"),
    "most": mark("most answered"),
    "not_enough": mark("not enough answered"),
}
FEW_ANSWERED = ("under_60", "not_enough")
BAND_ORDER = ("not_enough", "under_60", "60_79", "most", "80_99", "all")
ITEM_WORDS: Mapping[str, str] = {
    "most": mark("most answered in favour"),
    "half": mark("about half answered in favour"),
    "few": mark("few answered in favour"),
}
AGREEMENT_WORDS: Mapping[str, str] = {
    "close": mark("The answers lie close together."),
    "mixed": mark("The answers are mixed."),
    "apart": mark("The answers lie far apart: a finding of its own."),
}


@dataclass(frozen=True, slots=True)
class Said:
    """One figure as it is displayed.

    Attributes:
        headline: "About 65", "95 or more", "Not shown separately here"; never empty.
        value: the displayed number, 0 to 100, or None where there is none.
        low: lower end of the displayed range, or None.
        high: its upper end.
        span: the range in words, or empty.
        everyone: whether everybody answered, so that there is no range.
    """

    headline: str
    value: int | None = None
    low: int | None = None
    high: int | None = None
    span: str = ""
    everyone: bool = False

    @property
    def sentence(self) -> str:
        """Headline and range as one sentence."""
        return f"{self.headline}, {self.span}." if self.span else f"{self.headline}."


def say_figure(figure: FigureView | None, size_class: str | None, language: Translator) -> Said:
    """Return how a figure is displayed to any reader.

    The number is given to the nearest five under eight answers and as a whole number from eight on; the
    class of the whole sheet decides, not the count of one dimension. Ranges under ten answers are
    widened to multiples of five, because their exact width would tell how many answered.
    """
    if figure is None or not figure.shown:
        return Said(language.say(HIDDEN_WORDS))
    if figure.score is None:
        return Said(language.say(LOW_WORDS))
    if figure.capped:
        return Said(language.say("{value} or more", value=CAPPED_AT), CAPPED_AT)
    about = size_class not in (SMALL, LARGE)
    value = said(figure.score, size_class)
    headline = language.say("About {value}", value=value) if about else str(value)
    low, high = _range(figure, size_class)
    span = _span(figure, low, high, size_class, language)
    return Said(headline, value, low, high, span, everyone=figure.range_kind == "everyone")


def say_mean(value: float, size_class: str | None, language: Translator) -> Said:
    """Return how the mean of a cycle is displayed; it has no range."""
    about = size_class not in (SMALL, LARGE)
    shown = said(value, size_class)
    return Said(language.say("About {value}", value=shown) if about else str(shown), shown)


def _range(figure: FigureView, size_class: str | None) -> tuple[int | None, int | None]:
    if figure.low is None or figure.high is None or figure.range_kind == "everyone":
        return None, None
    return said_range(figure.low, figure.high, size_class)


def _span(
    figure: FigureView, low: int | None, high: int | None, size_class: str | None, language: Translator
) -> str:
    if figure.range_kind == "everyone":
        points = NEXT_TIME.get(size_class or SMALLEST, NEXT_TIME[SMALLEST])
        return language.say("everyone answered; next time may differ by ±{points}", points=points)
    if low is None or high is None:
        return ""
    if figure.range_kind == "bounds":
        return language.say(
            "between {low} and {high} even if those missing had answered at the extremes",
            low=low,
            high=high,
        )
    return language.say("somewhere between {low} and {high}", low=low, high=high)


SHIFTED: Mapping[str, tuple[str, str]] = {
    "shifted_down": (mark("It has shifted down since about {day}."), mark("It has shifted down.")),
    "shifted_up": (mark("It has shifted up since about {day}."), mark("It has shifted up.")),
}


BEGAN_ANEW: Mapping[str, str] = {
    "roster": mark("The team has changed: pulses from {day} on are compared only with each other."),
    "shift": mark("Pulses after {day} are compared with the new level."),
}


def trend_sentence(trend: TrendView | None, size_class: str | None, language: Translator) -> str:
    """Return what may be said about change; a pulse without trend words says nothing."""
    if trend is None:
        return ""
    said = [_change(trend, size_class, language)]
    words = BEGAN_ANEW.get(trend.reason or "")
    if trend.restarted is not None and words is not None:
        said.append(language.say(words, day=language.date(trend.restarted)))
    return " ".join(said)


def _change(trend: TrendView, size_class: str | None, language: Translator) -> str:
    if trend.word in SHIFTED:
        dated, undated = SHIFTED[trend.word]
        return language.say(dated, day=language.date(trend.since)) if trend.since else language.say(undated)
    if trend.word != "steady":
        return language.say("Too early to speak of a change.")
    if size_class == LARGE:
        return language.say("Steady: no change big enough to see.")
    return language.say(
        "No change big enough to see in a team this size; a fall under about {points} points would not"
        " show.",
        points=WOULD_NOT_SHOW,
    )


def participation_sentence(participation: ParticipationView, language: Translator) -> str:
    """Return how many answered, in bands and never as a count under twenty asked."""
    if not participation.shown or participation.band is None:
        return language.say(HIDDEN_WORDS)
    if participation.answered is not None and participation.asked is not None:
        return language.say(
            "{answered} of {asked} answered", answered=participation.answered, asked=participation.asked
        )
    words = language.say(BAND_WORDS[participation.band])
    size = SIZE_WORDS.get(participation.size_class or "")
    return f"{words}, {language.say(size)}" if size else words


def is_small(wave: WavePoint) -> bool:
    """Return whether a unit reads the page for teams under eight answers."""
    return not wave.participation.shown or wave.participation.size_class not in (SMALL, LARGE)


def asked_under_ten(wave: WavePoint) -> bool:
    """Return whether fewer than ten are asked, so that old waves are shown as means."""
    asked = wave.participation.asked if wave.participation.shown else None
    return (asked if asked is not None else wave.asked_here) < 10  # noqa: PLR2004 -- the same number


def dimension_name(dimension: str, items: Sequence[AskedItem], language: Translator) -> str:
    """Return what a dimension is called; an own question is called by its text."""
    name = DIMENSION_NAMES.get(dimension)
    if name is not None:
        return language.say(name)
    return next((item.text for item in items if item.dimension == dimension), dimension)
