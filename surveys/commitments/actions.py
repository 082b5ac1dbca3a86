"""What a leader can do in the loop, and what the team's word then does. Only the leader of a unit acts.

Every action is safe to repeat: a second press gives back what the first one wrote.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.audit.actions import record
from surveys.commitments import rules, texts
from surveys.commitments.absences import spans_away
from surveys.commitments.leading import (
    led_by,
    names_around,
    open_promise_of,
    promise_of,
    published,
    wave_of_leader,
    zone_of,
)
from surveys.commitments.models import Acknowledgement, CheckIn, Commitment, CommitmentState, Replan, Share
from surveys.commitments.promises import dates_of, words_on
from surveys.commitments.topics import note_topics_read
from surveys.errors import Conflict, Gone
from surveys.results.models import TeamWord
from surveys.texts import one_line, paragraphs
from surveys.waves.models import Wave


async def share(
    session: AsyncSession, *, wave_id: UUID, team_id: UUID, person_id: UUID, words: str, now: datetime
) -> Share:
    """Say something to the whole team about one wave's results, once.

    Raises:
        Invalid: nothing was written, or too much.
        Forbidden: the person does not lead the team.
        Missing: the team was not asked in this wave.
        Conflict: the results are not out, or something else was said about them already.
    """
    words = paragraphs(words, field="words", longest=texts.LONGEST_SHARE)
    wave = await wave_of_leader(session, wave_id, team_id, person_id, now=now)
    said = (await session.scalars(select(Share).filter_by(wave_id=wave_id, team_id=team_id))).one_or_none()
    if said is not None:
        if said.words == words:
            return said
        raise Conflict("These results were shared with the team already, and the team has read the words.")
    said = Share(
        organisation_id=wave.organisation_id,
        wave_id=wave_id,
        team_id=team_id,
        person_id=person_id,
        words=words,
        shared_at=now,
    )
    session.add(said)
    await session.flush()
    return said


async def acknowledge(
    session: AsyncSession, *, wave_id: UUID, team_id: UUID, person_id: UUID, answer_by: date, now: datetime
) -> Acknowledgement:
    """Note "Read, thank you. I'll answer by …" for everything one wave brought up.

    A second press changes no date: the first one is what the team was told. Topics that waited to be
    acknowledged are, with every press.

    Raises:
        Invalid: the date has passed or lies more than a year ahead.
        Forbidden: the person does not lead the team.
        Missing: the team was not asked in this wave.
        Conflict: the results are not out.
    """
    wave = await wave_of_leader(session, wave_id, team_id, person_id, now=now)
    same = select(Acknowledgement).filter_by(wave_id=wave_id, team_id=team_id)
    noted = (await session.scalars(same)).one_or_none()
    answer_by = rules.due_or_default(answer_by, await zone_of(session, team_id), now=now)
    await note_topics_read(session, team_id, person_id=person_id, answer_by=answer_by, now=now)
    if noted is not None:
        return noted
    noted = Acknowledgement(
        organisation_id=wave.organisation_id,
        wave_id=wave_id,
        team_id=team_id,
        person_id=person_id,
        answer_by=answer_by,
        acknowledged_at=now,
    )
    session.add(noted)
    await session.flush()
    return noted


async def commit(
    session: AsyncSession,
    *,
    team_id: UUID,
    wave_id: UUID | None,
    owner_id: UUID,
    text: str,
    now: datetime,
    due: date | None = None,
    topic_id: UUID | None = None,
) -> Commitment:
    """Make a promise to a team. Its words are frozen: the team is asked about exactly these.

    Args:
        session: the edge's.
        team_id: to whom.
        wave_id: the results it answers, if any.
        owner_id: who promises; has to lead the team.
        text: one line of at most 200 characters that names nobody.
        now: aware UTC.
        due: a local date; thirty days from today where none is given.
        topic_id: what was brought up and is answered with it, if anything.

    Raises:
        Invalid: the text is empty, too long or names somebody, or the date cannot be.
        Forbidden: the owner does not lead the team.
        Missing: the team was not asked in this wave.
        Conflict: the results of this wave are not out.
    """
    text = one_line(text, field="text", longest=texts.LONGEST_PROMISE)
    organisation_id = await led_by(session, team_id, owner_id, now=now)
    if wave_id is not None:
        await published(session, wave_id, team_id, now=now)
    due = rules.due_or_default(due, await zone_of(session, team_id), now=now)
    texts.refuse_names(text, await names_around(session, team_id))
    promise = Commitment(
        organisation_id=organisation_id,
        team_id=team_id,
        wave_id=wave_id,
        topic_id=topic_id,
        owner_id=owner_id,
        text=text,
        made_at=now,
        first_due=due,
        due=due,
        state=CommitmentState.OPEN,
    )
    session.add(promise)
    await session.flush()
    return promise


async def replan(
    session: AsyncSession, commitment_id: UUID, *, person_id: UUID, to: date, reason: str, now: datetime
) -> Replan:
    """Move the date of an open promise and say why.

    A move told at least 24 hours before the end of the day it moves, and at most the second one, also
    moves the date that counts. Any other is told to the team all the same.

    Raises:
        Invalid: no reason, one that names somebody, or a date that is not after the one it moves.
        Forbidden: the person does not lead the team.
        Missing: there is no such promise.
        Gone: the promise is done or withdrawn.
    """
    reason = one_line(reason, field="reason", longest=texts.LONGEST_REASON)
    promise = await open_promise_of(session, commitment_id, person_id, now=now)
    texts.refuse_names(reason, await names_around(session, promise.team_id), field="reason")
    zone = await zone_of(session, promise.team_id)
    moves = (
        await session.scalars(
            select(Replan).filter_by(commitment_id=commitment_id).order_by(Replan.moved_at, Replan.to_due)
        )
    ).all()
    told = moves[-1].to_due if moves else promise.due
    away = await spans_away(session, [promise.team_id])
    ends = dates_of(promise, moves, away.get((promise.team_id, promise.owner_id), ())).last_end(zone)
    move = Replan(
        commitment_id=commitment_id,
        moved_at=now,
        reason=reason,
        from_due=told,
        to_due=rules.due_or_default(to, zone, now=now, after=told),
        in_time=rules.is_valid_move(promise.due, len(moves), zone, now=now, ends=ends),
    )
    if move.in_time:
        promise.due = move.to_due
    session.add(move)
    await session.flush()
    return move


async def mark_done(
    session: AsyncSession, commitment_id: UUID, *, person_id: UUID, now: datetime
) -> Commitment:
    """Say that a promise is done. From the seventh day the team is asked whether it was kept.

    Raises:
        Forbidden: the person does not lead the team.
        Missing: there is no such promise.
        Gone: it was withdrawn.
    """
    promise = await promise_of(session, commitment_id, person_id, now=now)
    if promise.state is CommitmentState.WITHDRAWN:
        raise Gone("This promise was withdrawn.")
    if promise.state is CommitmentState.OPEN:
        promise.state, promise.done_at = CommitmentState.DONE, now
        await session.flush()
    return promise


async def withdraw(
    session: AsyncSession, commitment_id: UUID, *, person_id: UUID, reason: str, now: datetime
) -> Commitment:
    """Take an open promise back and say why; the reason is shown to the team.

    Raises:
        Invalid: no reason, or one that names somebody.
        Forbidden: the person does not lead the team.
        Missing: there is no such promise.
        Gone: the promise is done or withdrawn already.
    """
    reason = one_line(reason, field="reason", longest=texts.LONGEST_REASON)
    promise = await open_promise_of(session, commitment_id, person_id, now=now)
    texts.refuse_names(reason, await names_around(session, promise.team_id), field="reason")
    promise.state = CommitmentState.WITHDRAWN
    promise.withdrawn_at, promise.withdrawal_reason = now, reason
    await session.flush()
    return promise


async def check_in(
    session: AsyncSession, commitment_id: UUID, *, person_id: UUID, words: str, now: datetime
) -> CheckIn:
    """Say in a line how an open promise comes along; the team reads it beside the promise.

    Raises:
        Invalid: nothing was written, too much, or somebody of the team is named.
        Forbidden: the person does not lead the team.
        Missing: there is no such promise.
        Gone: the promise is done or withdrawn.
    """
    words = one_line(words, field="words", longest=texts.LONGEST_REASON)
    promise = await open_promise_of(session, commitment_id, person_id, now=now)
    texts.refuse_names(words, await names_around(session, promise.team_id), field="words")
    last = select(CheckIn).filter_by(commitment_id=promise.id).order_by(CheckIn.said_at.desc()).limit(1)
    said = await session.scalar(last)
    if said is not None and said.words == words:
        return said
    said = CheckIn(commitment_id=promise.id, said_at=now, words=words)
    session.add(said)
    await session.flush()
    return said


async def hear_team_words(session: AsyncSession, wave_id: UUID, *, now: datetime) -> int:
    """Let the words a wave published on promises take effect; return how many promises reopened.

    The first "not yet" reopens a promise, once. Hearing the same wave again changes nothing.
    """
    wave = await session.get_one(Wave, wave_id)
    asked = await session.scalars(
        select(TeamWord.question).where(TeamWord.wave_id == wave_id, TeamWord.question.like("LOOP-03:%"))
    )
    reopened = 0
    for question in asked:
        promise = await session.get(Commitment, UUID(question.partition(":")[2]))
        if promise is None:
            continue
        words = [said.word for said in await words_on(session, [promise.id])]
        promise.times_asked = len(words)
        # Done again since the wave was asked: that word was about the time before.
        asked_about = promise.done_at is not None and promise.done_at <= wave.opens_at
        if promise.state is CommitmentState.DONE and asked_about and rules.reopens(words):
            promise.state, promise.done_before, promise.done_at = (
                CommitmentState.OPEN,
                promise.done_at,
                None,
            )
            reopened += 1
            await record(
                session,
                organisation_id=promise.organisation_id,
                action="commitment.reopened",
                now=now,
                subject=f"commitment:{promise.id}",
            )
    await session.flush()
    return reopened
