"""One address for two applications: Kept, and the example's own pages under `/demo`."""

from collections.abc import Callable
from datetime import datetime

from litestar import Litestar
from litestar.enums import ScopeType
from litestar.types import Receive, Scope, Send
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service.demo import organisation as invented
from service.demo.strip import Strip, cookie_of, with_strip
from surveys.people.queries import viewer_by_sign_in

# What Kept itself calls while the past is written, and what the page looks like that says so.
OPEN_BEFORE = ("/demo/slack/api/", "/demo/static/")
NOT_YET = b"""<!doctype html><html lang="en"><head><title>Kept, an example</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/demo/static/demo.css"><meta http-equiv="refresh" content="3"></head>
<body><main class="street"><h1>The example is being set up</h1>
<p>This page opens by itself when it is ready.</p></main></body></html>"""


class Front:
    """The ASGI application of the example. Its lifespan is Kept's.

    While the past is written nobody comes in: a page of an earlier example that is still open in a browser
    would else look into, or change, what is half there.
    """

    def __init__(
        self, kept: Litestar, site: Litestar, strip: Strip, *, cookie: str, is_ready: Callable[[], bool]
    ) -> None:
        self._is_ready = is_ready
        self._kept = with_strip(kept, strip, cookie=cookie)
        self._site = site
        self._cookie = cookie

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand each request to whom it is for; who is nobody yet begins at the doors."""
        if scope["type"] != ScopeType.HTTP:
            await self._kept(scope, receive, send)
        elif not self._is_ready() and not scope["path"].startswith(OPEN_BEFORE):
            headers = [(b"content-type", b"text/html; charset=utf-8"), (b"retry-after", b"3")]
            await send({"type": "http.response.start", "status": 503, "headers": headers})
            await send({"type": "http.response.body", "body": NOT_YET, "more_body": False})
        elif scope["path"] == "/" and cookie_of(scope, self._cookie) is None:
            await send(
                {
                    "type": "http.response.start",
                    "status": 303,
                    "headers": [(b"location", b"/demo")],
                }
            )
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        elif scope["path"] == "/demo" or scope["path"].startswith("/demo/"):
            await self._site(scope, receive, send)
        else:
            await self._kept(scope, receive, send)


async def strip_of(
    sessions: async_sessionmaker[AsyncSession],
    clock: Callable[[], datetime],
    render: Callable[..., str],
    token: str | None,
) -> str:
    """Return the strip for whoever holds this session token."""
    now = clock()
    reader = None
    if token is not None:
        async with sessions.begin() as session:
            reader = await viewer_by_sign_in(session, token, now=now)
    titles = {worker.email: worker.title for worker in invented.workers()}
    return render("strip.html", reader=reader, title=titles.get(reader.email) if reader else None, now=now)
