"""Which messages a board brings: that it is open, and, over days, that something can be done until when.

They go to everybody alike, whatever they did, and never to a channel. Safe to repeat: a board remembers
the step of which messages are planned, and a delivery's key names board, step and person.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.deliveries.actions import schedule
from surveys.deliveries.models import Kind
from surveys.deliveries.rules import Planned, channel_for
from surveys.people.models import Person
from surveys.retrospectives.models import Participant, Retrospective
from surveys.retrospectives.room import own_deadline
from surveys.retrospectives.rules import Pace, Phase

DOING = (Phase.WRITE, Phase.VOTE)  # steps in which everybody has something to do
NOT_AFTER = timedelta(hours=1)  # nobody is told when there is hardly time left
AGAIN_BEFORE = timedelta(hours=12)  # before the deadline: so the reminder comes the working day before

Decent = Callable[[datetime, str], datetime]  # an instant and a zone → one fit for messages there


async def boards_to_announce(session: AsyncSession) -> list[UUID]:
    """Return the open boards whose present step has no messages planned yet."""
    found = await session.scalars(
        select(Retrospective.id)
        .where(
            Retrospective.closed_at.is_(None),
            or_(Retrospective.announced.is_(None), Retrospective.announced != Retrospective.phase),
        )
        .order_by(Retrospective.id)
    )
    return list(found)


async def announce_board(
    session: AsyncSession,
    board_id: UUID,
    *,
    now: datetime,
    decent: Decent,
    decent_before: Decent,
) -> int:
    """Plan the messages of a board's present step; return how many.

    The first says that it is open: at once where all sit together, at a decent hour where it goes over
    days. Later steps of a board over days say until when cards can be written or votes given, and say it
    again on the working day before where a step lasts several days.

    Args:
        session: the edge's.
        board_id: which board.
        now: aware UTC.
        decent: the next instant fit for messages in a zone.
        decent_before: the last morning before an instant in a zone.
    """
    board = await session.get(Retrospective, board_id, with_for_update=True, populate_existing=True)
    if board is None or board.closed_at is not None or board.announced is board.phase:
        return 0
    first, board.announced = board.announced is None, board.phase
    over_days = board.pace is Pace.OVER_DAYS
    planned = 0
    for person in await _people(session, board.id):
        if first:
            due_at = decent(now, person.zone) if over_days else now
            planned += await _plan(session, board, person, Kind.RETRO_STARTED, "", due_at)
        if not over_days or board.phase not in DOING or board.phase_ends_at is None:
            continue
        due_at = decent(now, person.zone)
        ends_at = await own_deadline(session, board, person.id, now=due_at) or board.phase_ends_at
        if not first and due_at < ends_at - NOT_AFTER:
            planned += await _plan(session, board, person, Kind.RETRO_STEP, board.phase, due_at)
        again = decent_before(ends_at - AGAIN_BEFORE, person.zone)
        if board.days_a_phase > 1 and again > due_at:
            planned += await _plan(session, board, person, Kind.RETRO_STEP, f"{board.phase}:again", again)
    await session.flush()
    return planned


async def _people(session: AsyncSession, board_id: UUID) -> list[Person]:
    found = await session.scalars(
        select(Person)
        .join(Participant, Participant.person_id == Person.id)
        .where(Participant.retrospective_id == board_id, Person.active)
        .order_by(Person.id)
    )
    return list(found)


async def _plan(
    session: AsyncSession,
    board: Retrospective,
    person: Person,
    kind: Kind,
    step: str,
    due_at: datetime,
) -> bool:
    return await schedule(
        session,
        Planned(
            key=":".join(part for part in (kind, str(board.id), step, str(person.id)) if part),
            kind=kind,
            person_id=person.id,
            organisation_id=board.organisation_id,
            channel=channel_for(person.slack_id),
            due_at=due_at,
            team_id=board.team_id,
            refers_to={"retrospective": str(board.id), "phase": board.phase},
        ),
    )
