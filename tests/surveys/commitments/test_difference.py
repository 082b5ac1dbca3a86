"""Whether what was done made a difference: asked once about a kept promise, and said beside the effect."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from integrations.language import Translator
from integrations.wording.loop import say_since_then
from surveys.commitments.actions import commit, mark_done
from surveys.commitments.asking import loop_questions_due
from surveys.commitments.difference import difference_key
from surveys.commitments.models import Topic, TopicKind
from surveys.commitments.queries import loop_of
from surveys.results.models import TeamWord
from tests.cast import make_cast
from tests.loop import make_programme, make_wave, say

CLOSED = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


async def test_a_confirmed_promise_about_a_fall_is_asked_about_once_and_its_word_stands_with_the_topic(
    session: AsyncSession,
) -> None:
    cast = await make_cast(session)
    team = cast.payments
    programme = await make_programme(session, cast.organisation)
    first = await make_wave(session, programme, [team], closes_at=CLOSED)
    topic = Topic(
        organisation_id=cast.organisation.id,
        key="shift",
        team_id=team.id,
        wave_id=first.id,
        kind=TopicKind.SHIFT,
        code="FLW",
        raised_at=CLOSED,
    )
    session.add(topic)
    await session.flush()
    promise = await commit(
        session,
        team_id=team.id,
        wave_id=first.id,
        owner_id=cast.lena.id,
        text="A written agenda",
        topic_id=topic.id,
        now=CLOSED + DAY,
    )
    await mark_done(session, promise.id, person_id=cast.lena.id, now=CLOSED + 2 * DAY)

    async def asked(now: datetime) -> list[str]:
        due = await loop_questions_due(session, await cast.directory(session), now=now)
        return [question.key.partition(":")[0] for question in due.get(team.id, [])]

    assert await asked(CLOSED + 10 * DAY) == ["LOOP-03", "LOOP-02"]
    second = await make_wave(session, programme, [team], closes_at=CLOSED + 14 * DAY)
    await say(session, second, team, promise.id, "kept")
    assert await asked(CLOSED + 20 * DAY) == ["LOOP-02"]
    assert await asked(CLOSED + 31 * DAY) == ["LOOP-05", "LOOP-02"]

    third = await make_wave(session, programme, [team], closes_at=CLOSED + 34 * DAY)
    session.add(
        TeamWord(wave_id=third.id, team_id=team.id, question=difference_key(promise.id), word="better")
    )
    await session.flush()
    assert await asked(CLOSED + 40 * DAY) == ["LOOP-02"]

    # The leader reads a day before the team does, here as everywhere.
    early, late = CLOSED + 34 * DAY + timedelta(hours=1), CLOSED + 36 * DAY
    for now, for_leader, noticed in (
        (early, True, "better"),
        (early, False, None),
        (late, False, "better"),
    ):
        loop = await loop_of(session, team.id, now=now, for_leader=for_leader)
        (view,) = loop.topics
        assert view.noticed == noticed
    assert say_since_then(view, Translator("en")) == (
        "Asked whether it made a difference, the team says: better."
    )
