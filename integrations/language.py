"""Sentences in a reader's language, dates in a reader's zone. Which sentence to say is not decided here.

Sentences are English literals with `{placeholders}`; the literal is the key of its translation. The
catalogues are `locale/<language>/LC_MESSAGES/kept.po` and are read as they are: there is no compiled
file that could be older than its source. `integrations.catalogue` keeps them complete.
"""

import datetime as dt
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

from surveys.errors import SurveyError
from surveys.zones import local_date, time_zone

CATALOGUES = Path(__file__).parent / "locale"
FALLBACK = "en"
PLAIN_ENGLISH = "en_GB"  # "en" alone would set dates the American way; "en_US" still does


def mark(sentence: str) -> str:
    """Return the sentence unchanged, marked for the catalogue: it is translated where it is shown."""
    return sentence


class Translator:
    """One language. Unknown languages and missing sentences fall back to the English literal."""

    def __init__(self, locale: str) -> None:
        self.locale = _locale(locale)
        self._catalogue = _catalogue(self.locale.language)

    @property
    def code(self) -> str:
        """The language for HTML's `lang`, for example `en-GB`."""
        return str(self.locale).replace("_", "-")

    def gettext(self, sentence: str) -> str:
        """Return the translation, with its placeholders still in it."""
        translated: str = self._catalogue.gettext(sentence)
        return translated

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        """Return the translation for this count, with its placeholders still in it."""
        translated: str = self._catalogue.ngettext(singular, plural, count)
        return translated

    def say(self, sentence: str, **values: object) -> str:
        """Translate, then fill the placeholders."""
        return self.gettext(sentence).format(**values) if values else self.gettext(sentence)

    def refusal(self, refused: SurveyError) -> str:
        """Return why something was refused, in this language."""
        return self.say(refused.sentence, **refused.values)

    def count(self, singular: str, plural: str, count: int, **values: object) -> str:
        """Translate for this count and fill the placeholders; `{count}` is known."""
        return self.ngettext(singular, plural, count).format(count=count, **values)

    def number(self, value: float) -> str:
        """Return a number as this language writes it: "2.5", "2,5"."""
        return format_decimal(value, locale=self.locale)

    def date(self, day: dt.date, *, year: bool = False) -> str:
        """Return a date in words, "Tuesday 1 December", with the year when asked for.

        Pages, mail and Slack all write dates with this.
        """
        if self.locale.language == PLAIN_ENGLISH.partition("_")[0]:
            # As people write it: CLDR has a comma where there is a year, and short names for America.
            pattern = ("EEEE, MMMM d", ", y") if self.locale.territory == "US" else ("EEEE d MMMM", " y")
            written: str = format_date(day, "".join(pattern) if year else pattern[0], locale=self.locale)
            return written
        text: str = format_skeleton("yMMMMEEEEd" if year else "MMMMEEEEd", day, locale=self.locale)
        return text

    def day(self, instant: dt.datetime, zone: str) -> str:
        """Return in words which day it is in `zone` at an instant, "Tuesday 1 December"."""
        return self.date(local_date(instant, zone))

    def short_date(self, day: dt.date) -> str:
        """Return a date as short as a chart or a table needs it, "1 Dec 2026"."""
        return _short_date(day, self.locale)

    def day_and_month(self, day: dt.date) -> str:
        """Return a date as short as an axis needs it, "1 Dec"."""
        return _day_and_month(day, self.locale)

    def time(self, moment: dt.time | dt.datetime) -> str:
        """Return hours and minutes as they are, without moving them to another zone."""
        text: str = format_time(moment, format="short", locale=self.locale)
        return text

    def moment(self, instant: dt.datetime, zone: str, *, year: bool = False) -> str:
        """Return an instant in words on the wall clock of `zone`, "Tuesday 1 December, 10:00"."""
        there = instant.astimezone(time_zone(zone))
        return self.say("{day}, {time}", day=self.date(there.date(), year=year), time=self.time(there))

    def listing(self, parts: list[str]) -> str:
        """Join names as a sentence does: "a, b and c"."""
        *most, last = parts or [""]
        return self.say("{most} and {last}", most=", ".join(most), last=last) if most else last


# A page with charts writes the same few hundred dates again and again.
@lru_cache(maxsize=4096)
def _short_date(day: dt.date, locale: Locale) -> str:
    text: str = format_date(day, format="medium", locale=locale)
    return text


@lru_cache(maxsize=4096)
def _day_and_month(day: dt.date, locale: Locale) -> str:
    text: str = format_skeleton("MMMd", day, locale=locale)
    return text


def languages() -> list[str]:
    """Return the languages there is a catalogue for."""
    return sorted(folder.parent.parent.name for folder in CATALOGUES.glob("*/LC_MESSAGES/kept.po"))


@cache
def _locale(name: str) -> Locale:
    try:
        locale = Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse(PLAIN_ENGLISH)
    if locale.language not in languages() or str(locale) == FALLBACK:
        return Locale.parse(PLAIN_ENGLISH)
    return locale


@cache
def _catalogue(language: str) -> NullTranslations:
    file = CATALOGUES / language / "LC_MESSAGES" / "kept.po"
    if not file.exists():
        return NullTranslations()
    with file.open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled, domain="kept")
