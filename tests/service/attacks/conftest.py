"""A published wave and, after it, an open one, in a database that is rolled back."""

from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service.attacks.attempts import LEAK, Attempt
from tests.waves import Story, make_keys

PAYMENTS = ("Alice", "Bob", "Chen", "Dana", "Emil", "Fay", "Gus")
SEARCH = ("Sara", "Selma", "Sofia", "Sven", "Stan", "Suri")


@pytest.fixture
async def story(sessions: async_sessionmaker[AsyncSession], tmp_path: Path) -> Story:
    """Two teams answered and everything is published."""
    story = await Story(sessions, make_keys(tmp_path)).begin()
    await story.open()
    for number, name in enumerate(PAYMENTS + SEARCH):
        await story.answer(name, 2 + number % 4)
    await story.close()
    return story


def leaks(attempts: list[Attempt]) -> set[str]:
    """The names of the attacks that succeeded."""
    return {attempt.attack for attempt in attempts if attempt.verdict == LEAK}
