"""What `kept migrate` does with the key folder: make it, bind it to its database, or refuse it.

One folder serves one database. Nothing here removes a key.
"""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.keystores import (
    DirectoryKeyStore,
    KeyStoreClosed,
    KeyStoreForeign,
    KeyStoreMissing,
    keys_in,
)
from service.composition import NotReadyError
from surveys.people.models import Installation
from surveys.people.queries import installation_of
from surveys.waves.models import RUNNING, Wave


class Choice(StrEnum):
    """What an operator may decide about a folder that does not fit."""

    NEW = "new"  # this database gets a new id and an empty folder: after a lost volume, or for a copy
    TAKE = "take"  # the folder belongs to this database, whatever its marker says


async def settle(session: AsyncSession, folder: Path, choice: Choice | None, *, now: datetime) -> str:
    """Make sure that the folder is the key store of this database; return what was done, in a sentence.

    Raises:
        NotReadyError: it is another's, or open waves would lose their keys by it.
    """
    try:
        DirectoryKeyStore(folder).require()
    except KeyStoreClosed as closed:
        raise NotReadyError(str(closed)) from closed
    except KeyStoreMissing:
        pass  # what that means depends on what was asked for
    if choice is Choice.NEW:
        return await _begin_anew(session, folder, now=now)
    if choice is Choice.TAKE:
        return await _take(session, folder, now=now)
    installation = await installation_of(session)
    store = DirectoryKeyStore(folder, installation)
    try:
        owner = store.owner()
    except KeyStoreForeign as damaged:
        raise NotReadyError(str(damaged)) from damaged
    except KeyStoreMissing:
        await _require_keys_of_open_waves(session, folder)
        _set_up(folder, installation)
        return f"{folder}: made the key store. Keep it out of every backup and snapshot."
    if owner is None:  # made by a version that did not write whose it is
        await _require_keys_of_open_waves(session, folder)
        _set_up(folder, installation)
        return f"{folder}: the key store belongs to this database from now on"
    try:
        store.require()
    except KeyStoreForeign as foreign:
        raise NotReadyError(
            f"{foreign} Only where this database was restored from a backup older than that folder, and no "
            "other database uses it: `kept migrate --keys take`."
        ) from foreign
    return f"{folder}: the key store is in place"


def _set_up(folder: Path, installation: UUID) -> None:
    try:
        DirectoryKeyStore.set_up(folder, installation)
    except OSError as error:
        raise NotReadyError(
            f"{folder} cannot be made a key store: {error.strerror}. Name a folder in KEPT_KEYS_DIR that "
            "the user who runs this may make."
        ) from error


async def _require_keys_of_open_waves(session: AsyncSession, folder: Path) -> None:
    waiting = set(await session.scalars(select(Wave.id).where(Wave.state.in_(RUNNING))))
    if waiting - keys_in(folder):
        raise NotReadyError(
            f"A pulse is open, but {folder} does not hold its key. Mount the right folder at "
            "KEPT_KEYS_DIR; a new one could not read the answers given so far. If the keys are lost, or "
            "this database is a copy, run `kept migrate --keys new` with an empty folder: open pulses then "
            "close without results."
        )


async def _begin_anew(session: AsyncSession, folder: Path, *, now: datetime) -> str:
    try:
        DirectoryKeyStore(folder).owner()
        used = True
    except KeyStoreForeign:
        used = True
    except KeyStoreMissing:
        used = bool(keys_in(folder))
    if used:
        raise NotReadyError(
            f"{folder} is a key store already, and none is ever overwritten. Name an empty folder in "
            "KEPT_KEYS_DIR for `--keys new`."
        )
    _set_up(folder, await _rename(session, now=now))
    return f"{folder}: made a new key store. Pulses whose keys are elsewhere close without results."


async def _take(session: AsyncSession, folder: Path, *, now: datetime) -> str:
    try:
        DirectoryKeyStore(folder).owner()
    except KeyStoreForeign:
        pass  # what is damaged can be taken like what is another's
    except KeyStoreMissing as missing:
        raise NotReadyError(str(missing)) from missing
    known = await session.scalar(select(Installation.id).limit(1))
    _set_up(folder, known or await _rename(session, now=now))
    return f"{folder}: the key store belongs to this database from now on, and to no other"


async def _rename(session: AsyncSession, *, now: datetime) -> UUID:
    """Give the database a new id."""
    await session.execute(delete(Installation))
    fresh = Installation(id=uuid4(), made_at=now)
    session.add(fresh)
    await session.flush()
    return fresh.id
