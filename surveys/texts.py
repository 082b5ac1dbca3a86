"""What people write, tidied: one line or paragraphs, never empty, never longer than there is room for."""

import re

from surveys.errors import Invalid


def one_line(text: str, *, field: str, longest: int) -> str:
    """Return a text with its white space tidied.

    Raises:
        Invalid: it is empty or longer than `longest` characters.
    """
    return _checked(" ".join(_storable(text).split()), field, longest)


def paragraphs(text: str, *, field: str, longest: int) -> str:
    """Return a text with its lines kept and the rest of its white space tidied.

    Raises:
        Invalid: it is empty or longer than `longest` characters.
    """
    lines = (" ".join(line.split()) for line in _storable(text).splitlines())
    return _checked(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(), field, longest)


def _storable(text: str) -> str:
    return text.replace("\0", "")  # PostgreSQL stores no such character


def _checked(text: str, field: str, longest: int) -> str:
    if not text:
        raise Invalid("Write a sentence; this was left empty.", field=field)
    if len(text) > longest:
        raise Invalid(
            "This has {length} characters. Say it in at most {longest}.",
            field=field,
            length=len(text),
            longest=longest,
        )
    return text
