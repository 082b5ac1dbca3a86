"""A browser without a network: it calls the application in this process and keeps its cookies."""

import re
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from litestar import Litestar

TOKEN = re.compile(r'name="form_token" value="([0-9a-f]+)"')
WORKED = 200
UNEXPECTED = 500


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    location: str
    text: str

    @property
    def turned_away(self) -> bool:
        """Whether the reader was refused, or led to the sign-in page."""
        return self.status in {401, 403, 404} or "/sign-in" in self.location

    @property
    def worked(self) -> bool:
        """Whether it is the page that was asked for."""
        return self.status == WORKED

    @property
    def failed(self) -> bool:
        """Whether the application broke, so that nothing was learned either way."""
        return self.status >= UNEXPECTED


@dataclass(slots=True)
class Browser:
    """One reader's browser."""

    app: Litestar
    cookies: dict[str, str] = field(default_factory=dict)
    form_token: str = ""

    async def open(self, path: str) -> Reply:
        """Fetch a page, and remember the token of its forms."""
        reply = await self._call("GET", path, b"")
        found = TOKEN.search(reply.text)
        if found is not None:
            self.form_token = found[1]
        return reply

    async def send(self, path: str) -> Reply:
        """Send an empty form, with the token of the last page that had one."""
        return await self._call("POST", path, urlencode({"form_token": self.form_token}).encode())

    async def _call(self, method: str, path: str, body: bytes) -> Reply:
        headers = [(b"host", b"kept.invalid"), (b"sec-fetch-site", b"same-origin")]
        headers += [(b"cookie", "; ".join(f"{k}={v}" for k, v in self.cookies.items()).encode())]
        if body:
            headers += [
                (b"content-type", b"application/x-www-form-urlencoded"),
                (b"content-length", str(len(body)).encode()),
            ]
        scope: dict[str, Any] = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
            "method": method, "scheme": "http", "path": path, "raw_path": path.encode(),
            "query_string": b"", "root_path": "", "headers": headers, "client": ("127.0.0.1", 1),
            "server": ("kept.invalid", 80), "extensions": {}, "state": {},
        }  # fmt: skip
        sent: list[MutableMapping[str, Any]] = []

        waiting: list[dict[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            # Whoever asks again waits for the reader to leave: this ends what would be pushed for ever.
            return waiting.pop() if waiting else {"type": "http.disconnect"}

        async def keep(message: Any) -> None:  # noqa: ANN401 -- an ASGI message
            sent.append(message)

        await self.app(scope, receive, keep)  # type: ignore[arg-type] # Litestar's own stricter types of ASGI
        return self._reply(sent)

    def _reply(self, sent: list[MutableMapping[str, Any]]) -> Reply:
        status, location = UNEXPECTED, ""
        for message in sent:
            if message["type"] != "http.response.start":
                continue
            status = message["status"]
            for name, value in message["headers"]:
                if name.lower() == b"location":
                    location = value.decode("latin-1")
                elif name.lower() == b"set-cookie":
                    self._keep(value.decode("latin-1"))
        text = b"".join(message.get("body", b"") for message in sent)
        return Reply(status, location, text.decode("utf-8", errors="replace"))

    def _keep(self, header: str) -> None:
        for name, morsel in SimpleCookie(header).items():
            if morsel["max-age"] == "0":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value
