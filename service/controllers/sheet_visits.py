"""What all pages by a personal link have in common: whose sheet it is, and what is said if none is.

A visit opens transactions of its own, because none may be held while a sheet waits for the ballot box.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.response import Response
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from integrations.environment import Settings
from integrations.language import mark
from service.dependencies import CurrentPage, CurrentSettings, Form, Keys, Now, Sessions
from service.problems import status_of
from service.rendering import Page
from surveys.ballots.keys import KeyStore
from surveys.ballots.queries import BlankSheet, blank_sheet, place_of_token
from surveys.errors import Gone, KeyLost, Missing, SurveyError

PAGE_BYTES = 32_768  # every page of answers is a multiple of this
TITLES: dict[type[SurveyError], str] = {
    KeyLost: mark("This pulse ends without results"),
    Gone: mark("This pulse is not open"),
    Missing: mark("The sheet could not be opened"),
}
NO_COOKIE = mark(
    "For your privacy a sheet stays open for two hours only. Open the link in your message again."
)
ANOTHER_SHEET = mark(
    "Another sheet was opened in this browser meanwhile, so nothing was handed in. Open the link in your "
    "message again."
)
PLACE_FIELD = "place"  # in every form of a sheet; says which one it was shown with and opens nothing
Visit = Request[Any, Any, State]


@dataclass(frozen=True, slots=True)
class SheetVisit:
    """A browser that came by a personal link. It knows nobody who is signed in."""

    request: Visit
    sessions: async_sessionmaker[AsyncSession]
    keys: KeyStore
    settings: Settings
    page: Page
    now: datetime

    async def place_id(self, session: AsyncSession, form: Form | None = None) -> UUID:
        """Return whose place in which wave the link is for.

        Args:
            session: reads the place.
            form: what is handed in; it must have been shown with the sheet that is open now.

        Raises:
            Missing: the link is not one of ours, its cookie is gone, or the form belongs to another sheet.
            Gone: its wave is over.
        """
        token = self.request.cookies.get(self.request.app.state.cookies.sheet)
        if not token:
            raise Missing(NO_COOKIE)
        place_id = await place_of_token(session, self.keys, token)
        shown_with = form.text(PLACE_FIELD, most=32) if form is not None else ""
        if shown_with not in ("", place_id.hex):
            raise Missing(ANOTHER_SHEET)
        return place_id

    async def sheet(self, session: AsyncSession) -> BlankSheet:
        """Return the blank sheet behind the link, and speak its person's language.

        Raises:
            Missing, Gone: as `place_id`.
        """
        sheet = await blank_sheet(session, self.keys, await self.place_id(session), now=self.now)
        self.page.in_words_of(sheet.locale, sheet.zone)
        return sheet

    async def show(self, make: Callable[[AsyncSession], Awaitable[Response[str]]]) -> Response[str]:
        """Show a page of an open sheet, or say why there is none."""
        try:
            async with self.sessions.begin() as session:
                return await make(session)
        except (Gone, Missing) as refusal:
            return self.not_open(refusal)

    def not_open(self, refusal: SurveyError) -> Response[str]:
        """Return the page that says why there is no sheet."""
        title = next(TITLES[kind] for kind in type(refusal).mro() if kind in TITLES)
        return even(
            self.page(
                "answers/not_open.html",
                status=status_of(refusal),
                title=title,
                sentence=refusal.sentence,
                values=refusal.values,
            )
        )


ByLink = NamedDependency[SheetVisit]


async def provide_visit(
    request: Visit,
    sessions: Sessions,
    keys: Keys,
    settings: CurrentSettings,
    page: CurrentPage,
    now: Now,
) -> SheetVisit:
    """Return the visit of whoever came by a personal link."""
    return SheetVisit(request, sessions, keys, settings, page, now)


SHEET_VISIT = {"visit": Provide(provide_visit)}


def even(response: Response[str]) -> Response[str]:
    """Fill the page up, with what does not compress, to a size that all pages of answers have."""
    bare = len(response.content.encode())
    frame = "<!-- -->\n"
    missing = -(bare + len(frame)) % PAGE_BYTES
    filling = token_hex(missing // 2 + 1)[:missing]
    response.content += f"<!-- {filling}-->\n"
    return response
