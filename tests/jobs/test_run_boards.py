"""What the clock does for boards: rhythms start them, deadlines move them, everybody is told once."""

import asyncio
from collections import Counter
from datetime import date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from integrations.environment import Settings
from integrations.keystores import DirectoryKeyStore
from integrations.wording.notes import RetroNews
from jobs.notes import NothingToSay, outgoing_for
from jobs.run_boards import run_boards
from surveys.deliveries.models import Delivery, Kind
from surveys.milestones.actions import keep_rhythm, set_rhythm
from surveys.milestones.models import TeamRhythm
from surveys.milestones.rules import Rhythm
from surveys.retrospectives.actions import close_retrospective, start_retrospective
from surveys.retrospectives.models import Retrospective
from surveys.retrospectives.rules import Names, Pace, Phase, Plan
from tests.cast import Cast, make_cast
from tests.conftest import NOON, Sessions

BERLIN = ZoneInfo("Europe/Berlin")
SPRINT = Rhythm("Sprint", 2, date(2026, 3, 6), time(14), 1)  # a Friday
DUE = datetime(2026, 3, 6, 14, tzinfo=BERLIN)


@pytest.fixture
async def cast(sessions: Sessions) -> Cast:
    async with sessions.begin() as session:
        return await make_cast(session)


async def start(
    sessions: Sessions, keys: DirectoryKeyStore, cast: Cast, *, now: datetime = NOON, **plan: object
) -> UUID:
    async with sessions.begin() as session:
        board = await start_retrospective(
            session,
            keys,
            team_id=cast.payments.id,
            started_by=None,
            plan=Plan("Release 4", **plan),  # type: ignore[arg-type] -- by name
            now=now,
        )
        return board.id


async def board_of(sessions: Sessions) -> Retrospective:
    async with sessions() as session:
        return (await session.scalars(select(Retrospective))).one()


async def planned(sessions: Sessions) -> list[Delivery]:
    async with sessions() as session:
        return list(await session.scalars(select(Delivery).order_by(Delivery.due_at, Delivery.id)))


async def test_a_rhythm_starts_a_board_on_its_day_and_looks_at_the_next(
    sessions: Sessions, keys: DirectoryKeyStore, cast: Cast
) -> None:
    async with sessions.begin() as session:
        await set_rhythm(session, cast.payments.id, SPRINT, by=cast.lena.id, now=NOON)

    await run_boards(sessions, keys, now=DUE - timedelta(minutes=1))
    async with sessions() as session:
        assert (await session.scalars(select(Retrospective))).all() == []
    await run_boards(sessions, keys, now=DUE)
    await run_boards(sessions, keys, now=DUE + timedelta(minutes=1))

    board = await board_of(sessions)
    assert (board.title, board.pace, board.facilitator_id) == ("Sprint 2026-03-06", Pace.OVER_DAYS, None)
    async with sessions() as session:
        row = (await session.scalars(select(TeamRhythm))).one()
        assert (row.next_on, row.next_at) == (date(2026, 3, 20), DUE + timedelta(weeks=2))


async def test_after_a_long_outage_the_missed_ones_are_left_out(
    sessions: Sessions, keys: DirectoryKeyStore, cast: Cast
) -> None:
    async with sessions.begin() as session:
        await set_rhythm(session, cast.payments.id, SPRINT, by=cast.lena.id, now=NOON)

    await run_boards(sessions, keys, now=DUE + timedelta(weeks=5))

    async with sessions() as session:
        assert (await session.scalars(select(Retrospective))).all() == []
        assert (await session.scalars(select(TeamRhythm))).one().next_on == date(2026, 4, 17)


async def test_two_clocks_start_one_board(
    own_sessions: Sessions, keys: DirectoryKeyStore, tmp_path: Path
) -> None:
    async with own_sessions.begin() as session:
        cast = await make_cast(session)
        await set_rhythm(session, cast.payments.id, SPRINT, by=cast.lena.id, now=NOON)

    async def tick() -> bool:
        async with own_sessions.begin() as session:
            return await keep_rhythm(session, keys, cast.payments.id, now=DUE)

    assert sorted(await asyncio.gather(tick(), tick(), tick())) == [False, False, True]


async def test_everybody_who_takes_part_is_told_once_that_a_board_is_open(
    sessions: Sessions, keys: DirectoryKeyStore, cast: Cast
) -> None:
    await start(sessions, keys, cast)

    await run_boards(sessions, keys, now=NOON)
    await run_boards(sessions, keys, now=NOON)

    told = await planned(sessions)
    assert {one.kind for one in told} == {Kind.RETRO_STARTED}
    assert len(told) == len({one.person_id for one in told}) == 8  # seven and who leads them
    assert {one.due_at for one in told} == {NOON}


async def test_a_board_over_days_moves_by_itself_and_asks_all_alike_at_decent_hours(
    sessions: Sessions, keys: DirectoryKeyStore, cast: Cast
) -> None:
    await start(sessions, keys, cast, pace=Pace.OVER_DAYS, days_a_phase=2)
    seen, now = [], NOON
    for _ in range(20):
        await run_boards(sessions, keys, now=now)
        board = await board_of(sessions)
        seen.append(board.phase)
        if board.phase is Phase.DISCUSS:
            break
        assert board.phase_ends_at is not None
        assert board.phase_ends_at.astimezone(BERLIN).time() == time(10)
        now = board.phase_ends_at

    assert seen == [Phase.WRITE, Phase.GROUP, Phase.VOTE, Phase.DISCUSS]
    told = await planned(sessions)
    assert Counter(one.kind for one in told) == {Kind.RETRO_STARTED: 8, Kind.RETRO_STEP: 8 * 3}
    assert all(9 <= one.due_at.astimezone(BERLIN).hour < 17 for one in told)
    assert all(one.due_at.astimezone(BERLIN).weekday() < 5 for one in told)


async def test_a_board_with_names_waits_for_a_wish_against_them(
    sessions: Sessions, keys: DirectoryKeyStore, cast: Cast
) -> None:
    await start(sessions, keys, cast, pace=Pace.OVER_DAYS, names=Names.SHOWN)

    await run_boards(sessions, keys, now=NOON)

    assert (await board_of(sessions)).phase is Phase.LOOK_BACK


async def test_a_board_whose_key_is_lost_holds_up_nobody(
    sessions: Sessions, keys: DirectoryKeyStore, cast: Cast
) -> None:
    await start(sessions, keys, cast, pace=Pace.OVER_DAYS)
    await run_boards(sessions, keys, now=NOON)
    board = await board_of(sessions)
    assert board.card_key is not None
    await keys.destroy(board.card_key)

    await run_boards(sessions, keys, now=NOON + timedelta(days=9))

    assert (await board_of(sessions)).phase is Phase.WRITE


async def test_a_message_says_what_can_be_done_until_when_and_nothing_once_that_has_passed(
    sessions: Sessions, keys: DirectoryKeyStore, cast: Cast
) -> None:
    board_id = await start(sessions, keys, cast, pace=Pace.OVER_DAYS, days_a_phase=2)
    await run_boards(sessions, keys, now=NOON)
    first, *_ = await planned(sessions)
    again = next(one for one in await planned(sessions) if one.kind is Kind.RETRO_STEP)
    settings = Settings(base_url="https://kept.example.com")

    async with sessions() as session:
        note = (await outgoing_for(session, keys, settings, first)).note
        assert isinstance(note, RetroNews)
        assert (note.step, note.first) == ("write", True)
        assert note.page_url == f"https://kept.example.com/retros/{board_id}"
        assert isinstance((await outgoing_for(session, keys, settings, again)).note, RetroNews)
    async with sessions.begin() as session:
        await close_retrospective(session, board_id, person_id=None, now=NOON)
    async with sessions() as session:
        with pytest.raises(NothingToSay):
            await outgoing_for(session, keys, settings, again)
