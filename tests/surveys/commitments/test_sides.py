"""Leader and team see a promise differently, and each says so in one note."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.commitments.actions import commit
from surveys.commitments.models import Commitment
from surveys.commitments.queries import loop_of
from surveys.commitments.sides import tell_our_side
from surveys.errors import Conflict, Invalid, Missing
from tests.cast import Cast, make_cast
from tests.loop import differ

NOW = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LATER = NOW + 40 * DAY


@pytest.fixture
async def cast(session: AsyncSession) -> Cast:
    return await make_cast(session)


@pytest.fixture
async def promise(session: AsyncSession, cast: Cast) -> Commitment:
    return await commit(
        session,
        team_id=cast.payments.id,
        wave_id=None,
        owner_id=cast.lena.id,
        text="A written agenda",
        now=NOW,
    )


async def test_after_the_second_not_yet_each_side_leaves_a_note_beside_the_promise(
    session: AsyncSession, cast: Cast, promise: Commitment
) -> None:
    await differ(session, cast, promise)
    for person, words in ((cast.bob, "Half of them had one"), (cast.lena, "Every planning had one")):
        await tell_our_side(session, promise.id, person_id=person.id, words=words, now=LATER)
    await tell_our_side(session, promise.id, person_id=cast.bob.id, words="Two of four had one", now=LATER)
    with pytest.raises(Conflict):
        await tell_our_side(session, promise.id, person_id=cast.alice.id, words="None had", now=LATER)

    loop = await loop_of(session, cast.payments.id, now=LATER)
    assert [(side.side, side.words, side.by) for side in loop.promises[0].sides] == [
        ("leader", "Every planning had one", "Lena"),
        ("team", "Two of four had one", "Bob"),
    ]


async def test_before_that_and_for_others_there_is_nothing_to_say(
    session: AsyncSession, cast: Cast, promise: Commitment
) -> None:
    await differ(session, cast, promise, times=1)
    with pytest.raises(Conflict):
        await tell_our_side(session, promise.id, person_id=cast.bob.id, words="Not yet", now=LATER)
    with pytest.raises(Missing):
        await tell_our_side(session, promise.id, person_id=cast.oscar.id, words="Not yet", now=LATER)
    with pytest.raises(Invalid):
        await tell_our_side(session, promise.id, person_id=cast.bob.id, words="Lena forgot", now=LATER)
