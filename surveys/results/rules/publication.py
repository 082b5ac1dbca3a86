"""Everything one wave publishes, decided in one pure step from the opened answers.

This is the disclosure gate: what it returns is stored as it stands, and every page, command and
message reads only that. Answers go in and do not come out.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from surveys.ballots.rules import Opened
from surveys.results.rules.disclosure import Respondent, post_order
from surveys.results.rules.figures import DimensionFigures
from surveys.results.rules.frozen import FrozenUnit, FrozenWave, Publication
from surveys.results.rules.loop_words import loop_word
from surveys.results.rules.participation import EXACT_FROM, participation_rows, size_class
from surveys.results.rules.pooled import (
    Noise,
    difficulties,
    item_levels,
    mean_difficulty,
    shape_sums,
    together,
)
from surveys.results.rules.scoring import AskedItems, item_scores
from surveys.results.rules.trend import (
    ROSTER_SHARE,
    TrendState,
    follow,
    limit_of,
    noise_variance,
)

__all__ = ["FrozenUnit", "FrozenWave", "Publication", "decide"]


def decide(wave: FrozenWave, answers: Iterable[Opened]) -> Publication:
    """Return everything that is published of a wave."""
    unordered = {unit_id: unit.parent_id for unit_id, unit in wave.units.items()}
    parents = {unit: unordered[unit] for unit in post_order(unordered)}
    asked_items = _asked_items(wave)
    scored, votes, answered = _sort(wave, answers, asked_items, _led_units(wave.units, parents))
    drafts = {
        dimension: DimensionFigures(dimension, items, parents, scored.pop(dimension, {}), wave.minimum)
        for dimension, items in asked_items.items()
    }
    sizes = _size_classes(drafts.values())
    found = Publication()
    watched: dict[str, _Watched] = {}
    for dimension, items in asked_items.items():
        draft = drafts.pop(dimension)  # answers are let go as soon as nothing more is said of them
        direct = {unit: known.asked for unit, known in wave.units.items() if dimension in known.parts}
        rows = draft.rows(direct, sizes)
        pools = draft.pool_rows(sizes)
        found.pools += pools
        found.pooled.append(_pooled(wave, dimension, draft, pools, sizes))
        found.figures += rows
        watched[dimension] = _Watched(items.codes, rows, draft.own())
    _add_trends(wave, watched, found.pooled)
    everybody = {unit: known.asked for unit, known in wave.units.items()}
    heard = None
    if asked_items:  # a question about a promise alone has its word and nothing else
        found.participation, heard = participation_rows(parents, everybody, answered, sizes, wave.minimum)
    for unit_id, unit in wave.units.items():
        for key, (code, _) in unit.loop.items():
            word = loop_word(
                code,
                votes[unit_id, key],
                unit.asked,
                needed=wave.votes_for_a_word,
                share=wave.share_for_a_word,
            )
            found.words.append({"team_id": unit_id, "question": key, "word": word})
    found.totals = _totals(wave, heard, found)
    return found


class _Watched(NamedTuple):
    """One dimension as the trends need it: its items, its rows, and the units that are one team."""

    codes: Sequence[str]
    rows: Sequence[dict[str, Any]]
    own: frozenset[UUID]


_Scored = dict[str, dict[UUID, list[Respondent[UUID]]]]
_Votes = Mapping[tuple[UUID, str], Counter[str]]


def _sort(
    wave: FrozenWave,
    answers: Iterable[Opened],
    asked_items: Mapping[str, AskedItems],
    leads: Mapping[UUID, frozenset[UUID]],
) -> tuple[_Scored, _Votes, Mapping[UUID, int]]:
    """Return complete answers by dimension and unit, votes by unit and question, and people heard."""
    scored: dict[str, dict[UUID, list[Respondent[UUID]]]] = defaultdict(lambda: defaultdict(list))
    votes: dict[tuple[UUID, str], Counter[str]] = defaultdict(Counter)
    answered_in: dict[UUID, set[UUID]] = defaultdict(set)
    nobody: frozenset[UUID] = frozenset()
    # Few sheets differ, so each is scored once, and the same scores are kept once.
    known: dict[str, dict[bytes, tuple[float, ...] | None]] = defaultdict(dict)
    for one in answers:
        unit = wave.units[one.team_id]
        if one.dimension in unit.loop:
            choices = unit.loop[one.dimension][1]
            if 1 <= one.answers[0] <= len(choices):
                votes[one.team_id, one.dimension][choices[one.answers[0] - 1]] += 1
            continue
        if any(one.answers):
            answered_in[one.team_id].add(one.person_id)
        scores_of = known[one.dimension]
        if one.answers not in scores_of:
            scores_of[one.answers] = item_scores(one.answers, asked_items[one.dimension])
        scores = scores_of[one.answers]
        if scores is not None:
            led = leads.get(one.person_id, nobody)
            scored[one.dimension][one.team_id].append(Respondent(one.team_id, scores, one.counts, led))
    return scored, votes, {unit: len(people) for unit, people in answered_in.items()}


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


def _size_classes(drafts: Iterable[DimensionFigures]) -> dict[UUID, str]:
    """Return unit → the size class of its whole sheet: that of its smallest dimension."""
    smallest: dict[UUID, int] = {}
    for draft in drafts:
        for unit, n in draft.counts.items():
            smallest[unit] = min(n, smallest.get(unit, n))
    return {unit: size_class(n) for unit, n in smallest.items()}


def _pooled(
    wave: FrozenWave,
    dimension: str,
    draft: DimensionFigures,
    pools: Sequence[Mapping[str, Any]],
    sizes: Mapping[UUID, str],
) -> dict[str, Any]:
    """Return what is frozen over all published pools of one dimension, still without the noise."""
    now = item_levels(pools)
    levels = together(wave.levels.get(dimension, {}), now)
    return {
        "dimension": dimension,
        "items": {code: [level.n, level.total, level.teams] for code, level in now.items()},
        "known": sorted(code for code, level in levels.items() if level.known),
        "difficulties": difficulties(levels),
        "shape": shape_sums(draft.items.codes, draft.teams(sizes)),
    }


def _add_trends(
    wave: FrozenWave, watched: Mapping[str, _Watched], pooled: Sequence[dict[str, Any]]
) -> None:
    """Freeze δ, c and the state of the trend rule with the figures of this publication."""
    deltas = {row["dimension"]: row["difficulties"] for row in pooled}
    known = {row["dimension"]: row.pop("known") for row in pooled}
    noise = wave.noise
    news: dict[str, Noise] = {}
    for dimension, seen in watched.items():
        news[dimension] = _noise(wave, dimension, seen, deltas[dimension])
    for one in news.values():
        noise = noise.and_then(one)
    for row in pooled:
        one = news[row["dimension"]]
        row["noise"] = {"squares": one.squares, "pairs": one.pairs, "teams": one.teams}
        row["noise_scale"] = noise.scale
    limit = limit_of(len(watched), noise.teams)
    for dimension, seen in watched.items():
        if (
            wave.needs_levels
            and len(deltas[dimension]) > 1
            and not set(seen.codes) <= set(known[dimension])
        ):
            continue
        for row in seen.rows:
            if row["score"] is None:
                continue
            unit = row["team_id"]
            value, variance = _observed(row, seen.codes, deltas[dimension])
            state = follow(
                wave.trends.get((unit, dimension), TrendState()),
                value,
                noise.scale * variance,
                occurrence=wave.occurrence,
                roster_changed=wave.units[unit].changed or 0.0,
                limit=limit,
                baseline_waves=wave.baseline_of(dimension),
            )
            row["trend"] = state.with_last(value, variance).as_json()


def _observed(
    row: Mapping[str, Any], codes: Sequence[str], deltas: Mapping[str, float]
) -> tuple[float, float]:
    """Return a figure less the difficulty of its items, and its V without c."""
    variance = noise_variance(row["n"], row["asked"], items=len(codes))
    return row["score"] - mean_difficulty(codes, deltas), variance


def _noise(wave: FrozenWave, dimension: str, seen: _Watched, deltas: Mapping[str, float]) -> Noise:
    """Return how far the teams' figures lie from their last published ones, in units of V."""
    squares, pairs = 0.0, 0
    for row in seen.rows:
        unit = row["team_id"]
        last = wave.trends.get((unit, dimension), TrendState())
        changed = wave.units[unit].changed or 0.0
        if row["score"] is None or last.last is None or last.last_variance is None:
            continue
        if changed >= ROSTER_SHARE or unit not in seen.own:
            continue
        value, variance = _observed(row, seen.codes, deltas)
        squares += (value - last.last) ** 2 / (variance + last.last_variance)
        pairs += 1
    return Noise(squares, pairs, pairs)


def _totals(wave: FrozenWave, heard: int | None, found: Publication) -> dict[str, Any]:
    """Return the receipt's totals, for the whole organisation only."""
    asked = sum(unit.asked for unit in wave.units.values())
    return {
        "asked": asked if asked >= wave.minimum else None,
        "answered": heard if asked >= EXACT_FROM else None,
        "figures_shown": sum(1 for row in found.figures if row["shown"]),
        "figures_not_shown": sum(1 for row in found.figures if not row["shown"]),
    }
