"""Time zones by name, read once.

Python's own cache holds eight zones; with more of them in use it reads a file for nearly every instant.
"""

from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo


@cache
def time_zone(name: str) -> ZoneInfo:
    """Return an IANA time zone.

    Raises:
        zoneinfo.ZoneInfoNotFoundError: there is none of this name.
    """
    return ZoneInfo(name)


def local_date(instant: datetime, zone: str) -> date:
    """Return which day it is somewhere at an instant."""
    return instant.astimezone(time_zone(zone)).date()
