from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.commitments.actions import commit, mark_done
from surveys.commitments.models import Topic, TopicKind
from surveys.commitments.queries import loop_of
from surveys.results.models import Figure
from tests.cast import make_cast
from tests.loop import make_programme, make_wave

START = datetime(2026, 1, 6, 12, tzinfo=UTC)
TWO_WEEKS = timedelta(days=14)


@pytest.mark.parametrize(
    ("waves", "later", "word"), [(12, 80.0, "higher"), (12, 60.0, "no_change"), (10, 80.0, None)]
)
async def test_a_full_cycle_after_the_deed_is_held_against_the_one_before_the_fall(
    session: AsyncSession, waves: int, later: float, word: str | None
) -> None:
    cast = await make_cast(session)
    programme = await make_programme(session, cast.organisation)
    levels = [60.0] * 4 + [40.0] * 4 + [later] * 4
    for number, level in enumerate(levels[:waves]):
        wave = await make_wave(session, programme, [cast.payments], closes_at=START + number * TWO_WEEKS)
        wave.number = number
        figure = await session.get_one(Figure, (wave.id, cast.payments.id, "PSY"))
        figure.score, figure.n, figure.asked = level, 7, 7
        if number == 5:
            topic = Topic(
                organisation_id=cast.organisation.id,
                key="shift",
                team_id=cast.payments.id,
                wave_id=wave.id,
                kind=TopicKind.SHIFT,
                code="PSY",
                raised_at=wave.closes_at,
            )
            session.add(topic)
            await session.flush()
            promise = await commit(
                session,
                team_id=cast.payments.id,
                wave_id=wave.id,
                topic_id=topic.id,
                owner_id=cast.lena.id,
                text="A round of doubts in every meeting",
                now=wave.closes_at,
            )
    done = START + 7 * TWO_WEEKS
    await mark_done(session, promise.id, person_id=cast.lena.id, now=done)

    loop = await loop_of(session, cast.payments.id, now=START + 13 * TWO_WEEKS)
    assert [one.since_then for one in loop.topics] == [word]
