"""What units can expect to see, in words: for HR's page and for the command. Nothing is computed here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from integrations.language import Translator
from surveys.results.rules.foreseen import Foreseen, ForeseenUnit, Instead
from surveys.waves.rules import DAYS_BETWEEN_SMALL, SMALL_UNIT

WEEK = 7
WEEKS_A_YEAR = 52
OTHER_RESPONSES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


@dataclass(frozen=True, slots=True)
class Assumed:
    """What HR assumes: the share that answers, 0 to 1; weeks between two pulses; days a pulse is open."""

    response: float = 0.8
    weeks: int = 4
    days: int = 8  # six working days and a weekend


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit of the page."""

    name: str
    above: str | None
    asked: int
    expected: str
    chance: str
    sees: str


@dataclass(frozen=True, slots=True)
class ForeseenPage:
    """The page: a sentence, the units without figures and with them, and what else follows."""

    headline: str
    asked: int
    left_over: int
    without: Sequence[UnitRow]
    with_figures: Sequence[UnitRow]
    others: Sequence[tuple[str, int]]  # another response, and the teams that see figures then
    teams: int
    rhythm: Sequence[str]
    too_long: bool  # the pulse would not end before the next begins


def page_of(language: Translator, foreseen: Foreseen, assumed: Assumed) -> ForeseenPage:
    """Return what the page shows of an organisation under these assumptions."""
    by_name = sorted(foreseen.units, key=lambda unit: unit.name.casefold())
    return ForeseenPage(
        headline=headline(language, foreseen),
        asked=foreseen.asked,
        left_over=foreseen.left_over,
        without=[_row(language, unit) for unit in by_name if not unit.shown],
        with_figures=[_row(language, unit) for unit in by_name if unit.shown],
        others=[
            (percent(language, response), foreseen.teams_shown_at(response)) for response in OTHER_RESPONSES
        ],
        teams=len(foreseen.teams),
        rhythm=list(_rhythm(language, foreseen, assumed)),
        too_long=assumed.days >= assumed.weeks * WEEK,
    )


def _row(language: Translator, unit: ForeseenUnit) -> UnitRow:
    with_below = language.say("Figures together with what is below it")
    own = with_below if unit.roll_up else language.say("Figures of its own")
    return UnitRow(
        name=unit.name,
        above=unit.above,
        asked=unit.asked,
        expected=f"{unit.expected:.1f}".removesuffix(".0"),
        chance=chance(language, unit.probability),
        sees=own if unit.shown else instead_in_words(language, unit),
    )


def _rhythm(language: Translator, foreseen: Foreseen, assumed: Assumed) -> Iterator[str]:
    """Yield what the rules make of the cadence and the days; nothing here changes the response."""
    pulses = round(WEEKS_A_YEAR / assumed.weeks)
    yield language.count(
        "That is about {count} pulse a year, a minute each time.",
        "That is about {count} pulses a year, a minute each time.",
        pulses,
    )
    small = sum(0 < unit.asked_here < SMALL_UNIT for unit in foreseen.units)
    if small and assumed.weeks * WEEK < DAYS_BETWEEN_SMALL:
        yield language.count(
            "{count} unit asks fewer than {size} people and sits out every other pulse: small units are "
            "asked at most every two weeks.",
            "{count} units ask fewer than {size} people and sit out every other pulse: small units are "
            "asked at most every two weeks.",
            small,
            size=SMALL_UNIT,
        )
    if assumed.days > WEEK:
        yield language.say("Somebody who is away for a week can still answer.")
    else:
        yield language.say(
            "Somebody who is away for a week may miss it altogether. If that happens often where you are, "
            "lower the response above."
        )


def headline(language: Translator, foreseen: Foreseen) -> str:
    """Return how many teams and units above them will probably see figures, as a sentence."""
    teams, roll_ups = foreseen.teams, foreseen.roll_ups
    return language.say(
        "At {response} response {shown} of {teams} teams see their own figures, and {shown_above} of "
        "{above} units above them.",
        response=percent(language, foreseen.response),
        shown=sum(unit.shown for unit in teams),
        teams=len(teams),
        shown_above=sum(unit.shown for unit in roll_ups),
        above=len(roll_ups),
    )


def instead_in_words(language: Translator, unit: ForeseenUnit) -> str:
    """Return what a unit without figures has instead; empty for a unit with figures."""
    if unit.instead is None:
        return ""
    if unit.instead is Instead.READS_ABOVE:
        return language.say("Reads the figures of {unit}; its own answers are carried up.", unit=unit.reads)
    if unit.instead is Instead.NOBODY_ASKED:
        return language.say("Nobody is asked in it; who leads it is asked one level up.")
    return language.say("Too few answers up to the top, so no figure stands for it.")


def percent(language: Translator, share: float) -> str:
    """Return a share in per cent, with an unbreakable blank and a decimal only where there is one."""
    return language.say("{number}\u00a0%", number=f"{100 * share:.1f}".removesuffix(".0"))


def chance(language: Translator, probability: float) -> str:
    """Return a probability in whole percent that never says certain of what is not."""
    if probability in (0, 1):
        return percent(language, probability)
    whole = round(100 * probability)
    if whole == 0:
        return language.say("under 1\u00a0%")
    return language.say("over 99\u00a0%") if whole == 100 else percent(language, whole / 100)  # noqa: PLR2004 -- per cent
