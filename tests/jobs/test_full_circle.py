"""The loop in its first full circle: results, words, a promise, done, and then the team is asked."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from surveys.commitments.actions import acknowledge, commit, mark_done, share
from surveys.commitments.queries import loop_of
from surveys.results.models import TeamWord
from surveys.waves.models import Wave
from tests.waves import OPENING, Story, make_keys

PAYMENTS = ("Alice", "Bob", "Chen", "Dana", "Emil", "Fay", "Gus")
SECOND = OPENING + timedelta(days=14)


@pytest.fixture
async def story(own_sessions: async_sessionmaker[AsyncSession], tmp_path: Path) -> Story:
    return await Story(own_sessions, make_keys(tmp_path)).begin(head_start_days=0)


async def first_wave(story: Story) -> Wave:
    await story.open()
    for name in PAYMENTS:
        await story.answer(name, 3)
    return await story.close()


async def promise_and_do(story: Story, wave: Wave) -> None:
    lena, payments = story.cast.by_name["Lena"], story.cast.payments
    said_at = wave.closes_at + timedelta(hours=2)
    async with story.sessions.begin() as session:
        where = {"wave_id": wave.id, "team_id": payments.id, "person_id": lena.id}
        await share(session, words="Thank you. I read that dates slip.", now=said_at, **where)
        await acknowledge(session, answer_by=date(2026, 3, 13), now=said_at, **where)
        promise = await commit(
            session,
            team_id=payments.id,
            wave_id=wave.id,
            owner_id=lena.id,
            text="Every date is written on the board.",
            now=said_at,
        )
        await mark_done(session, promise.id, person_id=lena.id, now=said_at + timedelta(days=1))


async def second_wave(story: Story, voices: dict[str, int]) -> list[str]:
    """Open the next wave, let the team say how it went, and return what Alice's sheet asked of the loop."""
    await story.open(now=SECOND)
    asked = [q.key for q in (await story.sheet("Alice", SECOND)).questions if q.kind == "choice"]
    for name, choice in voices.items():

        def choose(key: str, choice: int = choice) -> int:
            return choice if key.startswith("LOOP-03") else 1

        await story.answer(name, choose, now=SECOND)
    await story.close()
    return asked


async def state_at(story: Story, now: datetime) -> tuple[str, str | None]:
    async with story.sessions() as session:
        loop = await loop_of(session, story.cast.payments.id, now=now)
        (promise,) = loop.promises
        return str(promise.state), promise.word


class TestTheFullCircle:
    async def test_the_next_wave_asks_about_the_promise_first_and_the_teams_word_appears(
        self, story: Story
    ) -> None:
        await promise_and_do(story, await first_wave(story))
        asked = await second_wave(story, dict.fromkeys(PAYMENTS, 1))

        assert [key.partition(":")[0] for key in asked] == ["LOOP-03", "LOOP-02"]
        assert await state_at(story, SECOND + timedelta(days=5)) == ("kept", "kept")
        async with story.sessions() as session:
            words = {
                row.question.partition(":")[0]: row.word
                for row in await session.scalars(
                    select(TeamWord).where(TeamWord.team_id == story.cast.payments.id)
                )
            }
        assert words == {"LOOP-02": "yes", "LOOP-03": "kept"}

    async def test_two_who_say_not_kept_open_it_again(self, story: Story) -> None:
        await promise_and_do(story, await first_wave(story))
        await second_wave(story, dict.fromkeys(PAYMENTS, 1) | {"Alice": 3, "Bob": 2})

        state, word = await state_at(story, SECOND + timedelta(days=5))
        assert (state, word) == ("open", "not_yet")

    async def test_too_few_voices_make_no_word(self, story: Story) -> None:
        await promise_and_do(story, await first_wave(story))
        await second_wave(story, dict.fromkeys(PAYMENTS[:3], 1))

        assert (await state_at(story, SECOND + timedelta(days=5)))[1] == "too_few"

    async def test_the_first_wave_asks_nothing_of_the_loop(self, story: Story) -> None:
        await story.open()
        assert {question.kind for question in (await story.sheet("Alice")).questions} == {"scale"}
