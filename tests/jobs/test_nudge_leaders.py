from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from integrations.environment import Settings
from integrations.wording.notes import ResultsOut
from integrations.wording.week_note import LeaderWeek
from jobs.notes import NothingToSay, outgoing_for
from jobs.nudge_leaders import nudge_leaders
from surveys.cadence.models import Programme
from surveys.commitments.absences import go_away
from surveys.commitments.actions import commit, mark_done, replan, share
from surveys.commitments.leaders_week import begin_weeks
from surveys.commitments.putting_off import put_off_week
from surveys.deliveries.models import ChannelName, Delivery, DeliveryState, Kind
from surveys.people.groups import make_group
from surveys.people.queries import viewer_of
from surveys.waves.models import Wave, WaveState
from tests.cast import Cast, make_cast, make_person
from tests.loop import make_programme, make_wave

CLOSED = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)  # a Tuesday, 13:00 in Berlin
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass
class Scene:
    sessions: async_sessionmaker[AsyncSession]
    cast: Cast
    wave: Wave

    async def run(self, now: datetime) -> int:
        return await nudge_leaders(self.sessions, now=now)

    async def send(self) -> None:
        async with self.sessions.begin() as session:
            await session.execute(update(Delivery).values(state=DeliveryState.SENT))

    async def planned(self, kind: Kind) -> list[Delivery]:
        async with self.sessions() as session:
            found = await session.scalars(
                select(Delivery).where(Delivery.kind == kind).order_by(Delivery.due_at, Delivery.key)
            )
            return list(found)

    async def names(self, kind: Kind) -> list[str]:
        by_id = {person.id: name for name, person in self.cast.by_name.items()}
        return sorted(by_id[one.person_id] for one in await self.planned(kind))


@pytest.fixture
async def scene(sessions: async_sessionmaker[AsyncSession]) -> Scene:
    async with sessions.begin() as session:
        cast = await make_cast(session)
        programme = await make_programme(session, cast.organisation)
        wave = await make_wave(session, programme, [cast.payments, cast.search], closes_at=CLOSED)
    return Scene(sessions, cast, wave)


class TestResults:
    async def test_leaders_hear_when_they_can_read_and_teams_a_day_later(self, scene: Scene) -> None:
        assert await scene.run(CLOSED - HOUR) == 0

        assert await scene.run(CLOSED) == 2
        assert await scene.names(Kind.RESULTS_FOR_LEADER) == ["Lena", "Sam"]
        assert await scene.names(Kind.RESULTS_FOR_TEAM) == []

        assert await scene.run(CLOSED + DAY) == 13
        everybody = [*scene.cast.payments_members, *scene.cast.search_members]
        assert await scene.names(Kind.RESULTS_FOR_TEAM) == sorted(person.name for person in everybody)

    async def test_while_a_leader_is_away_who_stands_in_hears_with_the_team_and_once(
        self, scene: Scene
    ) -> None:
        async with scene.sessions.begin() as session:
            await go_away(
                session,
                team_id=scene.cast.payments.id,
                person_id=scene.cast.lena.id,
                stand_in_id=scene.cast.alice.id,
                until=date(2026, 3, 10),
                now=CLOSED - HOUR,
            )
        await scene.run(CLOSED)
        await scene.run(CLOSED + DAY)

        assert await scene.names(Kind.RESULTS_FOR_LEADER) == ["Alice", "Sam"]
        told = {row.team_id: row for row in await scene.planned(Kind.RESULTS_FOR_LEADER)}
        assert told[scene.cast.payments.id].due_at == CLOSED + DAY  # with the team, not before it
        assert "Alice" not in await scene.names(Kind.RESULTS_FOR_TEAM)
        async with scene.sessions() as session:
            settings = Settings(base_url="https://kept.example.com")
            row = told[scene.cast.payments.id]
            note = (await outgoing_for(session, None, settings, row)).note  # type: ignore[arg-type] -- no key
        assert isinstance(note, ResultsOut)
        assert note.stands_in

    async def test_nobody_hears_twice(self, scene: Scene) -> None:
        await scene.run(CLOSED + DAY)
        assert await scene.run(CLOSED + DAY) == 0
        assert await scene.run(CLOSED + DAY + HOUR) == 0

    async def test_a_clock_that_stood_over_the_holidays_still_tells_of_the_last_results(
        self, scene: Scene
    ) -> None:
        await scene.run(CLOSED + 16 * DAY)
        assert await scene.names(Kind.RESULTS_FOR_LEADER) == ["Lena", "Sam"]
        assert len(await scene.names(Kind.RESULTS_FOR_TEAM)) == 13

    async def test_once_newer_results_are_out_the_page_alone_tells_of_the_older_ones(
        self, scene: Scene
    ) -> None:
        newer = CLOSED + 14 * DAY
        async with scene.sessions.begin() as session:
            await share(
                session,
                wave_id=scene.wave.id,
                team_id=scene.cast.payments.id,
                person_id=scene.cast.lena.id,
                words="Thank you.",
                now=CLOSED + HOUR,
            )
            programme = await session.get_one(Programme, scene.wave.programme_id)
            wave = await make_wave(session, programme, [scene.cast.payments], closes_at=newer)

        await scene.run(newer)

        told = await scene.planned(Kind.RESULTS_FOR_LEADER)
        assert {(row.person_id, row.wave_id) for row in told} == {
            (scene.cast.lena.id, wave.id),
            (scene.cast.by_name["Sam"].id, scene.wave.id),  # whose team was not asked again
        }
        search = {one.name for one in scene.cast.search_members}
        assert set(await scene.names(Kind.RESULTS_FOR_TEAM)) == search
        assert await scene.names(Kind.SHARED) == []

    async def test_nobody_is_reminded_to_share_what_newer_results_have_overtaken(
        self, scene: Scene
    ) -> None:
        newer = CLOSED + 7 * DAY
        await scene.run(CLOSED)
        await scene.send()
        async with scene.sessions.begin() as session:
            programme = await session.get_one(Programme, scene.wave.programme_id)
            await make_wave(session, programme, [scene.cast.payments], closes_at=newer)

        await scene.run(newer)

        assert await scene.names(Kind.LEADER_NUDGE) == ["Sam"]

    async def test_each_row_says_what_it_is_about(self, scene: Scene) -> None:
        await scene.run(CLOSED)
        rows = await scene.planned(Kind.RESULTS_FOR_LEADER)
        assert {(row.wave_id, row.team_id) for row in rows} == {
            (scene.wave.id, scene.cast.payments.id),
            (scene.wave.id, scene.cast.search.id),
        }
        assert {(row.state, row.channel, row.refers_to) for row in rows} == {
            (DeliveryState.WAITING, ChannelName.SLACK, None)
        }

    async def test_messages_wait_for_the_morning_where_their_reader_is(
        self, sessions: async_sessionmaker[AsyncSession]
    ) -> None:
        async with sessions.begin() as session:
            cast = await make_cast(session)
            await make_person(session, cast.organisation, "Yuki", team=cast.payments, zone="Asia/Tokyo")
            friday = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)  # Friday 16:00 in Berlin, midnight in Tokyo
            await make_wave(
                session,
                await make_programme(session, cast.organisation),
                [cast.payments],
                closes_at=friday,
                team_sees_after=timedelta(0),
            )
        scene = Scene(sessions, cast, None)  # type: ignore[arg-type] -- this test needs no wave

        await scene.run(friday)

        hours = Counter(
            f"{row.due_at.astimezone(ZoneInfo('Europe/Berlin')):%a %H:%M}"
            for row in await scene.planned(Kind.RESULTS_FOR_TEAM)
        )
        assert hours == {"Fri 16:00": 7, "Mon 01:00": 1}  # 09:00 in Tokyo

    async def test_old_results_and_waves_without_any_are_not_told(
        self, sessions: async_sessionmaker[AsyncSession]
    ) -> None:
        async with sessions.begin() as session:
            cast = await make_cast(session)
            programme = await make_programme(session, cast.organisation)
            await make_wave(
                session, programme, [cast.payments], closes_at=CLOSED, state=WaveState.CANCELLED
            )
            await make_wave(session, programme, [cast.payments], closes_at=CLOSED - 30 * DAY)
        assert await nudge_leaders(sessions, now=CLOSED + DAY) == 0


class TestShares:
    async def say(self, scene: Scene, now: datetime) -> None:
        async with scene.sessions.begin() as session:
            await share(
                session,
                wave_id=scene.wave.id,
                team_id=scene.cast.payments.id,
                person_id=scene.cast.lena.id,
                words="Thank you.",
                now=now,
            )

    async def test_the_leaders_words_reach_the_team_with_the_results(self, scene: Scene) -> None:
        await self.say(scene, CLOSED + HOUR)
        await scene.run(CLOSED + HOUR)
        assert await scene.names(Kind.SHARED) == []

        for _ in range(2):
            await scene.run(CLOSED + DAY)
        assert await scene.names(Kind.SHARED) == sorted(one.name for one in scene.cast.payments_members)

    async def test_who_shared_is_not_nudged_and_who_did_not_is_once(self, scene: Scene) -> None:
        await self.say(scene, CLOSED + HOUR)
        await scene.run(CLOSED + 3 * DAY)
        assert await scene.names(Kind.LEADER_NUDGE) == []  # who has not even been told of the results

        await scene.send()
        await scene.run(CLOSED + 3 * DAY - HOUR)
        assert await scene.names(Kind.LEADER_NUDGE) == []

        for hours in range(3):
            await scene.run(CLOSED + 3 * DAY + hours * HOUR)
        assert await scene.names(Kind.LEADER_NUDGE) == ["Sam"]
        (nudge,) = await scene.planned(Kind.LEADER_NUDGE)
        assert nudge.refers_to == {"step": "share"}

    async def test_a_weekend_is_no_delay(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        friday = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)
        async with sessions.begin() as session:
            cast = await make_cast(session)
            programme = await make_programme(session, cast.organisation)
            wave = await make_wave(session, programme, [cast.payments], closes_at=friday)
        scene = Scene(sessions, cast, wave)

        await scene.run(friday + 4 * DAY)
        assert await scene.names(Kind.LEADER_NUDGE) == []
        await scene.send()
        await scene.run(friday + 5 * DAY)
        assert await scene.names(Kind.LEADER_NUDGE) == ["Lena"]


async def test_who_leads_a_working_group_alone_begins_the_week_with_its_promises_and_puts_it_off(
    scene: Scene,
) -> None:
    monday = datetime(2026, 3, 9, 8, 30, tzinfo=UTC)
    async with scene.sessions.begin() as session:
        helen = await viewer_of(session, scene.cast.helen.id)
        group = await make_group(
            session, by=helen, name="Reviewers", leaders="alice@example.com", others="", now=CLOSED
        )
        await commit(
            session,
            team_id=group.id,
            wave_id=None,
            owner_id=scene.cast.alice.id,
            text="Write each review within a week",
            due=date(2026, 3, 30),
            now=CLOSED,
        )
        await begin_weeks(session, now=monday)

    (row,) = [one for one in await scene.planned(Kind.LEADER_WEEK) if one.person_id == scene.cast.alice.id]
    async with scene.sessions.begin() as session:
        settings = Settings(base_url="https://kept.example.com")
        note = (await outgoing_for(session, None, settings, row)).note  # type: ignore[arg-type] -- no key
        again = await put_off_week(session, scene.cast.alice.id, how="one_week", now=monday)
    assert isinstance(note, LeaderWeek)
    assert (note.team_name, note.trend.waves) == ("Reviewers", ())
    assert again.date() == date(2026, 3, 16)


class TestPromisesDue:
    """A promise due on Friday 20 March: its day ends on Friday at midnight in Berlin."""

    DUE = date(2026, 3, 20)
    TUESDAY = datetime(
        2026, 3, 17, 8, 0, tzinfo=UTC
    )  # 09:00 in Berlin; three days before the end: midnight
    THURSDAY = datetime(2026, 3, 19, 8, 0, tzinfo=UTC)

    async def promise(self, scene: Scene, due: date = DUE, now: datetime = CLOSED + HOUR) -> None:
        async with scene.sessions.begin() as session:
            self.made = await commit(
                session,
                team_id=scene.cast.payments.id,
                wave_id=scene.wave.id,
                owner_id=scene.cast.lena.id,
                text="A written answer to every risk",
                due=due,
                now=now,
            )

    async def hours(self, scene: Scene) -> list[str]:
        return [row.key.rpartition(":")[2] for row in await scene.planned(Kind.PROMISE_DUE)]

    async def test_its_owner_hears_three_days_and_one_day_before(self, scene: Scene) -> None:
        await self.promise(scene)
        await scene.run(self.TUESDAY - HOUR)
        assert await self.hours(scene) == []

        for now in (self.TUESDAY, self.TUESDAY + HOUR, self.THURSDAY, self.THURSDAY + HOUR):
            await scene.run(now)

        assert await self.hours(scene) == ["72", "24"]
        first, second = await scene.planned(Kind.PROMISE_DUE)
        assert (first.due_at, second.due_at) == (self.TUESDAY, self.THURSDAY)
        assert first.refers_to == {"commitment": str(self.made.id)}
        assert await scene.names(Kind.PROMISE_DUE) == ["Lena", "Lena"]

    async def test_while_the_owner_is_away_who_stands_in_hears_of_it(self, scene: Scene) -> None:
        await self.promise(scene)
        async with scene.sessions.begin() as session:
            await go_away(
                session,
                team_id=scene.cast.payments.id,
                person_id=scene.cast.lena.id,
                stand_in_id=scene.cast.alice.id,
                until=date(2026, 3, 17),
                now=self.TUESDAY - HOUR,
            )
        await scene.run(self.TUESDAY)
        await scene.run(self.THURSDAY)
        assert await scene.names(Kind.PROMISE_DUE) == ["Alice", "Lena"]

    async def test_over_a_weekend_the_notice_comes_on_friday(self, scene: Scene) -> None:
        await self.promise(scene, due=date(2026, 3, 23))  # a Monday
        friday = datetime(2026, 3, 20, 8, 0, tzinfo=UTC)
        await scene.run(friday)
        assert await self.hours(scene) == ["24"]

    async def test_after_an_outage_only_the_nearer_notice_is_sent(self, scene: Scene) -> None:
        await self.promise(scene)
        await scene.run(self.THURSDAY + HOUR)
        await scene.run(self.THURSDAY + 2 * HOUR)
        assert await self.hours(scene) == ["24"]

    async def move(self, scene: Scene, *, now: datetime) -> None:
        async with scene.sessions.begin() as session:
            await replan(
                session,
                self.made.id,
                person_id=scene.cast.lena.id,
                to=date(2026, 3, 27),
                reason="The supplier is late",
                now=now,
            )

    async def test_who_has_just_set_the_date_is_not_reminded_of_it(self, scene: Scene) -> None:
        await self.promise(scene, due=date(2026, 3, 5), now=CLOSED + 22 * HOUR)
        await scene.run(CLOSED + 23 * HOUR)
        assert await self.hours(scene) == []

    async def test_a_moved_promise_is_reminded_for_its_new_date(self, scene: Scene) -> None:
        await self.promise(scene)
        await scene.run(self.TUESDAY)
        await self.move(scene, now=self.TUESDAY + HOUR)
        for days in range(10):
            await scene.run(self.TUESDAY + days * DAY)
        keys = [row.key.split(":", 2)[2] for row in await scene.planned(Kind.PROMISE_DUE)]
        assert keys == ["2026-03-20:72", "2026-03-27:72", "2026-03-27:24"]

    async def test_one_that_was_held_up_until_the_day_was_over_or_the_promise_was_moved_is_left_out(
        self, scene: Scene
    ) -> None:
        await self.promise(scene)
        await scene.run(self.THURSDAY)
        (row,) = await scene.planned(Kind.PROMISE_DUE)

        async def told(now: datetime) -> bool:
            settings, no_keys = Settings(base_url="https://kept.example.com"), None
            async with scene.sessions() as session:
                try:
                    await outgoing_for(session, no_keys, settings, row, now=now)
                except NothingToSay:
                    return False
            return True

        assert [await told(self.THURSDAY + days * DAY) for days in (0, 1, 2)] == [True, True, False]
        await self.move(scene, now=self.THURSDAY + HOUR)
        assert not await told(self.THURSDAY + 2 * HOUR)

    async def test_what_is_done_needs_no_reminder(self, scene: Scene) -> None:
        await self.promise(scene)
        async with scene.sessions.begin() as session:
            await mark_done(session, self.made.id, person_id=scene.cast.lena.id, now=CLOSED + DAY)
        await scene.run(self.THURSDAY)
        assert await self.hours(scene) == []
