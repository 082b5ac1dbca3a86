"""How the loop does over all teams: counted once a day, and by team only under an agreement."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.commitments import rules
from surveys.commitments.absences import Away, rest_of
from surveys.commitments.agreements import agreement_of
from surveys.commitments.clocks import NO_REST, Rest, working_time
from surveys.commitments.follow_through import ended_promises, follow_through, recently_ended
from surveys.commitments.loop import Days, FollowThrough, LoopHealth
from surveys.commitments.models import (
    Acknowledgement,
    Commitment,
    CommitmentState,
    LateCount,
    LoopCount,
    Share,
)
from surveys.commitments.promises import (
    LOOK_BACK,
    ToldPromise,
    told_promises,
)
from surveys.commitments.rates import Answered, Wait, acknowledged_rate, closure_rate, middle_wait
from surveys.commitments.rules import Rate, Status
from surveys.commitments.topics_read import COUNTED, answered_topics
from surveys.people.models import Organisation
from surveys.people.rules import Directory
from surveys.waves.models import Wave, WaveState, WaveUnit

WORKING_DAY = timedelta(days=1)
MONTH = timedelta(days=30)
CHUNK = 1_000  # rows a statement
WAITS = ("days_to_share", "days_to_acknowledge")
RATES = ("acknowledged", "closed_30", "closed_90")
LATE = frozenset({Status.OVERDUE, Status.LATE, Status.BROKEN})


@dataclass(frozen=True, slots=True)
class _Results:
    """What one pulse brought one team, and what its leader said to it."""

    team_id: UUID
    out: datetime
    shared_at: datetime | None
    acknowledged_at: datetime | None


@dataclass(frozen=True, slots=True)
class Known:
    """Everything of the last months that is counted, with the calendar of each team."""

    results: list[_Results]  # of each team the oldest first
    promises: list[ToldPromise]
    topics: list[Answered]
    zones: Mapping[UUID, str]
    rests: Mapping[UUID, Rest]
    now: datetime

    def wait(self, one: _Results, at: datetime | None) -> Wait:
        """Return how long one pulse waited, until `at` or until now."""
        rest = self.rests.get(one.team_id, NO_REST)
        return Wait(
            working_time(one.out, at or self.now, self.zones[one.team_id], rest), over=at is not None
        )


async def organisations_to_count(session: AsyncSession, *, now: datetime) -> list[UUID]:
    """Return the organisations whose loop was not counted on this day (UTC)."""
    today = now.astimezone(UTC).date()
    counted = exists().where(LoopCount.organisation_id == Organisation.id, LoopCount.day >= today)
    return list(await session.scalars(select(Organisation.id).where(~counted)))


async def store_count(session: AsyncSession, organisation_id: UUID, known: Known) -> None:
    """Store how the loop does today, in place of what was stored before.

    Once a day, because a page that follows each press would tell HR, from one minute to the next, whose
    press it was. What stands by team is written only while a works agreement is in force. Two clocks that
    counted at the same time store one after the other.
    """
    await session.get_one(
        Organisation, organisation_id, with_for_update={"key_share": True}, populate_existing=True
    )
    await forget_counts(session, organisation_id)
    session.add(
        LoopCount(
            organisation_id=organisation_id,
            day=known.now.astimezone(UTC).date(),
            counted_at=known.now,
            figures=_as_json(_health(known)),
        )
    )
    await session.flush()
    if await agreement_of(session, organisation_id) is not None:
        rows = [{"organisation_id": organisation_id, **row} for row in _late(known)]
        for start in range(0, len(rows), CHUNK):
            await session.execute(insert(LateCount), rows[start : start + CHUNK])


async def forget_counts(session: AsyncSession, organisation_id: UUID) -> None:
    """Delete what was counted; the clock counts anew with its next tick."""
    await session.execute(delete(LateCount).where(LateCount.organisation_id == organisation_id))
    await session.execute(delete(LoopCount).where(LoopCount.organisation_id == organisation_id))


async def loop_health(session: AsyncSession, organisation_id: UUID) -> tuple[LoopHealth, datetime] | None:
    """Return how the loop does over all teams, and when it was counted; None before the first count."""
    count = await session.get(LoopCount, organisation_id)
    return None if count is None else (_from_json(count.figures), count.counted_at)


def _health(known: Known) -> LoopHealth:
    newest = {one.team_id: one for one in known.results}
    if len(newest) < rules.TEAMS_FROM:
        return LoopHealth(enough=False)
    to_share: dict[UUID, list[Wait]] = defaultdict(list)
    to_acknowledge: dict[UUID, list[Wait]] = defaultdict(list)
    for one in known.results:
        to_share[one.team_id].append(known.wait(one, one.shared_at))
        to_acknowledge[one.team_id].append(known.wait(one, one.acknowledged_at))
    ended = {told.team_id for told in recently_ended(known.promises, known.zones, now=known.now)}
    topics = known.topics if _enough(one.team_id for one in known.topics) else []
    became = follow_through(known.promises, known.zones, now=known.now)
    waiting = [known.wait(one, one.shared_at) for one in newest.values()]
    return LoopHealth(
        enough=True,
        teams=len(newest),
        days_to_share=_days(to_share),
        days_to_acknowledge=_days(to_acknowledge),
        waiting_to_share=sum(not one.over and one.passed >= rules.PUBLIC_AFTER for one in waiting),
        follow_through=became if _enough(ended) else None,
        acknowledged=acknowledged_rate(topics),
        closed_30=closure_rate(topics, within=MONTH, now=known.now),
        closed_90=closure_rate(topics, within=LOOK_BACK, now=known.now),
    )


def _enough(teams: Iterable[UUID | None]) -> bool:
    """Return whether so many teams stand behind a figure that it tells nothing about one of them."""
    return len(set(teams)) >= rules.TEAMS_FROM


def _days(waits: Mapping[UUID, Sequence[Wait]]) -> list[Days]:
    middles = [middle for each in waits.values() if (middle := middle_wait(each)) is not None]
    places = Counter((round(middle.passed / WORKING_DAY, 1), not middle.over) for middle in middles)
    return [Days(days, not waiting, teams) for (days, waiting), teams in sorted(places.items())]


def _late(known: Known) -> list[dict[str, Any]]:
    """Return for each team with something late what it is, as counts."""
    late: dict[UUID, dict[str, int]] = defaultdict(lambda: {"unshared": 0, "promises": 0, "topics": 0})
    for one in known.results:
        wait = known.wait(one, one.shared_at)
        if not wait.over and wait.passed >= rules.PUBLIC_AFTER:
            late[one.team_id]["unshared"] += 1
    for told in recently_ended(known.promises, known.zones, now=known.now):
        if told.status in LATE:
            late[told.team_id]["promises"] += 1
    for topic in known.topics:
        if topic.team_id is not None and not topic.acknowledged and topic.waited >= rules.PUBLIC_AFTER:
            late[topic.team_id]["topics"] += 1
    return [{"team_id": team_id, **counts} for team_id, counts in late.items()]


def nothing_known(directory: Directory, away: Away, *, now: datetime) -> Known:
    """Return the calendars of all teams; `look_at` adds what happened there."""
    teams = directory.teams
    return Known(
        results=[],
        promises=[],
        topics=[],
        zones={team_id: directory.team_zone(team_id) for team_id in teams},
        rests={team_id: rest_of(directory, team_id, away) for team_id in teams},
        now=now,
    )


async def look_at(session: AsyncSession, directory: Directory, known: Known, teams: Sequence[UUID]) -> None:
    """Add what is counted of some teams to what is known, each team once."""
    promises = await _promises(session, directory.organisation_id, teams, known.zones, now=known.now)
    ended = ended_promises(promises)
    known.promises.extend(promises)
    known.results.extend(await _results(session, directory, teams, now=known.now))
    known.topics.extend(
        await answered_topics(session, directory, ended, known.rests, now=known.now, teams=teams)
    )


async def _results(
    session: AsyncSession, directory: Directory, teams: Sequence[UUID], *, now: datetime
) -> list[_Results]:
    """Return what pulses of the last 90 days brought teams that somebody leads."""
    found = await session.execute(
        select(WaveUnit.team_id, Wave.leaders_see_at, Share.shared_at, Acknowledgement.acknowledged_at)
        .join(Wave, Wave.id == WaveUnit.wave_id)
        .outerjoin(Share, (Share.wave_id == Wave.id) & (Share.team_id == WaveUnit.team_id))
        .outerjoin(
            Acknowledgement,
            (Acknowledgement.wave_id == Wave.id) & (Acknowledgement.team_id == WaveUnit.team_id),
        )
        .where(
            Wave.organisation_id == directory.organisation_id,
            Wave.state == WaveState.PUBLISHED,
            Wave.leaders_see_at <= now,
            Wave.leaders_see_at >= now - LOOK_BACK,
            Wave.is_pulse,
            WaveUnit.asked > 0,
            WaveUnit.team_id.in_(teams),
        )
        .order_by(Wave.leaders_see_at)
    )
    return [
        _Results(team_id, out, shared_at, acknowledged_at)
        for team_id, out, shared_at, acknowledged_at in found
        if out is not None and directory.leaders.get(team_id)
    ]


async def _promises(
    session: AsyncSession,
    organisation_id: UUID,
    teams: Sequence[UUID],
    zones: Mapping[UUID, str],
    *,
    now: datetime,
) -> list[ToldPromise]:
    """Return the promises that may count: open ones, and those that ended or answer a topic of late."""
    lately = now - LOOK_BACK
    whose = (Commitment.organisation_id == organisation_id) & Commitment.team_id.in_(teams)
    ours = whose & (
        (Commitment.state == CommitmentState.OPEN)
        | (Commitment.done_at >= lately)
        | (Commitment.withdrawn_at >= lately)
        | (Commitment.topic_id.is_not(None) & (Commitment.made_at >= now - COUNTED))
    )
    return await told_promises(session, ours, zones, now=now)


def _as_json(health: LoopHealth) -> dict[str, Any]:
    return asdict(health)


def _from_json(figures: Mapping[str, Any]) -> LoopHealth:
    plain = dict(figures)
    for name in WAITS:
        plain[name] = tuple(Days(**one) for one in plain[name])
    for name in RATES:
        plain[name] = _rate(plain[name])
    if plain["follow_through"] is not None:
        became = dict(plain["follow_through"])
        became.update({name: _rate(became[name]) for name in ("confirmed", "by_dates", "strict")})
        plain["follow_through"] = FollowThrough(**became)
    return LoopHealth(**plain)


def _rate(plain: Mapping[str, int] | None) -> Rate | None:
    return None if plain is None else Rate(**plain)
