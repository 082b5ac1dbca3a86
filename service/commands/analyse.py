"""`kept analyse`: the statistics of a file of answers that its user holds. Nothing of Kept is read."""

import json
import re
from pathlib import Path
from typing import Any

import click

from integrations.files.answers import read_answers
from service.commands.analyse_report import as_text
from surveys.errors import Invalid
from surveys.results.rules.analysis import Analysis, TeamFigure, analyse
from surveys.results.rules.scoring import POINTS

MOST_POINTS = 100
MINIMUM_GROUP = 5
ASKED_OF_TEAM = re.compile(r"\s*(.+?)\s*=\s*(\d{1,9})\s*(?:,|$)")  # a name may hold commas and signs
INTERVAL_KINDS = {"everyone": "census"}


@click.command("analyse")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--scale",
    type=click.IntRange(2, MOST_POINTS),
    default=POINTS,
    show_default=True,
    help="Points of the scale: answers are 1 to this.",
)
@click.option("--reversed", "backwards", metavar="A,B", help="Items in which a high answer is a bad one.")
@click.option(
    "--asked",
    metavar="N|TEAM=N,…",
    help="How many people were asked.  [default: as many as there are rows]",
)
@click.option(
    "--minimum-group",
    type=click.IntRange(1),
    default=MINIMUM_GROUP,
    show_default=True,
    help="Complete cases a team needs to stand by itself.",
)
@click.option("--json", "machine", is_flag=True, help="Print JSON, in full precision.")
def analyse_file(
    *, file: Path, scale: int, backwards: str | None, asked: str | None, minimum_group: int, machine: bool
) -> None:
    """Analyse a CSV FILE of answers: one person a line, one item a column.

    A column called team is optional, one called respondent is ignored, every other column is an item
    with whole numbers. An empty cell was not answered. Scores run from 0 to 100. docs/methods.md has
    every formula. Teams below the minimum group are printed too, because the file is yours; they are
    marked as what Kept would not show.
    """
    found = analyse(
        read_answers(file, points=scale),
        points=scale,
        backwards=[code.strip() for code in (backwards or "").split(",") if code.strip()],
        asked=_asked(asked),
        minimum=minimum_group,
    )
    if machine:
        click.echo(json.dumps(_as_json(found), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        click.echo(as_text(found, minimum=minimum_group))


def _asked(given: str | None) -> dict[str, int] | int | None:
    """Return team → N, or N for all of them."""
    if given is None:
        return None
    if given.strip().isdecimal():
        return int(given)
    found: dict[str, int] = {}
    place = 0
    while place < len(given):
        match = ASKED_OF_TEAM.match(given, place)
        if match is None:
            raise Invalid(
                "asked: give one whole number, or team=number with commas between the teams.", field="asked"
            )
        if match[1] in found:
            raise Invalid("asked: the team {name} is named twice.", field="asked", name=match[1])
        found[match[1]] = int(match[2])
        place = match.end()
    return found


def _as_json(found: Analysis) -> dict[str, Any]:
    between = found.between
    return {
        "n_rows": found.rows,
        "n_complete": found.complete,
        "items": {
            code: {"mean": item.mean, "favourable": item.favourable} for code, item in found.items.items()
        },
        "alpha": {
            "pairwise": found.alpha_pairwise,
            "complete": found.alpha_complete,
            "ci95": found.alpha_interval,
        },
        "omega": found.omega.value,
        "omega_reason": found.omega.reason,
        "icc1": {
            "mean_group_size": between.icc1() if between else None,
            "k0": between.icc1_k0() if between else None,
        },
        "icc2": between.icc2() if between else None,
        "teams": {name: _team(team) for name, team in found.teams.items()},
    }


def _team(team: TeamFigure) -> dict[str, Any]:
    return {
        "rows": team.rows,
        "n": team.n,
        "asked": team.asked,
        "score": team.score,
        "sd": team.deviation,
        "favourable": team.favourable,
        "rwg": team.r_wg,
        "rwg_j": team.r_wg_j,
        "ad_mj": team.average_deviation,
        "interval": {
            "kind": INTERVAL_KINDS.get(team.interval.kind, team.interval.kind),
            "lo": team.interval.low,
            "hi": team.interval.high,
        },
        "shown": team.shown,
    }
