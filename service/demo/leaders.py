"""What the invented leaders do after a wave: share, acknowledge, promise, move a date, keep it or not."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.demo.calendar import Calendar
from service.demo.repair import plan_repair
from service.demo.stories import PAST_WAVES, STORY_OF
from service.demo.story import Promise, Said, Story
from surveys.commitments.absences import go_away, may_stand_in
from surveys.commitments.actions import acknowledge, commit, mark_done, replan, share
from surveys.commitments.models import Commitment, CommitmentState, Decision, TopicKind
from surveys.commitments.pledges import make_pledge
from surveys.commitments.topics import decide, raise_topic
from surveys.people.models import Leadership, Team
from surveys.waves.models import Wave

LEADER_READS = timedelta(hours=66)  # after the figures are there: on Monday morning
PROMISES_AFTER = timedelta(hours=68)
ANSWER_WITHIN = timedelta(days=11)  # a day that is still to come when the example begins
AWAY_FOR = timedelta(days=21)


async def plan_reactions(calendar: Calendar, wave_id: UUID, number: int) -> datetime:
    """Plan what every leader does about a published wave; return when its teams may read it."""
    async with calendar.sessions() as session:
        wave = await session.get_one(Wave, wave_id)
        leads = await session.execute(
            select(Team.name, Team.id, Leadership.person_id).join(Leadership, Leadership.team_id == Team.id)
        )
        teams = leads.all()
    readable, team_reads = wave.leaders_see_at, wave.team_sees_at
    if readable is None or team_reads is None:
        raise ValueError("this wave has no results")
    for name, team_id, leader_id in teams:
        story = STORY_OF[name]
        if number in story.shares:
            leader = _Leader(team_id, leader_id, wave_id, story.shares[number])
            calendar.plan(readable + LEADER_READS + timedelta(days=story.shares_on_day), leader.shares)
        speaks = _Speaks(team_id, leader_id, story)
        if story.pledge and number == 0:
            calendar.plan(readable + LEADER_READS, speaks.pledges)
        if story.away and number == PAST_WAVES - 1:
            calendar.plan(readable + LEADER_READS, speaks.goes_away)
        for said in story.said:
            if said.after == number:
                calendar.plan(readable + PROMISES_AFTER, partial(speaks.answers, said=said))
        plan_repair(
            calendar,
            story.repair_after(number),
            team_id=team_id,
            leader_id=leader_id,
            at=readable + PROMISES_AFTER,
        )
        for promise in story.promises:
            if promise.after == number:
                made = _Made(calendar, team_id, leader_id, wave_id, promise)
                calendar.plan(readable + PROMISES_AFTER, made.begins)
    return team_reads


@dataclass(frozen=True, slots=True)
class _Leader:
    """One leader in front of one wave's results."""

    team_id: UUID
    person_id: UUID
    wave_id: UUID
    words: str

    async def shares(self, session: AsyncSession, now: datetime) -> None:
        """Acknowledge, and say something to the team."""
        about = {"wave_id": self.wave_id, "team_id": self.team_id, "person_id": self.person_id}
        await acknowledge(session, **about, answer_by=(now + ANSWER_WITHIN).date(), now=now)
        await share(session, **about, words=self.words, now=now)


@dataclass(frozen=True, slots=True)
class _Speaks:
    """What a leader says besides the results."""

    team_id: UUID
    person_id: UUID
    story: Story

    async def pledges(self, session: AsyncSession, now: datetime) -> None:
        """Say what stays private."""
        await make_pledge(
            session, team_id=self.team_id, person_id=self.person_id, words=self.story.pledge, now=now
        )

    async def goes_away(self, session: AsyncSession, now: datetime) -> None:
        """Be away for some weeks, with the first of the team acting meanwhile."""
        who = await may_stand_in(session, self.team_id, self.person_id)
        until = (now + AWAY_FOR).date()
        await go_away(
            session,
            team_id=self.team_id,
            person_id=self.person_id,
            stand_in_id=who[0][0],
            until=until,
            now=now,
        )

    async def answers(self, session: AsyncSession, now: datetime, *, said: Said) -> None:
        """Write down what was brought up, and answer it."""
        topic = await raise_topic(
            session,
            team_id=self.team_id,
            person_id=self.person_id,
            kind=TopicKind(said.kind),
            text=said.text,
            now=now,
        )
        decision = Decision(said.decision)
        await decide(
            session,
            topic.id,
            person_id=self.person_id,
            decision=decision,
            reason=said.reason,
            passed_to=said.passed_to,
            now=now,
        )
        if said.promise:
            await commit(
                session,
                team_id=self.team_id,
                wave_id=None,
                topic_id=topic.id,
                owner_id=self.person_id,
                text=said.promise,
                now=now,
            )


@dataclass(slots=True)
class _Made:
    """One promise on its way."""

    calendar: Calendar
    team_id: UUID
    owner_id: UUID
    wave_id: UUID
    promise: Promise
    id: UUID | None = None

    async def begins(self, session: AsyncSession, now: datetime) -> None:
        """Make the promise and plan what comes of it."""
        plan, promise = self.calendar.plan, self.promise
        due = (now + timedelta(days=promise.due_day)).date()
        made = await commit(
            session,
            team_id=self.team_id,
            wave_id=self.wave_id,
            owner_id=self.owner_id,
            text=promise.text,
            due=due,
            now=now,
        )
        self.id = made.id
        for move in promise.moves:
            to = (now + timedelta(days=move.to_day)).date()
            plan(now + timedelta(days=move.on_day), partial(self.moves, to=to, reason=move.reason))
        if promise.done_day is not None:
            plan(now + timedelta(days=promise.done_day), self.is_done)

    async def moves(self, session: AsyncSession, now: datetime, *, to: date, reason: str) -> None:
        """Give the promise another date."""
        about = await session.get_one(Commitment, self.id)
        await replan(session, about.id, person_id=self.owner_id, to=to, reason=reason, now=now)

    async def is_done(self, session: AsyncSession, now: datetime) -> None:
        """Say that it is done, unless that was said already."""
        promise = await session.get_one(Commitment, self.id)
        if promise.state is CommitmentState.OPEN:
            await mark_done(session, promise.id, person_id=self.owner_id, now=now)
