"""What goes wrong in mid-retrospective: a process is killed, all come back at once, too much at a time."""

import asyncio
import os
import secrets
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import msgspec
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.keystores import DirectoryKeyStore
from service.demo.server import free_port
from service.views.board_news import news_of
from surveys.database import build_engine, build_sessions
from surveys.errors import Conflict, Invalid, SurveyError
from surveys.people.actions import make_sign_in_link, sign_in
from surveys.people.models import Person
from surveys.people.queries import installation_of
from surveys.retrospectives.actions import move_on, start_retrospective
from surveys.retrospectives.boards import board_to_write_on, secret_of
from surveys.retrospectives.models import Card, Retrospective, SealedCard, Vote
from surveys.retrospectives.places import people_on, places_on
from surveys.retrospectives.queries import board_as_seen
from surveys.retrospectives.rules import TOPICS, Phase, Plan
from surveys.retrospectives.sealing import CardSeal, Written, new_pen
from surveys.retrospectives.voting import cast_votes, topics_of
from tests.boards import write_card
from tests.cast import Cast, make_cast
from tests.conftest import NOON, Sessions
from tests.service.commands.installation import KEPT, Installation
from tests.service.conftest import form_token

MANY = 2_000
WINDOWS = 30
JSON = {"accept": "application/json"}


async def begin(session: AsyncSession, keys: DirectoryKeyStore, cast: Cast, now: datetime) -> Retrospective:
    """Start a board on which cards are written."""
    board = await start_retrospective(
        session, keys, team_id=cast.payments.id, started_by=cast.alice.id, plan=Plan("Release 4"), now=now
    )
    return await move_on(session, keys, board.id, leaving=Phase.LOOK_BACK, person_id=cast.alice.id, now=now)


async def write(
    session: AsyncSession, keys: DirectoryKeyStore, board: Retrospective, by: Person, number: int
) -> None:
    await write_card(session, keys, board.id, by.id, f"Card {number}", TOPICS[number % 3])


async def test_votes_of_eight_windows_at_once_are_never_more_than_one_person_has(
    own_sessions: Sessions, own_database_url: str, tmp_path: Path
) -> None:
    other = build_engine(own_database_url)  # a second process: on SQLite one has a single connection
    processes = (own_sessions, build_sessions(other))
    several_write = other.dialect.name == "postgresql"  # SQLite lets one transaction begin at a time
    all_of_them = asyncio.Barrier(8)
    keys = DirectoryKeyStore.set_up(tmp_path / "keys")
    async with own_sessions.begin() as session:
        cast = await make_cast(session)
        board = await begin(session, keys, cast, NOON)
        for number in range(8):
            await write(session, keys, board, cast.bob, number)
        for phase in (Phase.WRITE, Phase.GROUP):
            await move_on(session, keys, board.id, leaving=phase, person_id=cast.alice.id, now=NOON)
        topics = sorted(await topics_of(session, board.id))

    async def window(number: int) -> SurveyError | None:
        votes = {topics[number]: board.votes_each + (number == 0)}  # the first asks for one too many
        try:
            async with processes[number % 2].begin() as session:
                if several_write:  # each has looked at the board, and none has written, before one does
                    await board_to_write_on(session, board.id, cast.bob.id, Phase.VOTE)
                    await all_of_them.wait()
                await cast_votes(session, keys, board.id, person_id=cast.bob.id, votes=votes)
        except SurveyError as refusal:
            return refusal
        return None

    said = await asyncio.gather(*(window(number) for number in range(8)))
    await other.dispose()

    assert isinstance(said[0], Invalid)
    assert said[1:] == [None] * 7
    async with own_sessions() as session:
        cast_for = (await session.scalars(select(Vote.topic_id).where(Vote.topic_id.is_not(None)))).all()
    assert len(cast_for) == board.votes_each
    assert len(set(cast_for)) == 1  # of one window, whole


async def test_a_board_of_two_thousand_cards_loses_none_and_says_where_each_lies(
    session: AsyncSession, tmp_path: Path
) -> None:
    keys = DirectoryKeyStore.set_up(tmp_path / "keys")
    cast = await make_cast(session)
    board = await begin(session, keys, cast, NOON)
    await write(session, keys, board, cast.bob, 0)
    seal = CardSeal.of(board.id, (await secret_of(keys, board.card_key)).secret)
    for number in range(1, MANY):  # as `add_card` does, without asking each time whether there is room
        row_key = seal.row_key(new_pen(), TOPICS[0], 0)
        payload = seal.seal(row_key, Written(TOPICS[0], f"Card {number}"))
        session.add(SealedCard(retrospective_id=board.id, row_key=row_key, payload=payload))
    await session.flush()
    with pytest.raises(Conflict, match="full"):  # one more gets a word
        await write(session, keys, board, cast.bob, MANY)
    await move_on(session, keys, board.id, leaving=Phase.WRITE, person_id=cast.alice.id, now=NOON)

    seen = await board_as_seen(session, board, now=NOON)
    places = await places_on(session, board.id, await people_on(session, board.id), now=NOON)

    texts = [card.text for topic in seen.topics for card in topic.cards]
    assert sorted(texts) == sorted(f"Card {number}" for number in range(MANY))
    assert places is not None
    assert len(places.cards) == MANY
    assert len(msgspec.json.encode(news_of(places))) < 256 * 1024


@asynccontextmanager
async def two_processes(
    installed: Installation,
) -> AsyncIterator[list[tuple[str, asyncio.subprocess.Process]]]:
    """Two `kept serve` beside each other, as behind a proxy."""
    secret = {"KEPT_SECRET_KEYS": secrets.token_hex(32)}
    made = []
    for _ in range(2):
        listen = f"127.0.0.1:{free_port()}"
        environ = installed.environ(**secret, KEPT_LISTEN=listen)
        kept = await asyncio.create_subprocess_exec(
            str(KEPT),
            "serve",
            env=environ,
            cwd=installed.folder,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        made.append((f"http://{listen}", kept))
    try:
        async with httpx.AsyncClient() as asking, asyncio.timeout(120):
            for address, _ in made:
                while not await answers(asking, address):  # noqa: ASYNC110 -- it sets no event of ours
                    await asyncio.sleep(0.2)
        yield made
    finally:
        for _, kept in made:
            if kept.returncode is None:
                kept.terminate()
            await kept.wait()


async def answers(asking: httpx.AsyncClient, address: str) -> bool:
    try:
        return (await asking.get(f"{address}/ready")).status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("backend", ["postgresql"])  # several processes are for PostgreSQL only
async def test_a_process_killed_in_mid_retrospective_loses_and_doubles_nothing_and_all_go_on_at_the_other(
    own_database_url: str, own_sessions: Sessions, tmp_path: Path
) -> None:
    installed = Installation(tmp_path, own_database_url)
    now = datetime.now(UTC)
    async with own_sessions.begin() as session:
        cast = await make_cast(session)
        keys = DirectoryKeyStore.set_up(installed.keys, await installation_of(session))
        board = await begin(session, keys, cast, now)
        tokens = []
        for person in (cast.alice, cast.bob):
            link = await make_sign_in_link(session, person.id, by=None, now=now)
            tokens.append(await sign_in(session, link, now=now))
    path = f"/retros/{board.id}"
    async with two_processes(installed) as ((first, kept), (second, _)), AsyncExitStack() as windows:
        alice, bob = [
            await windows.enter_async_context(
                httpx.AsyncClient(cookies={"kept_session": token}, timeout=60)
            )
            for token in tokens
        ]
        form = {"form_token": form_token(await bob.get(first + path)), "part": "to_improve"}
        acknowledged = [
            (
                await bob.post(f"{first}{path}/cards", data=form | {"text": f"Card {number}"}, headers=JSON)
            ).status_code
            for number in range(5)
        ]
        doubtful = asyncio.create_task(bob.post(f"{first}{path}/cards", data=form | {"text": "In doubt"}))
        os.killpg(kept.pid, signal.SIGKILL)  # with the process that it started to answer
        await asyncio.gather(doubtful, return_exceptions=True)
        assert acknowledged == [201] * 5

        mine = (await bob.get(second + path)).text  # the same browser finds its cards at the other process
        assert all(f'<p class="card-text">Card {number}</p>' in mine for number in range(5))
        for _ in range(2):  # the page sends again what was not acknowledged, and may do so twice
            await bob.post(f"{second}{path}/cards", data=form | {"text": "In doubt"}, headers=JSON)
        lead = {"form_token": form_token(await alice.get(second + path)), "leaving": "write"}
        heard = [asyncio.create_task(first_news(alice, second + path)) for _ in range(WINDOWS)]
        assert len(set(await asyncio.gather(*heard))) <= 2  # all at once: the whole state, with who is here
        await alice.post(f"{second}{path}/next", data=lead, headers=JSON)
    async with own_sessions() as session:
        assert await session.scalar(select(func.count()).select_from(Card)) == 6
        texts = set(await session.scalars(select(Card.text)))
    assert texts == {"In doubt", *(f"Card {number}" for number in range(5))}


async def first_news(window: httpx.AsyncClient, address: str) -> str:
    """Connect, and return the first state that is told."""
    async with window.stream("GET", f"{address}/live") as stream:
        async for line in stream.aiter_lines():
            if line.startswith("data: "):
                return line
    raise AssertionError("the connection ended without a word")
