"""What a new leader does with open promises of the one before: takes them over, or closes them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.commitments import texts
from surveys.commitments.leading import led_by, open_promise_of
from surveys.commitments.models import Commitment, CommitmentState
from surveys.errors import Conflict
from surveys.people.belonging import leads_there
from surveys.texts import one_line


async def take_over(
    session: AsyncSession, commitment_id: UUID, *, person_id: UUID, now: datetime
) -> Commitment:
    """Make an open promise of a former leader one's own. Its words and dates stay as the team read them.

    Raises:
        Forbidden: the person does not lead the team.
        Missing: there is no such promise.
        Gone: the promise is done or withdrawn.
        Conflict: its owner still leads the team.
    """
    promise = await _left_behind(session, commitment_id, person_id, now=now)
    promise.owner_id, promise.handed_over_at = person_id, now
    await session.flush()
    return promise


async def close_left_behind(
    session: AsyncSession, commitment_id: UUID, *, person_id: UUID, reason: str, now: datetime
) -> Commitment:
    """Close an open promise of a former leader and say why. It counts as nobody's failure.

    Raises:
        Invalid: no reason.
        Forbidden, Missing, Gone, Conflict: as for `take_over`.
    """
    reason = one_line(reason, field="reason", longest=texts.LONGEST_REASON)
    promise = await _left_behind(session, commitment_id, person_id, now=now)
    promise.state = CommitmentState.WITHDRAWN
    promise.withdrawn_at, promise.withdrawal_reason, promise.handed_over_at = now, reason, now
    await session.flush()
    return promise


async def _left_behind(
    session: AsyncSession, commitment_id: UUID, person_id: UUID, *, now: datetime
) -> Commitment:
    promise = await open_promise_of(session, commitment_id, person_id, now=now)
    await led_by(session, promise.team_id, person_id, now=now)
    owner_leads = await session.scalar(select(leads_there(promise.team_id, promise.owner_id)))
    if promise.step_id is not None or owner_leads:
        raise Conflict("Whoever made this promise still looks after it.")
    return promise
