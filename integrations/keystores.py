"""Where wave keys lie: a directory outside the data, one small file a wave, shared by a volume.

Overwriting and unlinking is all a program can do. An SSD's spare cells, a snapshot or swap may keep
what was there; the operations guide names what to do about each.
"""

import asyncio
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from surveys.ballots.rules import KEY_BYTES, WaveKey
from surveys.errors import KeyLost

CACHE_SECONDS = 60.0
MARKER = "KEPT-KEYS"
CACHEDIR_TAG = "CACHEDIR.TAG"
CACHEDIR_SIGNATURE = "Signature: 8a477f597d28d172789f06886806bc55\n"  # backup programs skip such folders
SUFFIX = ".key"
UNCONFIRMED = ".opening"  # beside a key until the transaction that opens its wave is known to be committed
DAY_SECONDS = 86_400
EFFECTIVE = os.access in os.supports_effective_ids  # not so everywhere


class KeyStoreMissing(RuntimeError):
    """The directory is not a key store: not there, unreadable, or without its marker."""


class KeyStoreForeign(KeyStoreMissing):
    """The directory is a key store, but not known to be this database's: nothing in it may be touched."""


class KeyStoreClosed(KeyStoreMissing):
    """The directory is there, and the user who runs this may not read or not write in it."""


def keys_in(folder: Path) -> set[UUID]:
    """Return the waves whose keys lie in a folder, whatever its marker says; none where it is not there."""
    return {UUID(hex=path.stem) for path in folder.glob(f"*{SUFFIX}")}


class DirectoryKeyStore:
    """A `KeyStore` in a directory of mode 0700.

    A loaded key stays in memory for at most a minute; `forget` drops it earlier.

    Whatever finds no key looks for the marker too: a volume that is not mounted for a moment must not
    pass for a store whose keys are lost or destroyed, because a wave with a lost key gives up its answers.
    The marker names the installation, which is a random id in its database: two databases pointed at one
    folder by mistake would otherwise take each other's keys for left-overs.
    """

    def __init__(
        self,
        folder: Path,
        installation: UUID | None = None,
        *,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        """Look at a folder on behalf of an installation; None asks for any key store."""
        self.folder = folder
        self.installation = installation
        self._tick = tick
        self._cache: dict[UUID, tuple[float, WaveKey]] = {}

    @classmethod
    def set_up(cls, folder: Path, installation: UUID | None = None) -> "DirectoryKeyStore":
        """Make the directory with its marker, once, when an instance is installed, or bind it anew."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(stat.S_IRWXU)
        written = folder / f"{MARKER}.new"
        written.touch(mode=0o600)
        written.write_text(f"{installation}\n" if installation else "")
        written.replace(folder / MARKER)  # at every instant there is a whole marker, the old or the new
        (folder / CACHEDIR_TAG).write_text(CACHEDIR_SIGNATURE)
        store = cls(folder, installation)
        store._sync_folder()
        return store

    def owner(self) -> UUID | None:
        """Return the installation that the marker names; None where an older version made the store.

        Raises:
            KeyStoreMissing: there is no marker.
            KeyStoreClosed: this process may not look.
            KeyStoreForeign: the marker holds something else than an id.
        """
        try:
            named = (self.folder / MARKER).read_text(encoding="ascii", errors="replace").strip()
        except PermissionError:
            raise KeyStoreClosed(self._closed_to_us("read")) from None
        except OSError:
            raise KeyStoreMissing(
                f"{self.folder} is not a key store (no {MARKER} file). Mount the right volume at "
                "KEPT_KEYS_DIR, or run `kept migrate` once on a new installation to set it up."
            ) from None
        try:
            return UUID(named) if named else None
        except ValueError:
            raise KeyStoreForeign(
                f"{self.folder}/{MARKER} is damaged, so nobody knows whose keys these are. If no other "
                "installation uses this folder, run `kept migrate --keys take`."
            ) from None

    def require(self) -> None:
        """Refuse to work with a directory that is not this instance's key store.

        Raises:
            KeyStoreMissing: an empty mount point must not be taken for the store, because keys made
                there would vanish with the next start.
            KeyStoreClosed: this process could neither make keys there nor destroy them.
            KeyStoreForeign: the keys in it belong to another database, or nobody has said to which.
        """
        owner = self.owner()
        if self.installation is None or owner == self.installation:
            if not os.access(self.folder, os.R_OK | os.W_OK | os.X_OK, effective_ids=EFFECTIVE):
                raise KeyStoreClosed(self._closed_to_us("written"))
            return
        if owner is None:
            raise KeyStoreForeign(
                f"{self.folder} does not say which database it belongs to. Run `kept migrate` once."
            )
        raise KeyStoreForeign(
            f"{self.folder} belongs to another installation. Give this one a folder of its own at "
            'KEPT_KEYS_DIR and run `kept migrate`; see "The key folder" in docs/operations.md.'
        )

    def _closed_to_us(self, done: str) -> str:
        return (
            f"{self.folder} cannot be {done} by the user who runs this (uid {os.geteuid()}). It has to "
            "belong to that user with all that is in it, with mode 0700, on a volume that can be written."
        )

    async def create(self, wave_id: UUID) -> None:
        """Make the key of a new wave and force it to disk before anyone can answer."""
        await asyncio.to_thread(self._create, wave_id)

    def _create(self, wave_id: UUID) -> None:
        self.require()
        if self._file(wave_id).exists():
            raise FileExistsError(f"{self._file(wave_id)}: a wave has one key")
        self._flag(wave_id).touch(mode=0o600)
        self._sync_folder()
        descriptor = os.open(self._file(wave_id), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.urandom(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        self._sync_folder()

    async def confirm(self, wave_id: UUID) -> None:
        """Note that the wave of a key is stored, so that the key is never taken for a left-over."""
        await asyncio.to_thread(self._confirm, wave_id)

    def _confirm(self, wave_id: UUID) -> None:
        if self._flag(wave_id).exists():
            self.require()
            self._flag(wave_id).unlink(missing_ok=True)
            self._sync_folder()

    async def is_confirmed(self, wave_id: UUID) -> bool:
        """Return whether the wave of a key was once seen in the database."""
        return not await asyncio.to_thread(self._flag(wave_id).exists)

    async def load(self, wave_id: UUID) -> WaveKey:
        """Return the key of a wave.

        Raises:
            KeyLost: it is not there. A key is never made here.
            KeyStoreMissing: the store itself is not there, so nothing is known about its keys.
            KeyStoreClosed: the key is there and this process may not read it.
        """
        cached = self._cache.get(wave_id)
        if cached is not None and self._tick() < cached[0]:
            return cached[1]
        try:
            key = WaveKey.of(wave_id, await asyncio.to_thread(self._file(wave_id).read_bytes))
        except PermissionError:
            raise KeyStoreClosed(self._closed_to_us("read")) from None
        except (FileNotFoundError, ValueError):
            self.forget(wave_id)
            await asyncio.to_thread(self.require)
            raise KeyLost(
                "The key of this pulse is lost, so nobody can read or change its answers any more."
            ) from None
        self._cache[wave_id] = (self._tick() + CACHE_SECONDS, key)
        # Nobody may ask for it again, so it does not wait for that to leave the memory.
        asyncio.get_running_loop().call_later(CACHE_SECONDS, self.forget, wave_id)
        return key

    def forget(self, wave_id: UUID) -> None:
        """Drop a cached key."""
        self._cache.pop(wave_id, None)

    async def exists(self, wave_id: UUID) -> bool:
        """Return whether the file is still there; refuse a folder that is not the store (see `require`)."""
        await asyncio.to_thread(self.require)
        return await asyncio.to_thread(self._file(wave_id).exists)

    async def destroy(self, wave_id: UUID) -> None:
        """Overwrite the key, force that to disk, and remove the file."""
        self.forget(wave_id)
        await asyncio.to_thread(self._destroy, wave_id)

    def _destroy(self, wave_id: UUID) -> None:
        self.require()
        self._flag(wave_id).unlink(missing_ok=True)
        try:
            descriptor = os.open(self._file(wave_id), os.O_WRONLY)
        except FileNotFoundError:
            return
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.urandom(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        self._file(wave_id).unlink(missing_ok=True)
        self._sync_folder()

    async def known(self) -> set[UUID]:
        """Return the waves whose keys lie here; refuse a folder that is not the store (see `require`)."""
        await asyncio.to_thread(self.require)
        return await asyncio.to_thread(keys_in, self.folder)

    async def unconfirmed(self) -> set[UUID]:
        """Return the waves whose opening began more than a day ago and was never confirmed."""
        return await asyncio.to_thread(self._unconfirmed)

    def _unconfirmed(self) -> set[UUID]:
        self.require()
        before = time.time() - DAY_SECONDS
        flags = self.folder.glob(f"*{UNCONFIRMED}")
        return {UUID(hex=path.stem) for path in flags if path.stat().st_mtime < before}

    def _flag(self, wave_id: UUID) -> Path:
        return self.folder / f"{wave_id.hex}{UNCONFIRMED}"

    def _file(self, wave_id: UUID) -> Path:
        return self.folder / f"{wave_id.hex}{SUFFIX}"

    def _sync_folder(self) -> None:
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
