"""How exactly a number may be said, and from when on people may read it.

The size class of the whole sheet decides, that of its smallest dimension, and not the count of one
dimension: else the rounding of one number would tell how many stand behind another.
"""

from datetime import datetime, timedelta
from math import ceil, floor
from zoneinfo import ZoneInfo

SMALLEST, SMALL, LARGE = "5_7", "8_9", "10_plus"
STEP = 5
SATURDAY = 5


def nearest(value: float, step: int = 1) -> int:
    """Return the multiple of `step` nearest to a value; halves go up."""
    return floor(value / step + 0.5) * step


def said(value: float, size: str | None) -> int:
    """Return a 0 to 100 number as it is said: whole from eight answers on, else to the nearest five."""
    return nearest(value, 1 if size in (SMALL, LARGE) else STEP)


def said_range(low: float, high: float, size: str | None) -> tuple[int, int]:
    """Return a range as it is said: whole numbers from ten answers on, else widened to fives.

    The exact width of a range under ten answers would tell how many answered.
    """
    if size == LARGE:
        return said(low, size), said(high, size)
    return floor(low / STEP) * STEP, ceil(high / STEP) * STEP


def after_working_days(moment: datetime, days: int, zone: str) -> datetime:
    """Return the same local time `days` working days later (Monday to Friday), as an aware instant."""
    local = moment.astimezone(ZoneInfo(zone))
    while days:
        local += timedelta(days=1)
        if local.weekday() < SATURDAY:
            days -= 1
    return local.astimezone(moment.tzinfo)
