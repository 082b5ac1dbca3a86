"""Whether this process works, for whatever watches it. Says nothing about anybody's data."""

from litestar import Controller, get
from sqlalchemy import select, text

from service.dependencies import Keys, Session
from service.logs import UNLOGGED
from surveys.people.models import Organisation


class HealthController(Controller):
    """Two questions a supervisor asks."""

    opt = UNLOGGED

    @get("/health")
    async def health(self, session: Session) -> dict[str, str]:
        """Say that the process answers and reaches its database."""
        await session.execute(text("SELECT 1"))
        return {"status": "ok"}

    @get("/ready")
    async def ready(self, session: Session, keys: Keys) -> dict[str, str]:
        """Say that requests can be served: the tables are there and the key store can be read."""
        await session.execute(select(Organisation.id).limit(1))
        await keys.known()
        return {"status": "ready"}
