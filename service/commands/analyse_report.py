"""What `kept analyse` prints for people: rounded, in columns, with a sentence where a figure needs one."""

from collections.abc import Iterator, Sequence

from surveys.results.rules.analysis import Analysis, TeamFigure
from surveys.results.rules.intervals import Range
from surveys.results.rules.reliability import BetweenTeams

NONE = "-"
LONGEST_NAME = 40
FEW_TEAMS = 20  # below, an ICC is mostly chance
WITHOUT_A_RANGE = {"everyone": "everyone answered"}


def as_text(found: Analysis, *, minimum: int) -> str:
    """Return the report."""
    incomplete = found.rows - found.complete
    lines = [f"{_counted(found.rows, 'row')}, {found.complete:,} complete. Scores run from 0 to 100."]
    if incomplete:
        lines.append(f"Rows with a gap ({incomplete:,}) count nowhere but in the pairwise alpha.")
    lines += ["", *_items(found), "", *_reliability(found), "", *_teams(found, minimum)]
    return "\n".join(lines)


def _items(found: Analysis) -> Iterator[str]:
    rows = [[code, _whole(item.mean), _percent(item.favourable)] for code, item in found.items.items()]
    yield from _table(["Item", "Mean", "Favourable"], rows)


def _reliability(found: Analysis) -> Iterator[str]:
    yield "Do the items measure one thing?"
    interval = found.alpha_interval
    around = f", 95 % interval {_share(interval[0])} to {_share(interval[1])}" if interval else ""
    yield f"  alpha    {_share(found.alpha_complete)} from complete cases{around}"
    yield f"           {_share(found.alpha_pairwise)} from all pairs of answers"
    why = f": {found.omega.reason}" if found.omega.reason else ""
    yield f"  omega    {_share(found.omega.value)}{why}"
    yield ""
    yield "Do the teams differ?"
    if found.between is None:
        yield f"  ICC      {NONE}: it needs two teams, and one of them with two complete cases"
        return
    yield from _between(found.between)


def _between(between: BetweenTeams) -> Iterator[str]:
    single = between.icc1()
    yield f"  ICC(1)   {_share(single)} with the mean team size, {between.mean_size:.1f}"
    yield f"           {_share(between.icc1_k0())} with k0, {between.k0:.1f}"
    yield f"  ICC(2)   {_share(between.icc2())} is the reliability of one team's score"
    if single is not None and single <= 0:
        yield "           No difference between the teams can be detected."
    if between.teams < FEW_TEAMS:
        yield f"           With {between.teams} teams these three are mostly chance; 20 are needed."


def _teams(found: Analysis, minimum: int) -> Iterator[str]:
    rows = [_team(name, team) for name, team in found.teams.items()]
    header = ["Team", "Complete", "Score", "Range", "SD", "Favourable", "r_wg(j)", "AD", "Separately"]
    yield from _table(header, rows)
    yield ""
    kinds = {team.interval.kind for team in found.teams.values()}
    if "bounds" in kinds:
        yield "* the score of everyone asked, however those who are missing would have answered."
    if "shrunk_t" in kinds:
        yield "A range without * holds the score of everyone asked in about 95 of 100 cases, if the"
        yield "missing people are like the others."
    yield "r_wg(j) and AD (in scale points) say how close answers lie; in small teams they prove nothing."
    if not all(team.shown for team in found.teams.values()):
        yield f"no: under {minimum} complete cases; Kept would not show this team separately."


def _team(name: str, team: TeamFigure) -> list[str]:
    several = team.deviation is not None
    return [
        name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…",
        f"{team.n} of {team.asked}",
        _whole(team.score),
        _range(team.interval),
        _whole(team.deviation),
        _percent(team.favourable),
        _share(team.r_wg_j),
        f"{team.average_deviation:.2f}" if several and team.average_deviation is not None else NONE,
        "yes" if team.shown else "no",
    ]


def _range(interval: Range) -> str:
    if interval.low is None or interval.high is None:
        return WITHOUT_A_RANGE[interval.kind]
    mark = "*" if interval.kind == "bounds" else ""
    return f"{interval.low:.0f} to {interval.high:.0f}{mark}"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield lines in columns, the first to the left and the others to the right."""
    widths = [max(len(row[column]) for row in (header, *rows)) for column in range(len(header))]
    for row in (header, *rows):
        cells = [f"{row[0]:<{widths[0]}}"]
        cells += [f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True)]
        yield "  ".join(cells).rstrip()


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _whole(score: float | None) -> str:
    return NONE if score is None else f"{score:.0f}"


def _percent(share: float | None) -> str:
    return NONE if share is None else f"{100 * share:.0f} %"


def _share(coefficient: float | None) -> str:
    """Return a coefficient as it is printed in papers: two digits, no zero in front."""
    if coefficient is None:
        return NONE
    text = f"{coefficient:.2f}"
    return text.replace("0.", ".", 1) if abs(coefficient) < 1 and "0." in text else text
