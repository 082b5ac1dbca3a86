"""Dimensions, items and the bank, and which items a wave asks. Answers and scores are not here.

The bank is data (`bank.toml`), and so are the offsets of the rotation. Items rotate over waves, never over
people: everyone asked in a wave is asked the same statements, because splitting a team would push every
item below the minimum group.

**Rotation.** A cycle is 4 waves (default), 8 (light) or 2 (quarterly). In cycle r the items of a core
dimension are paired by the round-robin circle method; waves take the pairs in turn, starting at an offset
for each dimension that spreads reversed items: at most 2 of them in a default or light pulse, 3 in a
quarterly one. With all 8 items r wraps after 6, so 7 cycles bring all 28 pairs together once.

**Struck items.** HR may strike up to 2 items of a dimension, and the same method runs on those left, in a
cycle of the same length, so that dimensions never drift apart:

- 7 left: the eighth seat is a bye. One pair of the cycle is a single item; 7 cycles bring all 21 pairs.
- 6 left: 5 rounds of three pairs. One pair is split into two single items, another each time the rounds
  have come round, so that 15 cycles bring each of the 15 pairs together twice.
- In a light pulse, whose every wave asks one item of each core dimension, the one or two free places of
  the cycle ask items of its first half again, none of them reversed and others in each cycle.

Offsets are then searched (the first that keeps the limit) instead of looked up.
"""

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from itertools import product
from types import MappingProxyType
from typing import Any

from surveys.errors import Missing

MAX_STRUCK = 2  # items a dimension; 6 of 8 left still make pairs
MAX_OWN = 2
EXCHANGED = 2  # further ways to lay four pairs into two waves, beyond the four turns
SUGGESTED_OPTIONAL = ("REL", "OPN")  # the fourth question of a light pulse, unless HR chooses otherwise


class Dimension(StrEnum):
    """What a group of items measures. The first three are asked in every pulse."""

    PSY = "PSY"
    CNF = "CNF"
    FLW = "FLW"
    REL = "REL"
    OPN = "OPN"
    EMP = "EMP"
    NJD = "NJD"
    REP = "REP"
    APR = "APR"


CORE = (Dimension.PSY, Dimension.CNF, Dimension.FLW)
OPTIONAL = tuple(dimension for dimension in Dimension if dimension not in CORE)


@dataclass(frozen=True, slots=True)
class Item:
    """One statement. `position` counts from 1 within its dimension; an own item is its own dimension."""

    code: str
    dimension: str
    text: str
    reversed: bool
    position: int


@dataclass(frozen=True, slots=True)
class LoopItem:
    """A question about the loop: a choice whose stored value is the position in `choices`, from 1."""

    code: str
    text: str  # may hold {commitment}, the promise in its owner's words
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenPrompt:
    """A question answered in one's own words; `names_welcome` where it asks for people."""

    code: str
    text: str
    names_welcome: bool


def _read_bank() -> dict[str, Any]:
    return tomllib.loads((files("surveys.questions") / "bank.toml").read_text(encoding="utf-8"))


def _items(bank: Mapping[str, Any]) -> dict[str, Item]:
    return {
        code: Item(code, Dimension(dimension), text, code in part["reversed"], position)
        for dimension, part in bank["dimensions"].items()
        for position, (code, text) in enumerate(part["items"].items(), start=1)
    }


_SOURCE = _read_bank()
BANK: Mapping[str, Item] = MappingProxyType(_items(_SOURCE))
DIMENSION_NAMES: Mapping[str, str] = MappingProxyType(
    {Dimension(code): part["name"] for code, part in _SOURCE["dimensions"].items()}
)


def place_of(dimension: str) -> tuple[int, str]:
    """Return what dimensions are sorted by: their order in the bank, own questions after them."""
    known = list(DIMENSION_NAMES)
    return known.index(dimension) if dimension in known else len(known), dimension


LOOP_ITEMS: Mapping[str, LoopItem] = MappingProxyType(
    {code: LoopItem(code, part["text"], tuple(part["choices"])) for code, part in _SOURCE["loop"].items()}
)
LOOP_CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {code: question.choices for code, question in LOOP_ITEMS.items()}
)
OPEN_PROMPTS: Mapping[str, OpenPrompt] = MappingProxyType(
    {
        code: OpenPrompt(code, part["text"], part.get("names", False))
        for code, part in _SOURCE["open"].items()
    }
)
THEMES: Mapping[str, str] = MappingProxyType(dict(_SOURCE["themes"]))
SCALE_LABELS: tuple[str, ...] = tuple(_SOURCE["scale"])


@dataclass(frozen=True, slots=True)
class _Shape:
    """How a pulse uses a cycle: how many waves, and how many reversed items a wave may hold."""

    waves: int
    most_reversed: int
    offsets: tuple[tuple[int, int, int], ...]  # by r, for PSY, CNF, FLW; found by search


# With every item in use. Each row was searched so that `most_reversed` holds; the tests prove it again.
# A light pulse keeps to one reversed core item a wave, which leaves room for a reversed optional one.
_SHAPES: Mapping[str, _Shape] = MappingProxyType(
    {
        "default": _Shape(
            waves=4,
            most_reversed=2,
            offsets=((0, 0, 1), (0, 0, 1), (0, 0, 3), (0, 1, 2), (0, 1, 1), (0, 1, 0), (0, 0, 2)),
        ),
        "light": _Shape(
            waves=8,
            most_reversed=1,
            offsets=((0, 5, 3), (0, 2, 1), (0, 1, 3), (0, 1, 3), (0, 2, 7), (0, 2, 4), (0, 1, 6)),
        ),
        "quarterly": _Shape(
            waves=2,
            most_reversed=3,
            offsets=((0, 0, 4), (0, 0, 1), (1, 0, 0), (0, 0, 2), (0, 0, 4), (0, 0, 0), (0, 0, 3)),
        ),
    }
)


def item(code: str) -> Item:
    """Return the item of the bank with this code.

    Raises:
        Missing: the bank has no such item.
    """
    try:
        return BANK[code]
    except KeyError:
        raise Missing("There is no statement with the code {code}.", code=code) from None


def open_prompt_of_wave(number: int) -> str:
    """Return the code of the open question of a wave: one after the other, in the order of the bank."""
    return list(OPEN_PROMPTS)[number % len(OPEN_PROMPTS)]


def items_of_dimension(dimension: str, *, struck: Collection[str] = ()) -> list[Item]:
    """Return the items of a dimension that are in use, in the order of the bank."""
    return [one for one in BANK.values() if one.dimension == dimension and one.code not in struck]


def waves_in_cycle(pulse: str) -> int:
    """Return after how many waves a pulse has asked every item that is in use: 4, 8 or 2."""
    return _SHAPES[pulse].waves


def items_of_wave(
    number: int,
    pulse: str,
    *,
    optional: Sequence[str] = (),
    struck: Collection[str] = (),
    own: Sequence[Item] = (),
) -> list[Item]:
    """Return what one wave asks: core items in the order of the bank's dimensions, optional, then own.

    Args:
        number: the wave's place in the rotation of its programme, from 0.
        pulse: "default", "light" or "quarterly".
        optional: dimensions that take the fourth question of a light pulse in turn; other pulses have none.
        struck: codes not to be asked, at most two a dimension.
        own: the programme's own items, asked in every wave. They count towards no limit of reversed items,
            and the caller drops them when loop questions would make the sheet too long.

    Raises:
        ValueError: a negative number, an unknown pulse, or more than two struck items in a dimension.
    """
    if number < 0 or pulse not in _SHAPES:
        raise ValueError(f"no rotation for wave {number} of a {pulse!r} pulse")
    cycle, place = divmod(number, _SHAPES[pulse].waves)
    asked = [item(code) for code in _cycle_of_waves(pulse, frozenset(struck), cycle)[place]]
    if pulse == "light" and optional:
        left = items_of_dimension(optional[number % len(optional)], struck=struck)
        asked.append(left[number // len(optional) % len(left)])
    return [*asked, *own]


@lru_cache(maxsize=1024)
def _cycle_of_waves(pulse: str, struck: frozenset[str], cycle: int) -> list[list[str]]:
    """Return the core items of each wave of a cycle."""
    shape = _SHAPES[pulse]
    left = [items_of_dimension(core, struck=struck) for core in CORE]
    parts = [_parts(pulse, items, cycle) for items in left]
    if not any(BANK[code].dimension in CORE for code in struck):
        return _laid_out(parts, shape.waves, shape.offsets[cycle % len(shape.offsets)])
    # Where every dimension pairs its two reversed items in the same cycle, no turn can part them in a
    # quarterly pulse; the last dimension then takes its pairs from the round after.
    choices = (parts, [*parts[:-1], _parts(pulse, left[-1], cycle + 1)])
    turns = range(len(parts[0]) + (EXCHANGED if pulse == "quarterly" else 0))
    layouts = (
        _laid_out(choice, shape.waves, shifts)
        for choice in choices
        for shifts in product(turns, repeat=len(CORE))
    )
    return next(waves for waves in layouts if _most_reversed(waves) <= shape.most_reversed)


def _most_reversed(waves: list[list[str]]) -> int:
    return max(sum(BANK[code].reversed for code in wave) for wave in waves)


def _laid_out(parts: list[list[list[str]]], waves: int, shifts: Sequence[int]) -> list[list[str]]:
    """Give every wave its share of each dimension's parts, each dimension turned by its own shift."""
    share = len(parts[0]) // waves
    turned = [_turned(dimension, shift) for dimension, shift in zip(parts, shifts, strict=True)]
    return [
        [code for dimension in turned for part in dimension[wave * share :][:share] for code in part]
        for wave in range(waves)
    ]


def _turned(parts: list[list[str]], shift: int) -> list[list[str]]:
    """Start at part `shift`; shifts past the last part exchange the middle two of four pairs first.

    Two waves of neighbouring pairs cannot keep to 3 reversed items in every cycle of a quarterly pulse;
    with the first and third pair in one wave they can.
    """
    if shift >= len(parts):
        first, second, third, fourth = parts
        parts, shift = [first, third, second, fourth], shift - len(parts)
    return [*parts[shift:], *parts[:shift]]


def _parts(pulse: str, left: list[Item], cycle: int) -> list[list[str]]:
    """Return one dimension's cycle as eight single items (light) or four pairs, some of them short."""
    full = max(one.position for one in BANK.values())
    if len(left) < full - MAX_STRUCK:
        raise ValueError(f"at most {MAX_STRUCK} items of a dimension can be struck")
    pairs = _circle(left, cycle)
    if pulse == "light":
        order = [one for pair in pairs for one in pair]
        # The fixed item of the circle opens every cycle, so repeats are taken from those that change.
        again = [one for one in order[1:] if not one.reversed][: full - len(order)]
        return [[one.code] for one in (*order, *again)]
    if len(pairs) * 2 > full - MAX_STRUCK:
        return [[one.code for one in pair] for pair in pairs]
    # Three pairs for four places: the rounds come round after five cycles, then the next pair is split.
    split = cycle // (len(left) - 1) % len(pairs)
    first, second = pairs.pop(split)
    return [[one.code for one in part] for part in (pairs[0], (first,), pairs[1], (second,))]


def _circle(left: Sequence[Item], cycle: int) -> list[tuple[Item, ...]]:
    """Return round `cycle` of the round-robin circle method; with an odd number one item has no partner.

    Numbers being positions among the n seats (n even), round r pairs (n, r + 1) and, for i = 1 … n/2 - 1,
    ((r + i) mod (n - 1) + 1, (r - i) mod (n - 1) + 1). After n - 1 rounds every pair met exactly once.
    """
    seats = len(left) + len(left) % 2
    r = cycle % (seats - 1)
    pairs = [(seats, r + 1)]
    pairs += [((r + step) % (seats - 1) + 1, (r - step) % (seats - 1) + 1) for step in range(1, seats // 2)]
    return [tuple(left[seat - 1] for seat in pair if seat <= len(left)) for pair in pairs]
