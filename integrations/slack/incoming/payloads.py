"""What Slack sends, parsed into typed events once the gate let it in. Nothing else sees a payload.

Only what is needed is decoded; the verification token, names and texts of a payload are never read, and
nothing here is logged.
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

import msgspec
from fast_query_parsers import parse_query_string

from integrations.slack.identifiers import SEEN, Callback
from integrations.slack.incoming.events import (
    ChoiceSent,
    Command,
    Event,
    FormUnreadable,
    HomeOpened,
    LoopSent,
    MessageShortcut,
    OtherEvent,
    Pressed,
    RateLimited,
    RetroSent,
    SheetSent,
    SslCheck,
    Unknown,
    UrlVerification,
    ViewClosed,
    WordsSent,
)

RETRO_FORMS: Final = frozenset(
    {
        Callback.RETRO_CARDS,
        Callback.RETRO_DRAFT,
        Callback.RETRO_VOTES,
        Callback.RETRO_START,
        Callback.RETRO_POST,
    }
)
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


class UnreadableError(ValueError):
    """A signed body that is not what Slack is known to send."""


class _User(msgspec.Struct):
    id: str = ""


class _Option(msgspec.Struct):
    value: str = ""


class _Element(msgspec.Struct):
    selected_option: _Option | None = None
    value: str | None = None
    selected_options: list[_Option] = []
    selected_date: str | None = None
    selected_conversation: str | None = None


class _State(msgspec.Struct):
    values: dict[str, dict[str, _Element]] = {}


class _View(msgspec.Struct):
    id: str = ""
    type: str = ""
    callback_id: str = ""
    private_metadata: str = ""
    state: _State | None = None


class _Message(msgspec.Struct):
    text: str = ""


class _Action(msgspec.Struct):
    action_id: str = ""
    value: str = ""


class _Interaction(msgspec.Struct):
    type: str
    user: _User = msgspec.field(default_factory=_User)
    trigger_id: str = ""
    view: _View | None = None
    actions: list[_Action] = []
    callback_id: str = ""
    message: _Message | None = None


class _Inner(msgspec.Struct):
    type: str = ""
    user: str | dict[str, msgspec.Raw] = ""
    tab: str = ""


class _Outer(msgspec.Struct):
    type: str
    challenge: str = ""
    event_id: str = ""
    event: _Inner | None = None


_read_interaction = msgspec.json.Decoder(_Interaction).decode
_read_outer = msgspec.json.Decoder(_Outer).decode


def parse(body: bytes, content_type: str) -> Event:
    """Return the event in a body whose signature was checked.

    Raises:
        UnreadableError: it is neither of Slack's known shapes.
    """
    try:
        if content_type.startswith(JSON):
            return _event(_read_outer(body))
        fields = dict(parse_query_string(body, "&"))
    except (msgspec.MsgspecError, ValueError) as error:
        raise UnreadableError("json") from error
    if "payload" in fields:
        return _interaction(fields["payload"])
    if "command" in fields:
        return Command(fields.get("user_id", ""), fields.get("trigger_id", ""), fields.get("text", ""))
    if "ssl_check" in fields:
        return SslCheck()
    raise UnreadableError("form")


def _event(outer: _Outer) -> Event:
    if outer.type == "url_verification":
        return UrlVerification(outer.challenge)
    if outer.type == "app_rate_limited":
        return RateLimited()
    if outer.type != "event_callback" or outer.event is None:
        return Unknown()
    inner = outer.event
    if inner.type == "app_home_opened":
        is_home = inner.tab in ("", "home") and isinstance(inner.user, str)
        return HomeOpened(outer.event_id, str(inner.user)) if is_home else Unknown()
    return OtherEvent(outer.event_id, inner.type)


def _interaction(payload: str) -> Event:
    try:
        read = _read_interaction(payload)
    except msgspec.MsgspecError as error:
        raise UnreadableError("payload") from error
    view = read.view
    if read.type == "view_submission" and view is not None:
        return _submission(read.user.id, view)
    if read.type == "block_actions" and read.actions:
        pressed = read.actions[0]
        in_modal = view.id if view is not None and view.type == "modal" else None
        return Pressed(read.user.id, pressed.action_id, pressed.value, read.trigger_id, in_modal)
    if read.type == "message_action" and read.message is not None:
        return MessageShortcut(read.user.id, read.callback_id, read.trigger_id, read.message.text)
    return ViewClosed() if read.type == "view_closed" else Unknown()


def _submission(user_id: str, view: _View) -> Event:
    values = view.state.values if view.state is not None else {}
    chosen = {
        block_id: element.selected_option.value
        for block_id, elements in values.items()
        for element in elements.values()
        if element.selected_option is not None
    }
    callback, _, rest = view.callback_id.partition(":")
    if callback == Callback.WORDS:
        return _words(user_id, view, values, chosen, seen=rest == SEEN)
    if callback == Callback.LOOP:
        return _loop(user_id, view, values, chosen)
    if callback in RETRO_FORMS:
        return _retro(user_id, view, values, chosen, seen=rest == SEEN)
    if callback != Callback.SHEET:
        return ChoiceSent(user_id, callback, view.private_metadata, next(iter(chosen.values()), None))
    wave, locale, zone = [*rest.split(":", 2), "", ""][:3]
    try:
        return SheetSent(
            user_id=user_id,
            place_id=UUID(view.private_metadata),
            wave_id=UUID(wave),
            locale=locale,
            zone=zone or "UTC",  # nothing for a form opened before zones were named
            answers={key: int(value) for key, value in chosen.items()},
            blocks=tuple(values),
        )
    except ValueError:
        return FormUnreadable(user_id, tuple(values))


def _loop(
    user_id: str, view: _View, values: Mapping[str, Mapping[str, _Element]], chosen: Mapping[str, str]
) -> LoopSent:
    fields = [(block, element) for block, elements in values.items() for element in elements.values()]
    return LoopSent(
        user_id=user_id,
        metadata=view.private_metadata,
        choice=next(iter(chosen.values()), None),
        texts={block: element.value for block, element in fields if element.value},
        days={block: element.selected_date for block, element in fields if element.selected_date},
        blocks=tuple(values),
    )


def _retro(
    user_id: str,
    view: _View,
    values: Mapping[str, Mapping[str, _Element]],
    chosen: Mapping[str, str],
    *,
    seen: bool,
) -> RetroSent:
    fields = [(block, element) for block, elements in values.items() for element in elements.values()]
    ticked = {block: tuple(one.value for one in element.selected_options) for block, element in fields}
    channels = {
        block: (element.selected_conversation,)
        for block, element in fields
        if element.selected_conversation
    }
    return RetroSent(
        user_id=user_id,
        form=view.callback_id.partition(":")[0],
        seen=seen,
        metadata=view.private_metadata,
        texts={block: element.value for block, element in fields if element.value},
        picked=ticked | channels | {block: (value,) for block, value in chosen.items()},
        blocks=tuple(values),
    )


def _words(
    user_id: str,
    view: _View,
    values: Mapping[str, Mapping[str, _Element]],
    chosen: Mapping[str, str],
    *,
    seen: bool,
) -> WordsSent | FormUnreadable:
    written = (element.value for element in values.get("words", {}).values() if element.value)
    try:
        place_id = UUID(view.private_metadata)
    except ValueError:
        return FormUnreadable(user_id, tuple(values))
    return WordsSent(
        user_id, place_id, next(written, ""), chosen.get("kind", ""), chosen.get("theme", ""), seen
    )
