"""What is counted over all teams once a day."""

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from surveys.commitments.absences import spans_away
from surveys.commitments.actions import commit, mark_done, share, withdraw
from surveys.commitments.health import look_at, loop_health, nothing_known, store_count
from surveys.commitments.loop import Days, LoopHealth
from surveys.commitments.models import LoopCount
from surveys.commitments.rules import Rate
from surveys.people.models import Person, Team
from surveys.waves.models import Wave
from tests.cast import Cast, make_cast, make_organisation, make_person, make_team
from tests.loop import make_programme, make_wave

CLOSED = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)  # a Tuesday
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
Made = list[tuple[Team, Person]]


async def asked(session: AsyncSession, count: int) -> tuple[Cast, Made, Wave]:
    cast = await make_cast(session)
    made = []
    for number in range(count):
        team = await make_team(session, cast.organisation, f"Team {number}", parent=cast.company)
        leader = await make_person(session, cast.organisation, f"L{number}", team=team, leads=[team])
        made.append((team, leader))
    programme = await make_programme(session, cast.organisation)
    wave = await make_wave(session, programme, [team for team, _ in made], closes_at=CLOSED)
    return cast, made, wave


async def counted(session: AsyncSession, cast: Cast, now: datetime) -> LoopHealth:
    organisation, directory = cast.organisation.id, await cast.directory(session)
    known = nothing_known(directory, await spans_away(session, organisation), now=now)
    teams = list(directory.teams)
    await look_at(session, directory, known, teams[:5])
    await look_at(session, directory, known, teams[5:])
    await store_count(session, organisation, known)
    found = await loop_health(session, cast.organisation.id)
    assert found is not None
    assert found[1] == now
    return found[0]


async def test_under_ten_teams_it_says_nothing_else(session: AsyncSession) -> None:
    cast, _, _ = await asked(session, 9)
    assert await counted(session, cast, CLOSED + 6 * DAY) == LoopHealth(enough=False)


async def test_who_has_not_shared_counts_as_waiting_and_is_not_dropped(session: AsyncSession) -> None:
    cast, made, wave = await asked(session, 11)
    for number, (team, leader) in enumerate(made[:10], start=1):
        now = CLOSED + number * HOUR
        await share(
            session, wave_id=wave.id, team_id=team.id, person_id=leader.id, words="Thank you.", now=now
        )

    health = await counted(session, cast, CLOSED + 6 * DAY)

    assert (health.teams, health.waiting_to_share) == (11, 1)
    quick = [Days(round(hours / 24, 1)) for hours in range(1, 11)]
    told = [Days(one.days, one.over) for one in health.days_to_share for _ in range(one.teams)]
    assert told == [*quick, Days(4.0, over=False)]
    assert list(health.days_to_acknowledge) == [Days(4.0, over=False, teams=11)]


async def test_promises_of_fewer_than_ten_teams_say_nothing(session: AsyncSession) -> None:
    cast, made, _ = await asked(session, 11)
    for number, (team, leader) in enumerate(made[:10], start=1):
        if number == 10:
            health = await counted(session, cast, CLOSED + 9 * DAY)
            assert health.follow_through is None
        promise = await commit(
            session, team_id=team.id, wave_id=None, owner_id=leader.id, text="A step", now=CLOSED
        )
        if number < 8:
            await mark_done(session, promise.id, person_id=leader.id, now=CLOSED + DAY)
        else:
            await withdraw(session, promise.id, person_id=leader.id, reason="No budget", now=CLOSED + DAY)

    health = await counted(session, cast, CLOSED + 10 * DAY)

    assert health.follow_through is not None
    assert health.follow_through.by_dates == Rate(7, 7)
    assert (health.follow_through.withdrawn, health.follow_through.many_withdrawn) == (3, True)


async def test_nothing_that_is_stored_names_a_team_and_another_organisation_does_not_count(
    session: AsyncSession,
) -> None:
    cast, made, _ = await asked(session, 10)
    other = await make_organisation(session, "Other")
    team = await make_team(session, other, "Theirs")
    await make_person(session, other, "Zoe", team=team, leads=[team])
    await make_wave(session, await make_programme(session, other), [team], closes_at=CLOSED)

    assert (await counted(session, cast, CLOSED + DAY)).teams == 10
    stored = repr((await session.get_one(LoopCount, cast.organisation.id)).figures)
    assert not [team for team, _ in made if team.name in stored or team.id.hex in stored.replace("-", "")]


async def test_clocks_that_count_at_the_same_time_leave_one_count(
    own_sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with own_sessions.begin() as session:
        cast = await make_cast(session)
    now = CLOSED + 6 * DAY

    async def count() -> None:
        async with own_sessions() as session:
            known = nothing_known(await cast.directory(session), {}, now=now)
        async with own_sessions.begin() as session:
            await store_count(session, cast.organisation.id, known)

    await asyncio.gather(*(count() for _ in range(4)))

    async with own_sessions() as session:
        assert [count.day for count in await session.scalars(select(LoopCount))] == [now.date()]
