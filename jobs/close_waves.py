"""Closes waves whose time is over: take no more answers, open the box in memory, publish, forget.

Each step is a transaction of its own and safe to repeat, so a kill at any point costs nothing: a
wave that is `closing` is found again by the next tick of any worker.
"""

import asyncio
import gc
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from surveys.ballots.actions import empty_box, lock_against_casting
from surveys.ballots.keys import KeyStore
from surveys.ballots.remarks import has_remarks, remark_keys, remarks_under, unseal_remarks
from surveys.ballots.rules import Opened, WaveKey, parts_of_sheet
from surveys.ballots.sealing import OnRoster, ballots_under, count_ballots, roster_to_open, row_keys, unseal
from surveys.ballots.words import OpenedRemark
from surveys.comments.actions import deliver_words
from surveys.comments.rules import decide_delivery, respondents
from surveys.commitments.actions import hear_team_words
from surveys.database import sqlite_file
from surveys.deliveries.actions import purge_wave, schedule
from surveys.deliveries.models import Kind
from surveys.deliveries.rules import Planned, channel_for
from surveys.errors import KeyLost
from surveys.people.models import Person, Role, RoleKind
from surveys.questions.rules import CORE, LOOP_CHOICES, waves_in_cycle
from surveys.results.actions import close_without_results, publish_wave
from surveys.results.organisation import pooled_until_now, trend_states
from surveys.results.rules.publication import FrozenUnit, FrozenWave, decide
from surveys.waves.actions import begin_closing
from surveys.waves.models import Wave, WaveState, WaveUnit
from surveys.waves.queries import waves_to_close, waves_with_keys_to_destroy
from surveys.waves.rules import FrozenRules, LoopQuestion

PIECE = 2_000  # people whose ballots are opened at a time
CACHE_TIME = timedelta(seconds=60)  # how long a process may still hold a key in memory
log = structlog.get_logger(__name__)


async def close_waves(sessions: async_sessionmaker[AsyncSession], keys: KeyStore, *, now: datetime) -> int:
    """Close, seal and publish every wave that is due; return how many."""
    async with sessions() as session:
        due = await waves_to_close(session, now=now)
    closed = 0
    for wave_id in due:
        async with sessions.begin() as session:
            await lock_against_casting(session, wave_id)
            if not await begin_closing(session, wave_id, now=now):
                continue
        closed += await seal(sessions, keys, wave_id, now=now)
    return closed


async def seal(
    sessions: async_sessionmaker[AsyncSession], keys: KeyStore, wave_id: UUID, *, now: datetime
) -> bool:
    """Open a closing wave's box in memory and publish it; return whether this worker did so."""
    try:
        key = await keys.load(wave_id)
    except KeyLost:
        done = await _close_without_results(sessions, wave_id, now=now)
        if done:
            log.warning("wave closed without results: its key is lost", wave=str(wave_id))
        return done
    async with sessions.begin() as session:
        wave = await session.get_one(Wave, wave_id)
        frozen = await _frozen(session, wave)
        roster = await roster_to_open(session, wave_id)
        rows = await count_ballots(session, wave_id)
    with _collecting_later():
        answers, explained = await _open_all(sessions, key, frozen, roster)
        remarks = await _open_remarks(sessions, key, roster)
        del roster
        # Deciding is work for the processor only: no transaction is open meanwhile.
        answered = await asyncio.to_thread(respondents, answers, frozen.units)
        publication = await asyncio.to_thread(decide, frozen, _handed_over(answers))
    shown = {row["team_id"] for row in publication.figures if row["shown"]}
    delivered = decide_delivery(remarks, answered, shown, frozen.minimum)
    del remarks
    async with sessions.begin() as session:
        done = await publish_wave(session, wave_id, publication, discarded=rows - explained, now=now)
        if done:
            await deliver_words(session, wave_id, delivered)
            await hear_team_words(session, wave_id, now=now)
            await purge_wave(session, wave_id)
    return done


@contextmanager
def _collecting_later() -> Iterator[None]:
    """Let Python look for unreachable objects only afterwards.

    Millions of small objects are made here and all of them stay, so each look would go over them for
    nothing: a fifth of the time that a large wave takes.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


async def _close_without_results(
    sessions: async_sessionmaker[AsyncSession], wave_id: UUID, *, now: datetime
) -> bool:
    async with sessions.begin() as session:
        done = await close_without_results(session, wave_id, now=now)
        if done:
            await purge_wave(session, wave_id)
            await _tell_hr(session, wave_id, now=now)
    return done


async def _tell_hr(session: AsyncSession, wave_id: UUID, *, now: datetime) -> None:
    wave = await session.get_one(Wave, wave_id)
    people = await session.scalars(
        select(Person)
        .join(Role, Role.person_id == Person.id)
        .where(Role.kind == RoleKind.HR, Person.organisation_id == wave.organisation_id, Person.active)
    )
    for person in people:
        await schedule(
            session,
            Planned(
                key=f"{Kind.NO_RESULTS}:{wave_id}:{person.id}",
                kind=Kind.NO_RESULTS,
                person_id=person.id,
                organisation_id=wave.organisation_id,
                channel=channel_for(person.slack_id),
                due_at=now,
                refers_to={"wave_id": str(wave_id)},
            ),
        )


async def _frozen(session: AsyncSession, wave: Wave) -> FrozenWave:
    rules = FrozenRules.of(wave.rules)
    units = {}
    for unit in await session.scalars(select(WaveUnit).where(WaveUnit.wave_id == wave.id)):
        loop = [LoopQuestion.of(stored) for stored in unit.loop]
        units[unit.team_id] = FrozenUnit(
            parent_id=unit.parent_id,
            asked=unit.asked,
            leaders=frozenset(UUID(person) for person in unit.leaders),
            parts=parts_of_sheet(wave.items, wave.number or 0, loop) if unit.asked else {},
            loop={question.key: (question.code, LOOP_CHOICES[question.code]) for question in loop},
            changed=unit.changed_share,
        )
    dimensions = {item["dimension"] for item in wave.items}
    levels, noise = await pooled_until_now(session, wave.organisation_id)
    return FrozenWave(
        occurrence=wave.occurrence.isoformat(),
        minimum=rules.minimum_group,
        votes_for_a_word=rules.votes_for_a_word,
        share_for_a_word=rules.share_for_a_word,
        units=units,
        backwards={item["code"]: item["reversed"] for item in wave.items},
        trends=await trend_states(session, wave.programme_id, dimensions),
        levels=levels,
        noise=noise,
        needs_levels=rules.pulse == "light",  # one item a wave: its difficulty would read as a change
        baseline_waves=dict.fromkeys(CORE, waves_in_cycle(rules.pulse)),
    )


async def _open_all(
    sessions: async_sessionmaker[AsyncSession],
    key: WaveKey,
    frozen: FrozenWave,
    roster: Sequence[OnRoster],
) -> tuple[list[Opened], int]:
    """Return everybody's answers and how many rows a roster key explains, piece by piece.

    The wave takes no answers any more, so short transactions read the same as one long one would, and
    none of them holds up a writer.
    """
    parts = {unit_id: tuple(unit.parts) for unit_id, unit in frozen.units.items()}
    answers: list[Opened] = []
    explained = 0
    for piece in _pieces(roster):
        names = await asyncio.to_thread(row_keys, key, parts, piece)
        async with sessions.begin() as session:
            rows = await ballots_under(session, key.wave_id, list(names))
        opened, damaged = await asyncio.to_thread(unseal, key, names, rows)
        explained += len(opened)
        if damaged:
            log.warning("ballots discarded because they were moved or damaged", count=damaged)
        answers.extend(opened)
    return answers, explained


def _handed_over(answers: list[Opened]) -> Iterator[Opened]:
    """Yield the answers in their order and forget each: a large wave's are not in memory twice."""
    answers.reverse()
    while answers:
        yield answers.pop()


async def _open_remarks(
    sessions: async_sessionmaker[AsyncSession], key: WaveKey, roster: Sequence[OnRoster]
) -> list[OpenedRemark]:
    """Return everything that was written, piece by piece like the answers."""
    async with sessions.begin() as session:
        if not await has_remarks(session, key.wave_id):
            return []
    opened: list[OpenedRemark] = []
    for piece in _pieces(roster):
        names = await asyncio.to_thread(remark_keys, key, piece)
        async with sessions.begin() as session:
            rows = await remarks_under(session, key.wave_id, list(names))
        opened += await asyncio.to_thread(unseal_remarks, key, names, rows)
    return opened


def _pieces(roster: Sequence[OnRoster]) -> Iterator[Sequence[OnRoster]]:
    for start in range(0, len(roster), PIECE):
        yield roster[start : start + PIECE]


async def destroy_keys(
    sessions: async_sessionmaker[AsyncSession], keys: KeyStore, *, database_url: str, now: datetime
) -> int:
    """Destroy the keys of waves that are over, erase what the database file still holds, then say so.

    The destruction is recorded only when the key is verified to be gone, no process can hold it in a
    cache any more, and the file holds no ciphertext. Until then every tick tries again. Returns how
    many waves were recorded.
    """
    async with sessions() as session:
        over = await waves_with_keys_to_destroy(session)
    if not over:
        return 0
    for wave_id in over:
        async with sessions.begin() as session:
            wave = await session.get_one(Wave, wave_id)
            if wave.state is WaveState.CANCELLED:
                await lock_against_casting(session, wave_id)
                await empty_box(session, wave_id)
                await purge_wave(session, wave_id)
        await keys.destroy(wave_id)
    file = sqlite_file(database_url)
    if file is not None and not await asyncio.to_thread(erase_deleted, file):
        log.warning("the database file is in use, erasing is tried again at the next tick")
        return 0
    recorded = 0
    for wave_id in over:
        async with sessions.begin() as session:
            wave = await session.get_one(Wave, wave_id)
            # Another process may have read the key just before it was destroyed.
            cached_until = (wave.published_at or wave.closes_at) + CACHE_TIME
            if now < cached_until or await keys.exists(wave_id):
                continue
            wave.key_destroyed_at = now
            recorded += 1
    return recorded


def erase_deleted(file: Path, *, patience: float = 10.0) -> bool:
    """Rewrite a SQLite file without deleted rows and empty its log; return False when it was in use."""
    with closing(sqlite3.connect(file, isolation_level=None, timeout=patience)) as connection:
        connection.execute("PRAGMA secure_delete=ON")
        try:
            connection.execute("VACUUM")
        except sqlite3.OperationalError:
            return False
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return bool(busy == 0)
