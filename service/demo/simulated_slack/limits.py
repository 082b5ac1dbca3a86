"""Slack's documented limits of messages and views, and its error codes. No state here.

Sources: docs.slack.dev, reference pages of Block Kit, `chat.postMessage` and `views.open`.
"""

from collections.abc import Iterator
from typing import Any

MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
TEXT_LIMIT, SECTION_LIMIT, HEADER_LIMIT, LABEL_LIMIT = 40_000, 3_000, 150, 2_000
BUTTON_TEXT, BUTTON_VALUE, OPTION_TEXT, OPTION_VALUE = 75, 2_000, 75, 150
TITLE_LIMIT, METADATA_LIMIT, ID_LIMIT = 24, 3_000, 255
OPTIONS = {"radio_buttons": 10, "checkboxes": 10, "static_select": 100, "overflow": 5}
ELEMENTS_IN_ACTIONS, ELEMENTS_IN_CONTEXT = 25, 10
BLOCK_TYPES = {"section", "divider", "image", "actions", "context", "header", "input", "rich_text"}
ELEMENT_TYPES = {
    "button", "overflow", "static_select", "radio_buttons", "checkboxes", "plain_text_input", "datepicker",
}  # fmt: skip

Json = dict[str, Any]


class SlackRefusal(Exception):
    """Slack answers `ok: false` with this code."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code = code
        self.detail = detail
        super().__init__(f"{code} {detail}".strip())


def check_message(text: str, blocks: list[Json]) -> None:
    """Refuse a message that Slack would refuse."""
    if not text and not blocks:
        raise SlackRefusal("no_text")
    if len(text) > TEXT_LIMIT:
        raise SlackRefusal("msg_too_long")
    _check_blocks(blocks, MESSAGE_BLOCKS, modal=False)


def check_view(body: Json, kind: str) -> None:
    """Refuse a view of the wrong kind, or one that breaks a limit."""
    if body.get("type") != kind:
        raise _invalid(f"type must be {kind}")
    if kind == "modal":
        _text(body.get("title"), TITLE_LIMIT, "title")
        for part in ("submit", "close"):
            if part in body and body[part] is not None:
                _text(body[part], TITLE_LIMIT, part)
    if len(body.get("private_metadata") or "") > METADATA_LIMIT:
        raise _invalid("private_metadata is too long")
    if len(body.get("callback_id") or "") > ID_LIMIT:
        raise _invalid("callback_id is too long")
    blocks = body.get("blocks")
    if not isinstance(blocks, list):
        raise _invalid("blocks are missing")
    _check_blocks(blocks, VIEW_BLOCKS, modal=kind == "modal")
    if kind == "modal" and any(block["type"] == "input" for block in blocks) and not body.get("submit"):
        raise _invalid("submit is required with an input block")


def elements_of(block: Json) -> Iterator[Json]:
    """Yield the interactive elements of a block in the order in which they are drawn."""
    if block["type"] == "input":
        yield block["element"]
    if block["type"] == "section" and "accessory" in block:
        yield block["accessory"]
    if block["type"] == "actions":
        yield from block["elements"]


def with_ids(blocks: list[Json]) -> list[Json]:
    """Return the blocks with a `block_id` and `action_id` wherever the app left them out."""
    done = []
    for number, given in enumerate(blocks):
        block = {"block_id": f"b{number}", **given}
        if "accessory" in block:
            block["accessory"] = {"action_id": f"a{number}", **block["accessory"]}
        if "element" in block:
            block["element"] = {"action_id": f"a{number}", **block["element"]}
        if block["type"] == "actions":
            block["elements"] = [
                {"action_id": f"a{number}_{place}", **element}
                for place, element in enumerate(block["elements"])
            ]
        done.append(block)
    return done


def _check_blocks(blocks: list[Json], most: int, *, modal: bool) -> None:
    if len(blocks) > most:
        raise _invalid(f"more than {most} blocks")
    named = [block["block_id"] for block in blocks if "block_id" in block]
    if len(named) != len(set(named)):
        raise _invalid("a block_id is used twice")
    for block in blocks:
        if not isinstance(block, dict) or block.get("type") not in BLOCK_TYPES:
            raise _invalid("unknown block type")
        if block["type"] == "input" and not modal:
            raise _invalid("an input block needs a modal")
        _check_block(block)
        for element in elements_of(block):
            _check_element(element)


def _check_block(block: Json) -> None:
    kind = block["type"]
    if len(block.get("block_id") or "") > ID_LIMIT:
        raise _invalid("block_id is too long")
    if kind == "section":
        if "text" not in block and "fields" not in block:
            raise _invalid("a section needs text or fields")
        if "text" in block:
            _text(block["text"], SECTION_LIMIT, "section")
    elif kind == "header":
        _text(block.get("text"), HEADER_LIMIT, "header")
    elif kind == "input":
        _text(block.get("label"), LABEL_LIMIT, "label")
        if not isinstance(block.get("element"), dict):
            raise _invalid("an input block needs an element")
    elif kind in {"actions", "context"}:
        limit = ELEMENTS_IN_ACTIONS if kind == "actions" else ELEMENTS_IN_CONTEXT
        if not 1 <= len(block.get("elements") or ()) <= limit:
            raise _invalid(f"{kind} takes 1 to {limit} elements")


def _check_element(element: Json) -> None:
    kind = element.get("type")
    if kind not in ELEMENT_TYPES:
        raise _invalid("unknown element type")
    if kind == "button":
        _text(element.get("text"), BUTTON_TEXT, "button")
        if len(element.get("value") or "") > BUTTON_VALUE:
            raise _invalid("button value is too long")
        if len(element.get("accessibility_label") or "") > BUTTON_TEXT:
            raise _invalid("accessibility_label is too long")
    if kind in OPTIONS:
        options = element.get("options") or []
        if not 1 <= len(options) <= OPTIONS[kind]:
            raise _invalid(f"{kind} takes 1 to {OPTIONS[kind]} options")
        for option in options:
            _text(option.get("text"), OPTION_TEXT, "option")
            if not 1 <= len(option.get("value") or "") <= OPTION_VALUE:
                raise _invalid("option value is missing or too long")


def _text(given: object, limit: int, where: str) -> None:
    """Refuse what is not a text object with 1 to `limit` characters."""
    if not isinstance(given, dict) or given.get("type") not in {"plain_text", "mrkdwn"}:
        raise _invalid(f"{where} is no text object")
    if not 1 <= len(given.get("text") or "") <= limit:
        raise _invalid(f"{where} takes 1 to {limit} characters")


def _invalid(detail: str) -> SlackRefusal:
    return SlackRefusal("invalid_blocks" if "block" in detail else "invalid_arguments", detail)
