"""Slack as Kept sees it: signed bodies of presses and forms, sent to an application that is connected."""

import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from litestar import Litestar
from slack_sdk.signature import SignatureVerifier
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from integrations.environment import Settings
from integrations.keystores import DirectoryKeyStore
from integrations.slack.outgoing.client import SlackClient
from service.controllers.slack import ahead_of
from surveys.people.models import Person
from tests.doubles.fault_proxy import FaultProxy
from tests.service.apps import fresh_app
from tests.service.conftest import ADDRESS, Clock

SECRET = "a signing secret of the tests"
FORM = "application/x-www-form-urlencoded"
View = dict[str, Any]


@pytest.fixture
async def app(
    settings: Settings,
    sessions: async_sessionmaker[AsyncSession],
    keys: DirectoryKeyStore,
    clock: Clock,
    slack: FaultProxy,
) -> AsyncIterator[Litestar]:
    slacked = replace(settings, slack_bot_token="xoxb-t", slack_signing_secret=SECRET)
    async with SlackClient("xoxb-t", slack.base_url) as client:
        made = fresh_app(slacked, sessions=sessions, keys=keys, clock=clock, slack=client)
        yield made
        await made.state.ballot_box.stop()


@dataclass
class Workspace:
    """Sends what Slack would send when somebody presses something."""

    browser: httpx.AsyncClient

    async def post(self, body: bytes, content_type: str = FORM, **wrong: str) -> httpx.Response:
        stamp = wrong.get("stamp", str(int(time.time())))
        signature = SignatureVerifier(wrong.get("secret", SECRET)).generate_signature(
            timestamp=stamp, body=body
        )
        return await self.browser.post(
            "/slack/events",
            content=body,
            headers={
                "content-type": content_type,
                "x-slack-request-timestamp": stamp,
                "x-slack-signature": wrong.get("signature", signature or "").encode("latin-1"),
            },
        )

    async def interact(self, **payload: object) -> httpx.Response:
        return await self.post(urlencode({"payload": json.dumps(payload)}).encode())

    async def press(
        self, person: Person, action: str, value: str, *, view: View | None = None
    ) -> httpx.Response:
        return await self.interact(
            type="block_actions",
            user={"id": person.slack_id, "name": "n"},
            trigger_id="T1.2.3",
            actions=[{"action_id": action, "value": value, "type": "button", "block_id": "b"}],
            **({"view": view} if view else {"message": {"ts": "1.1"}}),
        )

    async def send(self, person: Person, view: View, choices: dict[str, str | None]) -> httpx.Response:
        values = {
            block["block_id"]: {
                block["element"]["action_id"]: {
                    "type": "radio_buttons",
                    "selected_option": {"text": {"type": "plain_text", "text": "x"}, "value": choice}
                    if (choice := choices.get(block["block_id"]))
                    else None,
                }
            }
            for block in view["blocks"]
            if block["type"] == "input"
        }
        return await self.submit(person, view, values)

    async def submit(self, person: Person, view: View, values: dict[str, Any]) -> httpx.Response:
        """Send a form with these values of its blocks, as Slack writes them."""
        return await self.interact(
            type="view_submission",
            user={"id": person.slack_id},
            view={
                "id": "V1",
                "type": "modal",
                "callback_id": view["callback_id"],
                "private_metadata": view["private_metadata"],
                "state": {"values": values},
            },
        )


@pytest.fixture
async def workspace(app: Litestar) -> AsyncIterator[Workspace]:
    transport = httpx.ASGITransport(ahead_of(app))  # as `kept serve` does
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as browser:
        yield Workspace(browser)
