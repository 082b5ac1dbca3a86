"""Everything one wave publishes, decided in one pure step from the opened answers.

This is the disclosure gate: what it returns is stored as it stands, and every page, command and
message reads only that. Answers go in and do not come out.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from surveys.ballots.rules import Opened
from surveys.results.rules.disclosure import (
    CAP_FROM,
    CAPPED_AS,
    Released,
    Respondent,
    carry_up,
    pools_of_counts,
    post_order,
    unions,
)
from surveys.results.rules.distributions import BARS_FROM, agreement_word, bar, histogram, item_word
from surveys.results.rules.intervals import range_of
from surveys.results.rules.loop_words import loop_word
from surveys.results.rules.participation import EXACT_FROM, participation_band, size_class
from surveys.results.rules.scoring import AskedItems, item_scores
from surveys.results.rules.trend import TrendState, follow, noise_variance


@dataclass(frozen=True, slots=True)
class FrozenUnit:
    """A unit as it stood at opening.

    Attributes:
        asked: people asked in this very unit.
        leaders: who leads it.
        parts: dimension → question keys, in the order of a ballot's bytes.
        loop: loop question key → (code, choices in order).
        changed: share of the roster that is new or gone, None for a first wave.
    """

    parent_id: UUID | None
    asked: int
    leaders: frozenset[UUID]
    parts: Mapping[str, tuple[str, ...]]
    loop: Mapping[str, tuple[str, tuple[str, ...]]]
    changed: float | None = None


@dataclass(slots=True)
class Publication:
    """Rows to be stored, ready for insertion, and the totals of the receipt."""

    pools: list[dict[str, Any]] = field(default_factory=list)
    figures: list[dict[str, Any]] = field(default_factory=list)
    participation: list[dict[str, Any]] = field(default_factory=list)
    words: list[dict[str, Any]] = field(default_factory=list)
    totals: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FrozenWave:
    """What was promised when the wave opened.

    Attributes:
        backwards: code → whether the item is reversed.
        trends: (unit, dimension) → state frozen with the last publication; None for a pulse that gets
            no trend words.
    """

    occurrence: str
    minimum: int
    votes_for_a_word: int
    units: Mapping[UUID, FrozenUnit]
    backwards: Mapping[str, bool]
    trends: Mapping[tuple[UUID, str], TrendState] | None


def decide(wave: FrozenWave, answers: Iterable[Opened]) -> Publication:
    """Return everything that is published of a wave."""
    parents = {unit_id: unit.parent_id for unit_id, unit in wave.units.items()}
    order = post_order(parents)
    leads = _led_units(wave.units, parents)
    scored: dict[str, dict[UUID, list[Respondent[UUID]]]] = defaultdict(lambda: defaultdict(list))
    votes: dict[tuple[UUID, str], Counter[str]] = defaultdict(Counter)
    answered_in: dict[UUID, set[UUID]] = defaultdict(set)
    asked_items = _asked_items(wave)
    nobody: frozenset[UUID] = frozenset()
    for one in answers:
        unit = wave.units[one.team_id]
        if one.dimension in unit.loop:
            choices = unit.loop[one.dimension][1]
            if 1 <= one.answers[0] <= len(choices):
                votes[one.team_id, one.dimension][choices[one.answers[0] - 1]] += 1
            continue
        if any(one.answers):
            answered_in[one.team_id].add(one.person_id)
        scores = item_scores(one.answers, asked_items[one.dimension])
        if scores is not None:
            led = leads.get(one.person_id, nobody)
            scored[one.dimension][one.team_id].append(Respondent(one.team_id, scores, one.counts, led))
    found = Publication()
    smallest: dict[UUID, int] = {}
    for dimension in asked_items:
        _publish_dimension(wave, found, order, parents, dimension, asked_items[dimension], scored, smallest)
    answered = {unit: len(people) for unit, people in answered_in.items()}
    # A question about a promise alone has its word and nothing else.
    heard = _publish_participation(wave, found, order, parents, answered, smallest) if asked_items else None
    for unit_id, unit in wave.units.items():
        for key, (code, _) in unit.loop.items():
            word = loop_word(code, votes[unit_id, key], unit.asked, needed=wave.votes_for_a_word)
            found.words.append({"team_id": unit_id, "question": key, "word": word})
    found.totals = _totals(wave, heard, found)
    return found


def _led_units(
    units: Mapping[UUID, FrozenUnit], parents: Mapping[UUID, UUID | None]
) -> dict[UUID, frozenset[UUID]]:
    """Return person → the units they lead with everything below, for the people who lead any."""
    led: dict[UUID, set[UUID]] = defaultdict(set)
    for unit_id in units:
        above: UUID | None = unit_id
        while above is not None:
            for leader in units[above].leaders:
                led[leader].add(unit_id)
            above = parents[above]
    return {person: frozenset(found) for person, found in led.items()}


def _asked_items(wave: FrozenWave) -> dict[str, AskedItems]:
    """Return dimension → its items; the same in every unit that is asked the dimension at all."""
    found: dict[str, AskedItems] = {}
    for unit in wave.units.values():
        for dimension, codes in unit.parts.items():
            if dimension not in unit.loop and dimension not in found:
                found[dimension] = AskedItems(codes, tuple(wave.backwards[code] for code in codes))
    return found


def _below(
    order: Sequence[UUID], parents: Mapping[UUID, UUID | None], direct: Mapping[UUID, int]
) -> dict[UUID, int]:
    """Return unit → the sum over itself and everything below it."""
    sums = {unit: direct.get(unit, 0) for unit in order}
    for unit in order:
        parent = parents[unit]
        if parent is not None:
            sums[parent] += sums[unit]
    return sums


def _publish_dimension(
    wave: FrozenWave,
    found: Publication,
    order: Sequence[UUID],
    parents: Mapping[UUID, UUID | None],
    dimension: str,
    items: AskedItems,
    scored: Mapping[str, Mapping[UUID, Sequence[Respondent[UUID]]]],
    smallest: dict[UUID, int],
) -> None:
    released = carry_up(parents, scored.get(dimension, {}), wave.minimum)
    for unit, pool in released.pools.items():
        found.pools.append(_pool_row(unit, dimension, items, pool))
    direct = {unit: known.asked for unit, known in wave.units.items() if dimension in known.parts}
    asked = _below(order, parents, direct)
    gaps = _below(order, parents, dict.fromkeys(released.carried, 1))
    made_of = unions(parents, released.pools)
    # unit → pools below it that the nearest bars already stand for; handed upwards as we go
    barred: dict[UUID, list[UUID]] = defaultdict(list)
    for unit in order:
        if not asked[unit]:
            continue
        row: dict[str, Any] = {**_HIDDEN, "team_id": unit, "dimension": dimension}
        if unit in made_of:
            people = [person for pool in made_of[unit] for person in released.pools[pool]]
            smallest[unit] = min(len(people), smallest.get(unit, len(people)))
            row |= _figure(people, asked[unit], items, gaps=bool(gaps[unit]))
            row |= _spread(people, items, made_of[unit], released, frozenset(barred[unit]))
            if row["bars"] is not None:
                barred[unit] = made_of[unit]
            row["carried"] = unit in released.carried or bool(gaps[unit])
            row["trend"] = _trend(wave, unit, dimension, row, len(items.codes))
        elif unit in released.low:
            row["shown"] = True
        parent = parents[unit]
        if parent is not None:
            barred[parent].extend(barred.pop(unit, ()))
        found.figures.append(row)


_HIDDEN: dict[str, Any] = {
    "shown": False,
    "n": None,
    "asked": None,
    "score": None,
    "low": None,
    "high": None,
    "range_kind": None,
    "capped": False,
    "carried": False,
    "bars": None,
    "item_words": None,
    "agreement": None,
    "trend": None,
}


def _pool_row(
    unit: UUID, dimension: str, items: AskedItems, pool: Sequence[Respondent[UUID]]
) -> dict[str, Any]:
    by_item = list(zip(*(person.scores for person in pool), strict=True))
    return {
        "team_id": unit,
        "dimension": dimension,
        "n": len(pool),
        "total": sum(person.score for person in pool),
        "item_sums": {code: sum(scores) for code, scores in zip(items.codes, by_item, strict=True)},
        "histograms": {code: histogram(scores) for code, scores in zip(items.codes, by_item, strict=True)}
        if len(pool) >= BARS_FROM
        else None,
        "agreement": agreement_word([person.scores for person in pool]),
    }


def _figure(
    people: Sequence[Respondent[UUID]], asked: int, items: AskedItems, *, gaps: bool
) -> dict[str, Any]:
    scores = [person.score for person in people]
    n = len(scores)
    mean = sum(scores) / n
    if mean >= CAP_FROM:
        return {"shown": True, "n": n, "asked": asked, "score": CAPPED_AS, "capped": True}
    span = range_of(scores, asked, items=len(items.codes), gaps=gaps)
    return {
        "shown": True,
        "n": n,
        "asked": asked,
        "score": mean,
        "low": span.low,
        "high": span.high,
        "range_kind": span.kind,
    }


def _spread(
    people: Sequence[Respondent[UUID]],
    items: AskedItems,
    pools: Sequence[UUID],
    released: Released[UUID],
    barred: frozenset[UUID],
) -> dict[str, Any]:
    """Return bars and words.

    A unit has bars only if what it adds to the bars below it could stand alone, because bars of a
    whole minus bars of its parts are bars of the rest.
    """
    row: dict[str, Any] = {
        "agreement": agreement_word([person.scores for person in people]),
        "bars": None,
    }
    rest = [person for pool in pools if pool not in barred for person in released.pools[pool]]
    bars = _bars(people, items)
    if bars is not None and (not rest or _bars(rest, items) is not None):
        row["bars"] = bars
    if len(people) >= BARS_FROM:
        by_item = zip(*(person.scores for person in people), strict=True)
        row["item_words"] = {
            code: item_word(scores) for code, scores in zip(items.codes, by_item, strict=True)
        }
    return row


def _bars(people: Sequence[Respondent[UUID]], items: AskedItems) -> dict[str, list[int]] | None:
    by_item = zip(*(person.scores for person in people), strict=True)
    bars = {code: bar(scores) for code, scores in zip(items.codes, by_item, strict=True)}
    if any(buckets is None for buckets in bars.values()):
        return None
    return {code: buckets for code, buckets in bars.items() if buckets is not None}


def _trend(
    wave: FrozenWave, unit: UUID, dimension: str, row: Mapping[str, Any], items: int
) -> dict[str, Any] | None:
    if wave.trends is None:
        return None
    state = wave.trends.get((unit, dimension), TrendState())
    variance = noise_variance(row["n"], row["asked"], items=items)
    return follow(
        state,
        row["score"],
        variance,
        occurrence=wave.occurrence,
        roster_changed=wave.units[unit].changed or 0.0,
    ).as_json()


def _publish_participation(
    wave: FrozenWave,
    found: Publication,
    order: Sequence[UUID],
    parents: Mapping[UUID, UUID | None],
    answered: Mapping[UUID, int],
    smallest: Mapping[UUID, int],
) -> int | None:
    """Publish how many of each unit answered; return how many in all, where that adds nothing to it.

    Where a few people are counted nowhere, the total less what the pages say would be about these few.
    """
    direct = {unit: known.asked for unit, known in wave.units.items()}
    pools = pools_of_counts(parents, direct, wave.minimum)
    people = {pool: sum(direct[unit] for unit in units) for pool, units in pools.items()}
    heard = {pool: sum(answered.get(unit, 0) for unit in units) for pool, units in pools.items()}
    asked_below, heard_below = _below(order, parents, people), _below(order, parents, heard)
    everybody = _below(order, parents, direct)
    # unit → people below it whose exact counts are told already; handed upwards as we go
    told: dict[UUID, int] = defaultdict(int)
    for unit in order:
        if not everybody[unit]:
            continue
        asked = asked_below[unit]
        shown = asked >= wave.minimum
        # An exact count less the exact counts below it is the exact count of the rest.
        exact = asked >= EXACT_FROM and (asked == told[unit] or asked - told[unit] >= EXACT_FROM)
        if exact:
            told[unit] = asked
        parent = parents[unit]
        if parent is not None:
            told[parent] += told[unit]
        found.participation.append(
            {
                "team_id": unit,
                "shown": shown,
                "asked": asked if shown else None,
                "answered": heard_below[unit] if shown and exact else None,
                "band": participation_band(heard_below[unit], asked) if shown else None,
                "size_class": size_class(smallest[unit]) if shown and unit in smallest else None,
            }
        )
    return sum(heard.values()) if sum(people.values()) == sum(direct.values()) else None


def _totals(wave: FrozenWave, heard: int | None, found: Publication) -> dict[str, Any]:
    """Return the receipt's totals, for the whole organisation only."""
    asked = sum(unit.asked for unit in wave.units.values())
    return {
        "asked": asked if asked >= wave.minimum else None,
        "answered": heard if asked >= EXACT_FROM else None,
        "figures_shown": sum(1 for row in found.figures if row["shown"]),
        "figures_not_shown": sum(1 for row in found.figures if not row["shown"]),
    }
