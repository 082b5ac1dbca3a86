"""How answers are packed, sealed and named, and what a sheet asks. Pure, and the only cryptography here.

    row key   HMAC-SHA256(K_w, lp("ans", wave, dimension, person))
    payload   nonce ‖ AES-256-GCM(HKDF-SHA256(K_w, "payload"), 16 bytes, aad = row key ‖ wave ‖ unit ‖
              dimension ‖ version)

    remark    the same with lp("remark", wave, person), HKDF(K_w, "remark") and 1,603 bytes

`lp` puts the length before each part, so that two lists of parts never give the same bytes. Every
payload has the same length whatever was answered, also when nothing was.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from surveys.errors import Invalid, Missing
from surveys.waves.rules import LoopQuestion, own_items_asked

KEY_BYTES = 32
PLAIN_BYTES = 16  # one byte an answer; 0 is "prefer not to say" or left blank
NONCE_BYTES = 12
TAG_BYTES = 16
PAYLOAD_BYTES = NONCE_BYTES + PLAIN_BYTES + TAG_BYTES
VERSION = b"\x01"
LINK_PROOF_BYTES = 16
SCALE_POINTS = 5
CHOICES = 4  # every loop question offers four


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What one person handed in; it lives in memory only.

    Attributes:
        place_id: the place on the roster.
        slack_user_id: the signed user of a Slack request; None when the person came by their own link.
        answers: question key → 1 to 5 as pressed, or the number of the choice; what is absent was not
            answered. An empty mapping takes everything back.
    """

    place_id: UUID
    slack_user_id: str | None
    answers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Opened:
    """One person's answers to one dimension, for as long as the seal takes; it lives in memory only.

    `answers` holds one byte an item, padded with zeros; `counts` says whether the person counts towards
    the minimum group.
    """

    person_id: UUID
    team_id: UUID
    counts: bool
    dimension: str
    answers: bytes


@dataclass(frozen=True, slots=True)
class WaveKey:
    """The key of one wave and what is derived from it. Never printed, never stored in the database."""

    wave_id: UUID
    secret: bytes = field(repr=False)
    _cipher: AESGCM = field(repr=False, compare=False)

    @classmethod
    def of(cls, wave_id: UUID, secret: bytes) -> "WaveKey":
        """Return the key of `wave_id` from its 32 secret bytes."""
        if len(secret) != KEY_BYTES:
            raise ValueError("a wave key has 32 bytes")
        payload_key = HKDF(SHA256(), KEY_BYTES, salt=None, info=b"payload").derive(secret)
        return cls(wave_id, secret, AESGCM(payload_key))

    def mac(self, *parts: bytes) -> bytes:
        """Return HMAC-SHA256 over the length-prefixed parts."""
        return hmac.digest(self.secret, length_prefixed(*parts), "sha256")

    def row_key(self, dimension: str, person_id: UUID) -> bytes:
        """Return the primary key under which this person's answers to a dimension lie."""
        return self.mac(b"ans", self.wave_id.bytes, dimension.encode(), person_id.bytes)

    def seal(self, row_key: bytes, unit: UUID, dimension: str, answers: bytes) -> bytes:
        """Return the payload for `answers`, 44 bytes whatever they are."""
        nonce = os.urandom(NONCE_BYTES)
        plain = answers.ljust(PLAIN_BYTES, b"\0")
        bound = row_key + self.wave_id.bytes + unit.bytes + dimension.encode() + VERSION
        return nonce + self._cipher.encrypt(nonce, plain, bound)

    def unseal(self, row_key: bytes, unit: UUID, dimension: str, payload: bytes) -> bytes | None:
        """Return the 16 answer bytes, or None when the row was moved, forged or damaged."""
        bound = row_key + self.wave_id.bytes + unit.bytes + dimension.encode() + VERSION
        try:
            return self._cipher.decrypt(payload[:NONCE_BYTES], payload[NONCE_BYTES:], bound)
        except InvalidTag:
            return None

    def remark_key(self, person_id: UUID) -> bytes:
        """Return the primary key under which this person's words to the open question lie."""
        return self.mac(b"remark", self.wave_id.bytes, person_id.bytes)

    def seal_remark(self, row_key: bytes, unit: UUID, plain: bytes) -> bytes:
        """Return the payload for a packed remark; as much longer than `plain` as any other."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._remark_cipher().encrypt(nonce, plain, self._bound_remark(row_key, unit))

    def unseal_remark(self, row_key: bytes, unit: UUID, payload: bytes) -> bytes | None:
        """Return the packed remark, or None when the row was moved, forged or damaged."""
        nonce, sealed = payload[:NONCE_BYTES], payload[NONCE_BYTES:]
        try:
            return self._remark_cipher().decrypt(nonce, sealed, self._bound_remark(row_key, unit))
        except (InvalidTag, ValueError):
            return None

    def _remark_cipher(self) -> AESGCM:
        return AESGCM(HKDF(SHA256(), KEY_BYTES, salt=None, info=b"remark").derive(self.secret))

    def _bound_remark(self, row_key: bytes, unit: UUID) -> bytes:
        return row_key + self.wave_id.bytes + unit.bytes + b"remark" + VERSION

    def link_proof(self, place_id: UUID) -> bytes:
        """Return what shows that a personal web link was made for this place."""
        return self.mac(b"link", place_id.bytes)[:LINK_PROOF_BYTES]


def length_prefixed(*parts: bytes) -> bytes:
    """Return the parts joined so that no other list of parts gives the same bytes."""
    return b"".join([piece for part in parts for piece in (len(part).to_bytes(4, "big"), part)])


def write_token(place_id: UUID, proof: bytes) -> str:
    """Return the 43 characters of a personal link. Nothing about it is stored anywhere."""
    return base64.urlsafe_b64encode(place_id.bytes + proof).rstrip(b"=").decode()


def read_token(token: str) -> tuple[UUID, bytes]:
    """Return the place and the proof in a token.

    Raises:
        Missing: it is not a token of ours.
    """
    try:
        raw = base64.b64decode(token.encode("ascii") + b"=", altchars=b"-_", validate=True)
    except ValueError:
        raw = b""
    if len(raw) != 16 + LINK_PROOF_BYTES:
        raise Missing("This link is not complete. Open it again from your message.")
    return UUID(bytes=raw[:16]), raw[16:]


def same(left: bytes, right: bytes) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(left, right)


def parts_of_sheet(
    items: Sequence[Mapping[str, Any]], number: int, loop: Sequence[LoopQuestion]
) -> dict[str, tuple[str, ...]]:
    """Return what one unit is asked: dimension → question keys in the order of the payload's bytes.

    Each dimension, each own question and each loop question is one ballot row.
    """
    own = [str(item["code"]) for item in items if item["dimension"] == item["code"]]
    asked_own = own_items_asked(own, number, len(loop))
    parts: dict[str, list[str]] = {}
    for item in items:
        code = str(item["code"])
        if code in own and code not in asked_own:
            continue
        parts.setdefault(str(item["dimension"]), []).append(code)
    for question in loop:
        parts[question.key] = [question.key]
    return {dimension: tuple(codes) for dimension, codes in parts.items()}


def pack(parts: Mapping[str, Sequence[str]], answers: Mapping[str, int]) -> dict[str, bytes]:
    """Return dimension → answer bytes, for every dimension of the sheet, answered or not.

    Raises:
        Invalid: an answer to a question this sheet does not ask, or outside its choices.
    """
    asked = {code for codes in parts.values() for code in codes}
    for code, value in answers.items():
        if code not in asked:
            raise Invalid(
                "This sheet does not ask that question. Open it again and answer there.", field=code
            )
        if not 0 <= value <= (CHOICES if code.startswith("LOOP-") else SCALE_POINTS):
            raise Invalid("Choose one of the answers on the sheet.", field=code)
    return {dimension: bytes(answers.get(code, 0) for code in codes) for dimension, codes in parts.items()}


def order_for(key: WaveKey, person_id: UUID, codes: Sequence[str]) -> list[str]:
    """Return the codes in this person's order: the first is the same for all, the rest are mixed."""
    first, rest = codes[:1], codes[1:]
    return [*first, *sorted(rest, key=lambda code: key.mac(b"order", person_id.bytes, code.encode()))]


def lock_number(wave_id: UUID) -> int:
    """Return the 64-bit number of the advisory lock between casting and closing a wave."""
    return int.from_bytes(hashlib.sha256(b"wave" + wave_id.bytes).digest()[:8], "big", signed=True)
