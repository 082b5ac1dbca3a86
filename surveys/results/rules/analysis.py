"""Everything `kept analyse` says of a file of answers: of its items, its teams, and the whole."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from surveys.errors import Invalid
from surveys.results.rules.agreement import r_wg, r_wg_j, uniform_variance
from surveys.results.rules.answer_counts import FEWEST_TO_VARY, Answers, Counted, count
from surveys.results.rules.intervals import Range, Sums, range_from_sums
from surveys.results.rules.reliability import BetweenTeams, Omega, alpha, alpha_interval, omega
from surveys.results.rules.scoring import POINTS, TOP, score_of


@dataclass(frozen=True, slots=True)
class ItemFigure:
    """One item over all complete cases: mean score 0 to 100 and share of favourable answers 0 to 1."""

    mean: float | None
    favourable: float | None


@dataclass(frozen=True, slots=True)
class TeamFigure:
    """One team. Everything but `rows` and `asked` is of its complete cases; None where undefined.

    Attributes:
        rows: lines of the file.
        n: complete cases among them.
        asked: N, who was asked; as many as there are rows where nobody said.
        score: mean of the person scores, 0 to 100.
        deviation: sample standard deviation (n - 1) of the person scores.
        favourable: share of favourable answers over people and items, 0 to 1.
        r_wg: item → agreement 0 to 1, against the uniform null.
        r_wg_j: the same of all items together.
        average_deviation: AD_m(j) in scale points.
        interval: where the mean of everyone asked lies.
        shown: whether the team has the minimum group and would stand by itself.
    """

    rows: int
    n: int
    asked: int
    score: float | None
    deviation: float | None
    favourable: float | None
    r_wg: dict[str, float | None]
    r_wg_j: float | None
    average_deviation: float | None
    interval: Range
    shown: bool


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a file says; None where a figure is undefined.

    Attributes:
        rows: lines of the file.
        complete: rows in which every item is answered.
        alpha_pairwise: raw alpha of the covariances of pairs, from all rows.
        alpha_complete: raw alpha of complete cases.
        alpha_interval: Feldt's 95 % interval round it.
        between: the variance between and within teams.
    """

    rows: int
    complete: int
    items: dict[str, ItemFigure]
    alpha_pairwise: float | None
    alpha_complete: float | None
    alpha_interval: tuple[float, float] | None
    omega: Omega
    between: BetweenTeams | None
    teams: dict[str, TeamFigure]


def analyse(
    answers: Answers,
    *,
    points: int = POINTS,
    backwards: Collection[str] = (),
    asked: Mapping[str, int] | int | None = None,
    minimum: int,
) -> Analysis:
    """Return all figures of a file of answers.

    Args:
        answers: as read.
        points: A; answers run from 1 to A.
        backwards: codes of the reversed items.
        asked: team → N, or N where there is one team; a team without N was asked as many people as it
            has rows.
        minimum: how many complete cases a team needs to stand by itself.

    Raises:
        Invalid: a code or a team is not in the file, or fewer were asked than answered.
    """
    _refuse_unknown_items(answers, backwards)
    turned = answers.turned_round(backwards, points)
    cases = turned.complete()
    counted = count(cases, points)
    asked_of = _asked(answers, asked, counted)
    people, items = sum(counted.n), len(answers.codes)
    apart, together = turned.pairwise_covariances(), cases.pairwise_covariances()
    estimate = None if together is None else alpha(together)
    figures = _Figures(answers.codes, counted, points)
    return Analysis(
        rows=len(answers.of_team),
        complete=people,
        items=figures.of_items(),
        alpha_pairwise=None if apart is None else alpha(apart),
        alpha_complete=estimate,
        alpha_interval=None if estimate is None else alpha_interval(estimate, people, items),
        omega=Omega(None, "there are fewer than two complete cases")
        if together is None
        else omega(together, people),
        between=figures.between_teams(),
        teams={
            name: figures.of_team(place, rows, asked_of[place], minimum)
            for name, place, rows in sorted(
                zip(answers.teams, range(len(answers.teams)), answers.rows_of_teams(), strict=True)
            )
        },
    )


def _refuse_unknown_items(answers: Answers, backwards: Collection[str]) -> None:
    for code in backwards:
        if code not in answers.codes:
            raise Invalid(
                "reversed: the file has no item {code}; its items are {codes}.",
                field="reversed",
                code=code,
                codes=", ".join(answers.codes),
            )


def _asked(answers: Answers, asked: Mapping[str, int] | int | None, counted: Counted) -> list[int]:
    """Return N of each team."""
    if isinstance(asked, int):
        if len(answers.teams) > 1:
            raise Invalid(
                "asked: the file has {count} teams; say which: --asked team=N,…",
                field="asked",
                count=len(answers.teams),
            )
        asked = {answers.teams[0]: asked}
    found = dict(zip(answers.teams, answers.rows_of_teams(), strict=True))
    answered = dict(zip(answers.teams, counted.n, strict=True))
    for name, number in (asked or {}).items():
        if name not in found:
            raise Invalid("asked: the file has no team {name}.", field="asked", name=name)
        least = max(answered[name], 1)
        if number < least:
            raise Invalid(
                "asked: {number} is too few for {name}; at least {least} were asked, as the answers show.",
                field="asked",
                least=least,
                name=name,
                number=number,
            )
        found[name] = number
    return list(found.values())


class _Figures:
    """From what was counted to what is said."""

    def __init__(self, codes: tuple[str, ...], counted: Counted, points: int) -> None:
        self.codes = codes
        self.counted = counted
        self.points = points
        self.null = uniform_variance(points)
        self.people = sum(counted.n)

    def of_items(self) -> dict[str, ItemFigure]:
        """Return item → its figure."""
        if not self.people:
            return {code: ItemFigure(None, None) for code in self.codes}
        sums = zip(self.codes, self.counted.item_sums, self.counted.item_favourable, strict=True)
        return {
            code: ItemFigure(score_of(total / self.people, self.points), favourable / self.people)
            for code, total, favourable in sums
        }

    def between_teams(self) -> BetweenTeams | None:
        """Return the analysis of variance of person scores by team."""
        unit = TOP / (len(self.codes) * (self.points - 1))  # a point more in one item, in points of 100
        within = math.fsum(
            (n * squares - total**2) / n
            for n, total, squares in zip(
                self.counted.n, self.counted.totals, self.counted.squares, strict=True
            )
            if n
        )
        totals = [
            self._score_total(n, total)
            for n, total in zip(self.counted.n, self.counted.totals, strict=True)
        ]
        return BetweenTeams.of(self.counted.n, totals, within * unit**2)

    def of_team(self, place: int, rows: int, asked: int, minimum: int) -> TeamFigure:
        """Return the figure of one team."""
        n, items = self.counted.n[place], len(self.codes)
        if n == 0:
            return self._of_nobody(rows, asked)
        sums, squares = self.counted.totals[place], self.counted.squares[place]
        total = self._score_total(n, sums)
        around = (n * squares - sums**2) / n * (TOP / (items * (self.points - 1))) ** 2  # Σ(y - ȳ)²
        several = n >= FEWEST_TO_VARY
        variances = [of_item[place] for of_item in self.counted.variances]
        return TeamFigure(
            rows=rows,
            n=n,
            asked=asked,
            score=total / n,
            deviation=math.sqrt(around / (n - 1)) if several else None,
            favourable=self.counted.favourable[place] / (n * items),
            r_wg={
                code: r_wg(variance, self.null) if several else None
                for code, variance in zip(self.codes, variances, strict=True)
            },
            r_wg_j=r_wg_j(sum(variances) / items, items, self.null) if several else None,
            average_deviation=sum(of_item[place] for of_item in self.counted.deviations) / items,
            interval=range_from_sums(Sums(n, total, around), asked, items=items),
            shown=n >= minimum,
        )

    def _of_nobody(self, rows: int, asked: int) -> TeamFigure:
        return TeamFigure(
            rows=rows,
            n=0,
            asked=asked,
            score=None,
            deviation=None,
            favourable=None,
            r_wg=dict.fromkeys(self.codes),
            r_wg_j=None,
            average_deviation=None,
            interval=range_from_sums(Sums(0, 0.0, 0.0), asked, items=len(self.codes)),
            shown=False,
        )

    def _score_total(self, n: int, total: int) -> float:
        """Return Σy of n people whose points add up to `total`."""
        items = len(self.codes)
        return TOP * (total - n * items) / (items * (self.points - 1))
