"""How a command says what is wrong with a directory file."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import NoReturn

import click

from surveys.people.directory_rows import Problem

MOST_LINES = 200  # of problems; more helps nobody


def refuse_file(problems: Sequence[Problem], *, as_json: bool, so: str) -> NoReturn:
    """Print every problem with its line, then what follows from them, and end with status 1."""
    if as_json:
        click.echo(json.dumps({"problems": [asdict(problem) for problem in problems]}))
    for problem in problems[:MOST_LINES]:
        click.echo(str(problem), err=True)
    if len(problems) > MOST_LINES:
        click.echo(f"and {len(problems) - MOST_LINES} more", err=True)
    click.echo(so, err=True)
    raise click.exceptions.Exit(1)
