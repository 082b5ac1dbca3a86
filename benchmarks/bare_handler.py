"""The least a service could do with a sheet: signature, decoding, one INSERT by asyncpg, reply.

No key, no roster, no check of the wave, one row instead of three: an upper bound for the answer path
where each sheet has a commit of its own. `benchmarks.answers` runs it on granian beside Kept.
"""

import os
from typing import Any

import asyncpg

from integrations.slack.incoming.events import SheetSent
from integrations.slack.incoming.gate import Gate
from integrations.slack.incoming.payloads import parse

REPLY = b'{"response_action":"update"}'
STORE = (
    "INSERT INTO bare (row_key, payload) VALUES ($1, $2)"
    " ON CONFLICT (row_key) DO UPDATE SET payload = excluded.payload"
)
CONNECTIONS = 10
gate = Gate(os.environ.get("KEPT_SLACK_SIGNING_SECRET", ""))
pools: list[asyncpg.Pool] = []


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:  # noqa: ANN401 -- ASGI's callables
    """Store a sheet, or answer a lifespan."""
    if scope["type"] == "lifespan":
        await receive()
        address = os.environ["KEPT_DATABASE_URL"].replace("postgresql+asyncpg", "postgresql")
        pools.append(await asyncpg.create_pool(address, min_size=CONNECTIONS, max_size=CONNECTIONS))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await pools.pop().close()
        await send({"type": "lifespan.shutdown.complete"})
        return
    body = b""
    while True:
        message = await receive()
        body += message["body"]
        if not message["more_body"]:
            break
    status = 404
    headers = dict(scope["headers"])
    stamp = headers.get(b"x-slack-request-timestamp", b"").decode()
    if gate.admits(body, stamp, headers.get(b"x-slack-signature", b"").decode()):
        sheet = parse(body, headers[b"content-type"].decode())
        if isinstance(sheet, SheetSent):
            await pools[0].execute(STORE, sheet.place_id.bytes * 2, bytes(44))
            status = 200
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": REPLY if status == 200 else b""})
