"""Topics as they are read: by the leader, by the team, and without names for counting."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from uuid import UUID

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.commitments.clocks import NO_REST, Rest, working_time
from surveys.commitments.loop import PromiseView, TopicView
from surveys.commitments.models import Acknowledgement, Commitment, Topic, TopicKind
from surveys.commitments.promises import ToldPromise
from surveys.commitments.rates import OPEN, Answered, Ended, closed_at
from surveys.commitments.rules import only_leader_sees
from surveys.people.rules import Directory
from surveys.waves.models import Wave
from surveys.zones import local_date

Answers = Mapping[UUID, Sequence[ToldPromise]]  # topic → promises
COUNTED = timedelta(days=180)
ON_PAGE = timedelta(days=120)  # how long an answered topic stays on the page
OPEN_ON_PAGE = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class KnownTopic:
    """A topic as it is stored, with what its pulse and its leader say of it.

    Attributes:
        sees_at: from then on this reader may read the figures of its pulse; None without a pulse.
        answer_by: the day the leader named, for it or for its whole pulse.
    """

    topic: Topic
    occurrence: date | None
    sees_at: datetime | None
    answer_by: date | None


async def topics_known(
    session: AsyncSession, team_id: UUID, *, now: datetime, for_leader: bool
) -> list[KnownTopic]:
    """Return the topics of a team in the last year, those included that a reader does not see."""
    values = {"team_id": team_id, "now": now, "since": now - OPEN_ON_PAGE}
    rows = await session.execute(_topics(for_leader=for_leader), values)
    return [
        KnownTopic(topic, occurrence, seen, topic.answer_by or answer_by)
        for topic, occurrence, seen, answer_by in rows
    ]


@cache
def _topics(*, for_leader: bool) -> Select[Topic, date, datetime | None, date | None]:
    return (
        select(
            Topic,
            Wave.occurrence,
            Wave.leaders_see_at if for_leader else Wave.team_sees_at,
            Acknowledgement.answer_by,
        )
        .outerjoin(Wave, Wave.id == Topic.wave_id)
        .outerjoin(
            Acknowledgement,
            (Acknowledgement.wave_id == Topic.wave_id) & (Acknowledgement.team_id == Topic.team_id),
        )
        .where(
            Topic.team_id == bindparam("team_id"),
            Topic.left_out_at.is_(None),
            Topic.raised_at <= bindparam("now"),
            Topic.raised_at >= bindparam("since"),
        )
    )


def topics_of(
    known: Iterable[KnownTopic], answers: Answers, zone: str, *, now: datetime, for_leader: bool
) -> list[TopicView]:
    """Return the topics of a team as this reader may see them: unanswered first, then newest answers.

    A member sees a topic of a pulse once its figures are theirs to read, and what came by a mailbox or
    after a mistake only with the leader's answer.

    Args:
        answers: the promises made in answer to each.
        zone: the team's, in which days are meant.
    """
    views = [
        _view(one, [told.view for told in answers.get(one.topic.id, ())], zone)
        for one in known
        if (one.topic.wave_id is None or (one.sees_at is not None and one.sees_at <= now))
        and (one.topic.decided_at is None or now - one.topic.decided_at <= ON_PAGE)
        and (for_leader or not only_leader_sees(one.topic.kind, one.topic.text, one.topic.decision))
    ]
    return sorted(views, key=lambda one: (one.decided_at is not None, -_newest(one)))


def answers_of(promises: Iterable[ToldPromise]) -> dict[UUID, list[ToldPromise]]:
    """Return the promises made in answer to each topic, oldest first."""
    found: dict[UUID, list[ToldPromise]] = defaultdict(list)
    for told in promises:
        if told.topic_id is not None:
            found[told.topic_id].append(told)
    return found


def _newest(view: TopicView) -> float:
    return (view.decided_at or view.raised_at).timestamp()


def _view(known: KnownTopic, promises: Sequence[PromiseView], zone: str) -> TopicView:
    topic = known.topic
    return TopicView(
        id=topic.id,
        kind=topic.kind,
        code=topic.code,
        text=topic.text,
        wave_id=topic.wave_id,
        occurrence=known.occurrence,
        raised_at=topic.raised_at,
        raised_on=local_date(topic.raised_at, zone),
        acknowledged_at=topic.acknowledged_at,
        answer_by=known.answer_by,
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
        answered(
            topic,
            [promises.get(one, OPEN) for one in answers[topic.id]],
            directory.team_zone(topic.team_id),
            rests.get(topic.team_id, NO_REST),
            now=now,
        )
        for topic in topics.values()
    ]


def is_counted(topic: Topic, *, now: datetime) -> bool:
    """Return whether `answered_topics` would count a topic that is not left out."""
    is_note = topic.kind is TopicKind.MISTAKE and topic.text is None  # which has no clock
    return now - COUNTED <= topic.raised_at <= now and not is_note


def answered(topic: Topic, promises: Sequence[Ended], zone: str, rest: Rest, *, now: datetime) -> Answered:
    """Return one topic for counting, in the zone of its team."""
    return Answered(
        team_id=topic.team_id,
        raised_at=topic.raised_at,
        waited=working_time(topic.raised_at, topic.acknowledged_at or now, zone, rest),
        acknowledged=topic.acknowledged_at is not None,
        decision=topic.decision,
        closed_at=closed_at(topic.decision, topic.decided_at, promises),
    )
