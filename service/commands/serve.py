"""`kept serve`: the web process, on granian."""

import asyncio
import gc
import os
import secrets
import socket

import click
import structlog
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from litestar.types import ASGIApp

from integrations.environment import Settings
from integrations.keystores import DirectoryKeyStore
from service.app import create_app
from service.channels import open_mail, open_slack
from service.composition import (
    NotReadyError,
    forbid_core_dumps,
    open_database,
    open_keys,
    read_settings,
)
from service.controllers.slack import ahead_of
from service.head_requests import with_heads
from service.logs import configure_logs
from surveys.database import build_engine, build_sessions

YOUNG_OBJECTS = 10_000  # between two rounds of the collector; a page makes a few thousand and drops them
A_MOMENT = 0.1  # seconds
SECONDS_TO_FINISH = 20  # for requests under way when the process is asked to stop


@click.command()
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes.")
def serve(workers: int) -> None:
    """Run the web process on KEPT_LISTEN until it is asked to stop.

    Refuses to start when the database is not at the newest revision, or when the key store is missing or
    that of another installation. Any number of these processes may run beside each other, on one machine
    or several.
    """
    settings = read_settings()
    asyncio.run(_require_ready(settings))
    _require_address(settings)
    forbid_core_dumps()
    if not settings.secret_keys:
        _sign_with_a_key_of_this_start(settings)
    click.echo(
        f"Kept listens on http://{settings.listen}; people reach it at {settings.base_url}", err=True
    )
    Granian(
        "service.commands.serve:build",
        factory=True,
        interface=Interfaces.ASGI,
        address=settings.listen_host,
        port=settings.listen_port,
        workers=workers,
        websockets=False,
        log_level=LogLevels.warning,
        log_access=False,  # answers come in here: nothing may say who came when
        workers_kill_timeout=SECONDS_TO_FINISH,
        respawn_failed_workers=True,
    ).serve()


def build() -> ASGIApp:
    """Return the application of one worker process, from its environment."""
    settings = read_settings()
    configure_logs()
    forbid_core_dumps()
    engine = build_engine(settings.database_url)
    sessions, keys = build_sessions(engine), DirectoryKeyStore(settings.keys_dir)
    slack, mail = open_slack(settings), open_mail(settings)

    async def know_whose_keys() -> None:
        keys.installation = (await open_keys(settings, sessions)).installation

    app = create_app(
        settings,
        sessions=sessions,
        keys=keys,
        slack=slack,
        send_mail=mail.send_plain if mail is not None else None,
    )
    # A worker is built before there is a loop in which to ask the database whose keys it may use.
    app.on_startup.extend([know_whose_keys, _leave_what_stays_to_itself, _say_that_it_answers])
    app.on_shutdown.append(engine.dispose)
    if slack is not None:
        app.on_shutdown.append(slack.close)
    return with_heads(ahead_of(app))


def _leave_what_stays_to_itself() -> None:
    """Keep what was loaded out of the collector's rounds, which would hold requests up for it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, *gc.get_threshold()[1:])


async def _say_that_it_answers() -> None:
    """Log one line a worker process, so that whoever starts several sees when all of them are there.

    It is said a moment after starting: the server takes requests, and can be stopped, only after this hook.
    """
    say = structlog.get_logger("kept.web").info
    asyncio.get_running_loop().call_later(A_MOMENT, lambda: say("answers", process=os.getpid()))


async def _require_ready(settings: Settings) -> None:
    async with open_database(settings) as sessions:
        await open_keys(settings, sessions)


def _require_address(settings: Settings) -> None:
    """Refuse an address on which another program listens, or that is none of this host.

    Raises:
        NotReadyError: see above. Other processes of Kept may share the address, as the server lets them.
    """
    try:
        family, kind, number, _, address = socket.getaddrinfo(
            settings.listen_host, settings.listen_port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind, number) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            probe.bind(address)
    except OSError as error:
        raise NotReadyError(
            f"KEPT_LISTEN: Kept cannot listen on {settings.listen} ({error.strerror}). Stop the other "
            "program, or choose another address and port."
        ) from error


def _sign_with_a_key_of_this_start(settings: Settings) -> None:
    """Give all worker processes one random key, where nobody but the operator tries things out.

    Raises:
        NotReadyError: on an https address, where a restart or a second host would break open forms.
    """
    if settings.base_url.startswith("https:"):
        raise NotReadyError(
            "KEPT_SECRET_KEYS: needed where KEPT_BASE_URL is https. `openssl rand -hex 32` makes a key; "
            "give the same one to every host."
        )
    os.environ["KEPT_SECRET_KEYS"] = secrets.token_hex(32)
