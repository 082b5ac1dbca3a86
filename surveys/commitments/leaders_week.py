"""Plans the message that begins a leader's week: one at most, whatever teams they lead or stand in for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from surveys.commitments.clocks import begins_week
from surveys.commitments.leading import acts_in
from surveys.commitments.loop import LoopState, PromiseView
from surveys.commitments.models import Absence, Commitment, CommitmentState
from surveys.commitments.most_pressing import URGENCY, Thing, ThingKind, overdue, thing_to_do
from surveys.commitments.notices import A_WEEK, Notice, plan_notices
from surveys.commitments.playbooks import step_to_try
from surveys.commitments.queries import loop_of
from surveys.deliveries.models import Delivery, Kind
from surveys.people.groups_read import groups_of
from surveys.people.models import GroupMember, Leadership, Person, WorkingGroup
from surveys.people.statements import where_people_are
from surveys.results.queries import trend_of
from surveys.waves.models import Wave, WaveState, WaveUnit
from surveys.zones import local_date, time_zone

WEEKLY = (Kind.LEADER_WEEK, Kind.LEADER_NUDGE)
AFTER_RESULTS = timedelta(hours=2)
BEGINS = 9
TO_THE_MORNING = timedelta(hours=BEGINS)  # it is planned from midnight on, for nine o'clock
RESULTS_WITHIN = timedelta(days=120)
WAVES = 3  # enough to find the newest results behind an open wave


@dataclass(frozen=True, slots=True)
class Week:
    """What begins somebody's week.

    Attributes:
        loop: of the team in which something is most pressing, as this person may read it.
        thing: what that is.
        teams: in how many of their teams something waits.
        as_leader: whether they lead that team; who stands in reads results with the team.
        late: promises past their date in all of their teams, each with its team, the oldest first.
    """

    loop: LoopState
    thing: Thing
    teams: int
    as_leader: bool
    late: Sequence[tuple[str, PromiseView]]


async def begin_weeks(session: AsyncSession, *, now: datetime) -> int:
    """Plan the week's message for each leader with a team that was asked or holds an open promise.

    It comes on Monday at nine, or on the first day of the week that is no public holiday where they are; or
    the morning after, where no clock went on that day before the evening. Whoever was written to about the
    same in the days before gets none, and who is told of results at that hour gets it two hours later, so
    that they come one after the other. While a leader is away from a team, who stands in there gets it in
    their place.
    """
    found = await session.execute(
        where_people_are()
        .add_columns(Person)
        .where(Person.active, _has_a_week(now), ~_told(now))
        .order_by(Person.id)
    )
    planned = 0
    for zone, country, leader in found.all():
        there = now.astimezone(time_zone(zone))
        if not begins_week(there.date(), country):
            continue
        notice = Notice(week_key(leader.id, there), Kind.LEADER_WEEK, leader, now)
        planned += await plan_notices(session, leader.organisation_id, [notice], now=now)
    return planned


def _told(now: datetime) -> ColumnElement[bool]:
    """Whether somebody was written to about the same lately, or is told of results at this hour."""
    return exists().where(
        Delivery.person_id == Person.id,
        or_(
            and_(Delivery.kind.in_(WEEKLY), Delivery.due_at > now - A_WEEK),
            and_(
                Delivery.kind == Kind.RESULTS_FOR_LEADER,
                Delivery.due_at.between(now - AFTER_RESULTS, now + TO_THE_MORNING + AFTER_RESULTS),
            ),
        ),
    )


def _has_a_week(now: datetime) -> ColumnElement[bool]:
    """Whether somebody leads, or stands in for who leads, where there may be something to do."""
    leads = exists().where(
        Leadership.person_id == Person.id,
        ~_away_from(Leadership.team_id, Leadership.person_id, now),
        _something(Leadership.team_id, Wave.leaders_see_at, now),
    )
    stands_in = exists().where(
        Absence.stand_in_id == Person.id,
        *_at(now),
        Leadership.team_id == Absence.team_id,
        Leadership.person_id == Absence.person_id,
        _something(Absence.team_id, Wave.team_sees_at, now),
    )
    in_group = exists().where(
        GroupMember.person_id == Person.id,
        GroupMember.leads,
        WorkingGroup.id == GroupMember.team_id,
        WorkingGroup.ended_at.is_(None),
        _holds(GroupMember.team_id),
    )
    return or_(leads.correlate(Person), stands_in.correlate(Person), in_group.correlate(Person))


def week_key(person_id: UUID, there: datetime) -> str:
    """Return what makes the message of one week the same one when it is planned again."""
    week = there.date().isocalendar()
    return f"{Kind.LEADER_WEEK}:{person_id}:{week.year}-{week.week:02}"


async def week_of(session: AsyncSession, person_id: UUID, *, now: datetime) -> Week | None:
    """Return the team in which something is most pressing for who leads it or stands in there, and what.

    None where nothing waits anywhere: then there is nothing to write.
    """
    led = await session.scalars(
        select(Leadership.team_id).where(
            Leadership.person_id == person_id,
            ~_away_from(Leadership.team_id, Leadership.person_id, now),
        )
    )
    groups = [group.id for group in await groups_of(session, person_id) if group.led_by(person_id)]
    teams = dict.fromkeys([*led.all(), *groups], True)
    for team_id in await acts_in(session, person_id, now=now):
        teams.setdefault(team_id, False)
    found: list[tuple[int, str, LoopState, Thing]] = []
    late: list[tuple[str, PromiseView]] = []
    for team_id, as_leader in teams.items():
        loop = await loop_of(session, team_id, now=now, for_leader=as_leader)
        late += [(loop.team_name, promise) for promise in overdue(loop.promises)]
        thing = await _thing(session, loop, now=now, as_leader=as_leader)
        if thing is not None:
            found.append((URGENCY[thing.kind], loop.team_name.casefold(), loop, thing))
    if not found:
        return None
    _, _, loop, thing = min(found, key=lambda one: one[:2])
    late.sort(key=lambda one: one[1].expected)
    return Week(loop, thing, len(found), teams[loop.team_id], late)


async def _thing(session: AsyncSession, loop: LoopState, *, now: datetime, as_leader: bool) -> Thing | None:
    today = local_date(now, loop.zone)
    thing = thing_to_do(loop, today=today)
    if thing is None and loop.wave_id is not None:
        trend = await trend_of(session, loop.team_id, now=now, as_leader=as_leader, waves=WAVES)
        if step_to_try(trend, today=today) is not None:
            return Thing(ThingKind.TRY, wave_id=loop.wave_id)
    return thing


TeamColumn = InstrumentedAttribute[UUID]


def _something(
    team_id: TeamColumn, sees_at: InstrumentedAttribute[datetime | None], now: datetime
) -> ColumnElement[bool]:
    """Whether a team was asked lately or holds an open promise."""
    asked = exists().where(
        WaveUnit.team_id == team_id,
        WaveUnit.wave_id == Wave.id,
        Wave.state == WaveState.PUBLISHED,
        sees_at <= now,
        sees_at >= now - RESULTS_WITHIN,
    )
    return or_(asked, _holds(team_id))


def _holds(team_id: TeamColumn) -> ColumnElement[bool]:
    return exists().where(Commitment.team_id == team_id, Commitment.state == CommitmentState.OPEN)


def _away_from(team_id: TeamColumn, person_id: TeamColumn, now: datetime) -> ColumnElement[bool]:
    return exists().where(and_(Absence.team_id == team_id, Absence.person_id == person_id, *_at(now)))


def _at(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Absence.since <= now, Absence.until > now)
