"""Calls to Slack: one session with timeouts, no retries of the SDK's own, every error an `Outcome`.

The SDK would send a message again when the connection drops after the body was read, so its retries are
off and the outbox decides. At DEBUG it would log bodies, so its logger is pinned.
"""

import asyncio
import json
import logging
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from integrations.channels import (
    Outcome,
    ambiguous,
    failed_for_now,
    parked,
    sent,
    undeliverable,
    unreachable,
)
from integrations.slack.blocks import Block
from integrations.slack.outgoing.messages import Message

POST_MESSAGE = "chat.postMessage"
CALL_SECONDS = 10.0
CONNECT_SECONDS = 3.0
ACK_SECONDS = 2.0  # for calls that happen before Slack is answered, within its three seconds
HOURS_OF_PAUSE = 3600.0  # when the whole workspace refuses until someone acts
DEFAULT_PAUSE = 30.0  # a 429 without Retry-After
TOO_MANY = 429
SERVER_ERROR = 500

log = logging.getLogger("kept.slack")
sdk_log = logging.getLogger("kept.slack.sdk")
sdk_log.setLevel(logging.WARNING)  # never DEBUG, whatever the root says: bodies would be logged
logging.getLogger("slack_sdk").setLevel(logging.INFO)

AMBIGUOUS = frozenset({
    "service_unavailable", "internal_error", "fatal_error", "request_timeout",
    "duplicate_message_not_found", "duplicate_channel_not_found",
})  # fmt: skip
SLOW_DOWN = frozenset({"ratelimited", "rate_limited"})
WORKSPACE_WAITS = frozenset({
    "message_limit_exceeded", "team_added_to_org", "org_login_required", "ekm_access_denied",
    "accesslimited", "enterprise_is_restricted", "two_factor_setup_required",
})  # fmt: skip
OURS = frozenset({
    "msg_too_long", "msg_blocks_too_long", "no_text", "view_too_large", "metadata_too_large",
})  # fmt: skip
OURS_BY_START = ("invalid_blocks", "invalid_arg")
# The app was disconnected or lacks a permission: nobody is reached in Slack until somebody repairs it.
DISCONNECTED = frozenset({
    "invalid_auth", "account_inactive", "token_revoked", "token_expired", "not_authed",
    "invalid_refresh_token", "missing_scope", "not_allowed_token_type",
})  # fmt: skip


def outcome_of_error(error: str, *, status: int = 200, retry_after: float | None = None) -> Outcome:
    """Return what a refusal of Slack's means for a message.

    Args:
        error: Slack's code, or ours for what never came to a code.
        status: of HTTP.
        retry_after: seconds from the header of that name.
    """
    if status == TOO_MANY or error in SLOW_DOWN:
        return failed_for_now("ratelimited", retry_after=retry_after or DEFAULT_PAUSE)
    if status >= SERVER_ERROR or error in AMBIGUOUS:
        return ambiguous(error)
    if error in WORKSPACE_WAITS:
        return failed_for_now(error, retry_after=HOURS_OF_PAUSE, whole_workspace=True)
    if error in OURS or error.startswith(OURS_BY_START):
        return parked(error)
    return undeliverable(error, disconnected=error in DISCONNECTED)


class SlackClient:
    """One workspace. Use it as an async context, or call `close` at the end.

    Args:
        token: the bot token; it leaves this object only in the header of a call.
        base_url: where the API is, with a slash at its end.
    """

    def __init__(self, token: str, base_url: str = "https://slack.com/api/") -> None:
        self._token = token
        self._base_url = base_url
        self._session: aiohttp.ClientSession | None = None
        self._web: AsyncWebClient | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()
        self._session = self._web = None

    async def post(self, user_id: str, message: Message, message_id: UUID) -> Outcome:
        """Send a direct message; `message_id` is the same for every try of it.

        Slack does not document that it recognises the id, so it makes doubles rarer and no more.
        """
        return await self._outcome(
            POST_MESSAGE,
            {
                "channel": user_id,
                "text": message.text,
                "blocks": message.blocks,
                "client_msg_id": str(message_id),
                "unfurl_links": False,
                "unfurl_media": False,
            },
        )

    async def open_view(self, trigger_id: str, view: Block) -> bool:
        """Open a form; return whether it opened within two seconds. If not, the person presses again."""
        return await self._at_once("views.open", {"trigger_id": trigger_id, "view": view})

    async def push_view(self, trigger_id: str, view: Block) -> bool:
        """Open a form on top of the open one."""
        return await self._at_once("views.push", {"trigger_id": trigger_id, "view": view})

    async def update_view(self, view_id: str, view: Block) -> bool:
        """Replace what an open form shows."""
        return await self._at_once("views.update", {"view_id": view_id, "view": view})

    async def publish_home(self, user_id: str, view: Block) -> bool:
        """Show a person's Home tab."""
        return await self._at_once("views.publish", {"user_id": user_id, "view": view})

    async def _at_once(self, method: str, arguments: dict[str, Any]) -> bool:
        try:
            async with asyncio.timeout(ACK_SECONDS):
                outcome = await self._outcome(method, arguments)
        except TimeoutError:
            outcome = ambiguous("too_slow")
        if outcome.error is not None:
            log.warning("%s: %s", method, outcome.error)
        return outcome.error is None

    async def _outcome(self, method: str, arguments: dict[str, Any]) -> Outcome:
        try:
            response = await self._client().api_call(method, json=arguments)
        except SlackApiError as refused:
            return _refusal(refused)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return unreachable("slack_unreachable")  # nothing was sent yet
        except (aiohttp.ClientError, SlackClientError, json.JSONDecodeError, OSError, TimeoutError):
            return ambiguous("slack_silent")
        found = {key: response.get(key) for key in ("channel", "ts") if response.get(key)}
        return sent(found)

    def _client(self) -> AsyncWebClient:
        # Made at the first call, because a session belongs to the loop that is running then.
        if self._web is None or self._session is None or self._session.closed:
            timeout = aiohttp.ClientTimeout(total=CALL_SECONDS, connect=CONNECT_SECONDS)
            self._session = aiohttp.ClientSession(timeout=timeout)
            self._web = AsyncWebClient(
                token=self._token,
                base_url=self._base_url,
                session=self._session,
                retry_handlers=[],
                logger=sdk_log,
            )
        return self._web


def _refusal(refused: SlackApiError) -> Outcome:
    response: Any = refused.response
    status = int(getattr(response, "status_code", None) or getattr(response, "status", 0) or 0)
    headers = getattr(response, "headers", None) or {}
    asked = headers.get("Retry-After") or headers.get("retry-after") or ""
    payload = getattr(response, "data", None)
    error = payload.get("error") if isinstance(payload, dict) else None
    seconds = float(asked) if asked.replace(".", "", 1).isdigit() else None
    if error is None and status < TOO_MANY:
        return ambiguous("slack_unintelligible")
    return outcome_of_error(str(error or f"http_{status}"), status=status, retry_after=seconds)
