"""What all tools share: signatures over the raw bytes, bodies read into what is needed, nothing logged."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import TypeVar
from urllib.parse import parse_qs

import msgspec

Read = TypeVar("Read")
Headers = Mapping[str, str]  # names in small letters

FORM = "application/x-www-form-urlencoded"
WINDOW_SECONDS = 300  # how far a signed time may be from ours, either way


class UnreadableError(ValueError):
    """A signed body that is not what the tool is known to send."""


def hex_signature_fits(body: bytes, signature: str, secrets: Sequence[str]) -> bool:
    """Return whether `sha256=<hex>` is the HMAC of the body under one of the secrets."""
    if not signature.isascii():
        return False
    found = False
    for secret in secrets:  # all of them, so that the time taken does not tell which one fits
        expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        found |= hmac.compare_digest(expected, signature)
    return found


def is_fresh(stamp: str, *, now: float) -> bool:
    """Return whether a time in seconds, as sent, lies within five minutes of now."""
    return stamp.isascii() and stamp.isdecimal() and abs(int(stamp) - now) <= WINDOW_SECONDS


def read(body: bytes, kind: type[Read]) -> Read:
    """Return a JSON body as what is needed of it.

    Raises:
        UnreadableError: it is not JSON, not UTF-8, or lacks what the tool documents.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, ValueError) as error:
        raise UnreadableError("json") from error


def json_of(body: bytes, content_type: str) -> bytes:
    """Return the JSON in a body, which a form may wrap as its field `payload`.

    Raises:
        UnreadableError: a form without that field, or not UTF-8.
    """
    if not content_type.startswith(FORM):
        return body
    try:
        return parse_qs(body.decode(), strict_parsing=True, max_num_fields=10)["payload"][0].encode()
    except (KeyError, ValueError) as error:
        raise UnreadableError("form") from error
