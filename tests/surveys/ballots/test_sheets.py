"""Who gets a blank sheet, by which link or button, and from when to when."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from jobs.close_waves import close_waves
from surveys.ballots.actions import cast_ballots, empty_box
from surveys.ballots.queries import Question, answer_token, blank_sheet, has_answered, place_of_token
from surveys.ballots.rules import HandedIn, read_token, write_token
from surveys.ballots.sealing import count_ballots
from surveys.errors import Invalid, Missing, WaveClosed
from surveys.people.models import Person
from surveys.questions.rules import LOOP_CHOICES
from surveys.waves.models import Place, Wave, WaveUnit
from surveys.waves.rules import FrozenRules, LoopQuestion
from tests.cast import make_cast
from tests.waves import OPENING, Story, make_keys, make_programme


@pytest.fixture
async def story(own_sessions: async_sessionmaker[AsyncSession], tmp_path: Path) -> Story:
    return await Story(own_sessions, make_keys(tmp_path)).begin()


async def test_links_and_buttons_open_only_the_sheet_they_were_made_for(story: Story) -> None:
    await story.open()
    alice, bob = await story.place("Alice"), await story.place("Bob")
    early = OPENING - timedelta(seconds=1)

    async with story.sessions() as session:
        token = await answer_token(session, story.keys, alice.id)
        assert await place_of_token(session, story.keys, token) == alice.id
        assert not (await blank_sheet(session, story.keys, alice.id, now=OPENING)).about_promise
        with pytest.raises(Missing):
            await place_of_token(session, story.keys, write_token(bob.id, bytes(16)))
        with pytest.raises(Missing):
            await blank_sheet(session, story.keys, alice.id, slack_user_id="U-OF-BOB", now=OPENING)
        # Whoever was invited may answer, though this host's clock goes behind the one that invited.
        assert await blank_sheet(session, story.keys, alice.id, now=early)
    assert await story.hand_in(alice.id, {}, now=early) is None


async def test_of_sheets_stored_together_each_is_refused_for_its_own_reason(story: Story) -> None:
    wave, alice = await story.open(), await story.place("Alice")
    codes = {item["code"]: 4 for item in wave.items}
    async with story.sessions.begin() as session:
        await session.execute(update(Person).where(Person.id == alice.person_id).values(slack_id="U-ALICE"))
        connection = await session.connection()
        together = [
            HandedIn(uuid4(), None, codes),
            HandedIn(alice.id, "U-BOB", codes),
            HandedIn(alice.id, "U-ALICE", {"NOT-ASKED": 4}),
            HandedIn(alice.id, "U-ALICE", codes),
        ]
        a_moment_before = wave.closes_at - timedelta(microseconds=1)

        in_time = await cast_ballots(connection, story.keys, together, now=a_moment_before)
        late = await cast_ballots(connection, story.keys, together, now=wave.closes_at)

    assert [type(outcome) for outcome in in_time] == [Missing, Missing, Invalid, type(None)]
    assert [type(outcome) for outcome in late] == [Missing, Missing, WaveClosed, WaveClosed]


async def test_of_sheets_stored_together_each_may_answer_only_about_its_own_unit_s_promises(
    story: Story,
) -> None:
    await story.open()
    alice, sam = await story.place("Alice"), await story.place("Sam")
    async with story.sessions.begin() as session:
        for number, place in enumerate((alice, sam), start=1):
            promise = LoopQuestion(f"LOOP-03:{number}", "LOOP-03", "A list was promised.", UUID(int=number))
            await session.execute(
                update(WaveUnit)
                .where(WaveUnit.wave_id == place.wave_id, WaveUnit.team_id == place.team_id)
                .values(loop=[promise.as_json()])
            )
        together = [
            HandedIn(alice.id, None, {"LOOP-03:1": 1}),
            HandedIn(sam.id, None, {"LOOP-03:1": 1}),
            HandedIn(sam.id, None, {"LOOP-03:2": 1}),
        ]
        outcomes = await cast_ballots(await session.connection(), story.keys, together, now=OPENING)

    assert [type(outcome) for outcome in outcomes] == [type(None), Invalid, type(None)]


async def test_a_sheet_names_its_wave_and_unit_and_asks_what_was_drawn_with_loop_questions_last(
    story: Story,
) -> None:
    promise = LoopQuestion("LOOP-03:1", "LOOP-03", "You were promised a list. Did it happen?", UUID(int=1))
    wave, alice = await story.open(), await story.place("Alice")
    of_wave = WaveUnit.wave_id == wave.id
    async with story.sessions.begin() as session:
        await session.execute(update(WaveUnit).where(of_wave).values(loop=[promise.as_json()]))
    sheet = await story.sheet("Alice")
    *scale, choice = sheet.questions

    assert (sheet.wave_id, sheet.place_id, sheet.team_id) == (wave.id, alice.id, story.cast.payments.id)
    assert (sheet.programme_name, sheet.team_name) == ("Team pulse", "Payments")
    assert (sheet.opens_at, sheet.closes_at) == (wave.opens_at, wave.closes_at)
    assert (sheet.asked_in_unit, sheet.zone, sheet.locale) == (7, alice.zone, story.cast.alice.locale)
    assert sheet.rules == FrozenRules.of(wave.rules)
    drawn = sorted((item["code"], "scale", item["text"], ()) for item in wave.items)
    assert sorted((one.key, one.kind, one.text, one.choices) for one in scale) == drawn
    assert choice == Question(promise.key, "choice", promise.text, LOOP_CHOICES["LOOP-03"])
    assert not sheet.about_promise

    async with story.sessions.begin() as session:
        await session.execute(update(Wave).values(items=[]))
    assert (await story.sheet("Alice")).about_promise
    for answered in (False, True):
        async with story.sessions() as session:
            assert await has_answered(session, story.keys, alice.id) == answered
        assert await story.hand_in(alice.id, {promise.key: 1}) is None


async def test_after_the_close_every_link_says_closed_and_nobody_has_answered(story: Story) -> None:
    wave = await story.open()
    alice, bob = await story.place("Alice"), await story.place("Bob")
    await story.answer("Alice", 4)
    async with story.sessions() as session:
        token = await answer_token(session, story.keys, alice.id)
        answered = [await has_answered(session, story.keys, place.id) for place in (alice, bob)]
        lie_there = await count_ballots(session, wave.id)
    assert (answered, lie_there) == ([True, False], 3)

    await story.close()

    async with story.sessions.begin() as session:
        for refused in (
            answer_token(session, story.keys, alice.id),
            place_of_token(session, story.keys, token),
            blank_sheet(session, story.keys, alice.id, now=OPENING),
        ):
            with pytest.raises(WaveClosed, match="closed"):
                await refused
        assert not await has_answered(session, story.keys, alice.id)
        assert not await has_answered(session, story.keys, UUID(int=1))
        assert await count_ballots(session, wave.id) == 0
        await empty_box(session, wave.id)  # a box that is empty already stays so


async def test_with_two_open_waves_each_link_opens_the_sheet_of_its_own(
    own_sessions: async_sessionmaker[AsyncSession], tmp_path: Path
) -> None:
    story = Story(own_sessions, make_keys(tmp_path))
    async with own_sessions.begin() as session:
        story.cast = await make_cast(session)
        everybody = await make_programme(session, story.cast.organisation, weekday=2, name="Everybody")
        story.programme = await make_programme(
            session, story.cast.organisation, audience=[str(story.cast.payments.id)]
        )
    first, alice = await story.open(), await story.place("Alice")
    next_day = OPENING + timedelta(days=1)
    second, sam = await story.open(next_day), await story.place("Sam")
    assert (first.programme_id, second.programme_id) == (story.programme.id, everybody.id)
    assert (alice.wave_id, sam.wave_id) == (first.id, second.id), "who is in both is asked once at a time"

    async with own_sessions.begin() as session:
        # As no opening makes it: a place of hers in the second wave as well.
        again = Place(
            wave_id=second.id, person_id=alice.person_id, team_id=sam.team_id, zone=alice.zone,
            asks_at=sam.asks_at,
        )  # fmt: skip
        session.add(again)
        await session.flush()
        for place in (alice, sam, again):
            token = await answer_token(session, story.keys, place.id)
            assert await place_of_token(session, story.keys, token) == place.id
            sheet = await blank_sheet(session, story.keys, place.id, now=next_day)
            assert (sheet.wave_id, sheet.place_id) == (place.wave_id, place.id)
        _, proof = read_token(await answer_token(session, story.keys, again.id))
        with pytest.raises(Missing):
            await place_of_token(session, story.keys, write_token(alice.id, proof))
        codes = {item["code"]: 4 for item in first.items}
        assert (
            await cast_ballots(
                await session.connection(), story.keys, [HandedIn(alice.id, None, codes)], now=next_day
            )
        ) == [None]
        assert await has_answered(session, story.keys, alice.id)
        assert not await has_answered(session, story.keys, again.id)

    await close_waves(story.sessions, story.keys, now=first.closes_at)
    async with own_sessions.begin() as session:
        with pytest.raises(WaveClosed):
            await answer_token(session, story.keys, alice.id)
        assert await place_of_token(
            session, story.keys, await answer_token(session, story.keys, again.id)
        ) == (again.id)
