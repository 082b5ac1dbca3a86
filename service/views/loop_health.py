"""How the loop does over all teams, as strips of unnamed dots. Ten teams or nothing.

The page and its table are made from the same sentences, so that neither says more than the other.
"""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from integrations.language import Translator
from service.views.follow_through import MANY_WITHDRAWN
from surveys.commitments.loop import Days, FollowThrough, LoopHealth
from surveys.commitments.rates import Wait, middle_wait
from surveys.commitments.rules import Rate

LONGEST = 15.0  # working days; what took longer stands at the end of the strip
LEFT, WIDTH = 2.5, 95.0  # per cent of the drawing's width, so that its text keeps its size on a phone
BINS = 2  # a working day; dots of one bin stand on each other
DOT, GAP, FOOT = 5, 2, 34  # pixels: the radius, between dots, and the room under the line
TICKS = (0, 3, 5, 10, 15)
GRACE = 3  # working days until a clock becomes public
MOST_ROWS = 40  # dots on each other; with more teams one dot stands for several
TENTHS = 10  # of a working day


@dataclass(frozen=True, slots=True)
class Dot:
    """One team, or several at the same place, without a name: `x` in per cent, `y` in pixels."""

    x: float
    y: int
    over: bool = True


@dataclass(frozen=True, slots=True)
class Strip:
    """Dots over working days, with the same in sentences. `floor` is where the line is."""

    title: str
    sentence: str
    dots: Sequence[Dot]
    ticks: Sequence[tuple[float, str]]
    description: str
    floor: int
    counts: Sequence[tuple[str, int]]  # as a table: how long, and in how many teams

    @property
    def height(self) -> int:
        """Of the drawing, in pixels."""
        return self.floor + FOOT


@dataclass(frozen=True, slots=True)
class HealthPage:
    """Everything the page says, in its order. `nothing_yet` stands alone where there are too few teams."""

    counted: str
    nothing_yet: str
    lead: Sequence[str] = ()
    strips: Sequence[Strip] = ()
    confirmed: str = ""
    facts: Sequence[tuple[str, str]] = ()
    caution: str = ""


def health_page(
    found: tuple[LoopHealth, datetime] | None, language: Translator, *, zone: str
) -> HealthPage:
    """Return the page of what was counted last; before the first count it says when there will be one."""
    say = language.say
    if found is None:
        return HealthPage("", say("Counted once a day. The first count is not there yet."))
    health, counted_at = found
    counted = say("As counted on {day}; it is counted once a day.", day=language.day(counted_at, zone))
    if not health.enough:
        return HealthPage(counted, say("Not shown here yet: fewer than ten teams have results."))
    became = health.follow_through
    return HealthPage(
        counted=counted,
        nothing_yet="",
        lead=[
            say("{teams} teams had results in the last 90 days.", teams=health.teams),
            language.count(
                "In {count} of them results wait to be shared, for more than three working days now.",
                "In {count} of them results wait to be shared, for more than three working days now.",
                health.waiting_to_share or 0,
            ),
        ],
        strips=strips(health, language),
        confirmed=_headline(became, language),
        facts=facts(health, language),
        caution=say(MANY_WITHDRAWN) if became is not None and became.many_withdrawn else "",
    )


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
    topics = (
        (say("Topics acknowledged within a working day"), health.acknowledged),
        (say("Topics that came to an end within 30 days"), health.closed_30),
        (say("Topics that came to an end within 90 days"), health.closed_90),
    )
    if known is None:
        return _in_words(topics, language)
    kept = ((say("Kept by their dates"), known.by_dates), (say("Kept by the first date"), known.strict))
    found = _in_words((*kept, *topics), language)
    if known.mean_days is not None:
        days = language.count("{count} day", "{count} days", round(known.mean_days))
        found.append((say("From promise to first date, on average"), days))
    return [
        *found,
        (say("Moved"), say("{count} of {of}", count=known.moved, of=known.ended)),
        (say("Withdrawn"), say("{count} of {of}", count=known.withdrawn, of=known.ended)),
        (say("Could not be decided"), str(known.undecided)),
    ]


def as_csv(page: HealthPage, language: Translator) -> str:
    """Return what the page says as comma-separated values: one thing a line, no team."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([language.say("What"), language.say("Value")])
    writer.writerows([line, ""] for line in (page.nothing_yet, *page.lead, page.counted) if line)
    for strip in page.strips:
        writer.writerow([strip.title, strip.sentence])
        writer.writerows([f"{strip.title}: {how_long}", count] for how_long, count in strip.counts)
    writer.writerows([line, ""] for line in (page.confirmed, page.caution) if line)
    writer.writerows(page.facts)
    return text.getvalue()


def _headline(became: FollowThrough | None, language: Translator) -> str:
    if became is None:
        return language.say("Not shown here yet: promises of fewer than ten teams came to an end.")
    rate = rate_in_words(became.confirmed, language)
    if rate is None:
        return language.say("The teams have not decided on any promise yet.")
    return language.say("The teams say of the promises they decided on that {rate} were kept.", rate=rate)


def _in_words(rates: Sequence[tuple[str, Rate | None]], language: Translator) -> list[tuple[str, str]]:
    return [(term, words) for term, rate in rates if (words := rate_in_words(rate, language))]


def _strip(title: str, days: Sequence[Days], language: Translator) -> Strip:
    bins = _binned(days)
    at_each = Counter[int]()
    for (place, _), count in bins.items():
        at_each[place] += count
    each = -(-max(at_each.values()) // MOST_ROWS)  # teams a dot
    heights, dots = Counter[int](), []
    rows = max(sum(-(-bins[place, over] // each) for over in (True, False)) for place in at_each)
    floor = rows * (2 * DOT + GAP) + DOT
    for (place, over), count in sorted(bins.items(), key=lambda one: (one[0][0], not one[0][1])):
        for _ in range(-(-count // each)):
            y = floor - GAP - DOT - heights[place] * (2 * DOT + GAP)
            dots.append(Dot(_x(place / BINS), y, over))
            heights[place] += 1
    ticks = [(_x(day), f"{day}+" if day == LONGEST else str(day)) for day in TICKS]
    return Strip(
        title,
        _sentence(days, language),
        dots,
        ticks,
        _legend(each, language),
        floor,
        _counts(days, language),
    )


def _binned(days: Sequence[Days]) -> Counter[tuple[int, bool]]:
    """Return how many teams stand in each half day, those that still wait by themselves."""
    bins = Counter[tuple[int, bool]]()
    for one in days:
        bins[round(min(one.days, LONGEST) * BINS), one.over] += one.teams
    return bins


def _sentence(days: Sequence[Days], language: Translator) -> str:
    say = language.say
    quick = sum(one.teams for one in days if one.over and one.days <= GRACE)
    start = say(
        "In {quick} of {teams} teams it took at most {grace} working days.",
        quick=quick,
        teams=sum(one.teams for one in days),
        grace=GRACE,
    )
    middle = middle_wait(Wait(timedelta(days=one.days), one.over, one.teams) for one in days)
    if middle is None:
        return start
    whole = round(middle.passed / timedelta(days=1))
    time = say("one working day") if whole <= 1 else say("{days} working days", days=whole)
    half = (
        say("Half of all teams needed no more than {time}.", time=time)
        if middle.over
        else say("Half of all teams need more than {time}.", time=time)
    )
    return f"{start} {half}"


def _legend(each: int, language: Translator) -> str:
    one = (
        language.say("One dot a team: the middle of its pulses, in working days; 15+ is fifteen or more.")
        if each == 1
        else language.say(
            "One dot stands for up to {count} teams: the middle of the pulses of each, in working days; "
            "15+ is fifteen or more.",
            count=each,
        )
    )
    return f"{one} {language.say('A ring still waits: its time is longer than where it stands.')}"


def _counts(days: Sequence[Days], language: Translator) -> list[tuple[str, int]]:
    """Return how many teams stand in each half day, said as the strip draws it."""
    bins = {(place, not over): count for (place, over), count in _binned(days).items()}
    found = []
    for (place, waiting), count in sorted(bins.items()):
        length = language.number(round(place / BINS * TENTHS) / TENTHS)
        said = (
            language.say("longer than {days} working days so far", days=length)
            if waiting
            else language.say("about {days} working days", days=length)
        )
        found.append((said, count))
    return found


def _x(days: float) -> float:
    return round(LEFT + days / LONGEST * WIDTH, 2)
