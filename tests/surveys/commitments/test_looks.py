"""What a team says aloud about earlier steps, and about promises too few answered about."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.keystores import DirectoryKeyStore
from surveys.commitments.looks import promises_to_say_aloud, say_aloud
from surveys.commitments.models import Commitment, CommitmentState, SaidInRetro
from surveys.commitments.promises import dates_of
from surveys.commitments.rules import Status, status
from surveys.commitments.steps import steps_to_look_at
from surveys.errors import Conflict, Forbidden, Gone, Invalid, Missing
from surveys.people.models import Person
from surveys.retrospectives.actions import close_retrospective, move_on, start_retrospective
from surveys.retrospectives.models import Retrospective
from surveys.retrospectives.rules import Phase, Plan
from tests.cast import Cast, make_cast
from tests.conftest import NOON
from tests.loop import make_programme, make_wave, say
from tests.surveys.commitments.test_steps import discussed, propose

LATER = NOON + timedelta(days=13, hours=14)  # hours before the step's day is over


@pytest.fixture
async def cast(session: AsyncSession) -> Cast:
    return await make_cast(session)


async def next_board(session: AsyncSession, keys: DirectoryKeyStore, cast: Cast) -> Retrospective:
    """The next retrospective, led by Alice, after one that agreed a step of Bob's."""
    board = await discussed(session, keys, cast)
    await propose(session, board, cast.bob, cast.bob)
    await close_retrospective(session, board.id, person_id=None, now=NOON)
    return await start_retrospective(
        session, keys, team_id=cast.payments.id, started_by=cast.alice.id, plan=Plan("Next"), now=LATER
    )


async def test_what_the_team_says_of_a_step_stands_with_the_name_of_who_noted_it(
    session: AsyncSession, keys: DirectoryKeyStore, cast: Cast
) -> None:
    board = await next_board(session, keys, cast)
    (step,) = await steps_to_look_at(session, board, now=LATER)

    async def write(said: SaidInRetro, reason: str = "", *, by: Person = cast.alice) -> None:
        await say_aloud(
            session,
            board.id,
            promise_id=step.id,
            person_id=by.id,
            said=said,
            reason=reason,
            now=LATER,
        )

    with pytest.raises(Forbidden):
        await write(SaidInRetro.WANTED, by=cast.bob)
    with pytest.raises(Missing):
        await write(SaidInRetro.HAPPENED)
    with pytest.raises(Invalid):
        await write(SaidInRetro.LET_GO)
    await write(SaidInRetro.WANTED)
    await write(SaidInRetro.LET_GO, "The old terminal is gone")

    (seen,) = await steps_to_look_at(session, board, now=LATER)
    assert seen.withdrawal_reason == "The old terminal is gone"
    assert [(one.said, one.by) for one in seen.aloud] == [("let_go", "Alice")]
    promise = await session.get_one(Commitment, step.id)
    assert status(dates_of(promise), "Europe/Berlin", now=LATER) is Status.WITHDRAWN_EARLY
    with pytest.raises(Conflict):
        await write(SaidInRetro.DONE)


async def test_a_step_the_team_calls_done_is_done_and_still_asked_about(
    session: AsyncSession, keys: DirectoryKeyStore, cast: Cast
) -> None:
    board = await next_board(session, keys, cast)
    (step,) = await steps_to_look_at(session, board, now=LATER)

    await say_aloud(
        session, board.id, promise_id=step.id, person_id=cast.alice.id, said=SaidInRetro.DONE, now=LATER
    )

    promise = await session.get_one(Commitment, step.id)
    assert (promise.state, promise.done_at) == (CommitmentState.DONE, LATER)
    await move_on(session, keys, board.id, leaving=Phase.LOOK_BACK, person_id=None, now=LATER)
    with pytest.raises((Conflict, Gone)):
        await say_aloud(
            session,
            board.id,
            promise_id=step.id,
            person_id=cast.alice.id,
            said=SaidInRetro.WANTED,
            now=LATER,
        )


async def test_a_promise_too_few_answered_about_twice_is_spoken_of_once(
    session: AsyncSession, keys: DirectoryKeyStore, cast: Cast
) -> None:
    board = await next_board(session, keys, cast)
    (step,) = await steps_to_look_at(session, board, now=LATER)
    promise = await session.get_one(Commitment, step.id)
    promise.state, promise.done_at = CommitmentState.DONE, LATER
    later = LATER + timedelta(days=40)
    programme = await make_programme(session, cast.organisation)
    for days in (10, 20):
        if days == 20:
            assert await promises_to_say_aloud(session, board, now=later) == []
        wave = await make_wave(session, programme, [cast.payments], closes_at=LATER + timedelta(days=days))
        await say(session, wave, cast.payments, promise.id, "too_few")
    (unsaid,) = await promises_to_say_aloud(session, board, now=later)

    await say_aloud(
        session,
        board.id,
        promise_id=unsaid.id,
        person_id=cast.alice.id,
        said=SaidInRetro.HAPPENED,
        now=later,
    )

    (said,) = await promises_to_say_aloud(session, board, now=later)
    assert [one.said for one in said.aloud] == ["happened"]
    assert said.word == "said_openly"  # outside the rates
    await close_retrospective(session, board.id, person_id=None, now=later)
    another = await start_retrospective(
        session, keys, team_id=cast.payments.id, started_by=cast.alice.id, plan=Plan("X"), now=later
    )
    assert await promises_to_say_aloud(session, another, now=later) == []
