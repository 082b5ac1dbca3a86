"""Time as the loop counts it: working time in a team's zone, and ends of days. Storage is not here.

A working day is 24 hours of a Monday to Friday in the team's zone that is no public holiday of its
country. While a leader is away every clock stands still. Notice before a date is counted in elapsed hours
instead, weekends included.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from surveys.cadence.quiet_days import SATURDAY, QuietDays, public_holidays
from surveys.zones import local_date, time_zone

DAY = timedelta(days=1)
DAYS_OFF = QuietDays(holidays=True)  # weekends, and the holidays of a country
SPEAKING_HOURS = (time(9), time(17))  # local; messages to leaders and teams fall within them


def end_of_day(day: date, zone: str) -> datetime:
    """Return the instant at which a local day is over, in UTC."""
    return _start(day + DAY, zone)


Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Rest:
    """When the clocks of a team stand still besides weekends.

    Attributes:
        country: whose public holidays do not count; None where there is none.
        away: spans in which whoever leads is away, in any order.
    """

    country: str | None = None
    away: tuple[Span, ...] = ()


NO_REST = Rest()


def working_time(start: datetime, end: datetime, zone: str, rest: Rest = NO_REST) -> timedelta:
    """Return the elapsed time less weekends, holidays and time away; zero when the end comes first."""
    passed = _weekdays(start, end, zone, rest.country)
    for since, until in merged(rest.away):
        passed -= _weekdays(max(start, since), min(end, until), zone, rest.country)
    return passed


def _weekdays(start: datetime, end: datetime, zone: str, country: str | None) -> timedelta:
    if end <= start:
        return timedelta()
    passed = end - start
    # The weekend around a New Year belongs to the year of its Saturday, which is that of the day before.
    for year in range((local_date(start, zone) - DAY).year, local_date(end, zone).year + 1):
        days, together = _days_off(year, zone, country)
        if start <= days[0][0] and days[-1][1] <= end:
            passed -= together
            continue
        for begins, over in days:
            if begins < end and start < over:
                passed -= min(end, over) - max(start, begins)
    return passed


@lru_cache(maxsize=1024)
def _days_off(year: int, zone: str, country: str | None) -> tuple[tuple[Span, ...], timedelta]:
    """Return the weekends and holidays of a year in order, and how long they are together."""
    first = date(year, 1, 1)
    saturday = first + (SATURDAY - first.weekday()) % 7 * DAY
    found = []
    while saturday.year == year:
        found.append((_start(saturday, zone), _start(saturday + 2 * DAY, zone)))
        saturday += 7 * DAY
    found += [
        (_start(holiday, zone), _start(holiday + DAY, zone))
        for holiday in (public_holidays(country, year) if country is not None else ())
        if holiday.weekday() < SATURDAY
    ]
    return tuple(sorted(found)), sum((over - begins for begins, over in found), timedelta())


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return spans in order, those that touch or overlap as one, empty ones left out."""
    found: list[Span] = []
    for since, until in sorted(spans):
        if until <= since:
            continue
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        else:
            found.append((since, until))
    return found


def both(one: Iterable[Span], other: Iterable[Span]) -> list[Span]:
    """Return when spans of both kinds hold at once."""
    others = merged(other)
    return [
        (max(a[0], b[0]), min(a[1], b[1]))
        for a in merged(one)
        for b in others
        if max(a[0], b[0]) < min(a[1], b[1])
    ]


def stopped(deadline: datetime, since: datetime | None, away: Sequence[Span]) -> datetime:
    """Return a deadline whose clock, running from `since`, stood still while its owner was away."""
    if since is None:
        return deadline
    for begins, until in merged(away):
        begins = max(begins, since)  # noqa: PLW2901 -- what came before the clock began does not count
        if begins < deadline and until > begins:
            deadline += until - begins
    return deadline


def after_working_time(start: datetime, wait: timedelta, zone: str, rest: Rest = NO_REST) -> datetime:
    """Return the first instant at which `wait` of working time has passed since `start`, in UTC."""
    end = start.astimezone(UTC) + wait
    # Each round leaves a stretch of rest and adds what is still missing, which never oversteps.
    while missing := wait - working_time(start, end, zone, rest):
        end = _goes_on(end, zone, rest) + missing
    return end


def _goes_on(instant: datetime, zone: str, rest: Rest) -> datetime:
    """Return an instant itself, or where the day off or the time away ends that it falls into."""
    day = local_date(instant, zone)
    ends = [until for since, until in rest.away if since <= instant < until]
    if DAYS_OFF.why(day, rest.country):
        ends.append(end_of_day(day, zone))
    return max(ends, default=instant)


def begins_week(day: date, country: str | None) -> bool:
    """Return whether a day is the first working day of its week where somebody is."""
    monday = day - day.weekday() * DAY
    week = [monday + number * DAY for number in range(SATURDAY)]
    return day == next((one for one in week if not DAYS_OFF.why(one, country)), None)


def speaking_time(instant: datetime, zone: str, country: str | None = None) -> datetime:
    """Return an instant itself, or the next 09:00 of a working day there where it falls outside hours."""
    local = instant.astimezone(time_zone(zone))
    day = local.date()
    if not DAYS_OFF.why(day, country) and SPEAKING_HOURS[0] <= local.time() < SPEAKING_HOURS[1]:
        return instant.astimezone(UTC)
    if local.time() >= SPEAKING_HOURS[0]:
        day += DAY
    while DAYS_OFF.why(day, country):
        day += DAY
    return datetime.combine(day, SPEAKING_HOURS[0], time_zone(zone)).astimezone(UTC)


def speaking_time_before(instant: datetime, zone: str) -> datetime:
    """Return the last 09:00 of a Monday to Friday at or before an instant, in UTC."""
    day = local_date(instant, zone)
    while True:
        morning = datetime.combine(day, SPEAKING_HOURS[0], time_zone(zone)).astimezone(UTC)
        if day.weekday() < SATURDAY and morning <= instant:
            return morning
        day -= DAY


@lru_cache(maxsize=4096)
def _start(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, time_zone(zone)).astimezone(UTC)
