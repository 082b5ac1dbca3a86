"""Three sentences that say what this page says, and the caution that belongs to some good news."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Protocol

from integrations.language import Translator, mark
from service.views.figure_words import (
    BAND_ORDER,
    FEW_ANSWERED,
    Said,
    is_small,
    participation_sentence,
    say_figure,
)
from service.views.loop import LoopPage
from surveys.results.published import TeamTrend, WavePoint

SHIFTS: Mapping[str, tuple[str, str]] = {
    "shifted_down": (
        mark("{names} has shifted down since about {day}."),
        mark("{names} have shifted down since about {day}."),
    ),
    "shifted_up": (
        mark("{names} has shifted up since about {day}."),
        mark("{names} have shifted up since about {day}."),
    ),
}


class Line(Protocol):
    """What the summary needs of one dimension."""

    @property
    def title(self) -> str:
        """Name of the dimension."""

    @property
    def said(self) -> Said:
        """Its newest figure as displayed."""

    @property
    def trend(self) -> str:
        """The sentence about change, or empty."""

    @property
    def shift(self) -> tuple[str, str] | None:
        """The word of a shift and since when in words, or None."""


def summary(
    newest: WavePoint | None, loop: LoopPage, lines: Sequence[Line], language: Translator
) -> list[str]:
    """Return three sentences, the main one first: figures, how many answered, promises.

    In a unit under eight answers the promises are the main thing.
    """
    if newest is None:
        return []
    figures, promises = _figures(lines, language), _promises(loop, language)
    main, last = (promises, figures) if is_small(newest) else (figures, promises)
    return [main, _took_part(newest, lines, language), last]


def caution(trend: TeamTrend, language: Translator) -> str:
    """Return a warning when a figure rose while fewer people answered, else nothing."""
    readable = [wave for wave in trend.waves if wave.readable and wave.dimensions]
    pair = next(reversed(list(pairwise(readable))), None)
    if pair is None or not _fewer_answered(*pair) or not _something_rose(*pair, language):
        return ""
    return language.say(
        "Fewer people answered than last time while a figure rose. That can mean that those who are least"
        " content have fallen silent; do not read it as good news."
    )


def _took_part(newest: WavePoint, lines: Sequence[Line], language: Translator) -> str:
    if not newest.participation.shown:
        return language.say("How many answered is not shown separately here.")
    words = participation_sentence(newest.participation, language)
    sentence = words[0].upper() + words[1:] + "."
    shown = any(line.said.value is not None for line in lines)
    if shown and newest.participation.band in FEW_ANSWERED:
        return f"{sentence} {language.say('Most of the team may not be in these figures.')}"
    return sentence


def _figures(lines: Sequence[Line], language: Translator) -> str:
    shown = [line for line in lines if line.said.value is not None]
    if not shown:
        return language.say("This unit's own figures are not shown separately here.")
    shifted: dict[tuple[str, str], list[str]] = {}
    for line in shown:
        if line.shift is not None:
            shifted.setdefault(line.shift, []).append(line.title)
    if shifted:
        return " ".join(_shift(shift, names, language) for shift, names in shifted.items())
    levels = [
        language.say("{name} {figure}", name=line.title.lower(), figure=_lower(line.said.headline))
        for line in shown
    ]
    text = language.listing(levels)
    change = next((line.trend for line in shown if line.trend), "")
    return f"{text[0].upper()}{text[1:]}. {change}".strip()


def _shift(shift: tuple[str, str], names: list[str], language: Translator) -> str:
    word, day = shift
    one, many = SHIFTS[word]
    first, *rest = names
    listed = language.listing([first, *(_lower(name) for name in rest)])
    return language.count(one, many, len(names), names=listed, day=day)


def _promises(loop: LoopPage, language: Translator) -> str:
    if loop.open_promises:
        first = loop.open_promises[0]
        if first.is_overdue:
            return language.count(
                "{count} promise is open; it was due {day}.",
                "{count} promises are open; the first was due {day}.",
                len(loop.open_promises),
                day=language.date(first.expected),
            )
        return language.count(
            "{count} promise is open, due {day}.",
            "{count} promises are open, the next one is due {day}.",
            len(loop.open_promises),
            day=language.date(first.expected),
        )
    if loop.ended_promises:
        return language.say("No promise is open at the moment; what became of the last ones stands below.")
    return language.say("No promise has been made yet.")


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]


def _fewer_answered(before: WavePoint, now: WavePoint) -> bool:
    bands = (before.participation.band, now.participation.band)
    if not all(wave.participation.shown for wave in (before, now)) or not all(bands):
        return False
    return BAND_ORDER.index(str(bands[1])) < BAND_ORDER.index(str(bands[0]))


def _something_rose(before: WavePoint, now: WavePoint, language: Translator) -> bool:
    for dimension, figure in now.dimensions.items():
        earlier = say_figure(
            before.dimensions.get(dimension), before.participation.size_class, language
        ).value
        later = say_figure(figure, now.participation.size_class, language).value
        if earlier is not None and later is not None and later > earlier:
            return True
    return False
