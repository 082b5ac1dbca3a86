"""Which questions about the loop a wave asks each unit."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.commitments import rules
from surveys.commitments.difference import differences_to_ask
from surveys.commitments.models import Commitment, CommitmentState
from surveys.commitments.promises import PROMISE, by_promise, dates_of, promise_key, words_on
from surveys.people.rules import Directory
from surveys.questions.rules import LOOP_ITEMS
from surveys.results.models import Figure
from surveys.results.rules.loop_words import DECIDED_VOTES
from surveys.waves.models import Wave, WaveState, WaveUnit
from surveys.waves.rules import LOOP_QUESTIONS, LoopQuestion

PLAN = "LOOP-02"


async def loop_questions_due(
    session: AsyncSession, directory: Directory, *, now: datetime
) -> dict[UUID, list[LoopQuestion]]:
    """Return what a wave opened now should ask each unit about the loop: at most two questions.

    First the oldest promise that was marked done a week ago or more and on which the team has not
    decided, or else whether one about a fall made a difference. Then whether the leader said what will
    be done, where the unit's last wave brought results and its team has read them. Units too small for
    a word are not asked.
    """
    large = {unit for unit, people in directory.rosters().items() if len(people) >= DECIDED_VOTES}
    due: dict[UUID, list[LoopQuestion]] = defaultdict(list)
    for promise in await undecided_promises(session, directory.organisation_id, now=now):
        if promise.team_id in large and not due[promise.team_id]:
            text = LOOP_ITEMS[PROMISE].text.format(commitment=promise.text)
            due[promise.team_id].append(LoopQuestion(promise_key(promise.id), PROMISE, text, promise.id))
    for unit, question in await differences_to_ask(session, directory.organisation_id, now=now):
        if unit in large and not due[unit]:
            due[unit].append(question)
    for unit in await _answered_last_time(session, directory.organisation_id, now=now):
        if unit in large and directory.leaders.get(unit):
            due[unit].append(LoopQuestion(PLAN, PLAN, LOOP_ITEMS[PLAN].text))
    return {unit: questions[:LOOP_QUESTIONS] for unit, questions in due.items() if questions}


async def undecided_promises(
    session: AsyncSession, organisation_id: UUID, *, now: datetime
) -> list[Commitment]:
    """Return the promises on which their team is due to be asked, those done first at the front."""
    done = (
        await session.scalars(
            select(Commitment)
            .where(
                Commitment.organisation_id == organisation_id,
                Commitment.state == CommitmentState.DONE,
                Commitment.done_at <= now - rules.ASK_AFTER,
                Commitment.done_at >= now - rules.ASK_WITHIN,
            )
            .order_by(Commitment.done_at, Commitment.id)
        )
    ).all()
    words = by_promise(await words_on(session, [promise.id for promise in done]))
    return [one for one in done if rules.is_asked(dates_of(one), words.get(one.id, ()), now=now)]


async def _answered_last_time(session: AsyncSession, organisation_id: UUID, *, now: datetime) -> list[UUID]:
    """Return the units whose newest wave was published and shows them something."""
    asked = (
        select(WaveUnit.team_id, func.max(Wave.closes_at).label("closes_at"))
        .join(Wave, Wave.id == WaveUnit.wave_id)
        .where(
            Wave.organisation_id == organisation_id,
            Wave.state.in_([WaveState.PUBLISHED, WaveState.LOST]),
            Wave.closes_at <= now,
            Wave.is_pulse,
            WaveUnit.asked > 0,
        )
        .group_by(WaveUnit.team_id)
        .subquery()
    )
    shown = (
        select(Figure.team_id)
        .join(Wave, Wave.id == Figure.wave_id)
        .join(asked, (asked.c.team_id == Figure.team_id) & (asked.c.closes_at == Wave.closes_at))
        .where(
            Wave.organisation_id == organisation_id,
            Wave.state == WaveState.PUBLISHED,
            Wave.team_sees_at <= now,
            Figure.shown,
        )
        .distinct()
    )
    return list(await session.scalars(shown))
