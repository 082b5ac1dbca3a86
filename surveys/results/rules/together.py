"""What may be said of several pools together, decided from what is public alone.

Whoever knows the program learns from what is not said as well. So whether bars are said depends on nothing
but what is public below (see `parts`) and on what the bars themselves would show: how many were neutral and
favourable over all parts, the *total*. Of each total it is known whether anybody who reads it, and knows
everything else, could be certain of something about a pool. Where that is so, or where a bar would show one
or two people, the total is one of those of which no bars are said; and all of these, with the word they
share, must leave a doubt about every pool too. Else there is a word for none of them; else nothing is ever
said of this unit, which then tells nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from surveys.results.rules.distributions import THREE, TWO, word_for
from surveys.results.rules.parts import Part, Place
from surveys.results.rules.told import Told, told_together
from surveys.results.rules.totals import Known, bits_of, row_of, showable

KEPT_ITEMS = 64
WORDS = ("few", "half", "most")
MOST_PLACES = 60  # of a unit as a part of another


@dataclass
class Item:
    """One item of a unit: which totals get bars, and what is said of the others.

    Args:
        parts: the item in everything that is not under bars of three parts yet.
        known: what is known already.
    """

    parts: Sequence[Part]
    known: Known
    silent: dict[str, int] = field(default_factory=dict, init=False)  # word → totals without bars
    speaks: bool = field(default=True, init=False)  # whether bars may be said of any total
    words: bool = field(default=True, init=False)  # whether a word is said where there are no bars
    barless: int = field(default=0, init=False)  # totals that could have bars but do not get them

    def __post_init__(self) -> None:
        self._n = sum(part.n for part in self.parts)
        self._settled = sum(part.settled for part in self.parts)
        self._base = sum(part.base[0] for part in self.parts), sum(part.base[1] for part in self.parts)
        self._row = row_of(self._n)
        self._shifts = [list(map(self._shift, part.worlds)) for part in self.parts]
        self._asked = [[(place, self._shift(place)) for place in part.places] for part in self.parts]
        self._before = [1]
        for shifts in self._shifts:
            here = self._before[-1]
            total = 0
            for shift in shifts:
                total |= here << shift
            self._before.append(total)
        self._three, self._two = self._showable()
        self._safe: dict[int, bool] = {}
        self._up: dict[tuple[int, bool], Part] = {}
        self._settlements: dict[tuple[Place, bool], Part] = {}
        if self._n:
            self._decide()

    @property
    def _reach(self) -> int:
        """All totals there can be."""
        return self._before[-1]

    def parts_of(self, total: Place) -> int | None:
        """Return of how many parts bars are that are said of a total, or None where there are none."""
        bit = self._bit(total)
        if not self._n:
            return self._buckets(bit)
        if not self.speaks or self.barless & bit or not self._is_safe(bit):
            return None
        return self._buckets(bit)

    def _bit(self, total: Place) -> int:
        return 1 << self._shift((total[0] - self._base[0], total[1] - self._base[1]))

    def _shift(self, place: Place) -> int:
        return place[0] * self._row + place[1]

    def _buckets(self, bit: int) -> int | None:
        if bit & self._three:
            return THREE
        return TWO if bit & self._two else None

    def handed_up(self, total: Place, *, said: bool) -> Part:
        """Return all of this as a part of the unit above, when everything has been said of it.

        Args:
            total: what is true; only how it reads matters.
            said: whether bars are said of the unit.
        """
        bit = self._bit(total)
        barred = self.parts_of(total) is not None
        if not self._n or (barred and bit & self._three):
            return self._settle(total, said=said)
        if barred:
            totals, span = self._cell(bit), (total[1] - self._base[1],) * 2
            told = self._told_below
            if said:
                told = told._replace(n=self._settled + self._n, favourable=total[1])
        else:
            told = self._told_below
            word = next(word for word in WORDS if self._of_word(word) & bit) if self.words else ""
            totals, span = self.silent[word], self._spans[word]
        if (totals, said) not in self._up:
            self._up[totals, said] = self._as_part(totals, span, told=told)
        return self._up[totals, said]

    def _settle(self, total: Place, *, said: bool) -> Part:
        if (total, said) not in self._settlements:
            self._settlements[total, said] = Part(
                0,
                {(0, 0): ()},
                (0, 0),
                below=lambda _places: True,
                told=self._told(total, said=said),
                settled=self._settled + self._n,
                base=total,
            )
        return self._settlements[total, said]

    @cached_property
    def _told_below(self) -> Told:
        return told_together(part.told for part in self.parts)

    def _told(self, total: Place, *, said: bool) -> Told:
        """Return what bars say where all of it is settled."""
        everybody = self._settled + self._n
        return Told(everybody, total[1], everybody, *total) if said else self._told_below

    def _as_part(self, totals: int, span: tuple[int, int], *, told: Told) -> Part:
        found = list(bits_of(totals))
        if len(found) > MOST_PLACES:
            found = sorted(found, key=self._from_the_middle)[:MOST_PLACES]
        places = {divmod(bit.bit_length() - 1, self._row): bit for bit in found}
        return Part(
            self._n,
            dict.fromkeys(places, ()),
            span,
            below=lambda chosen: self._doubtful(sum(places[place] for place in chosen)),
            told=told,
            settled=self._settled,
            base=self._base,
        )

    @cached_property
    def _spans(self) -> dict[str, tuple[int, int]]:
        """Return word → how many may be favourable at least and at most, for the words that can be true."""
        least, most = (sum(part.span[at] for part in self.parts) for at in range(2))
        n, settled = self._everybody
        found = {"": (least, most)}
        for w in range(least, most + 1) if self.known.shown else ():
            word = word_for(settled + w, n)
            found[word] = found.get(word, (w, w))[0], w
        return found

    @property
    def _everybody(self) -> tuple[int, int]:
        """How many people the unit has, and how many of those who are settled were favourable."""
        return self._n + self._settled + self.known.n, self.known.place[1] + self._base[1]

    def _decide(self) -> None:
        """Choose the totals that get no bars, so that these leave a doubt about every part."""
        self.words = self.known.shown
        for word in WORDS:
            if word in self._spans:
                silent = self._without_bars(self._reach & self._of_word(word))
                if silent is None:
                    self.words = False
                    break
                self.silent[word] = silent
        if not self.words:
            silent = self._without_bars(self._reach)
            self.speaks = silent is not None
            self.silent = {"": silent or 0}
        for silent in self.silent.values():
            self.barless |= silent

    def _without_bars(self, totals: int) -> int | None:
        """Return some of these totals to go without bars; None where even all would tell something.

        First those of which bars may not speak anyway, then, from the outside, as many as it takes.
        """
        speakable = self._three | self._two
        silent = totals & ~speakable
        if silent and self._doubtful(silent):
            return silent
        others, taken = totals & speakable, 1
        while others:
            for _ in range(taken):  # the fewest and the most neutral ones first
                ends = (others & -others) | (1 << others.bit_length() >> 1)
                silent |= ends
                others &= ~ends
            taken *= 2
            if self._doubtful(silent):
                return silent
        return None

    def _is_safe(self, bit: int) -> bool:
        """Return whether bars of this total leave a doubt about every part."""
        if not bit & self._reach:
            return False
        if bit not in self._safe:
            cell = self._cell(bit)
            self._safe[bit] = bool(cell) and self._doubtful(cell)
        return self._safe[bit]

    def _cell(self, bit: int) -> int:
        """Return the totals of which the bars would look like those of this one, which bars may show."""
        if bit & self._three:
            return bit
        column = 1 << ((bit.bit_length() - 1) % self._row)
        return self._reach & self._two & ~(self._three | self.barless) & (column * self._every_row)

    @cached_property
    def _every_row(self) -> int:
        return sum(1 << (v * self._row) for v in range(self._n + 1))

    def _doubtful(self, totals: int) -> bool:
        """Return whether each part leaves a doubt while one of these totals is true."""
        back = totals
        for at in range(len(self.parts) - 1, -1, -1):
            before = self._before[at]
            places = [place for place, shift in self._asked[at] if (before << shift) & back]
            if not self.parts[at].doubtful(places):
                return False
            rest = 0
            for shift in self._shifts[at]:
                rest |= back >> shift
            back = rest
        return True

    def _from_the_middle(self, bit: int) -> tuple[int, int]:
        v, w = divmod(bit.bit_length() - 1, self._row)
        return abs(2 * v - self._middle[0]) + abs(2 * w - self._middle[1]), bit

    @cached_property
    def _middle(self) -> Place:
        """Twice the middle of all totals."""
        ends = [tuple(zip(*part.worlds, strict=True)) for part in self.parts]
        return sum(min(v) + max(v) for v, _ in ends), sum(min(w) + max(w) for _, w in ends)

    def _of_word(self, word: str) -> int:
        return self._by_word[word]

    @cached_property
    def _by_word(self) -> dict[str, int]:
        """Return word → the totals of which it is said."""
        n, settled = self._everybody
        rows = dict.fromkeys(WORDS, 0)
        for w in range(self._n + 1):
            rows[word_for(settled + w, n)] |= 1 << w
        return {each: row * self._every_row for each, row in rows.items()}

    def _showable(self) -> tuple[int, int]:
        if not self.known.shown:
            return ((1 << (self._n + 1)) - 1) * self._every_row, 0
        return showable(self.known, self._n, self._settled, self._base)


@lru_cache(maxsize=KEPT_ITEMS)
def item_of(parts: tuple[Part, ...], known: Known) -> Item:
    """Return one item of a unit; what is asked again soon is worked out once."""
    return Item(parts, known)
