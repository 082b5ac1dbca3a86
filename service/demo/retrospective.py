"""The retrospectives of the example: one that is over, and one whose cards were shown a moment ago.

Cards are written, sealed and revealed like anybody's. Whoever goes through the door leads through the rest.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service.demo import organisation as invented
from surveys.ballots.keys import KeyStore
from surveys.commitments.actions import mark_done
from surveys.commitments.steps import promises_of, propose_step
from surveys.people.models import Person, Team
from surveys.retrospectives.actions import close_retrospective, move_on, start_retrospective
from surveys.retrospectives.cards import add_card
from surveys.retrospectives.models import Retrospective
from surveys.retrospectives.rules import Column, Phase, Plan
from surveys.retrospectives.sealing import new_pen

TEAM = "Web Shop"
VISITOR = "Priya Nair"  # who a visitor becomes; leads through the board that is open
VISITORS = (VISITOR, "Aaron Feld")
EARLIER = "Gift vouchers are online"
LATEST = "The new checkout is out"
BEFORE = timedelta(days=22)  # a Tuesday
STEPS = (
    ("Aaron Feld", "The test shop gets last month's orders every Monday.", 14, True),
    ("Mei Tanaka", "A voucher can be tried in the browser before it goes out.", 30, False),
)
EARLIER_CARDS = (
    (Column.WENT_WELL, "Vouchers worked on the first evening."),
    (Column.TO_IMPROVE, "The test shop had three orders in it, so nothing slow showed up."),
    (Column.NEXT_STEPS, "Real orders in the test shop, with names taken out."),
    (Column.THANKS, "Owen, for staying on the phone with Support."),
)
CARDS = (
    (Column.WENT_WELL, "Old and new checkout ran side by side for a week. I slept well."),
    (Column.WENT_WELL, "Support tried it before anybody else did."),
    (Column.WENT_WELL, "We left out the address book, and nobody has missed it."),
    (Column.WENT_WELL, "Running both at once showed the tax error on day one."),
    (Column.TO_IMPROVE, "The switch on Friday noon left nobody to look after it in New York."),
    (Column.TO_IMPROVE, "I learned from a customer that the switch was on."),
    (Column.TO_IMPROVE, "The list of things to check lives in four places."),
    (Column.TO_IMPROVE, "Translations came in after the texts were frozen."),
    (Column.TO_IMPROVE, "When the payment page was slow we had no number to look at."),
    (Column.NEXT_STEPS, "Switch on Tuesdays, and say so the day before."),
    (Column.NEXT_STEPS, "One checklist, beside the code."),
    (Column.NEXT_STEPS, "Show how long paying takes on the screen in the corner."),
    (Column.THANKS, "Jamal, for the drawing of both checkouts. It is still on my wall."),
    (Column.THANKS, "Mina from Support, who broke it four times on purpose."),
)


async def hold_retrospectives(
    sessions: async_sessionmaker[AsyncSession], keys: KeyStore, *, now: datetime
) -> None:
    """Write both; the second one is left where its cards lie on the board, mixed."""
    async with sessions.begin() as session:
        team_id = (await session.scalars(select(Team.id).where(Team.name == TEAM))).one()
        people = await _people(session)
        leads = people[VISITOR]
        writers = [person for name, person in people.items() if name != VISITOR]
        for title, cards, at in ((EARLIER, EARLIER_CARDS, now - BEFORE), (LATEST, CARDS, now)):
            board = await begin_board(session, keys, team_id, title, leads=leads, now=at)
            await reveal_cards(session, keys, board, cards, writers, leads=leads, now=at)
            if title == EARLIER:
                await _agree(session, keys, board, people, now=at)


async def open_retrospective(session: AsyncSession) -> UUID | None:
    """Return the board that is open, for a door; None when a visitor has closed it."""
    found = select(Retrospective.id).where(Retrospective.closed_at.is_(None))
    return (await session.scalars(found.order_by(Retrospective.created_at).limit(1))).one_or_none()


async def _people(session: AsyncSession) -> dict[str, UUID]:
    names = [worker.name for worker in invented.workers() if worker.team == TEAM]
    rows = await session.execute(select(Person.name, Person.id).where(Person.name.in_(names)))
    return {row[0]: row[1] for row in rows}


async def begin_board(
    session: AsyncSession, keys: KeyStore, team_id: UUID, title: str, *, leads: UUID, now: datetime
) -> Retrospective:
    """Open a board; earlier steps stand on it."""
    return await start_retrospective(
        session, keys, team_id=team_id, started_by=leads, plan=Plan(title), now=now
    )


async def reveal_cards(
    session: AsyncSession,
    keys: KeyStore,
    board: Retrospective,
    cards: tuple[tuple[Column, str], ...],
    writers: Sequence[UUID],
    *,
    leads: UUID,
    now: datetime,
) -> None:
    """Leave earlier steps, have cards written in turn, and show them."""
    await move_on(session, keys, board.id, leaving=Phase.LOOK_BACK, person_id=leads, now=now)
    for number, (column, text) in enumerate(cards):
        await add_card(
            session,
            keys,
            board.id,
            person_id=writers[number % len(writers)],
            pen=new_pen(),
            column=column,
            text=text,
        )
    await move_on(session, keys, board.id, leaving=Phase.WRITE, person_id=leads, now=now)


async def _agree(
    session: AsyncSession, keys: KeyStore, board: Retrospective, people: dict[str, UUID], *, now: datetime
) -> None:
    leads = people[VISITOR]
    for phase in (Phase.GROUP, Phase.VOTE):
        await move_on(session, keys, board.id, leaving=phase, person_id=leads, now=now)
    for name, text, days, done in STEPS:
        owner = people[name]
        day = (now + timedelta(days=days)).date()
        await propose_step(session, board.id, person_id=owner, text=text, owner_id=owner, due=day, now=now)
        if done:
            await _finish(session, board, owner, now=now + timedelta(days=days - 4))
    await close_retrospective(session, board.id, person_id=leads, now=now)


async def _finish(session: AsyncSession, board: Retrospective, owner: UUID, *, now: datetime) -> None:
    for promise in await promises_of(session, board, now=now):
        if promise.owner_id == owner:
            await mark_done(session, promise.id, person_id=owner, now=now)
