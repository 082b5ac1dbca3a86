"""Slack's text objects as safe HTML. Everything that is not markup of Slack's is escaped."""

import html
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from markupsafe import Markup, escape

from surveys.zones import time_zone

EMOJI = {":white_check_mark:": "✓", ":lock:": "🔒", ":wave:": "👋", ":seedling:": "🌱", ":calendar:": "📅"}
DATE_TOKENS = {
    "date_num": "{0:%Y-%m-%d}",
    "date": "{0.day} {0:%B} {0:%Y}",
    "date_short": "{0.day} {0:%b} {0:%Y}",
    "date_long": "{0:%A}, {0.day} {0:%B} {0:%Y}",
    "date_pretty": "{0.day} {0:%B} {0:%Y}",
    "date_short_pretty": "{0.day} {0:%b} {0:%Y}",
    "date_long_pretty": "{0:%A}, {0.day} {0:%B}",
    "time": "{0:%H:%M}",
    "time_secs": "{0:%H:%M:%S}",
    "day_divider_pretty": "{0:%A}, {0.day} {0:%B}",
}  # as Slack writes them for en-GB
_ANGLE = re.compile(r"<([^<>\n]+)>")
_CODE = re.compile(r"```(.+?)```|`([^`\n]+)`", re.DOTALL)
_STYLES = (
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])"), r"<strong>\1</strong>"),
    (re.compile(r"(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])"), r"<em>\1</em>"),
    (re.compile(r"(?<![\w~])~(?=\S)([^~\n]+?)(?<=\S)~(?![\w~])"), r"<s>\1</s>"),
)
_DATE = re.compile(r"!date\^(\d+)\^([^^|]+)(?:\^[^|]+)?\|(.+)", re.DOTALL)


def text_html(text: dict[str, Any], zone: str = "UTC", link: Callable[[str], str] = str) -> Markup:
    """Return a text object as HTML; dates are shown in the member's zone, links lead where `link` says."""
    if text.get("type") == "mrkdwn":
        return mrkdwn_html(str(text["text"]), zone, link)
    return Markup("<br>").join(_emoji(str(escape(line))) for line in str(text["text"]).split("\n"))


def mrkdwn_html(source: str, zone: str = "UTC", link: Callable[[str], str] = str) -> Markup:
    """Return Slack's mrkdwn as HTML: styles, code, quotes, links, mentions and dates."""
    kept: list[str] = []

    def keep(piece: str) -> str:
        kept.append(piece)
        return f"\x00{len(kept) - 1}\x00"

    # Slack's senders escape &, < and > themselves: undo that once, so that it is escaped exactly once.
    safe = source.replace("\x00", "")
    safe = _CODE.sub(lambda found: keep(_code(found)), safe)
    safe = _ANGLE.sub(lambda found: keep(_angle(found[1], zone, link)), safe)
    safe = str(escape(html.unescape(safe)))
    for pattern, replacement in _STYLES:
        safe = pattern.sub(replacement, safe)
    safe = _emoji(_lines(safe))
    while "\x00" in safe:  # a kept piece may stand inside another one
        safe = re.sub(r"\x00(\d+)\x00", lambda found: kept[int(found[1])], safe)
    return Markup(safe)  # noqa: S704 -- every piece above is escaped or built here


def _lines(safe: str) -> str:
    """Join lines by breaks and gather lines that start with `>` into quotes."""
    parts: list[str] = []
    for line in safe.split("\n"):
        quoted = line.startswith("&gt;")
        shown = line.removeprefix("&gt;").lstrip() if quoted else line
        if quoted and parts and parts[-1].endswith("</blockquote>"):
            parts[-1] = parts[-1].removesuffix("</blockquote>") + f"<br>{shown}</blockquote>"
        elif quoted:
            parts.append(f"<blockquote>{shown}</blockquote>")
        else:
            parts.append(shown)
    joined = "<br>".join(parts)
    return joined.replace("<br><blockquote>", "<blockquote>").replace("</blockquote><br>", "</blockquote>")


def _code(found: re.Match[str]) -> str:
    if found[1] is not None:
        return f"<pre>{escape(html.unescape(found[1].strip()))}</pre>"
    return f"<code>{escape(html.unescape(found[2]))}</code>"


def _angle(inside: str, zone: str, link: Callable[[str], str]) -> str:
    date = _DATE.fullmatch(inside)
    if date is not None:
        return str(_date(int(date[1]), html.unescape(date[2]), zone))
    target, _, label = inside.partition("|")
    if target.startswith(("http://", "https://", "mailto:")):
        address, shown = link(html.unescape(target)), html.unescape(label or target)
        return str(Markup('<a href="{}">{}</a>').format(address, shown))
    if target.startswith(("@", "#")):
        return str(Markup('<span class="mention">{}</span>').format(html.unescape(label or target)))
    return str(escape(html.unescape(label or target)))


def _date(timestamp: int, form: str, zone: str) -> Markup:
    moment = datetime.fromtimestamp(timestamp, time_zone(zone))
    shown = re.sub(
        r"\{(\w+)\}",
        lambda token: DATE_TOKENS[token[1]].format(moment) if token[1] in DATE_TOKENS else token[0],
        form,
    )
    return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(), shown)


def _emoji(safe: str) -> Markup:
    for name, sign in EMOJI.items():
        safe = safe.replace(name, sign)
    return Markup(safe)  # noqa: S704 -- the caller escaped it
