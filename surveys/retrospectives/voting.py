"""Votes without voters: rows nobody can connect with a person, counted once and then deleted.

Each person has the same number of rows whatever they vote for, under keys only the votes' key explains,
so more votes than allowed cannot be cast, from however many windows at once.
"""

from collections import Counter
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.retrospectives import rules
from surveys.retrospectives.boards import announce, board_to_change, board_to_write_on, secret_of
from surveys.retrospectives.keys import RetroKeys
from surveys.retrospectives.models import Card, CardGroup, Retrospective, Vote
from surveys.retrospectives.rules import TOPICS, Phase
from surveys.retrospectives.sealing import vote_key


async def cast_votes(
    session: AsyncSession,
    keys: RetroKeys,
    retrospective_id: UUID,
    *,
    person_id: UUID,
    votes: Mapping[UUID, int],
) -> None:
    """Replace all of one person's votes: topic → how many. Several may go to one topic.

    Raises:
        Missing: there is no such board for this person.
        Invalid: more votes than everybody has.
        Conflict: nobody votes at the moment, or a topic is not there.
        Gone: the board is closed, or its key is lost.
    """
    board = await board_to_write_on(session, retrospective_id, person_id, Phase.VOTE)
    secret = (await secret_of(keys, board.vote_key)).secret
    cast: list[UUID | None] = [
        *rules.checked_votes(votes, await topics_of(session, board.id), board.votes_each)
    ]
    cast += [None] * (board.votes_each - len(cast))
    by_key = {vote_key(secret, board.id, person_id, number): topic for number, topic in enumerate(cast)}
    rows = [
        {"retrospective_id": board.id, "row_key": row_key, "topic_id": by_key[row_key]}
        for row_key in sorted(by_key)  # in one order for all, so that two windows never wait in a circle
    ]
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    statement = insert(Vote).values(rows)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["retrospective_id", "row_key"], set_={"topic_id": statement.excluded.topic_id}
        )
    )


async def own_votes(
    session: AsyncSession, keys: RetroKeys, board: Retrospective, person_id: UUID
) -> dict[UUID, int]:
    """Return what somebody votes for at the moment, for their own eyes: topic → how many.

    Raises:
        Gone: the key of the board is lost.
    """
    if board.phase is not Phase.VOTE:
        return {}
    secret = (await secret_of(keys, board.vote_key)).secret
    mine = [vote_key(secret, board.id, person_id, number) for number in range(board.votes_each)]
    found = await session.scalars(
        select(Vote.topic_id).where(
            Vote.retrospective_id == board.id, Vote.row_key.in_(mine), Vote.topic_id.is_not(None)
        )
    )
    return dict(Counter(topic for topic in found if topic is not None))


async def count_votes(session: AsyncSession, board: Retrospective) -> None:
    """Write on each topic how many votes it has, and delete the votes. No key is needed for that."""
    rows = await session.execute(
        select(Vote.topic_id, func.count())
        .where(Vote.retrospective_id == board.id, Vote.topic_id.is_not(None))
        .group_by(Vote.topic_id)
    )
    counted = {row[0]: row[1] for row in rows}
    for card in await session.scalars(select(Card).where(Card.retrospective_id == board.id)):
        card.votes = counted.get(card.id, 0)
    for group in await session.scalars(select(CardGroup).where(CardGroup.retrospective_id == board.id)):
        group.votes = counted.get(group.id, 0)
    await session.execute(delete(Vote).where(Vote.retrospective_id == board.id))
    await session.flush()


async def discuss_topic(
    session: AsyncSession, retrospective_id: UUID, *, person_id: UUID, topic_id: UUID | None
) -> None:
    """Point everybody's screen at one topic, or at none.

    Anybody may: it is a pointer, and the next press moves it on.

    Raises:
        Missing: there is no such board for this person.
        Conflict: the topic is not there, or nothing is discussed at the moment.
    """
    board = await board_to_change(session, retrospective_id, person_id, Phase.DISCUSS)
    if topic_id is not None:
        rules.checked_votes({topic_id: 1}, await topics_of(session, board.id), 1)
    board.discussing = topic_id
    await announce(session, board)


async def topics_of(session: AsyncSession, retrospective_id: UUID) -> set[UUID]:
    """Return what can be voted for: groups, and cards of the three parts that stand alone."""
    alone = select(Card.id).where(
        Card.retrospective_id == retrospective_id, Card.group_id.is_(None), Card.part.in_(TOPICS)
    )
    groups = select(CardGroup.id).where(CardGroup.retrospective_id == retrospective_id)
    return {*await session.scalars(alone), *await session.scalars(groups)}
