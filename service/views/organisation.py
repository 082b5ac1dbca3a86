"""How well the pulse measures, over the whole organisation: for HR, without any single team.

Words first: what a number means for reading the pages of teams. Which numbers exist is decided by what
the publications froze.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from integrations.language import Translator, mark
from surveys.questions.rules import DIMENSION_NAMES, SCALE_LABELS, place_of
from surveys.results.organisation import DimensionOverall, Overall
from surveys.results.rules.display import nearest
from surveys.results.rules.organisation import DimensionShape

WELL, ENOUGH = 0.8, 0.7  # alpha from which statements belong together well, and well enough
MOSTLY_CHANCE = 0.5  # ICC(2) under which a team's figure is mostly chance
HARDLY = 0.05  # ICC(1) under which teams hardly differ
EASY = 0.5  # points of difficulty that round to nothing

TOGETHER = (
    (WELL, mark("The statements belong together well.")),
    (ENOUGH, mark("The statements belong together well enough for the figures of groups.")),
    (-math.inf, mark("The statements belong together loosely: read this dimension with care.")),
)


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One statement: how hard it is, and how it was answered where enough teams took part."""

    code: str
    text: str
    difficulty: str
    shares: Sequence[tuple[str, str]]  # label of the point and per cent; empty where not shown


@dataclass(frozen=True, slots=True)
class DimensionPanel:
    """One dimension: sentences, then numbers with their names."""

    name: str
    title: str
    sentences: Sequence[str]
    numbers: Sequence[tuple[str, str]]
    items: Sequence[ItemRow]


@dataclass(frozen=True, slots=True)
class OrganisationView:
    """The whole page; without panels before the first pulse has closed."""

    wobble: str = ""
    panels: Sequence[DimensionPanel] = ()
    labels: Sequence[str] = ()


def organisation_view(found: Overall | None, language: Translator) -> OrganisationView:
    """Return the page."""
    if found is None:
        return OrganisationView()
    return OrganisationView(
        wobble=_wobble(found, language),
        panels=[
            _panel(one, found.texts, language)
            for one in sorted(found.dimensions, key=lambda one: place_of(one.dimension))
        ],
        labels=[language.say(label) for label in SCALE_LABELS],
    )


def _wobble(found: Overall, language: Translator) -> str:
    if not found.pairs:
        return language.say(
            "How far figures wobble from pulse to pulse is not known here yet; what is usual in teams of"
            " their size is assumed."
        )
    if found.noise_scale <= 1:
        return language.count(
            "From pulse to pulse, figures wobble no further than expected ({count} comparison).",
            "From pulse to pulse, figures wobble no further than expected ({count} comparisons).",
            found.pairs,
        )
    return language.count(
        "From pulse to pulse, figures wobble {times} times as far as expected ({count} comparison). The"
        " words about change allow for it.",
        "From pulse to pulse, figures wobble {times} times as far as expected ({count} comparisons). The"
        " words about change allow for it.",
        found.pairs,
        times=f"{math.sqrt(found.noise_scale):.1f}",
    )


def _panel(one: DimensionOverall, texts: Mapping[str, str], language: Translator) -> DimensionPanel:
    title = DIMENSION_NAMES.get(one.dimension)
    shares = {item.code: item.shares for item in one.shape.items} if one.shape else {}
    return DimensionPanel(
        name=one.dimension.lower(),
        title=language.say(title) if title else language.gettext(texts.get(one.dimension, one.dimension)),
        sentences=_sentences(one.shape, language) if one.shape else (),
        numbers=_numbers(one.shape, language) if one.shape else (),
        items=[
            ItemRow(
                code,
                language.gettext(texts.get(code, code)),
                _difficulty(delta, language),
                [
                    (language.say(label), f"{nearest(100 * share)} %")
                    for label, share in zip(SCALE_LABELS, shares.get(code, ()), strict=False)
                ],
            )
            for code, delta in sorted(one.difficulties.items())
        ],
    )


def _difficulty(delta: float, language: Translator) -> str:
    if not delta:
        return language.say("not known yet")
    if abs(delta) < EASY:
        return language.say("as high as the others")
    words = mark("about {points} higher") if delta > 0 else mark("about {points} lower")
    return language.say(words, points=nearest(abs(delta)))


def _sentences(shape: DimensionShape, language: Translator) -> list[str]:
    said = []
    if shape.alpha.value is not None:
        value = shape.alpha.value
        said.append(language.say(next(words for least, words in TOGETHER if value >= least)))
    said += [_between(shape, language), _agreement(shape, language)]
    return said


def _between(shape: DimensionShape, language: Translator) -> str:
    if shape.icc1 is None or shape.icc1 <= 0:
        return language.say("No difference between teams is detectable.")
    if shape.icc1 < HARDLY:
        return language.say("Teams hardly differ; almost all of a figure is its people and chance.")
    if shape.icc2 is not None and shape.icc2 < MOSTLY_CHANCE:
        return language.say(
            "Teams differ, but more than half of what one pulse shows between them is chance: it says"
            " nothing about which team is better."
        )
    return language.say("Teams differ, and one pulse shows it fairly well; it still makes no ranking.")


def _agreement(shape: DimensionShape, language: Translator) -> str:
    return language.say(
        "Within a team, answers lie {points} points of the scale from the team's mean, on average.",
        points=f"{shape.ad:.1f}",
    )


def _numbers(shape: DimensionShape, language: Translator) -> list[tuple[str, str]]:
    alpha = shape.alpha
    return [
        (language.say("Alpha"), _with_range(alpha.value, alpha.low, alpha.high, 95, language)),
        (language.say("Omega"), _omega(shape, language)),
        (language.say("ICC(1)"), _with_range(shape.icc1, shape.icc1_low, shape.icc1_high, 90, language)),
        (language.say("ICC(2)"), _number(shape.icc2)),
        (language.say("r_wg(j), against answers spread evenly"), _number(shape.rwg)),
        (language.say("r_wg(j), against answers that lean to agreement"), _number(shape.rwg_skewed)),
        (
            language.say("From"),
            language.say(
                "{teams} teams and {records} answers on {day}; pairs of statements for alpha: {pairs}",
                teams=shape.teams,
                records=shape.records,
                day=language.date(shape.occurrence, year=True),
                pairs=alpha.pairs,
            ),
        ),
    ]


def _omega(shape: DimensionShape, language: Translator) -> str:
    if shape.omega.value is not None:
        return _number(shape.omega.value)
    wanted = shape.alpha.items * (shape.alpha.items - 1) // 2
    if shape.alpha.pairs < wanted:
        return language.say(
            "not yet: {pairs} of {wanted} pairs of statements were asked together so far",
            pairs=shape.alpha.pairs,
            wanted=wanted,
        )
    return language.say("cannot be estimated from these answers")


def _with_range(
    value: float | None, low: float | None, high: float | None, level: int, language: Translator
) -> str:
    if value is None or low is None or high is None:
        return _number(value)
    return language.say(
        "{value}, between {low} and {high} ({level} %)",
        value=_number(value),
        low=_number(low),
        high=_number(high),
        level=level,
    )


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
