"""The one route Slack calls: check the signature over the raw body, parse, hand over, reply.

A stranger gets a 401 without a reason. Nothing here is logged, and no body is kept. Every answer given
in Slack comes in here, so this route speaks ASGI itself: what a framework does for forms and pages
would cost as much again as checking, decoding and sealing a sheet.
"""

from litestar import Litestar, asgi
from litestar.datastructures import State
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from integrations.slack.desk import Desk, Reply
from integrations.slack.dispatch import answer
from integrations.slack.incoming.gate import LARGEST_BODY, Gate
from integrations.slack.incoming.payloads import UnreadableError, parse
from service.logs import UNLOGGED
from service.problems import note_failure
from service.security import headers_of
from service.views.slack_home import newest_in_words

PATH = "/slack/events"
DESK, GATE = "slack_desk", "slack_gate"
OK, BAD_REQUEST, UNAUTHORIZED, NOT_FOUND, NOT_ALLOWED, TOO_LARGE, FAILED = 200, 400, 401, 404, 405, 413, 500
ONLY_POST = [(b"allow", b"POST")]


@asgi(PATH, opt=UNLOGGED | {"signed_by_sender": True}, copy_scope=False)
async def slack_events(scope: Scope, receive: Receive, send: Send) -> None:
    """Take whatever Slack sends: events, presses, forms and the command, all at one address.

    200 says that it is committed, or that there was nothing to do.
    """
    status, reply = await _take(scope["litestar_app"].state, scope, receive)
    await _reply(send, status, reply, [])


def ahead_of(app: Litestar) -> ASGIApp:
    """Return an application that answers Slack itself and passes everything else on to `app`.

    The route above does the same; this one spares each answer the way through the framework.
    """
    state, headers = app.state, headers_of(app.state.settings)

    async def front(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["path"] != PATH:
            await app(scope, receive, send)
            return
        try:
            status, reply = await _take(state, scope, receive)
        except Exception as error:  # noqa: BLE001 -- the sender gets a status, whatever happened
            note_failure(error, route=PATH, method=scope["method"])
            status, reply = FAILED, Reply()
        await _reply(send, status, reply, [*headers, *ONLY_POST] if status == NOT_ALLOWED else headers)

    return front


async def _reply(send: Send, status: int, reply: Reply, headers: list[tuple[bytes, bytes]]) -> None:
    own = [
        (b"content-type", reply.media_type.encode()),
        (b"content-length", str(len(reply.body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": [*own, *headers]})
    await send({"type": "http.response.body", "body": reply.body, "more_body": False})


async def _take(state: State, scope: Scope, receive: Receive) -> tuple[int, Reply]:
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
