"""What the simulated Slack remembers: members, messages, modals, Home tabs. No HTTP here.

Slack's own rules about these things are here as refusals with Slack's own error codes, so that a
mistake of Kept's shows in the demo as it would in a real workspace.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from service.demo.simulated_slack.limits import SlackRefusal, check_message, check_view, with_ids

TRIGGER_SECONDS = 3.0  # Slack lets a trigger open one modal, within three seconds
MODALS_AT_ONCE = 3

Json = dict[str, Any]


@dataclass(slots=True)
class Member:
    """A person of the workspace."""

    id: str
    name: str
    email: str
    zone: str
    title: str
    locale: str = "en-GB"
    deleted: bool = False


@dataclass(slots=True)
class Message:
    """One message: of the app, or of the member with the id `by`."""

    ts: str
    text: str
    blocks: list[Json]
    edited: bool = False
    read: bool = False
    by: str = ""


@dataclass(slots=True)
class Channel:
    """A channel of some members, in which they talk and the app may post."""

    id: str
    name: str
    members: list[str]
    messages: list[Message] = field(default_factory=list)


@dataclass(slots=True)
class View:
    """A modal or a Home tab as it was opened, with what the member has entered so far."""

    id: str
    hash: str
    root_id: str
    previous_id: str | None
    body: Json
    errors: dict[str, str] = field(default_factory=dict)
    entered: dict[str, list[str]] = field(default_factory=dict)

    def payload(self, team_id: str, values: Json) -> Json:
        """Return the view as Slack sends it with an interaction; `values` is its `state.values`."""
        return {
            **self.body,
            "id": self.id,
            "hash": self.hash,
            "team_id": team_id,
            "root_view_id": self.root_id,
            "previous_view_id": self.previous_id,
            "state": {"values": values},
        }


@dataclass(slots=True)
class Memory:
    """Everything that outlives a restart of the demo."""

    members: dict[str, Member] = field(default_factory=dict)
    messages: dict[str, list[Message]] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)


@dataclass(slots=True)
class _Trigger:
    member_id: str
    made: float
    used: bool = False


class Workspace:
    """One simulated workspace. Times of messages come from `clock`, which may travel."""

    team_id = "T0DEMO"
    app_id = "A0KEPT"
    bot_id = "U0KEPTBOT"

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.memory = Memory()
        self.homes: dict[str, View] = {}
        self.modals: dict[str, list[View]] = {}
        self.notices: dict[str, str] = {}  # what Slack itself has to say to a member, shown once
        self.whispers: dict[str, list[str]] = {}  # what only one member sees, and only until they look away
        self.changes = 0  # grows with everything the app does, so that a page can wait for it
        self._triggers: dict[str, _Trigger] = {}
        self._sequence = 0
        self._stirred = asyncio.Event()

    def welcome(self, members: Iterable[Member]) -> None:
        """Let these people be members of the workspace, new or changed."""
        for member in members:
            self.memory.members[member.id] = member

    def add_channel(self, channel: Channel) -> None:
        """Let there be a channel; what was said in it before stays."""
        known = self.memory.channels.get(channel.id)
        self.memory.channels[channel.id] = channel
        if known is not None:
            channel.messages = known.messages

    def channel_of(self, member_id: str) -> Channel | None:
        """Return the channel a member is in."""
        return next((one for one in self.memory.channels.values() if member_id in one.members), None)

    def say(self, channel: Channel, member_id: str, text: str) -> None:
        """Let a member say something in a channel."""
        channel.messages.append(Message(ts=self._next_ts(), text=text, blocks=[], by=member_id))
        self._stir()

    def member(self, member_id: str) -> Member:
        """Return the member; raise `user_not_found` for a stranger."""
        try:
            return self.memory.members[member_id]
        except KeyError:
            raise SlackRefusal("user_not_found") from None

    def messages(self, member_id: str) -> list[Message]:
        """Return the member's direct messages from the app, oldest first."""
        return self.memory.messages.setdefault(member_id, [])

    def unread(self, member_id: str) -> int:
        """Return how many messages the member has not looked at."""
        return sum(not message.read for message in self.memory.messages.get(member_id, ()))

    def post(self, channel: str, text: str, blocks: list[Json]) -> tuple[str, Message]:
        """Post to a member by user or conversation id, or to a channel; return where, and the message.

        A message to a deactivated member is accepted and lost, as in Slack.
        """
        check_message(text, blocks)
        message = Message(ts=self._next_ts(), text=text, blocks=with_ids(blocks))
        if channel in self.memory.channels:
            self.memory.channels[channel].messages.append(message)
            self._stir()
            return channel, message
        member_id = self._member_of(channel)
        if not self.member(member_id).deleted:
            self.messages(member_id).append(message)
        self._stir()
        return conversation(member_id), message

    def update(self, channel: str, ts: str, text: str, blocks: list[Json]) -> Message:
        """Replace a message that was posted before; only the conversation's own id is accepted."""
        if channel in self.memory.channels:
            posted = self.memory.channels[channel].messages
        elif channel.startswith("D"):
            posted = self.messages(self._member_of(channel))
        else:
            raise SlackRefusal("channel_not_found")
        check_message(text, blocks)
        for message in posted:
            if message.ts == ts and not message.by:
                message.text, message.blocks, message.edited = text, with_ids(blocks), True
                self._stir()
                return message
        raise SlackRefusal("message_not_found")

    def make_trigger(self, member_id: str) -> str:
        """Return the id with which the app may open one modal for this member, soon."""
        trigger_id = f"{secrets.randbelow(10**12)}.{secrets.token_hex(12)}"
        self._triggers[trigger_id] = _Trigger(member_id, time.monotonic())
        return trigger_id

    def open_view(self, trigger_id: str, body: Json, *, on_top: bool = False) -> View:
        """Open a modal in exchange for a trigger: the member's only one, or on top of the others."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise SlackRefusal("invalid_trigger_id")
        if trigger.used:
            raise SlackRefusal("exchanged_trigger_id")
        if time.monotonic() - trigger.made > TRIGGER_SECONDS:
            raise SlackRefusal("expired_trigger_id")
        check_view(body, "modal")
        trigger.used = True
        if not on_top:
            self.modals[trigger.member_id] = []
        return self.push_view(trigger.member_id, body)

    def push_view(self, member_id: str, body: Json) -> View:
        """Put a modal on top of the member's others."""
        check_view(body, "modal")
        stack = self.modals.setdefault(member_id, [])
        if len(stack) >= MODALS_AT_ONCE:
            raise SlackRefusal("push_limit_reached")
        view_id = _view_id()
        root, previous = (stack[0].id, stack[-1].id) if stack else (view_id, None)
        view = View(view_id, secrets.token_hex(8), root, previous, with_view_ids(body))
        stack.append(view)
        self._stir()
        return view

    def update_view(self, view_id: str, body: Json, view_hash: str | None = None) -> View:
        """Replace an open modal, keeping what was entered into blocks that stay."""
        check_view(body, "modal")
        view = next((each for stack in self.modals.values() for each in stack if each.id == view_id), None)
        if view is None:
            raise SlackRefusal("not_found")
        if view_hash is not None and view_hash != view.hash:
            raise SlackRefusal("hash_conflict")
        view.body, view.hash, view.errors = with_view_ids(body), secrets.token_hex(8), {}
        self._stir()
        return view

    def close_view(self, member_id: str, *, everything: bool = False) -> list[View]:
        """Close the member's topmost modal, or all; return what was closed, topmost first."""
        stack = self.modals.get(member_id, [])
        closed = [stack.pop() for _ in range(len(stack) if everything else min(1, len(stack)))]
        self._stir()
        return closed

    def publish_home(self, member_id: str, body: Json, view_hash: str | None = None) -> View:
        """Replace a member's Home tab."""
        self.member(member_id)
        check_view(body, "home")
        known = self.homes.get(member_id)
        if view_hash is not None and known is not None and view_hash != known.hash:
            raise SlackRefusal("hash_conflict")
        view_id = known.id if known else _view_id()
        view = View(view_id, secrets.token_hex(8), view_id, None, with_view_ids(body))
        self.homes[member_id] = view
        self._stir()
        return view

    async def change_since(self, before: int, seconds: float) -> None:
        """Wait until `changes` is no longer `before`, for so many seconds at most."""
        if self.changes == before:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stirred.wait(), seconds)

    def save(self, file: Path) -> None:
        """Write members and messages to a file, whole or not at all."""
        draft = file.with_suffix(".draft")
        draft.write_bytes(msgspec.json.encode(self.memory))
        draft.replace(file)

    def load(self, file: Path) -> None:
        """Take members and messages from a file that `save` wrote."""
        self.memory = msgspec.json.decode(file.read_bytes(), type=Memory)

    def _stir(self) -> None:
        self.changes += 1
        self._stirred.set()
        self._stirred = asyncio.Event()

    def _member_of(self, channel: str) -> str:
        member_id = f"U{channel[1:]}" if channel.startswith("D") else channel
        if member_id not in self.memory.members:
            raise SlackRefusal("channel_not_found")
        return member_id

    def _next_ts(self) -> str:
        self._sequence = (self._sequence + 1) % 1_000_000
        return f"{int(self.clock().timestamp())}.{self._sequence:06d}"


def conversation(member_id: str) -> str:
    """Return the id of the direct messages between the app and a member."""
    return f"D{member_id[1:]}"


def with_view_ids(body: Json) -> Json:
    """Return the view with an id on each block and element, as Slack adds them."""
    return {**body, "blocks": with_ids(body["blocks"])}


def _view_id() -> str:
    return f"V{secrets.token_hex(6).upper()}"
