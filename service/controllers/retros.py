"""One retrospective: the board as a page, and leading through it."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Response
from litestar.response.streaming import Stream
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.environment import Settings
from integrations.language import mark
from integrations.trackers.channel import doors_of
from integrations.wording.retro import SAID_ALOUD
from service.controllers.forms import Answer
from service.controllers.retro_desk import (
    BOARD_FORM,
    SentToBoard,
    give_pen,
    pen_of,
    require_board,
)
from service.dependencies import (
    CurrentPage,
    CurrentSettings,
    CurrentViewer,
    Keys,
    Now,
    Requested,
    Session,
    Sessions,
)
from service.logs import UNLOGGED
from service.security import requires_sign_in
from service.views.retro_page import OwnPart, board_page
from service.views.retro_post import became_of
from surveys.commitments.actions import mark_done, withdraw
from surveys.commitments.looks import not_asked_about, promises_to_say_aloud, say_aloud
from surveys.commitments.loop import PromiseView
from surveys.commitments.models import SaidInRetro
from surveys.commitments.steps import promises_of, steps_to_look_at
from surveys.errors import Gone
from surveys.milestones.issues import issues_of, places_for_issues
from surveys.milestones.queries import milestones_to_look_back_on
from surveys.people.rules import Viewer
from surveys.retrospectives.actions import close_retrospective, move_on
from surveys.retrospectives.boards import announce, board_to_change, takes_part
from surveys.retrospectives.cards import own_cards
from surveys.retrospectives.keys import RetroKeys
from surveys.retrospectives.models import Retrospective
from surveys.retrospectives.queries import board_as_seen
from surveys.retrospectives.room import (
    join_retrospective,
    leave_names_out,
    own_deadline,
    set_clock,
    take_over,
)
from surveys.retrospectives.rules import Phase
from surveys.retrospectives.summaries import may_post, posted_summary
from surveys.retrospectives.voting import own_votes

NO_MINUTES = mark("Give the minutes for this step as a whole number, such as 8.")


class RetroController(Controller):
    """One board. What is done on it stands in `service.controllers.retro_board`."""

    path = "/retros/{retro_id:uuid}"
    guards = [requires_sign_in]  # noqa: RUF012 -- Litestar's way of saying it
    dependencies = BOARD_FORM

    @get("/", opt=UNLOGGED)
    async def show(
        self,
        request: Requested,
        session: Session,
        keys: Keys,
        viewer: CurrentViewer,
        settings: CurrentSettings,
        page: CurrentPage,
        now: Now,
        retro_id: FromPath[UUID],
    ) -> Response[str]:
        """Show a board as it is at this moment, or its summary once it is closed."""
        board = await require_board(session, retro_id, viewer)
        seen = await board_as_seen(session, board, now=now)
        pen, new = pen_of(request)
        mine = await _own(session, keys, board, viewer, pen, request)
        mine = replace(mine, until=await own_deadline(session, board, viewer.person_id, now=now))
        if board.phase is Phase.CLOSED and viewer.belongs_to(board.team_id):
            finished = await milestones_to_look_back_on(session, board.team_id, now=now)
            mine = replace(mine, meanwhile=[one.name for one in finished])
        if settings.uses_slack and may_post(board, viewer):
            became = became_of(await posted_summary(session, board.id))
            mine = replace(mine, may_post=True, became=became)
        if board.phase is Phase.LOOK_BACK:
            promises = await steps_to_look_at(session, board, now=now)
            mine = replace(mine, unsaid=await promises_to_say_aloud(session, board, now=now))
        else:
            promises = await promises_of(session, board, now=now)
        mine = await _with_issues(session, settings, board, mine, promises)
        shown = board_page(seen, mine, promises, viewer, page.language, now=now)
        response = page("retros/board.html", board=shown, mine=mine, say_aloud=SAID_ALOUD)
        if new and board.phase is Phase.WRITE:
            give_pen(request, response, board, pen)
        return response

    @get("/live", opt=UNLOGGED)
    async def live(
        self, request: Requested, sessions: Sessions, viewer: CurrentViewer, retro_id: FromPath[UUID]
    ) -> Stream:
        """Push the state of the board to one window, now and after every change."""
        async with sessions() as session:
            await require_board(session, retro_id, viewer)
        return Stream(
            request.app.state.live_boards.follow(retro_id, viewer.person_id),
            media_type="text/event-stream",
            headers={"x-accel-buffering": "no"},  # a proxy must not gather what is meant for now
        )

    @post("/join")
    async def join(self, sent: SentToBoard) -> Answer:
        """Take part, for who came to the team after the start."""
        await sent.require_board()
        await join_retrospective(sent.session, sent.retro_id, person_id=sent.person_id, now=sent.now)
        return sent.back()

    @post("/without-names", opt=UNLOGGED)
    async def without_names(self, sent: SentToBoard) -> Answer:
        """Wish that cards carry no names; nobody learns who wished it."""
        await sent.require_board()
        await leave_names_out(sent.session, sent.retro_id, person_id=sent.person_id)
        return sent.back()

    @post("/facilitator")
    async def facilitator(self, sent: SentToBoard) -> Answer:
        """Lead through the rest."""
        await sent.require_board()
        await take_over(sent.session, sent.retro_id, person_id=sent.person_id, now=sent.now)
        return sent.back()

    @post("/next")
    async def next_step(self, sent: SentToBoard, keys: Keys) -> Answer:
        """Go on to the next step."""
        await sent.require_board()
        leaving = sent.form.one_of(Phase, "leaving")
        await move_on(
            sent.session, keys, sent.retro_id, leaving=leaving, person_id=sent.person_id, now=sent.now
        )
        return sent.back()

    @post("/close")
    async def close(self, sent: SentToBoard) -> Answer:
        """End it, at whatever step it is."""
        await sent.require_board()
        await close_retrospective(sent.session, sent.retro_id, person_id=sent.person_id, now=sent.now)
        return sent.back()

    @post("/clock")
    async def clock(self, sent: SentToBoard) -> Answer:
        """Set the clock everybody sees."""
        await sent.require_board()
        minutes = sent.form.whole_number("minutes", NO_MINUTES)
        await set_clock(
            sent.session, sent.retro_id, person_id=sent.person_id, minutes=minutes, now=sent.now
        )
        return sent.back()

    @post("/earlier/{promise_id:uuid}/aloud")
    async def aloud(self, sent: SentToBoard, promise_id: FromPath[UUID]) -> Answer:
        """Write down what the team says of an earlier step, or of a promise too few answered about."""
        await sent.require_board()
        await say_aloud(
            sent.session,
            sent.retro_id,
            promise_id=promise_id,
            person_id=sent.person_id,
            said=sent.form.one_of(SaidInRetro, "said"),
            reason=sent.form.text("reason", most=1000),
            now=sent.now,
        )
        return sent.back()

    @post("/earlier/{promise_id:uuid}")
    async def earlier(self, sent: SentToBoard, promise_id: FromPath[UUID]) -> Answer:
        """Say of an agreed step that it is done, or that it is not wanted any more, and why.

        On the next board, or on the summary of the one that agreed it.
        """
        board = await sent.require_board()
        if board.phase is Phase.CLOSED:
            offered = await promises_of(sent.session, board, now=sent.now)
        else:
            board = await board_to_change(sent.session, sent.retro_id, sent.person_id, Phase.LOOK_BACK)
            offered = await steps_to_look_at(sent.session, board, now=sent.now)
        if promise_id not in {one.id for one in offered}:
            raise not_asked_about()
        if sent.form.text("became") == "done":
            await mark_done(sent.session, promise_id, person_id=sent.person_id, now=sent.now)
        else:
            why = sent.form.text("reason", most=1000)
            await withdraw(sent.session, promise_id, person_id=sent.person_id, reason=why, now=sent.now)
        if board.phase is not Phase.CLOSED:
            await announce(sent.session, board)
        return sent.back()


async def _with_issues(
    session: AsyncSession,
    settings: Settings,
    board: Retrospective,
    mine: OwnPart,
    promises: Sequence[PromiseView],
) -> OwnPart:
    """Return the same with the issues that steps became, and whether more can be made."""
    if not promises:
        return mine
    issues = await issues_of(session, [one.id for one in promises])
    places = await places_for_issues(session, board.team_id, [*doors_of(settings)])
    return replace(mine, issues=issues, can_open_issues=bool(places) and board.phase is Phase.CLOSED)


async def _own(
    session: AsyncSession,
    keys: RetroKeys,
    board: Retrospective,
    viewer: Viewer,
    pen: bytes,
    request: Requested,
) -> OwnPart:
    """Return what only this reader sees: their unrevealed cards by their pen, and their own votes."""
    taking_part = await takes_part(session, board.id, viewer.person_id)
    lost = False
    cards, votes = {}, {}
    try:
        if taking_part:
            cards = await own_cards(session, keys, board, pen)
            votes = await own_votes(session, keys, board, viewer.person_id)
    except Gone:
        lost = True
    moving = request.query_params.get("move", "")
    return OwnPart(taking_part, board.facilitator_id == viewer.person_id, cards, votes, lost, moving)
