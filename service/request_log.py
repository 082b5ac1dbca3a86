"""What the web process logs of a request: method, route, status, milliseconds. Nothing that was sent.

A route is its template, `/sign-in/{token}`, so neither tokens nor ids nor query strings can get into a
log. Routes of answers are not logged at all.
"""

import time

import structlog
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger("kept.web")


class RequestLog(ASGIMiddleware):
    """Logs one line a request, unless its route is one of answers."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Pass the request on and log how it went."""
        if scope["route_handler"].opt.get("unlogged"):
            await next_app(scope, receive, send)
            return
        status = 0

        async def remember_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        started = time.perf_counter()
        await next_app(scope, receive, remember_status)
        log.info(
            "request",
            method=str(scope.get("method")),
            route=scope.get("path_template") or "",
            status=status,
            ms=round((time.perf_counter() - started) * 1000, 1),
        )
