"""Asks Slack who our token is and what it may do; for `kept doctor`. Sends nothing to anybody."""

from dataclasses import dataclass

from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from integrations.slack.outgoing.client import sdk_log

SECONDS = 10
NEEDED = frozenset({"chat:write"})  # without it nobody gets a message
WANTED = frozenset({"commands"})  # without it /kept does not open what is open for me


@dataclass(frozen=True, slots=True)
class Introduction:
    """What Slack says of us.

    Attributes:
        workspace: its name; empty when the token was refused.
        error: Slack's code or ours, or None.
        scopes: what the token may do; None where the API does not say, as test doubles do not.
    """

    workspace: str
    error: str | None = None
    scopes: frozenset[str] | None = None

    @property
    def lacks(self) -> frozenset[str]:
        """Return the scopes without which Kept cannot work."""
        return NEEDED - self.scopes if self.scopes is not None else frozenset()

    @property
    def could_use(self) -> frozenset[str]:
        """Return the scopes without which something is less comfortable."""
        return WANTED - self.scopes if self.scopes is not None else frozenset()


async def introduce(token: str, base_url: str) -> Introduction:
    """Return what `auth.test` says; a refusal or silence is in `error`, nothing is raised."""
    client = AsyncWebClient(
        token=token, base_url=base_url, timeout=SECONDS, retry_handlers=[], logger=sdk_log
    )
    try:
        response = await client.auth_test()
    except SlackApiError as refused:
        return Introduction("", _code_of(refused))
    except (SlackClientError, OSError, ValueError) as silent:
        return Introduction("", type(silent).__name__)
    headers = {name.lower(): value for name, value in response.headers.items()}
    named = headers.get("x-oauth-scopes")
    scopes = frozenset(part.strip() for part in named.split(",")) if named is not None else None
    return Introduction(str(response.get("team") or "unnamed"), scopes=scopes)


def _code_of(refused: SlackApiError) -> str:
    """Return Slack's code; a proxy or a wrong address answers with a page that has none."""
    payload = getattr(refused.response, "data", None)
    code = payload.get("error") if isinstance(payload, dict) else None
    return str(code or f"no answer of Slack's, http_{getattr(refused.response, 'status_code', '?')}")
