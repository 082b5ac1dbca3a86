"""Programmes and their coming dates in words, for the page and the shell alike. No query is here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from babel import Locale

from integrations.language import Translator, mark
from surveys.cadence.drafts import ProgrammeDraft
from surveys.cadence.models import Programme
from surveys.cadence.queries import PlaceTime, PreviewRow
from surveys.cadence.quiet_days import Quiet
from surveys.cadence.rules import LAST_OF_MONTH, Interval, Shift
from surveys.waves.models import Turnout, Wave, WaveState
from surveys.waves.rules import TURNOUT_ENDS
from surveys.zones import local_date, time_zone

WITH_ARTICLE = frozenset({"AE", "BS", "CD", "DO", "GB", "GM", "MV", "NL", "PH", "US"})  # "the Netherlands"
HOURS_A_DAY = 24
ORDINALS = (mark("first"), mark("second"), mark("third"), mark("fourth"), mark("last"))
CLOSES = mark("Closes everywhere on {moment} ({zone}).")
CLOSES_FOR_YOU = mark("Closes everywhere on {moment}, your time.")
PULSES = {
    "default": mark("6 statements, two of each core dimension"),
    "light": mark("4 statements, one of each core dimension and one optional"),
    "quarterly": mark("12 statements, four of each core dimension"),
}


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """One zone's part of an occurrence."""

    label: str  # "Europe/Berlin, Germany"
    city: str  # "Berlin, Germany"
    people: str  # "24 people"
    when: str  # "Tuesday 1 December, 10:00"
    short: str  # the same without a date that stands above it already
    note: str  # what a quiet day did, or empty


@dataclass(frozen=True, slots=True)
class Coming:
    """One coming occurrence, ready to be read."""

    title: str  # "Tuesday 1 December 2026"
    iso: str
    close: str  # "Closes everywhere on Wednesday 9 December, 10:00, your time."
    note: str  # why it is not held, or empty
    places: list[PlaceLine]


def weekday_name(language: Translator, weekday: int) -> str:
    """Return "Monday" for 0."""
    return str(language.locale.days["format"]["wide"][weekday])


def asks(language: Translator, programme: Programme) -> str:
    """Return what a programme asks: its statements, and whether an open question follows."""
    statements = language.say(PULSES[programme.pulse])
    if not programme.open_question:
        return statements
    return language.say("{statements}; then one open question", statements=statements)


def turnout(language: Translator, counted: Turnout) -> str:
    """Return how many have answered so far, as counted once on a day, over everybody who is asked."""
    day, percent = language.date(counted.day), counted.percent
    if percent <= TURNOUT_ENDS[0]:
        return language.say("Answered by {day}: {percent}\u00a0% or fewer.", day=day, percent=percent)
    if percent >= TURNOUT_ENDS[1]:
        return language.say("Answered by {day}: {percent}\u00a0% or more.", day=day, percent=percent)
    return language.say("Answered by {day}: about {percent}\u00a0%.", day=day, percent=percent)


def rhythm(language: Translator, draft: Programme | ProgrammeDraft) -> str:
    """Return how often a programme asks: "Every 4 weeks on Tuesday, 10:00 where each person is"."""
    values = {
        "day": weekday_name(language, draft.weekday),
        "time": language.time(draft.local_time),
    }
    if draft.interval == Interval.WEEKS:
        return language.count(
            "Every week on {day}, {time} where each person is",
            "Every {count} weeks on {day}, {time} where each person is",
            draft.every,
            **values,
        )
    first = draft.start_on + timedelta(days=(draft.weekday - draft.start_on.weekday()) % 7)
    nth = min((first.day - 1) // 7 + 1, LAST_OF_MONTH)
    values["nth"] = language.say(ORDINALS[nth - 1])
    if draft.interval == Interval.MONTHLY:
        return language.say("The {nth} {day} of each month, {time} where each person is", **values)
    return language.say("The {nth} {day} of every third month, {time} where each person is", **values)


def window(language: Translator, hours: int) -> str:
    """Return how long there is to answer: "8 days", or hours where they are no whole days."""
    if hours % HOURS_A_DAY:
        return language.count("{count} hour", "{count} hours", hours)
    return language.count("{count} day", "{count} days", hours // HOURS_A_DAY)


def audience(language: Translator, names: Sequence[str]) -> str:
    """Return who is asked: "Everybody", or the names of the teams."""
    return language.listing([*names]) if names else language.say("Everybody")


def coming(
    language: Translator, rows: Sequence[PreviewRow], *, zone: str, now: datetime, own_clock: bool = False
) -> list[Coming]:
    """Return the coming occurrences in words.

    Args:
        language: the reader's.
        rows: what the preview found.
        zone: on whose clock closing times are shown.
        now: aware UTC; dates of another year are shown with it.
        own_clock: whether the zone is the reader's own, so that it need not be named.
    """
    closes = CLOSES_FOR_YOU if own_clock else CLOSES
    return [_coming(language, row, zone, now, closes) for row in rows]


def advice(language: Translator, *, small_units: int) -> list[str]:
    """Return what HR should know before keeping a programme; none of it forbids anything."""
    if not small_units:
        return []
    return [
        language.count(
            "{count} unit asks fewer than 8 people. It takes part at most every two weeks, "
            "so that nobody is asked too often.",
            "{count} units ask fewer than 8 people each. They take part at most every two weeks, "
            "so that nobody is asked too often.",
            small_units,
        )
    ]


def as_json(programme: Programme) -> dict[str, Any]:
    """Return a programme for machines, in the words of its columns."""
    return {
        "id": str(programme.id),
        "name": programme.name,
        "audience": programme.audience,
        "pulse": str(programme.pulse),
        "interval": str(programme.interval),
        "every": programme.every,
        "start_on": programme.start_on.isoformat(),
        "weekday": programme.weekday,
        "local_time": programme.local_time.isoformat("minutes"),
        "window_hours": programme.window_hours,
        "reminders": programme.reminders,
        "remind": str(programme.remind),
        "observe_holidays": programme.observe_holidays,
        "open_question": programme.open_question,
        "blackouts": programme.blackouts,
        "minimum_group": programme.minimum_group,
        "head_start_days": programme.head_start_days,
        "optional_dimensions": programme.optional_dimensions,
        "struck_items": programme.struck_items,
        "own_items": programme.own_items,
        "paused": programme.paused_at is not None,
    }


def row_as_json(row: PreviewRow) -> dict[str, Any]:
    """Return one coming occurrence for machines; local instants carry their offset."""
    return {
        "occurrence": row.occurrence.isoformat(),
        "held": row.held,
        "opens_at": row.opens_at.isoformat(),
        "closes_at": row.closes_at.isoformat() if row.held else None,
        "zones": [_place_as_json(place) for place in row.zones],
    }


def _coming(language: Translator, row: PreviewRow, zone: str, now: datetime, closes: str) -> Coming:
    day = row.occurrence
    if row.held:
        # Where quiet days moved everybody, the day that matters is the one on which the first are asked.
        day = min(local_date(place.asks_at, place.zone) for place in row.zones)
        close = language.say(closes, moment=language.moment(row.closes_at, zone), zone=zone)
        note = ""
    else:
        close = ""
        note = language.say("Not asked: quiet days push it against the next one.")
    return Coming(
        title=language.date(day, year=day.year != now.astimezone(time_zone(zone)).year),
        iso=row.occurrence.isoformat(),
        close=close,
        note=note,
        places=[_line(language, place, day) for place in row.zones] if row.held else [],
    )


def _line(language: Translator, place: PlaceTime, day: date) -> PlaceLine:
    city = place.zone.rpartition("/")[2].replace("_", " ")
    local = place.asks_at.astimezone(time_zone(place.zone))
    when = language.moment(place.asks_at, place.zone)
    country = _country(language.locale, place.country)
    return PlaceLine(
        label=", ".join(part for part in (place.zone, country) if part),
        city=", ".join(part for part in (city, country) if part),
        people=language.count("{count} person", "{count} people", place.people),
        when=when,
        short=language.time(local) if local.date() == day else when,
        note=_shift(language, place.shift, place.country) if place.shift else "",
    )


def _shift(language: Translator, shift: Shift, country: str | None) -> str:
    values = {"day": language.date(shift.quiet_day), "country": _in_country(language.locale, country)}
    moved = shift.asked_on != shift.quiet_day
    sentences = {
        (Quiet.HOLIDAY, True): mark("Moved from {day}, a public holiday in {country}."),
        (Quiet.BLACKOUT, True): mark("Moved from {day}, one of your quiet days."),
        (Quiet.WEEKEND, True): mark("Moved from {day}, a weekend."),
        (Quiet.HOLIDAY, False): mark(
            "A public holiday in {country}, but any later day would leave less than 24 hours to answer."
        ),
    }
    return language.say(sentences.get((shift.why, moved), sentences[Quiet.HOLIDAY, False]), **values)


def _country(locale: Locale, country: str | None) -> str:
    return str(locale.territories.get(country, country)) if country else ""


def _in_country(locale: Locale, country: str | None) -> str:
    name = _country(locale, country)
    return f"the {name}" if locale.language == "en" and country in WITH_ARTICLE else name


def _place_as_json(place: PlaceTime) -> dict[str, Any]:
    shift = place.shift
    return {
        "zone": place.zone,
        "country": place.country,
        "people": place.people,
        "asks_at": place.asks_at.astimezone(time_zone(place.zone)).isoformat(),
        "quiet": None
        if shift is None
        else {
            "day": shift.quiet_day.isoformat(),
            "why": str(shift.why),
            "asked_on": shift.asked_on.isoformat(),
        },
    }


def missed(language: Translator, newest: Wave | None) -> str:
    """Return what is said of a programme whose newest date passed unasked; else nothing."""
    if newest is None or newest.state is not WaveState.MISSED:
        return ""
    return language.say(
        "On {day} nobody was asked: Kept was not running, there was nobody to ask, or everybody had just"
        " been asked in another pulse. It is not made up for.",
        day=language.date(newest.occurrence),
    )
