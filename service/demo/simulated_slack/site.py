"""The simulated Slack as an application of its own, which the demo puts beside Kept."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from litestar import Litestar, Request, Response
from litestar.connection import ASGIConnection
from litestar.datastructures import CacheControlHeader, State
from litestar.exceptions import PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.static_files import create_static_files_router
from litestar.types import ControllerRouterHandler

from service.demo.simulated_slack.api import WebApi
from service.demo.simulated_slack.limits import SlackRefusal
from service.demo.simulated_slack.pages import SlackPages, Surroundings
from service.demo.simulated_slack.workspace import Workspace
from service.security import HEADERS, SAFE
from surveys.zones import time_zone

FOLDER = Path(__file__).parent.parent


def templates() -> Environment:
    """Return the templates of the demo's own pages."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["local"] = _local
    return environment


def create_site(
    workspace: Workspace,
    surroundings: Surroundings,
    *,
    token: str,
    extra: Sequence[ControllerRouterHandler] = (),
    state: dict[str, Any] | None = None,
) -> Litestar:
    """Return the application that answers everything under `/demo`.

    Args:
        workspace: what the simulator remembers.
        surroundings: how it reaches Kept and what its pages are rendered with.
        token: the bot token it accepts.
        extra: further routes under `/demo`.
        state: what the further routes need.
    """
    static = create_static_files_router(
        path="/demo/static",
        directories=[FOLDER / "static"],
        cache_control=CacheControlHeader(no_cache=True),
        include_in_schema=False,
    )
    known = {"workspace": workspace, "surroundings": surroundings, "slack_token": token, **(state or {})}
    return Litestar(
        [WebApi, SlackPages, static, *extra],
        guards=[_requires_own_page],
        response_headers=HEADERS,
        exception_handlers={SlackRefusal: _not_here},
        state=State(known),
        logging_config=None,
        openapi_config=None,
    )


async def _requires_own_page(
    connection: ASGIConnection[Any, Any, Any, State], _handler: BaseRouteHandler
) -> None:
    """Refuse what another site in the visitor's browser sends to this machine."""
    sent_from = connection.headers.get("sec-fetch-site", "same-origin")
    if connection.scope.get("method") not in SAFE and sent_from not in {"same-origin", "none"}:
        raise PermissionDeniedException("sent by another site")


def _not_here(_request: Request[Any, Any, State], _refusal: SlackRefusal) -> Response[str]:
    return Response(
        "There is no such member in the simulated Slack.", status_code=404, media_type="text/plain"
    )


def _local(ts: str, zone: str) -> datetime:
    """Return when a message was posted, in the zone of who reads it."""
    return datetime.fromtimestamp(int(ts.partition(".")[0]), time_zone(zone))
