"""What is known over all published pools of the organisation: how hard items are, how far figures wobble.

Only published pools enter, so that deleting what was released nowhere changes nothing here. All of it is
frozen with each publication.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from operator import mul
from typing import Any

from surveys.results.rules.agreement import (
    answer_variance,
    r_wg_j,
    skewed_variance,
    uniform_variance,
)
from surveys.results.rules.distributions import deviation, histogram
from surveys.results.rules.reliability import BetweenTeams
from surveys.results.rules.scoring import POINTS

ENOUGH_TEAMS, ENOUGH_RECORDS = 20, 100  # from there on sums of squares and of products are kept, pooled
KNOWN_TEAMS, KNOWN_ANSWERS = 3, 30  # before that an item counts as being as hard as any other
UNIFORM_NULL, SKEWED_NULL = uniform_variance(POINTS), skewed_variance()
SHRINK_LEVEL = 50
SHRINK_NOISE = 60


@dataclass(frozen=True, slots=True)
class ItemLevel:
    """Answers to one item over published pools: how many, Σ of their scores, and from how many units."""

    n: int = 0
    total: float = 0.0
    teams: int = 0

    def and_then(self, later: "ItemLevel") -> "ItemLevel":
        """Return both together; units are counted where most of them were, since they come again."""
        return ItemLevel(self.n + later.n, self.total + later.total, max(self.teams, later.teams))

    @property
    def known(self) -> bool:
        """Whether enough answered it for a correction."""
        return self.n >= KNOWN_ANSWERS and self.teams >= KNOWN_TEAMS


def item_levels(rows: Iterable[Mapping[str, Any]]) -> dict[str, ItemLevel]:
    """Return item → its answers over the published pools of one dimension and wave."""
    found: dict[str, ItemLevel] = {}
    for row in rows:
        for code, total in row["item_sums"].items():
            before = found.get(code, ItemLevel())
            found[code] = ItemLevel(before.n + row["n"], before.total + total, before.teams + 1)
    return found


def together(earlier: Mapping[str, ItemLevel], now: Mapping[str, ItemLevel]) -> dict[str, ItemLevel]:
    """Return what is known of each item of a dimension, this publication included."""
    return {
        code: earlier.get(code, ItemLevel()).and_then(now.get(code, ItemLevel()))
        for code in (*earlier, *(code for code in now if code not in earlier))
    }


def difficulties(levels: Mapping[str, ItemLevel]) -> dict[str, float]:
    """Return δ of each item: how much higher it is answered than its dimension, in points, shrunk.

    δ_q = n_q/(n_q + 50) · (mean of item q - mean of its dimension), 0 until 3 teams and 30 answers.
    """
    answers = sum(level.n for level in levels.values())
    if not answers:
        return {}
    mean = sum(level.total for level in levels.values()) / answers
    return {
        code: level.n / (level.n + SHRINK_LEVEL) * (level.total / level.n - mean) if level.known else 0.0
        for code, level in levels.items()
    }


def mean_difficulty(codes: Sequence[str], deltas: Mapping[str, float]) -> float:
    """Return the mean δ of the items of one wave; the figure less this is what trends are made of."""
    return sum(deltas.get(code, 0.0) for code in codes) / len(codes)


@dataclass(frozen=True, slots=True)
class Noise:
    """How far consecutive published figures of the organisation's teams lie apart.

    Attributes:
        squares: Σ d²/(V_t + V_{t-1}) over pairs of consecutive figures of a team.
        pairs: how many.
        teams: how many teams gave a pair, at most in one wave.
    """

    squares: float = 0.0
    pairs: int = 0
    teams: int = 0

    def and_then(self, later: "Noise") -> "Noise":
        """Return both together; teams are counted where most of them were, since they come again."""
        return Noise(self.squares + later.squares, self.pairs + later.pairs, max(self.teams, later.teams))

    @property
    def scale(self) -> float:
        """By what every V_t is multiplied: c = max(1, (60 + Σ d²/(V_t + V_{t-1})) / (60 + pairs))."""
        return max(1.0, (SHRINK_NOISE + self.squares) / (SHRINK_NOISE + self.pairs))


def shape_sums(codes: Sequence[str], teams: Sequence[Sequence[Sequence[float]]]) -> dict[str, Any] | None:
    """Return the sums behind reliability and agreement of one dimension and wave, or None if too few.

    They are kept only over at least 20 teams and 100 records together, never of one team.

    Args:
        codes: the items, in the order of the scores.
        teams: for each published pool that is one unit's own: its people, each with item scores 0 to 100.
    """
    records = sum(map(len, teams))
    if len(teams) < ENOUGH_TEAMS or records < ENOUGH_RECORDS:
        return None
    everyone = [person for team in teams for person in team]
    by_item = list(zip(*everyone, strict=True))
    return {
        "items": {
            code: {
                "sum": sum(scores),
                "squares": sum(score * score for score in scores),
                "counts": histogram(scores),
            }
            for code, scores in zip(codes, by_item, strict=True)
        },
        "pairs": {
            f"{codes[one]}|{codes[other]}": sum(map(mul, by_item[one], by_item[other]))
            for one, other in combinations(range(len(codes)), 2)
        },
        "variance": _between(teams),
        "agreement": _agreement(teams),
    }


def _between(teams: Sequence[Sequence[Sequence[float]]]) -> dict[str, Any]:
    """Return the analysis of variance of person scores by team."""
    items = len(teams[0][0])
    # Answers are summed before they are divided, so that no digit depends on which scores were added.
    sums = [[sum(person) for person in people] for people in teams]
    totals = [sum(team) for team in sums]
    squares = sum(one * one for team in sums for one in team)
    within = squares - sum(total * total / len(team) for total, team in zip(totals, sums, strict=True))
    sizes = list(map(len, teams))
    found = BetweenTeams.of(sizes, [total / items for total in totals], within / items**2)
    return asdict(found) if found else {}


def _agreement(teams: Sequence[Sequence[Sequence[float]]]) -> dict[str, float]:
    """Return the means over teams of r_wg(j) against both nulls and of AD_m(j), in scale points."""
    found = {"rwg": 0.0, "rwg_skewed": 0.0, "ad": 0.0}
    for people in teams:
        counts = [tuple(histogram(scores)) for scores in zip(*people, strict=True)]
        variance = sum(answer_variance(item) for item in counts) / len(counts)
        found["rwg"] += r_wg_j(variance, len(counts), UNIFORM_NULL) / len(teams)
        found["rwg_skewed"] += r_wg_j(variance, len(counts), SKEWED_NULL) / len(teams)
        found["ad"] += sum(map(deviation, counts)) / len(counts) / len(teams)
    return found
