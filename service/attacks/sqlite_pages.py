"""The bytes of a SQLite file and of its log: deleted answers that nobody overwrote.

A sealed row is a record whose last type code says how long the payload is, followed by the wave's id as
32 hexadecimal digits, the row key and the payload. Where SQLite freed the row, the first bytes may be
gone, so only that last type code, the digits of a wave that is over and the randomness of what follows
are looked for.
"""

import asyncio
import mmap
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.attacks.attempts import Attempt, judged, not_tried
from service.attacks.copies import open_read_only
from surveys.ballots.rules import NONCE_BYTES, PAYLOAD_BYTES, TAG_BYTES
from surveys.ballots.words import PACKED_BYTES
from surveys.waves.models import Wave, WaveState

PAYLOADS = (PAYLOAD_BYTES, NONCE_BYTES + PACKED_BYTES + TAG_BYTES)  # of an answer, of a remark
# A value of n bytes has the type code 12 + 2n, of whose seven-bit groups the last is looked for.
LAST_CODES = bytes(sorted({(12 + 2 * length) & 0x7F for length in PAYLOADS}))
SEALED = re.compile(rb"[" + re.escape(LAST_CODES) + rb"](?=([0-9a-f]{32})([\x00-\xff]{32}))")
PRINTABLE = bytes(range(32, 127))
LEAST_RANDOM = 10  # of the 32 bytes of a row key, about 20 are no letters
ENDINGS = ("", "-wal", "-journal")
OVER = (WaveState.PUBLISHED, WaveState.LOST, WaveState.CANCELLED)
DELETED = "answers in the file and its log"
FREE = "free pages"


async def attacks(session: AsyncSession, original: Path, copy: Path) -> list[Attempt]:
    """Return what the file and its log still hold of waves that are over."""
    waves = (await session.execute(select(Wave.id, Wave.state, Wave.key_destroyed_at))).all()
    over = {wave_id.hex.encode() for wave_id, state, gone in waves if state in OVER and gone is not None}
    try:
        return await asyncio.to_thread(_scan, original, copy, over)
    except OSError as error:
        return [not_tried(DELETED, f"The file could not be read: {error.strerror or 'no reason given'}.")]


def _scan(original: Path, copy: Path, over: set[bytes]) -> list[Attempt]:
    found = 0
    for ending in ENDINGS:
        file = original.with_name(original.name + ending)
        if file.exists():
            found += sum(wave in over for wave in ballots_in(file))
    return [
        judged(
            DELETED,
            found,
            clean="No sealed answer of a wave that is over is left in the file, its log or its journal.",
            leak="Sealed answers of waves that are over can be read from the file or its log.",
        ),
        judged(
            FREE,
            uncleared_pages(copy),
            clean="Every page that was freed was overwritten.",
            leak="Freed pages still hold what was deleted; something wrote without secure_delete.",
        ),
    ]


def ballots_in(file: Path) -> Iterator[bytes]:
    """Yield the wave (32 digits) of whatever may be a sealed answer in a file, deleted ones included."""
    if not file.stat().st_size:
        return
    with file.open("rb") as source, mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for match in SEALED.finditer(content):
            if len(match[2].translate(None, PRINTABLE)) >= LEAST_RANDOM and any(match[2]):
                yield match[1]


def uncleared_pages(file: Path) -> int:
    """Return how many pages of the free list are not empty, by walking it from the head of the file."""
    with closing(open_read_only(file)) as connection:
        size: int = connection.execute("PRAGMA page_size").fetchone()[0]
        pages: int = connection.execute("PRAGMA page_count").fetchone()[0]
    found = 0
    with file.open("rb") as source:

        def page(number: int) -> bytes:
            source.seek((number - 1) * size)
            return source.read(size)

        def word(content: bytes, place: int) -> int:
            return int.from_bytes(content[place : place + 4], "big")

        trunk = word(page(1), 32)
        while trunk:
            content = page(trunk)
            leaves = word(content, 4)
            # A trunk holds the next trunk, how many leaves it lists, their numbers, and behind these only
            # numbers of leaves that were taken again.
            found += any(word(content, place) > pages for place in range(8 + 4 * leaves, size - 3, 4))
            found += sum(any(page(word(content, 8 + 4 * leaf))) for leaf in range(leaves))
            trunk = word(content, 0)
    return found
