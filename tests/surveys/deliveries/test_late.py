"""What becomes of messages that a silence held up, and of those that would come at the same moment."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.deliveries import actions, claims
from surveys.deliveries.late import settle_late
from surveys.deliveries.models import ChannelName, Delivery, DeliveryState, Kind
from surveys.deliveries.rules import Planned, Snooze
from surveys.waves.models import Wave, WaveState
from tests.surveys.deliveries.rounds import MakeRound, Round

TUESDAY = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)  # 10:00 in Berlin; the round closes on Saturday at ten
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NINE = TUESDAY - HOUR  # on the same day in Berlin


async def invited(session: AsyncSession, make_round: MakeRound, **changes: object) -> Round:
    made = await make_round(session, people=1, **changes)
    await actions.invite_roster(session, made.wave, now=TUESDAY)
    return made


async def sent(session: AsyncSession, *kinds: Kind) -> None:
    those = update(Delivery).where(Delivery.kind.in_(kinds))
    await session.execute(those.values(state=DeliveryState.SENT))


async def due(session: AsyncSession, kind: Kind) -> list[datetime]:
    waiting = (Delivery.kind == kind, Delivery.state != DeliveryState.SENT)
    return list(await session.scalars(select(Delivery.due_at).where(*waiting).order_by(Delivery.due_at)))


async def news(
    session: AsyncSession,
    made: Round,
    due_at: datetime,
    *,
    key: str = "",
    kind: Kind = Kind.RESULTS_FOR_TEAM,
    wave_id: UUID | None = None,
) -> str:
    key = key or f"{kind}:{uuid4()}"
    message = Planned(
        key=key, kind=kind, person_id=made.people[0].id, organisation_id=made.organisation.id,
        channel=ChannelName.MAIL, due_at=due_at, wave_id=wave_id, team_id=made.team.id,
    )  # fmt: skip
    assert await actions.schedule(session, message)
    return key


class TestAsking:
    async def test_what_its_reader_put_off_waits_for_the_day_however_near_the_close_is(
        self, session: AsyncSession, make_round: MakeRound
    ):
        made = await invited(session, make_round, reminders=0)
        await sent(session, Kind.INVITATION)
        await actions.snooze(session, made.places[0], Snooze.TOMORROW, now=TUESDAY + DAY)
        thursday_night = NINE + 3 * DAY - 7 * HOUR  # it was due on Thursday at ten

        await settle_late(session, now=thursday_night)
        assert await due(session, Kind.SNOOZED) == [NINE + 3 * DAY]

    async def test_until_the_hour_they_chose_nobody_is_reminded_besides(
        self, session: AsyncSession, make_round: MakeRound
    ):
        made = await invited(session, make_round, reminders=2)
        assert await due(session, Kind.REMINDER) == [TUESDAY + DAY, TUESDAY + 3 * DAY]

        await actions.snooze(session, made.places[0], Snooze.TOMORROW, now=TUESDAY + 5 * HOUR)
        assert await due(session, Kind.REMINDER) == [TUESDAY + 3 * DAY]

        await sent(session, Kind.INVITATION)
        await settle_late(session, now=TUESDAY + 3 * DAY + HOUR)  # nothing was sent for days
        assert await due(session, Kind.REMINDER) == []
        assert len(await due(session, Kind.SNOOZED)) == 1

    async def test_a_reminder_that_was_held_up_is_left_out_shortly_before_the_next(
        self, session: AsyncSession, make_round: MakeRound
    ):
        await invited(session, make_round, reminders=2)
        await sent(session, Kind.INVITATION)
        friday = TUESDAY + 3 * DAY

        await settle_late(session, now=friday - HOUR)
        assert await due(session, Kind.REMINDER) == [friday]

    async def test_a_clock_that_may_not_be_there_in_the_morning_asks_at_night_rather_than_nobody(
        self, session: AsyncSession, make_round: MakeRound
    ):
        made = await invited(session, make_round, reminders=0)
        made.people[0].zone = "America/Los_Angeles"  # where it is night when this clock begins its day
        thursday = TUESDAY.replace(day=5, hour=7)

        await settle_late(session, now=thursday, steady=False)
        assert await due(session, Kind.INVITATION) == [TUESDAY]

        await settle_late(session, now=thursday, steady=True)
        assert await due(session, Kind.INVITATION) == [thursday.replace(hour=17)]

    async def test_who_was_put_off_and_seen_by_day_is_put_off_again(
        self, session: AsyncSession, make_round: MakeRound
    ):
        await invited(session, make_round, reminders=0)
        for now in (TUESDAY + 15 * HOUR, TUESDAY + DAY + 2 * HOUR):  # at night; then by day, yet not sent
            await settle_late(session, now=now)
        assert await due(session, Kind.INVITATION) == [NINE + DAY]

        await settle_late(session, now=TUESDAY + DAY + 15 * HOUR)  # the clock was there all the time
        assert await due(session, Kind.INVITATION) == [NINE + 2 * DAY]

    async def test_a_message_in_doubt_is_not_tried_again_at_night(
        self, session: AsyncSession, make_round: MakeRound
    ):
        await invited(session, make_round, reminders=0)
        claimed = await claims.claim_due_delivery(session, ChannelName.MAIL, now=TUESDAY, at=TUESDAY)
        assert claimed is not None
        night = TUESDAY + 15 * HOUR
        await claims.sweep(session, at=night, unknown_retry=timedelta())
        await settle_late(session, now=night)

        for now, found in ((night, False), (NINE + DAY, True)):
            again = await claims.claim_due_delivery(session, ChannelName.MAIL, now=now, at=now)
            assert (again is not None) == found


class TestNews:
    async def test_after_weeks_without_a_message_only_the_newest_of_a_kind_is_told(
        self, session: AsyncSession, make_round: MakeRound
    ):
        made = await make_round(session, people=1)
        made.wave.state = WaveState.PUBLISHED
        same = {
            column.key: getattr(made.wave, column.key)
            for column in Wave.__table__.columns
            if column.key not in ("id", "occurrence", "closes_at")
        }
        two_weeks = 14 * DAY
        before = made.wave.occurrence - two_weeks
        older = Wave(**same, occurrence=before, closes_at=made.wave.closes_at - two_weeks)
        session.add(older)
        await session.flush()
        promises = [uuid4(), uuid4()]
        kept = [
            await news(session, made, TUESDAY, wave_id=made.wave.id),
            await news(session, made, TUESDAY, kind=Kind.LEADER_WEEK, key="leader_week:1:2026-10"),
            *[
                await news(session, made, TUESDAY, kind=Kind.PROMISE_DUE, key=f"promise_due:{one}:24")
                for one in promises
            ],
            await news(session, made, TUESDAY, kind=Kind.SHARED),
            await news(session, made, TUESDAY, kind=Kind.SHARED),
        ]
        await news(session, made, TUESDAY, wave_id=older.id)
        await news(session, made, TUESDAY - 7 * DAY, kind=Kind.LEADER_WEEK, key="leader_week:1:2026-09")
        await news(session, made, TUESDAY - DAY, kind=Kind.PROMISE_DUE, key=f"promise_due:{promises[0]}:72")

        await settle_late(session, now=TUESDAY)
        waiting = select(Delivery.key).where(Delivery.state == DeliveryState.WAITING)
        assert sorted(await session.scalars(waiting)) == sorted(kept)

    async def test_results_come_two_hours_after_an_invitation_of_the_same_minute(
        self, session: AsyncSession, make_round: MakeRound
    ):
        made = await invited(session, make_round, reminders=0)
        await news(session, made, TUESDAY)
        await news(session, made, TUESDAY, kind=Kind.SIGN_IN)
        await settle_late(session, now=TUESDAY)
        assert await due(session, Kind.RESULTS_FOR_TEAM) == [TUESDAY + 2 * HOUR]
        assert await due(session, Kind.SIGN_IN) == [TUESDAY]  # somebody waits for this one

        await sent(session, Kind.INVITATION)
        await settle_late(session, now=TUESDAY + 2 * HOUR)
        assert await due(session, Kind.RESULTS_FOR_TEAM) == [TUESDAY + 2 * HOUR]

    async def test_what_a_leader_is_told_comes_one_after_the_other(
        self, session: AsyncSession, make_round: MakeRound
    ):
        made = await make_round(session, people=1)
        in_order = (Kind.RESULTS_FOR_LEADER, Kind.RESULTS_FOR_TEAM, Kind.LEADER_WEEK)
        for kind in in_order:
            await news(session, made, TUESDAY, kind=kind)
        for sent_by_now, kind in enumerate(in_order):
            now = TUESDAY + sent_by_now * 2 * HOUR
            await settle_late(session, now=now)
            waiting = [await due(session, one) for one in in_order[sent_by_now:]]
            assert waiting == [[now], *[[now + 2 * HOUR]] * (len(waiting) - 1)]
            await sent(session, kind)

    async def test_results_wait_for_nobody_who_wants_to_hear_no_more_of_the_open_one(
        self, session: AsyncSession, make_round: MakeRound
    ):
        made = await invited(session, make_round, reminders=1)
        made.places[0].skipped = True
        at = TUESDAY + 2 * DAY
        await news(session, made, at)

        await settle_late(session, now=at)
        assert await due(session, Kind.RESULTS_FOR_TEAM) == [at]

    @pytest.mark.parametrize(
        ("hour", "days"),
        [
            (23, [NINE + 2 * DAY, (NINE + 3 * DAY).replace(hour=6)]),  # then from seven o'clock on
            (20, [NINE + 2 * DAY]),  # in the evening, if the clock is never there by day
            (11, []),
        ],
    )
    async def test_a_clock_that_never_goes_by_day_still_tells_everything(
        self, session: AsyncSession, make_round: MakeRound, hour: int, days: list[datetime]
    ):
        made = await make_round(session, people=1)
        await news(session, made, TUESDAY)
        put_off = []
        for number in range(1, 4):
            now = TUESDAY + number * DAY + (hour - 10) * HOUR
            before = await due(session, Kind.RESULTS_FOR_TEAM)
            if before[0] > now:
                continue
            await settle_late(session, now=now)
            after = await due(session, Kind.RESULTS_FOR_TEAM)
            put_off += [one for one in after if one != before[0]]
        assert put_off == days
