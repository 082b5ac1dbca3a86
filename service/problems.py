"""What HTTP makes of a refusal: its status, a page for people, problem+json under /api.

Slack has its own renderer of the same kinds. Nothing here looks at the request's body or names a path.
"""

import traceback
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from litestar.connection import Request
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.response import Redirect, Response
from litestar.types import ExceptionHandlersMap

from integrations.language import Translator, mark
from surveys.database import is_away
from surveys.errors import Busy, Conflict, Forbidden, Gone, Invalid, Missing, SurveyError

WANTED_SECONDS = 15 * 60  # as long as a sign-in link lasts

log = structlog.get_logger("kept.web")

STATUS_BY_KIND: dict[type[SurveyError], int] = {
    Invalid: 422,
    Missing: 404,
    Forbidden: 403,
    Conflict: 409,
    Gone: 410,
    Busy: 503,
}
TITLES = {
    400: mark("That could not be read"),
    403: mark("Not for you to open"),
    404: mark("There is no such page"),
    405: mark("There is nothing to read here"),
    409: mark("That is not possible at the moment"),
    410: mark("No longer possible"),
    413: mark("That is too large"),
    422: mark("Something is missing or cannot be used"),
    500: mark("Something failed on our side"),
    503: mark("Too many at once"),
}
SENTENCES = {
    404: mark("The address may be mistyped, or the page is not one you can read."),
    405: mark("This address only takes what a form sends. Start at the page that has the form."),
    413: mark("What was sent is larger than any form of Kept, so nothing of it was kept. Send less."),
    500: mark("Nothing you sent was kept. Please try again; if it happens again, tell whoever runs Kept."),
}
AWAY_TITLE = mark("The database is away for a moment")
AWAY = mark(
    "Kept cannot reach its database, most often because it is restarting or being copied. Nothing that "
    "was confirmed is lost. Try again in a minute; what you have just sent may have arrived, so look first."
)
PLAIN_SENTENCE = mark("Go back, reload the page and try again.")


class SignedOut(Exception):
    """Nobody is signed in. Not a refusal of the domain: the remedy is a page."""


class Problem(msgspec.Struct):
    """RFC 9457, with our stable code."""

    status: int
    title: str
    detail: str
    code: str
    type: str = "about:blank"


def status_of(refusal: SurveyError) -> int:
    """Return the status of the nearest kind; an unmapped kind is a bug, hence 500."""
    return next((STATUS_BY_KIND[kind] for kind in type(refusal).mro() if kind in STATUS_BY_KIND), 500)


def refuse(request: Request[Any, Any, State], refusal: SurveyError) -> Response[Any]:
    """Answer an expected refusal in the reader's language."""
    status = status_of(refusal)
    response = _problem(request, status, refusal.sentence, refusal.values, code=refusal.code)
    if status == STATUS_BY_KIND[Busy]:
        response.headers["retry-after"] = "1"
    return response


def lead_to_sign_in(request: Request[Any, Any, State], _signed_out: SignedOut) -> Response[Any]:
    """Lead a browser to the sign-in page; tell a program that it has to sign in."""
    if wants_json(request):
        sentence = mark("Sign in first.")
        return _problem(request, HTTPStatus.UNAUTHORIZED, sentence, {}, code="signed_out")
    response = Redirect("/sign-in", status_code=303)
    if request.method == "GET" and request.scope["path"] != "/":
        cookies = request.app.state.cookies
        # Only the path, and in a cookie: an address with a target in it could be sent to someone.
        response.set_cookie(cookies.make(cookies.wanted, request.scope["path"], max_age=WANTED_SECONDS))
    return response


def refuse_request(request: Request[Any, Any, State], error: HTTPException) -> Response[Any]:
    """Answer what the web framework refused: unknown paths, bodies that are too large or not readable."""
    status = error.status_code
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return report_failure(request, error)
    response = _problem(request, status, SENTENCES.get(status, PLAIN_SENTENCE), {}, code="not_readable")
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


def report_failure(request: Request[Any, Any, State], error: Exception) -> Response[Any]:
    """Log what failed and where, and say sorry.

    A database that is away is no failure of ours: whoever asked is told to try again, and programs may.
    """
    if is_away(error):
        log.warning("the database is away", route=request.scope.get("path_template") or "")
        response = _problem(request, 503, AWAY, {}, code="away", title=AWAY_TITLE)
        response.headers["retry-after"] = "2"
        return response
    note_failure(error, route=request.scope.get("path_template") or "", method=request.method)
    return _problem(request, 500, SENTENCES[500], {}, code="failed")


def note_failure(error: Exception, *, route: str, method: str) -> None:
    """Log what failed and where.

    The message of an unexpected error is left out of the log: database errors carry their parameters.
    """
    log.error(
        "request failed", error=type(error).__qualname__, route=route, method=method, frames=_frames(error)
    )


EXCEPTION_HANDLERS: ExceptionHandlersMap = {
    SurveyError: refuse,
    SignedOut: lead_to_sign_in,
    HTTPException: refuse_request,
    Exception: report_failure,
}


def _frames(error: Exception) -> list[str]:
    return [
        f"{'/'.join(frame.filename.split('/')[-2:])}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]


def wants_json(request: Request[Any, Any, State]) -> bool:
    """Whether a program asks: under /api, or a script of an open page, which says so."""
    asks = request.headers.get("accept", "") == "application/json"
    return asks or request.scope["path"].startswith("/api/")


def _problem(
    request: Request[Any, Any, State],
    status: int,
    sentence: str,
    values: dict[str, object],
    *,
    code: str,
    title: str = "",
) -> Response[Any]:
    title = title or TITLES.get(status, TITLES[400])
    if wants_json(request):
        viewer = request.scope.get("user")
        language = Translator(viewer.locale if viewer else "en")
        problem = Problem(
            status=status,
            title=language.gettext(title),
            detail=language.say(sentence, **values),
            code=code,
        )
        return Response(problem, status_code=status, media_type="application/problem+json")
    open_page: Callable[..., Response[Any]] = request.app.state.pages.open(request)
    return open_page("problem.html", status=status, title=title, sentence=sentence, values=values)
