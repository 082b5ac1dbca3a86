"""What is made of a closed board: its summary for a channel, by a person's press, and files to keep."""

import asyncio
from datetime import datetime
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Response
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.environment import Settings
from integrations.files.boards import Exported, as_markdown, as_pdf, as_table, exported
from integrations.language import Translator, mark
from integrations.wording.retro_summary import require_same_words, say_summary, summary_note
from service.controllers.forms import Answer
from service.controllers.retro_desk import BOARD_FORM, SentToBoard, require_board
from service.dependencies import (
    CurrentPage,
    CurrentSettings,
    CurrentViewer,
    Now,
    Requested,
    Session,
)
from service.logs import UNLOGGED
from service.rendering import Page
from service.security import requires_sign_in
from service.views.retro_post import PostPage, post_page
from surveys.commitments.steps import promises_of
from surveys.errors import Conflict, Invalid
from surveys.people.rules import Viewer
from surveys.retrospectives.models import Retrospective
from surveys.retrospectives.queries import board_as_seen
from surveys.retrospectives.rules import Phase
from surveys.retrospectives.summaries import (
    last_channel,
    post_summary,
    posted_summary,
    require_may_post,
)
from surveys.zones import local_date

NOT_CLOSED = mark("Close the retrospective first; its summary is what can be kept.")


class RetroRecordController(Controller):
    """Only for who may open the board, and only once it is closed."""

    path = "/retros/{retro_id:uuid}"
    guards = [requires_sign_in]  # noqa: RUF012 -- Litestar's way of saying it
    opt = UNLOGGED
    dependencies = BOARD_FORM

    @get("/post")
    async def preview(
        self,
        request: Requested,
        session: Session,
        viewer: CurrentViewer,
        settings: CurrentSettings,
        page: CurrentPage,
        retro_id: FromPath[UUID],
    ) -> Response[str]:
        """Show exactly what would be posted, to whoever may have it posted."""
        board = await require_board(session, retro_id, viewer)
        with_topics = request.query_params.get("topics") == "1"
        shown = await _preview(session, board, viewer, settings, page.language, with_topics=with_topics)
        return _shown(page, shown)

    @post("/post")
    async def post(self, sent: SentToBoard, settings: CurrentSettings, page: CurrentPage) -> Answer:
        """Have the summary posted, once, in the words that were shown."""
        board, form = await sent.require_board(), sent.form
        with_topics = form.text("topics") == "1"
        shown = await _preview(
            sent.session, board, sent.viewer, settings, page.language, with_topics=with_topics
        )
        try:
            fingerprint = bytes.fromhex(shown.fingerprint)
            require_same_words(form.text("words", most=64), fingerprint)
            await post_summary(
                sent.session,
                sent.retro_id,
                sent.viewer,
                channel=form.text("channel", most=300),
                with_topics=with_topics,
                fingerprint=fingerprint,
                now=sent.now,
            )
        except (Invalid, Conflict) as refusal:
            wrong = page.language.refusal(refusal)
            return _shown(page, shown, wrong=wrong, typed=form.text("channel", most=300))
        return Redirect(f"/retros/{sent.retro_id}", status_code=303)

    @get("/summary.md")
    async def markdown(
        self, session: Session, viewer: CurrentViewer, page: CurrentPage, now: Now, retro_id: FromPath[UUID]
    ) -> Answer:
        """Download the board as Markdown."""
        held, day = await _exported(session, viewer, retro_id, page.language, now)
        return _file(as_markdown(held).encode(), "text/markdown", f"{day}.md")

    @get("/summary.csv")
    async def table(
        self, session: Session, viewer: CurrentViewer, page: CurrentPage, now: Now, retro_id: FromPath[UUID]
    ) -> Answer:
        """Download the board as a table."""
        held, day = await _exported(session, viewer, retro_id, page.language, now)
        return _file(as_table(held), "text/csv", f"{day}.csv")

    @get("/summary.pdf")
    async def pdf(
        self, session: Session, viewer: CurrentViewer, page: CurrentPage, now: Now, retro_id: FromPath[UUID]
    ) -> Answer:
        """Download the board as a PDF."""
        held, day = await _exported(session, viewer, retro_id, page.language, now)
        return _file(await asyncio.to_thread(as_pdf, held), "application/pdf", f"{day}.pdf")


async def _preview(
    session: AsyncSession,
    board: Retrospective,
    viewer: Viewer,
    settings: Settings,
    language: Translator,
    *,
    with_topics: bool,
) -> PostPage:
    if not settings.uses_slack:
        raise Conflict(mark("Kept is not connected to Slack here, so there is no channel to post to."))
    require_may_post(board, viewer)
    note = await summary_note(
        session, board, with_topics=with_topics, posted_by=viewer.name, base_url=settings.base_url
    )
    words, fingerprint = say_summary(note, language)
    posted = await posted_summary(session, board.id)
    channel = await last_channel(session, board.team_id)
    return post_page(board, words, fingerprint, posted, channel or "", with_topics=with_topics)


def _shown(page: Page, shown: PostPage, *, wrong: str = "", typed: str | None = None) -> Response[str]:
    channel = shown.channel if typed is None else typed
    return page("retros/post.html", status=422 if wrong else 200, post=shown, wrong=wrong, channel=channel)


async def _exported(
    session: AsyncSession, viewer: Viewer, retro_id: UUID, language: Translator, now: datetime
) -> tuple[Exported, str]:
    board = await require_board(session, retro_id, viewer)
    if board.phase is not Phase.CLOSED or board.closed_at is None:
        raise Conflict(NOT_CLOSED)
    seen = await board_as_seen(session, board, now=now)
    promises = await promises_of(session, board, now=now)
    closed_on = local_date(board.closed_at, viewer.zone)
    held = exported(seen, promises, language, closed_on=closed_on)
    return held, f"retrospective-{closed_on.isoformat()}"


def _file(content: bytes, media_type: str, name: str) -> Answer:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)
