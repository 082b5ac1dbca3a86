"""What a working group has to do with promises and messages: who joined is told, and what ends with it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.commitments.models import Commitment, CommitmentState
from surveys.deliveries.actions import schedule
from surveys.deliveries.rules import Kind, Planned, channel_for
from surveys.errors import Conflict
from surveys.people.groups import note, to_change
from surveys.people.models import Person, WorkingGroup
from surveys.people.rules import Viewer
from surveys.retrospectives.models import Retrospective

ENDED = "The working group ended."


async def tell_who_joined(
    session: AsyncSession,
    group: WorkingGroup,
    people: Iterable[UUID],
    *,
    by: Viewer,
    now: datetime,
) -> int:
    """Plan one message to each person who belongs to a group now and did not put themselves there.

    Args:
        session: the edge's.
        group: which.
        people: those who are new in it.
        by: who put them there, and needs no message.
        now: aware UTC.
    """
    found = await session.scalars(select(Person).where(Person.id.in_([*people]), Person.active))
    planned = 0
    for person in found.all():
        if person.id == by.person_id:
            continue
        planned += await schedule(
            session,
            Planned(
                key=f"{Kind.GROUP_JOINED}:{group.id.hex}:{person.id.hex}:{now:%Y%m%d%H%M%S}",
                kind=Kind.GROUP_JOINED,
                person_id=person.id,
                organisation_id=group.organisation_id,
                channel=channel_for(person.slack_id),
                due_at=now,
                team_id=group.id,
            ),
        )
    return planned


async def end_group(session: AsyncSession, team_id: UUID, *, by: Viewer, now: datetime) -> None:
    """End a working group. What is still open of its promises is closed with it, as nobody's failure.

    Its page and boards stay to be read by who belonged to it at the end.

    Raises:
        Conflict: it has an open retrospective, whose cards would be lost.
        Missing, Forbidden, Gone: as `surveys.people.groups.to_change`.
    """
    group = await to_change(session, team_id, by)
    board = select(Retrospective.id).filter_by(team_id=team_id, closed_at=None).limit(1)
    if await session.scalar(board) is not None:
        raise Conflict("This group looks back at the moment. Close its retrospective first.")
    open_ones = await session.scalars(
        select(Commitment).where(Commitment.team_id == team_id, Commitment.state == CommitmentState.OPEN)
    )
    for promise in open_ones.all():
        promise.state, promise.withdrawn_at, promise.withdrawal_reason = (
            CommitmentState.WITHDRAWN,
            now,
            ENDED,
        )
        promise.handed_over_at = now
    group.ended_at = now
    await note(session, group, "ended", by.person_id, now=now)
