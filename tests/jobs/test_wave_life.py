import hashlib
import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from jobs.close_waves import close_waves, destroy_keys
from jobs.open_waves import open_waves
from surveys.ballots.models import OpenBallot
from surveys.cadence.models import Programme
from surveys.deliveries.models import Delivery, Kind
from surveys.errors import Invalid, KeyLost, Missing, WaveClosed
from surveys.people.models import Person
from surveys.results.lines import published_lines
from surveys.results.models import Figure, Participation, Pool
from surveys.results.queries import trend_of
from surveys.results.receipts import receipt_list, receipt_text
from surveys.waves.models import Place, Wave, WaveState, WaveUnit
from tests.cast import make_person
from tests.waves import OPENING, Story, make_keys

PAYMENTS = ("Alice", "Bob", "Chen", "Dana", "Emil", "Fay", "Gus")


@pytest.fixture
async def story(own_sessions: async_sessionmaker[AsyncSession], tmp_path: Path) -> Story:
    return await Story(own_sessions, make_keys(tmp_path)).begin()


async def count(story: Story, model: type) -> int:
    async with story.sessions() as session:
        return await session.scalar(select(func.count()).select_from(model)) or 0


class TestOpening:
    async def test_a_wave_opens_once_with_everybody_in_their_unit(self, story: Story) -> None:
        wave = await story.open()

        assert await open_waves(story.sessions, story.keys, now=OPENING) == 0
        assert wave.state is WaveState.OPEN
        assert (wave.opens_at, wave.closes_at) == (OPENING, OPENING + timedelta(hours=72))
        async with story.sessions() as session:
            units = {u.name: u for u in await session.scalars(select(WaveUnit))}
        assert units["Payments"].asked == 7
        assert units["Payments"].leaders == [str(story.cast.by_name["Lena"].id)]
        assert (await story.place("Lena")).team_id == story.cast.product.id
        assert await story.keys.exists(wave.id)

    async def test_whether_it_ends_with_an_open_question_is_frozen(self, story: Story) -> None:
        async with story.sessions.begin() as session:
            (await session.get_one(Programme, story.programme.id)).open_question = False
        wave = await story.open()
        async with story.sessions.begin() as session:
            (await session.get_one(Programme, story.programme.id)).open_question = True

        async with story.sessions() as session:
            assert (await session.get_one(Wave, wave.id)).rules["open_prompt"] is None

    async def test_nothing_opens_before_its_time(self, story: Story) -> None:
        assert await open_waves(story.sessions, story.keys, now=OPENING - timedelta(seconds=1)) == 0

    async def test_everybody_asked_has_one_invitation(self, story: Story) -> None:
        await story.open()

        async with story.sessions() as session:
            invited = await session.scalars(
                select(Delivery.person_id).where(Delivery.kind == Kind.INVITATION)
            )
            asked = await session.scalars(select(Place.person_id))
            assert sorted(invited) == sorted(asked)

    async def test_somebody_far_east_whom_nobody_asks_makes_no_unit_miss_its_own_morning(
        self, story: Story
    ) -> None:
        async with story.sessions.begin() as session:
            (await session.get_one(Person, story.cast.oscar.id)).zone = "Asia/Tokyo"
            programme = await session.get_one(Programme, story.programme.id)
            programme.audience = [str(story.cast.payments.id)]
            programme.window_hours = 14 * 24 - 5
        first = await story.open()
        second = OPENING + timedelta(days=14)

        # Ten o'clock in Tokyo has passed, and Payments is still in the wave before.
        await open_waves(story.sessions, story.keys, now=second - timedelta(hours=6))
        assert (await story.wave()).id == first.id
        await story.close()
        opened = await story.open(second)

        assert (opened.state, opened.opens_at) == (WaveState.OPEN, second)

    async def test_an_occurrence_lost_to_an_outage_is_recorded_and_the_next_one_opens(
        self, story: Story
    ) -> None:
        late = OPENING + timedelta(days=14, hours=1)

        await open_waves(story.sessions, story.keys, now=OPENING + timedelta(hours=1))
        await close_waves(story.sessions, story.keys, now=late + timedelta(days=14))
        await open_waves(story.sessions, story.keys, now=late + timedelta(days=14))

        async with story.sessions() as session:
            waves = await session.execute(select(Wave.state, Wave.number).order_by(Wave.occurrence))
            assert [tuple(row) for row in waves] == [
                (WaveState.PUBLISHED, 0),
                (WaveState.MISSED, None),
                (WaveState.OPEN, 1),
            ]

    async def test_a_unit_that_rests_has_no_part_in_a_wave_and_what_changed_there_waits_for_its_own(
        self, story: Story
    ) -> None:
        cast, week = story.cast, timedelta(days=7)
        async with story.sessions.begin() as session:
            (await session.get_one(Programme, story.programme.id)).every = 1
            await make_person(session, cast.organisation, "Gil", team=cast.payments)  # eight: asked weekly
        await story.open()
        await story.close()
        async with story.sessions.begin() as session:
            joined = OPENING + timedelta(days=4)
            await make_person(session, cast.organisation, "Sol", team=cast.search, since=joined)

        async def units(number: int) -> dict[str, float | None]:
            wave = await story.open(OPENING + number * week)
            async with story.sessions() as session:
                found = await session.scalars(select(WaveUnit).where(WaveUnit.wave_id == wave.id))
                return {unit.name: unit.changed_share for unit in found}

        assert await units(1) == {"Company": 0.0, "Product": 0.0, "Payments": 0.0}
        await story.close()
        assert (await units(2))["Search"] == pytest.approx(1 / 7)


class TestAnswering:
    async def test_a_sheet_asks_six_statements_the_first_one_the_same_for_all(self, story: Story) -> None:
        await story.open()
        alice, bob = await story.sheet("Alice"), await story.sheet("Bob")

        assert len(alice.questions) == 6
        assert alice.questions[0] == bob.questions[0]
        assert {q.key for q in alice.questions} == {q.key for q in bob.questions}

    async def test_a_second_sheet_replaces_the_first(self, story: Story) -> None:
        await story.open()
        await story.answer("Alice", 5)
        before = await count(story, OpenBallot)
        await story.answer("Alice", 1)

        assert await count(story, OpenBallot) == before == 3

    async def test_one_second_after_the_close_an_answer_is_refused_and_nothing_changes(
        self, story: Story
    ) -> None:
        wave = await story.open()
        place = await story.place("Alice")

        refusal = await story.hand_in(place.id, {}, now=wave.closes_at + timedelta(seconds=1))

        assert isinstance(refusal, WaveClosed)
        assert await count(story, OpenBallot) == 0

    async def test_an_answer_to_a_question_not_asked_is_refused(self, story: Story) -> None:
        await story.open()
        refusal = await story.answer("Alice", {"REP-04": 3})
        assert isinstance(refusal, Invalid)

    async def test_an_answer_off_the_scale_is_refused(self, story: Story) -> None:
        await story.open()
        first = (await story.sheet("Alice")).questions[0].key
        assert isinstance(await story.answer("Alice", {first: 6}), Invalid)

    async def test_an_unknown_place_is_missing(self, story: Story) -> None:
        await story.open()
        assert isinstance(await story.hand_in(story.cast.payments.id, {}), Missing)


class TestClosing:
    async def test_after_the_close_figures_stand_and_nothing_else_is_left(
        self, story: Story, own_database_url: str
    ) -> None:
        await story.open()
        for name in PAYMENTS:
            await story.answer(name, 4)
        wave = await story.close()

        assert wave.state is WaveState.PUBLISHED
        assert await count(story, OpenBallot) == await count(story, Place) == 0
        async with story.sessions() as session:
            pools = (await session.scalars(select(Pool))).all()
            assert {pool.team_id for pool in pools} == {story.cast.payments.id}
            assert {pool.n for pool in pools} == {7}
        url = own_database_url
        assert not await destroy_keys(story.sessions, story.keys, database_url=url, now=wave.closes_at)
        assert not await story.keys.exists(wave.id)
        assert (await story.wave()).key_destroyed_at is None  # some process may still remember it
        a_minute_later = wave.closes_at + timedelta(seconds=60)
        assert await destroy_keys(story.sessions, story.keys, database_url=url, now=a_minute_later)
        wave = await story.wave()
        assert wave.key_destroyed_at == a_minute_later
        assert wave.receipt is not None
        assert wave.receipt["discarded"] == 0

    async def test_reversed_items_count_backwards(self, story: Story) -> None:
        wave = await story.open()
        backwards = {item["code"] for item in wave.items if item["reversed"]}
        for name in PAYMENTS:
            await story.answer(name, lambda code: 2 if code in backwards else 4)
        await story.close()

        async with story.sessions() as session:
            trend = await trend_of(session, story.cast.payments.id, now=wave.closes_at, as_leader=True)
        figures = trend.waves[-1].dimensions
        assert {view.score for view in figures.values()} == {75}

    async def test_four_answers_are_shown_nowhere(self, story: Story) -> None:
        await story.open()
        for name in PAYMENTS[:4]:
            await story.answer(name, 4)
        await story.close()

        async with story.sessions() as session:
            figures = (await session.scalars(select(Figure))).all()
        assert figures
        assert not [figure for figure in figures if figure.shown]
        assert {figure.score for figure in figures} == {None}
        assert await count(story, Pool) == 0

    async def test_answers_too_few_to_stand_alone_are_counted_one_level_up(self, story: Story) -> None:
        await story.open()
        for name in (*PAYMENTS[:3], "Sara", "Selma"):
            await story.answer(name, 4)
        await story.close()

        async with story.sessions() as session:
            shown = set(await session.scalars(select(Figure.team_id).where(Figure.shown)))
            bands = {row.team_id: row.band for row in await session.scalars(select(Participation))}
        assert shown == {story.cast.product.id, story.cast.company.id}
        assert bands[story.cast.payments.id] == "not_enough"

    async def test_leaders_read_one_working_day_before_the_team(self, story: Story) -> None:
        await story.open()
        for name in PAYMENTS:
            await story.answer(name, 4)
        wave = await story.close()

        # It closes on a Friday, so the team reads on Monday.
        assert wave.leaders_see_at == wave.closes_at
        assert wave.team_sees_at == wave.closes_at + timedelta(days=3)
        async with story.sessions() as session:
            early = await trend_of(session, story.cast.payments.id, now=wave.closes_at, as_leader=False)
        assert not early.waves[-1].readable
        assert not early.waves[-1].dimensions

    async def test_a_wave_whose_key_is_lost_closes_without_results_and_says_so(self, story: Story) -> None:
        wave = await story.open()
        await story.answer("Alice", 4)
        await story.keys.destroy(wave.id)

        place = await story.place("Bob")
        assert isinstance(await story.hand_in(place.id, {}), KeyLost)
        wave = await story.close()

        assert wave.state is WaveState.LOST
        assert await count(story, OpenBallot) == 0
        async with story.sessions() as session:
            told = await session.scalars(select(Delivery.person_id).where(Delivery.kind == Kind.NO_RESULTS))
            assert list(told) == [story.cast.by_name["Helen"].id]

    async def test_the_receipt_holds_a_hash_of_exactly_what_is_shown(self, story: Story) -> None:
        await story.open()
        for name in PAYMENTS:
            await story.answer(name, 4)
        wave = await story.close()

        async with story.sessions() as session:
            hashes = await receipt_list(session, wave.id)
            text = await receipt_text(session, wave.id, story.cast.payments.id)
            lines = [line async for line in published_lines(session, wave.id)]
        assert text is not None
        assert wave.receipt is not None
        assert hashlib.sha256(text).hexdigest() in hashes.decode().split()
        assert wave.receipt["sha256"] == hashlib.sha256(hashes).hexdigest()
        shown = [json.loads(line) for line in text.decode().splitlines()]
        assert {line["unit"] for line in shown[1:]} == {"Payments"}, "and of no other unit"
        of_payments = [line for line in lines if line["team"] == "Payments"]
        assert [{"team": line.pop("unit"), **line} for line in shown if "score" in line] == of_payments
        assert wave.receipt["figures_shown"] == sum(line.get("score") is not None for line in lines)

    async def test_closing_twice_changes_nothing(self, story: Story) -> None:
        await story.open()
        for name in PAYMENTS:
            await story.answer(name, 3)
        first = await story.close()
        again = await story.close()

        assert (first.receipt, first.published_at) == (again.receipt, again.published_at)
