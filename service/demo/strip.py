"""The strip at the top of every page while Kept runs as an example. Kept's own pages know nothing of it."""

import re
from collections.abc import Awaitable, Callable
from http.cookies import SimpleCookie
from typing import Any

from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

HEAD_ENDS = re.compile(rb"</head>")
BODY_BEGINS = re.compile(rb'<body[^>]*>(\s*<a class="skip-link"[^>]*>[^<]*</a>)?')  # which stays first
STYLE = b'<link rel="stylesheet" href="/demo/static/strip.css"></head>'
WITHOUT_READER = ("/answer",)  # these pages never look who is signed in, so neither does their strip

Strip = Callable[[str | None], Awaitable[str]]  # session token → HTML


def with_strip(app: ASGIApp, strip: Strip, *, cookie: str) -> ASGIApp:
    """Return the application with a strip at the top of each of its HTML pages.

    Args:
        app: Kept.
        strip: makes the strip for whoever holds a session token.
        cookie: the name of the session cookie.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        token = None if scope["path"].startswith(WITHOUT_READER) else cookie_of(scope, cookie)
        page = _Page(send, lambda: strip(token))
        await app(scope, receive, page.send)

    return answer


class _Page:
    """Holds an HTML response back until it is whole, and sends it with the strip in it."""

    def __init__(self, send: Send, strip: Callable[[], Awaitable[str]]) -> None:
        self._send = send
        self._strip = strip
        self._start: Any = None
        self._body = bytearray()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableScopeHeaders.from_message(message)
            if headers.get("content-type", "").startswith("text/html"):
                self._start = message
                return
        if message["type"] != "http.response.body" or self._start is None:
            await self._send(message)
            return
        self._body += message["body"]
        if not message["more_body"]:
            await self._finish()

    async def _finish(self) -> None:
        strip = (await self._strip()).encode()
        page = HEAD_ENDS.sub(lambda _: STYLE, bytes(self._body), count=1)
        page = BODY_BEGINS.sub(lambda begin: begin[0] + strip, page, count=1)
        MutableScopeHeaders.from_message(self._start)["content-length"] = str(len(page))
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": page, "more_body": False})


def cookie_of(scope: Scope, name: str) -> str | None:
    """Return the value of a cookie of this request, or None."""
    for key, value in scope["headers"]:
        if key == b"cookie":
            found = SimpleCookie(value.decode("latin-1")).get(name)
            return found.value if found else None
    return None
