"""The one figure of an open wave: from fifty people, once a day, and gone at the close."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from jobs.count_turnout import count_turnout
from surveys.waves.models import Place, Turnout
from surveys.waves.rules import turnout_percent
from tests.cast import make_person
from tests.waves import OPENING, Story, make_keys

DAY = timedelta(days=1)


class TestTurnoutPercent:
    @given(asked=st.integers(50, 100_000), share=st.floats(0, 1))
    def test_it_is_a_step_of_five_near_the_truth_and_blunt_at_the_ends(
        self, asked: int, share: float
    ) -> None:
        cast = round(asked * share)
        percent = turnout_percent(cast, asked)

        assert percent is not None
        assert percent % 5 == 0
        assert 10 <= percent <= 90
        if 10 < percent < 90:
            assert abs(percent - 100 * cast / asked) <= 2.5

    def test_below_fifty_nothing_is_said(self) -> None:
        assert turnout_percent(30, 49) is None
        assert turnout_percent(30, 50) == 60
        assert turnout_percent(0, 50) == turnout_percent(1, 50) == 10
        assert turnout_percent(50, 50) == turnout_percent(46, 50) == 90


@pytest.fixture
async def story(own_sessions: async_sessionmaker[AsyncSession], tmp_path: Path) -> Story:
    """The cast with enough people beside it that sixty are asked."""
    found = await Story(own_sessions, make_keys(tmp_path)).begin()
    async with found.sessions.begin() as session:
        for number in range(60):
            await make_person(session, found.cast.organisation, f"Temp{number}", team=found.cast.warehouse)
    return found


async def figures(story: Story) -> list[int]:
    async with story.sessions() as session:
        return list(await session.scalars(select(Turnout.percent).order_by(Turnout.day)))


async def test_it_is_counted_once_a_day_from_the_second_day_and_deleted_at_the_close(story: Story) -> None:
    await story.open()
    async with story.sessions() as session:
        asked = await session.scalar(select(func.count()).select_from(Place)) or 0
        places = (await session.scalars(select(Place.id).order_by(Place.id))).all()
    for place in places[: asked // 2]:
        await story.hand_in(place, {})

    assert await count_turnout(story.sessions, story.keys, now=OPENING + timedelta(hours=5)) == 0
    assert await count_turnout(story.sessions, story.keys, now=OPENING + DAY) == 1
    assert await figures(story) == [50]
    for place in places[asked // 2 :]:
        await story.hand_in(place, {})
    assert await count_turnout(story.sessions, story.keys, now=OPENING + DAY + timedelta(hours=2)) == 0
    assert await count_turnout(story.sessions, story.keys, now=OPENING + 2 * DAY) == 1
    assert await figures(story) == [50, 90]

    await story.close()
    assert await figures(story) == []


async def test_a_small_organisation_is_not_counted(
    own_sessions: async_sessionmaker[AsyncSession], tmp_path: Path
) -> None:
    story = await Story(own_sessions, make_keys(tmp_path)).begin()
    await story.open()
    await story.answer("Alice", 3)

    assert await count_turnout(story.sessions, story.keys, now=OPENING + DAY) == 0
    assert await figures(story) == []
