"""Receipts: what a unit is shown of a wave as text, and one fingerprint over the texts of all units.

Everybody may recompute the fingerprint, and nobody learns from it what another unit is shown. Each unit's
text begins with 32 random characters, so its hash cannot be found by trying figures; the hashes of all
units, in alphabetical order and without names, are a list that everybody may have; the fingerprint of the
receipt is the hash of that list.

A text is made anew from the stored figures whenever somebody checks it. So its form has a number, stored
beside the hash and, from 2 on, in the first line. A later form is added to `FORMS`; none is ever changed.
"""

import hashlib
import json
import secrets
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.database import insert_rows
from surveys.results.models import Figure, Participation, ReceiptText
from surveys.results.queries import figure_view, participation_view
from surveys.waves.models import WaveUnit

PIECE = 1_000  # units whose figures are in memory at a time
RANDOM_BYTES = 16


def text_of(lines: Iterable[Mapping[str, Any]]) -> bytes:
    """Return lines as they are hashed: one JSON object each, keys in order, without blanks, in UTF-8."""
    return b"".join(
        json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
        for line in lines
    )


def list_of(hashes: Iterable[str]) -> bytes:
    """Return the list whose hash is the fingerprint: one hash a line, in alphabetical order."""
    return b"".join(one.encode() + b"\n" for one in sorted(hashes))


def sha256_of(text: bytes) -> str:
    """Return what `sha256sum` prints."""
    return hashlib.sha256(text).hexdigest()


async def write_receipt_texts(session: AsyncSession, wave_id: UUID) -> str:
    """Store the random beginning and the hash of every unit's text; return the fingerprint over all."""
    units = await session.scalars(select(WaveUnit.team_id).where(WaveUnit.wave_id == wave_id))
    randoms = {team_id: secrets.token_hex(RANDOM_BYTES) for team_id in units}
    rows: list[dict[str, Any]] = [
        {
            "wave_id": wave_id,
            "team_id": team_id,
            "random": randoms[team_id],
            "sha256": sha256_of(_text(NEWEST, wave_id, randoms[team_id], shown)),
            "version": NEWEST,
        }
        async for team_id, shown in _shown(session, wave_id)
    ]
    await insert_rows(session, ReceiptText, rows)
    return sha256_of(list_of(row["sha256"] for row in rows))


async def receipt_text(session: AsyncSession, wave_id: UUID, team_id: UUID) -> bytes | None:
    """Return what a unit is shown of a wave, as its hash was taken; None where no text can be made."""
    kept = await session.get(ReceiptText, (wave_id, team_id))
    if kept is None or kept.version not in FORMS:
        return None
    async for _, shown in _shown(session, wave_id, team_id):
        return _text(kept.version, wave_id, kept.random, shown)
    return None


async def receipt_list(session: AsyncSession, wave_id: UUID) -> bytes:
    """Return the hashes of all units of a wave, whose own hash is the fingerprint."""
    hashes = await session.scalars(select(ReceiptText.sha256).where(ReceiptText.wave_id == wave_id))
    return list_of(hashes)


async def changed_texts(session: AsyncSession, wave_id: UUID) -> list[UUID]:
    """Return the units whose text does not have its hash any more: something was changed afterwards."""
    rows = await session.scalars(select(ReceiptText).where(ReceiptText.wave_id == wave_id))
    kept = {row.team_id: row for row in rows}
    return [
        team_id
        async for team_id, shown in _shown(session, wave_id)
        if (row := kept.get(team_id)) is not None
        and (
            row.version not in FORMS
            or sha256_of(_text(row.version, wave_id, row.random, shown)) != row.sha256
        )
    ]


class _Shown(NamedTuple):
    """Everything one unit is shown of a wave."""

    name: str
    figures: Sequence[Figure]
    participation: Participation | None


def _text(version: int, wave_id: UUID, random: str, shown: _Shown) -> bytes:
    return text_of(FORMS[version](wave_id, random, shown))


async def _shown(
    session: AsyncSession, wave_id: UUID, team_id: UUID | None = None
) -> AsyncIterator[tuple[UUID, _Shown]]:
    """Yield every unit, or one, with everything it is shown, in a fixed order."""
    units = select(WaveUnit.team_id, WaveUnit.name).where(WaveUnit.wave_id == wave_id)
    if team_id is not None:
        units = units.where(WaveUnit.team_id == team_id)
    everybody = (await session.execute(units.order_by(WaveUnit.team_id))).all()
    for start in range(0, len(everybody), PIECE):
        piece = everybody[start : start + PIECE]
        figures = select(Figure).where(
            Figure.wave_id == wave_id, Figure.team_id.between(piece[0].team_id, piece[-1].team_id)
        )
        took_part = select(Participation).where(
            Participation.wave_id == wave_id,
            Participation.team_id.between(piece[0].team_id, piece[-1].team_id),
        )
        participation = {row.team_id: row for row in await session.scalars(took_part)}
        by_unit: dict[UUID, list[Figure]] = {}
        for figure in await session.scalars(figures.order_by(Figure.dimension)):
            by_unit.setdefault(figure.team_id, []).append(figure)
        for unit, name in piece:
            yield unit, _Shown(name, by_unit.get(unit, ()), participation.get(unit))


def _first_form(wave_id: UUID, random: str, shown: _Shown) -> list[dict[str, Any]]:
    row = shown.participation
    size = row.size_class if row is not None else None
    lines: list[dict[str, Any]] = [{"pulse": str(wave_id), "random": random}]
    lines += [{"unit": shown.name, **_figure_line(figure, size)} for figure in shown.figures]
    if row is not None:
        lines.append({"unit": shown.name, **_participation_line(row)})
    return lines


def _second_form(wave_id: UUID, random: str, shown: _Shown) -> list[dict[str, Any]]:
    first, *lines = _first_form(wave_id, random, shown)
    return [{**first, "version": 2}, *lines]


def _figure_line(figure: Figure, size: str | None) -> dict[str, Any]:
    view = figure_view(figure, size)
    return {
        "dimension": figure.dimension,
        "shown": view.shown,
        "score": view.score,
        "low": view.low,
        "high": view.high,
        "range": view.range_kind,
        "capped": view.capped,
        "carried": view.carried,
        "bars": view.bars,
        "statements": view.item_words,
        "agreement": view.agreement,
        "change": view.trend.word if view.trend is not None else None,
    }


def _participation_line(row: Participation) -> dict[str, Any]:
    view = participation_view(row)
    return {
        "shown": view.shown,
        "asked": view.asked,
        "answered": view.answered,
        "band": view.band,
        "size": view.size_class,
    }


# Number of the form → its lines. What was hashed in one of them must be made in it for ever.
FORMS: dict[int, Callable[[UUID, str, _Shown], list[dict[str, Any]]]] = {1: _first_form, 2: _second_form}
NEWEST = 2
