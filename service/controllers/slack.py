"""The one route Slack calls: check the signature over the raw body, parse, hand over, reply.

A stranger gets a 401 without a reason. Nothing here is logged, and no body is kept. Every answer given
in Slack comes in here, so this route speaks ASGI itself: what a framework does for forms and pages
would cost as much again as checking, decoding and sealing a sheet.
"""

from litestar import asgi
from litestar.datastructures import State
from litestar.types import Receive, Scope, Send

from integrations.slack.desk import Desk, Reply
from integrations.slack.dispatch import answer
from integrations.slack.inbound import LARGEST_BODY, Gate, UnreadableError, parse
from service.logs import UNLOGGED
from service.views.slack_home import newest_in_words

DESK, GATE = "slack_desk", "slack_gate"
OK, BAD_REQUEST, UNAUTHORIZED, NOT_FOUND, NOT_ALLOWED, TOO_LARGE = 200, 400, 401, 404, 405, 413


@asgi("/slack/events", opt=UNLOGGED | {"signed_by_sender": True}, copy_scope=False)
async def slack_events(scope: Scope, receive: Receive, send: Send) -> None:
    """Take whatever Slack sends: events, presses, forms and the command, all at one address.

    200 says that it is committed, or that there was nothing to do.
    """
    status, reply = await _take(scope, receive)
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", reply.media_type.encode()),
                (b"content-length", str(len(reply.body)).encode()),
            ],
        }
    )
    await send({"type": "http.response.body", "body": reply.body, "more_body": False})


async def _take(scope: Scope, receive: Receive) -> tuple[int, Reply]:
    state = scope["litestar_app"].state
    if state.slack is None:
        return NOT_FOUND, Reply()
    if scope.get("method") != "POST":
        return NOT_ALLOWED, Reply()
    if state.get(GATE) is None:
        _set_up(state)
    body = await _read(receive)
    if body is None:
        return TOO_LARGE, Reply()
    headers = dict(scope["headers"])
    gate: Gate = state[GATE]
    stamp = _header(headers, b"x-slack-request-timestamp")
    if not gate.admits(body, stamp, _header(headers, b"x-slack-signature")):
        return UNAUTHORIZED, Reply()
    try:
        event = parse(body, _header(headers, b"content-type"))
    except UnreadableError:
        return BAD_REQUEST, Reply()
    return OK, await answer(state[DESK], event)


def _header(headers: dict[bytes, bytes], name: bytes) -> str:
    return headers.get(name, b"").decode("latin-1")


async def _read(receive: Receive) -> bytes | None:
    """Return the whole body, or None when it is larger than anything Slack sends."""
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":  # the sender hung up
            return b"".join(pieces)
        pieces.append(message["body"])
        size += len(message["body"])
        if size > LARGEST_BODY:
            return None
        if not message["more_body"]:
            return b"".join(pieces)


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
