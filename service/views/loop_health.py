"""How the loop does over all teams, as strips of unnamed dots. Ten teams or nothing."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from integrations.language import Translator
from surveys.commitments.loop import LoopHealth
from surveys.commitments.rules import Rate

LONGEST = 15.0  # working days; what took longer stands at the end of the strip
LEFT, WIDTH = 2.5, 95.0  # per cent of the drawing's width, so that its text keeps its size on a phone
BINS = 2  # a working day; dots of one bin stand on each other
DOT, GAP, FOOT = 5, 2, 34  # pixels: the radius, between dots, and the room under the line
TICKS = (0, 3, 5, 10, 15)
GRACE = 3  # working days until a clock becomes public


@dataclass(frozen=True, slots=True)
class Dot:
    """One team, without its name: `x` in per cent of the width, `y` in pixels."""

    x: float
    y: int


@dataclass(frozen=True, slots=True)
class Strip:
    """One dot a team over working days, with the same in a sentence. `floor` is where the line is."""

    title: str
    sentence: str
    dots: Sequence[Dot]
    ticks: Sequence[tuple[float, str]]
    description: str
    floor: int

    @property
    def height(self) -> int:
        """Of the drawing, in pixels."""
        return self.floor + FOOT


def strips(health: LoopHealth, language: Translator) -> list[Strip]:
    """Return the strips there are enough teams for."""
    drawn = [
        (language.say("Until results were shared with the team"), health.days_to_share),
        (language.say("Until the leader said by when an answer comes"), health.days_to_acknowledge),
    ]
    return [_strip(title, days, language) for title, days in drawn if days]


def rate_in_words(rate: Rate | None, language: Translator) -> str | None:
    """Return a rate as people say it: "3 of 4" below five, per cent from there on."""
    if rate is None:
        return None
    if rate.share is None:
        return language.say("{hits} of {of}", hits=rate.hits, of=rate.of)
    return language.say("{percent} % of {of}", percent=round(rate.share * 100), of=rate.of)


def facts(health: LoopHealth, language: Translator) -> list[tuple[str, str]]:
    """Return what is known over all teams together, as terms and values; what is not is left out."""
    say, known = language.say, health.follow_through
    rates = (
        (say("Kept by their dates"), known.by_dates),
        (say("Kept by the first date"), known.strict),
        (say("Topics acknowledged within a working day"), health.acknowledged),
        (say("Topics that came to an end within 30 days"), health.closed_30),
        (say("Topics that came to an end within 90 days"), health.closed_90),
    )
    found = [(term, words) for term, rate in rates if (words := rate_in_words(rate, language))]
    if known.mean_days is not None:
        days = language.count("{count} day", "{count} days", round(known.mean_days))
        found.append((say("From promise to first date, on average"), days))
    return [
        *found,
        (say("Moved"), str(known.moved)),
        (say("Withdrawn"), say("{count} of {of}", count=known.withdrawn, of=known.ended)),
        (say("Could not be decided"), str(known.undecided)),
    ]


def as_csv(health: LoopHealth, language: Translator) -> str:
    """Return what the page shows as comma-separated values: one fact a line, one dot a line, no team.

    Under ten teams it holds the sentence of the page and nothing else.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([language.say("What"), language.say("Value")])
    if not health.enough:
        writer.writerow([language.say("Not shown here yet: fewer than ten teams have results."), ""])
        return text.getvalue()
    writer.writerow([language.say("Teams with results in the last 90 days"), health.teams])
    confirmed = rate_in_words(health.follow_through.confirmed, language)
    writer.writerow([language.say("Confirmed by their teams"), confirmed or ""])
    writer.writerows(facts(health, language))
    for strip, days in (
        (language.say("Working days until results were shared"), health.days_to_share),
        (language.say("Working days until an answer was announced"), health.days_to_acknowledge),
    ):
        writer.writerows([strip, value] for value in days)
    return text.getvalue()


def _strip(title: str, days: Sequence[float], language: Translator) -> Strip:
    bins = [round(min(value, LONGEST) * BINS) for value in days]
    floor = max(Counter(bins).values()) * (2 * DOT + GAP) + DOT
    heights: Counter[int] = Counter()
    dots = []
    for place in bins:
        dots.append(Dot(_x(place / BINS), floor - GAP - DOT - heights[place] * (2 * DOT + GAP)))
        heights[place] += 1
    quick = sum(value <= GRACE for value in days)
    middle = sorted(days)[len(days) // 2]
    sentence = language.say(
        "In {quick} of {teams} teams it took at most {grace} working days; half of them needed no more "
        "than {middle}.",
        quick=quick,
        teams=len(days),
        grace=GRACE,
        middle=language.say("one day") if middle <= 1 else language.say("{days} days", days=round(middle)),
    )
    ticks = [(_x(day), f"{day}+" if day == LONGEST else str(day)) for day in TICKS]
    description = language.say("One dot a team, by working days; 15+ is fifteen or more.")
    return Strip(title, sentence, dots, ticks, description, floor)


def _x(days: float) -> float:
    return round(LEFT + days / LONGEST * WIDTH, 2)
