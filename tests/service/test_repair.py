"""Repair, from the proposal to the last look, as leader and team press it."""

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from surveys.repair.models import RepairLook, RepairPlan, RepairPromise
from tests.cast import Cast
from tests.conftest import NOON, Sessions
from tests.service.conftest import Clock, SignedIn, submit
from tests.service.published import address

PLAN = {
    "what": "A reorganisation was announced before it was talked about",
    "leader_needs": "To hear doubts early",
    "team_needs": "To hear of changes first",
}


async def send(client: httpx.AsyncClient, cast: Cast, action: str = "", **fields: str) -> httpx.Response:
    page = f"{address(cast.payments)}/repair"
    return await submit(client, page, f"{page}{action}", fields)


@pytest.fixture
async def plan(cast: Cast, signed_in: SignedIn, sessions: Sessions) -> RepairPlan:
    await send(await signed_in(cast.lena), cast, **PLAN)
    async with sessions() as session:
        return (await session.scalars(select(RepairPlan))).one()


async def test_a_plan_names_nobody_and_comes_back_as_typed(cast: Cast, signed_in: SignedIn) -> None:
    page = await send(await signed_in(cast.lena), cast, **{**PLAN, "what": "Alice was left out"})

    assert page.status_code == 422
    assert 'value="Alice was left out"' in page.text
    assert "Somebody is named here." in page.text


async def test_the_team_agrees_and_its_leader_cannot_for_it(
    plan: RepairPlan, cast: Cast, signed_in: SignedIn, sessions: Sessions, clock: Clock
) -> None:
    refused = await send(await signed_in(cast.lena), cast, f"/{plan.id}/agree")
    await send(await signed_in(cast.alice), cast, f"/{plan.id}/agree")
    page = await (await signed_in(cast.bob)).get(f"{address(cast.payments)}/repair")

    assert refused.status_code == 403
    assert "Alice said so for the team." in page.text
    assert "The next look is on Thursday 2 April." in page.text
    async with sessions() as session:
        assert (await session.get_one(RepairPlan, plan.id)).agreed_by == cast.alice.id

    clock.now += timedelta(days=31)
    page = await (await signed_in(cast.lena)).get(f"{address(cast.payments)}/repair")
    assert "The next look has been due since Thursday 2 April." in page.text


async def test_its_steps_are_promises_with_a_label(
    plan: RepairPlan, cast: Cast, signed_in: SignedIn, sessions: Sessions
) -> None:
    lena = await signed_in(cast.lena)
    for number in range(5):
        last = await send(lena, cast, f"/{plan.id}/promises", text=f"Step {number}", due="2026-04-01")
    page = await (await signed_in(cast.alice)).get(address(cast.payments))

    assert last.status_code == 409
    assert page.text.count('<span class="tag">repair</span>') == 4
    async with sessions() as session:
        assert len((await session.scalars(select(RepairPromise))).all()) == 4


async def test_looks_come_when_due_and_help_is_named_after_ninety_days(
    plan: RepairPlan, cast: Cast, signed_in: SignedIn, sessions: Sessions, clock: Clock
) -> None:
    alice = await signed_in(cast.alice)
    await send(alice, cast, f"/{plan.id}/agree")
    early = await send(alice, cast, f"/{plan.id}/look", day="30", word="moving")
    clock.now = NOON + timedelta(days=91)
    alice = await signed_in(cast.alice)
    await send(alice, cast, f"/{plan.id}/look", day="30", word="too_early")
    page = await alice.get(f"{address(cast.payments)}/repair")
    too_soon = await send(alice, cast, f"/{plan.id}/end", repaired="yes")

    assert early.status_code == 422
    assert "After 30 days: too early to say" in page.text
    assert "somebody from outside may help" in page.text
    assert "The team says: repaired" not in page.text
    assert too_soon.status_code == 409
    async with sessions() as session:
        assert [look.day for look in await session.scalars(select(RepairLook))] == [30]
