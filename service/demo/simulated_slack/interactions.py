"""What a member's press becomes: a signed request to Kept, and what Slack does with the reply.

Nothing here renders. Shapes follow docs.slack.dev, "Interaction payloads" and "Modals".
"""

import json
import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import aiohttp
from slack_sdk.signature import SignatureVerifier

from service.demo.simulated_slack.limits import SlackRefusal, elements_of
from service.demo.simulated_slack.workspace import Message, View, Workspace, conversation

COMMAND = "/kept"  # as the app's description names it
SHORTCUT, SHORTCUT_TITLE = "retro_add", "Add to retro"  # the same for the entry in a message's menu
FORM = "application/x-www-form-urlencoded"
ACK_SECONDS = 3.0  # Slack waits this long, then tells the member that it did not work

Json = dict[str, Any]


class NotReached(Exception):
    """Kept did not answer, in time or at all, as Slack expects; the sentence is for the member."""


class Sender:
    """Sends payloads to Kept's events address, signed with the app's signing secret."""

    def __init__(self, workspace: Workspace, events_url: str, signing_secret: str) -> None:
        self.workspace = workspace
        self.events_url = events_url
        self._verifier = SignatureVerifier(signing_secret)
        self._timeout = aiohttp.ClientTimeout(total=ACK_SECONDS)

    async def home_opened(self, member_id: str) -> None:
        """Tell Kept that a member looks at the Home tab."""
        home = self.workspace.homes.get(member_id)
        event: Json = {
            "type": "app_home_opened",
            "user": member_id,
            "channel": conversation(member_id),
            "tab": "home",
            "event_ts": f"{time.time():.6f}",
        }
        if home is not None:
            event["view"] = home.payload(self.workspace.team_id, {})
        body = {
            "token": "simulated",
            "team_id": self.workspace.team_id,
            "api_app_id": self.workspace.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{secrets.token_hex(6).upper()}",
            "event_time": int(time.time()),
            "authorizations": [{"team_id": self.workspace.team_id, "is_bot": True}],
            "is_ext_shared_channel": False,
        }
        await self._post(json.dumps(body).encode(), "application/json")

    async def pressed_in_message(self, member_id: str, message: Message, action: Json) -> None:
        """Report a press on an element of a message."""
        channel = conversation(member_id)
        payload = {
            **self._interaction("block_actions", member_id),
            "container": {
                "type": "message",
                "message_ts": message.ts,
                "channel_id": channel,
                "is_ephemeral": False,
            },
            "channel": {"id": channel, "name": "directmessage"},
            "message": {
                "type": "message",
                "user": self.workspace.bot_id,
                "app_id": self.workspace.app_id,
                "ts": message.ts,
                "text": message.text,
                "blocks": message.blocks,
            },
            "state": {"values": {}},
            "actions": [action],
        }
        await self._interact(payload)

    async def pressed_in_view(self, member_id: str, view: View, action: Json, values: Json) -> None:
        """Report a press on an element of a modal or of the Home tab."""
        payload = {
            **self._interaction("block_actions", member_id),
            "container": {"type": "view", "view_id": view.id},
            "view": view.payload(self.workspace.team_id, values),
            "actions": [action],
        }
        await self._interact(payload)

    async def submitted(self, member_id: str, view: View, values: Json) -> None:
        """Hand a modal in and do what the reply says: close, show errors, replace or add a modal."""
        payload = {
            **self._interaction("view_submission", member_id),
            "view": view.payload(self.workspace.team_id, values),
            "response_urls": [],
        }
        reply = await self._interact(payload)
        if not reply:
            self.workspace.close_view(member_id)
            return
        try:
            self._respond(member_id, view, json.loads(reply))
        except (ValueError, KeyError, TypeError, AttributeError, SlackRefusal) as error:
            raise NotReached("Kept's reply to this form was not one that Slack understands.") from error

    async def closed(self, member_id: str) -> None:
        """Close the topmost modal, and tell Kept if it asked to be told."""
        for view in self.workspace.close_view(member_id):
            if view.body.get("notify_on_close"):
                payload = {
                    **self._interaction("view_closed", member_id),
                    "view": view.payload(self.workspace.team_id, {}),
                    "is_cleared": False,
                }
                payload.pop("trigger_id")
                await self._interact(payload)

    async def typed(self, member_id: str, line: str, *, channel: tuple[str, str]) -> None:
        """Send what was typed behind the app's command; `channel` is id and name of where."""
        command, _, text = line.strip().partition(" ")
        if command.casefold() != COMMAND:
            raise NotReached(f"{command} is not a command in this workspace. Kept's is {COMMAND}.")
        fields = {
            "token": "simulated",
            "team_id": self.workspace.team_id,
            "team_domain": "simulated",
            "channel_id": channel[0],
            "channel_name": channel[1],
            "user_id": member_id,
            "user_name": self.workspace.member(member_id).email.partition("@")[0],
            "command": COMMAND,
            "text": text.strip(),
            "api_app_id": self.workspace.app_id,
            "is_enterprise_install": "false",
            "response_url": "https://simulated.invalid/commands",
            "trigger_id": self.workspace.make_trigger(member_id),
        }
        reply = await self._post(urlencode(fields).encode(), FORM)
        if not reply:
            return
        try:
            said = str(json.loads(reply)["text"])
        except (ValueError, KeyError, TypeError) as error:
            raise NotReached("Kept's reply to this command was not one that Slack understands.") from error
        self.workspace.whispers.setdefault(member_id, []).append(said)

    async def message_shortcut(self, member_id: str, message: Message, *, channel: tuple[str, str]) -> None:
        """Report that a member chose the app's entry in a message's menu."""
        said = {"type": "message", "ts": message.ts, "text": message.text}
        if message.by:
            said["user"] = message.by
        else:
            said |= {"user": self.workspace.bot_id, "app_id": self.workspace.app_id}
        payload = {
            **self._interaction("message_action", member_id),
            "callback_id": SHORTCUT,
            "action_ts": f"{time.time():.6f}",
            "message_ts": message.ts,
            "channel": {"id": channel[0], "name": channel[1]},
            "message": said,
            "response_url": "https://simulated.invalid/actions",
        }
        await self._interact(payload)

    def _respond(self, member_id: str, view: View, reply: Json) -> None:
        match reply["response_action"]:
            case "errors":
                blocks = {block["block_id"] for block in view.body["blocks"] if block["type"] == "input"}
                if not reply["errors"] or not set(reply["errors"]) <= blocks:
                    raise SlackRefusal("invalid_arguments", "errors name a block that is no input")
                view.errors = dict(reply["errors"])
            case "update":
                self.workspace.update_view(view.id, reply["view"])
            case "push":
                self.workspace.push_view(member_id, reply["view"])
            case "clear":
                self.workspace.close_view(member_id, everything=True)
            case unknown:
                raise SlackRefusal("invalid_arguments", f"response_action {unknown}")

    def _interaction(self, kind: str, member_id: str) -> Json:
        member = self.workspace.member(member_id)
        name = member.email.partition("@")[0]
        return {
            "type": kind,
            "user": {
                "id": member_id,
                "username": name,
                "name": name,
                "team_id": self.workspace.team_id,
            },
            "team": {"id": self.workspace.team_id, "domain": "simulated"},
            "api_app_id": self.workspace.app_id,
            "token": "simulated",
            "trigger_id": self.workspace.make_trigger(member_id),
            "enterprise": None,
            "is_enterprise_install": False,
        }

    async def _interact(self, payload: Json) -> bytes:
        return await self._post(urlencode({"payload": json.dumps(payload)}).encode(), FORM)

    async def _post(self, body: bytes, kind: str) -> bytes:
        timestamp = str(int(time.time()))
        signature = self._verifier.generate_signature(timestamp=timestamp, body=body)
        headers = {
            "content-type": kind,
            "x-slack-request-timestamp": timestamp,
            "x-slack-signature": signature or "",
        }
        try:
            async with (
                aiohttp.ClientSession(timeout=self._timeout) as client,
                client.post(self.events_url, data=body, headers=headers) as response,
            ):
                reply = await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise NotReached("Kept did not answer within three seconds.") from error
        if response.status != 200:  # noqa: PLR2004 -- the only status Slack takes as an answer here
            raise NotReached(f"Kept answered with the status {response.status}.")
        return reply


def action_of(block: Json, element: Json, chosen: Sequence[str]) -> Json:
    """Return the `actions` entry for a press on an element; `chosen` are values of its options."""
    action: Json = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "action_ts": f"{time.time():.6f}",
    }
    if element["type"] == "button":
        action["text"] = element["text"]
        if "value" in element:
            action["value"] = element["value"]
        return action
    return {**action, **entered_value(element, chosen)}


def entered_value(element: Json, entered: Sequence[str]) -> Json:
    """Return one element's part of `state.values` for what was typed or chosen."""
    kind = element["type"]
    if kind == "plain_text_input":
        return {"type": kind, "value": entered[0] if entered and entered[0] else None}
    if kind == "datepicker":
        return {"type": kind, "selected_date": entered[0] if entered and entered[0] else None}
    options = [option for option in element["options"] if option["value"] in entered]
    if kind == "checkboxes":
        return {"type": kind, "selected_options": options}
    return {"type": kind, "selected_option": options[0] if options else None}


def state_values(view: View, entered: Mapping[str, Sequence[str]]) -> Json:
    """Return `state.values` of a view; `entered` is keyed by `field_name`."""
    values: Json = {}
    for block in view.body["blocks"]:
        for element in elements_of(block):
            if element["type"] not in {"button", "overflow"}:
                given = entered.get(field_name(block, element), ())
                values.setdefault(block["block_id"], {})[element["action_id"]] = entered_value(
                    element, given
                )
    return values


def missing_fields(view: View, entered: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return Slack's own complaint for each required input left empty, keyed by block."""
    return {
        block["block_id"]: "Please complete this required field."
        for block in view.body["blocks"]
        if block["type"] == "input"
        and not block.get("optional")
        and not any(entered.get(field_name(block, block["element"]), ()))
    }


def field_name(block: Json, element: Json) -> str:
    """Return the form field of an element; unique within a view, as block ids are."""
    return f"{block['block_id']}|{element['action_id']}"
