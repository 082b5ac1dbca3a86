"""`kept preview-disclosure`: who would see figures, from a directory file alone. No database is opened."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from integrations.directory.csv import read_people
from integrations.language import Translator
from service.commands.refusals import refuse_file
from service.views.foreseen import chance, headline, instead_in_words
from surveys.people.directory_draft import directory_in
from surveys.people.directory_rows import Problem
from surveys.people.rules import Directory
from surveys.results.rules.foreseen import Foreseen, ForeseenUnit, foresee

DEFAULT_MINIMUM = 5
PER_CENT = "%"


class Share(click.ParamType[float]):
    """A share from 0 to 1, which may also be written as a percentage."""

    name = "share"

    def convert(
        self, value: str | float, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return 0.8 for 0.8, for 80% and for 80 %."""
        text = str(value).strip()
        try:
            number = float(text.removesuffix(PER_CENT).strip())
        except ValueError:
            number = -1.0
        share = number / 100 if text.endswith(PER_CENT) else number
        if not 0 <= share <= 1:  # also refuses what is not a number
            self.fail("give a share from 0 to 1, such as 0.8, or a percentage, such as 80%", param, ctx)
        return share


@click.command("preview-disclosure")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--response-rate",
    "response",
    type=Share(),
    required=True,
    help="The share of those asked who answer: 0.8 or 80%.",
)
@click.option(
    "--minimum-group",
    "minimum",
    type=click.IntRange(min=2),
    default=DEFAULT_MINIMUM,
    show_default=True,
    help="No figure stands for fewer answers.",
)
@click.option("--json", "machine", is_flag=True, help="Print JSON.")
def preview_disclosure(*, file: Path, response: float, minimum: int, machine: bool) -> None:
    """Say which teams in FILE would see figures at this response, and what the others have instead.

    FILE is a directory as `kept import-people` reads it. Leaders are asked one unit up, so the team
    they lead is counted without them. A unit is shown when figures are more likely than not.
    """
    directory, problems = _directory(file)
    if problems:
        refuse_file(problems, as_json=machine, so="Nothing was computed.")
    found = foresee(directory, response=response, minimum=minimum)
    language = Translator("en")
    click.echo(json.dumps(_as_json(found, language)) if machine else _as_text(found, language))


def _directory(file: Path) -> tuple[Directory, Sequence[Problem]]:
    rows, problems = read_people(file)
    directory, wrong = directory_in([] if problems else rows)
    return directory, problems or wrong


def _as_json(found: Foreseen, language: Translator) -> dict[str, Any]:
    return {
        "response_rate": found.response,
        "minimum_group": found.minimum,
        "asked": found.asked,
        "teams": len(found.teams),
        "teams_shown": sum(unit.shown for unit in found.teams),
        "roll_ups": len(found.roll_ups),
        "roll_ups_shown": sum(unit.shown for unit in found.roll_ups),
        "answers_left_over": found.left_over,
        "units": [_unit_as_json(unit, language) for unit in found.units],
    }


def _unit_as_json(unit: ForeseenUnit, language: Translator) -> dict[str, Any]:
    return {
        "name": unit.name,
        "parent": unit.above,
        "kind": "roll_up" if unit.roll_up else "team",
        "asked": unit.asked,
        "expected": unit.expected,
        "shown": unit.shown,
        "probability": unit.probability,
        "instead": instead_in_words(language, unit) or None,
        "reads": unit.reads,
    }


def _as_text(found: Foreseen, language: Translator) -> str:
    rows = [("Unit", "Asked", "Expected", "Chance", "Sees")]
    for unit in found.units:
        sees = "figures with what is below it" if unit.roll_up else "figures of its own"
        rows.append(
            (
                "  " * unit.depth + unit.name,
                str(unit.asked),
                f"{unit.expected:.1f}",
                chance(language, unit.probability),
                sees if unit.shown else instead_in_words(language, unit),
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    lines = [
        "  ".join(
            [row[0].ljust(widths[0]), *(row[n].rjust(widths[n]) for n in range(1, len(widths))), row[-1]]
        )
        for row in rows
    ]
    left = f"{found.left_over} of the answers would be shown nowhere." if found.left_over else ""
    return "\n".join(filter(None, [headline(language, found), left])) + "\n\n" + "\n".join(lines)
