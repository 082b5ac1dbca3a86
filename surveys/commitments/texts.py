"""What people write about promises: how long it may be, and without names of the team. Pure."""

import re
from collections.abc import Iterable

from surveys.errors import Invalid

LONGEST_PROMISE = 200
LONGEST_REASON = 400
LONGEST_SHARE = 3000
LONGEST_NAME = 80  # of whom something was passed on to
SHORTEST_NAME = 3  # letters; shorter parts of names are found in too many words


def refuse_names(text: str, names: Iterable[str], *, field: str = "text") -> None:
    """Check that a promise names nobody of the team, because the whole team is asked about its words.

    A whole name is found in any spelling of its letters, a part of one only as it is written: "Will"
    is a person and "will" is not.

    Raises:
        Invalid: it does. The sentence does not repeat the name.
    """
    for name in names:
        if _is_named(name, text):
            raise Invalid(
                "Somebody is named here. Promise the step and leave the name out: these very "
                "words stand for everybody to read.",
                field=field,
            )
    if "@" in text:
        raise Invalid("Leave out addresses and mentions: promise the step, not the person.", field=field)


def _is_named(name: str, text: str) -> bool:
    parts = [
        part for part in re.split(r"[\s.,]+", name) if len(part) >= SHORTEST_NAME or not part.isascii()
    ]
    whole = len(name.split()) > 1 and re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE)
    return bool(whole) or any(re.search(_as_written(part), text) for part in parts)


def _as_written(part: str) -> str:
    # Scripts without capitals have no spaces between words either, so a name may touch its neighbours.
    bounded = part.lower() != part.upper()
    return rf"\b{re.escape(part)}\b" if bounded else re.escape(part)
