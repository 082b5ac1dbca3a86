"""Who takes part in a board, who leads through it, who is here, and the clock on its wall."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.errors import Conflict, Forbidden, Invalid, no_board_for_you
from surveys.people import statements
from surveys.people.models import GroupMember, Organisation, Person, TeamOrGroup, WorkingGroup
from surveys.people.queries import directory_of
from surveys.people.rules import Directory
from surveys.retrospectives import rules
from surveys.retrospectives.boards import (
    PEOPLE,
    announce,
    board_to_change,
    note,
    notify,
    require_facilitator,
)
from surveys.retrospectives.models import Participant, Retrospective
from surveys.retrospectives.mornings import Where, own_morning
from surveys.retrospectives.rules import Names, Pace, Phase


def participants_of(directory: Directory, team_id: UUID) -> dict[UUID, bool]:
    """Return who takes part in a team's retrospectives: person → whether they lead the team.

    Everybody who works in it, and who leads it. Leaders of units below belong to it as its members.
    """
    people = dict.fromkeys(directory.rosters().get(team_id, ()), False)
    for person in directory.leaders.get(team_id, ()):
        if directory.people[person].active:
            people[person] = True
    return people


async def people_looking_back(session: AsyncSession, team: TeamOrGroup) -> dict[UUID, bool]:
    """Return the same for a unit or a working group, where members take part and some of them lead."""
    if not isinstance(team, WorkingGroup):
        return participants_of(await directory_of(session, team.organisation_id), team.id)
    rows = await session.execute(
        select(GroupMember.person_id, GroupMember.leads)
        .join(Person, (Person.id == GroupMember.person_id) & Person.active)
        .where(GroupMember.team_id == team.id)
        .order_by(Person.id)
    )
    return {row[0]: row[1] for row in rows}


async def join_retrospective(
    session: AsyncSession, retrospective_id: UUID, *, person_id: UUID, now: datetime
) -> None:
    """Let somebody who came to the team after the start take part too.

    Raises:
        Missing: there is no such board, or the person has nothing to do with the team.
        Gone: it is closed.
    """
    board = await board_to_change(session, retrospective_id, None)
    if await session.get(Participant, (board.id, person_id)) is not None:
        return
    people = await people_looking_back(session, await session.get_one(TeamOrGroup, board.team_id))
    if person_id not in people:
        raise no_board_for_you()
    session.add(
        Participant(
            retrospective_id=board.id, person_id=person_id, leads=people[person_id], here_until=None
        )
    )
    await note(session, board, "joined", person_id, now=now)
    await announce(session, board)


async def leave_names_out(session: AsyncSession, retrospective_id: UUID, *, person_id: UUID) -> None:
    """Turn a board with names into one without, for good, before anybody has written.

    One wish is enough and nobody reads whose it was. There is no way back.

    Raises:
        Missing: there is no such board for this person.
        Conflict: writing has begun; what was promised then stays.
    """
    board = await board_to_change(session, retrospective_id, person_id, Phase.LOOK_BACK)
    if board.names is not Names.SHOWN:
        return
    writers = list(
        await session.scalars(
            select(Participant.person_id).filter_by(retrospective_id=board.id, leads=False)
        )
    )
    organisation = await session.get_one(Organisation, board.organisation_id)
    board.names = rules.names_for(Names.ANONYMOUS, len(writers), organisation.minimum_group)
    await announce(session, board)


async def take_over(
    session: AsyncSession, retrospective_id: UUID, *, person_id: UUID, now: datetime
) -> None:
    """Become the one who leads through the rest.

    Raises:
        Missing: there is no such board for this person.
        Forbidden: whoever does it is here.
    """
    board = await board_to_change(session, retrospective_id, person_id)
    if board.facilitator_id == person_id:
        return
    me = await session.get_one(Participant, (board.id, person_id))
    other = None
    if board.facilitator_id is not None:
        other = await session.get(Participant, (board.id, board.facilitator_id))
    if not rules.may_take_over(
        other.here_until if other else None,
        has_facilitator=other is not None,
        leads=me.leads,
        pace=board.pace,
        now=now,
    ):
        raise Forbidden(
            "Somebody who is here leads through this board. It can be taken over when they are gone "
            "for a minute."
        )
    board.facilitator_id = person_id
    await note(session, board, "taken_over", person_id, now=now)
    await announce(session, board)


async def appoint(
    session: AsyncSession, retrospective_id: UUID, *, by: UUID, person_id: UUID, now: datetime
) -> None:
    """Let somebody who takes part lead through the rest, because HR says so: nobody of the team did.

    HR reads nothing of the board by that.

    Args:
        session: the edge's, bound to HR's organisation.
        retrospective_id: which board.
        by: who of HR.
        person_id: who leads from now on.
        now: aware UTC.

    Raises:
        Missing: there is no such board.
        Gone: it is closed.
        Invalid: the person takes no part in it.
    """
    board = await board_to_change(session, retrospective_id, None)
    if await session.get(Participant, (board.id, person_id)) is None:
        raise Invalid("Choose somebody who takes part.", field="person")
    board.facilitator_id = person_id
    await note(session, board, "appointed", by, now=now)
    await announce(session, board)


async def set_clock(
    session: AsyncSession, retrospective_id: UUID, *, person_id: UUID, minutes: int, now: datetime
) -> None:
    """Set the clock everybody sees to so many minutes from now; 0 takes it away.

    Raises:
        Missing: there is no such board for this person.
        Forbidden: somebody else leads through it.
        Invalid: a number out of its range.
        Conflict: the board goes over days and has deadlines instead.
    """
    if not 0 <= minutes <= rules.LONGEST_CLOCK:
        raise Invalid("Give 0 to {most} minutes.", field="minutes", most=rules.LONGEST_CLOCK)
    board = await board_to_change(session, retrospective_id, person_id)
    require_facilitator(board, person_id)
    if board.pace is not Pace.LIVE:
        raise Conflict("This retrospective goes over days; each step has its deadline.")
    board.phase_ends_at = now + timedelta(minutes=minutes) if minutes else None
    await announce(session, board)


async def where_people_are(
    session: AsyncSession, board: Retrospective, person_id: UUID | None = None
) -> list[Where]:
    """Return where those who take part in a board are, or one person."""
    here = select(Participant.person_id).where(Participant.retrospective_id == board.id)
    wanted = Person.active & Person.id.in_(here) if person_id is None else Person.id == person_id
    found = await session.execute(statements.where_people_are().where(wanted))
    return [(row[0], row[1]) for row in found]


async def own_deadline(
    session: AsyncSession, board: Retrospective, person_id: UUID, *, now: datetime
) -> datetime | None:
    """Return until when somebody has for the present step of a board over days.

    That is their own last morning before it ends for all; once it has passed, the end for all, because
    until then whatever they do still counts. None where people end the step.
    """
    if board.pace is not Pace.OVER_DAYS or board.phase_ends_at is None:
        return None
    for where in await where_people_are(session, board, person_id):
        own = own_morning(board.phase_ends_at, where)
        return own if own > now else board.phase_ends_at
    return board.phase_ends_at


async def mark_here(
    session: AsyncSession, retrospective_id: UUID, people: set[UUID], *, now: datetime
) -> None:
    """Note who has a board open at the moment, where all sit together. Nothing is noted over days.

    This is called by the clock of the connection, the same for all, and never because somebody wrote.
    """
    board = await session.get(Retrospective, retrospective_id)
    if board is None or board.pace is not Pace.LIVE or board.phase is Phase.CLOSED:
        return
    came = False
    for person in sorted(people):
        there = await session.get(Participant, (retrospective_id, person), populate_existing=True)
        if there is not None:
            came = came or there.here_until is None or there.here_until <= now
            there.here_until = now + rules.HERE_FOR
    await session.flush()
    if came:
        await notify(session, retrospective_id, PEOPLE)
