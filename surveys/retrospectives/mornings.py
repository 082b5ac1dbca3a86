"""When a step of a board over days ends: in everybody's own morning, and for all with the last of these.

Pure. A day counts where somebody is: not Saturdays, not Sundays, not public holidays of their country.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from surveys.cadence.quiet_days import QuietDays
from surveys.zones import time_zone

Where = tuple[str, str | None]  # IANA zone, ISO 3166-1 alpha-2 country for its public holidays
MORNING = time(10, 0)
EVENING = time(17, 0)  # a step that begins after it begins on the next day there
A_DAY = timedelta(days=1)
QUIET = QuietDays(holidays=True)


def end_of_step(start: datetime, days: int, where: Iterable[Where]) -> datetime:
    """Return when a step that lasts `days` working days has ended for everybody.

    Each person has until their own morning after so many working days of theirs; the last one's counts.

    Args:
        start: when it begins, aware.
        days: 1 or more.
        where: where those who take part are; without anybody it is `days` times 24 hours.
    """
    return max((_morning_after(start, days, each) for each in where), default=start + days * A_DAY)


def own_morning(ends_at: datetime, where: Where) -> datetime:
    """Return until when somebody has for a step: their last working morning before it ends for all."""
    zone = time_zone(where[0])
    day = ends_at.astimezone(zone).date()
    while not _works(day, where) or datetime.combine(day, MORNING, zone) > ends_at:
        day -= A_DAY
    return datetime.combine(day, MORNING, zone).astimezone(ends_at.tzinfo)


def _morning_after(start: datetime, days: int, where: Where) -> datetime:
    zone = time_zone(where[0])
    there = start.astimezone(zone)
    day, left = there.date(), days + (there.time() >= EVENING and _works(there.date(), where))
    while left:
        day += A_DAY
        left -= _works(day, where)
    return datetime.combine(day, MORNING, zone).astimezone(start.tzinfo)


def _works(day: date, where: Where) -> bool:
    return QUIET.why(day, where[1]) is None
