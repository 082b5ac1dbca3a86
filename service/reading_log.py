"""Notes that somebody looked at figures of a unit in which they are not asked, after the page has left.

It neither slows a page nor makes one fail: what is noted is written in a transaction of its own once the
response is sent, and a failure is a line in the log. Whoever is asked in a unit is never noted there.
"""

from collections.abc import Iterable, Sequence

import structlog
from litestar.background_tasks import BackgroundTask
from litestar.response import Response
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service.rendering import Page
from surveys.audit.actions import note_looks
from surveys.audit.rules import Look

REMEMBERED = 20_000  # looks that this process has written already; then it forgets and asks the database
log = structlog.get_logger("kept.web")


class ReadingLog:
    """Writes each look once a person, unit and day."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._sessions = sessions
        self._written: set[Look] = set()

    def still_to_write(self, looks: Iterable[Look | None]) -> list[Look]:
        """Return the looks that this process has not written yet."""
        return [look for look in looks if look is not None and look not in self._written]

    async def write(self, looks: Sequence[Look]) -> None:
        """Write looks; a failure is a line in the log and nothing more."""
        try:
            async with self._sessions.begin() as session:
                await note_looks(session, looks)
        except Exception as error:  # noqa: BLE001 -- the page is with its reader already
            log.warning("a look at figures was not noted", error=type(error).__name__)
            return
        if len(self._written) + len(looks) > REMEMBERED:
            self._written.clear()
        self._written.update(looks)


def note_after(page: Page, response: Response[str], looks: Iterable[Look | None]) -> Response[str]:
    """Return the response of this page's request, which notes these looks once it has been sent."""
    reading_log: ReadingLog = page.state.reading_log
    fresh = reading_log.still_to_write(looks)
    if fresh:
        response.background = BackgroundTask(reading_log.write, fresh)
    return response
