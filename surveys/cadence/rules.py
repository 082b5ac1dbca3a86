"""When a programme asks: local dates, quiet days, instants and the closing time. No database, no clock.

An occurrence is a local date. It becomes an instant only here, zone by zone, so that daylight saving can
neither double nor drop it. How one occurrence becomes a wave is decided by `wave_times`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol

from surveys.cadence.quiet_days import SATURDAY, Quiet, QuietDays
from surveys.zones import time_zone

Place = tuple[str, str | None]  # an IANA zone, and a country (ISO 3166-1 alpha-2) where it is known

LEAST_TO_ANSWER = timedelta(hours=24)
DAYS_BETWEEN_ASKING = 5  # a dimension is not asked of anyone again sooner
LONGEST_QUIET = 366  # days for which the next day to ask on is looked for
LAST_OF_MONTH = 5  # a programme that starts on a fifth weekday means the last one


class Interval(StrEnum):
    """How the next occurrence is found. *Cadence* is this interval, *cycle* is rotation's."""

    WEEKS = "weeks"  # every `every` weeks
    MONTHLY = "monthly"  # the n-th such weekday of a month, n as of the first occurrence
    QUARTERLY = "quarterly"  # the same, every third month


class Fate(StrEnum):
    """What the clock does with an occurrence."""

    WAITS = "waits"
    OPENS = "opens"  # on time, or late with at least 24 hours left
    MISSED = "missed"


class Timed(Protocol):
    """What a schedule reads of a programme."""

    @property
    def interval(self) -> str: ...  # noqa: D102 -- the fields are described at `Programme`
    @property
    def every(self) -> int: ...  # noqa: D102 -- as above
    @property
    def start_on(self) -> date: ...  # noqa: D102 -- as above
    @property
    def counts_from(self) -> date | None: ...  # noqa: D102 -- as above
    @property
    def weekday(self) -> int: ...  # noqa: D102 -- as above
    @property
    def local_time(self) -> time: ...  # noqa: D102 -- as above
    @property
    def window_hours(self) -> int: ...  # noqa: D102 -- as above
    @property
    def observe_holidays(self) -> bool: ...  # noqa: D102 -- as above
    @property
    def blackouts(self) -> Sequence[Sequence[str]]: ...  # noqa: D102 -- as above


@dataclass(frozen=True, slots=True)
class Schedule:
    """The timetable of a programme. `weekday` 0 is Monday; `counts_from` hides earlier occurrences."""

    interval: str
    every: int
    start_on: date
    weekday: int
    local_time: time
    window: timedelta
    quiet: QuietDays
    counts_from: date | None = None

    @classmethod
    def of(cls, programme: Timed) -> "Schedule":
        """Return the timetable of a programme or of the draft of one."""
        ranges = tuple(
            (date.fromisoformat(first), date.fromisoformat(last)) for first, last in programme.blackouts
        )
        return cls(
            interval=programme.interval,
            every=programme.every,
            start_on=programme.start_on,
            weekday=programme.weekday,
            local_time=programme.local_time,
            window=timedelta(hours=programme.window_hours),
            quiet=QuietDays(programme.observe_holidays, ranges, weekends=programme.weekday < SATURDAY),
            counts_from=programme.counts_from,
        )


@dataclass(frozen=True, slots=True)
class Shift:
    """A quiet day met by the members of one place, and the day on which they are asked in the end."""

    quiet_day: date
    why: Quiet
    asked_on: date  # the quiet day itself when every later day was too late


@dataclass(frozen=True, slots=True)
class WaveTimes:
    """The instants of one occurrence, in UTC.

    Attributes:
        opens_at: the earliest delivery.
        closes_at: the same instant for everyone. When the occurrence is not held it equals `opens_at`,
            so that `fate` says missed as soon as it is due.
        asks_at: the delivery of each place.
        shifts: what quiet days did, for the places they touched.
        held: False when quiet days left too little room before the next occurrence.
    """

    opens_at: datetime
    closes_at: datetime
    asks_at: Mapping[Place, datetime]
    shifts: Mapping[Place, Shift]
    held: bool


def occurrences(schedule: Schedule, *, after: date | None = None) -> Iterator[date]:
    """Yield the local dates of a programme for ever, oldest first, before quiet days shift anything.

    Args:
        schedule: the timetable. Its first occurrence is the first such weekday on or after `start_on`.
        after: only dates later than this one.
    """
    first = schedule.start_on + timedelta(days=(schedule.weekday - schedule.start_on.weekday()) % 7)
    bounds = [first]
    if after is not None:
        bounds.append(after + timedelta(days=1))
    if schedule.counts_from is not None:
        bounds.append(schedule.counts_from)
    earliest = max(bounds)
    if schedule.interval == Interval.WEEKS:
        step = timedelta(weeks=schedule.every)
        day = first - (first - earliest) // step * step  # floor of a negative: the first one not before
        while True:
            yield day
            day += step
    months = 3 if schedule.interval == Interval.QUARTERLY else 1
    nth = (first.day - 1) // 7 + 1
    index = first.year * 12 + first.month - 1
    while True:
        day = _nth_weekday(index // 12, index % 12 + 1, first.weekday(), nth)
        if day >= earliest:
            yield day
        index += months


def next_occurrence(schedule: Schedule, after: date | None, *, now: datetime) -> date:
    """Return the occurrence the clock has to look at next, which may be due, overdue or far ahead.

    Args:
        schedule: the timetable.
        after: the occurrence of the programme's latest wave, missed ones included. None when it never
            had one: then occurrences that are over by `now` anywhere on earth are passed over, because a
            programme that was not there yet has missed nothing.
        now: aware UTC.
    """
    dates = occurrences(schedule, after=after)
    if after is not None:
        return next(dates)
    margin = schedule.window + timedelta(days=2)  # a day for the zones, a day for the time of day
    return next(day for day in dates if datetime.combine(day, time(), UTC) + margin > now)


def on_one_day(schedule: Schedule, day: date) -> Schedule:
    """Return a timetable that asks on `day` as `schedule` would: same hour, window and quiet days."""
    return replace(
        schedule, interval=Interval.WEEKS, every=4, start_on=day, weekday=day.weekday(), counts_from=None
    )


def instant(day: date, at: time, zone: str) -> datetime:
    """Return when the clocks of `zone` show `at` on `day`, as aware UTC.

    In the hour that is repeated in autumn this is its first passing; a time that spring leaves out gives
    the first instant after the gap.
    """
    place = time_zone(zone)
    early = datetime.combine(day, at, place)
    late = early.replace(fold=1)
    first, second = early.astimezone(UTC), late.astimezone(UTC)
    if first <= second:
        return first
    # A gap: read with the offset before it the time lies after the change, and the other way round.
    after = late.utcoffset()
    low, high = int(second.timestamp()), int(first.timestamp())
    while low < high:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, place).utcoffset() == after:
            high = middle
        else:
            low = middle + 1
    return datetime.fromtimestamp(high, UTC)


def wave_times(schedule: Schedule, occurrence: date, places: Collection[Place]) -> WaveTimes:
    """Return when each place is asked on one occurrence, and the one instant at which the wave closes.

    1. *The day of the wave* is the occurrence, or the first later day that is not quiet for everyone.
       An occurrence inside the whole organisation's quiet days moves as a whole.
    2. *The close* is the last delivery on that day, over all places, plus the window; it is not moved by
       those who are asked later, and never passes the opening of the next occurrence.
    3. A place for which the day is quiet is asked on its next day that is not, at the same local time,
       if that leaves 24 hours before the close and 5 days before the next occurrence; else on the day.
    4. *The opening* is the earliest delivery.

    An occurrence is not held when step 1 brought it within 5 days of the next one, or the close within
    24 hours of its last delivery: nobody is asked twice in a row because of a holiday.

    The work grows with the number of places, of which a hundred thousand people have a few dozen.

    Args:
        schedule: the timetable.
        occurrence: one of its local dates.
        places: the distinct zones and countries of those who are asked; at least one.
    """
    countries = {country for _, country in places}
    following = next(occurrences(schedule, after=occurrence))
    found = _day_of_wave(schedule, occurrence, following, countries)
    day = found or occurrence
    horizon = following + timedelta(days=LONGEST_QUIET)
    day_after = _day_of_wave(schedule, following, horizon, countries) or horizon
    deliveries = {place: instant(day, schedule.local_time, place[0]) for place in places}
    next_opening = min(instant(day_after, schedule.local_time, zone) for zone, _ in places)
    last = max(deliveries.values())
    closes_at = min(last + schedule.window, next_opening)
    last_day = day_after - timedelta(days=DAYS_BETWEEN_ASKING)
    held = found is not None and day <= last_day and closes_at - last >= LEAST_TO_ANSWER
    shifts: dict[Place, Shift] = {}
    for place in places:
        zone, country = place
        why = schedule.quiet.why(occurrence, country)
        asked_on = _next_open_day(schedule.quiet, day, last_day, country)
        if asked_on is not None and asked_on != day:
            at = instant(asked_on, schedule.local_time, zone)
            if at <= closes_at - LEAST_TO_ANSWER:
                deliveries[place] = at
            else:
                asked_on = day
        if why is not None:
            shifts[place] = Shift(occurrence, why, asked_on or day)
    if not held:
        at = min(instant(occurrence, schedule.local_time, zone) for zone, _ in places)
        return WaveTimes(at, at, deliveries, shifts, held=False)
    return WaveTimes(min(deliveries.values()), closes_at, deliveries, shifts, held=True)


def fate(opens_at: datetime, closes_at: datetime, now: datetime) -> Fate:
    """Return what to do with an occurrence at `now`: an outage may open it late, or cost it altogether.

    Late means that everyone is asked at once; with less than 24 hours left it is recorded as missed.
    """
    if now < opens_at:
        return Fate.WAITS
    return Fate.OPENS if closes_at - now >= LEAST_TO_ANSWER else Fate.MISSED


def minimum_in_force(organisation: int, programme: int | None) -> int:
    """Return k of a programme: the organisation's minimum group, which the programme may only raise."""
    return max(organisation, programme or 0)


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    day = first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
    return day if day.month == month else day - timedelta(weeks=1)


def _day_of_wave(
    schedule: Schedule, occurrence: date, before: date, countries: Collection[str | None]
) -> date | None:
    """Return the first day from `occurrence` on which somebody can be asked, if one comes `before`."""
    days = (occurrence + timedelta(days=step) for step in range((before - occurrence).days))
    return next(
        (day for day in days if any(schedule.quiet.why(day, country) is None for country in countries)),
        None,
    )


def _next_open_day(quiet: QuietDays, day: date, last_day: date, country: str | None) -> date | None:
    while day <= last_day:
        if quiet.why(day, country) is None:
            return day
        day += timedelta(days=1)
    return None
