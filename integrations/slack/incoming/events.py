"""What may come from Slack, as typed events: plain values, without a payload and without the SDK.

Whatever holds words or answers of a person never prints them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class UrlVerification:
    """Slack asks whether this address is ours; the answer is the challenge."""

    challenge: str


@dataclass(frozen=True, slots=True)
class SslCheck:
    """Slack tries our certificate."""


@dataclass(frozen=True, slots=True)
class HomeOpened:
    """Someone looks at the Home tab."""

    event_id: str
    user_id: str


@dataclass(frozen=True, slots=True)
class OtherEvent:
    """An event that Kept takes note of at most by its kind, such as `app_uninstalled`."""

    event_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class RateLimited:
    """Slack holds events back, because there were too many in an hour."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button was pressed, in a message, a form or the Home tab.

    Attributes:
        user_id: the signed user.
        action: see `identifiers.Action`.
        value: what the button carried.
        trigger_id: lets a form open within three seconds, once.
        view_id: the form the button stands in, or None for messages and Home.
    """

    user_id: str
    action: str
    value: str
    trigger_id: str
    view_id: str | None


@dataclass(frozen=True, slots=True)
class SheetSent:
    """An answer sheet was sent. Lives in memory until it is stored, and is never printed."""

    user_id: str
    place_id: UUID
    wave_id: UUID
    locale: str
    zone: str
    answers: Mapping[str, int]
    blocks: tuple[str, ...]  # ids of the questions, for refusals

    def __repr__(self) -> str:
        return "SheetSent(…)"


@dataclass(frozen=True, slots=True)
class ChoiceSent:
    """Another form was sent, with one choice in it at most."""

    user_id: str
    callback: str
    metadata: str
    choice: str | None


@dataclass(frozen=True, slots=True)
class WordsSent:
    """Somebody's own words were sent. Lives in memory until they are sealed, and is never printed.

    Attributes:
        kind: how they are to be passed on, as chosen.
        theme: the code that was picked, or nothing.
        seen: whether the sender has seen what Kept had to say about these words.
    """

    user_id: str
    place_id: UUID
    words: str
    kind: str
    theme: str
    seen: bool

    def __repr__(self) -> str:
        return "WordsSent(…)"


@dataclass(frozen=True, slots=True)
class LoopSent:
    """A leader's form was sent. Lives in memory until it is stored, and is never printed.

    Attributes:
        metadata: what the button said that opened it.
        choice: what was picked, where something could be.
        texts: what was typed, by field, and `days` the days that were picked.
        blocks: ids of the fields, for refusals.
    """

    user_id: str
    metadata: str
    choice: str | None
    texts: Mapping[str, str]
    days: Mapping[str, str]
    blocks: tuple[str, ...]

    def __repr__(self) -> str:
        return "LoopSent(…)"


@dataclass(frozen=True, slots=True)
class RetroSent:
    """A form of a retrospective was sent. Lives in memory until it is stored, and is never printed.

    Attributes:
        form: which one, a `Callback`.
        seen: whether the sender has seen what Kept had to say about these words.
        metadata: the board, and what finds this form's cards again.
        texts: what was typed, by field.
        picked: the values of what was ticked or chosen, by field.
        blocks: ids of the fields, for refusals.
    """

    user_id: str
    form: str
    seen: bool
    metadata: str
    texts: Mapping[str, str]
    picked: Mapping[str, tuple[str, ...]]
    blocks: tuple[str, ...]

    def __repr__(self) -> str:
        return "RetroSent(…)"


@dataclass(frozen=True, slots=True)
class MessageShortcut:
    """A shortcut on a message was chosen; `text` is what the message says. Never printed."""

    user_id: str
    callback: str
    trigger_id: str
    text: str

    def __repr__(self) -> str:
        return "MessageShortcut(…)"


@dataclass(frozen=True, slots=True)
class FormUnreadable:
    """A form was sent whose hidden part says nothing Kept knows, such as one that an old version opened.

    `blocks` are the ids of its fields.
    """

    user_id: str
    blocks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ViewClosed:
    """A form was closed without sending. Nothing is stored of it."""


@dataclass(frozen=True, slots=True)
class Command:
    """`/kept` was typed."""

    user_id: str
    trigger_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something of a kind Kept does not handle; it is acknowledged and forgotten."""


Event = (
    UrlVerification | SslCheck | HomeOpened | OtherEvent | RateLimited | Pressed | SheetSent | ChoiceSent
    | WordsSent | LoopSent | RetroSent | MessageShortcut | FormUnreadable
    | ViewClosed | Command | Unknown
)  # fmt: skip
