"""What pages with forms have in common: who sent one about which unit, and how a refusal undoes it all."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.response import Redirect, Response
from sqlalchemy.ext.asyncio import AsyncSession

from service.dependencies import CurrentPage, CurrentViewer, Now, SentForm, Session
from service.rendering import Page
from surveys.errors import Invalid
from surveys.people.rules import Viewer

Answer = Redirect | Response[Any]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, when, and what answers them."""

    viewer: Viewer
    page: Page
    now: datetime


@dataclass(frozen=True, slots=True)
class FormAboutTeam:
    """A form that somebody sent about the unit or working group in the address; without fields a visit."""

    session: Session
    viewer: CurrentViewer
    page: CurrentPage
    now: Now
    form: SentForm
    team_id: FromPath[UUID]

    @property
    def reader(self) -> Reader:
        """Who sent it, as the one to whom a page is shown."""
        return Reader(self.viewer, self.page, self.now)


SentAboutTeam = NamedDependency[FormAboutTeam]
TEAM_FORM = {"sent": Provide(FormAboutTeam, sync_to_thread=False)}


async def refusal_of(session: AsyncSession, act: Callable[[], Awaitable[object]]) -> Invalid | None:
    """Run one action; return why a form cannot be accepted, with everything it did undone, or None."""
    try:
        async with session.begin_nested():
            await act()
    except Invalid as refusal:
        return refusal
    return None
