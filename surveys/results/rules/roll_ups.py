"""The parts of a unit that stands for several pools: their items, their totals, what goes further up."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from surveys.results.rules.one_pool import Counts
from surveys.results.rules.parts import Part, Place, place_of
from surveys.results.rules.together import Item, item_of
from surveys.results.rules.told import told_together
from surveys.results.rules.totals import Known

MOST_TOGETHER = 160  # people in parts of a unit that are looked at at once
BLOCK = 100  # people whose parts are put together where there are more


@dataclass(frozen=True, slots=True)
class Loose:
    """A pool, or several of which all has been said, that is not under bars of three parts yet.

    Attributes:
        pools: whom it stands for.
        items: each item as a part of larger units; None where nothing may be said of any unit with it.
        places: for each item how many were neutral and favourable indeed.
    """

    pools: Sequence[UUID]
    items: tuple[Part, ...] | None
    places: tuple[Place, ...]

    @property
    def people(self) -> int:
        """How many are not settled, of the item of which the most are not."""
        return max(part.n for part in self.items or ())


def totals_of(here: Sequence[Loose], items: int) -> list[Place]:
    """Return for each item how many were neutral and favourable over all parts."""
    return [
        (sum(each.places[at][0] for each in here), sum(each.places[at][1] for each in here))
        for at in range(items)
    ]


def items_of(here: Sequence[Loose], whole: Sequence[Counts], *, shown: bool = True) -> list[Item]:
    """Return each item of some parts.

    Args:
        whole: for each item how often each value was chosen in all of the unit.
        shown: whether bars and words are to be shown.
    """
    found = []
    for at, total in enumerate(totals_of(here, len(whole))):
        parts = tuple(each.items[at] for each in here if each.items is not None)
        told = told_together(part.told for part in parts)
        neutral, favourable = place_of(whole[at])
        known = Known(
            (neutral - total[0], favourable - total[1]),
            sum(whole[at]) - sum(part.n + part.settled for part in parts),
            told.favourable,
            told.n,
            (told.neutral, told.favourable_three),
            told.n_three,
            shown=shown,
        )
        found.append(item_of(parts, known))
    return found


def in_blocks(here: Sequence[Loose]) -> tuple[list[list[Loose]], list[Loose]]:
    """Return parts to be put together, in blocks, and those that are left as they are to make others good.

    All of them while they are few; else too much time would be spent.
    """
    left, blocks = list(here), []
    while sum(each.people for each in left) > MOST_TOGETHER:
        block: list[Loose] = []
        while sum(each.people for each in block) < BLOCK:
            block.append(left.pop(0))
        blocks.append(block)
    return blocks, left


def put_together(block: Sequence[Loose]) -> Loose | None:
    """Return a block as one part: it is taken as known what its people answered together.

    Where that would tell something, only so much is taken as known as may be. None where that is nothing.
    """
    totals = totals_of(block, len(block[0].places))
    items = items_of(block, [(0, 0, v, w, 0) for v, w in totals], shown=False)
    return handed_up(block, items, totals, said=False) if all(item.speaks for item in items) else None


def handed_up(
    here: Sequence[Loose], items: Sequence[Item], totals: Sequence[Place], *, said: bool
) -> Loose:
    """Return all of a unit as one part of the unit above; `said`: whether bars are said of it."""
    both = zip(items, totals, strict=True)
    up = tuple(item.handed_up(total, said=said) for item, total in both)
    return Loose([pool for each in here for pool in each.pools], up, tuple(totals))
