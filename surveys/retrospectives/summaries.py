"""The summary of a closed board for a channel: only by a person's press, and once.

What is posted is put into words where it is shown and where it is sent; here lies who may press, that the
words are those which were shown, and what became of it.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.deliveries.actions import schedule
from surveys.deliveries.models import ChannelName, Delivery, DeliveryState, Kind
from surveys.deliveries.rules import Planned
from surveys.errors import Conflict, Forbidden, Invalid, no_board_for_you
from surveys.people.models import Person
from surveys.people.rules import Viewer
from surveys.retrospectives.boards import note
from surveys.retrospectives.models import ActionStep, CardGroup, PostedSummary, Retrospective
from surveys.retrospectives.rules import Phase, by_votes

MOST_TOPICS = 10
CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{6,20}")


class PostState(StrEnum):
    """What became of a summary that was to be posted."""

    ON_ITS_WAY = "on_its_way"
    POSTED = "posted"
    IN_DOUBT = "in_doubt"  # it may be there: somebody has to look, and nothing is sent again
    REFUSED = "refused"  # by Slack, or because its words had changed; another press tries again


@dataclass(frozen=True, slots=True)
class Posted:
    """What is known of a posted summary."""

    channel: str
    by: str | None
    at: datetime
    state: PostState
    error: str | None  # a code of Slack's, such as not_in_channel


@dataclass(frozen=True, slots=True)
class Summary:
    """What a channel may read of a board: agreed steps, and names of groups where that was ticked.

    Texts of cards and names of their authors are never in it: more people read a channel than a board.
    """

    board_id: UUID
    title: str
    topics: tuple[tuple[str, int], ...]  # (name of a group, its votes)
    steps: tuple[tuple[str, str, date], ...]  # (what, who, until when)


def channel_id(text: str) -> str:
    """Return the id of a channel from the id itself or from the link that Slack copies.

    Raises:
        Invalid: there is none in it.
    """
    found = CHANNEL_ID.fullmatch(text.strip().rstrip("/").rpartition("/")[2])
    if found is None:
        raise Invalid(
            "Paste the channel's link: in Slack, the menu of the channel, “Copy link”.", field="channel"
        )
    return found[0]


def may_post(board: Retrospective, viewer: Viewer) -> bool:
    """Return whether somebody may have the summary posted: who led through the board, or leads the team."""
    if board.phase is not Phase.CLOSED:
        return False
    return viewer.leads_there(board.team_id) or (
        board.facilitator_id == viewer.person_id and viewer.belongs_to(board.team_id)
    )


def require_may_post(board: Retrospective, viewer: Viewer) -> None:
    """Refuse who may not have a summary posted.

    Raises:
        Conflict: the board is not closed.
        Forbidden: somebody else led through it, and leads the team.
    """
    if board.phase is not Phase.CLOSED:
        raise Conflict("Close the retrospective first; its summary is what can be posted.")
    if not may_post(board, viewer):
        raise Forbidden("Who led through this board, or leads here, can have its summary posted.")


async def post_summary(
    session: AsyncSession,
    board_id: UUID,
    viewer: Viewer,
    *,
    channel: str,
    with_topics: bool,
    fingerprint: bytes,
    now: datetime,
) -> Posted:
    """Plan that the summary of a closed board is posted. A second press gives back what is planned.

    Args:
        session: the edge's.
        board_id: which board.
        viewer: who presses.
        channel: an id or a link of a Slack channel.
        with_topics: whether the names of groups are in the words.
        fingerprint: SHA-256 of the words that were shown before the press.
        now: aware UTC.

    Raises:
        Missing: there is no such board.
        Forbidden: somebody else led through it, and leads the team.
        Conflict: it is not closed, or is posted to another channel already.
        Invalid: this is no channel.
    """
    board = await _board_to_post(session, board_id, viewer)
    channel = channel_id(channel)
    row = await session.get(PostedSummary, board_id, populate_existing=True)
    known = await posted_summary(session, board_id)
    if known is not None and known.state is not PostState.REFUSED:
        if known.channel == channel:
            return known
        raise Conflict("The summary was posted already, and to another channel. It is posted once.")
    if row is None:
        row = PostedSummary(retrospective_id=board_id, tries=0)
        session.add(row)
    row.channel, row.with_topics, row.locale = channel, with_topics, viewer.locale
    row.fingerprint, row.person_id, row.pressed_at = fingerprint, viewer.person_id, now
    row.tries += 1
    await session.flush()
    await schedule(
        session,
        Planned(
            key=_key(row),
            kind=Kind.RETRO_SUMMARY,
            person_id=viewer.person_id,
            organisation_id=board.organisation_id,
            channel=ChannelName.SLACK,
            due_at=now,
            team_id=board.team_id,
            refers_to={"retrospective": str(board_id)},
        ),
    )
    await note(session, board, "summary_posted", viewer.person_id, now=now)
    return Posted(channel, viewer.name, now, PostState.ON_ITS_WAY, None)


async def _board_to_post(session: AsyncSession, board_id: UUID, viewer: Viewer) -> Retrospective:
    """Return a board whose summary this person may have posted; one press comes after the other."""
    board = await session.get(Retrospective, board_id, populate_existing=True, with_for_update=True)
    if board is None or board.organisation_id != viewer.organisation_id:
        raise no_board_for_you()
    require_may_post(board, viewer)
    return board


async def posted_summary(session: AsyncSession, board_id: UUID) -> Posted | None:
    """Return what became of the summary of a board, or None where nobody had it posted."""
    row = await session.get(PostedSummary, board_id)
    if row is None:
        return None
    sent = (await session.scalars(select(Delivery).filter_by(key=_key(row)))).one_or_none()
    by = await session.get(Person, row.person_id) if row.person_id is not None else None
    state, error = _state(sent)
    return Posted(row.channel, by.name if by is not None else None, row.pressed_at, state, error)


async def last_channel(session: AsyncSession, team_id: UUID) -> str | None:
    """Return the channel that a team's last summary was posted to, or None."""
    return await session.scalar(
        select(PostedSummary.channel)
        .join(Retrospective, Retrospective.id == PostedSummary.retrospective_id)
        .where(Retrospective.team_id == team_id)
        .order_by(PostedSummary.pressed_at.desc())
        .limit(1)
    )


async def summary_of(session: AsyncSession, board: Retrospective, *, with_topics: bool) -> Summary:
    """Return what a channel may read of a closed board: as it was agreed, whatever became of it since."""
    steps = await session.execute(
        select(ActionStep.text, Person.name, ActionStep.due)
        .join(Person, Person.id == ActionStep.owner_id)
        .where(ActionStep.retrospective_id == board.id, ActionStep.agreed_at.is_not(None))
        .order_by(ActionStep.due, ActionStep.text)
    )
    topics: list[tuple[str, int]] = []
    if with_topics:
        groups = await session.scalars(
            select(CardGroup)
            .where(CardGroup.retrospective_id == board.id, CardGroup.name != "")
            .order_by(CardGroup.name, CardGroup.id)
        )
        named = {group.id: group for group in groups}
        order = by_votes({one: group.votes or 0 for one, group in named.items()}, [*named])
        topics = [(named[one].name, named[one].votes or 0) for one in order[:MOST_TOPICS]]
    return Summary(board.id, board.title, tuple(topics), tuple((row[0], row[1], row[2]) for row in steps))


def _key(row: PostedSummary) -> str:
    return f"{Kind.RETRO_SUMMARY}:{row.retrospective_id}:{row.tries}"


def _state(sent: Delivery | None) -> tuple[PostState, str | None]:
    """Return what a row of the outbox means; one that is gone was not sent, because its words changed."""
    if sent is None:
        return PostState.REFUSED, "changed"
    if sent.state is DeliveryState.SENT:
        return PostState.POSTED, None
    if sent.state is DeliveryState.UNKNOWN:
        return PostState.IN_DOUBT, sent.error
    if sent.state in (DeliveryState.WAITING, DeliveryState.SENDING):
        return PostState.ON_ITS_WAY, sent.error
    return PostState.REFUSED, sent.error
