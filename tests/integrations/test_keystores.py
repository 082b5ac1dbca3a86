import asyncio
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from integrations.keystores import (
    CACHE_SECONDS,
    DirectoryKeyStore,
    KeyStoreClosed,
    KeyStoreForeign,
    KeyStoreMissing,
)
from surveys.errors import KeyLost

NOBODY = 65534


class Tick:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def store(tmp_path: Path) -> DirectoryKeyStore:
    return DirectoryKeyStore.set_up(tmp_path / "keys")


@contextmanager
def somebody_without_privileges(folder: Path) -> Iterator[None]:
    """Be the owner of a folder for a while, and not root, whom no mode keeps out."""
    ours = os.geteuid()
    if ours == 0:
        for each in (folder, *folder.iterdir()):
            os.chown(each, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(ours)


class TestDirectoryKeyStore:
    async def test_a_key_is_the_same_for_every_process_that_shares_the_volume(
        self, store: DirectoryKeyStore
    ) -> None:
        wave = uuid4()
        await store.create(wave)
        other = DirectoryKeyStore(store.folder)
        assert (await store.load(wave)).secret == (await other.load(wave)).secret

    async def test_only_the_owner_may_look(self, store: DirectoryKeyStore) -> None:
        await store.create(uuid4())
        assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
        keys = list(store.folder.glob("*.key"))
        assert [stat.S_IMODE(key.stat().st_mode) for key in keys] == [0o600]

    async def test_backup_programs_are_told_to_pass_by(self, store: DirectoryKeyStore) -> None:
        assert (
            (store.folder / "CACHEDIR.TAG")
            .read_text()
            .startswith("Signature: 8a477f597d28d172789f06886806bc55")
        )

    async def test_a_second_key_for_a_wave_is_refused(self, store: DirectoryKeyStore) -> None:
        wave = uuid4()
        await store.create(wave)
        with pytest.raises(FileExistsError):
            await store.create(wave)

    async def test_loading_never_makes_a_key(self, store: DirectoryKeyStore) -> None:
        wave = uuid4()
        with pytest.raises(KeyLost):
            await store.load(wave)
        assert not await store.exists(wave)

    async def test_a_damaged_key_is_a_lost_key(self, store: DirectoryKeyStore) -> None:
        wave = uuid4()
        await store.create(wave)
        (store.folder / f"{wave.hex}.key").write_bytes(b"short")
        with pytest.raises(KeyLost):
            await store.load(wave)

    async def test_a_destroyed_key_is_gone_from_disk_and_memory_and_may_be_destroyed_again(
        self, store: DirectoryKeyStore
    ) -> None:
        wave = uuid4()
        await store.create(wave)
        await store.load(wave)
        await store.destroy(wave)
        await store.destroy(wave)

        assert not await store.exists(wave)
        assert await store.known() == set()
        with pytest.raises(KeyLost):
            await store.load(wave)

    async def test_a_key_that_another_process_destroyed_is_held_for_a_minute_at_most(
        self, store: DirectoryKeyStore
    ) -> None:
        tick = Tick()
        here = DirectoryKeyStore(store.folder, tick=tick)
        wave = uuid4()
        await store.create(wave)
        await here.load(wave)
        await store.destroy(wave)

        tick.now = CACHE_SECONDS + 0.1
        with pytest.raises(KeyLost):
            await here.load(wave)

    async def test_an_empty_mount_point_is_not_taken_for_the_store(self, tmp_path: Path) -> None:
        empty = DirectoryKeyStore(tmp_path)
        with pytest.raises(KeyStoreMissing):
            empty.require()
        with pytest.raises(KeyStoreMissing):
            await empty.create(uuid4())

    @pytest.mark.parametrize(("mode", "said"), [(0o000, "cannot be read"), (0o500, "cannot be written")])
    def test_a_folder_that_is_closed_to_this_user_is_called_so(self, mode: int, said: str) -> None:
        with tempfile.TemporaryDirectory() as folder:  # where somebody else may go as well
            Path(folder).chmod(0o755)
            store = DirectoryKeyStore.set_up(Path(folder) / "keys")
            store.folder.chmod(mode)
            with somebody_without_privileges(store.folder), pytest.raises(KeyStoreClosed, match=said):
                store.require()
            store.folder.chmod(0o700)

    async def test_a_volume_that_is_away_is_neither_a_lost_nor_a_destroyed_key(
        self, store: DirectoryKeyStore
    ) -> None:
        wave = uuid4()
        await store.create(wave)
        away = store.folder.rename(store.folder.with_name("elsewhere"))
        store.folder.mkdir()

        with pytest.raises(KeyStoreMissing):
            await store.load(wave)
        with pytest.raises(KeyStoreMissing):
            await store.exists(wave)
        with pytest.raises(KeyStoreMissing):
            await store.destroy(wave)
        assert await DirectoryKeyStore(away).exists(wave)

    async def test_a_key_leaves_the_memory_though_nobody_asks_for_it_again(
        self, store: DirectoryKeyStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("integrations.keystores.CACHE_SECONDS", 0.01)
        here = DirectoryKeyStore(store.folder, tick=Tick())  # a clock that stands still
        wave = uuid4()
        await store.create(wave)
        await here.load(wave)
        await store.destroy(wave)

        await asyncio.sleep(0.05)
        with pytest.raises(KeyLost):
            await here.load(wave)

    async def test_only_an_old_key_that_nobody_confirmed_may_be_a_left_over(
        self, store: DirectoryKeyStore
    ) -> None:
        fresh, confirmed, abandoned = uuid4(), uuid4(), uuid4()
        for wave in (fresh, confirmed, abandoned):
            await store.create(wave)
        for wave in (confirmed, abandoned):
            os.utime(store.folder / f"{wave.hex}.opening", (0, 0))
        await store.confirm(confirmed)

        assert await store.unconfirmed() == {abandoned}
        await store.destroy(abandoned)
        assert await store.unconfirmed() == set()
        assert await store.known() == {fresh, confirmed}

    async def test_a_store_of_another_installation_is_refused_and_nothing_in_it_is_touched(
        self, tmp_path: Path
    ) -> None:
        ours, theirs, wave = uuid4(), uuid4(), uuid4()
        store = DirectoryKeyStore.set_up(tmp_path / "keys", theirs)
        await store.create(wave)
        stranger = DirectoryKeyStore(store.folder, ours)

        for attempt in (stranger.create(uuid4()), stranger.destroy(wave), stranger.known()):
            with pytest.raises(KeyStoreForeign, match="belongs to another installation"):
                await attempt
        with pytest.raises(KeyStoreForeign):
            await stranger.unconfirmed()
        assert await DirectoryKeyStore(store.folder, theirs).known() == {wave}

    async def test_a_store_that_does_not_say_whose_it_is_is_not_used_by_an_installation(
        self, store: DirectoryKeyStore
    ) -> None:
        with pytest.raises(KeyStoreForeign, match="kept migrate"):
            DirectoryKeyStore(store.folder, uuid4()).require()

    async def test_a_damaged_marker_is_nobodys(self, store: DirectoryKeyStore) -> None:
        (store.folder / "KEPT-KEYS").write_text("something else")

        with pytest.raises(KeyStoreForeign, match="damaged"):
            DirectoryKeyStore(store.folder, uuid4()).require()
