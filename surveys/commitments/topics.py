"""Topics: what the team brought up, when it was read, and what was decided, with the reason.

Most raise themselves, see `raising`; a leader adds what was said elsewhere in one line of their own words.
No word of a member is ever copied into one.
"""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.commitments import rules, texts
from surveys.commitments.leading import led_by, names_around, zone_of
from surveys.commitments.models import Decision, Topic, TopicKind
from surveys.deliveries.pace import changed_rows
from surveys.errors import Conflict, Invalid, Missing
from surveys.people.belonging import leads_there
from surveys.texts import one_line

BY_HAND = frozenset({TopicKind.MAILBOX, TopicKind.RETRO, TopicKind.MISTAKE, TopicKind.OTHER})


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
    text = one_line(text, field="text", longest=texts.LONGEST_PROMISE)
    organisation_id = await led_by(session, team_id, person_id, now=now)
    texts.refuse_names(text, await names_around(session, team_id))
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


async def acknowledge_topics(
    session: AsyncSession, *, team_id: UUID, person_id: UUID, answer_by: date, now: datetime
) -> int:
    """Note "Read, thank you. I'll answer by …" for everything that waits, in one press; return how many.

    What was read before keeps the day it was told with.

    Raises:
        Invalid: the date has passed or lies more than a year ahead.
        Forbidden: the person does not lead the team.
        Missing: there is no such team.
    """
    await led_by(session, team_id, person_id, now=now)
    answer_by = rules.due_or_default(answer_by, await zone_of(session, team_id), now=now)
    return await note_topics_read(session, team_id, person_id=person_id, answer_by=answer_by, now=now)


async def note_topics_read(
    session: AsyncSession, team_id: UUID, *, person_id: UUID, answer_by: date, now: datetime
) -> int:
    """Note that everything this person can see has been read. Who only stands in sees no mailbox."""
    waiting = update(Topic).where(
        Topic.team_id == team_id,
        Topic.acknowledged_at.is_(None),
        Topic.left_out_at.is_(None),
        Topic.raised_at <= now,
    )
    if not await session.scalar(select(leads_there(team_id, person_id))):
        waiting = waiting.where(or_(Topic.kind.not_in(rules.LEADERS_OWN), Topic.text.is_not(None)))
    return await changed_rows(session, waiting.values(acknowledged_at=now, answer_by=answer_by))


async def decide(
    session: AsyncSession,
    topic_id: UUID,
    *,
    person_id: UUID,
    decision: Decision,
    reason: str,
    now: datetime,
    passed_to: str = "",
    said: str = "",
) -> Topic:
    """Say what will become of a topic, and why. The team reads both from this moment on.

    Where a mailbox, a retrospective or a mistake raised it, `said` can tell in the leader's own words what
    it is about; without it the team reads only where it came from.

    Raises:
        Invalid: there is no reason, nobody to whom it was passed, or somebody of the team is named.
        Forbidden: the person does not lead the team.
        Missing: there is no such topic.
        Conflict: something else was decided already, and the team has read it.
    """
    topic = await _topic(session, topic_id, person_id, now=now)
    reason = one_line(reason, field="reason", longest=texts.LONGEST_REASON)
    to = None
    if decision is Decision.NOT_OURS:
        to = one_line(passed_to, field="passed_to", longest=texts.LONGEST_NAME)
    names = await names_around(session, topic.team_id)
    texts.refuse_names(reason, names, field="reason")
    if said.strip() and topic.text is None and topic.kind in BY_HAND:
        said = one_line(said, field="said", longest=texts.LONGEST_PROMISE)
        texts.refuse_names(said, names, field="said")
    if topic.decision is not None:
        if (topic.decision, topic.reason, topic.passed_to) == (decision, reason, to):
            return topic
        raise Conflict("This was answered already, and the team has read the answer.")
    topic.decision, topic.reason, topic.passed_to = decision, reason, to
    topic.decided_at, topic.decided_by = now, person_id
    if topic.text is None and topic.kind in BY_HAND:
        topic.text = said.strip() or None
    topic.acknowledged_at = topic.acknowledged_at or now
    await session.flush()
    return topic


async def leave_out(session: AsyncSession, topic_id: UUID, *, person_id: UUID, now: datetime) -> Topic:
    """Take a topic off the list that stands there twice or by mistake. One that was answered stays.

    Raises:
        Forbidden: the person does not lead the team.
        Missing: there is no such topic.
        Conflict: it was answered, or it comes from a pulse or a board and waits for an answer.
    """
    topic = await _topic(session, topic_id, person_id, now=now)
    if topic.decision is not None or not rules.may_leave_out(topic.kind, topic.text):
        raise Conflict("Only what you wrote down yourself, or answer elsewhere, can be left out.")
    topic.left_out_at = topic.left_out_at or now
    await session.flush()
    return topic


async def _topic(session: AsyncSession, topic_id: UUID, person_id: UUID, *, now: datetime) -> Topic:
    topic = await session.get(Topic, topic_id)
    if topic is None or topic.left_out_at is not None:
        raise Missing("This is not on the list any more.")
    await led_by(session, topic.team_id, person_id, now=now)
    return topic
