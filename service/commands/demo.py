"""`kept demo`: a complete running example on this machine."""

import asyncio
import gc
import logging
import os
import signal
import sys
import time
from pathlib import Path

import click
import structlog

from service.composition import NotReadyError
from service.demo.server import HOST, is_taken


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8400, show_default=True)
@click.option("--fresh", is_flag=True, help="Forget the last example and begin from the start.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, resolve_path=True, path_type=Path),
    default=Path("var/demo"),
    show_default=True,
    help="Where the example keeps its database and keys.",
)
def demo(port: int, folder: Path, *, fresh: bool) -> None:
    """Run an invented organisation with eight past pulses, one open, and a simulated Slack.

    Everything stays on this machine and in one folder. A second start goes on where the last one
    ended.
    """
    for variable in ("KEPT_DATABASE_URL", "KEPT_DATABASE_URL_FILE"):
        if os.environ.get(variable):
            raise NotReadyError(
                f"{variable} is set, so this machine has an installation. The example keeps a database of "
                "its own and touches no other: unset the variable and run `kept demo` again."
            )
    if is_taken(port):
        raise NotReadyError(f"Something listens on port {port} already. Choose another with --port.")
    with asyncio.Runner(loop_factory=_loop) as runner:
        runner.run(_run(folder, port, fresh=fresh))


def _loop() -> asyncio.AbstractEventLoop:
    """Return the loop on which an installation's web processes run as well, where there is one."""
    if sys.platform == "win32":
        return asyncio.new_event_loop()
    import uvloop  # noqa: PLC0415 -- see above

    return uvloop.new_event_loop()


async def _run(folder: Path, port: int, *, fresh: bool) -> None:
    gc.disable()  # while nearly everything that is made stays, looking for garbage is a tenth of the work
    # Imported here, so that a wrong option is answered at once.
    from service.demo.example import running  # noqa: PLC0415 -- see above

    began = time.monotonic()
    # What a visitor does is no news on the terminal where the example was started.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    click.echo("Setting up Osier Works, an invented organisation …")
    stopped = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stopped.set)
    async with running(folder, port, fresh=fresh):
        gc.enable()
        address = f"http://{HOST}:{port}"
        click.echo(f"Ready after {time.monotonic() - began:.0f} s. Open one of these:\n")
        click.echo(f"  {address}/demo         the doors: be a member, a leader or HR; let the week pass")
        click.echo(f"  {address}/demo/slack   the simulated Slack")
        click.echo(
            "\nControl-C stops it; the next start goes on from here, `kept demo --fresh` begins anew."
        )
        await stopped.wait()
        click.echo("\nStopped.")
