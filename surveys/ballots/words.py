"""How somebody's words are packed before they are sealed. Pure; storing and opening is in `remarks`."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from surveys.errors import Invalid
from surveys.questions.rules import THEMES

LONGEST_REMARK = 400  # characters
FEWEST_ASKED = 5  # in smaller units words would name their author, so the mailbox is offered instead
HEAD_BYTES = 3  # how it is to be passed on, and the length of what follows
PACKED_BYTES = HEAD_BYTES + 4 * LONGEST_REMARK  # a character has at most four bytes


class PassedOn(StrEnum):
    """How the author wants a remark to reach leader and team."""

    WORDS = "words"  # as it was written
    THEME = "theme"  # only the theme, and only where enough picked it


_KINDS = (None, PassedOn.WORDS, PassedOn.THEME)  # by the first byte


@dataclass(frozen=True, slots=True)
class HandedWords:
    """What one person hands in; it lives in memory only and is never printed.

    Attributes:
        place_id: the place on the roster.
        slack_user_id: the signed user of a Slack request; None when the person came by their own link.
        kind: how it is passed on; None takes everything back.
        content: the words, or the code of the theme.
    """

    place_id: UUID
    slack_user_id: str | None
    kind: PassedOn | None
    content: str

    def __repr__(self) -> str:
        return "HandedWords(…)"


@dataclass(frozen=True, slots=True)
class OpenedRemark:
    """A remark for as long as the seal takes. Whose it was is not known here any more."""

    team_id: UUID
    kind: PassedOn
    content: str

    def __repr__(self) -> str:
        return "OpenedRemark(…)"


def pack_remark(kind: PassedOn | None, content: str) -> bytes:
    """Return a remark as 1,603 bytes, whatever it says; an empty one takes back what was there.

    Raises:
        Invalid: too long, or not one of the themes.
    """
    content = cleaned(content)
    if not content:
        kind = None
    if len(content) > LONGEST_REMARK:
        raise Invalid("Please use at most {most} characters.", field="words", most=LONGEST_REMARK)
    if kind is PassedOn.THEME and content not in THEMES:
        raise Invalid("Pick one of the themes, or write it in your own words.", field="theme")
    written = content.encode() if kind is not None else b""
    head = bytes([_KINDS.index(kind)]) + len(written).to_bytes(2, "big")
    return (head + written).ljust(PACKED_BYTES, b"\0")


def unpack_remark(packed: bytes) -> tuple[PassedOn, str] | None:
    """Return how a remark is passed on and what it says; None where it is empty or not one of ours."""
    if len(packed) != PACKED_BYTES or packed[0] >= len(_KINDS):
        return None
    length = int.from_bytes(packed[1:HEAD_BYTES], "big")
    kind = _KINDS[packed[0]]
    if kind is None:
        return None
    try:
        return kind, packed[HEAD_BYTES : HEAD_BYTES + length].decode()
    except UnicodeDecodeError:
        return None


def chosen_kind(chosen: str, words: str, theme: str) -> PassedOn:
    """Return how a remark is to be passed on; who picks a theme and writes nothing means the theme."""
    if chosen == PassedOn.THEME or (theme and not cleaned(words)):
        return PassedOn.THEME
    return PassedOn.WORDS


def cleaned(words: str) -> str:
    """Return words without what cannot be seen: it could only mark or hide, and some stores refuse it."""
    seen = (
        sign for sign in words.replace("\r\n", "\n") if sign == "\n" or unicodedata.category(sign)[0] != "C"
    )
    return "".join(seen).strip()
