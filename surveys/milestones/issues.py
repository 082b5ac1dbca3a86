"""Agreed steps as issues of other tools: made only by a person's press, and their end heard back.

An issue that is closed there says that the step is done, as its owner would. Whether it was kept is the
team's to say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.audit.actions import record
from surveys.commitments.actions import mark_done
from surveys.commitments.models import Commitment
from surveys.deliveries.actions import schedule
from surveys.deliveries.models import ChannelName, Delivery, DeliveryState, Kind
from surveys.deliveries.rules import Planned
from surveys.errors import Conflict, Forbidden, Gone, Missing
from surveys.milestones.models import Project, StepIssue
from surveys.milestones.rules import Heard, IssueMoved, Source
from surveys.people.rules import Viewer
from surveys.retrospectives.models import ActionStep, Retrospective

REFUSED = (DeliveryState.UNDELIVERABLE, DeliveryState.PARKED)
IN_PLACES = (Source.GITHUB, Source.GITLAB, Source.JIRA)


@dataclass(frozen=True, slots=True)
class IssueView:
    """What is known of a step's issue.

    Attributes:
        url: its page; None until it is made.
        error: a code where the tool refused it for good; another press tries again.
        closed: whether it is closed over there.
    """

    source: Source
    project: str
    issue: str | None
    url: str | None
    error: str | None
    closed: bool


async def places_for_issues(
    session: AsyncSession, team_id: UUID, configured: Sequence[str]
) -> list[tuple[Source, str]]:
    """Return where issues of a team can be made: its projects in the tools that are configured."""
    found = await session.execute(
        select(Project.source, Project.name)
        .where(Project.team_id == team_id, Project.source.in_(IN_PLACES))
        .order_by(Project.source, Project.name)
    )
    return [(row[0], row[1]) for row in found if row[0] in configured]


def may_open_issue(board: Retrospective, promise: Commitment, viewer: Viewer) -> bool:
    """Return whether somebody does a step, led through its board or leads the team."""
    return viewer.person_id in (promise.owner_id, board.facilitator_id) or viewer.leads_there(board.team_id)


async def step_of(session: AsyncSession, board: Retrospective, promise_id: UUID) -> Commitment:
    """Return an agreed step of a board.

    Raises:
        Missing: it is none of this board's.
    """
    promise = await session.get(Commitment, promise_id)
    step = await session.get(ActionStep, promise.step_id) if promise and promise.step_id else None
    if promise is None or step is None or step.retrospective_id != board.id:
        raise Missing("This step is not there any more.")
    return promise


async def open_issue(
    session: AsyncSession,
    board: Retrospective,
    promise_id: UUID,
    viewer: Viewer,
    *,
    place: tuple[Source, str],
    now: datetime,
) -> None:
    """Plan that a step becomes an issue. A second press gives back what is planned or made.

    Args:
        session: the edge's.
        board: whose step it is; the caller has checked that the viewer may open it.
        promise_id: the step, as the promise it became.
        viewer: who presses.
        place: the tool and the project there; one of the team's.
        now: aware UTC.

    Raises:
        Missing: it is no step of this board, or no project of this team.
        Forbidden: somebody else owns it.
        Conflict: it is an issue elsewhere already.
    """
    promise = await step_of(session, board, promise_id)
    await session.refresh(promise, with_for_update=True)  # one press after the other
    if not may_open_issue(board, promise, viewer):
        raise Forbidden("Who does this step, or led through the board, can make an issue of it.")
    row = await _row_to_send(session, board, promise_id, place)
    if row is None:
        return
    (row.source, row.project), row.locale = place, viewer.locale
    row.tries += 1
    await session.flush()
    await schedule(
        session,
        Planned(
            key=_key(row),
            kind=Kind.STEP_ISSUE,
            person_id=viewer.person_id,
            organisation_id=board.organisation_id,
            channel=ChannelName.TRACKER,
            due_at=now,
            team_id=board.team_id,
            refers_to={"commitment": str(promise_id)},
        ),
    )
    await record(
        session,
        organisation_id=board.organisation_id,
        action="step.issue_opened",
        now=now,
        actor_id=viewer.person_id,
        subject=f"commitment:{promise_id}",
    )


async def _row_to_send(
    session: AsyncSession, board: Retrospective, promise_id: UUID, place: tuple[Source, str]
) -> StepIssue | None:
    """Return the row of a step that is to become an issue; None where that is planned or made already."""
    source, project = place
    known = select(Project.id).filter_by(team_id=board.team_id, source=source, name=project)
    if await session.scalar(known) is None:
        raise Missing("This project does not belong to the team.")
    row = await session.get(StepIssue, promise_id, populate_existing=True)
    if row is None:
        row = StepIssue(commitment_id=promise_id, organisation_id=board.organisation_id, tries=0)
        session.add(row)
    elif (await issues_of(session, [promise_id]))[promise_id].error is None:  # else it is tried anew
        if (row.source, row.project) != place:
            raise Conflict("This step is an issue in another project already.")
        return None
    return row


async def note_issue(session: AsyncSession, commitment_id: UUID, *, issue: str, url: str) -> None:
    """Write down which issue a step became. Safe to repeat."""
    row = await session.get(StepIssue, commitment_id)
    if row is not None:
        row.issue, row.url = issue, url
        await session.flush()


async def issues_of(session: AsyncSession, promise_ids: Sequence[UUID]) -> dict[UUID, IssueView]:
    """Return the issues of some promises."""
    found = await session.scalars(select(StepIssue).where(StepIssue.commitment_id.in_(promise_ids)))
    rows = found.all()
    keys = [_key(row) for row in rows if row.url is None]
    sent = await session.scalars(select(Delivery).where(Delivery.key.in_(keys))) if keys else ()
    deliveries = {delivery.key: delivery for delivery in sent}
    return {row.commitment_id: _view(row, deliveries.get(_key(row))) for row in rows}


async def hear_issue(session: AsyncSession, moved: IssueMoved, *, now: datetime) -> Heard:
    """Take that an issue was closed or opened again over there: closed says that its step is done.

    What is older than what was heard last changes nothing, so that a replayed call never undoes a "not
    yet" of the team.

    Args:
        session: the edge's.
        moved: what the tool tells; its signature was checked.
        now: aware UTC.
    """
    row = (
        await session.scalars(
            select(StepIssue)
            .filter_by(source=moved.source, project=moved.project, issue=moved.issue)
            .with_for_update()
        )
    ).one_or_none()
    if row is None:
        return Heard.NO_STEP
    if row.heard_at is not None and moved.at <= row.heard_at:
        return Heard.KNOWN
    row.heard_at, row.closed = moved.at, moved.closed
    await session.flush()
    if not moved.closed:
        return Heard.NOTED_ISSUE
    promise = await session.get_one(Commitment, row.commitment_id)
    try:
        await mark_done(session, promise.id, person_id=promise.owner_id, now=now)
    except (Forbidden, Gone):  # withdrawn meanwhile, or its owner has left
        return Heard.NOTED_ISSUE
    return Heard.DONE


def _view(row: StepIssue, sent: Delivery | None) -> IssueView:
    error = None
    if row.url is None and (sent is None or sent.state in REFUSED):
        error = (sent.error if sent is not None else None) or "gone"
    return IssueView(row.source, row.project, row.issue, row.url, error, row.closed)


def _key(row: StepIssue) -> str:
    return f"{Kind.STEP_ISSUE}:{row.commitment_id}:{row.tries}"
