"""How cards are sealed until they are revealed, and how votes are told apart without knowing the voter.

    card key    HMAC-SHA256(K_cards, lp("card", board, pen, column, number))
    payload     nonce ‖ AES-256-GCM(HKDF-SHA256(K_cards, "cards"), 1,664 bytes, aad = card key ‖ board)
    vote key    HMAC-SHA256(K_votes, lp("vote", board, person, number))

A pen is a random value that a browser or a Slack form holds; it is stored nowhere. Whoever has the pen
can read and change its cards until the reveal, and nobody can say whose pen it is. Pure: no database.
"""

import hashlib
import hmac
import os
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from surveys.retrospectives.rules import COLUMNS, LONGEST_CARD, Column

NONCE_BYTES = 12
PEN_BYTES = 16
NOBODY = UUID(int=0)
HEAD_BYTES = 1 + 16 + 2  # column, author, length
PLAIN_BYTES = 1_664  # room for 400 characters of four bytes each, whatever was written
LONGEST_TEXT_BYTES = PLAIN_BYTES - HEAD_BYTES


@dataclass(frozen=True, slots=True)
class Written:
    """One card as it was written; it lives in memory only until the reveal. Nobody signs unless named."""

    column: Column
    text: str
    author: UUID | None = None


@dataclass(frozen=True, slots=True)
class CardSeal:
    """The cards' key of one board."""

    board: UUID
    _secret: bytes = field(repr=False)
    _cipher: AESGCM = field(repr=False, compare=False)

    @classmethod
    def of(cls, board: UUID, secret: bytes) -> "CardSeal":
        """Return the seal of a board from the secret bytes of its cards' key."""
        derived = HKDF(SHA256(), 32, salt=None, info=b"cards").derive(secret)
        return cls(board, secret, AESGCM(derived))

    def row_key(self, pen: bytes, column: Column, number: int) -> bytes:
        """Return the key under which the `number`-th card of a pen lies."""
        return _mac(
            self._secret, b"card", self.board.bytes, pen, column.encode(), number.to_bytes(2, "big")
        )

    def seal(self, row_key: bytes, card: Written) -> bytes:
        """Return a payload of one length, whatever the card says."""
        text = card.text.encode()
        if len(text) > LONGEST_TEXT_BYTES:
            raise ValueError(f"a card has at most {LONGEST_CARD} characters")
        head = bytes([COLUMNS.index(card.column)]) + (card.author or NOBODY).bytes
        plain = (head + len(text).to_bytes(2, "big") + text).ljust(PLAIN_BYTES, b"\0")
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, row_key + self.board.bytes)

    def open(self, row_key: bytes, payload: bytes) -> Written | None:
        """Return the card, or None when the row was moved, forged or damaged."""
        try:
            plain = self._cipher.decrypt(
                payload[:NONCE_BYTES], payload[NONCE_BYTES:], row_key + self.board.bytes
            )
        except InvalidTag:
            return None
        author = UUID(bytes=plain[1:17])
        length = int.from_bytes(plain[17:HEAD_BYTES], "big")
        text = plain[HEAD_BYTES : HEAD_BYTES + length].decode()
        return Written(COLUMNS[plain[0]], text, None if author == NOBODY else author)


def vote_key(secret: bytes, board: UUID, person_id: UUID, number: int) -> bytes:
    """Return the key under which a person's `number`-th vote lies."""
    return _mac(secret, b"vote", board.bytes, person_id.bytes, number.to_bytes(2, "big"))


def new_pen() -> bytes:
    """Return a pen: what a browser has to hold to find its cards again."""
    return os.urandom(PEN_BYTES)


def _mac(secret: bytes, *parts: bytes) -> bytes:
    joined = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return hmac.digest(secret, joined, hashlib.sha256)
