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
DAY_SECONDS = 86_400


class KeyStoreMissing(RuntimeError):
    """The directory is not a key store: not there, unreadable, or without its marker."""


class DirectoryKeyStore:
    """A `KeyStore` in a directory of mode 0700.

    A loaded key stays in memory for at most a minute; `forget` drops it earlier.

    Whatever finds no key looks for the marker too: a volume that is not mounted for a moment must not
    pass for a store whose keys are lost or destroyed, because a wave with a lost key gives up its answers.
    """

    def __init__(self, folder: Path, *, tick: Callable[[], float] = time.monotonic) -> None:
        self.folder = folder
        self._tick = tick
        self._cache: dict[UUID, tuple[float, WaveKey]] = {}

    @classmethod
    def set_up(cls, folder: Path) -> "DirectoryKeyStore":
        """Make the directory with its marker, once, when an instance is installed."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(stat.S_IRWXU)
        (folder / MARKER).touch(mode=0o600)
        (folder / CACHEDIR_TAG).write_text(CACHEDIR_SIGNATURE)
        return cls(folder)

    def require(self) -> None:
        """Refuse to work with a directory that is not this instance's key store.

        Raises:
            KeyStoreMissing: an empty mount point must not be taken for the store, because keys made
                there would vanish with the next start.
        """
        if not (self.folder / MARKER).is_file():
            raise KeyStoreMissing(
                f"{self.folder} is not a key store (no {MARKER} file). Mount the right volume at "
                "KEPT_KEYS_DIR, or run `kept migrate` once on a new installation to set it up."
            )

    async def create(self, wave_id: UUID) -> None:
        """Make the key of a new wave and force it to disk before anyone can answer."""
        await asyncio.to_thread(self._create, wave_id)

    def _create(self, wave_id: UUID) -> None:
        self.require()
        descriptor = os.open(self._file(wave_id), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.urandom(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        self._sync_folder()

    async def load(self, wave_id: UUID) -> WaveKey:
        """Return the key of a wave.

        Raises:
            KeyLost: it is not there. A key is never made here.
            KeyStoreMissing: the store itself is not there, so nothing is known about its keys.
        """
        cached = self._cache.get(wave_id)
        if cached is not None and self._tick() < cached[0]:
            return cached[1]
        try:
            key = WaveKey.of(wave_id, await asyncio.to_thread(self._file(wave_id).read_bytes))
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
        try:
            descriptor = os.open(self._file(wave_id), os.O_WRONLY)
        except FileNotFoundError:
            self.require()
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
        names = await asyncio.to_thread(lambda: [path.stem for path in self.folder.glob(f"*{SUFFIX}")])
        return {UUID(hex=name) for name in names}

    async def stale(self) -> set[UUID]:
        """Return the waves whose key files are older than a day."""
        return await asyncio.to_thread(self._stale)

    def _stale(self) -> set[UUID]:
        before = time.time() - DAY_SECONDS
        files = self.folder.glob(f"*{SUFFIX}")
        return {UUID(hex=path.stem) for path in files if path.stat().st_mtime < before}

    def _file(self, wave_id: UUID) -> Path:
        return self.folder / f"{wave_id.hex}{SUFFIX}"

    def _sync_folder(self) -> None:
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
