"""Who gets a blank sheet, by which link or button, and from when to when."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from surveys.ballots.actions import empty_box
from surveys.ballots.queries import answer_token, blank_sheet, has_answered, place_of_token
from surveys.ballots.rules import write_token
from surveys.errors import Missing, WaveClosed
from tests.waves import OPENING, Story, make_keys


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


async def test_after_the_close_every_link_says_closed_and_nobody_has_answered(story: Story) -> None:
    wave = await story.open()
    alice, bob = await story.place("Alice"), await story.place("Bob")
    await story.answer("Alice", 4)
    async with story.sessions() as session:
        token = await answer_token(session, story.keys, alice.id)
        answered = [await has_answered(session, story.keys, place.id) for place in (alice, bob)]
    assert answered == [True, False]

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
        await empty_box(session, wave.id)  # a box that is empty already stays so
