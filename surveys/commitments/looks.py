"""What a team says aloud in a retrospective about earlier steps and promises, written down by who leads it.

There is no secret vote on a single step: in a team of six it would tell who was alone with a view. What is
written here was said in front of everybody, under the name of who wrote it down, and moves no rate.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.commitments import rules, texts
from surveys.commitments.actions import mark_done
from surveys.commitments.leading import zone_of
from surveys.commitments.loop import PromiseView
from surveys.commitments.models import Commitment, CommitmentState, SaidInRetro, StepLook
from surveys.commitments.promises import told_promises
from surveys.commitments.steps import steps_to_look_at
from surveys.errors import Conflict, Missing
from surveys.people.models import WorkingGroup
from surveys.retrospectives.boards import announce, board_to_change, require_facilitator
from surveys.retrospectives.models import Retrospective
from surveys.retrospectives.rules import Phase
from surveys.texts import one_line

ASKED_ALOUD_FOR = timedelta(days=365)  # after that nobody remembers what it was about
ABOUT_STEPS = (SaidInRetro.DONE, SaidInRetro.WANTED, SaidInRetro.LET_GO)
ABOUT_WORDS = (SaidInRetro.HAPPENED, SaidInRetro.NOT_YET)


def not_asked_about() -> Missing:
    """Return the refusal of a word on what a board does not, or no longer, speak of."""
    return Missing("This is not spoken of here any more. Reload the page to see how it stands.")


async def say_aloud(
    session: AsyncSession,
    retrospective_id: UUID,
    *,
    promise_id: UUID,
    person_id: UUID,
    said: SaidInRetro,
    now: datetime,
    reason: str = "",
) -> None:
    """Write down what the team says of an earlier step, or of a promise too few answered about.

    "Done" marks the step as done, as its owner would; the team is asked about it later. "Let go" withdraws
    it with the reason, and counts as nobody's failure. A second press replaces the first where it can.

    Args:
        session: the edge's.
        retrospective_id: the board, at its first step.
        promise_id: what is spoken of.
        person_id: who leads through the board; named beside what they write.
        said: one of `ABOUT_STEPS` for a step, of `ABOUT_WORDS` for a promise with too few answers.
        now: aware UTC.
        reason: why it is let go; the team reads it.

    Raises:
        Missing: there is no such board for this person, or nothing is asked about this promise.
        Forbidden: somebody else leads through it.
        Conflict: the board has moved on, or the step is done or withdrawn already.
        Invalid: it is let go without a reason.
    """
    board = await board_to_change(session, retrospective_id, person_id, Phase.LOOK_BACK)
    require_facilitator(board, person_id)
    if said in ABOUT_WORDS:
        offered = await promises_to_say_aloud(session, board, now=now)
    else:
        offered = await steps_to_look_at(session, board, now=now)
    if promise_id not in {one.id for one in offered}:
        raise not_asked_about()
    promise = await session.get_one(Commitment, promise_id, with_for_update=True, populate_existing=True)
    if said in ABOUT_STEPS and promise.state is not CommitmentState.OPEN:
        raise Conflict("This step is done or withdrawn already.")
    if said is SaidInRetro.DONE:
        await mark_done(session, promise_id, person_id=promise.owner_id, now=now)
    elif said is SaidInRetro.LET_GO:
        promise.withdrawal_reason = one_line(reason, field="reason", longest=texts.LONGEST_REASON)
        promise.state, promise.withdrawn_at = CommitmentState.WITHDRAWN, now
        promise.handed_over_at = now  # the team's own wish: closing it early or late is nobody's failure
    look = await session.get(StepLook, (board.id, promise_id))
    if look is None:
        look = StepLook(retrospective_id=board.id, commitment_id=promise_id)
        session.add(look)
    look.said, look.person_id, look.said_at = said, person_id, now
    await session.flush()
    await announce(session, board)


async def promises_to_say_aloud(
    session: AsyncSession, board: Retrospective, *, now: datetime
) -> list[PromiseView]:
    """Return promises to the team on which too few answered twice, those it has not spoken of yet.

    No pulse asks a working group, so it speaks of each promise that was done before this board began,
    unless it was said aloud already that it is done. What was said of one on this very board stays in the
    list, so that it can be read and put right.
    """
    recent = (Commitment.team_id == board.team_id) & (Commitment.done_at >= now - ASKED_ALOUD_FOR)
    spoken = select(StepLook.commitment_id).where(
        StepLook.said.in_(ABOUT_WORDS), StepLook.retrospective_id != board.id
    )
    zone = await zone_of(session, board.team_id)
    in_group = await session.get(WorkingGroup, board.team_id) is not None
    if in_group:
        said_done = select(StepLook.commitment_id).where(StepLook.said == SaidInRetro.DONE)
        recent &= (Commitment.done_at <= board.created_at) & Commitment.id.not_in(said_done)
    told = await told_promises(
        session,
        recent & Commitment.id.not_in(spoken),
        {board.team_id: zone},
        now=now,
    )
    return [one.view for one in told if in_group or one.view.word == rules.SAID_OPENLY]
