"""Topics: what the team brought up, when it was read, and what was decided, with the reason.

Topics of a pulse raise themselves when its figures are out; any other is raised by the leader in one
line of their own words. No word of a member is ever copied into one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.comments.models import Remark, RemarkTheme
from surveys.commitments import rules
from surveys.commitments.clocks import NO_REST, Rest, working_time
from surveys.commitments.leading import led_by, names_around
from surveys.commitments.loop import PromiseView, TopicView
from surveys.commitments.models import Acknowledgement, Commitment, Decision, Topic, TopicKind
from surveys.commitments.rates import OPEN, Answered, Ended, closed_at
from surveys.deliveries.pace import insert_once
from surveys.errors import Conflict, Invalid, Missing
from surveys.people.models import Leadership
from surveys.people.rules import Directory
from surveys.results.models import Figure
from surveys.waves.models import Wave, WaveState

STILL_NEWS = timedelta(days=14)  # older results raise no topics any more
COUNTED = timedelta(days=180)
ON_PAGE = timedelta(days=120)  # how long an answered topic stays on the page
OPEN_ON_PAGE = timedelta(days=365)
DOWN = "shifted_down"
BY_HAND = frozenset({TopicKind.MAILBOX, TopicKind.RETRO, TopicKind.MISTAKE, TopicKind.OTHER})


async def raise_topics(session: AsyncSession, *, now: datetime) -> int:
    """Raise what the pulses of the last days brought up and leaders can read; return how many topics.

    A dimension that has shifted down, a theme enough people picked, and what people wrote, taken
    together. Safe to repeat: each has a key.
    """
    waves = await session.scalars(
        select(Wave).where(
            Wave.state == WaveState.PUBLISHED,
            Wave.is_pulse,
            Wave.leaders_see_at <= now,
            Wave.leaders_see_at >= now - STILL_NEWS,
            ~exists().where(Topic.wave_id == Wave.id),
        )
    )
    raised = 0
    for wave in waves.all():
        rows = [
            {
                "id": uuid4(),
                "organisation_id": wave.organisation_id,
                "key": f"{kind}:{wave.id.hex}:{team_id.hex}:{code or ''}",
                "team_id": team_id,
                "wave_id": wave.id,
                "kind": kind,
                "code": code,
                "raised_at": wave.leaders_see_at,
            }
            for kind, team_id, code in await _brought_up(session, wave.id)
        ]
        for row in rows:
            written = await session.scalars(insert_once(session, Topic).values(row).returning(Topic.id))
            raised += len(written.all())
    return raised


async def _brought_up(session: AsyncSession, wave_id: UUID) -> list[tuple[TopicKind, UUID, str | None]]:
    """Return what one wave brought up, for units somebody leads."""
    led = select(Leadership.team_id)
    found: list[tuple[TopicKind, UUID, str | None]] = []
    figures = await session.scalars(
        select(Figure).where(Figure.wave_id == wave_id, Figure.shown, Figure.team_id.in_(led))
    )
    found += [
        (TopicKind.SHIFT, figure.team_id, figure.dimension)
        for figure in figures
        if (figure.trend or {}).get("word") == DOWN
    ]
    themes = await session.execute(
        select(RemarkTheme.team_id, RemarkTheme.theme).where(
            RemarkTheme.wave_id == wave_id, RemarkTheme.team_id.in_(led)
        )
    )
    found += [(TopicKind.THEME, team_id, theme) for team_id, theme in themes]
    wrote = await session.scalars(
        select(Remark.team_id).where(Remark.wave_id == wave_id, Remark.team_id.in_(led)).distinct()
    )
    return found + [(TopicKind.COMMENTS, team_id, None) for team_id in wrote]


async def raise_topic(
    session: AsyncSession, *, team_id: UUID, person_id: UUID, kind: TopicKind, text: str, now: datetime
) -> Topic:
    """Write down what was brought up elsewhere, in one line that names nobody; it counts as read.

    Raises:
        Invalid: the line is empty, too long or names somebody, or this kind raises itself.
        Forbidden: the person does not lead the team.
        Missing: there is no such team.
    """
    if kind not in BY_HAND:
        raise Invalid("Choose where it was brought up.", field="kind")
    text = rules.one_line(text, field="text", longest=rules.LONGEST_PROMISE)
    organisation_id = await led_by(session, team_id, person_id, now=now)
    rules.refuse_names(text, await names_around(session, team_id))
    same = select(Topic).where(
        Topic.team_id == team_id, Topic.text == text, Topic.decision.is_(None), Topic.left_out_at.is_(None)
    )
    known = (await session.scalars(same)).first()
    if known is not None:
        return known
    topic = Topic(
        organisation_id=organisation_id,
        key=f"{kind}:{uuid4().hex}",
        team_id=team_id,
        kind=kind,
        text=text,
        raised_at=now,
        acknowledged_at=now,
    )
    session.add(topic)
    await session.flush()
    return topic


async def note_topics_read(session: AsyncSession, team_id: UUID, *, now: datetime) -> None:
    """Note that everything a leader can see has been read: one press for all of it."""
    await session.execute(
        update(Topic)
        .where(Topic.team_id == team_id, Topic.acknowledged_at.is_(None), Topic.raised_at <= now)
        .values(acknowledged_at=now)
    )


async def decide(
    session: AsyncSession,
    topic_id: UUID,
    *,
    person_id: UUID,
    decision: Decision,
    reason: str,
    now: datetime,
    passed_to: str = "",
) -> Topic:
    """Say what will become of a topic, and why. The team reads both from this moment on.

    Raises:
        Invalid: there is no reason, nobody to whom it was passed, or somebody of the team is named.
        Forbidden: the person does not lead the team.
        Missing: there is no such topic.
        Conflict: something else was decided already, and the team has read it.
    """
    topic = await _topic(session, topic_id, person_id, now=now)
    reason = rules.one_line(reason, field="reason", longest=rules.LONGEST_REASON)
    to = None
    if decision is Decision.NOT_OURS:
        to = rules.one_line(passed_to, field="passed_to", longest=rules.LONGEST_NAME)
    names = await names_around(session, topic.team_id)
    rules.refuse_names(reason, names, field="reason")
    if topic.decision is not None:
        if (topic.decision, topic.reason, topic.passed_to) == (decision, reason, to):
            return topic
        raise Conflict("This was answered already, and the team has read the answer.")
    topic.decision, topic.reason, topic.passed_to = decision, reason, to
    topic.decided_at, topic.decided_by = now, person_id
    topic.acknowledged_at = topic.acknowledged_at or now
    await session.flush()
    return topic


async def leave_out(session: AsyncSession, topic_id: UUID, *, person_id: UUID, now: datetime) -> Topic:
    """Take a topic off the list that stands there twice or by mistake. One that was answered stays.

    Raises:
        Forbidden: the person does not lead the team.
        Missing: there is no such topic.
        Conflict: it was answered, or it comes from a pulse and waits for an answer.
    """
    topic = await _topic(session, topic_id, person_id, now=now)
    if topic.decision is not None or topic.kind not in BY_HAND:
        raise Conflict("Only what you wrote down yourself and have not answered can be left out.")
    topic.left_out_at = topic.left_out_at or now
    await session.flush()
    return topic


async def _topic(session: AsyncSession, topic_id: UUID, person_id: UUID, *, now: datetime) -> Topic:
    topic = await session.get(Topic, topic_id)
    if topic is None or topic.left_out_at is not None:
        raise Missing("This is not on the list any more.")
    await led_by(session, topic.team_id, person_id, now=now)
    return topic


async def topics_of(
    session: AsyncSession,
    team_id: UUID,
    promises: Sequence[PromiseView],
    *,
    now: datetime,
    for_leader: bool,
) -> list[TopicView]:
    """Return the topics of a team as this reader may see them: unanswered first, then newest answers.

    A member sees a topic of a pulse once its figures are theirs to read.

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
        _view(topic, occurrence, answer_by, answers[topic.id])
        for topic, occurrence, seen, answer_by in found
        if (topic.wave_id is None or (seen is not None and seen <= now))
        and (topic.decided_at is None or now - topic.decided_at <= ON_PAGE)
    ]
    return sorted(views, key=lambda one: (one.decided_at is not None, -_newest(one)))


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
    team_id: UUID | None = None,
) -> list[Answered]:
    """Return the topics of the last half year for counting, of one team or of all.

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
            *([] if team_id is None else [Topic.team_id == team_id]),
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
