"""Plans the message that begins a leader's week: one at most, whatever teams they lead."""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.commitments.clocks import begins_week
from surveys.commitments.leading import acting_owner, zone_of
from surveys.commitments.loop import LoopState
from surveys.commitments.models import Absence, Commitment, CommitmentState
from surveys.commitments.notices import A_WEEK, Notice, plan_notices
from surveys.commitments.playbooks import step_to_try
from surveys.commitments.queries import loop_of
from surveys.commitments.week import URGENCY, Thing, ThingKind, thing_to_do
from surveys.deliveries.actions import schedule
from surveys.deliveries.models import Delivery, Kind
from surveys.deliveries.rules import ChannelName
from surveys.errors import Conflict, Missing
from surveys.people.models import Leadership, Person, Team
from surveys.results.queries import trend_of
from surveys.waves.models import Wave, WaveState, WaveUnit

WEEKLY = (Kind.LEADER_WEEK, Kind.LEADER_NUDGE)
BEGINS, ENDS = 9, 17
RESULTS_WITHIN = timedelta(days=120)
LATER = {"tomorrow": timedelta(days=1), "next_week": timedelta(days=7)}
MOST_SNOOZES = 3
WAVES = 3  # enough to find the newest results behind an open wave


async def begin_weeks(session: AsyncSession, *, now: datetime, slack: bool) -> int:
    """Plan the week's message for each leader with a team that was asked or holds a promise of theirs.

    It comes on Monday, or on the first day of the week that is no public holiday where they are.

    Whoever was written to about the same in the days before, or is away, gets none.
    """
    asked = exists().where(
        WaveUnit.team_id == Leadership.team_id,
        WaveUnit.wave_id == Wave.id,
        Wave.state == WaveState.PUBLISHED,
        Wave.leaders_see_at <= now,
        Wave.leaders_see_at >= now - RESULTS_WITHIN,
    )
    holds = exists().where(
        Commitment.team_id == Leadership.team_id, Commitment.state == CommitmentState.OPEN
    )
    told = exists().where(
        Delivery.person_id == Person.id, Delivery.kind.in_(WEEKLY), Delivery.due_at > now - A_WEEK
    )
    away = exists().where(Absence.person_id == Person.id, Absence.since <= now, Absence.until > now)
    found = await session.scalars(
        select(Person)
        .where(
            Person.active,
            exists().where(Leadership.person_id == Person.id, or_(asked, holds)).correlate(Person),
            ~told,
            ~away,
        )
        .order_by(Person.id)
    )
    planned = 0
    for leader in found.all():
        there = now.astimezone(ZoneInfo(leader.zone))
        if not begins_week(there.date(), leader.country) or not BEGINS <= there.hour < ENDS:
            continue
        week = there.date().isocalendar()
        key = f"{Kind.LEADER_WEEK}:{leader.id}:{week.year}-{week.week:02}"
        notice = Notice(key, Kind.LEADER_WEEK, leader, now)
        planned += await plan_notices(session, leader.organisation_id, [notice], now=now, slack=slack)
    return planned


async def week_of(
    session: AsyncSession, person_id: UUID, *, now: datetime
) -> tuple[LoopState, Thing, int] | None:
    """Return the team of this leader in which something is most pressing, what it is, and in how many.

    None where nothing waits anywhere: then there is nothing to write.
    """
    led = await session.execute(
        select(Leadership.team_id, Team.name)
        .join(Team, Team.id == Leadership.team_id)
        .where(Leadership.person_id == person_id)
    )
    found: list[tuple[int, str, LoopState, Thing]] = []
    for team_id, name in led.all():
        loop = await loop_of(session, team_id, now=now, for_leader=True)
        today: date = now.astimezone(ZoneInfo(loop.zone)).date()
        thing = thing_to_do(loop, today=today)
        if thing is None and loop.wave_id is not None:
            trend = await trend_of(session, team_id, now=now, as_leader=True, waves=WAVES)
            if step_to_try(trend, today=today) is not None:
                thing = Thing(ThingKind.TRY, wave_id=loop.wave_id)
        if thing is not None:
            found.append((URGENCY[thing.kind], name.casefold(), loop, thing))
    if not found:
        return None
    _, _, loop, thing = min(found, key=lambda one: one[:2])
    return loop, thing, len(found)


async def put_off_promise(
    session: AsyncSession, commitment_id: UUID, *, person_id: UUID, how: str, now: datetime
) -> datetime:
    """Remind who looks after an open promise again, tomorrow or in a week; return when.

    The date of the promise does not move by it.

    Raises:
        Missing: there is no such open promise that they look after.
        Conflict: it was put off three times already.
    """
    promise = await session.get(Commitment, commitment_id)
    if promise is None or promise.state is not CommitmentState.OPEN:
        raise Missing("This promise is not open any more.")
    if person_id not in {promise.owner_id, await acting_owner(session, promise, now=now)}:
        raise Missing("This promise is not open any more.")
    start = f"{Kind.PROMISE_DUE}:{promise.id}:later:"
    earlier = await session.scalars(select(Delivery.id).where(Delivery.key.startswith(start)))
    count = len(earlier.all())
    if count >= MOST_SNOOZES:
        raise Conflict("You have put this off three times. It stays on your list.")
    person = await session.get_one(Person, person_id)
    zone = await zone_of(session, promise.team_id)
    morning = (now.astimezone(ZoneInfo(zone)) + LATER[how]).replace(
        hour=BEGINS, minute=0, second=0, microsecond=0
    )
    await schedule(
        session,
        key=f"{start}{count + 1}",
        kind=Kind.PROMISE_DUE,
        person_id=person_id,
        organisation_id=promise.organisation_id,
        channel=ChannelName.SLACK if person.slack_id else ChannelName.MAIL,
        due_at=morning,
        team_id=promise.team_id,
        refers_to={"commitment": str(promise.id)},
    )
    return morning
