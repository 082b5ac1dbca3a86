"""`kept migrate`: the tables and, once, the key store."""

import asyncio
from datetime import UTC, datetime

import click
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from integrations.environment import Settings
from migrations import revisions
from service.composition import NotReadyError, read_settings, unreachable, where
from service.key_folder import Choice, settle
from surveys.database import build_engine, build_sessions, sqlite_file

FEW = 3  # tables named in a refusal


@click.command()
@click.option(
    "--keys",
    type=click.Choice([choice.value for choice in Choice]),
    help="Only when the key folder does not fit. new: the old one is lost, or this database is a copy; "
    "make an empty one. take: the folder belongs to this database and to no other.",
)
def migrate(keys: str | None) -> None:
    """Bring the database to the newest revision, and set up the key store of a new installation.

    Safe to repeat; says what it did. Stop `kept serve` and `kept work` first, or let the new version
    start only afterwards.
    """
    settings = read_settings()
    file = sqlite_file(settings.database_url)
    if file is not None:
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise NotReadyError(
                f"KEPT_DATABASE_URL: the folder {file.parent} cannot be made ({error.strerror}). "
                "Choose one in which this user may write."
            ) from error
    address, found = asyncio.run(_look(settings))
    if found is not None and not revisions.is_known(found):
        raise NotReadyError(
            f"{address} is at revision {found}, which this version does not know: a newer version of Kept "
            "made it, or another program. Run that version, or give Kept a database of its own."
        )
    steps = revisions.steps_after(found)
    if steps:
        try:
            revisions.upgrade(settings.database_url)
        except OperationalError as error:  # it could be read but not written
            raise NotReadyError(unreachable(build_engine(settings.database_url), error)) from error
    for step in steps:
        click.echo(f"{address}: {step.revision} {step.title}")
    click.echo(f"{address}: at revision {revisions.newest()}" + ("" if steps else ", nothing to do"))
    click.echo(asyncio.run(_settle_keys(settings, Choice(keys) if keys else None)))


async def _look(settings: Settings) -> tuple[str, str | None]:
    engine = build_engine(settings.database_url)
    try:
        found = await revisions.revision_of(engine)
        others = await revisions.tables_of_others(engine) if found is None else []
        others = [name for name in others if name != "alembic_version"]
        if others:
            named = ", ".join(others[:FEW]) + (" …" if len(others) > FEW else "")
            raise NotReadyError(
                f"KEPT_DATABASE_URL: {where(engine)} holds tables that are not Kept's ({named}). "
                "Name a database of Kept's own; it is left as it is."
            )
        return where(engine), found
    except (SQLAlchemyError, OSError) as error:
        raise NotReadyError(unreachable(engine, error)) from error
    finally:
        await engine.dispose()


async def _settle_keys(settings: Settings, choice: Choice | None) -> str:
    engine = build_engine(settings.database_url)
    try:
        async with build_sessions(engine).begin() as session:
            return await settle(session, settings.keys_dir, choice, now=datetime.now(UTC))
    finally:
        await engine.dispose()
