"""Time as the loop counts it: working time in a team's zone, and ends of days. Storage is not here.

A working day is 24 hours of a Monday to Friday in the team's zone. Notice before a date is counted in
elapsed hours instead, weekends included.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

SATURDAY = 5
DAY = timedelta(days=1)
SPEAKING_HOURS = (time(9), time(17))  # local; messages to leaders and teams fall within them


def local_date(instant: datetime, zone: str) -> date:
    """Return which day it is somewhere at an instant."""
    return instant.astimezone(ZoneInfo(zone)).date()


def end_of_day(day: date, zone: str) -> datetime:
    """Return the instant at which a local day is over, in UTC."""
    return _start(day + DAY, zone)


def working_time(start: datetime, end: datetime, zone: str) -> timedelta:
    """Return the elapsed time between two instants less Saturdays and Sundays; zero when end is first."""
    if end <= start:
        return timedelta()
    passed, day = end - start, local_date(start, zone)
    saturday = day + (SATURDAY - day.weekday()) * DAY  # of the week of `start`, which may be in its weekend
    while (begins := _start(saturday, zone)) < end:
        over = _start(saturday + 2 * DAY, zone)
        passed -= max(min(end, over) - max(start, begins), timedelta())
        saturday += 7 * DAY
    return passed


def after_working_time(start: datetime, wait: timedelta, zone: str) -> datetime:
    """Return the first instant at which `wait` of working time has passed since `start`, in UTC."""
    instant, day = start.astimezone(UTC), local_date(start, zone)
    while True:
        midnight = end_of_day(day, zone)
        if day.weekday() < SATURDAY:
            if instant + wait <= midnight:
                return instant + wait
            wait -= midnight - instant
        instant, day = midnight, day + DAY


def speaking_time(instant: datetime, zone: str) -> datetime:
    """Return an instant itself, or the next 09:00 of a Monday to Friday where it falls outside hours."""
    local = instant.astimezone(ZoneInfo(zone))
    day = local.date()
    if day.weekday() < SATURDAY and SPEAKING_HOURS[0] <= local.time() < SPEAKING_HOURS[1]:
        return instant.astimezone(UTC)
    if local.time() >= SPEAKING_HOURS[0]:
        day += DAY
    while day.weekday() >= SATURDAY:
        day += DAY
    return datetime.combine(day, SPEAKING_HOURS[0], ZoneInfo(zone)).astimezone(UTC)


def speaking_time_before(instant: datetime, zone: str) -> datetime:
    """Return the last 09:00 of a Monday to Friday at or before an instant, in UTC."""
    day = local_date(instant, zone)
    while True:
        morning = datetime.combine(day, SPEAKING_HOURS[0], ZoneInfo(zone)).astimezone(UTC)
        if day.weekday() < SATURDAY and morning <= instant:
            return morning
        day -= DAY


@lru_cache(maxsize=4096)
def _start(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)
