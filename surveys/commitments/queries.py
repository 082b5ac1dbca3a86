"""Where the loop of one unit stands, for its page."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.commitments import rules
from surveys.commitments.absences import Away, rest_of, spans_away
from surveys.commitments.asking import PLAN
from surveys.commitments.clocks import Rest, working_time
from surveys.commitments.difference import noticed_by
from surveys.commitments.effects import effects_of
from surveys.commitments.follow_through import ended_promises, follow_through
from surveys.commitments.loop import LoopState, Step, TopicView
from surveys.commitments.models import Acknowledgement, Share, TopicKind
from surveys.commitments.promises import LOOK_BACK, ToldPromise, page_order, promises_of_team, stays
from surveys.commitments.rates import Answered, Wait, acknowledged_rate, closure_rate, middle_wait
from surveys.commitments.sides import sides_on
from surveys.commitments.topics_read import (
    KnownTopic,
    answered,
    answers_of,
    is_counted,
    topics_known,
    topics_of,
)
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
    away: Away | None = None,
) -> LoopState:
    """Return where a unit stands in the loop, with its promises.

    Args:
        session: the edge's.
        team_id: the unit.
        now: aware UTC.
        for_leader: whether the reader leads the unit and so reads results a little earlier.
        branch: what `branch_of` said of the unit, where it is known already.
        away: what `spans_away` said of it, likewise.

    Raises:
        Missing: there is no such team.
    """
    branch = branch or await branch_of(session, team_id)
    zone = branch.team_zone(team_id)
    away = await spans_away(session, [team_id]) if away is None else away
    rest = rest_of(branch, team_id, away)
    pulses = await _pulses(session, team_id, now=now, for_leader=for_leader)
    promises = await _with_sides(
        session,
        await promises_of_team(session, team_id, zone, away, now=now, for_leader=for_leader),
    )
    stored = await topics_known(session, team_id, now=now, for_leader=for_leader)
    topics = topics_of(stored, answers_of(promises), zone, now=now, for_leader=for_leader)
    topics = await _with_effects(session, team_id, topics, now=now, for_leader=for_leader)
    counted = _counted(stored, promises, zone, rest, now=now)
    known = LoopState(
        team_id=team_id,
        team_name=branch.teams[team_id].name,
        zone=zone,
        promises=sorted(
            (told.view for told in promises if stays(told.view, zone, now)),
            key=lambda view: page_order(view, zone),
        ),
        follow_through=follow_through(promises, {team_id: zone}, now=now),
        topics=[_clocked(topic, zone, rest, now=now) for topic in topics],
        acknowledged=acknowledged_rate(counted),
        closed=closure_rate(counted, within=LOOK_BACK, now=now),
        in_group=branch.teams[team_id].is_group,
    )
    if not pulses:
        return known
    waited = _share_wait(pulses, zone, rest, now=now)
    return _with_steps(replace(known, to_share=waited, wave_id=pulses[0].wave_id), pulses[0], rest, now=now)


async def _with_sides(session: AsyncSession, promises: Sequence[ToldPromise]) -> list[ToldPromise]:
    """Return promises with the notes of both sides, where leader and team see them differently."""
    differ = [told.view.id for told in promises if told.view.word == rules.DIFFERENTLY]
    sides = await sides_on(session, differ)
    return [replace(told, view=replace(told.view, sides=sides.get(told.view.id, ()))) for told in promises]


async def _with_effects(
    session: AsyncSession, team_id: UUID, topics: Sequence[TopicView], *, now: datetime, for_leader: bool
) -> list[TopicView]:
    """Return topics with what the figures, and the team's word, say since something was done about them."""
    since = await effects_of(session, team_id, topics, now=now, for_leader=for_leader)
    noticed = await noticed_by(session, team_id, topics, now=now, for_leader=for_leader)
    return [
        replace(topic, since_then=since.get(topic.id), noticed=noticed.get(topic.id)) for topic in topics
    ]


def _counted(
    stored: Iterable[KnownTopic], promises: Sequence[ToldPromise], zone: str, rest: Rest, *, now: datetime
) -> list[Answered]:
    """Return the topics that the rates of a team count, each with what became of its promises."""
    answers, ended = answers_of(promises), ended_promises(promises)
    return [
        answered(
            one.topic, [ended[told.view.id] for told in answers.get(one.topic.id, ())], zone, rest, now=now
        )
        for one in stored
        if is_counted(one.topic, now=now)
    ]


class _Pulse(NamedTuple):
    """Results of a unit that its reader may see, and what its leader and the team said after them."""

    wave_id: UUID
    leaders_see_at: datetime | None
    closes_at: datetime
    asked: int
    shared_at: datetime | None
    shared_words: str | None
    acknowledged_at: datetime | None
    answer_by: date | None
    plan_word: str | None

    @property
    def results(self) -> datetime:
        """When they were out for who leads."""
        return self.leaders_see_at or self.closes_at


async def _pulses(session: AsyncSession, team_id: UUID, *, now: datetime, for_leader: bool) -> list[_Pulse]:
    """Return the newest pulse and those of the last 90 days, the newest first."""
    values = {"team_id": team_id, "now": now, "since": now - LOOK_BACK}
    return [_Pulse(*row) for row in await session.execute(_out(for_leader=for_leader), values)]


@cache
def _out(*, for_leader: bool) -> Select[*tuple[Any, ...]]:
    here = bindparam("team_id", type_=Uuid())
    readable = (
        WaveUnit.team_id == here,
        Wave.state == WaveState.PUBLISHED,
        Wave.is_pulse,
        (Wave.leaders_see_at if for_leader else Wave.team_sees_at) <= bindparam("now"),
    )
    newest = select(func.max(Wave.closes_at)).join(WaveUnit, WaveUnit.wave_id == Wave.id).where(*readable)
    return (
        select(
            Wave.id,
            Wave.leaders_see_at,
            Wave.closes_at,
            WaveUnit.asked,
            Share.shared_at,
            Share.words,
            Acknowledgement.acknowledged_at,
            Acknowledgement.answer_by,
            TeamWord.word,
        )
        .join(WaveUnit, WaveUnit.wave_id == Wave.id)
        .outerjoin(Share, (Share.wave_id == Wave.id) & (Share.team_id == here))
        .outerjoin(
            Acknowledgement, (Acknowledgement.wave_id == Wave.id) & (Acknowledgement.team_id == here)
        )
        .outerjoin(
            TeamWord,
            (TeamWord.wave_id == Wave.id) & (TeamWord.team_id == here) & (TeamWord.question == PLAN),
        )
        .where(
            *readable,
            or_(
                Wave.leaders_see_at >= bindparam("since"),
                Wave.closes_at == newest.correlate(None).scalar_subquery(),
            ),
        )
        .order_by(Wave.closes_at.desc())
    )


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


def _share_wait(pulses: Sequence[_Pulse], zone: str, rest: Rest, *, now: datetime) -> Wait | None:
    """Return the middle of the times from results to the leader's words, over the pulses of 90 days."""
    return middle_wait(
        Wait(
            working_time(pulse.leaders_see_at, pulse.shared_at or now, zone, rest),
            over=pulse.shared_at is not None,
        )
        for pulse in pulses
        if pulse.asked and pulse.leaders_see_at is not None and pulse.leaders_see_at >= now - LOOK_BACK
    )


def _with_steps(known: LoopState, after: _Pulse, rest: Rest, *, now: datetime) -> LoopState:
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
