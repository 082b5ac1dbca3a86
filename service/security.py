"""Who may come in: headers, cookies, form tokens and the guards named at each door.

A guard looks the signed-in person up in a short transaction of its own, before the request's one is
opened, and leaves the `Viewer` on the connection. Routes without a guard never look at the session
cookie, so a page of answers does not know who is signed in.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

from litestar.connection import ASGIConnection, Request
from litestar.datastructures import Cookie, State
from litestar.enums import ScopeType
from litestar.handlers import BaseRouteHandler
from litestar.types import Message, Scope

from integrations.environment import Settings
from integrations.language import mark
from service.problems import SignedOut
from surveys.commitments.leading import owns_step, stands_in
from surveys.errors import Forbidden, not_here
from surveys.people.queries import viewer_by_sign_in
from surveys.people.rules import Viewer

Guard = Callable[[ASGIConnection[Any, Any, Any, State], BaseRouteHandler], Coroutine[Any, Any, None]]
Connection = ASGIConnection[Any, Any, Any, State]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
SIGNED_BY_SENDER = {"signed_by_sender": True}  # `opt` of a route whose body carries its own proof
NOT_FROM_HERE = mark("This form was opened too long ago, or not here. Reload the page and send it again.")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FORM_FIELD = "form_token"
FORM_HEADER = "x-form-token"
SIGN_IN_DAYS = 14


EVERYWHERE = [
    (name.encode(), value.encode()) for name, value in (HEADERS | {"cache-control": "no-store"}).items()
]
OVER_HTTPS = [*EVERYWHERE, (b"strict-transport-security", b"max-age=31536000")]


def headers_of(settings: Settings) -> list[tuple[bytes, bytes]]:
    """Return the security headers of every response of this installation."""
    return OVER_HTTPS if settings.base_url.startswith("https:") else EVERYWHERE


async def add_headers(message: Message, scope: Scope) -> None:
    """Put the security headers on every response, refusals and static files included."""
    if message["type"] != "http.response.start":
        return
    given = [*message["headers"]]
    names = {name.lower() for name, _ in given}
    wanted = headers_of(scope["litestar_app"].state.settings)
    message["headers"] = [*given, *(header for header in wanted if header[0] not in names)]


class Cookies:
    """The cookies of one installation. On https they are `__Host-`, which no other host can set."""

    def __init__(self, settings: Settings) -> None:
        self.secure = settings.base_url.startswith("https:")
        prefix = "__Host-" if self.secure else ""
        self.session = f"{prefix}kept_session"
        self.form = f"{prefix}kept_form"
        self.wanted = f"{prefix}kept_wanted"  # the page somebody was led away from to sign in
        self.sheet = f"{'__Secure-' if self.secure else ''}kept_sheet"  # bound to a path, hence not __Host-
        self.pen = f"{'__Secure-' if self.secure else ''}kept_pen"  # the same, bound to one retrospective

    def make(self, name: str, value: str, *, path: str = "/", max_age: int | None = None) -> Cookie:
        """Return a cookie that scripts cannot read and other sites cannot send with a form."""
        return Cookie(
            key=name,
            value=value,
            path=path,
            max_age=max_age,
            httponly=True,
            secure=self.secure,
            samesite="lax",
        )

    def drop(self, name: str, *, path: str = "/") -> Cookie:
        """Return the cookie that makes a browser forget `name`."""
        return self.make(name, "", path=path, max_age=0)


class FormTokens:
    """Tokens in forms, computed from what the browser's own cookies say; nothing is stored.

    A token holds for the pair of form cookie and session cookie, so one obtained before signing in, or
    by someone else, is worth nothing afterwards.
    """

    def __init__(self, settings: Settings) -> None:
        # Without a secret (a trial on one machine) tokens hold until the process ends.
        keys = settings.secret_keys or (secrets.token_hex(32),)
        self._keys = [hashlib.sha256(b"form token:" + key.encode()).digest() for key in keys]
        self._cookies = Cookies(settings)

    def token(self, connection: Connection, form_cookie: str) -> str:
        """Return the token for this browser."""
        return self._sign(self._keys[0], connection, form_cookie)

    def accepts(self, connection: Connection, token: str) -> bool:
        """Whether the token was made for this browser, by any of the keys in rotation."""
        form_cookie = connection.cookies.get(self._cookies.form, "")
        if not form_cookie or not token.isascii():
            return False
        return any(
            hmac.compare_digest(token, self._sign(key, connection, form_cookie)) for key in self._keys
        )

    def _sign(self, key: bytes, connection: Connection, form_cookie: str) -> str:
        session = connection.cookies.get(self._cookies.session, "")
        text = f"{len(form_cookie)}:{form_cookie}{session}"
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


async def requires_own_form(connection: Connection, handler: BaseRouteHandler) -> None:
    """Refuse a change that does not come from a form of ours. Stands before every route.

    Raises:
        Forbidden: another site sent it, or the page is older than the sign-in.
    """
    if connection.scope["type"] != ScopeType.HTTP or handler.opt.get("signed_by_sender"):
        return
    request: Request[Any, Any, State] = Request(connection.scope, connection.receive)
    if request.method in SAFE:
        return
    token = request.headers.get(FORM_HEADER)
    if token is None:
        token = str((await request.form()).get(FORM_FIELD, ""))
    elsewhere = request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
    if elsewhere or not connection.app.state.form_tokens.accepts(connection, token):
        raise Forbidden(NOT_FROM_HERE)


async def requires_sign_in(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Let in whoever is signed in.

    Raises:
        SignedOut: nobody is; browsers are led to the sign-in page.
    """
    await _viewer(connection)


async def requires_hr(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Let in people of HR.

    Raises:
        SignedOut: nobody is signed in.
        Forbidden: the person is not of HR.
    """
    if not (await _viewer(connection)).is_hr:
        raise Forbidden(mark("This page is for HR."))


def requires_leader_of(parameter: str, *, groups: bool = False) -> Guard:
    """Return the guard that lets in who leads the team in the path, or acts for its absent leader.

    With `groups` who leads a working group is let in too.

    Raises, when used:
        SignedOut: nobody is signed in.
        Forbidden: the person belongs to the team but does not lead it.
        Missing: the person has nothing to do with the team, and does not learn whether it exists.
    """

    async def requires_leader(connection: Connection, _handler: BaseRouteHandler) -> None:
        viewer = await _viewer(connection)
        team_id: UUID = connection.path_params[parameter]
        if team_id in viewer.leads or (groups and team_id in viewer.leads_groups):
            return
        state = connection.app.state
        async with state.sessions.begin() as session:
            if await stands_in(session, team_id, viewer.person_id, now=state.clock()):
                return
        if team_id == viewer.unit or (groups and team_id in viewer.groups):
            raise Forbidden(mark("Only whoever leads this team can do that."))
        raise not_here()

    return requires_leader


def requires_part_in(parameter: str) -> Guard:
    """Return the guard that lets in who works in the team or group in the path, or leads it.

    Raises, when used:
        SignedOut: nobody is signed in.
        Missing: everybody else, who does not learn whether it exists.
    """

    async def requires_part(connection: Connection, _handler: BaseRouteHandler) -> None:
        viewer = await _viewer(connection)
        if not viewer.belongs_to(connection.path_params[parameter]):
            raise not_here()

    return requires_part


def requires_who_looks_after(team: str, promise: str) -> Guard:
    """Return the guard that lets in the leader as above, and who owns the promise in the path.

    Raises, when used: what `requires_leader_of` raises.
    """
    requires_leader = requires_leader_of(team, groups=True)

    async def requires_owner(connection: Connection, handler: BaseRouteHandler) -> None:
        viewer = await _viewer(connection)
        team_id, promise_id = connection.path_params[team], connection.path_params[promise]
        async with connection.app.state.sessions.begin() as session:
            owns = await owns_step(session, team_id, promise_id, viewer.person_id)
        if not owns:
            await requires_leader(connection, handler)

    return requires_owner


async def _viewer(connection: Connection) -> Viewer:
    known = connection.scope.get("user")
    if isinstance(known, Viewer):
        return known
    state = connection.app.state
    token = connection.cookies.get(state.cookies.session)
    viewer = None
    if token:
        async with state.sessions.begin() as session:
            viewer = await viewer_by_sign_in(session, token, now=state.clock())
    if viewer is None:
        raise SignedOut
    connection.scope["user"] = viewer
    return viewer
