"""What the routes of a board share: who may open it, and how a form is answered."""

from dataclasses import dataclass
from uuid import UUID

from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.response import Redirect, Response
from sqlalchemy.ext.asyncio import AsyncSession

from service.controllers.forms import Answer
from service.dependencies import CurrentViewer, Now, Requested, SentForm, Session
from service.problems import wants_json
from surveys.errors import not_here
from surveys.people.rules import Viewer
from surveys.retrospectives.models import Retrospective
from surveys.retrospectives.queries import board_for
from surveys.retrospectives.sealing import PEN_BYTES, new_pen

PEN_SECONDS = 30 * 86_400


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a form, for a page that is already open: `words` are for its reader."""

    words: str = ""
    revision: int | None = None
    number: int | None = None


async def require_board(session: AsyncSession, retro_id: UUID, viewer: Viewer) -> Retrospective:
    """Return a board that this viewer may open.

    Raises:
        Missing: there is none, or it is not for this viewer, who does not learn which of the two.
    """
    board = await board_for(session, retro_id, viewer)
    if board is None:
        raise not_here()
    return board


@dataclass(frozen=True, slots=True)
class BoardForm:
    """A form that somebody sent about the board in the address."""

    request: Requested
    session: Session
    viewer: CurrentViewer
    now: Now
    form: SentForm
    retro_id: FromPath[UUID]

    @property
    def person_id(self) -> UUID:
        """Who sent it."""
        return self.viewer.person_id

    async def require_board(self) -> Retrospective:
        """Return the board; raises as `require_board` does."""
        return await require_board(self.session, self.retro_id, self.viewer)

    def back(self, done: Done | None = None) -> Answer:
        """Answer: with a word to a page that sent it by itself, else by leading back to the board."""
        if wants_json(self.request):
            return Response(done or Done())
        return Redirect(f"/retros/{self.retro_id}", status_code=303)


SentToBoard = NamedDependency[BoardForm]
BOARD_FORM = {"sent": Provide(BoardForm, sync_to_thread=False)}


def pen_of(request: Requested) -> tuple[bytes, bool]:
    """Return the pen this browser holds for the board, or a new one, and whether it is new."""
    try:
        pen = bytes.fromhex(request.cookies.get(request.app.state.cookies.pen, ""))
    except ValueError:
        pen = b""
    return (pen, False) if len(pen) == PEN_BYTES else (new_pen(), True)


def give_pen(request: Requested, response: Answer, board: Retrospective, pen: bytes) -> None:
    """Let the browser keep a pen, for this board only."""
    cookies = request.app.state.cookies
    path = f"/retros/{board.id}"
    response.set_cookie(cookies.make(cookies.pen, pen.hex(), path=path, max_age=PEN_SECONDS))
