"""`kept migrate`: the tables and, once, the key store."""

import asyncio

import click
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from integrations.environment import Settings
from integrations.keystores import DirectoryKeyStore, KeyStoreMissing
from migrations import revisions
from service.composition import NotReadyError, read_settings, reason_of, where
from surveys.database import build_engine, sqlite_file
from surveys.waves.models import Wave, WaveState


@click.command()
def migrate() -> None:
    """Bring the database to the newest revision, and set up the key store of a new installation.

    Safe to repeat; says what it did. Stop `kept serve` and `kept work` first, or let the new version
    start only afterwards.
    """
    settings = read_settings()
    file = sqlite_file(settings.database_url)
    if file is not None:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    address, found = asyncio.run(_look(settings))
    if found is not None and not revisions.is_known(found):
        raise NotReadyError(f"{address} is at revision {found}, which a newer version of Kept made.")
    steps = revisions.steps_after(found)
    if steps:
        revisions.upgrade(settings.database_url)
    for step in steps:
        click.echo(f"{address}: {step.revision} {step.title}")
    click.echo(f"{address}: at revision {revisions.newest()}" + ("" if steps else ", nothing to do"))
    asyncio.run(_set_up_keys(settings))


async def _look(settings: Settings) -> tuple[str, str | None]:
    engine = build_engine(settings.database_url)
    try:
        return where(engine), await revisions.revision_of(engine)
    except (SQLAlchemyError, OSError) as error:
        raise NotReadyError(f"{where(engine)} cannot be reached: {reason_of(error)}") from error
    finally:
        await engine.dispose()


async def _set_up_keys(settings: Settings) -> None:
    """Make the key store where there has been none, which is only so before the first open wave."""
    try:
        DirectoryKeyStore(settings.keys_dir).require()
    except KeyStoreMissing as missing:
        if await _has_open_wave(settings):
            raise NotReadyError(
                f"A pulse is open, but {settings.keys_dir} is not its key store. Mount the right folder at "
                "KEPT_KEYS_DIR; a new one could not read the answers given so far."
            ) from missing
        DirectoryKeyStore.set_up(settings.keys_dir)
        click.echo(f"{settings.keys_dir}: made the key store. Keep it out of every backup and snapshot.")
    else:
        click.echo(f"{settings.keys_dir}: the key store is in place")


async def _has_open_wave(settings: Settings) -> bool:
    engine = build_engine(settings.database_url)
    try:
        async with engine.connect() as connection:
            waiting = select(Wave.id).where(Wave.state.in_([WaveState.OPEN, WaveState.CLOSING])).limit(1)
            return (await connection.execute(waiting)).first() is not None
    finally:
        await engine.dispose()
