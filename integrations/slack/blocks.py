"""The pieces Slack's surfaces are built from: values in, JSON out, with Slack's limits checked.

Plain dictionaries, because the SDK's models check only some limits and cost time on the answer path.
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

Block = dict[str, Any]

LABEL = 24  # title, submit and close of a modal
BUTTON_TEXT = 75
OPTION_TEXT = 75
SECTION_TEXT = 3_000
INPUT_LABEL = 2_000
HEADER_TEXT = 150
BUTTON_VALUE = 2_000
RADIO_OPTIONS = 10
PLAIN_INPUT = 3_000
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
ACTIONS = 25
CONTEXTS = 10
METADATA = 3_000


class OutOfBoundsError(ValueError):
    """A surface of ours exceeds one of Slack's limits: our fault, found by tests."""


def escape(text: str) -> str:
    """Return text whose &, < and > Slack does not read as markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def shorten(text: str, most: int) -> str:
    """Return text of at most `most` characters, with an ellipsis where words were left out."""
    if len(text) <= most:
        return text
    whole, _, part = text[:most].rpartition(" ")
    return (whole if whole and len(part) < most // 2 else text[: most - 1]).rstrip() + "…"


def plain(text: str, most: int) -> Block:
    """Return a text object without markup."""
    return {"type": "plain_text", "text": shorten(text, most), "emoji": False}


def section(text: str, *, markup: bool = False) -> Block:
    """Return a paragraph. `markup` says that the text is escaped already and may hold Slack's markup."""
    if markup:
        return {"type": "section", "text": {"type": "mrkdwn", "text": shorten(text, SECTION_TEXT)}}
    return {"type": "section", "text": plain(text, SECTION_TEXT)}


def bold(text: str) -> Block:
    """Return a paragraph in bold."""
    return section(f"*{escape(text)}*", markup=True)


def links(*named: tuple[str, str]) -> Block:
    """Return addresses as plain links: unlike a button, a link tells Kept nothing when it is followed."""
    text = " · ".join(f"<{address}|{escape(name)}>" for name, address in named)
    return section(text, markup=True)


def header(text: str) -> Block:
    """Return a heading."""
    return {"type": "header", "text": plain(text, HEADER_TEXT)}


def quote(text: str) -> Block:
    """Return somebody's own words, marked as such."""
    return section("\n".join(f">{escape(line)}" for line in text.splitlines() or [""]), markup=True)


def context(*texts: str) -> Block:
    """Return small words."""
    return {"type": "context", "elements": [plain(text, SECTION_TEXT) for text in texts]}


def divider() -> Block:
    """Return a line."""
    return {"type": "divider"}


def button(
    text: str, action: str, *, value: str = "", url: str | None = None, primary: bool = False
) -> Block:
    """Return a button. With `url` it opens a page and still tells us of the press."""
    made: Block = {"type": "button", "action_id": action, "text": plain(text, BUTTON_TEXT)}
    if value:
        made["value"] = value
    if url is not None:
        made["url"] = url
    if primary:
        made["style"] = "primary"
    return made


def actions(*elements: Block, block_id: str | None = None) -> Block:
    """Return a row of buttons."""
    made: Block = {"type": "actions", "elements": list(elements)}
    if block_id is not None:
        made["block_id"] = block_id
    return made


def choices(
    label: str,
    options: Sequence[tuple[str, str]],
    *,
    block_id: str,
    action: str,
    initial: str | None = None,
) -> Block:
    """Return a question with labelled choices of which one, or none, may be picked; (text, value) each."""
    listed = [{"text": plain(text, OPTION_TEXT), "value": value} for text, value in options]
    chosen = [each for each in listed if each["value"] == initial]
    return {
        "type": "input",
        "block_id": block_id,
        "optional": True,
        "label": plain(label, INPUT_LABEL),
        "element": {
            "type": "radio_buttons",
            "action_id": action,
            "options": listed,
            **({"initial_option": chosen[0]} if chosen else {}),
        },
    }


def ticks(
    label: str,
    options: Sequence[tuple[str, str, str]],
    *,
    block_id: str,
    action: str,
    initial: Collection[str] = (),
) -> Block:
    """Return up to ten boxes to tick; (text, what stands below it in small words, value) each."""
    listed: list[Block] = []
    for text, below, value in options:
        option: Block = {"text": plain(text, OPTION_TEXT), "value": value}
        if below:
            option["description"] = plain(below, OPTION_TEXT)
        listed.append(option)
    ticked = [option for option in listed if option["value"] in initial]
    return {
        "type": "input",
        "block_id": block_id,
        "optional": True,
        "label": plain(label, INPUT_LABEL),
        "element": {
            "type": "checkboxes",
            "action_id": action,
            "options": listed,
            **({"initial_options": ticked} if ticked else {}),
        },
    }


def written(
    label: str, *, block_id: str, action: str, most: int, initial: str = "", hint: str = ""
) -> Block:
    """Return a field for several lines of text that may stay empty."""
    element: Block = {
        "type": "plain_text_input",
        "action_id": action,
        "multiline": True,
        "max_length": most,
    }
    if initial:
        element["initial_value"] = initial
    return {
        "type": "input",
        "block_id": block_id,
        "optional": True,
        "label": plain(label, INPUT_LABEL),
        "element": element,
        **({"hint": plain(hint, INPUT_LABEL)} if hint else {}),
    }


def day(label: str, *, block_id: str, action: str, initial: date) -> Block:
    """Return a field for a day that may stay as it is."""
    return {
        "type": "input",
        "block_id": block_id,
        "optional": True,
        "label": plain(label, INPUT_LABEL),
        "element": {"type": "datepicker", "action_id": action, "initial_date": initial.isoformat()},
    }


def channel(label: str, *, block_id: str, action: str, initial: str | None = None) -> Block:
    """Return a field for one channel, public or private, of those the person can see."""
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, INPUT_LABEL),
        "element": {
            "type": "conversations_select",
            "action_id": action,
            "filter": {"include": ["public", "private"], "exclude_bot_users": True},
            **({"initial_conversation": initial} if initial else {}),
        },
    }


def modal(
    *,
    title: str,
    close: str,
    blocks: Sequence[Block],
    callback: str,
    submit: str | None = None,
    metadata: str = "",
    clear_on_close: bool = False,
) -> Block:
    """Return a checked modal."""
    made: Block = {
        "type": "modal",
        "callback_id": callback,
        "title": plain(title, LABEL),
        "close": plain(close, LABEL),
        "blocks": list(blocks),
        "private_metadata": metadata,
        "clear_on_close": clear_on_close,
    }
    if submit is not None:
        made["submit"] = plain(submit, LABEL)
    return checked_view(made)


def checked_message(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks of a message, checked against Slack's limits.

    Raises:
        OutOfBoundsError: see the class.
    """
    _require(len(blocks) <= MESSAGE_BLOCKS, "a message has at most 50 blocks")
    return [_checked(block) for block in blocks]


def checked_view(view: Block) -> Block:
    """Return a modal or Home view, checked against Slack's limits.

    Raises:
        OutOfBoundsError: see the class.
    """
    blocks = view["blocks"]
    _require(len(blocks) <= VIEW_BLOCKS, "a view has at most 100 blocks")
    _require(len(view.get("private_metadata", "")) <= METADATA, "private_metadata has at most 3,000 signs")
    asks = any(block["type"] == "input" for block in blocks)
    _require("submit" in view or not asks, "a view that asks something needs a submit button")
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    _require(len(ids) == len(set(ids)), "block ids are unique in a view")
    for block in blocks:
        _checked(block)
    return view


def _checked(block: Block) -> Block:
    elements = [*block.get("elements", ()), *([block["element"]] if "element" in block else [])]
    most = CONTEXTS if block["type"] == "context" else ACTIONS
    _require(len(elements) <= most, "too many elements in a block")
    for element in elements:
        kind = element["type"]
        if kind in ("radio_buttons", "checkboxes"):
            _require(0 < len(element["options"]) <= RADIO_OPTIONS, "a question has one to ten choices")
        if kind == "plain_text_input":
            _require(element.get("max_length", 0) <= PLAIN_INPUT, "a text has at most 3,000 signs")
        _require(len(element.get("value", "")) <= BUTTON_VALUE, "a value has at most 2,000 signs")
    return block


def _require(holds: bool, limit: str) -> None:  # noqa: FBT001 -- reads as a sentence at the call
    if not holds:
        raise OutOfBoundsError(limit)
