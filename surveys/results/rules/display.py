"""How exactly a number may be said, and from when on people may read it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

WHOLE_FROM = 8  # answers; below, numbers are said to the nearest five
SATURDAY = 5


def said(value: float, n: int) -> int:
    """Return a 0 to 100 number as it is said: whole from eight answers on, else to the nearest five."""
    step = 1 if n >= WHOLE_FROM else 5
    return step * round(value / step)


def after_working_days(moment: datetime, days: int, zone: str) -> datetime:
    """Return the same local time `days` working days later (Monday to Friday), as an aware instant."""
    local = moment.astimezone(ZoneInfo(zone))
    while days:
        local += timedelta(days=1)
        if local.weekday() < SATURDAY:
            days -= 1
    return local.astimezone(moment.tzinfo)
