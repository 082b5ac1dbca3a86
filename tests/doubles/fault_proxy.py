"""A stand-in for Slack's API that can be told to fail, alone or in front of another double.

Faults are scripted a method at a time and used up in order; without one, a call is passed on to the
double behind, or answered as Slack would where there is none. Every call is recorded.
"""

import asyncio
import itertools
import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp
from aiohttp import web


@dataclass(frozen=True)
class Fault:
    """One way in which a call goes wrong.

    status and body: what is answered instead; retry_after: the header beside it; delay: seconds before
    anything is answered; drop: the connection is cut after the body was read.
    """

    status: int = 200
    body: dict[str, Any] | str = field(default_factory=dict)
    retry_after: int | None = None
    delay: float = 0.0
    drop: bool = False

    @classmethod
    def refused(cls, error: str) -> Self:
        """Slack says no, with a code of its table."""
        return cls(body={"ok": False, "error": error})

    @classmethod
    def too_many(cls, seconds: int) -> Self:
        """429 with Retry-After."""
        return cls(429, {"ok": False, "error": "ratelimited"}, retry_after=seconds)

    @classmethod
    def broken(cls, status: int = 500) -> Self:
        """A server error with a page instead of JSON."""
        return cls(status, "<html>oops</html>")


@dataclass(frozen=True)
class Call:
    """What was asked of the API."""

    method: str
    arguments: dict[str, Any]
    authorization: str


class FaultProxy:
    """Serve with `running`; script with `next`; read `calls`."""

    def __init__(self, behind: str | None = None) -> None:
        self._behind = behind
        self._script: dict[str, deque[Fault]] = defaultdict(deque)
        self._numbers = itertools.count(1)
        self.calls: list[Call] = []
        self.base_url = ""
        self._more = asyncio.Condition()

    def next(self, method: str, *faults: Fault) -> None:
        """Let the next calls of a method go wrong, one after the other."""
        self._script[method].extend(faults)

    def of(self, method: str) -> list[dict[str, Any]]:
        """Return the arguments of all calls of a method."""
        return [call.arguments for call in self.calls if call.method == method]

    async def called(self, times: int) -> None:
        """Return once the API was called so many times."""
        async with self._more:
            await self._more.wait_for(lambda: len(self.calls) >= times)

    @asynccontextmanager
    async def running(self, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[Self]:
        """Listen until the end of the block."""
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", self._answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, host, port)
        await site.start()
        listening = runner.addresses[0]
        self.base_url = f"http://{listening[0]}:{listening[1]}/api/"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        body = await request.read()
        arguments = _arguments(request, body)
        self.calls.append(Call(method, arguments, request.headers.get("authorization", "")))
        async with self._more:
            self._more.notify_all()
        fault = self._script[method].popleft() if self._script[method] else None
        if fault is not None:
            return await _fail(request, fault)
        if self._behind is not None:
            return await self._pass_on(request, method, body)
        return web.json_response(self._made_up(method, arguments))

    async def _pass_on(self, request: web.Request, method: str, body: bytes) -> web.StreamResponse:
        kept = ("content-type", "authorization")
        headers = {name: value for name, value in request.headers.items() if name.lower() in kept}
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                request.method,
                f"{self._behind}{method}",
                data=body,
                headers=headers,
                params=request.query,
            ) as behind,
        ):
            return web.Response(
                status=behind.status, body=await behind.read(), content_type=behind.content_type
            )

    def _made_up(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        number = next(self._numbers)
        if method == "chat.postMessage":
            return {"ok": True, "channel": f"D{arguments['channel'][1:]}", "ts": f"{number}.000100"}
        if method.startswith("views."):
            return {"ok": True, "view": {"id": f"V{number}"}}
        return {"ok": True}


async def _fail(request: web.Request, fault: Fault) -> web.StreamResponse:
    await asyncio.sleep(fault.delay)
    if fault.drop:
        transport = request.transport
        if transport is not None:
            transport.abort()
        return web.Response()
    headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
    if isinstance(fault.body, str):
        return web.Response(status=fault.status, text=fault.body, content_type="text/html", headers=headers)
    body = fault.body or {"ok": True}
    return web.json_response(body, status=fault.status, headers=headers)


def _arguments(request: web.Request, body: bytes) -> dict[str, Any]:
    if request.content_type == "application/json" and body:
        found: dict[str, Any] = json.loads(body)
        return found
    return dict(request.query)


@asynccontextmanager
async def everything_twice(target: str, port: int) -> AsyncIterator[str]:
    """Listen where Slack sends its requests and pass each on twice, as after a lost reply.

    Yields the address to give to Slack; what Slack reads is the second reply.
    """

    async def pass_on(request: web.Request) -> web.Response:
        body = await request.read()
        kept = ("content-type", "x-slack-signature", "x-slack-request-timestamp")
        headers = {name: value for name, value in request.headers.items() if name.lower() in kept}
        async with aiohttp.ClientSession() as session:
            async with session.post(target, data=body, headers=headers) as first:
                await first.read()
            async with session.post(target, data=body, headers=headers) as second:
                return web.Response(
                    status=second.status, body=await second.read(), content_type=second.content_type
                )

    app = web.Application(client_max_size=4 * 1024 * 1024)
    app.router.add_post("/slack/events", pass_on)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}/slack/events"
    finally:
        await runner.cleanup()
