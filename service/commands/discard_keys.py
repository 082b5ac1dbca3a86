"""`kept discard-keys`: after a restored backup, destroy the keys of waves the database does not know."""

import asyncio

import click
from sqlalchemy import select

from integrations.environment import Settings
from service.composition import open_database, open_keys, read_settings
from surveys.retrospectives.key_records import keys_in_use
from surveys.waves.models import Wave


@click.command("discard-keys")
@click.option("--yes", is_flag=True, help="Do not ask.")
def discard_keys(*, yes: bool) -> None:
    """Destroy the keys of waves that this database does not know.

    There are such keys after an older backup of the database was restored: they open answers that lie
    only in the database that was given up. Kept never destroys them by itself, because it cannot know
    whether that database comes back. Destroyed keys cannot be brought back.
    """
    asyncio.run(_discard(read_settings(), yes=yes))


async def _discard(settings: Settings, *, yes: bool) -> None:
    async with open_database(settings) as sessions:
        keys = await open_keys(settings, sessions)
        held = await keys.known()
        async with sessions() as session:
            known = set(await session.scalars(select(Wave.id).where(Wave.id.in_(held))))
            known |= await keys_in_use(session)
        # A key that is not confirmed may belong to a wave that is being opened at this moment.
        unknown = {wave_id for wave_id in held - known if await keys.is_confirmed(wave_id)}
        if not unknown:
            click.echo("Every key belongs to a wave of this database. Nothing to do.")
            return
        if not yes:
            click.confirm(
                f"{len(unknown)} keys in {settings.keys_dir} belong to waves that this database does not "
                "know. Answers sealed with them can then never be read, in no copy. Destroy them?",
                abort=True,
            )
        for wave_id in unknown:
            await keys.destroy(wave_id)
        click.echo(f"{len(unknown)} keys destroyed.")
