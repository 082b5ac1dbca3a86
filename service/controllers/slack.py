"""The one route Slack calls: check the signature over the raw body, parse, hand over, reply.

A stranger gets a 401 without a reason. Nothing here is logged, and no body is kept.
"""

from typing import Any

from litestar import Controller, Request, post
from litestar.datastructures import State
from litestar.response import Response

from integrations.slack.desk import Desk
from integrations.slack.dispatch import answer
from integrations.slack.inbound import LARGEST_BODY, Gate, UnreadableError, parse
from service.logs import UNLOGGED
from service.views.slack_home import newest_in_words

DESK, GATE = "slack_desk", "slack_gate"


class SlackController(Controller):
    """Events, presses, forms and the command, all at one address."""

    path = "/slack"
    opt = UNLOGGED | {"signed_by_sender": True}

    @post("/events", status_code=200, request_max_body_size=LARGEST_BODY)
    async def events(self, request: Request[Any, Any, State]) -> Response[bytes]:
        """Take whatever Slack sends; 200 says that it is committed, or that there was nothing to do."""
        state = request.app.state
        if state.slack is None:
            return _empty(404)
        if state.get(GATE) is None:
            _set_up(state)
        body = await request.body()
        headers = request.headers
        gate: Gate = state[GATE]
        timestamp = headers.get("x-slack-request-timestamp")
        if not gate.admits(body, timestamp, headers.get("x-slack-signature")):
            return _empty(401)
        try:
            event = parse(body, headers.get("content-type", ""))
        except UnreadableError:
            return _empty(400)
        reply = await answer(state[DESK], event)
        return Response(reply.body, media_type=reply.media_type)


def _empty(status: int) -> Response[bytes]:
    return Response(b"", status_code=status, media_type="text/plain")


def _set_up(state: State) -> None:
    state[GATE] = Gate(state.settings.slack_signing_secret or "")
    state[DESK] = Desk(
        sessions=state.sessions,
        keys=state["keys"],
        box=state.ballot_box,
        client=state.slack,
        settings=state.settings,
        clock=state.clock,
        tell=newest_in_words,
    )
