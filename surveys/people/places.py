"""Which names of time zones, countries and locales are known. Holidays and calendars are not here."""

import re
from functools import cache
from importlib.resources import files
from zoneinfo import available_timezones

_LOCALE = re.compile(r"[a-z]{2,3}([-_]([A-Z][a-z]{3}[-_])?[A-Z]{2})?")


def is_zone(name: str) -> bool:
    """Return whether this is the IANA name of a time zone, in its exact spelling."""
    return name in _zones()


def is_country(code: str) -> bool:
    """Return whether this is an ISO 3166-1 alpha-2 code in capitals."""
    return code in _countries()


def is_locale(tag: str) -> bool:
    """Return whether this has the form of a locale such as `en`, `pt-BR` or `de_CH`."""
    return _LOCALE.fullmatch(tag) is not None


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


@cache
def _countries() -> frozenset[str]:
    # The time zone database carries the list of country codes that its own tables refer to.
    table = files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text(encoding="utf-8")
    return frozenset(
        line.split("\t")[0] for line in table.splitlines() if line and not line.startswith("#")
    )
