"""How many answered, as a band that names nobody. Exact counts are not decided here."""

from surveys.results.rules.display import LARGE, SMALL, SMALLEST

EXACT_FROM = 20  # people asked, from which a count may be said
BANDS_FROM = 10
EIGHT = 8  # the ladder of what is shown: 5 to 7, 8 and 9, 10 and more
MOST = 0.60
MANY = 0.80


def participation_band(answered: int, asked: int) -> str:
    """Return the band of a response: two words under ten people asked, four bands from ten on."""
    share = answered / asked
    if asked < BANDS_FROM:
        return "most" if share >= MOST else "not_enough"
    if answered == asked:
        return "all"
    if share >= MANY:
        return "80_99"
    return "60_79" if share >= MOST else "under_60"


def size_class(smallest: int) -> str:
    """Return the size class of a sheet by its smallest shown dimension."""
    if smallest < EIGHT:
        return SMALLEST
    return SMALL if smallest < BANDS_FROM else LARGE
