"""Where the loop of one unit stands, for its page."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from surveys.commitments import rules
from surveys.commitments.absences import rest_of, spans_away
from surveys.commitments.asking import PLAN
from surveys.commitments.clocks import Rest, working_time
from surveys.commitments.difference import noticed_by
from surveys.commitments.effects import effects_of
from surveys.commitments.follow_through import ended_promises, follow_through
from surveys.commitments.loop import LoopState, Step, TopicView
from surveys.commitments.models import (
    Acknowledgement,
    Commitment,
    Share,
    TopicKind,
)
from surveys.commitments.promises import (
    LOOK_BACK,
    page_order,
    stays,
    told_promises,
)
from surveys.commitments.rates import Wait, acknowledged_rate, closure_rate, middle_wait
from surveys.commitments.sides import sides_on
from surveys.commitments.topics_read import answered_topics, topics_of
from surveys.people.queries import branch_of
from surveys.people.rules import Directory
from surveys.results.models import TeamWord
from surveys.results.rules.loop_words import KEPT
from surveys.waves.models import Wave, WaveState, WaveUnit


async def loop_of(
    session: AsyncSession,
    team_id: UUID,
    *,
    now: datetime,
    for_leader: bool = False,
    branch: Directory | None = None,
) -> LoopState:
    """Return where a unit stands in the loop, with its promises.

    Args:
        session: the edge's.
        team_id: the unit.
        now: aware UTC.
        for_leader: whether the reader leads the unit and so reads results a little earlier.
        branch: what `branch_of` said of the unit, where it is known already.

    Raises:
        Missing: there is no such team.
    """
    branch = branch or await branch_of(session, team_id)
    zone = branch.team_zone(team_id)
    sees_at = Wave.leaders_see_at if for_leader else Wave.team_sees_at
    after = await _after_newest_wave(session, team_id, sees_at, now=now)
    promises = await told_promises(
        session, Commitment.team_id == team_id, {team_id: zone}, now=now, for_leader=for_leader
    )
    views = [told.view for told in promises]
    differ = [view.id for view in views if view.word == rules.DIFFERENTLY]
    sides = await sides_on(session, differ)
    views = [replace(view, sides=sides.get(view.id, ())) for view in views]
    topics = await topics_of(session, team_id, views, now=now, for_leader=for_leader)
    since = await effects_of(session, team_id, topics, now=now, for_leader=for_leader)
    noticed = await noticed_by(session, team_id, topics, now=now, for_leader=for_leader)
    rest = rest_of(branch, team_id, await spans_away(session, [team_id]))
    answered = await answered_topics(
        session, branch, ended_promises(promises), {team_id: rest}, now=now, teams=[team_id]
    )
    known = LoopState(
        team_id=team_id,
        team_name=branch.teams[team_id].name,
        zone=zone,
        promises=sorted(
            (view for view in views if stays(view, zone, now)),
            key=lambda view: page_order(view, zone),
        ),
        follow_through=follow_through(promises, {team_id: zone}, now=now),
        topics=[
            _clocked(
                replace(topic, since_then=since.get(topic.id), noticed=noticed.get(topic.id)),
                zone,
                rest,
                now=now,
            )
            for topic in topics
        ],
        acknowledged=acknowledged_rate(answered),
        closed=closure_rate(answered, within=LOOK_BACK, now=now),
    )
    if after is None:
        return known
    waited = await _share_wait(session, team_id, sees_at, zone, rest, now=now)
    return _with_steps(replace(known, to_share=waited, wave_id=after.wave_id), after, rest, now=now)


class _After(NamedTuple):
    """The newest results of a unit, and what its leader and the team said after them."""

    wave_id: UUID
    results: datetime
    shared_at: datetime | None
    shared_words: str | None
    acknowledged_at: datetime | None
    answer_by: date | None
    plan_word: str | None


async def _after_newest_wave(
    session: AsyncSession, team_id: UUID, sees_at: InstrumentedAttribute[datetime | None], *, now: datetime
) -> _After | None:
    found = await session.execute(
        select(
            Wave.id,
            func.coalesce(Wave.leaders_see_at, Wave.closes_at, type_=Wave.closes_at.type),
            Share.shared_at,
            Share.words,
            Acknowledgement.acknowledged_at,
            Acknowledgement.answer_by,
            TeamWord.word,
        )
        .join(WaveUnit, WaveUnit.wave_id == Wave.id)
        .outerjoin(Share, (Share.wave_id == Wave.id) & (Share.team_id == team_id))
        .outerjoin(
            Acknowledgement, (Acknowledgement.wave_id == Wave.id) & (Acknowledgement.team_id == team_id)
        )
        .outerjoin(
            TeamWord,
            (TeamWord.wave_id == Wave.id) & (TeamWord.team_id == team_id) & (TeamWord.question == PLAN),
        )
        .where(
            WaveUnit.team_id == team_id,
            Wave.state == WaveState.PUBLISHED,
            Wave.is_pulse,
            sees_at <= now,
        )
        .order_by(Wave.closes_at.desc())
        .limit(1)
    )
    row = found.one_or_none()
    return None if row is None else _After(*row)


def _clocked(topic: TopicView, zone: str, rest: Rest, *, now: datetime) -> TopicView:
    """Return a topic with its clock, which is its leader's own until three working days have passed.

    What a leader wrote down after a mistake has none: a clock would make it harder to say. That of a
    mailbox stays the leader's own: it would tell the team on which day somebody wrote.
    """
    if topic.kind is TopicKind.MISTAKE:
        return topic
    elapsed = working_time(topic.raised_at, topic.decided_at or now, zone, rest)
    told = topic.decided_at is not None or elapsed >= rules.PUBLIC_AFTER
    public = told and topic.kind is not TopicKind.MAILBOX
    return replace(topic, elapsed=elapsed, public=public)


async def _share_wait(
    session: AsyncSession,
    team_id: UUID,
    sees_at: InstrumentedAttribute[datetime | None],
    zone: str,
    rest: Rest,
    *,
    now: datetime,
) -> Wait | None:
    """Return the middle of the times from results to the leader's words, over the pulses of 90 days."""
    found = await session.execute(
        select(Wave.leaders_see_at, Share.shared_at)
        .join(WaveUnit, (WaveUnit.wave_id == Wave.id) & (WaveUnit.team_id == team_id))
        .outerjoin(Share, (Share.wave_id == Wave.id) & (Share.team_id == team_id))
        .where(
            Wave.state == WaveState.PUBLISHED,
            Wave.is_pulse,
            sees_at <= now,
            Wave.leaders_see_at >= now - LOOK_BACK,
            WaveUnit.asked > 0,
        )
    )
    return middle_wait(
        Wait(working_time(results, at or now, zone, rest), over=at is not None)
        for results, at in found
        if results is not None
    )


def _with_steps(known: LoopState, after: _After, rest: Rest, *, now: datetime) -> LoopState:
    mine = [view for view in known.promises if view.wave_id == after.wave_id]
    standing = [view for view in mine if view.withdrawn_at is None]
    results = after.results

    def timed(name: str, at: datetime | None) -> Step:
        elapsed = working_time(results, at or now, known.zone, rest)
        public = at is not None or elapsed >= rules.PUBLIC_AFTER
        return Step(name, at=at, since=results, elapsed=elapsed, public=public)

    def counted(name: str, reached: Sequence[datetime]) -> Step:
        all_of_them = max(reached) if reached and len(reached) == len(standing) else None
        return Step(name, at=all_of_them, reached=len(reached), of=len(standing))

    return replace(
        known,
        steps=(
            Step("results", at=results),
            timed("shared", after.shared_at),
            timed("acknowledged", after.acknowledged_at),
            timed("committed", min((view.made_at for view in mine), default=None)),
            counted("done", [view.done_at for view in standing if view.done_at]),
            counted(
                "confirmed",
                [view.word_at for view in standing if view.word == KEPT and view.word_at],
            ),
        ),
        shared_words=after.shared_words,
        answer_by=after.answer_by,
        plan_word=after.plan_word,
    )
