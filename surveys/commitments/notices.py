"""Which messages the loop owes to leaders and teams: results, shared words, one nudge.

Each function plans what is due at `now` and returns how many rows it wrote. All are safe to repeat:
the key of a delivery says what it is about, and a wave that was told once is not looked at again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from surveys.commitments.absences import rest_of, spans_away, stand_ins
from surveys.commitments.clocks import NO_REST, Rest, after_working_time, speaking_time
from surveys.commitments.models import Share
from surveys.commitments.rules import PUBLIC_AFTER
from surveys.deliveries.actions import schedule_all
from surveys.deliveries.models import Delivery, DeliveryState, Kind
from surveys.deliveries.rules import Planned, channel_for
from surveys.people.models import Leadership, Person
from surveys.people.queries import directory_of
from surveys.people.rules import Somebody
from surveys.results.models import Figure
from surveys.waves.models import Wave, WaveState, WaveUnit

STILL_NEWS = timedelta(days=21)  # an outage longer than this leaves old results untold
NUDGE_WITHIN = timedelta(days=14)
A_WEEK = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one person, before it has a channel and an hour."""

    key: str
    kind: Kind
    person: Person | Somebody
    not_before: datetime
    wave_id: UUID | None = None
    team_id: UUID | None = None
    refers_to: dict[str, str] | None = None


async def tell_leaders(session: AsyncSession, *, now: datetime) -> int:
    """Tell leaders that results are theirs to read, unit by unit.

    While one is away, who stands in is told in their place, once the team can read them: until then they
    are the leader's alone.
    """
    kind = Kind.RESULTS_FOR_LEADER
    found = await session.execute(
        select(Wave, WaveUnit.team_id, Person)
        .join(WaveUnit, WaveUnit.wave_id == Wave.id)
        .join(Leadership, Leadership.team_id == WaveUnit.team_id)
        .join(Person, (Person.id == Leadership.person_id) & Person.active)
        .where(Wave.state == WaveState.PUBLISHED, Wave.is_pulse, _lately(Wave.leaders_see_at, now))
        .where(~_told(kind, Delivery.wave_id == Wave.id), ~_overtaken(WaveUnit.team_id, now))
    )
    leading = found.all()
    acting = await stand_ins(session, {team_id for _, team_id, _ in leading}, now=now)
    leads = {(team_id, leader.id) for _, team_id, leader in leading}
    planned = 0
    for wave, notices in _by_wave(
        (
            wave,
            Notice(
                f"{kind}:{wave.id}:{team_id}:{reader.id}",
                kind,
                reader,
                (wave.leaders_see_at if (team_id, reader.id) in leads else wave.team_sees_at) or now,
                wave.id,
                team_id,
            ),
        )
        for wave, team_id, leader in leading
        for reader in [acting.get((team_id, leader.id), leader)]
    ):
        once = {notice.key: notice for notice in notices}  # a second leader may stand in for the first
        planned += await plan_notices(session, wave.organisation_id, once.values(), now=now)
    return planned


async def tell_teams(session: AsyncSession, *, now: datetime) -> int:
    """Tell everybody of a unit that was asked that its results are out."""
    kind = Kind.RESULTS_FOR_TEAM
    waves = await session.scalars(
        select(Wave)
        .where(Wave.state == WaveState.PUBLISHED, Wave.is_pulse, _lately(Wave.team_sees_at, now))
        .where(~_told(kind, Delivery.wave_id == Wave.id))
    )
    planned = 0
    for wave in waves.all():
        asked = await session.scalars(
            select(WaveUnit.team_id)
            .join(Wave, Wave.id == WaveUnit.wave_id)
            .where(Wave.id == wave.id, WaveUnit.asked > 0, ~_overtaken(WaveUnit.team_id, now))
        )
        units = frozenset(asked)
        if not units:
            continue
        people = await _asked_in(session, wave.organisation_id, units)
        told = await session.execute(
            select(Delivery.team_id, Delivery.person_id).where(
                Delivery.wave_id == wave.id, Delivery.kind == Kind.RESULTS_FOR_LEADER
            )
        )
        known = {(row[0], row[1]) for row in told}  # who stands in for the leader has a message already
        notices = (
            Notice(f"{kind}:{wave.id}:{one.id}", kind, one, wave.team_sees_at or now, wave.id, unit)
            for unit, one in people
            if (unit, one.id) not in known
        )
        planned += await plan_notices(session, wave.organisation_id, notices, now=now)
    return planned


async def pass_on_shares(session: AsyncSession, *, now: datetime) -> int:
    """Pass a leader's words on to the team, once the team can read the results they are about."""
    kind = Kind.SHARED
    about = (Delivery.wave_id == Share.wave_id) & (Delivery.team_id == Share.team_id)
    found = await session.execute(
        select(Share, Wave.team_sees_at)
        .join(Wave, Wave.id == Share.wave_id)
        .where(_lately(Share.shared_at, now), Wave.team_sees_at <= now)
        .where(~_told(kind, about), ~_overtaken(Share.team_id, now))
    )
    planned = 0
    for share, visible_at in found.all():
        people = await _asked_in(session, share.organisation_id, frozenset([share.team_id]))
        notices = (
            Notice(
                f"{kind}:{share.id}:{one.id}", kind, one, visible_at or now, share.wave_id, share.team_id
            )
            for _, one in people
            if one.id != share.person_id
        )
        planned += await plan_notices(session, share.organisation_id, notices, now=now)
    return planned


async def nudge_to_share(session: AsyncSession, *, now: datetime) -> int:
    """Remind leaders, once, who said nothing to their team for three working days.

    Monday's message says the same: whoever had one in the last days is not written to again. Nor is one who
    has not even been told of the results, because nothing could be sent.
    """
    kind = Kind.LEADER_NUDGE
    about = (Delivery.wave_id == Wave.id) & (Delivery.team_id == WaveUnit.team_id)
    this_week = exists().where(
        Delivery.kind == Kind.LEADER_WEEK, Delivery.person_id == Person.id, Delivery.due_at > now - A_WEEK
    )
    untold = exists().where(
        Delivery.kind == Kind.RESULTS_FOR_LEADER,
        about,
        Delivery.person_id == Person.id,
        Delivery.state == DeliveryState.WAITING,
    )
    shown = exists().where(
        Figure.wave_id == Wave.id, Figure.team_id == WaveUnit.team_id, Figure.shown.is_(True)
    )
    found = await session.execute(
        select(Wave, WaveUnit.team_id, Person)
        .join(WaveUnit, WaveUnit.wave_id == Wave.id)
        .join(Leadership, Leadership.team_id == WaveUnit.team_id)
        .join(Person, (Person.id == Leadership.person_id) & Person.active)
        .outerjoin(Share, (Share.wave_id == Wave.id) & (Share.team_id == WaveUnit.team_id))
        .where(
            Wave.state == WaveState.PUBLISHED,
            Wave.leaders_see_at <= now - PUBLIC_AFTER,
            Wave.leaders_see_at >= now - NUDGE_WITHIN,
            Share.id.is_(None),
            shown,
            ~_told(kind, about),
            ~_overtaken(WaveUnit.team_id, now),
            ~this_week,
            ~untold,
        )
    )
    planned, calendars = 0, dict[UUID, dict[UUID, tuple[str, Rest]]]()
    for wave, team_id, leader in found.all():
        if wave.organisation_id not in calendars:
            calendars[wave.organisation_id] = await _calendars(session, wave.organisation_id)
        zone, rest = calendars[wave.organisation_id].get(team_id, (leader.zone, NO_REST))
        since = after_working_time(wave.leaders_see_at or now, PUBLIC_AFTER, zone, rest)
        if since <= now:
            key = f"{kind}:{wave.id}:{team_id}:share:{leader.id}"
            notice = Notice(key, kind, leader, since, wave.id, team_id, {"step": "share"})
            planned += await plan_notices(session, wave.organisation_id, [notice], now=now)
    return planned


async def _calendars(session: AsyncSession, organisation_id: UUID) -> dict[UUID, tuple[str, Rest]]:
    """Return the zone of each team, and when its clocks stand still."""
    directory = await directory_of(session, organisation_id)
    away = await spans_away(session, organisation_id)
    return {
        team_id: (directory.team_zone(team_id), rest_of(directory, team_id, away))
        for team_id in directory.teams
    }


def _lately(
    column: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None], now: datetime
) -> ColumnElement[bool]:
    return (column <= now) & (column >= now - STILL_NEWS)


def _overtaken(team_id: InstrumentedAttribute[UUID], now: datetime) -> ColumnElement[bool]:
    """Return whether newer results of the unit are out, so that the page alone tells of these.

    A small unit is not asked in every wave of its programme: what others are asked overtakes nothing.
    """
    newer, asked = aliased(Wave), aliased(WaveUnit)
    return exists().where(
        newer.programme_id == Wave.programme_id,
        newer.state == WaveState.PUBLISHED,
        newer.is_pulse,
        newer.occurrence > Wave.occurrence,
        newer.leaders_see_at <= now,
        asked.wave_id == newer.id,
        asked.team_id == team_id,
    )


def _told(kind: Kind, about: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Delivery.kind == kind, about)


def _by_wave(found: Iterable[tuple[Wave, Notice]]) -> Iterable[tuple[Wave, list[Notice]]]:
    grouped: dict[UUID, tuple[Wave, list[Notice]]] = {}
    for wave, notice in found:
        grouped.setdefault(wave.id, (wave, []))[1].append(notice)
    return grouped.values()


async def _asked_in(
    session: AsyncSession, organisation_id: UUID, units: frozenset[UUID]
) -> list[tuple[UUID, Somebody]]:
    """Return who belongs to these units now. Who was on the roster of a closed wave is not kept."""
    directory = await directory_of(session, organisation_id)
    return [
        (unit, directory.people[person_id])
        for unit, people in directory.rosters().items()
        if unit in units
        for person_id in people
    ]


async def plan_notices(
    session: AsyncSession, organisation_id: UUID, notices: Iterable[Notice], *, now: datetime
) -> int:
    """Write notices that are not written yet, each for a decent hour where its reader is."""
    return await schedule_all(session, [_planned(notice, organisation_id, now=now) for notice in notices])


def _planned(notice: Notice, organisation_id: UUID, *, now: datetime) -> Planned:
    return Planned(
        key=notice.key,
        kind=notice.kind,
        person_id=notice.person.id,
        organisation_id=organisation_id,
        channel=channel_for(notice.person.slack_id),
        due_at=speaking_time(max(now, notice.not_before), notice.person.zone, notice.person.country),
        wave_id=notice.wave_id,
        team_id=notice.team_id,
        refers_to=notice.refers_to,
    )
