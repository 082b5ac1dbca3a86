"""A promise is asked about alone when no pulse comes, and a pulse always goes first."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from integrations.language import Translator
from integrations.wording.for_me import in_wave
from integrations.wording.promise import LONGEST_PROMISE, Terms
from jobs.ask_promises import ask_promises
from service.views.sheet import sheet_view
from surveys.cadence.models import Programme
from surveys.commitments.queries import loop_of
from surveys.deliveries.models import Delivery, Kind
from surveys.people.models import Person
from surveys.results.models import Participation, TeamWord
from surveys.results.queries import trend_of
from surveys.waves.models import Place, WaveState
from tests.jobs.test_full_circle import PAYMENTS, first_wave, promise_and_do
from tests.waves import OPENING, Story, make_keys

DAY = timedelta(days=1)
# Done on Saturday 7 March; due to be asked from the 14th; ten working days end with Friday the 27th; the
# next day that is not quiet is Monday the 30th, at ten in Berlin, where summer time has begun.
DUE = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)


@pytest.fixture
async def story(own_sessions: async_sessionmaker[AsyncSession], tmp_path: Path) -> Story:
    """A programme that asks every twelve weeks; a promise was made after its first wave, and is done."""
    found = await Story(own_sessions, make_keys(tmp_path)).begin(head_start_days=0, every=12)
    await promise_and_do(found, await first_wave(found))
    return found


async def ask(story: Story, now: datetime) -> int:
    return await ask_promises(story.sessions, story.keys, now=now)


class TestAskingAlone:
    async def test_it_waits_for_ten_working_days_and_for_the_hour_and_then_asks_that_team_only(
        self, story: Story
    ) -> None:
        due = DUE

        assert await ask(story, due - DAY) == 0
        assert await ask(story, due - timedelta(hours=3)) == 0
        assert await ask(story, due + timedelta(minutes=5)) == 1
        assert await ask(story, due + timedelta(minutes=10)) == 0, "once"

        wave = await story.wave()
        assert (wave.number, wave.items, wave.state) == (None, [], WaveState.OPEN)
        async with story.sessions() as session:
            places = (await session.scalars(select(Place.team_id).where(Place.wave_id == wave.id))).all()
            kinds = await session.scalars(
                select(Delivery.kind).where(Delivery.wave_id == wave.id).distinct()
            )
            assert kinds.all() == [Kind.INVITATION], "nobody is reminded of a few seconds"
        assert set(places) == {story.cast.payments.id}
        sheet = await story.sheet("Alice", due + DAY)
        assert sheet.about_promise
        terms = Terms.of(sheet.rules, asked=sheet.asked_in_unit, team_name=sheet.team_name)
        async with story.sessions() as session:
            me = await in_wave(
                session,
                terms,
                wave_id=wave.id,
                team_id=sheet.team_id,
                about_promise=sheet.about_promise,
                door="web",
            )
        view = sheet_view(sheet, me, Translator("en"), None)
        promise = view.promise
        assert "counted nowhere else" in dict(view.for_me)["If too few answer"]
        assert "team's word from 4 decided votes" in promise, "what the sheet promises is true of it"
        assert len(promise.split()) <= LONGEST_PROMISE
        assert [question.key.partition(":")[0] for question in sheet.questions] == ["LOOP-03"]

    async def test_the_word_appears_and_nothing_else_takes_the_place_of_the_pulse(
        self, story: Story
    ) -> None:
        due = DUE + timedelta(minutes=5)
        await ask(story, due)
        for name in PAYMENTS:
            await story.answer(name, 1, now=due + DAY)
        wave = await story.close()

        assert wave.state is WaveState.PUBLISHED
        async with story.sessions() as session:
            (word,) = await session.scalars(select(TeamWord).where(TeamWord.wave_id == wave.id))
            rows = select(func.count()).select_from(Participation).where(Participation.wave_id == wave.id)
            loop = await loop_of(session, story.cast.payments.id, now=wave.closes_at + DAY)
            trend = await trend_of(
                session, story.cast.payments.id, now=wave.closes_at + DAY, as_leader=False
            )
            assert await session.scalar(rows) == 0
        assert word.word == "kept"
        assert [promise.word for promise in loop.promises] == ["kept"]
        assert loop.shared_words is not None, "the steps after the pulse stay where they were"
        assert [point.wave_id for point in trend.waves] == [loop.wave_id]
        assert await ask(story, wave.closes_at + 60 * DAY) == 0, "what the team decided is not asked again"

    async def test_too_few_answers_are_asked_once_more_after_another_ten_working_days(
        self, story: Story
    ) -> None:
        due = DUE + timedelta(minutes=5)
        await ask(story, due)
        closed = (await story.close()).closes_at

        # Good Friday and Easter Monday are no working days for a team in Germany.
        assert [await ask(story, due + days * DAY) for days in range(4, 19)] == [0] * 15
        later = [await ask(story, due + days * DAY) for days in range(19, 23)]
        assert sum(later) == 1
        assert (await story.wave()).opens_at >= closed + 14 * DAY


class TestAPulseGoesFirst:
    async def test_a_pulse_that_opens_before_the_question_would_be_over_asks_it(self, story: Story) -> None:
        due = DUE
        async with story.sessions.begin() as session:
            soon = (due + 2 * DAY).date()
            await session.execute(
                update(Programme).values(start_on=soon, weekday=soon.weekday(), counts_from=soon)
            )

        assert await ask(story, due + timedelta(minutes=5)) == 0

    async def test_a_paused_programme_asks_nothing(self, story: Story) -> None:
        due = DUE
        async with story.sessions.begin() as session:
            await session.execute(update(Programme).values(paused_at=OPENING))

        assert await ask(story, due + timedelta(minutes=5)) == 0

    async def test_rotation_and_cadence_go_on_as_if_it_had_not_been(self, story: Story) -> None:
        due = DUE
        await ask(story, due + timedelta(minutes=5))
        await story.close()

        second = await story.open(now=OPENING + timedelta(weeks=12))

        assert (second.number, second.occurrence) == (1, date(2026, 3, 3) + timedelta(weeks=12))


class TestEverybodysOwnHour:
    async def test_quiet_days_and_zones_are_those_of_the_programme(self, story: Story) -> None:
        due = DUE
        day = due.date().isoformat()
        async with story.sessions.begin() as session:
            await session.execute(update(Programme).values(blackouts=[[day, day]]))
            await session.execute(
                update(Person).where(Person.name == "Bob").values(zone="America/New_York")
            )

        assert await ask(story, due + timedelta(minutes=5)) == 0
        assert await ask(story, due + DAY + timedelta(minutes=5)) == 1
        async with story.sessions() as session:
            hours = await session.execute(
                select(Person.name, Place.asks_at).join(Person, Person.id == Place.person_id)
            )
            at = {row.name: row.asks_at for row in hours}
        assert at["Bob"] - at["Alice"] >= timedelta(hours=4)
