"""Many sheets, one transaction: who is answered, when, and what happens when something breaks."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from integrations.keystores import DirectoryKeyStore
from service.ballot_box import BATCH, BallotBox
from surveys.ballots.actions import cast_ballots, lock_against_casting
from surveys.ballots.models import OpenBallot
from surveys.ballots.rules import HandedIn
from surveys.errors import Busy, Invalid, Missing, SurveyError, WaveClosed
from surveys.waves.actions import begin_closing
from surveys.waves.models import Place, Wave
from tests.cast import Cast, make_cast
from tests.conftest import NOON, Sessions
from tests.service.conftest import Clock, open_a_wave

# A thousand more teams, and their part in the wave.
MORE_TEAMS = """
INSERT INTO team SELECT (jsonb_populate_record(NULL::team,
    to_jsonb(one) || jsonb_build_object('id', gen_random_uuid(), 'name', number::text))).*
FROM (SELECT * FROM team LIMIT 1) one, generate_series(1, 1000) number"""
MORE_UNITS = """
INSERT INTO wave_unit SELECT (jsonb_populate_record(NULL::wave_unit,
    to_jsonb(one) || jsonb_build_object('team_id', team.id))).*
FROM (SELECT * FROM wave_unit LIMIT 1) one, team
WHERE team.id NOT IN (SELECT team_id FROM wave_unit)"""


@pytest.fixture
async def cast(own_sessions: Sessions) -> Cast:
    async with own_sessions.begin() as session:
        return await make_cast(session)


@pytest.fixture
async def wave(own_sessions: Sessions, keys: DirectoryKeyStore, cast: Cast, clock: Clock) -> Wave:
    return await open_a_wave(own_sessions, keys, cast, now=NOON)


@pytest.fixture
async def places(own_sessions: Sessions, wave: Wave) -> list[Place]:
    async with own_sessions() as session:
        return list(await session.scalars(select(Place).order_by(Place.id)))


@pytest.fixture
async def box(own_sessions: Sessions, keys: DirectoryKeyStore, clock: Clock) -> AsyncIterator[BallotBox]:
    made = BallotBox(own_sessions, keys, clock)
    yield made
    await made.stop()


def sheet(place: Place, wave: Wave, value: int) -> HandedIn:
    return HandedIn(place.id, None, {item["code"]: value for item in wave.items})


async def stored(sessions: Sessions, keys: DirectoryKeyStore, wave: Wave, place: Place) -> list[int | None]:
    """What lies in the box for one person, opened with the key as only the seal does."""
    key = await keys.load(wave.id)
    found: list[int | None] = []
    async with sessions() as session:
        for dimension in sorted({item["dimension"] for item in wave.items}):
            row_key = key.row_key(dimension, place.person_id)
            payload = await session.scalar(select(OpenBallot.payload).where(OpenBallot.row_key == row_key))
            plain = key.unseal(row_key, place.team_id, dimension, payload) if payload else None
            found.append(plain[0] if plain else None)
    return found


async def test_thirty_two_clients_at_once_are_all_stored_and_share_their_transactions(
    box: BallotBox,
    own_sessions: Sessions,
    own_database: AsyncEngine,
    keys: DirectoryKeyStore,
    wave: Wave,
    places: list[Place],
) -> None:
    commits: Counter[str] = Counter()
    event.listen(own_database.sync_engine, "commit", lambda _connection: commits.update(["commit"]))

    async def client(number: int) -> None:
        for round_ in range(5):
            await box.put(sheet(places[number % len(places)], wave, round_ % 5 + 1))

    await asyncio.gather(*(client(number) for number in range(32)))

    for place in places:
        assert await stored(own_sessions, keys, wave, place) == [5, 5, 5]
    assert commits["commit"] < 32 * 5 / 2


async def test_the_last_sheet_of_a_person_wins(
    box: BallotBox, own_sessions: Sessions, keys: DirectoryKeyStore, wave: Wave, places: list[Place]
) -> None:
    await asyncio.gather(*(box.put(sheet(places[0], wave, value)) for value in (5, 1, 3, 2)))

    assert await stored(own_sessions, keys, wave, places[0]) == [2, 2, 2]


async def test_who_is_answered_is_stored_already(
    box: BallotBox, own_sessions: Sessions, keys: DirectoryKeyStore, wave: Wave, places: list[Place]
) -> None:
    await box.put(sheet(places[0], wave, 4))

    assert await stored(own_sessions, keys, wave, places[0]) == [4, 4, 4]


async def test_one_bad_sheet_is_refused_alone(
    box: BallotBox, own_sessions: Sessions, keys: DirectoryKeyStore, wave: Wave, places: list[Place]
) -> None:
    outcomes = await asyncio.gather(
        box.put(sheet(places[0], wave, 4)),
        box.put(sheet(places[1], wave, 9)),
        box.put(HandedIn(wave.id, None, {})),
        box.put(sheet(places[2], wave, 2)),
        return_exceptions=True,
    )

    assert [type(outcome) for outcome in outcomes] == [type(None), Invalid, Missing, type(None)]
    assert await stored(own_sessions, keys, wave, places[0]) == [4, 4, 4]
    assert await stored(own_sessions, keys, wave, places[1]) == [None, None, None]
    assert await stored(own_sessions, keys, wave, places[2]) == [2, 2, 2]


async def test_after_the_close_everybody_is_refused(
    box: BallotBox, wave: Wave, places: list[Place], clock: Clock
) -> None:
    clock.now = wave.closes_at + timedelta(seconds=1)

    outcomes = await asyncio.gather(
        *(box.put(sheet(place, wave, 4)) for place in places[:5]), return_exceptions=True
    )

    assert all(isinstance(outcome, WaveClosed) for outcome in outcomes)


async def test_a_batch_whose_statement_fails_is_retried_singly(
    box: BallotBox,
    own_sessions: Sessions,
    own_database: AsyncEngine,
    keys: DirectoryKeyStore,
    wave: Wave,
    places: list[Place],
) -> None:
    failures = iter([True])

    def fail_once(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "open_ballot" in statement and next(failures, False):
            raise ConnectionError("gone in the middle of a batch")

    event.listen(own_database.sync_engine, "before_cursor_execute", fail_once)

    await asyncio.gather(*(box.put(sheet(place, wave, 3)) for place in places[:8]))

    for place in places[:8]:
        assert await stored(own_sessions, keys, wave, place) == [3, 3, 3]


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
@pytest.mark.parametrize("kills", [1, 2])
async def test_a_connection_that_the_server_ends_during_a_batch_loses_no_acknowledged_sheet(
    box: BallotBox,
    own_sessions: Sessions,
    keys: DirectoryKeyStore,
    wave: Wave,
    places: list[Place],
    kills: int,
) -> None:
    async with own_sessions() as other:
        # An uncommitted row of the first person holds the batch up in the middle of its INSERT.
        await cast_ballots(await other.connection(), keys, [sheet(places[0], wave, 1)], now=NOON)
        putting = [asyncio.create_task(box.put(sheet(place, wave, 4))) for place in places]
        for _ in range(kills):
            await end_what_waits(own_sessions)
        await other.rollback()

    outcomes = await asyncio.gather(*putting, return_exceptions=True)

    # The second kill hits the retry of the first person alone, who is told that it failed.
    refused = [place for place, outcome in zip(places, outcomes, strict=True) if outcome is not None]
    assert refused == places[: kills - 1]
    for place in places[kills - 1 :]:
        assert await stored(own_sessions, keys, wave, place) == [4, 4, 4]
    await box.put(sheet(places[0], wave, 2))
    assert await stored(own_sessions, keys, wave, places[0]) == [2, 2, 2]


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
async def test_while_a_batch_is_under_way_others_are_stored_but_no_later_sheet_of_the_same_person(
    box: BallotBox, own_sessions: Sessions, keys: DirectoryKeyStore, wave: Wave, places: list[Place]
) -> None:
    async with own_sessions() as other:
        # An uncommitted row of the first person holds the first batch up in the middle of its INSERT.
        await cast_ballots(await other.connection(), keys, [sheet(places[0], wave, 1)], now=NOON)
        first = asyncio.create_task(box.put(sheet(places[0], wave, 2)))
        await until_one_waits(own_sessions)
        later = asyncio.create_task(box.put(sheet(places[0], wave, 5)))

        await box.put(sheet(places[1], wave, 4))

        assert await stored(own_sessions, keys, wave, places[1]) == [4, 4, 4]
        assert not first.done()
        assert not later.done()
        await other.rollback()

    await asyncio.gather(first, later)
    assert await stored(own_sessions, keys, wave, places[0]) == [5, 5, 5]


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
async def test_a_sheet_that_waits_for_a_close_is_refused_and_leaves_nothing(
    box: BallotBox, own_sessions: Sessions, wave: Wave, places: list[Place]
) -> None:
    async with own_sessions.begin() as closer:
        await lock_against_casting(closer, wave.id)
        await begin_closing(closer, wave.id, now=wave.closes_at)
        putting = [asyncio.create_task(box.put(sheet(place, wave, 4))) for place in places[:3]]
        await until_one_waits(own_sessions)

    outcomes = await asyncio.gather(*putting, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [WaveClosed] * 3
    async with own_sessions() as session:
        assert await session.scalar(select(func.count()).select_from(OpenBallot)) == 0


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
async def test_of_sheets_that_waited_for_a_close_each_hears_its_own_reason(
    own_sessions: Sessions, keys: DirectoryKeyStore, wave: Wave, places: list[Place]
) -> None:
    async def cast() -> list[SurveyError | None]:
        async with own_sessions.begin() as session:
            together = [HandedIn(uuid4(), None, {}), sheet(places[0], wave, 4)]
            return await cast_ballots(await session.connection(), keys, together, now=NOON)

    async with own_sessions.begin() as closer:
        await lock_against_casting(closer, wave.id)
        await begin_closing(closer, wave.id, now=wave.closes_at)
        casting = asyncio.create_task(cast())
        await until_one_waits(own_sessions)

    assert [type(outcome) for outcome in await casting] == [Missing, WaveClosed]


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
async def test_in_a_wave_just_opened_a_sheet_reads_only_its_own_unit_though_the_database_has_not_counted(
    box: BallotBox, own_database: AsyncEngine, wave: Wave, places: list[Place]
) -> None:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(own_database.sync_engine, "before_cursor_execute", note)
    await box.put(sheet(places[0], wave, 4))
    event.remove(own_database.sync_engine, "before_cursor_execute", note)
    [statement] = [each for each in asked if "wave_unit" in each]

    async with own_database.begin() as connection:
        await connection.execute(text(MORE_TEAMS))
        await connection.execute(text(MORE_UNITS))
        # What a connection asks often is planned once, whatever the values.
        await connection.execute(text("SET LOCAL plan_cache_mode = force_generic_plan"))
        await connection.exec_driver_sql(f"PREPARE asked AS {statement}")
        plan = [
            str(step[0])
            for step in await connection.exec_driver_sql(f"EXPLAIN EXECUTE asked (1, '{{{places[0].id}}}')")
        ]
        await connection.exec_driver_sql("DEALLOCATE asked")

    [found_by] = [below for step, below in pairwise(plan) if "on wave_unit" in step]
    assert "wave_id =" in found_by
    assert "team_id =" in found_by


async def until_one_waits(sessions: Sessions) -> None:
    """Return as soon as a statement of the box waits for a lock."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    async with asyncio.timeout(20):
        while True:
            async with sessions() as session:
                if await session.scalar(waiting):
                    return
            await asyncio.sleep(0.02)


async def end_what_waits(sessions: Sessions) -> None:
    """End the server process that waits in its INSERT of ballots, as soon as there is one."""
    ended: list[bool] = []
    async with asyncio.timeout(20):
        while not ended:
            await asyncio.sleep(0.02)
            async with sessions.begin() as session:
                found = await session.scalars(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
                        " AND query LIKE 'INSERT INTO open_ballot%'"
                    )
                )
                ended = list(found)


async def test_there_is_a_bound_to_how_many_may_wait(
    own_sessions: Sessions, keys: DirectoryKeyStore, clock: Clock, wave: Wave, places: list[Place]
) -> None:
    small = BallotBox(own_sessions, keys, clock, room=3)
    outcomes = await asyncio.gather(
        *(small.put(sheet(place, wave, 3)) for place in places[:5]), return_exceptions=True
    )
    await small.stop()

    assert [type(outcome) for outcome in outcomes] == [type(None)] * 3 + [Busy] * 2


async def test_stopping_stores_what_waits_and_takes_no_more(
    own_sessions: Sessions, keys: DirectoryKeyStore, clock: Clock, wave: Wave, places: list[Place]
) -> None:
    box = BallotBox(own_sessions, keys, clock)
    waiting = [asyncio.create_task(box.put(sheet(place, wave, 3))) for place in places]
    await asyncio.sleep(0)
    await box.stop()

    assert await asyncio.gather(*waiting) == [None] * len(places)
    async with own_sessions() as session:
        assert await session.scalar(select(func.count()).select_from(OpenBallot)) == 3 * len(places)
    with pytest.raises(Busy):
        await box.put(sheet(places[0], wave, 1))


async def test_who_hangs_up_does_not_hold_up_the_others(
    box: BallotBox, own_sessions: Sessions, keys: DirectoryKeyStore, wave: Wave, places: list[Place]
) -> None:
    gone = asyncio.create_task(box.put(sheet(places[0], wave, 1)))
    stays = asyncio.create_task(box.put(sheet(places[1], wave, 2)))
    await asyncio.sleep(0)
    gone.cancel()

    await stays

    assert gone.cancelled()
    assert await stored(own_sessions, keys, wave, places[1]) == [2, 2, 2]


def test_a_batch_is_what_the_ruling_says() -> None:
    assert BATCH == 200
