"""Whether a request is really Slack's: its signature, over the raw bytes, before anything is parsed."""

from typing import Final

from slack_sdk.signature import Clock, SignatureVerifier

LARGEST_BODY: Final = 1024 * 1024


class Gate:
    """Lets in only what Slack signed, within five minutes, over the bytes as they came."""

    def __init__(self, signing_secret: str, clock: Clock | None = None) -> None:
        self._verifier = SignatureVerifier(signing_secret, clock or Clock())

    def admits(self, body: bytes, timestamp: str, signature: str) -> bool:
        """Return whether the signature fits the raw body. Malformed headers are simply wrong."""
        if not timestamp or not signature or len(body) > LARGEST_BODY:
            return False
        try:
            return self._verifier.is_valid(body, timestamp, signature)
        except (ValueError, TypeError, OverflowError):  # the last from a stamp of hundreds of digits
            return False
