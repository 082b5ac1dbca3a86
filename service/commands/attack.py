"""`kept attack`: try to learn from a copy of one's own database what nobody may learn."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import click
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.environment import Settings, SettingsError
from service.attacks import (
    leftovers,
    logs,
    loosened,
    on_waves,
    order,
    outbox,
    postgresql_server,
    routes,
    schema,
    sqlite_pages,
)
from service.attacks.attempts import COULD_NOT_BE_TRIED, Attempt, exit_status
from service.attacks.copies import Copied, copied, copy_rows
from service.composition import NotReadyError, gave_way, read_settings, require_newest
from surveys.waves.models import RUNNING, Wave


class CouldNotBegin(click.ClickException):
    """Nothing was tried, so nothing is said about leaks."""

    exit_code = COULD_NOT_BE_TRIED


@click.command()
@click.option("--json", "machine", is_flag=True, help="Print JSON.")
@click.option(
    "--logs",
    "folders",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="A folder of logs to search too: Kept's, the proxy's, PostgreSQL's. May be given several times.",
)
def attack(folders: tuple[Path, ...], *, machine: bool) -> None:
    """Attack a copy of this installation's database, as somebody who holds all of it would.

    Reads the database and never changes it; never reads the keys, so what is in open waves is skipped.
    Prints each attack, a count and what was found, and neither ids nor values.

    Exit status 0: nothing found. 1: a leak. 2: something could not be tried.
    """
    try:
        attempts, open_waves = asyncio.run(_attack(read_settings(), folders))
    except (SettingsError, NotReadyError) as refusal:
        raise CouldNotBegin(str(refusal)) from refusal
    except (SQLAlchemyError, OSError, LookupError, ValueError, TypeError) as error:
        raise CouldNotBegin(
            gave_way(error) or f"It could not be tried to the end: {type(error).__name__}."
        ) from error
    if machine:
        click.echo(json.dumps(as_json(attempts, open_waves), indent=2))
    else:
        click.echo("\n".join(lines(attempts, open_waves)))
    sys.exit(exit_status(attempts))


async def _attack(settings: Settings, folders: tuple[Path, ...]) -> tuple[list[Attempt], int]:
    async with copied(settings.database_url) as copy:
        await require_newest(copy.engine, called=str(copy.original or ""))
        async with copy.reading() as session:
            attempts, open_waves = await _on_the_copy(session, copy, folders)
            await copy_rows(session, copy)
        async with copy.stage() as sessions:
            attempts += await routes.attacks(sessions)
    return attempts, open_waves


async def _on_the_copy(
    session: AsyncSession, copy: Copied, folders: tuple[Path, ...]
) -> tuple[list[Attempt], int]:
    attempts = await schema.attacks(session)
    attempts += await leftovers.attacks(session)
    attempts += await loosened.attacks(session)
    attempts += await order.attacks(session)
    if copy.original is None:
        attempts += await postgresql_server.attacks(session)
    else:
        attempts += await sqlite_pages.attacks(session, copy.original, copy.file)
    attempts += await on_waves.attacks(session)
    attempts += await outbox.attacks(session)
    if folders:
        attempts += await logs.attacks(session, folders)
    living = select(func.count()).select_from(Wave).where(Wave.state.in_(RUNNING))
    return attempts, await session.scalar(living) or 0


def as_json(attempts: list[Attempt], open_waves: int) -> dict[str, Any]:
    """Return what --json prints."""
    return {
        "attacks": [
            {"attack": each.attack, "count": each.count, "verdict": each.verdict, "detail": each.detail}
            for each in attempts
        ],
        "open_waves_skipped": open_waves,
    }


def lines(attempts: list[Attempt], open_waves: int) -> list[str]:
    """Return what a person reads: verdict, attack, count, and a sentence each."""
    found = [f"{each.verdict:<13}  {each.attack:<30}  {each.count:>5}  {each.detail}" for each in attempts]
    if open_waves:
        noun = "open wave was" if open_waves == 1 else "open waves were"
        found += ["", f"{open_waves} {noun} skipped: nothing here reads the keys."]
    return found
