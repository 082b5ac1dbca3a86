from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.commitments.actions import acknowledge, commit, share
from surveys.commitments.leaders_week import begin_weeks, week_of
from surveys.commitments.models import Absence
from surveys.commitments.most_pressing import ThingKind
from surveys.commitments.notices import tell_leaders
from surveys.commitments.putting_off import put_off_week
from surveys.deliveries.models import Delivery, Kind
from tests.cast import Cast, make_cast
from tests.loop import make_programme, make_wave

CLOSED = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)  # a Thursday
MONDAY = datetime(2026, 3, 9, 8, 30, tzinfo=UTC)  # 09:30 in Berlin
DAY = timedelta(days=1)


async def scene(session: AsyncSession) -> Cast:
    cast = await make_cast(session)
    programme = await make_programme(session, cast.organisation)
    await make_wave(session, programme, [cast.payments], closes_at=CLOSED)
    return cast


async def test_a_week_begins_on_monday_morning_with_one_message(session: AsyncSession) -> None:
    cast = await scene(session)

    hour = timedelta(hours=1)
    assert await begin_weeks(session, now=MONDAY - DAY) == 0
    assert await begin_weeks(session, now=MONDAY - 3 * hour) == 1  # for nine o'clock
    assert await begin_weeks(session, now=MONDAY + 3 * hour) == 0
    assert await begin_weeks(session, now=MONDAY + 7 * DAY) == 1
    assert await begin_weeks(session, now=MONDAY + 14 * DAY + 11 * hour) == 1  # in the evening

    told = (await session.scalars(select(Delivery).where(Delivery.kind == Kind.LEADER_WEEK))).all()
    assert {one.person_id for one in told} == {cast.lena.id}
    nine = MONDAY.replace(minute=0)
    assert sorted(one.due_at for one in told) == [nine, MONDAY + 7 * DAY, nine + 15 * DAY]


async def test_who_is_told_of_results_on_monday_morning_begins_the_week_two_hours_later(
    session: AsyncSession,
) -> None:
    await scene(session)
    assert await tell_leaders(session, now=MONDAY - DAY) == 1  # for nine o'clock on Monday

    assert await begin_weeks(session, now=MONDAY - timedelta(hours=9)) == 0
    assert await begin_weeks(session, now=MONDAY) == 0
    assert await begin_weeks(session, now=MONDAY + timedelta(hours=2)) == 1


async def test_while_a_leader_is_away_who_stands_in_begins_the_week_in_their_place(
    session: AsyncSession,
) -> None:
    cast = await scene(session)
    session.add(
        Absence(
            organisation_id=cast.organisation.id,
            team_id=cast.payments.id,
            person_id=cast.lena.id,
            stand_in_id=cast.alice.id,
            since=MONDAY - DAY,
            until=MONDAY + DAY,
        )
    )
    await session.flush()

    assert await begin_weeks(session, now=MONDAY) == 1
    assert await begin_weeks(session, now=MONDAY + timedelta(hours=1)) == 0
    told = (await session.scalars(select(Delivery).where(Delivery.kind == Kind.LEADER_WEEK))).all()
    assert [one.person_id for one in told] == [cast.alice.id]
    assert await week_of(session, cast.lena.id, now=MONDAY) is None
    week = await week_of(session, cast.alice.id, now=MONDAY)
    assert week is not None
    assert (week.thing.kind, week.as_leader) == (ThingKind.SHARE, False)
    assert await week_of(session, cast.alice.id, now=MONDAY + 2 * DAY) is None  # the leader is back


async def test_a_week_that_was_put_off_begins_later_and_no_other_comes_between(
    session: AsyncSession,
) -> None:
    cast = await scene(session)
    await begin_weeks(session, now=MONDAY)
    again = await put_off_week(session, cast.lena.id, how="two_weeks", now=MONDAY + timedelta(hours=1))

    assert again == MONDAY.replace(minute=0) + 14 * DAY
    for days in (7, 8, 14):
        assert await begin_weeks(session, now=MONDAY + days * DAY) == 0
    assert await begin_weeks(session, now=MONDAY + 21 * DAY) == 1


async def test_the_one_thing_is_what_presses_most(session: AsyncSession) -> None:
    cast = await scene(session)
    wave = (await session.scalars(select(Delivery.wave_id))).first()

    async def thing(now: datetime) -> ThingKind | None:
        week = await week_of(session, cast.lena.id, now=now)
        return week.thing.kind if week is not None else None

    assert wave is None
    first = await week_of(session, cast.lena.id, now=MONDAY)
    assert first is not None
    loop = first.loop
    assert (loop.team_id, first.thing.kind, first.teams) == (cast.payments.id, ThingKind.SHARE, 1)
    assert loop.wave_id is not None
    about = {"wave_id": loop.wave_id, "team_id": cast.payments.id, "person_id": cast.lena.id, "now": MONDAY}
    await share(session, words="Thank you.", **about)  # type: ignore[arg-type] -- keywords of two calls
    assert await thing(MONDAY) is ThingKind.ACKNOWLEDGE
    await acknowledge(session, answer_by=date(2026, 3, 12), **about)  # type: ignore[arg-type] -- the same
    assert await thing(MONDAY) is ThingKind.PROMISE
    await commit(
        session,
        team_id=cast.payments.id,
        wave_id=loop.wave_id,
        owner_id=cast.lena.id,
        text="A written agenda before every meeting",
        due=date(2026, 4, 1),
        now=MONDAY,
    )
    assert await thing(MONDAY) is ThingKind.UPDATE
    assert await thing(MONDAY + 21 * DAY) is ThingKind.DUE_SOON
    assert await thing(MONDAY + 28 * DAY) is ThingKind.OVERDUE


async def test_after_a_holiday_the_week_begins_on_its_first_working_day(session: AsyncSession) -> None:
    cast = await scene(session)
    easter_monday = datetime(2026, 4, 6, 8, 30, tzinfo=UTC)
    cast.organisation.country = "DE"  # hers, who has none of her own
    await session.flush()

    assert await begin_weeks(session, now=easter_monday) == 0
    assert await begin_weeks(session, now=easter_monday + DAY) == 1
    assert await begin_weeks(session, now=easter_monday + 2 * DAY) == 0
