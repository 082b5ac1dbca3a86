"""Whether a team notices what was done about a dimension: asked once, said beside the effect."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.commitments.loop import TopicView
from surveys.commitments.models import Commitment, CommitmentState, Topic, TopicKind
from surveys.commitments.promises import by_promise, words_on
from surveys.commitments.rules import final_word
from surveys.questions.rules import LOOP_ITEMS
from surveys.results.models import TeamWord
from surveys.results.rules.loop_words import KEPT
from surveys.waves.models import Wave
from surveys.waves.rules import LoopQuestion

DIFFERENCE = "LOOP-05"
NOTICED_AFTER = timedelta(days=28)  # from done; before that most would say that it is too early
NOTICED_WITHIN = timedelta(days=180)  # after that nobody remembers how it was before


def difference_key(promise_id: UUID) -> str:
    """Return the key of the question whether a promise made a difference, in ballots and results."""
    return f"{DIFFERENCE}:{promise_id}"


async def differences_to_ask(
    session: AsyncSession, organisation_id: UUID, *, now: datetime
) -> list[tuple[UUID, LoopQuestion]]:
    """Return unit and question for promises about a fall that their team confirmed, oldest first.

    Each is asked about once, whatever comes of it: a second time would be one question too many.
    """
    found = await session.execute(
        select(Commitment.id, Commitment.team_id, Commitment.text)
        .join(Topic, (Topic.id == Commitment.topic_id) & (Topic.kind == TopicKind.SHIFT))
        .where(
            Commitment.organisation_id == organisation_id,
            Commitment.state == CommitmentState.DONE,
            Commitment.done_at <= now - NOTICED_AFTER,
            Commitment.done_at >= now - NOTICED_WITHIN,
        )
        .order_by(Commitment.done_at, Commitment.id)
    )
    promises = found.all()
    said = by_promise(await words_on(session, [promise.id for promise in promises]))
    kept = {
        difference_key(promise.id): promise
        for promise in promises
        if final_word(said.get(promise.id, ())) == KEPT
    }
    asked = set(await session.scalars(select(TeamWord.question).where(TeamWord.question.in_([*kept]))))
    wording = LOOP_ITEMS[DIFFERENCE].text
    return [
        (promise.team_id, LoopQuestion(key, DIFFERENCE, wording.format(commitment=promise.text)))
        for key, promise in kept.items()
        if key not in asked
    ]


async def noticed_by(
    session: AsyncSession, team_id: UUID, topics: Sequence[TopicView], *, now: datetime, for_leader: bool
) -> dict[UUID, str]:
    """Return for each topic about a fall what its team says it notices, where this reader may read it.

    Of several promises the word that came last is taken.
    """
    sees_at = Wave.leaders_see_at if for_leader else Wave.team_sees_at
    about = {
        difference_key(promise.id): topic.id
        for topic in topics
        if topic.kind is TopicKind.SHIFT
        for promise in topic.promises
    }
    if not about:
        return {}
    rows = await session.execute(
        select(TeamWord.question, TeamWord.word)
        .join(Wave, Wave.id == TeamWord.wave_id)
        .where(TeamWord.team_id == team_id, TeamWord.question.in_(list(about)), sees_at <= now)
        .order_by(Wave.closes_at)
    )
    return {about[question]: word for question, word in rows}
