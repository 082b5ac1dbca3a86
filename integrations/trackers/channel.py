"""Issue trackers as a channel: look whether the issue is there, else make it; every answer an `Outcome`.

None of the tools recognises a call that is repeated, so each try looks first. That makes a try harmless
after a timeout, a kill or a server error.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import aiohttp
import msgspec

from integrations.channels import (
    Outcome,
    Outgoing,
    failed_for_now,
    parked,
    sent,
    undeliverable,
    unreachable,
)
from integrations.environment import Settings
from integrations.trackers import github, gitlab, jira
from integrations.trackers.draft import IssueDraft, Made, Request
from surveys.milestones.rules import Source

CALL_SECONDS = 10.0
CONNECT_SECONDS = 3.0
DEFAULT_PAUSE = 60.0  # where a tool says "too many" and not for how long
LONGEST_PAUSE = 3600.0
SERVER_ERROR = 500


class Tool(Protocol):
    """How one tool is spoken to; each is a module of this folder."""

    def headers(self, token: str) -> dict[str, str]:
        """Return what every call carries."""

    def greeting(self) -> Request:
        """Return a call that changes nothing and needs the token."""

    def search(self, draft: IssueDraft) -> Request:
        """Return the call that looks for an issue that was made before."""

    def found(self, draft: IssueDraft, listed: bytes) -> Made | None:
        """Return that issue from the answer, or None."""

    def create(self, draft: IssueDraft) -> Request:
        """Return the call that makes it."""

    def made(self, answer: bytes) -> Made:
        """Return the issue an answer describes."""


TOOLS: Mapping[str, Tool] = {Source.GITHUB: github, Source.GITLAB: gitlab, Source.JIRA: jira}


@dataclass(frozen=True, slots=True)
class Door:
    """Where a tool's API is, and the token for it."""

    address: str
    token: str


class _Refused(Exception):
    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome


def doors_of(settings: Settings) -> dict[str, Door]:
    """Return the tools in which issues can be made."""
    found = {}
    if settings.github_token is not None:
        found[Source.GITHUB.value] = Door(settings.github_api_url, settings.github_token)
    if settings.gitlab_token is not None:
        found[Source.GITLAB.value] = Door(settings.gitlab_url, settings.gitlab_token)
    if settings.jira_token is not None and settings.jira_url is not None:
        found[Source.JIRA.value] = Door(settings.jira_url, settings.jira_token)
    return found


class TrackerChannel:
    """Makes issues in the tools that are configured."""

    def __init__(self, doors: Mapping[str, Door]) -> None:
        self._doors = doors

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Make one issue, or find the one that was made; the receipt holds `issue` and `url`."""
        draft = outgoing.note
        if not isinstance(draft, IssueDraft):
            return parked("not_an_issue")
        door = self._doors.get(draft.source)
        if door is None:
            return undeliverable("not_configured")
        tool = TOOLS[draft.source]
        try:
            async with _web(tool, door) as web:
                listed = await _call(web, door, tool.search(draft))
                issue = tool.found(draft, listed)
                if issue is None:
                    issue = tool.made(await _call(web, door, tool.create(draft)))
        except _Refused as refused:
            return refused.outcome
        except (aiohttp.ClientError, OSError, TimeoutError):
            return unreachable("tracker_unreachable")
        except (msgspec.MsgspecError, ValueError):
            return parked("tracker_unintelligible")
        return sent({"issue": issue.issue, "url": issue.url})

    async def greet(self, source: str) -> str | None:
        """Return None where the tool lets us in, else a short code of what is wrong."""
        door, tool = self._doors[source], TOOLS[source]
        try:
            async with _web(tool, door) as web:
                await _call(web, door, tool.greeting())
        except _Refused as refused:
            return refused.outcome.error
        except (aiohttp.ClientError, OSError, TimeoutError):
            return "tracker_unreachable"
        return None


def _web(tool: Tool, door: Door) -> aiohttp.ClientSession:
    timeout = aiohttp.ClientTimeout(total=CALL_SECONDS, connect=CONNECT_SECONDS)
    return aiohttp.ClientSession(headers=tool.headers(door.token), timeout=timeout)


async def _call(web: aiohttp.ClientSession, door: Door, request: Request) -> bytes:
    async with web.request(
        request.method, door.address + request.path, json=request.body, allow_redirects=False
    ) as response:
        if response.ok and response.status < 300:  # noqa: PLR2004 -- a redirect is not followed with a token
            return await response.read()
        raise _Refused(refusal(response.status, response.headers))


def refusal(status: int, headers: Mapping[str, str]) -> Outcome:
    """Return what an answer that is no success means for an issue.

    A tool that asks to be left alone says for how long in `Retry-After`, or, at GitHub, when its hourly
    allowance is full again.
    """
    asked = headers.get("Retry-After", "")
    emptied = headers.get("X-RateLimit-Remaining") == "0"
    if status == 429 or (status == 403 and (asked or emptied)):  # noqa: PLR2004 -- as GitHub documents them
        return failed_for_now("too_many", retry_after=_pause(asked, headers.get("X-RateLimit-Reset", "")))
    if status >= SERVER_ERROR:
        return failed_for_now(f"http_{status}")
    return undeliverable(f"http_{status}")


def _pause(asked: str, full_again: str) -> float:
    if asked.isdecimal():
        return min(float(asked), LONGEST_PAUSE)
    if full_again.isdecimal():
        return min(max(float(full_again) - time.time(), 1.0), LONGEST_PAUSE)
    return DEFAULT_PAUSE
