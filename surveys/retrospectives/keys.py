"""What a retrospective asks of the key store: the same one that keeps the keys of waves."""

from typing import Protocol
from uuid import UUID


class Secret(Protocol):
    """A key as the store hands it out."""

    @property
    def secret(self) -> bytes:
        """Its 32 bytes."""


class RetroKeys(Protocol):
    """Keeps a key for the cards and one for the votes of each board, away from the database."""

    async def create(self, wave_id: UUID) -> None:
        """Make a new key. A second call for the same id is an error."""

    async def load(self, wave_id: UUID) -> Secret:
        """Return a key.

        Raises:
            KeyLost: there is none.
        """

    async def exists(self, wave_id: UUID) -> bool:
        """Return whether the store still holds the key, without any cache."""

    async def destroy(self, wave_id: UUID) -> None:
        """Overwrite and remove the key; one that is gone already is fine."""
