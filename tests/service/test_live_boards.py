"""Boards that tell what happens on them, to everybody and from any process."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.keystores import DirectoryKeyStore
from service.live_boards import LiveBoards
from service.views.board_news import news_of
from surveys.people.models import Person
from surveys.retrospectives.actions import move_on, start_retrospective
from surveys.retrospectives.boards import notify
from surveys.retrospectives.grouping import move_card, name_group
from surveys.retrospectives.models import Card, CardGroup, Retrospective
from surveys.retrospectives.places import Change, people_on, places_on
from surveys.retrospectives.room import set_clock
from surveys.retrospectives.rules import ABSENT_AFTER, HERE_FOR, Phase, Plan
from tests.boards import write_card
from tests.cast import Cast, make_cast
from tests.conftest import NOON, Sessions


@pytest.fixture
async def cast(own_sessions: Sessions) -> Cast:
    async with own_sessions.begin() as session:
        return await make_cast(session)


@pytest.fixture
async def board(own_sessions: Sessions, keys: DirectoryKeyStore, cast: Cast) -> Retrospective:
    async with own_sessions.begin() as session:
        return await start_retrospective(
            session,
            keys,
            team_id=cast.payments.id,
            started_by=cast.alice.id,
            plan=Plan("Release 4"),
            now=NOON,
        )


@pytest.fixture
async def processes(own_sessions: Sessions) -> AsyncIterator[list[LiveBoards]]:
    """Two web processes beside each other."""
    made = [LiveBoards(own_sessions, lambda: NOON) for _ in range(2)]
    yield made
    for process in made:
        await process.stop()


class Screen:
    """What one window has been told, newest last."""

    def __init__(self, process: LiveBoards, board: Retrospective, person: Person) -> None:
        self.news: list[dict[str, Any]] = []
        self._told = asyncio.Event()
        self.task = asyncio.create_task(self._listen(process, board, person))

    async def _listen(self, process: LiveBoards, board: Retrospective, person: Person) -> None:
        async for message in process.follow(board.id, person.id):
            if message.startswith(b"event: board"):
                self.news.append(json.loads(message.split(b"data: ", 1)[1]))
                self._told.set()

    async def until(self, **wanted: object) -> dict[str, Any]:
        """Return the first state in which these hold."""
        async with asyncio.timeout(20):
            while True:
                for one in self.news:
                    if all(one[name] == value for name, value in wanted.items()):
                        return one
                self._told.clear()
                await self._told.wait()

    async def close(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


async def test_a_change_reaches_the_screens_of_every_process_and_who_is_here_too(
    own_sessions: Sessions,
    keys: DirectoryKeyStore,
    cast: Cast,
    board: Retrospective,
    processes: list[LiveBoards],
) -> None:
    alice, bob = Screen(processes[0], board, cast.alice), Screen(processes[1], board, cast.bob)
    await alice.until(here=["Alice", "Bob"])

    async with own_sessions.begin() as session:
        await move_on(session, keys, board.id, leaving=Phase.LOOK_BACK, person_id=cast.alice.id, now=NOON)

    for screen in (alice, bob):
        assert (await screen.until(phase="write"))["cards"] == []
        await screen.close()


async def test_who_connects_again_gets_the_whole_state_at_once(
    own_sessions: Sessions, cast: Cast, board: Retrospective, processes: list[LiveBoards]
) -> None:
    first = Screen(processes[0], board, cast.bob)
    revision = (await first.until(phase="look_back"))["revision"]
    await first.close()
    async with own_sessions.begin() as session:
        await set_clock(session, board.id, person_id=cast.alice.id, minutes=5, now=NOON)

    again = Screen(processes[0], board, cast.bob)

    assert (await again.until(revision=revision + 1))["ends"] is not None
    assert again.news[0]["revision"] == revision + 1
    await again.close()


async def _write(
    session: AsyncSession, keys: DirectoryKeyStore, cast: Cast, board: Retrospective, text: str
) -> None:
    await write_card(session, keys, board.id, cast.bob.id, text)


async def _shown(
    sessions: Sessions, keys: DirectoryKeyStore, cast: Cast, board: Retrospective
) -> Sequence[UUID]:
    """Let four cards be written and shown; return them."""
    async with sessions.begin() as session:
        await move_on(session, keys, board.id, leaving=Phase.LOOK_BACK, person_id=cast.alice.id, now=NOON)
        for number in range(4):
            await _write(session, keys, cast, board, f"Card {number}")
        await move_on(session, keys, board.id, leaving=Phase.WRITE, person_id=cast.alice.id, now=NOON)
        return (await session.scalars(select(Card.id).order_by(Card.id))).all()


async def test_moves_that_are_told_with_what_they_changed_make_the_state_that_a_look_would_find(
    own_sessions: Sessions,
    keys: DirectoryKeyStore,
    cast: Cast,
    board: Retrospective,
    processes: list[LiveBoards],
) -> None:
    one, two, three, four = await _shown(own_sessions, keys, cast, board)
    screens = [Screen(process, board, cast.alice) for process in processes]
    for screen in screens:
        await screen.until(phase="group", here=["Alice"])

    revision = 0
    for card, onto in ((one, two), (three, one), (four, two), (one, None), (three, None), (four, None)):
        async with own_sessions.begin() as session:
            moved = await move_card(session, board.id, person_id=cast.bob.id, card_id=card, onto=onto)
        revision = moved.revision
        if (card, onto) == (three, one):  # something that is told without what it changed
            async with own_sessions.begin() as session:
                group = (await session.scalars(select(CardGroup.id))).one()
                await name_group(
                    session, board.id, person_id=cast.bob.id, group_id=group, name="Shorter meetings"
                )
    async with own_sessions() as session:
        places = await places_on(session, board.id, await people_on(session, board.id), now=NOON)
    assert places is not None
    found = json.loads(msgspec.json.encode(news_of(places)))
    for screen in screens:
        last = await screen.until(revision=revision)
        assert last == found
        await screen.close()


def test_what_a_move_changed_is_read_as_it_was_told() -> None:
    card, group = UUID(int=1), UUID(int=9)
    change = Change(
        7, [(card, group, 7), (UUID(int=2), None, 3)], [(group, "to_improve", "")], [UUID(int=8)]
    )
    assert msgspec.json.decode(change.as_text(), type=Change) == change


async def test_moves_without_a_pause_do_not_hide_that_the_facilitator_is_gone(
    own_sessions: Sessions, keys: DirectoryKeyStore, cast: Cast, board: Retrospective
) -> None:
    one, two, *_ = await _shown(own_sessions, keys, cast, board)
    now = NOON
    process = LiveBoards(own_sessions, lambda: now)
    bob = Screen(process, board, cast.bob)
    await bob.until(phase="group", here=["Bob"])
    later = asyncio.create_task(bob.until(can_take_over=True, here=[]))

    now += HERE_FOR + ABSENT_AFTER
    onto: UUID | None = two
    while not later.done():
        async with own_sessions.begin() as session:
            await move_card(session, board.id, person_id=cast.bob.id, card_id=one, onto=onto)
        onto = None if onto else two

    await later
    await bob.close()
    await process.stop()


async def test_what_cannot_be_read_or_is_taken_back_moves_nothing_and_stops_no_screen(
    own_sessions: Sessions, keys: DirectoryKeyStore, cast: Cast, board: Retrospective
) -> None:
    one, two, *_ = await _shown(own_sessions, keys, cast, board)
    process = LiveBoards(own_sessions, lambda: NOON)
    bob = Screen(process, board, cast.bob)
    revision = (await bob.until(phase="group", here=["Bob"]))["revision"]
    async with own_sessions() as session:
        await move_card(session, board.id, person_id=cast.bob.id, card_id=one, onto=two)
        await session.rollback()
    for about in ("move ", "move []", 'move {"revision": "7"}', "move " + "x" * 9_000, "anything"):
        async with own_sessions.begin() as session:
            await notify(session, board.id, about)

    async with own_sessions.begin() as session:
        await move_card(session, board.id, person_id=cast.bob.id, card_id=two, onto=one)
    last = await bob.until(revision=revision + 1)

    assert [card[2] for card in last["cards"] if card[0] == str(two)] == [revision + 1]
    await bob.close()
    await process.stop()


async def test_a_card_that_is_being_written_reaches_no_screen(
    own_sessions: Sessions,
    keys: DirectoryKeyStore,
    cast: Cast,
    board: Retrospective,
    processes: list[LiveBoards],
) -> None:
    async with own_sessions.begin() as session:
        await move_on(session, keys, board.id, leaving=Phase.LOOK_BACK, person_id=cast.alice.id, now=NOON)
    alice = Screen(processes[0], board, cast.alice)
    before = await alice.until(here=["Alice"])
    async with own_sessions.begin() as session:
        await _write(session, keys, cast, board, "The rehearsal helped")
    heard = len(alice.news)
    async with own_sessions.begin() as session:
        await set_clock(session, board.id, person_id=cast.alice.id, minutes=5, now=NOON)

    await alice.until(revision=before["revision"] + 1)
    assert len(alice.news) == heard + 1  # the clock, and nothing for the card
    assert "rehearsal" not in json.dumps(alice.news)
    await alice.close()


async def test_a_database_that_drops_every_connection_loses_no_change(
    own_sessions: Sessions, backend: str, cast: Cast, board: Retrospective, processes: list[LiveBoards]
) -> None:
    alice = Screen(processes[0], board, cast.alice)
    before = await alice.until(here=["Alice"])
    if backend == "postgresql":
        async with own_sessions.begin() as session:
            await session.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
    changed = False
    while not changed:  # a request may find a dead connection; a browser then sends its form again
        with suppress(DBAPIError):
            async with own_sessions.begin() as session:
                await set_clock(session, board.id, person_id=cast.alice.id, minutes=5, now=NOON)
            changed = True

    await alice.until(revision=before["revision"] + 1)
    await alice.close()
