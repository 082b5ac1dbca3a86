"""From a proposed step to a promise of its owner, and to the next retrospective."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.keystores import DirectoryKeyStore
from surveys.commitments.actions import mark_done, withdraw
from surveys.commitments.models import Commitment
from surveys.commitments.steps import agree_to_step, drop_step, promises_of, propose_step, steps_to_look_at
from surveys.errors import Conflict, Forbidden, Invalid, Missing
from surveys.people.models import Person
from surveys.retrospectives.actions import close_retrospective, move_on, start_retrospective
from surveys.retrospectives.models import ActionStep, Retrospective
from surveys.retrospectives.queries import board_as_seen
from surveys.retrospectives.rules import Phase, Plan
from tests.cast import Cast, make_cast
from tests.conftest import NOON

TODAY = NOON.date()
IN_TWO_WEEKS = TODAY + timedelta(days=14)


@pytest.fixture
async def cast(session: AsyncSession) -> Cast:
    return await make_cast(session)


async def discussed(
    session: AsyncSession, keys: DirectoryKeyStore, cast: Cast, *, days_later: int = 0
) -> Retrospective:
    now = NOON + timedelta(days=days_later)
    board = await start_retrospective(
        session, keys, team_id=cast.payments.id, started_by=cast.alice.id, plan=Plan("Release"), now=now
    )
    while board.phase is not Phase.DISCUSS:
        await move_on(session, keys, board.id, leaving=board.phase, person_id=cast.alice.id, now=now)
    return board


async def propose(
    session: AsyncSession,
    board: Retrospective,
    by: Person,
    owner: Person,
    text: str = "Rehearse each release",
    days: int = 14,
) -> ActionStep:
    return await propose_step(
        session,
        board.id,
        person_id=by.id,
        text=text,
        owner_id=owner.id,
        due=TODAY + timedelta(days=days),
        now=NOON,
    )


async def test_a_step_becomes_a_promise_when_its_owner_agrees_and_not_before(
    session: AsyncSession, keys: DirectoryKeyStore, cast: Cast
) -> None:
    board = await discussed(session, keys, cast)
    step = await propose(session, board, cast.alice, cast.bob)
    assert (await session.scalars(select(Commitment))).all() == []
    with pytest.raises(Forbidden):
        await agree_to_step(session, board.id, step_id=step.id, person_id=cast.alice.id, now=NOON)

    for _ in range(2):  # a second press is the same promise
        await agree_to_step(session, board.id, step_id=step.id, person_id=cast.bob.id, now=NOON)

    promise = (await session.scalars(select(Commitment))).one()
    assert (promise.text, promise.owner_id, promise.due) == (
        "Rehearse each release", cast.bob.id, IN_TWO_WEEKS,
    )  # fmt: skip
    with pytest.raises(Conflict):
        await drop_step(session, board.id, step_id=step.id, person_id=cast.alice.id)


async def test_who_proposes_for_themselves_has_agreed(
    session: AsyncSession, keys: DirectoryKeyStore, cast: Cast
) -> None:
    board = await discussed(session, keys, cast)

    await propose(session, board, cast.bob, cast.bob)

    assert [one.owner_name for one in await promises_of(session, board, now=NOON)] == ["Bob"]
    assert [one.agreed for one in (await board_as_seen(session, board, now=NOON)).steps] == [True]


@pytest.mark.parametrize(
    ("text", "days", "field"),
    [("", 14, "text"), ("Ask Bob", 14, "text"), ("Rehearse", 31, "due"), ("Rehearse", -1, "due")],
)
async def test_a_step_that_cannot_be_names_its_field(
    session: AsyncSession, keys: DirectoryKeyStore, cast: Cast, text: str, days: int, field: str
) -> None:
    board = await discussed(session, keys, cast)

    with pytest.raises(Invalid) as refused:
        await propose(session, board, cast.alice, cast.bob, text, days)

    assert refused.value.field == field


async def test_nobody_outside_gets_a_step(
    session: AsyncSession, keys: DirectoryKeyStore, cast: Cast
) -> None:
    board = await discussed(session, keys, cast)

    with pytest.raises(Invalid):
        await propose(session, board, cast.alice, cast.oscar)
    with pytest.raises(Missing):
        await propose(session, board, cast.oscar, cast.alice)


async def test_a_member_finishes_or_withdraws_their_own_step_and_nobody_elses(
    session: AsyncSession, keys: DirectoryKeyStore, cast: Cast
) -> None:
    board = await discussed(session, keys, cast)
    await propose(session, board, cast.bob, cast.bob)
    await propose(session, board, cast.alice, cast.alice, "Write the checklist")
    bobs, alices = [one.id for one in await promises_of(session, board, now=NOON)]
    if (await session.get_one(Commitment, bobs)).owner_id != cast.bob.id:
        bobs, alices = alices, bobs

    await mark_done(session, bobs, person_id=cast.bob.id, now=NOON)
    with pytest.raises(Forbidden):
        await mark_done(session, alices, person_id=cast.bob.id, now=NOON)
    await withdraw(session, alices, person_id=cast.lena.id, reason="The tool does it now", now=NOON)


async def test_the_next_retrospective_opens_with_what_is_open_and_what_the_last_one_agreed(
    session: AsyncSession, keys: DirectoryKeyStore, cast: Cast
) -> None:
    first = await discussed(session, keys, cast)
    await propose(session, first, cast.bob, cast.bob, "Older and still open")
    await close_retrospective(session, first.id, person_id=cast.alice.id, now=NOON)
    second = await discussed(session, keys, cast, days_later=1)
    await propose(session, second, cast.bob, cast.bob, "Newer and done", days=10)
    done = (await promises_of(session, second, now=NOON))[0]
    await mark_done(session, done.id, person_id=cast.bob.id, now=NOON)
    await close_retrospective(session, second.id, person_id=cast.alice.id, now=NOON)

    third = await start_retrospective(
        session,
        keys,
        team_id=cast.payments.id,
        started_by=cast.alice.id,
        plan=Plan("Release 6"),
        now=NOON + timedelta(days=20),
    )

    opens_with = await steps_to_look_at(session, third, now=NOON + timedelta(days=20))
    assert [one.text for one in opens_with] == ["Older and still open", "Newer and done"]
    assert opens_with[0].overdue
