from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from surveys.deliveries.pace import ANY_METHOD, pause_calls, reserve_call

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


async def test_after_a_short_burst_the_pace_holds(session: AsyncSession):
    waits = [await reserve_call(session, "T1", "chat.postMessage", 60, at=NOON) for _ in range(7)]

    assert waits == [None] * 5 + [1.0, 1.0]


async def test_waiting_takes_no_place_and_time_gives_places_back(session: AsyncSession):
    for _ in range(8):
        await reserve_call(session, "T1", "chat.postMessage", 60, at=NOON)

    assert await reserve_call(session, "T1", "chat.postMessage", 60, at=NOON + timedelta(seconds=1)) is None


async def test_a_pause_of_one_method_leaves_the_others_alone(session: AsyncSession):
    await pause_calls(session, "T1", "chat.postMessage", until=NOON + timedelta(seconds=30), at=NOON)

    assert await reserve_call(session, "T1", "chat.postMessage", 60, at=NOON) == 30
    assert await reserve_call(session, "T1", "views.open", 60, at=NOON) is None
    assert await reserve_call(session, "T2", "chat.postMessage", 60, at=NOON) is None


async def test_a_pause_of_the_workspace_holds_every_method(session: AsyncSession):
    await pause_calls(session, "T1", ANY_METHOD, until=NOON + timedelta(hours=1), at=NOON)

    assert await reserve_call(session, "T1", "views.open", 60, at=NOON) == 3600
    assert await reserve_call(session, "T1", "views.open", 60, at=NOON + timedelta(hours=1)) is None
