"""The web application: every controller, dependency and handler, listed in one place.

What a process is made of (database, keys, time, Slack) is passed in; nothing here reads the environment.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from litestar import Litestar
from litestar.datastructures import CacheControlHeader, State
from litestar.static_files import create_static_files_router
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from integrations.environment import Settings
from service.ballot_box import BallotBox
from service.controllers.answers import AnswerController
from service.controllers.commitments import (
    CommitmentController,
    NewPromiseController,
    PromiseController,
    SideController,
)
from service.controllers.coverage import CoverageController
from service.controllers.foreseen import ForeseenController
from service.controllers.groups import GroupController
from service.controllers.health import HealthController
from service.controllers.home import HomeController
from service.controllers.hooks import hear
from service.controllers.leading import AgendaController, LeadingController, LeftBehindController
from service.controllers.loop_health import LoopHealthController
from service.controllers.mailbox import MailboxController
from service.controllers.mailboxes import MailboxesController
from service.controllers.milestones import MilestonesController, TeamMilestonesController
from service.controllers.programmes import ProgrammeController
from service.controllers.receipts import ReceiptController
from service.controllers.records import RecordController
from service.controllers.repair import RepairController
from service.controllers.retro_board import RetroBoardController
from service.controllers.retro_issues import RetroIssueController
from service.controllers.retro_list import RetroListController
from service.controllers.retro_records import RetroRecordController
from service.controllers.retros import RetroController
from service.controllers.sign_in import Pace, SendMail, SignInController
from service.controllers.slack import slack_events
from service.controllers.teams import TeamController
from service.controllers.topics import TopicController
from service.controllers.words import WordsController
from service.dependencies import DEPENDENCIES, Clock
from service.live_boards import LiveBoards
from service.logs import UNLOGGED
from service.problems import EXCEPTION_HANDLERS
from service.reading_log import ReadingLog
from service.rendering import STATIC, Pages, static_path
from service.request_log import RequestLog
from service.security import Cookies, FormTokens, add_headers, requires_own_form
from surveys.ballots.keys import KeyStore

CONTROLLERS: list[ControllerRouterHandler] = [
    AnswerController,
    CommitmentController,
    NewPromiseController,
    PromiseController,
    SideController,
    TopicController,
    RepairController,
    LeadingController,
    LeftBehindController,
    AgendaController,
    CoverageController,
    LoopHealthController,
    ForeseenController,
    GroupController,
    HealthController,
    HomeController,
    MailboxController,
    MailboxesController,
    MilestonesController,
    ProgrammeController,
    ReceiptController,
    RecordController,
    RetroBoardController,
    RetroController,
    RetroIssueController,
    RetroRecordController,
    RetroListController,
    SignInController,
    TeamController,
    TeamMilestonesController,
    WordsController,
    hear,
    slack_events,
]
LARGEST_BODY = 1_000_000  # bytes; a Slack payload of a full modal is some 30,000
A_YEAR = 31_536_000


def utc_now() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)


def create_app(
    settings: Settings,
    *,
    sessions: async_sessionmaker[AsyncSession],
    keys: KeyStore,
    clock: Clock = utc_now,
    slack: Any = None,  # noqa: ANN401 -- only service.controllers.slack knows what it is
    send_mail: SendMail | None = None,
    extra: Sequence[ControllerRouterHandler] = (),
) -> Litestar:
    """Return the application.

    Args:
        settings: what the operator decided.
        sessions: the factory from which each request opens its one transaction.
        keys: where the keys of open waves lie.
        clock: gives the present instant, aware UTC.
        slack: the Slack client, or None where no workspace is configured.
        send_mail: hands one mail (address, subject, text) to the mail server; None where there is none.
        extra: further routes, for the demo.
    """
    static = create_static_files_router(
        path=static_path(),
        directories=[STATIC],
        cache_control=CacheControlHeader(public=True, max_age=A_YEAR, immutable=True),
        include_in_schema=False,
        opt=UNLOGGED,
    )
    return Litestar(
        [*CONTROLLERS, *extra, static],
        dependencies=DEPENDENCIES,
        guards=[requires_own_form],
        middleware=[RequestLog()],
        before_send=[add_headers],
        exception_handlers=EXCEPTION_HANDLERS,
        lifespan=[_box_is_emptied],
        state=make_state(
            settings, sessions=sessions, keys=keys, clock=clock, slack=slack, send_mail=send_mail
        ),
        request_max_body_size=LARGEST_BODY,
        logging_config=None,
        openapi_config=None,
    )


def make_state(
    settings: Settings,
    *,
    sessions: async_sessionmaker[AsyncSession],
    keys: KeyStore,
    clock: Clock = utc_now,
    slack: Any = None,  # noqa: ANN401 -- only service.controllers.slack knows what it is
    send_mail: SendMail | None = None,
) -> State:
    """Return all that one application knows and another does not; its routes are the same for each.

    The arguments are those of `create_app`.
    """
    cookies, form_tokens = Cookies(settings), FormTokens(settings)
    pages = Pages(settings, cookies, form_tokens)
    return State(
        {
            "settings": settings,
            "sessions": sessions,
            "keys": keys,
            "clock": clock,
            "slack": slack,
            "cookies": cookies,
            "form_tokens": form_tokens,
            "pages": pages,
            "send_mail": send_mail,
            "sign_in_pace": Pace(),
            "ballot_box": BallotBox(sessions, keys, clock),
            "live_boards": LiveBoards(sessions, clock),
            "reading_log": ReadingLog(sessions),
        }
    )


@asynccontextmanager
async def _box_is_emptied(app: Litestar) -> AsyncIterator[None]:
    """Store what waits in the ballot box, and let go of open boards, before the process ends."""
    try:
        yield
    finally:
        await app.state.live_boards.stop()
        await app.state.ballot_box.stop()
