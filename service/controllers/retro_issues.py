"""An agreed step as an issue of another tool: shown first, made by a press."""

from collections.abc import Sequence
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Response
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.environment import Settings
from integrations.language import mark
from integrations.trackers.channel import doors_of
from integrations.trackers.draft import draft_of
from service.controllers.retro_desk import BOARD_FORM, SentToBoard, require_board
from service.dependencies import (
    CurrentPage,
    CurrentSettings,
    CurrentViewer,
    Form,
    Session,
    not_offered,
)
from service.logs import UNLOGGED
from service.rendering import Page
from service.security import requires_sign_in
from service.views.milestones import source_names
from surveys.commitments.models import Commitment
from surveys.errors import Conflict, Forbidden
from surveys.milestones.issues import issues_of, may_open_issue, open_issue, places_for_issues, step_of
from surveys.milestones.rules import Source
from surveys.people.models import TeamOrGroup
from surveys.people.rules import Viewer
from surveys.retrospectives.models import Retrospective

Place = tuple[Source, str]
NOWHERE = mark(
    "No project of this team can take issues. Its leader places projects, and whoever runs Kept connects "
    "their tool."
)
NOT_YOURS = mark("Who does this step, or led through the board, can make an issue of it.")


class RetroIssueController(Controller):
    """For who does a step, led through its board or leads the team."""

    path = "/retros/{retro_id:uuid}/issues/{promise_id:uuid}"
    guards = [requires_sign_in]  # noqa: RUF012 -- Litestar's way of saying it
    opt = UNLOGGED
    dependencies = BOARD_FORM

    @get("/")
    async def preview(
        self,
        session: Session,
        viewer: CurrentViewer,
        settings: CurrentSettings,
        page: CurrentPage,
        retro_id: FromPath[UUID],
        promise_id: FromPath[UUID],
    ) -> Response[str]:
        """Show exactly what the issue would say, and where it can be made."""
        board = await require_board(session, retro_id, viewer)
        promise, places = await _offered(session, settings, viewer, board, promise_id)
        return await _page(session, settings, page, board, promise, places)

    @post("/")
    async def make(
        self, sent: SentToBoard, settings: CurrentSettings, promise_id: FromPath[UUID]
    ) -> Redirect:
        """Have the issue made, once."""
        board = await sent.require_board()
        _, places = await _offered(sent.session, settings, sent.viewer, board, promise_id)
        place = _picked(sent.form, places)
        await open_issue(sent.session, board, promise_id, sent.viewer, place=place, now=sent.now)
        return Redirect(f"/retros/{sent.retro_id}", status_code=303)


async def _offered(
    session: AsyncSession, settings: Settings, viewer: Viewer, board: Retrospective, promise_id: UUID
) -> tuple[Commitment, Sequence[Place]]:
    promise = await step_of(session, board, promise_id)
    if not may_open_issue(board, promise, viewer):
        raise Forbidden(NOT_YOURS)
    places = await places_for_issues(session, board.team_id, [*doors_of(settings)])
    if not places:
        raise Conflict(NOWHERE)
    return promise, places


async def _page(
    session: AsyncSession,
    settings: Settings,
    page: Page,
    board: Retrospective,
    promise: Commitment,
    places: Sequence[Place],
) -> Response[str]:
    team = await session.get_one(TeamOrGroup, board.team_id)
    draft = draft_of(
        promise, places[0], team_name=team.name, base_url=settings.base_url, language=page.language
    )
    known = await issues_of(session, [promise.id])
    names = source_names(page.language)
    return page(
        "retros/issue.html",
        board=board,
        promise=promise,
        draft=draft,
        places=[(f"{source}:{name}", f"{names[source]}: {name}") for source, name in places],
        known=known.get(promise.id),
    )


def _picked(form: Form, places: Sequence[Place]) -> Place:
    wanted = form.text("place", most=300)
    for source, name in places:
        if wanted == f"{source}:{name}":
            return source, name
    raise not_offered("place")
