"""What a route may ask for by name: the request's transaction, the time, who is reading, a page, a form.

Keep `provide_session` the app's only generator dependency: Litestar closes several concurrently, and
an error then arrives as a group.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from litestar.connection import Request
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import SkipValidation
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from integrations.environment import Settings
from integrations.language import mark
from service.ballot_box import BallotBox
from service.rendering import Page
from surveys.ballots.keys import KeyStore
from surveys.database import limit_to
from surveys.errors import Invalid
from surveys.people.rules import Viewer

Word = TypeVar("Word", bound=StrEnum)
Clock = Callable[[], datetime]
Sessions = NamedDependency[async_sessionmaker[AsyncSession]]
Session = NamedDependency[AsyncSession]
Keys = NamedDependency[SkipValidation[KeyStore]]  # a protocol, which Litestar cannot check
Now = NamedDependency[datetime]
CurrentViewer = NamedDependency[Viewer]
CurrentPage = NamedDependency[Page]
CurrentSettings = NamedDependency[Settings]
Box = NamedDependency[BallotBox]


NO_NUMBER = mark("Please give a whole number.")
NO_DATE = mark("Please give a date.")


class Form:
    """The fields of a submitted form, as text. Errors name the field."""

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        self._fields = fields

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def names(self) -> list[str]:
        """Return the names of all fields that were sent."""
        return list(self._fields)

    def typed(self, *names: str) -> dict[str, str]:
        """Return what these fields, or all, held, to stand in the form again beside what is wrong."""
        return {name: (self._fields.get(name) or [""])[0] for name in names or self._fields}

    def text(self, name: str, *, most: int = 2000) -> str:
        """Return a field without surrounding blanks, empty when it is not there.

        Raises:
            Invalid: it is longer than `most` characters.
        """
        value = (self._fields.get(name) or [""])[0].replace("\r\n", "\n").strip()
        if len(value) > most:
            raise Invalid(mark("Please use at most {most} characters."), field=name, most=most)
        return value

    def all(self, name: str) -> list[str]:
        """Return every value of a field that may be sent several times."""
        return list(self._fields.get(name, []))

    def whole_number(self, name: str, otherwise: str = NO_NUMBER) -> int:
        """Return a field as a whole number.

        Raises:
            Invalid: it is not one; `otherwise` says so, by the field's name where a person fills it in.
        """
        value = self.text(name, most=20)
        if not value.removeprefix("-").isdecimal():
            raise Invalid(otherwise, field=name)
        return int(value)

    def date(self, name: str, otherwise: str = NO_DATE) -> date:
        """Return a field as a date, as `<input type="date">` sends it.

        Raises:
            Invalid: it is not one; `otherwise` says so.
        """
        try:
            return date.fromisoformat(self.text(name, most=20))
        except ValueError as error:
            raise Invalid(otherwise, field=name) from error

    def id(self, name: str) -> UUID:
        """Return a field as an identifier.

        Raises:
            Invalid: it is not one.
        """
        try:
            return UUID(self.text(name, most=40))
        except ValueError as error:
            raise not_offered(name) from error

    def one_of(self, words: type[Word], name: str) -> Word:
        """Return a field as one of some words.

        Raises:
            Invalid: it is none of them.
        """
        try:
            return words(self.text(name, most=40))
        except ValueError as error:
            raise not_offered(name) from error


def not_offered(field: str) -> Invalid:
    """Return the refusal of a choice that no form of Kept offers."""
    return Invalid(mark("This choice is not one of those offered."), field=field)


SentForm = NamedDependency[Form]
Requested = Request[Any, Any, State]


async def provide_session(request: Requested) -> AsyncIterator[AsyncSession]:
    """Open the request's only transaction and commit it before the response leaves.

    Behind a guard it reads rows of the viewer's organisation only.
    """
    async with request.app.state.sessions.begin() as session:
        viewer = request.scope.get("user")
        if isinstance(viewer, Viewer):
            limit_to(session, viewer.organisation_id)
        yield session


async def provide_now(request: Requested) -> datetime:
    """Return the instant of this request, the same for everything in it."""
    now: datetime = request.app.state.clock()
    return now


async def provide_viewer(request: Requested) -> Viewer:
    """Return whom the guard at the door let in. A route without a guard cannot ask for it."""
    viewer = request.scope["user"]
    if not isinstance(viewer, Viewer):
        raise TypeError("a route that asks for the viewer needs a guard")
    return viewer


async def provide_page(request: Requested) -> Page:
    """Return the page of this reader; see `service.rendering.Page`."""
    page: Page = request.app.state.pages.open(request)
    return page


async def provide_form(request: Requested) -> Form:
    """Return the fields of a URL-encoded form."""
    fields: dict[str, list[str]] = {}
    for name, value in (await request.form()).multi_items():
        if isinstance(value, str):
            fields.setdefault(name, []).append(value)
    return Form(fields)


async def provide_sessions(request: Requested) -> async_sessionmaker[AsyncSession]:
    """Return the factory of transactions, for routes that must not hold one while they wait."""
    sessions: async_sessionmaker[AsyncSession] = request.app.state.sessions
    return sessions


async def provide_keys(request: Requested) -> KeyStore:
    """Return the store of wave keys."""
    keys: KeyStore = request.app.state["keys"]  # as an attribute it would be the mapping's method
    return keys


async def provide_settings(request: Requested) -> Settings:
    """Return what the operator decided."""
    settings: Settings = request.app.state.settings
    return settings


async def provide_ballot_box(request: Requested) -> BallotBox:
    """Return the box that gathers sheets."""
    box: BallotBox = request.app.state.ballot_box
    return box


DEPENDENCIES = {
    "session": Provide(provide_session),
    "now": Provide(provide_now),
    "viewer": Provide(provide_viewer),
    "page": Provide(provide_page),
    "form": Provide(provide_form),
    "sessions": Provide(provide_sessions),
    "keys": Provide(provide_keys),
    "settings": Provide(provide_settings),
    "ballot_box": Provide(provide_ballot_box),
}
