"""Opening a wave, or missing it. What is frozen at opening is decided here, once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.cadence.models import Programme
from surveys.cadence.rules import Fate, Schedule, WaveTimes, fate, minimum_in_force, wave_times
from surveys.database import insert_rows
from surveys.people.models import Organisation
from surveys.people.rules import Directory
from surveys.questions.rules import Item, items_of_wave, open_prompt_of_wave
from surveys.waves.models import Place, Wave, WaveState, WaveUnit
from surveys.waves.queries import ASKED_STATES
from surveys.waves.rosters import audience_of, moved_since_last_asked, rosters_of
from surveys.waves.rules import (
    FrozenRules,
    LoopQuestion,
    changed_share,
    counts_towards_minimum,
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A wave that was just opened, and how many are asked in it."""

    wave: Wave
    asked: int


async def open_wave(
    session: AsyncSession,
    programme: Programme,
    occurrence: date,
    directory: Directory,
    *,
    loop: Mapping[UUID, Sequence[LoopQuestion]],
    now: datetime,
) -> Opened | None:
    """Freeze roster, tree, items, rules and closing time of one occurrence.

    The caller makes the key (`ballots.actions.open_box`) and the deliveries in the same transaction.

    Args:
        occurrence: the local date, before quiet days move anybody's delivery.
        directory: the whole tree as it is now.
        loop: loop questions that are due, by unit, at most two each.
        now: the instant of opening.

    Returns:
        The wave; or None when it waits for a later instant, or was recorded as missed because too
        little time is left or nobody is to be asked.
    """
    units = audience_of(programme, directory)
    first_wave, number = await _place_in_rotation(session, programme)
    items = _items(programme, number)
    rosters = await rosters_of(session, directory, units, occurrence, items, now=now)
    # Whom another wave still asks may be free in time, so being busy decides nothing before the hour.
    to_be_asked = rosters or {unit: people for unit, people in directory.rosters().items() if unit in units}
    if not to_be_asked:
        await miss_wave(session, programme, occurrence, now=now)
        return None
    zones = {directory.place_of(person) for people in to_be_asked.values() for person in people}
    times = wave_times(Schedule.of(programme), occurrence, zones)
    when = fate(times.opens_at, times.closes_at, now)
    if when is Fate.WAITS:
        return None
    if when is Fate.MISSED or not rosters:
        await miss_wave(session, programme, occurrence, now=now)
        return None
    moved = await moved_since_last_asked(session, units, directory, programme)
    wave = await _freeze_wave(
        session,
        programme,
        occurrence,
        times,
        number=number,
        items=items,
        rules=await _rules(session, programme, number),
    )
    await _freeze_units(session, wave, directory, units, rosters, loop, moved)
    await _freeze_places(session, wave, directory, rosters, times.asks_at, first_wave=first_wave)
    return Opened(wave, sum(map(len, rosters.values())))


async def open_question(
    session: AsyncSession,
    programme: Programme,
    occurrence: date,
    directory: Directory,
    times: WaveTimes,
    questions: Mapping[UUID, LoopQuestion],
) -> Opened:
    """Freeze a wave that asks some units one question about a promise and nothing else.

    It has no number, because rotation goes on as if it had not been, and no reminders: a few seconds of
    somebody's day are asked for once. Sealing, closing and publishing are those of every wave.

    Args:
        occurrence: a local date on which the programme has no wave.
        times: of this occurrence, for the people of these units.
        questions: what each unit is asked; nobody of them may be on the roster of an open wave.
    """
    everybody = directory.rosters()
    rosters = {unit: everybody[unit] for unit in questions}
    rules = await _rules(session, programme)
    wave = await _freeze_wave(
        session, programme, occurrence, times, number=None, items=(), rules=replace(rules, reminders=0)
    )
    loop = {unit: [question] for unit, question in questions.items()}
    await _freeze_units(session, wave, directory, set(questions), rosters, loop, {})
    await _freeze_places(session, wave, directory, rosters, times.asks_at, first_wave=False)
    return Opened(wave, sum(map(len, rosters.values())))


async def _rules(session: AsyncSession, programme: Programme, number: int | None = None) -> FrozenRules:
    organisation = await session.get_one(Organisation, programme.organisation_id)
    prompt = open_prompt_of_wave(number) if number is not None and programme.open_question else None
    return FrozenRules(
        minimum_group=minimum_in_force(organisation.minimum_group, programme.minimum_group),
        reminders=programme.reminders,
        remind=programme.remind,
        head_start_days=programme.head_start_days,
        leaders_read_below=organisation.leaders_read_below,
        window_hours=programme.window_hours,
        pulse=programme.pulse,
        open_prompt=prompt,
    )


async def _freeze_wave(
    session: AsyncSession,
    programme: Programme,
    occurrence: date,
    times: WaveTimes,
    *,
    number: int | None,
    items: Sequence[Item],
    rules: FrozenRules,
) -> Wave:
    wave = Wave(
        id=uuid4(),
        organisation_id=programme.organisation_id,
        programme_id=programme.id,
        occurrence=occurrence,
        number=number,
        state=WaveState.OPEN,
        opens_at=times.opens_at,
        closes_at=times.closes_at,
        items=[
            {"code": i.code, "dimension": i.dimension, "text": i.text, "reversed": i.reversed}
            for i in items
        ],
        rules=rules.as_json(),
    )
    session.add(wave)
    await session.flush()
    return wave


async def miss_wave(
    session: AsyncSession, programme: Programme, occurrence: date, *, now: datetime
) -> None:
    """Record that an occurrence passed unasked, so that nobody wonders and it is not tried again."""
    session.add(
        Wave(
            organisation_id=programme.organisation_id,
            programme_id=programme.id,
            occurrence=occurrence,
            number=None,
            state=WaveState.MISSED,
            opens_at=now,
            closes_at=now,
            items=[],
            rules={},
        )
    )
    await session.flush()


def _items(programme: Programme, number: int) -> list[Item]:
    own = [
        Item(
            code=own["code"], dimension=own["code"], text=own["text"], reversed=own["reversed"], position=0
        )
        for own in programme.own_items
    ]
    return items_of_wave(
        number,
        programme.pulse,
        optional=programme.optional_dimensions,
        struck=programme.struck_items,
        own=own,
    )


async def _place_in_rotation(session: AsyncSession, programme: Programme) -> tuple[bool, int]:
    """Return whether this is the organisation's first wave, and the wave's number in the rotation."""
    asked_before = await session.scalar(
        select(Wave.id)
        .where(Wave.organisation_id == programme.organisation_id, Wave.state.in_(ASKED_STATES))
        .limit(1)
    )
    last = await session.scalar(
        select(Wave.number)
        .where(Wave.programme_id == programme.id, Wave.number.is_not(None))
        .order_by(Wave.number.desc())
        .limit(1)
    )
    return asked_before is None, 0 if last is None else last + 1


async def _freeze_units(
    session: AsyncSession,
    wave: Wave,
    directory: Directory,
    units: set[UUID],
    rosters: Mapping[UUID, Sequence[UUID]],
    loop: Mapping[UUID, Sequence[LoopQuestion]],
    moved: Mapping[UUID, tuple[set[UUID], set[UUID]]],
) -> None:
    asking = units & {one for unit in rosters for one in (unit, *directory.ancestors(unit))}

    def rows() -> Iterator[dict[str, Any]]:
        for unit in asking:  # where nobody is asked, nor below, the wave has no results to speak of
            node = directory.teams[unit]
            now_there = set(rosters.get(unit, ()))
            left, joined = moved.get(unit, (set(), set()))
            before = (now_there - joined) | left
            yield {
                "wave_id": wave.id,
                "team_id": unit,
                "parent_id": node.parent_id if node.parent_id in asking else None,
                "name": node.name,
                "asked": len(now_there),
                "leaders": [str(person) for person in directory.leaders.get(unit, ())],
                "loop": [question.as_json() for question in loop.get(unit, ()) if now_there],
                "changed_share": changed_share(before, now_there) if unit in moved else None,
            }

    await insert_rows(session, WaveUnit, rows())


async def _freeze_places(
    session: AsyncSession,
    wave: Wave,
    directory: Directory,
    rosters: Mapping[UUID, Sequence[UUID]],
    asks_at: Mapping[tuple[str, str | None], datetime],
    *,
    first_wave: bool,
) -> None:
    def rows() -> Iterator[dict[str, Any]]:
        for unit, people in rosters.items():
            for person_id in people:
                person = directory.people[person_id]
                yield {
                    "id": uuid4(),
                    "wave_id": wave.id,
                    "person_id": person_id,
                    "team_id": unit,
                    "zone": person.zone,
                    "asks_at": asks_at[directory.place_of(person_id)],
                    "counts": counts_towards_minimum(person.since, wave.opens_at, first_wave=first_wave),
                    "skipped": False,
                }

    await insert_rows(session, Place, rows())
