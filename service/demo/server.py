"""One process that answers real HTTP on the loopback address. Used by `kept demo` and by its tests."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

HOST = "127.0.0.1"
START_SECONDS = 10.0


def free_port() -> int:
    """Return a port on which nobody listens at the moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def is_taken(port: int) -> bool:
    """Whether something listens on the port already."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


@asynccontextmanager
async def serving(app: Any, port: int) -> AsyncIterator[str]:  # noqa: ANN401 -- any ASGI application
    """Serve an ASGI application on the running event loop; yield its address.

    Raises:
        OSError: it did not begin to listen.
    """
    server = Server(
        app, address=HOST, port=port, interface=Interfaces.ASGI, log_level=LogLevels.error, websockets=False
    )
    task = asyncio.create_task(server.serve(), name="server")
    try:
        async with asyncio.timeout(START_SECONDS):
            while not task.done() and not is_taken(port):  # noqa: ASYNC110 -- the server tells nobody
                await asyncio.sleep(0.02)
        if task.done():
            raise OSError(f"could not listen on {HOST}:{port}")
        yield f"http://{HOST}:{port}"
    finally:
        server.stop()  # type: ignore[no-untyped-call]  # granian does not annotate it
        await asyncio.gather(task, return_exceptions=True)
