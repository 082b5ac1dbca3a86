"""What a key store must do. Where keys lie is decided by an adapter outside the domain."""

from typing import Protocol
from uuid import UUID

from surveys.ballots.rules import WaveKey


class KeyStore(Protocol):
    """Keeps one key a wave, away from the database and its backups."""

    async def create(self, wave_id: UUID) -> None:
        """Make the key of a new wave. A second call for the same wave is an error."""

    async def load(self, wave_id: UUID) -> WaveKey:
        """Return the key of a wave.

        Raises:
            KeyLost: there is none. It is never made anew here.
        """

    async def exists(self, wave_id: UUID) -> bool:
        """Return whether the store still holds the key, without any cache."""

    async def destroy(self, wave_id: UUID) -> None:
        """Overwrite and remove the key; a key that is gone already is fine."""

    async def known(self) -> set[UUID]:
        """Return the waves whose keys the store holds."""

    async def confirm(self, wave_id: UUID) -> None:
        """Note that the wave of a key is committed. Until then the key may be a left-over."""

    async def unconfirmed(self) -> set[UUID]:
        """Return the waves whose keys nobody confirmed for more than a day, by the store's own clock."""
