"""Answers HEAD wherever GET is answered: the same status and headers, without the body.

Monitors and mail programs ask so. The framework knows HEAD only where a route of its own says so.
"""

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPDisconnectEvent, Message, Receive, ReceiveMessage, Scope, Send


def with_heads(app: ASGIApp) -> ASGIApp:
    """Return an application that answers HEAD as `app` answers GET, and passes everything else on."""

    async def front(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] != "HEAD":
            await app(scope, receive, send)
            return
        begun = False

        async def send_the_head(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                await send(message)
                await send({"type": "http.response.body", "body": b"", "more_body": False})

        async def receive_until_begun() -> ReceiveMessage:
            # An endless answer, such as a running board's, ends as soon as its head is out.
            return HTTPDisconnectEvent(type="http.disconnect") if begun else await receive()

        await app({**scope, "method": "GET"}, receive_until_begun, send_the_head)

    return front
