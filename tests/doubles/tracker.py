"""A small stand-in for the issue trackers: keeps the issues it has to make, and can be told to fail."""

import itertools
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web


@dataclass
class Tracker:
    """Serve with `running`; script refusals with `next`; read `issues` and `calls`."""

    address: str = ""
    calls: list[tuple[str, str, str]] = field(default_factory=list)  # method, path, authorization
    issues: list[dict[str, Any]] = field(default_factory=list)
    lose_answers: int = 0  # so many issues are made, and the connection is cut before the answer
    _refusals: deque[tuple[int, dict[str, str]]] = field(default_factory=deque)

    def next(self, status: int, **headers: str) -> None:
        """Refuse the next call."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._refusals.append((status, named))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Listen on a free port of loopback until the end of the block."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        token = request.headers.get("authorization") or request.headers.get("private-token", "")
        self.calls.append((request.method, request.raw_path.partition("?")[0], token))
        if self._refusals:
            status, headers = self._refusals.popleft()
            return web.json_response({"message": "no"}, status=status, headers=headers)
        if request.method == "GET":
            return web.json_response(self._listed(request))
        issue = self._made(json.loads(await request.read()))
        self.issues.append(issue)
        if self.lose_answers:
            self.lose_answers -= 1
            assert request.transport is not None
            request.transport.abort()
        return web.json_response(issue, status=201)

    def _listed(self, request: web.Request) -> object:
        if "/rest/" in request.path:
            label = request.query["jql"].split('"')[1]
            return {"issues": [one for one in self.issues if label in one["labels"]]}
        return self.issues[::-1]

    def _made(self, sent: dict[str, Any]) -> dict[str, Any]:
        number = next(_numbers)
        fields = sent.get("fields", sent)
        return {
            **fields,
            "number": number,
            "iid": number,
            "key": f"PAY-{number}",
            "html_url": f"{self.address}/issues/{number}",
            "web_url": f"{self.address}/-/issues/{number}",
            "self": f"{self.address}/rest/api/2/issue/{number}",
        }


_numbers = itertools.count(7)
