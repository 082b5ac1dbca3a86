"""What a board promises: no author, nothing readable before the reveal, no voter, no key left."""

import asyncio
from collections import Counter
from uuid import UUID

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from integrations.keystores import DirectoryKeyStore
from jobs.forget_boards import forget_boards
from surveys.errors import Conflict, SurveyError
from surveys.retrospectives.actions import move_on, start_retrospective
from surveys.retrospectives.models import Card, Retrospective, Vote
from surveys.retrospectives.rules import Phase, Plan
from surveys.retrospectives.voting import cast_votes
from surveys.tables import metadata
from tests.boards import write_card
from tests.cast import Cast, make_cast
from tests.conftest import NOON, Sessions

SECRET_WORDS = "the rehearsal was skipped again"


@pytest.fixture
async def cast(own_sessions: Sessions) -> Cast:
    async with own_sessions.begin() as session:
        return await make_cast(session)


@pytest.fixture
async def board(own_sessions: Sessions, keys: DirectoryKeyStore, cast: Cast) -> UUID:
    """A board of Payments on which everybody writes."""
    async with own_sessions.begin() as session:
        made = await start_retrospective(
            session,
            keys,
            team_id=cast.payments.id,
            started_by=cast.alice.id,
            plan=Plan("Release 4"),
            now=NOON,
        )
    await go_on(own_sessions, keys, made.id, cast, Phase.LOOK_BACK)
    return made.id


async def go_on(
    sessions: Sessions, keys: DirectoryKeyStore, board_id: UUID, cast: Cast, leaving: Phase
) -> None:
    async with sessions.begin() as session:
        await move_on(session, keys, board_id, leaving=leaving, person_id=cast.alice.id, now=NOON)


async def write(
    sessions: Sessions, keys: DirectoryKeyStore, board_id: UUID, person_id: UUID, words: str
) -> None:
    async with sessions.begin() as session:
        await write_card(session, keys, board_id, person_id, words)


async def everything(sessions: Sessions) -> str:
    """Return every value of every table as text."""
    found = []
    async with sessions() as session:
        for table in metadata.tables.values():
            for row in await session.execute(select(table)):
                found += [value.hex() if isinstance(value, bytes) else str(value) for value in row]
    return "\n".join(found)


async def test_before_the_reveal_the_database_holds_no_readable_card_and_afterwards_no_author(
    own_sessions: Sessions, keys: DirectoryKeyStore, cast: Cast, board: UUID
) -> None:
    await write(own_sessions, keys, board, cast.bob.id, SECRET_WORDS)
    before = await everything(own_sessions)
    assert SECRET_WORDS not in before
    assert SECRET_WORDS.encode().hex() not in before

    await go_on(own_sessions, keys, board, cast, Phase.WRITE)

    async with own_sessions() as session:
        card = (await session.scalars(select(Card))).one()
        assert (card.text, card.author_id) == (SECRET_WORDS, None)
        assert (await session.execute(text("SELECT count(*) FROM sealed_card"))).scalar_one() == 0


async def test_writing_a_card_and_voting_write_nothing_beside_it(
    own_database: AsyncEngine,
    own_sessions: Sessions,
    keys: DirectoryKeyStore,
    cast: Cast,
    board: UUID,
) -> None:
    written: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.split(maxsplit=1)[0] in {"INSERT", "UPDATE", "DELETE"}:
            written.append(statement.split("(", maxsplit=1)[0].strip())

    event.listen(own_database.sync_engine, "before_cursor_execute", note)
    await write(own_sessions, keys, board, cast.bob.id, SECRET_WORDS)
    assert written == ["INSERT INTO sealed_card"]

    await go_on(own_sessions, keys, board, cast, Phase.WRITE)
    await go_on(own_sessions, keys, board, cast, Phase.GROUP)
    async with own_sessions() as session:
        card = (await session.scalars(select(Card))).one()
    written.clear()
    async with own_sessions.begin() as session:
        await cast_votes(session, keys, board, person_id=cast.bob.id, votes={card.id: 1})
    assert written == ["INSERT INTO vote"]
    async with own_sessions() as session:
        votes = (await session.scalars(select(Vote))).all()
    assert len(votes) == 3  # as many rows for everybody, whatever they vote for
    assert cast.bob.id.bytes not in b"".join(vote.row_key for vote in votes)


async def test_after_each_step_its_key_is_gone_for_good(
    own_sessions: Sessions, keys: DirectoryKeyStore, cast: Cast, board: UUID
) -> None:
    held = await keys.known()
    assert len(held) == 2

    assert await forget_boards(own_sessions, keys, now=NOON) == 0
    await go_on(own_sessions, keys, board, cast, Phase.WRITE)
    assert await forget_boards(own_sessions, keys, now=NOON) == 1
    assert len(await keys.known()) == 1  # of the votes

    await go_on(own_sessions, keys, board, cast, Phase.GROUP)
    await go_on(own_sessions, keys, board, cast, Phase.VOTE)
    assert await forget_boards(own_sessions, keys, now=NOON) == 1
    assert await keys.known() == set()
    async with own_sessions() as session:
        stored = await session.get_one(Retrospective, board)
        assert (stored.card_key, stored.vote_key) == (None, None)
    assert await forget_boards(own_sessions, keys, now=NOON) == 0


async def test_every_acknowledged_card_is_revealed_and_none_comes_after(
    own_sessions: Sessions, keys: DirectoryKeyStore, cast: Cast, board: UUID
) -> None:
    async def try_to_write(number: int) -> str | None:
        words = f"card {number}"
        try:
            await write(own_sessions, keys, board, cast.payments_members[number % 7].id, words)
        except Conflict:
            return None
        return words

    async def reveal() -> None:
        await asyncio.sleep(0.01)
        await go_on(own_sessions, keys, board, cast, Phase.WRITE)

    told = await asyncio.gather(*(try_to_write(number) for number in range(24)), reveal())

    async with own_sessions() as session:
        shown = Counter(card.text for card in await session.scalars(select(Card)))
    assert shown == Counter(words for words in told if words is not None)


async def test_two_windows_at_once_never_give_more_votes_than_everybody_has(
    own_sessions: Sessions, keys: DirectoryKeyStore, cast: Cast, board: UUID
) -> None:
    for number in range(4):
        await write(own_sessions, keys, board, cast.bob.id, f"card {number}")
    await go_on(own_sessions, keys, board, cast, Phase.WRITE)
    await go_on(own_sessions, keys, board, cast, Phase.GROUP)
    async with own_sessions() as session:
        cards = [card.id for card in await session.scalars(select(Card))]

    async def vote(card_id: UUID) -> None:
        async with own_sessions.begin() as session:
            await cast_votes(session, keys, board, person_id=cast.bob.id, votes={card_id: 3})

    done = await asyncio.gather(*(vote(card_id) for card_id in cards * 2), return_exceptions=True)
    assert [
        one for one in done if isinstance(one, BaseException) and not isinstance(one, SurveyError)
    ] == []
    await go_on(own_sessions, keys, board, cast, Phase.VOTE)

    async with own_sessions() as session:
        assert sorted(card.votes or 0 for card in await session.scalars(select(Card))) == [0, 0, 0, 3]


@pytest.mark.parametrize("table", ["sealed_card", "vote", "card", "card_group"])
def test_nothing_on_a_board_says_when_it_was_written(table: str) -> None:
    columns = metadata.tables[table].columns

    assert [name for name in columns.keys() if name.endswith(("_at", "_on")) or "time" in name] == []  # noqa: SIM118 -- a collection of columns


@pytest.mark.parametrize("table", ["sealed_card", "vote"])
def test_what_is_sealed_points_at_nobody(table: str) -> None:
    assert [*metadata.tables[table].foreign_keys] == []
    assert len(metadata.tables[table].columns) == 3
