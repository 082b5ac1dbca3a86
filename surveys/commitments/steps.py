"""Steps of retrospectives: proposed by anybody, a promise once their owner agrees, looked at next time."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.commitments import texts
from surveys.commitments.leading import names_around, zone_of
from surveys.commitments.loop import PromiseView
from surveys.commitments.models import Commitment, CommitmentState
from surveys.commitments.promises import told_promises
from surveys.errors import Conflict, Forbidden, Invalid, Missing
from surveys.retrospectives.boards import announce, board_to_change, takes_part
from surveys.retrospectives.models import ActionStep, Retrospective
from surveys.retrospectives.rules import LONGEST_STEP, STEP_DAYS, STEPS_A_BOARD, Phase
from surveys.texts import one_line
from surveys.zones import local_date


async def propose_step(
    session: AsyncSession,
    retrospective_id: UUID,
    *,
    person_id: UUID,
    text: str,
    owner_id: UUID,
    due: date,
    now: datetime,
    topic_id: UUID | None = None,
) -> ActionStep:
    """Write down what could be done, by whom and until when. It becomes a promise when they agree.

    Whoever proposes a step for themselves has agreed to it.

    Args:
        session: the edge's.
        retrospective_id: which board.
        person_id: who proposes; written down nowhere.
        text: one line of at most 200 characters that names nobody.
        owner_id: somebody who takes part.
        due: a local date of the team, at most thirty days ahead.
        now: aware UTC.
        topic_id: what it follows from, if anything.

    Raises:
        Missing: there is no such board for this person.
        Invalid: the text is empty, too long or names somebody, the owner takes no part, or the date
            has passed or lies more than thirty days ahead.
        Conflict: nothing is discussed at the moment, or there are more steps than anybody can keep.
    """
    board = await board_to_change(session, retrospective_id, person_id, Phase.DISCUSS)
    text = one_line(text, field="text", longest=LONGEST_STEP)
    if not await takes_part(session, board.id, owner_id):
        raise Invalid("Choose somebody who takes part.", field="owner")
    _require_near(due, local_date(now, await zone_of(session, board.team_id)))
    texts.refuse_names(text, await names_around(session, board.team_id))
    same = select(ActionStep).filter_by(retrospective_id=board.id, text=text, owner_id=owner_id, due=due)
    known = (await session.scalars(same)).first()
    if known is not None:
        return known
    await _require_room(session, board.id)
    step = ActionStep(
        retrospective_id=board.id, topic_id=topic_id, text=text, owner_id=owner_id, due=due, agreed_at=None
    )
    session.add(step)
    await session.flush()
    if owner_id == person_id:
        await _promise(session, board, step, now=now)
    await announce(session, board)
    return step


def _require_near(due: date, today: date) -> None:
    if not 0 <= (due - today).days <= STEP_DAYS:
        raise Invalid(
            "Choose a day within the next {days} days. What takes longer is easier to keep in parts.",
            field="due",
            days=STEP_DAYS,
        )


async def _require_room(session: AsyncSession, board_id: UUID) -> None:
    count = await session.scalar(
        select(func.count()).select_from(ActionStep).filter_by(retrospective_id=board_id)
    )
    if (count or 0) >= STEPS_A_BOARD:
        raise Conflict("That is more than a team can keep. Leave some out first.")


async def agree_to_step(
    session: AsyncSession, retrospective_id: UUID, *, step_id: UUID, person_id: UUID, now: datetime
) -> Commitment:
    """Turn a proposed step into the promise of its owner. A second press gives back the same promise.

    Raises:
        Missing: there is no such board for this person, or no such step.
        Forbidden: it is somebody else's step.
        Conflict: nothing is discussed at the moment, or its day has passed.
    """
    board = await board_to_change(session, retrospective_id, person_id, Phase.DISCUSS)
    step = await _step(session, board, step_id)
    if step.owner_id != person_id:
        raise Forbidden("Only whoever would do this step can agree to it.")
    same = (await session.scalars(select(Commitment).filter_by(step_id=step.id))).one_or_none()
    if same is not None:
        return same
    promise = await _promise(session, board, step, now=now)
    await announce(session, board)
    return promise


async def drop_step(
    session: AsyncSession, retrospective_id: UUID, *, step_id: UUID, person_id: UUID
) -> None:
    """Leave a proposed step out. One that was agreed is a promise and is withdrawn like any other.

    Raises:
        Missing: there is no such board for this person.
        Conflict: its owner has agreed, or nothing is discussed at the moment.
    """
    board = await board_to_change(session, retrospective_id, person_id, Phase.DISCUSS)
    step = await session.get(ActionStep, step_id, populate_existing=True)
    if step is None or step.retrospective_id != board.id:
        return
    if step.agreed_at is not None:
        raise Conflict("This step is promised already. Its owner can withdraw it and say why.")
    await session.delete(step)
    await announce(session, board)


async def steps_to_look_at(
    session: AsyncSession, board: Retrospective, *, now: datetime
) -> list[PromiseView]:
    """Return what a retrospective opens with: the steps still open, and those of the one before.

    Open ones come first, whatever their age, so that none of them is lost.
    """
    earlier = (
        select(Retrospective.id)
        .where(Retrospective.team_id == board.team_id, Retrospective.created_at < board.created_at)
        .order_by(Retrospective.created_at.desc())
        .limit(1)
    )
    last = await session.scalar(earlier)
    of_last = select(ActionStep.id).where(ActionStep.retrospective_id == last)
    whose = (
        (Commitment.team_id == board.team_id)
        & Commitment.step_id.is_not(None)
        & (Commitment.made_at <= board.created_at)
        & ((Commitment.state == CommitmentState.OPEN) | Commitment.step_id.in_(of_last))
    )
    zone = await zone_of(session, board.team_id)
    told = await told_promises(session, whose, {board.team_id: zone}, now=now)
    views = [one.view for one in told]
    return sorted(views, key=lambda one: (one.done_at is not None or one.withdrawn_at is not None, one.due))


async def promises_of(session: AsyncSession, board: Retrospective, *, now: datetime) -> list[PromiseView]:
    """Return what became of the steps of one retrospective."""
    steps = select(ActionStep.id).where(ActionStep.retrospective_id == board.id)
    whose = (Commitment.team_id == board.team_id) & Commitment.step_id.in_(steps)
    zone = await zone_of(session, board.team_id)
    told = await told_promises(session, whose, {board.team_id: zone}, now=now)
    return [one.view for one in told]


async def _step(session: AsyncSession, board: Retrospective, step_id: UUID) -> ActionStep:
    step = await session.get(ActionStep, step_id, populate_existing=True)
    if step is None or step.retrospective_id != board.id:
        raise Missing("This step is not there any more.")
    return step


async def _promise(
    session: AsyncSession, board: Retrospective, step: ActionStep, *, now: datetime
) -> Commitment:
    if step.due < local_date(now, await zone_of(session, board.team_id)):
        raise Conflict("The day of this step has passed. Propose it again with another day.")
    step.agreed_at = now
    promise = Commitment(
        organisation_id=board.organisation_id,
        team_id=board.team_id,
        wave_id=None,
        step_id=step.id,
        owner_id=step.owner_id,
        text=step.text,
        made_at=now,
        first_due=step.due,
        due=step.due,
        state=CommitmentState.OPEN,
    )
    session.add(promise)
    await session.flush()
    return promise
