"""The working group of the example: people of five units and the bags that customers send back."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service.demo import organisation as invented
from service.demo.retrospective import begin_board, reveal_cards
from surveys.ballots.keys import KeyStore
from surveys.commitments.actions import check_in, commit, mark_done
from surveys.commitments.looks import say_aloud
from surveys.commitments.models import Commitment, SaidInRetro
from surveys.commitments.steps import propose_step
from surveys.people.groups import make_group
from surveys.people.models import Person, WorkingGroup
from surveys.people.queries import viewer_of
from surveys.retrospectives.actions import close_retrospective, move_on
from surveys.retrospectives.models import Card
from surveys.retrospectives.rules import Column, Phase
from surveys.retrospectives.voting import cast_votes

NAME = "Bags that come back"
LEADS = "Katrin Vogel"
OTHERS = ("Ulla Hartmann", "Mina Okafor", "Peter Engel", "Priya Nair", "Henrik Bauer")
DONE = "Support sends a photograph of each returned bag to the Workshop."
OPEN = "A strap that fails twice in a month is looked at together, not one by one."
SO_FAR = "Two straps were looked at so far; both had the same rivet."
BEGAN, FINISHED, LOOKED_BACK, SAID = (timedelta(days=days) for days in (40, 16, 15, 3))
AHEAD = timedelta(days=20)
TITLE = "The first forty bags"
CARDS = (
    (Column.WENT_WELL, "The photographs. I can see the seam before the bag is here."),
    (Column.WENT_WELL, "Warehouse and Workshop at one table."),
    (Column.TO_IMPROVE, "Half of the bags come without a word about what happened."),
    (Column.TO_IMPROVE, "I do not know which rivet is in which bag."),
    (Column.NEXT_STEPS, "Ask one question when a bag is sent back."),
    (Column.THANKS, "Peter, for the shelf with the forty bags."),
)
STEP_BY, STEP = "Mina Okafor", "Whoever sends a bag back is asked one question: what were you doing?"
STEP_DAYS = timedelta(days=29)


async def gather_group(
    sessions: async_sessionmaker[AsyncSession], keys: KeyStore, *, now: datetime
) -> None:
    """Make the group with a promise that is done, one that is on its way, and a look back at both."""
    async with sessions.begin() as session:
        people = await _people(session)
        leader = people[LEADS]
        group = await _founded(session, leader, now=now - BEGAN)
        done, going_on = [
            await commit(
                session,
                team_id=group.id,
                wave_id=None,
                owner_id=leader,
                text=text,
                due=(now + AHEAD).date(),
                now=now - BEGAN,
            )
            for text in (DONE, OPEN)
        ]
        await mark_done(session, done.id, person_id=leader, now=now - FINISHED)
        await _look_back(session, keys, group.id, people, done, now=now - LOOKED_BACK)
        await check_in(session, going_on.id, words=SO_FAR, person_id=leader, now=now - SAID)


async def _people(session: AsyncSession) -> dict[str, UUID]:
    emails = {invented.worker_called(name).email: name for name in (LEADS, *OTHERS)}
    rows = await session.execute(select(Person.email, Person.id).where(Person.email.in_(emails)))
    return {emails[row[0]]: row[1] for row in rows}


async def _founded(session: AsyncSession, leader: UUID, *, now: datetime) -> WorkingGroup:
    return await make_group(
        session,
        by=await viewer_of(session, leader),
        name=NAME,
        leaders=invented.worker_called(LEADS).email,
        others=" ".join(invented.worker_called(name).email for name in OTHERS),
        now=now,
    )


async def _look_back(
    session: AsyncSession,
    keys: KeyStore,
    group_id: UUID,
    people: dict[str, UUID],
    done: Commitment,
    *,
    now: datetime,
) -> None:
    leads = people[LEADS]
    board = await begin_board(session, keys, group_id, TITLE, leads=leads, now=now)
    said = SaidInRetro.HAPPENED
    await say_aloud(session, board.id, promise_id=done.id, person_id=leads, said=said, now=now)
    writers = [people[name] for name in OTHERS]
    await reveal_cards(session, keys, board, CARDS, writers, leads=leads, now=now)
    await move_on(session, keys, board.id, leaving=Phase.GROUP, person_id=leads, now=now)
    found = select(Card.id).where(Card.retrospective_id == board.id, Card.part == Column.TO_IMPROVE)
    topics = (await session.scalars(found.order_by(Card.text))).all()
    for number, writer in enumerate(writers):
        votes = {topics[0]: 2, topics[number % len(topics)]: 1 if number % len(topics) else 3}
        await cast_votes(session, keys, board.id, person_id=writer, votes=votes)
    await move_on(session, keys, board.id, leaving=Phase.VOTE, person_id=leads, now=now)
    owner = people[STEP_BY]
    await propose_step(
        session,
        board.id,
        person_id=owner,
        text=STEP,
        owner_id=owner,
        due=(now + STEP_DAYS).date(),
        now=now,
        topic_id=topics[0],
    )
    await close_retrospective(session, board.id, person_id=leads, now=now)
