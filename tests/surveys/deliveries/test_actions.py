import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from surveys.cadence.models import Programme
from surveys.deliveries import actions, claims
from surveys.deliveries.models import ChannelName, Delivery, DeliveryState, Kind
from surveys.deliveries.rules import Outcome, OutcomeKind, Planned, Snooze
from surveys.errors import Conflict
from surveys.waves.models import WaveState
from tests.surveys.deliveries.rounds import MakeRound, Round

TUESDAY = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def invited(session: AsyncSession, make_round: MakeRound, **changes: object) -> Round:
    made = await make_round(session, **changes)
    await actions.invite_roster(session, made.wave, now=TUESDAY)
    return made


async def claim(session: AsyncSession, *, now: datetime = TUESDAY, at: datetime = TUESDAY):
    return await claims.claim_due_delivery(session, ChannelName.SLACK, now=now, at=at)


class TestInviteRoster:
    async def test_everybody_gets_an_invitation_and_the_reminders_at_opening(
        self, session: AsyncSession, make_round: MakeRound
    ):
        made = await invited(session, make_round)
        rows = (await session.scalars(select(Delivery).order_by(Delivery.due_at))).all()

        assert [row.kind for row in rows] == [Kind.INVITATION] * 3 + [Kind.REMINDER] * 6
        assert {row.due_at for row in rows if row.kind == Kind.INVITATION} == {TUESDAY}
        assert {row.person_id for row in rows} == {person.id for person in made.people}
        assert {row.state for row in rows} == {DeliveryState.WAITING}
        assert len({row.id for row in rows}) == 9

    async def test_who_is_not_in_slack_is_asked_by_mail(self, session: AsyncSession, make_round: MakeRound):
        made = await invited(session, make_round, reminders=0)
        channels = dict((await session.execute(select(Delivery.person_id, Delivery.channel))).all())

        assert channels == {
            person.id: ChannelName.SLACK if person.slack_id else ChannelName.MAIL for person in made.people
        }

    async def test_inviting_twice_adds_nothing(self, session: AsyncSession, make_round: MakeRound):
        made = await invited(session, make_round)

        assert await actions.invite_roster(session, made.wave, now=TUESDAY) == 0

    async def test_nobody_is_reminded_on_a_holiday_where_they_live_nor_on_a_quiet_day_of_the_programme(
        self, session: AsyncSession, make_round: MakeRound
    ):
        made = await make_round(session)
        in_ghana, *others = made.people
        in_ghana.country = "GH"  # Friday is Independence Day there
        programme = await session.get_one(Programme, made.wave.programme_id)
        programme.blackouts = [["2026-03-04", "2026-03-04"]]
        await actions.invite_roster(session, made.wave, now=TUESDAY)

        days: dict[UUID, list[int]] = {person.id: [] for person in made.people}
        for person_id, due_at in await session.execute(
            select(Delivery.person_id, Delivery.due_at)
            .where(Delivery.kind == Kind.REMINDER)
            .order_by(Delivery.due_at)
        ):
            days[person_id].append(due_at.day)
        assert days == {in_ghana.id: [5]} | {person.id: [5, 6] for person in others}

    async def test_the_key_names_the_purpose_and_the_place(
        self, session: AsyncSession, make_round: MakeRound
    ):
        made = await invited(session, make_round, people=1, reminders=1)
        keys = set((await session.scalars(select(Delivery.key))).all())

        assert keys == {f"invitation:{made.places[0].id.hex}", f"reminder:1:{made.places[0].id.hex}"}


class TestSchedule:
    async def test_the_same_key_is_planned_once(self, session: AsyncSession, make_round: MakeRound):
        made = await make_round(session)
        what = {
            "key": "shared:1",
            "kind": Kind.SHARED,
            "person_id": made.people[0].id,
            "organisation_id": made.organisation.id,
            "channel": ChannelName.MAIL,
            "due_at": TUESDAY,
            "refers_to": {"step": "share"},
        }

        assert await actions.schedule(session, Planned(**what))
        assert not await actions.schedule(session, Planned(**what))
        row = (await session.scalars(select(Delivery))).one()
        assert row.refers_to == {"step": "share"}


class TestSnooze:
    async def test_pressing_twice_moves_the_reminder_instead_of_adding_one(
        self, session: AsyncSession, make_round: MakeRound
    ):
        made = await invited(session, make_round, reminders=0)
        place = made.places[1]
        await actions.snooze(session, place, Snooze.LATER_TODAY, now=TUESDAY)
        due = await actions.snooze(session, place, Snooze.TOMORROW, now=TUESDAY)
        rows = (await session.scalars(select(Delivery).where(Delivery.kind == Kind.SNOOZED))).all()

        assert [row.due_at for row in rows] == [due] == [TUESDAY + timedelta(days=1)]
        assert rows[0].channel is ChannelName.SLACK

    async def test_nothing_is_put_off_past_the_close(self, session: AsyncSession, make_round: MakeRound):
        made = await invited(session, make_round)

        with pytest.raises(Conflict):
            await actions.snooze(
                session, made.places[0], Snooze.TOMORROW, now=made.wave.closes_at - timedelta(hours=20)
            )

    async def test_a_place_is_put_off_three_times_at_most(
        self, session: AsyncSession, make_round: MakeRound
    ):
        made = await invited(session, make_round)
        for _ in range(3):
            await actions.snooze(session, made.places[1], Snooze.LATER_TODAY, now=TUESDAY)
            await session.execute(
                update(Delivery).where(Delivery.kind == Kind.SNOOZED).values(state=DeliveryState.SENT)
            )

        with pytest.raises(Conflict):
            await actions.snooze(session, made.places[1], Snooze.LATER_TODAY, now=TUESDAY)


class TestClaim:
    async def test_the_longest_waiting_is_claimed_first_and_only_once(
        self, session: AsyncSession, make_round: MakeRound
    ):
        await invited(session, make_round)
        first = await claim(session)
        second = await claim(session)

        assert first is not None
        assert second is not None
        assert first.id != second.id
        assert first.state is DeliveryState.SENDING
        assert first.attempts == 1
        assert await claim(session) is None  # the third person is asked by mail, reminders are not due

    async def test_nothing_is_claimed_before_it_is_due(self, session: AsyncSession, make_round: MakeRound):
        await invited(session, make_round)

        assert await claim(session, now=TUESDAY - timedelta(seconds=1)) is None

    async def test_people_who_left_or_want_no_more_and_waves_that_closed_are_left_out(
        self, session: AsyncSession, make_round: MakeRound
    ):
        made = await invited(session, make_round)
        made.people[1].active = False
        made.places[2].skipped = True
        await session.flush()
        assert await claim(session) is None

        made.people[1].active = True
        made.wave.state = WaveState.CLOSING
        await session.flush()
        assert await claim(session) is None

    async def test_a_failed_message_waits_on_the_real_clock(
        self, session: AsyncSession, make_round: MakeRound
    ):
        await invited(session, make_round, people=2)
        row = await claim(session)
        failed = Outcome(OutcomeKind.FAILED_FOR_NOW, error="connection_refused")
        await claims.settle_delivery(session, row, failed, at=TUESDAY, unknown_retry=MINUTE)

        assert await claim(session, now=TUESDAY + timedelta(days=1), at=TUESDAY) is not None  # a reminder
        later = await claim(session, at=TUESDAY + timedelta(seconds=15))
        assert later is not None
        assert later.id == row.id
        assert later.attempts == 2

    async def test_two_workers_never_take_the_same_row(
        self, own_sessions: async_sessionmaker[AsyncSession], make_round: MakeRound
    ):
        async with own_sessions.begin() as session:
            await invited(session, make_round, people=41, reminders=0)

        async def work() -> list[object]:
            mine = []
            while True:
                async with own_sessions.begin() as session:
                    row = await claim(session)
                if row is None:
                    return mine
                mine.append(row.id)

        taken = [row for mine in await asyncio.gather(*(work() for _ in range(5))) for row in mine]
        assert len(taken) == len(set(taken)) == 40


class TestSweep:
    async def test_a_lost_worker_leaves_its_message_in_doubt_for_one_more_try(
        self, session: AsyncSession, make_round: MakeRound
    ):
        await invited(session, make_round, people=2, reminders=0)
        row = await claim(session)
        assert await claims.sweep(session, at=TUESDAY, unknown_retry=MINUTE) == 0

        at = TUESDAY + MINUTE
        assert await claims.sweep(session, at=at, unknown_retry=MINUTE) == 1
        assert await claim(session, at=at) is None
        again = await claim(session, at=at + MINUTE)
        assert again is not None
        assert again.key == row.key

        at += timedelta(hours=1)
        assert await claims.sweep(session, at=at, unknown_retry=MINUTE) == 1
        assert await claim(session, at=at + timedelta(days=1)) is None


class TestPurge:
    async def test_what_asked_goes_and_what_tells_of_results_stays(
        self, session: AsyncSession, make_round: MakeRound
    ):
        made = await invited(session, make_round)
        await actions.schedule(
            session,
            Planned(
                key="results",
                kind=Kind.RESULTS_FOR_TEAM,
                person_id=made.people[0].id,
                organisation_id=made.organisation.id,
                channel=ChannelName.MAIL,
                due_at=TUESDAY,
                wave_id=made.wave.id,
            ),
        )

        assert await actions.purge_wave(session, made.wave.id) == 9
        assert (await session.scalars(select(Delivery.key))).all() == ["results"]

    async def test_settling_a_purged_row_does_nothing(self, session: AsyncSession, make_round: MakeRound):
        made = await invited(session, make_round)
        row = await claim(session)
        await actions.purge_wave(session, made.wave.id)
        await claims.settle_delivery(
            session, row, Outcome(OutcomeKind.SENT), at=TUESDAY, unknown_retry=MINUTE
        )

        assert (await session.scalars(select(Delivery))).all() == []


class TestSeenEvents:
    async def test_an_event_is_new_once_and_forgotten_after_48_hours(self, session: AsyncSession):
        assert await actions.remember_event(session, "Ev1", TUESDAY.date())
        assert not await actions.remember_event(session, "Ev1", TUESDAY.date())
        assert await actions.prune_events(session, now=TUESDAY + timedelta(days=2)) == 0
        assert await actions.prune_events(session, now=TUESDAY + timedelta(days=3)) == 1
        assert await actions.remember_event(session, "Ev1", TUESDAY.date())
