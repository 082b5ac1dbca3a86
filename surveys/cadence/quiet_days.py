"""The days on which people are not asked: public holidays of a country, weekends, a programme's own."""

import warnings
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

SATURDAY = 5


class Quiet(StrEnum):
    """Why a day is not for asking."""

    BLACKOUT = "blackout"  # the programme's own quiet days
    WEEKEND = "weekend"
    HOLIDAY = "holiday"  # a public holiday of the member's country


@dataclass(frozen=True, slots=True)
class QuietDays:
    """The days on which nobody, or nobody in a country, is asked.

    Attributes:
        holidays: whether public holidays of a member's country count.
        blackouts: ranges of dates, both ends included, for everyone.
        weekends: whether Saturday and Sunday count; they do when the programme asks on a working day.
    """

    holidays: bool
    blackouts: tuple[tuple[date, date], ...] = ()
    weekends: bool = True

    def why(self, day: date, country: str | None) -> Quiet | None:
        """Return why `day` is quiet for members in `country`, or None when it is not."""
        if any(first <= day <= last for first, last in self.blackouts):
            return Quiet.BLACKOUT
        if self.weekends and day.weekday() >= SATURDAY:
            return Quiet.WEEKEND
        if self.holidays and country is not None and day in public_holidays(country, day.year):
            return Quiet.HOLIDAY
        return None


@lru_cache(maxsize=4096)
def public_holidays(country: str, year: int) -> frozenset[date]:
    """Return the nation-wide public holidays of a country; none for a country the library does not know."""
    import holidays  # noqa: PLC0415 -- half a second that only the clock and the editor need to spend

    with warnings.catch_warnings():
        # It warns of years for which some dates, such as those of a lunar calendar, are not fixed yet.
        warnings.simplefilter("ignore")
        try:
            return frozenset(holidays.country_holidays(country, years=year))
        except NotImplementedError:
            return frozenset()
