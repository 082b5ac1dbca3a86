"""Who comes in to the example, and when."""

from typing import Any

import httpx
from litestar import Litestar, get

from service.demo.front import Front


@get("/demo/slack/api/api.test")
async def api() -> str:
    return "ok"


@get("/teams")
async def page() -> str:
    return "teams"


async def test_nobody_comes_in_while_the_past_is_written_but_kept_itself() -> None:
    ready = False

    async def strip(_token: str | None) -> str:
        return ""

    front: Any = Front(Litestar([page]), Litestar([api]), strip, cookie="session", is_ready=lambda: ready)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(front), base_url="http://kept.test"
    ) as browser:
        for path in ("/", "/teams", "/demo"):
            early = await browser.get(path)
            assert (early.status_code, early.headers["retry-after"]) == (503, "3")
            assert "being set up" in early.text
        assert (await browser.get("/demo/slack/api/api.test")).text == "ok"

        ready = True
        assert (await browser.get("/teams")).text == "teams"
        assert (await browser.get("/")).headers["location"] == "/demo"
