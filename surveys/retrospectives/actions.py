"""Starting a retrospective, moving it on, ending it. Cards, groups, votes, the room have their own files.

Every action is safe to repeat, and none of them writes down who wrote a card or voted.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.errors import Conflict, Gone, Missing, no_such_team
from surveys.people.models import Organisation, TeamOrGroup, WorkingGroup
from surveys.retrospectives import rules
from surveys.retrospectives.boards import announce, board_to_change, note, require_facilitator
from surveys.retrospectives.cards import reveal_cards
from surveys.retrospectives.keys import RetroKeys
from surveys.retrospectives.models import Milestone, Participant, Retrospective, SealedCard, Vote
from surveys.retrospectives.mornings import Where, end_of_step
from surveys.retrospectives.room import people_looking_back, where_people_are
from surveys.retrospectives.rules import VOTES_EACH, Pace, Phase, Plan
from surveys.retrospectives.voting import count_votes
from surveys.texts import one_line


async def record_milestone(
    session: AsyncSession, *, team_id: UUID, name: str, source: str, key: str, now: datetime
) -> tuple[Milestone, bool]:
    """Note that a team reached something; return it, and whether it was not known before.

    Args:
        session: the edge's.
        team_id: whose milestone.
        name: what it is called, one line.
        source: where it comes from, for example `button` or `github`.
        key: what makes it the same one when it is told again.
        now: aware UTC.

    Raises:
        Missing: there is no such team.
        Invalid: it has no name.
    """
    team = await session.get(TeamOrGroup, team_id, with_for_update=True)  # one start after the other
    if team is None:
        raise no_such_team()
    same = select(Milestone).filter_by(organisation_id=team.organisation_id, key=key)
    known = (await session.scalars(same)).one_or_none()
    if known is not None:
        return known, False
    milestone = Milestone(
        organisation_id=team.organisation_id,
        team_id=team_id,
        name=one_line(name, field="name", longest=rules.LONGEST_TITLE),
        source=source,
        key=key,
        reached_at=now,
    )
    session.add(milestone)
    await session.flush()
    return milestone, True


async def start_retrospective(
    session: AsyncSession,
    keys: RetroKeys,
    *,
    team_id: UUID,
    started_by: UUID | None,
    plan: Plan,
    now: datetime,
) -> Retrospective:
    """Open a board for a team and everybody who leads it; whoever starts it leads through it.

    Whether cards are anonymous, open or named is settled here: with too few people "anonymous" becomes
    "open", because it would not be true. The keys exist before the board does. A milestone that has a
    board already gives that one back.

    Args:
        session: the edge's.
        keys: the key store.
        team_id: whose.
        started_by: a member or leader; None where a hook or the calendar starts it.
        plan: how it is going to be held.
        now: aware UTC.

    Raises:
        Missing: there is no such team, or the person has nothing to do with it.
        Invalid: no title, or a number out of its range.
        Conflict: the team has an open board already, or nobody is on the team.
        Gone: it is a working group that has ended.
    """
    plan.require_possible()
    team, people = await _team_looking_back(session, team_id, started_by)
    same = await _board_of_milestone(session, plan.milestone_id)
    if same is not None:
        return same
    await _require_none_open(session, team_id)
    writers = _writers(people)
    organisation = await session.get_one(Organisation, team.organisation_id)
    board = Retrospective(
        organisation_id=team.organisation_id,
        team_id=team_id,
        milestone_id=plan.milestone_id,
        title=one_line(plan.title, field="title", longest=rules.LONGEST_TITLE),
        template=plan.template,
        pace=plan.pace,
        names=rules.names_for(plan.names, writers, organisation.minimum_group),
        phase=Phase.LOOK_BACK,
        days_a_phase=plan.days_a_phase,
        votes_each=VOTES_EACH,
        facilitator_id=started_by,
        discussing=None,
        card_key=uuid4(),
        vote_key=uuid4(),
        created_at=now,
        closed_at=None,
    )
    await _open(session, keys, board, people)
    board.phase_ends_at = _deadline(board, await where_people_are(session, board), now=now)
    await note(session, board, "started", started_by, now=now)
    return board


async def _team_looking_back(
    session: AsyncSession, team_id: UUID, started_by: UUID | None
) -> tuple[TeamOrGroup, Mapping[UUID, bool]]:
    """Return a team that can open a board, and who takes part: whether each of them leads it."""
    team = await session.get(TeamOrGroup, team_id, with_for_update=True)  # one start after the other
    if team is None:
        raise no_such_team()
    people = await people_looking_back(session, team)
    if started_by is not None and started_by not in people:
        raise Missing("Only the people of a team look back with it. Choose one of your own teams.")
    if isinstance(team, WorkingGroup) and team.ended_at is not None:
        raise Gone("This working group has ended. What it promised and looked back on stays to be read.")
    return team, people


def _writers(people: Mapping[UUID, bool]) -> int:
    """Return how many look back besides those who lead; a board needs somebody."""
    writers = sum(not leads for leads in people.values())
    if not writers:
        raise Conflict("Nobody is here besides who leads, so there is nobody to look back together.")
    return writers


async def _open(
    session: AsyncSession, keys: RetroKeys, board: Retrospective, people: Mapping[UUID, bool]
) -> None:
    """Store a board with who takes part, and make its keys before anybody can see it."""
    session.add(board)
    await session.flush()
    session.add_all(
        Participant(retrospective_id=board.id, person_id=person, leads=leads, here_until=None)
        for person, leads in people.items()
    )
    await session.flush()
    for key_id in (board.card_key, board.vote_key):
        if key_id is not None:
            await keys.create(key_id)


async def move_on(
    session: AsyncSession,
    keys: RetroKeys,
    retrospective_id: UUID,
    *,
    leaving: Phase,
    person_id: UUID | None,
    now: datetime,
) -> Retrospective:
    """Go on to the next step: reveal the cards when writing ends, count when voting ends.

    Args:
        session: the edge's.
        keys: the key store.
        retrospective_id: which board.
        leaving: the step that the caller sees. Where the board has left it already, nothing happens,
            so a second press skips nothing.
        person_id: who leads through it; None for the clock, when a deadline has passed.
        now: aware UTC.

    Raises:
        Missing: there is no such board for this person.
        Forbidden: somebody else leads through it.
        Gone: it is closed, or the key of its cards or votes is lost.
    """
    board = await board_to_change(session, retrospective_id, person_id)
    require_facilitator(board, person_id)
    if board.phase is not leaving:
        return board
    if board.phase is Phase.WRITE:
        await reveal_cards(session, keys, board)
    elif board.phase is Phase.VOTE:
        await count_votes(session, board)
    if rules.after(board.phase) is Phase.CLOSED:
        return await close_retrospective(session, board.id, person_id=person_id, now=now)
    board.phase = rules.after(board.phase)
    where = await where_people_are(session, board) if board.pace is Pace.OVER_DAYS else ()
    board.phase_ends_at = _deadline(board, where, now=now)
    await announce(session, board)
    return board


async def close_retrospective(
    session: AsyncSession, retrospective_id: UUID, *, person_id: UUID | None, now: datetime
) -> Retrospective:
    """End a retrospective, at whatever step it is. What was not revealed is deleted unread.

    Raises:
        Missing: there is no such board for this person.
        Forbidden: somebody else leads through it.
        Gone: it is closed already.
    """
    board = await board_to_change(session, retrospective_id, person_id)
    require_facilitator(board, person_id)
    for table in (SealedCard, Vote):
        await session.execute(delete(table).where(table.retrospective_id == board.id))
    board.phase, board.phase_ends_at, board.discussing, board.closed_at = Phase.CLOSED, None, None, now
    await note(session, board, "closed", person_id, now=now)
    await announce(session, board)
    return board


async def boards_past_deadline(session: AsyncSession, *, now: datetime) -> list[tuple[UUID, Phase]]:
    """Return the boards over days whose step has ended by its deadline, with that step.

    Discussing ends by a person's press only, because it ends in what a team agrees on.
    """
    found = await session.execute(
        select(Retrospective.id, Retrospective.phase).where(
            Retrospective.pace == Pace.OVER_DAYS,
            Retrospective.closed_at.is_(None),
            Retrospective.phase != Phase.DISCUSS,
            Retrospective.phase_ends_at <= now,
        )
    )
    return [(row[0], row[1]) for row in found]


async def _require_none_open(session: AsyncSession, team_id: UUID) -> None:
    open_one = select(Retrospective.id).filter_by(team_id=team_id, closed_at=None).limit(1)
    if await session.scalar(open_one) is not None:
        raise Conflict("There is an open retrospective already. Close that one first.")


async def _board_of_milestone(session: AsyncSession, milestone_id: UUID | None) -> Retrospective | None:
    if milestone_id is None:
        return None
    return (await session.scalars(select(Retrospective).filter_by(milestone_id=milestone_id))).one_or_none()


def _deadline(board: Retrospective, where: Iterable[Where], *, now: datetime) -> datetime | None:
    if board.pace is Pace.LIVE or board.phase is Phase.DISCUSS:
        return None
    return end_of_step(now, board.days_a_phase, where)
