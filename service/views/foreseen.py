"""What units can expect to see, in words: for HR's page and for the command. Nothing is computed here."""

from integrations.language import Translator
from surveys.results.rules.foreseen import Foreseen, ForeseenUnit, Instead


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
        return language.say(
            "Reads the figures of {unit}; its own answers are counted further up.", unit=unit.reads
        )
    if unit.instead is Instead.NOBODY_ASKED:
        return language.say("Nobody is asked in it; who leads it is asked one level up.")
    return language.say("Too few answers up to the top, so no figure stands for it.")


def percent(language: Translator, share: float) -> str:
    """Return a share as people write it, for example 80 %, with a decimal only where there is one."""
    return language.say("{number} %", number=f"{100 * share:.1f}".removesuffix(".0"))


def chance(language: Translator, probability: float) -> str:
    """Return a probability in whole percent that never says certain of what is not."""
    if probability in (0, 1):
        return percent(language, probability)
    whole = round(100 * probability)
    if whole == 0:
        return language.say("under 1 %")
    return language.say("over 99 %") if whole == 100 else percent(language, whole / 100)  # noqa: PLR2004 -- percent
