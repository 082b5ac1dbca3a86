"""Statements as they were asked, with how they were answered where ten or more did."""

from collections.abc import Sequence
from dataclasses import dataclass

from integrations.language import Translator
from service.views.figure_words import ITEM_WORDS
from surveys.results.published import AskedItem, FigureView
from surveys.results.rules.display import nearest

BAR_STEP = 5  # per cent; bars are drawn from rounded shares
PARTS_WITH_NEUTRAL = 3


@dataclass(frozen=True, slots=True)
class Bar:
    """How one statement was answered: shares in per cent, one after the other, and the same in words."""

    parts: Sequence[tuple[str, int, int]]  # tone, start, width
    words: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as it was asked. `words` is empty below ten answers."""

    text: str
    reversed: bool
    words: str = ""
    bar: Bar | None = None


def statement(item: AskedItem, figure: FigureView, language: Translator) -> Statement:
    """Return one statement with what its figure tells of it."""
    words = ITEM_WORDS.get((figure.item_words or {}).get(item.code, "")) if figure.shown else None
    buckets = (figure.bars or {}).get(item.code) if figure.shown else None
    return Statement(
        text=language.gettext(item.text),
        reversed=item.reversed,
        words=language.say(words) if words else "",
        bar=_bar(buckets, language) if buckets else None,
    )


def _bar(buckets: Sequence[int], language: Translator) -> Bar:
    """Return a bar from [unfavourable, neutral, favourable] or, joined, [not favourable, favourable]."""
    total = sum(buckets)
    tones = (
        ("against", "neither", "favour") if len(buckets) == PARTS_WITH_NEUTRAL else ("against", "favour")
    )
    favour = nearest(buckets[-1] / total * 100, BAR_STEP)
    widths = [nearest(count / total * 100, BAR_STEP) for count in buckets[:-1]]
    widths = [*widths[:-1], 100 - favour - sum(widths[:-1])]
    parts, start = [], 0
    for tone, width in reversed(list(zip(tones, [*widths, favour], strict=True))):
        parts.append((tone, start, max(width, 0)))
        start += max(width, 0)
    return Bar(parts, language.say("about {share} % in favour", share=favour))
