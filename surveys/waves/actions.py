"""Opening, missing, closing and cancelling a wave. What is frozen at opening is decided here, once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.cadence.models import Programme
from surveys.cadence.rules import Fate, Schedule, fate, wave_times
from surveys.errors import Conflict, Missing
from surveys.people.models import Membership
from surveys.people.rules import Directory
from surveys.questions.rules import Item, items_of_wave, open_prompt_of_wave
from surveys.waves.models import Place, Wave, WaveState, WaveUnit
from surveys.waves.queries import ASKED_STATES, last_asked, latest_wave
from surveys.waves.rules import (
    FrozenRules,
    LoopQuestion,
    changed_share,
    counts_towards_minimum,
    unit_rests,
)

INSERT_CHUNK = 5_000  # rows a statement, so that a large roster is never held twice in memory


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
    organisation_minimum: int,
    leaders_read_below: bool,
    loop: Mapping[UUID, Sequence[LoopQuestion]],
    now: datetime,
) -> Opened | None:
    """Freeze roster, tree, items, rules and closing time of one occurrence.

    The caller makes the key (`ballots.actions.open_box`) and the deliveries in the same transaction.

    Args:
        occurrence: the local date, before quiet days move anybody's delivery.
        directory: the whole tree as it is now.
        organisation_minimum: k of the organisation; the programme may only raise it.
        leaders_read_below: whether leaders above may open single team pages below.
        loop: loop questions that are due, by unit, at most two each.
        now: the instant of opening.

    Returns:
        The wave; or None when it waits for a later instant, or was recorded as missed because too
        little time is left or nobody is to be asked.
    """
    units = _audience(programme, directory)
    first_wave, number = await _place_in_rotation(session, programme)
    items = _items(programme, number)
    rosters = await _rosters(session, directory, units, occurrence, items, now)
    # Whom another wave still asks may be free in time, so being busy decides nothing before the hour.
    to_be_asked = rosters or {unit: people for unit, people in directory.rosters().items() if unit in units}
    if not to_be_asked:
        await miss_wave(session, programme, occurrence, now=now)
        return None
    zones = {
        (directory.people[person].zone, directory.people[person].country or directory.country)
        for people in to_be_asked.values()
        for person in people
    }
    times = wave_times(Schedule.of(programme), occurrence, zones)
    match fate(times.opens_at, times.closes_at, now):
        case Fate.WAITS:
            return None
        case Fate.MISSED:
            await miss_wave(session, programme, occurrence, now=now)
            return None
    if not rosters:
        await miss_wave(session, programme, occurrence, now=now)
        return None
    rules = FrozenRules(
        minimum_group=max(organisation_minimum, programme.minimum_group or 0),
        reminders=programme.reminders,
        remind=programme.remind,
        head_start_days=programme.head_start_days,
        leaders_read_below=leaders_read_below,
        window_hours=programme.window_hours,
        pulse=programme.pulse,
        open_prompt=open_prompt_of_wave(number),
    )
    moved = await _moved_since_last_wave(session, units, directory, programme)
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
    await _freeze_units(session, wave, directory, units, rosters, loop, moved)
    await _freeze_places(session, wave, directory, rosters, times.asks_at, first_wave=first_wave)
    return Opened(wave, sum(map(len, rosters.values())))


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


async def begin_closing(session: AsyncSession, wave_id: UUID, *, now: datetime) -> bool:
    """Take no more answers. The caller holds the lock against casting and commits before sealing.

    Returns whether the wave is now closing; False when another worker published it already.
    """
    wave = await session.get_one(Wave, wave_id, populate_existing=True, with_for_update=True)
    if wave.state is WaveState.OPEN and now >= wave.closes_at:
        wave.state = WaveState.CLOSING
    return wave.state is WaveState.CLOSING


async def cancel_wave(session: AsyncSession, wave_id: UUID, *, now: datetime) -> Wave:
    """End a wave early. Ending early is cancelling: nothing is published, there is no reopening.

    Its roster goes at once, so nobody can answer any more; the clock empties the box, purges deliveries
    and destroys the key at its next tick.

    Raises:
        Missing: no such wave.
        Conflict: it is not open any more.
    """
    wave = await session.get(Wave, wave_id, populate_existing=True, with_for_update=True)
    if wave is None:
        raise Missing("There is no such pulse.")
    if wave.state is not WaveState.OPEN:
        raise Conflict("This pulse is over already, so it cannot be ended early.")
    wave.state = WaveState.CANCELLED
    wave.closes_at = min(wave.closes_at, now)
    await purge_places(session, wave_id)
    return wave


async def ask_again(session: AsyncSession, programme: Programme, *, zone: str, now: datetime) -> date:
    """Let one extra wave open by hand, on the next day, after a wave that was lost with its key.

    Args:
        programme: whose newest wave was lost.
        zone: of the organisation, in which the next day is meant.
        now: aware UTC.

    Returns:
        The local date on which everybody is asked.

    Raises:
        Conflict: the newest wave was not lost, or the extra one is planned already.
    """
    wave = await latest_wave(session, programme.id)
    if wave is None or wave.state is not WaveState.LOST:
        raise Conflict("Only a pulse that ended without results can be asked once more.")
    if programme.extra_on is not None and programme.extra_on > wave.occurrence:
        raise Conflict("It is asked once more already; there is nothing left to do.")
    programme.extra_on = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    await session.flush()
    return programme.extra_on


async def skip(session: AsyncSession, place_id: UUID) -> None:
    """Send this person no more reminders for this wave; they may still answer."""
    await session.execute(update(Place).where(Place.id == place_id).values(skipped=True))


async def purge_places(session: AsyncSession, wave_id: UUID) -> None:
    """Delete the roster of a wave that is over; how many were asked stays with its units."""
    await session.execute(delete(Place).where(Place.wave_id == wave_id))


def _audience(programme: Programme, directory: Directory) -> set[UUID]:
    wanted = [UUID(team_id) for team_id in programme.audience] or directory.roots()
    return {
        unit for team_id in wanted if team_id in directory.teams for unit in directory.descendants(team_id)
    }


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


async def _rosters(
    session: AsyncSession,
    directory: Directory,
    units: set[UUID],
    occurrence: date,
    items: Sequence[Item],
    now: datetime,
) -> dict[UUID, list[UUID]]:
    """Return who is asked in each unit: nobody who is in an open wave, no unit that still rests."""
    taken = set(
        await session.scalars(
            select(Place.person_id)
            .join(Wave, Wave.id == Place.wave_id)
            .where(Wave.state == WaveState.OPEN, Wave.organisation_id == directory.organisation_id)
        )
    )
    rested = await last_asked(session, directory.organisation_id, since=now)
    dimensions = {item.dimension for item in items}
    rosters = {}
    for unit, people in directory.rosters().items():
        free = [person for person in people if person not in taken]
        if unit in units and free and not unit_rests(len(free), rested.get(unit), occurrence, dimensions):
            rosters[unit] = free
    return rosters


async def _moved_since_last_wave(
    session: AsyncSession, units: set[UUID], directory: Directory, programme: Programme
) -> dict[UUID, tuple[set[UUID], set[UUID]]]:
    """Return who left and who joined each unit since the programme's wave before, where anyone did.

    Rosters are purged, so the change is read from the history of memberships, which is written on
    change only. Returns nothing at all when there was no wave before.
    """
    since = await session.scalar(
        select(Wave.opens_at)
        .where(Wave.programme_id == programme.id, Wave.state.in_(ASKED_STATES))
        .order_by(Wave.opens_at.desc())
        .limit(1)
    )
    if since is None:
        return {}
    moved: dict[UUID, tuple[set[UUID], set[UUID]]] = defaultdict(lambda: (set(), set()))
    for unit in units:
        moved[unit] = (set(), set())  # a unit without a change is known to have none
    changes = await session.scalars(
        select(Membership).where((Membership.since > since) | (Membership.until > since))
    )
    for membership in changes:
        if membership.team_id not in units or membership.person_id not in directory.people:
            continue
        left, joined = moved[membership.team_id]
        was_there = membership.since <= since
        is_there = membership.until is None
        if was_there and not is_there:
            left.add(membership.person_id)
        if is_there and not was_there:
            joined.add(membership.person_id)
    return moved


async def _freeze_units(
    session: AsyncSession,
    wave: Wave,
    directory: Directory,
    units: set[UUID],
    rosters: Mapping[UUID, Sequence[UUID]],
    loop: Mapping[UUID, Sequence[LoopQuestion]],
    moved: Mapping[UUID, tuple[set[UUID], set[UUID]]],
) -> None:
    rows: list[dict[str, Any]] = []
    for unit in units:
        node = directory.teams[unit]
        now_there = set(rosters.get(unit, ()))
        left, joined = moved.get(unit, (set(), set()))
        before = (now_there - joined) | left
        rows.append(
            {
                "wave_id": wave.id,
                "team_id": unit,
                "parent_id": node.parent_id if node.parent_id in units else None,
                "name": node.name,
                "asked": len(now_there),
                "leaders": [str(person) for person in directory.leaders.get(unit, ())],
                "loop": [question.as_json() for question in loop.get(unit, ()) if now_there],
                "changed_share": changed_share(before, now_there) if unit in moved else None,
            }
        )
    for start in range(0, len(rows), INSERT_CHUNK):
        await session.execute(insert(WaveUnit), rows[start : start + INSERT_CHUNK])


async def _freeze_places(
    session: AsyncSession,
    wave: Wave,
    directory: Directory,
    rosters: Mapping[UUID, Sequence[UUID]],
    asks_at: Mapping[tuple[str, str | None], datetime],
    *,
    first_wave: bool,
) -> None:
    rows: list[dict[str, Any]] = []
    for unit, people in rosters.items():
        for person_id in people:
            person = directory.people[person_id]
            rows.append(
                {
                    "id": uuid4(),
                    "wave_id": wave.id,
                    "person_id": person_id,
                    "team_id": unit,
                    "zone": person.zone,
                    "asks_at": asks_at[person.zone, person.country or directory.country],
                    "counts": counts_towards_minimum(person.since, wave.opens_at, first_wave=first_wave),
                    "skipped": False,
                }
            )
            if len(rows) == INSERT_CHUNK:
                await session.execute(insert(Place), rows)
                rows = []
    if rows:
        await session.execute(insert(Place), rows)
