"""The Slack double nobody here wrote, `local-slack`, and what a person does in it.

It listens on every interface, so it runs in a network namespace of its own only (see `namespace`). It is
lenient: it takes any token, any block and a form opened too late. `fault_proxy` and the checks of our
block builders stand in for what it lets pass.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

import aiohttp

from tests.doubles.namespace import require_confinement

BINARY = Path(__file__).parent / "node_modules" / "local-slack-linux-x64" / "bin" / "local-slack"
TOKEN, SECRET = "xoxb-local", "a signing secret of the double"
PORT = 3999
START_SECONDS = 30.0
Json = dict[str, Any]


class LocalSlack:
    """One workspace. Every method is something a person in it does or sees."""

    def __init__(self, session: aiohttp.ClientSession, address: str) -> None:
        self._session = session
        self._address = address
        self.api_url = f"{address}/api/"

    @classmethod
    @asynccontextmanager
    async def running(
        cls, users: Mapping[str, str], *, request_url: str, folder: Path
    ) -> AsyncIterator[Self]:
        """Run the double until the end of the block; `users` is Slack id → name.

        Raises:
            FileNotFoundError: it is not installed; the message names the remedy.
        """
        require_confinement()
        if not BINARY.exists():
            message = f"{BINARY} is missing: `make slack-double` installs it"
            raise FileNotFoundError(message)
        config = folder / "local-slack.json"
        config.write_text(json.dumps(_config(users, request_url)))
        process = await asyncio.create_subprocess_exec(
            str(BINARY),
            "--config",
            str(config),
            "--port",
            str(PORT),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with aiohttp.ClientSession() as session:
                made = cls(session, f"http://127.0.0.1:{PORT}")
                await made._answers()
                yield made
        finally:
            process.kill()
            await process.wait()

    async def direct_messages(self, user: str) -> list[Json]:
        """Return what the app wrote to a person, oldest first."""
        state = await self._look()
        own = [channel for channel in state["channels"] if channel.get("is_im")]
        found = [channel["id"] for channel in own if user in channel.get("members", [])]
        return [message for channel in found for message in state["messages"].get(channel, [])]

    async def press(self, user: str, message: Json, action_id: str) -> Json | None:
        """Press a button of a message; return the form that is open afterwards."""
        element = next(
            element
            for block in message["blocks"]
            for element in block.get("elements", ())
            if element.get("action_id") == action_id
        )
        await self._control(
            "interact",
            channel=message["channel"],
            messageTs=message["ts"],
            user=user,
            action=element,
        )
        return await self.open_form()

    async def open_form(self) -> Json | None:
        """Return the form on top, if one is open."""
        stack: list[Json] = (await self._look())["modalStack"]
        return stack[-1] if stack else None

    async def send(self, user: str, form: Json, entered: Mapping[str, str]) -> Json | None:
        """Send the open form; return what is open then, or the errors.

        `entered` has for some fields what is written, or the value of what is chosen or ticked.
        """
        values = {
            block["block_id"]: {
                block["element"]["action_id"]: _entry(block["element"]["type"], entered[block["block_id"]])
            }
            for block in form["blocks"]
            if block["type"] == "input" and block["block_id"] in entered
        }
        async with self._session.ws_connect(f"{self._address}/ui") as window:
            await window.receive_json()
            await window.send_json({"t": "view_submit", "user": user, "values": values})
            async with asyncio.timeout(START_SECONDS):
                async for received in window:
                    said: Json = json.loads(received.data)
                    if said["t"] == "view_errors":
                        return {"errors": said["errors"]}
                    if said["t"] == "view":
                        return await self.open_form()
        return None

    async def close_form(self, user: str) -> None:
        """Close what is open without sending."""
        async with self._session.ws_connect(f"{self._address}/ui") as window:
            await window.receive_json()
            await window.send_json({"t": "view_close", "user": user})
            async with asyncio.timeout(START_SECONDS):
                await window.receive_json()

    async def home(self, user: str) -> Json:
        """Open the Home tab and return what it shows."""
        await self._control("open-home", user=user)
        for _ in range(100):
            shown: Json | None = (await self._look())["homeViews"].get(user)
            if shown is not None:
                return shown
            await asyncio.sleep(0.05)
        raise TimeoutError("the Home tab stayed empty")

    async def _look(self) -> Json:
        async with self._session.ws_connect(f"{self._address}/ui") as window:
            state: Json = (await window.receive_json())["state"]
            return state

    async def _control(self, what: str, **body: object) -> None:
        async with self._session.post(f"{self._address}/_control/{what}", json=body) as reply:
            reply.raise_for_status()

    async def _answers(self) -> None:
        async with asyncio.timeout(START_SECONDS):
            while True:
                try:
                    async with self._session.get(f"{self._address}/_control/state") as reply:
                        reply.raise_for_status()
                        return
                except aiohttp.ClientError:
                    await asyncio.sleep(0.05)


def _entry(kind: str, value: str) -> Json:
    match kind:
        case "plain_text_input":
            return {"type": kind, "value": value}
        case "checkboxes":
            return {"type": kind, "selected_options": [{"value": value}]}
        case _:
            return {"type": kind, "selected_option": {"value": value}}


def _config(users: Mapping[str, str], request_url: str) -> Json:
    return {
        "workspace": {"name": "Double", "domain": "double", "teamId": "T1"},
        "app": {
            "appId": "A1",
            "botUserId": "U0KEPT",
            "botName": "kept",
            "botToken": TOKEN,
            "signingSecret": SECRET,
            "mode": "events",
            "requestUrl": request_url,
        },
        "users": [
            {"id": slack_id, "name": name.lower(), "real_name": name} for slack_id, name in users.items()
        ],
        "channels": [{"id": "C1", "name": "general", "members": [*users]}],
    }
