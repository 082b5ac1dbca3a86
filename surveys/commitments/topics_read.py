"""Topics as they are read: by the leader, by the team, and without names for counting."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.commitments.clocks import NO_REST, Rest, working_time
from surveys.commitments.loop import PromiseView, TopicView
from surveys.commitments.models import Acknowledgement, Commitment, Topic, TopicKind
from surveys.commitments.rates import OPEN, Answered, Ended, closed_at
from surveys.commitments.rules import LEADERS_OWN
from surveys.people.rules import Directory
from surveys.waves.models import Wave

COUNTED = timedelta(days=180)
ON_PAGE = timedelta(days=120)  # how long an answered topic stays on the page
OPEN_ON_PAGE = timedelta(days=365)


async def topics_of(
    session: AsyncSession,
    team_id: UUID,
    promises: Sequence[PromiseView],
    *,
    now: datetime,
    for_leader: bool,
) -> list[TopicView]:
    """Return the topics of a team as this reader may see them: unanswered first, then newest answers.

    A member sees a topic of a pulse once its figures are theirs to read, and what came by a mailbox or
    after a mistake only with the leader's answer.

    Args:
        promises: those of the team, to stand with the topic they answer.
    """
    sees_at = Wave.leaders_see_at if for_leader else Wave.team_sees_at
    rows = await session.execute(
        select(Topic, Wave.occurrence, sees_at, Acknowledgement.answer_by)
        .outerjoin(Wave, Wave.id == Topic.wave_id)
        .outerjoin(
            Acknowledgement,
            (Acknowledgement.wave_id == Topic.wave_id) & (Acknowledgement.team_id == Topic.team_id),
        )
        .where(
            Topic.team_id == team_id,
            Topic.left_out_at.is_(None),
            Topic.raised_at <= now,
            Topic.raised_at >= now - OPEN_ON_PAGE,
        )
    )
    found = rows.all()
    answers = await _answers(session, team_id, promises) if found else {}
    views = [
        _view(topic, occurrence, topic.answer_by or answer_by, answers[topic.id])
        for topic, occurrence, seen, answer_by in found
        if (topic.wave_id is None or (seen is not None and seen <= now))
        and (topic.decided_at is None or now - topic.decided_at <= ON_PAGE)
        and (for_leader or not _is_leaders_own(topic))
    ]
    return sorted(views, key=lambda one: (one.decided_at is not None, -_newest(one)))


def _is_leaders_own(topic: Topic) -> bool:
    return topic.kind in LEADERS_OWN and topic.text is None and topic.decision is None


def _newest(view: TopicView) -> float:
    return (view.decided_at or view.raised_at).timestamp()


async def _answers(
    session: AsyncSession, team_id: UUID, promises: Iterable[PromiseView]
) -> dict[UUID, list[PromiseView]]:
    by_id = {promise.id: promise for promise in promises}
    linked = await session.execute(
        select(Commitment.topic_id, Commitment.id).where(
            Commitment.team_id == team_id, Commitment.topic_id.is_not(None)
        )
    )
    answers: dict[UUID, list[PromiseView]] = defaultdict(list)
    for topic_id, promise_id in linked:
        if topic_id is not None and promise_id in by_id:
            answers[topic_id].append(by_id[promise_id])
    return answers


def _view(
    topic: Topic, occurrence: date | None, answer_by: date | None, promises: Sequence[PromiseView]
) -> TopicView:
    return TopicView(
        id=topic.id,
        kind=topic.kind,
        code=topic.code,
        text=topic.text,
        wave_id=topic.wave_id,
        occurrence=occurrence,
        raised_at=topic.raised_at,
        acknowledged_at=topic.acknowledged_at,
        answer_by=answer_by,
        decision=topic.decision,
        reason=topic.reason,
        passed_to=topic.passed_to,
        decided_at=topic.decided_at,
        promises=promises,
    )


async def answered_topics(
    session: AsyncSession,
    directory: Directory,
    promises: Mapping[UUID, Ended],
    rests: Mapping[UUID, Rest],
    *,
    now: datetime,
    teams: Sequence[UUID] | None = None,
) -> list[Answered]:
    """Return the topics of the last half year for counting, of some teams or of all.

    Args:
        promises: of every promise with a topic's id, when it came to an end and what the team said.
        rests: when the clocks of each team stand still.
    """
    found = await session.execute(
        select(Topic, Commitment.id)
        .outerjoin(Commitment, Commitment.topic_id == Topic.id)
        .where(
            Topic.organisation_id == directory.organisation_id,
            Topic.left_out_at.is_(None),
            Topic.raised_at <= now,
            Topic.raised_at >= now - COUNTED,
            *([] if teams is None else [Topic.team_id.in_(teams)]),
            or_(Topic.kind != TopicKind.MISTAKE, Topic.text.is_not(None)),  # a note has no clock
        )
    )
    topics: dict[UUID, Topic] = {}
    answers: dict[UUID, list[UUID]] = defaultdict(list)
    for topic, promise_id in found:
        topics[topic.id] = topic
        if promise_id is not None:
            answers[topic.id].append(promise_id)
    return [
        Answered(
            team_id=topic.team_id,
            raised_at=topic.raised_at,
            waited=working_time(
                topic.raised_at,
                topic.acknowledged_at or now,
                directory.team_zone(topic.team_id),
                rests.get(topic.team_id, NO_REST),
            ),
            acknowledged=topic.acknowledged_at is not None,
            decision=topic.decision,
            closed_at=closed_at(
                topic.decision, topic.decided_at, [promises.get(one, OPEN) for one in answers[topic.id]]
            ),
        )
        for topic in topics.values()
    ]
