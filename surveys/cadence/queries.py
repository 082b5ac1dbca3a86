"""What can be asked about programmes: which there are, whom they ask where, and when next."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from surveys.cadence.drafts import OwnItem, ProgrammeDraft, interval_hours
from surveys.cadence.models import Programme
from surveys.cadence.rules import Fate, Place, Schedule, Shift, Timed, fate, occurrences, wave_times
from surveys.errors import Missing
from surveys.people.models import Leadership, Membership, Organisation, Person, Team
from surveys.people.queries import directory_of

LOOK_BACK = timedelta(days=45)  # quiet days can move an occurrence of last month into the future
SMALL_UNIT = 8
HOURS_BETWEEN_SMALL = 14 * 24


@dataclass(frozen=True, slots=True)
class PlaceTime:
    """When the members of one zone and country are asked.

    `shift` says what a quiet day did to their date, where it did.
    """

    zone: str
    country: str | None
    people: int
    asks_at: datetime
    shift: Shift | None


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One coming occurrence. When it is not held, quiet days push it against the next one."""

    occurrence: date
    opens_at: datetime
    closes_at: datetime
    held: bool
    zones: list[PlaceTime]


async def programmes(session: AsyncSession, organisation_id: UUID | None = None) -> list[Programme]:
    """Return programmes by name: of one organisation, or of the one the session is limited to."""
    wanted = select(Programme).order_by(func.lower(Programme.name), Programme.id)
    if organisation_id is not None:
        wanted = wanted.where(Programme.organisation_id == organisation_id)
    return list(await session.scalars(wanted))


async def programme_called(session: AsyncSession, organisation_id: UUID, name_or_id: str) -> Programme:
    """Return the programme with this id, or this name in any spelling of its letters.

    Raises:
        Missing: there is none; the message lists those there are.
    """
    known = await programmes(session, organisation_id)
    wanted = " ".join(name_or_id.split()).casefold()
    for programme in known:
        if wanted in (str(programme.id), programme.name.casefold()):
            return programme
    if not known:
        raise Missing("There is no programme yet; `kept programme add` makes one.")
    raise Missing(
        'There is no programme "{wanted}"; there is {known}.',
        wanted=name_or_id,
        known=", ".join(f'"{programme.name}"' for programme in known),
    )


async def team_names(session: AsyncSession, organisation_id: UUID) -> dict[UUID, str]:
    """Return the names of an organisation's teams in alphabetical order."""
    teams = select(Team.id, Team.name).where(Team.organisation_id == organisation_id)
    found = [(team_id, name) for team_id, name in await session.execute(teams)]
    return dict(sorted(found, key=lambda pair: (pair[1].casefold(), pair[0])))


async def teams_in_tree_order(session: AsyncSession, organisation_id: UUID) -> dict[UUID, tuple[str, int]]:
    """Return name and depth of each team: below its parent, and by name among its siblings."""
    teams = select(Team.id, Team.parent_id, Team.name).where(Team.organisation_id == organisation_id)
    below: dict[UUID | None, list[tuple[str, UUID]]] = {}
    for team_id, parent_id, name in await session.execute(teams):
        below.setdefault(parent_id, []).append((name, team_id))

    def from_last(parent_id: UUID | None, depth: int) -> list[tuple[str, UUID, int]]:
        known = sorted(below.get(parent_id, []), key=lambda team: (team[0].casefold(), team[1]))
        return [(*team, depth) for team in reversed(known)]

    ordered: dict[UUID, tuple[str, int]] = {}
    waiting = from_last(None, 0)
    while waiting:
        name, team_id, depth = waiting.pop()
        ordered[team_id] = name, depth
        waiting += from_last(team_id, depth + 1)
    return ordered


async def programme_with_id(session: AsyncSession, programme_id: UUID) -> Programme:
    """Return one programme of those the session may read.

    Raises:
        Missing: there is no such programme.
    """
    # A statement and not `session.get`, which would not know of the session's limit.
    found = await session.scalars(select(Programme).where(Programme.id == programme_id))
    programme = found.one_or_none()
    if programme is None:
        raise Missing("There is no such programme.")
    return programme


def draft_of(programme: Programme) -> ProgrammeDraft:
    """Return what HR decided about a programme, as it is now."""
    return ProgrammeDraft(
        name=programme.name,
        start_on=programme.start_on,
        audience=tuple(UUID(team_id) for team_id in programme.audience),
        pulse=programme.pulse,
        interval=programme.interval,
        every=programme.every,
        weekday=programme.weekday,
        local_time=programme.local_time,
        window_hours=programme.window_hours,
        reminders=programme.reminders,
        remind=programme.remind,
        observe_holidays=programme.observe_holidays,
        open_question=programme.open_question,
        blackouts=tuple((first, last) for first, last in programme.blackouts),
        minimum_group=programme.minimum_group,
        head_start_days=programme.head_start_days,
        optional_dimensions=tuple(programme.optional_dimensions),
        struck_items=tuple(programme.struck_items),
        own_items=tuple(OwnItem(own["text"], own["reversed"]) for own in programme.own_items),
        counts_from=programme.counts_from,
    )


async def places_of(
    session: AsyncSession, organisation: Organisation, audience: Collection[UUID]
) -> Counter[Place]:
    """Return how many people an audience asks in each zone and country.

    A person without a country is counted in the organisation's. Leaders are asked in the unit above the
    highest they lead, and the leader of everything is not asked.

    Args:
        session: the edge's.
        organisation: whose people they are.
        audience: ids of teams, each with everything below it; none means everybody.
    """
    names: dict[UUID, str] = {}
    parents: dict[UUID, UUID | None] = {}
    teams = select(Team.id, Team.parent_id, Team.name).where(Team.organisation_id == organisation.id)
    for team_id, parent_id, name in await session.execute(teams):
        parents[team_id], names[team_id] = parent_id, name
    asked_teams = _with_below(parents, audience or parents)
    leads: dict[UUID, list[UUID]] = {}
    leaderships = select(Leadership.person_id, Leadership.team_id).where(
        Leadership.team_id.in_(select(Team.id).where(Team.organisation_id == organisation.id))
    )
    for person_id, team_id in await session.execute(leaderships):
        leads.setdefault(person_id, []).append(team_id)
    places: Counter[Place] = Counter()
    where = (
        Person.organisation_id == organisation.id,
        Person.active,
        Membership.until.is_(None),
    )
    leading = select(Leadership.person_id)
    groups = (
        select(Person.zone, Person.country, Membership.team_id, func.count())
        .join(Membership, Membership.person_id == Person.id)
        .where(*where, Person.id.not_in(leading))
        .group_by(Person.zone, Person.country, Membership.team_id)
    )
    for zone, country, team_id, count in await session.execute(groups):
        if team_id in asked_teams:
            places[zone, country or organisation.country] += count
    leaders = select(Person.id, Person.zone, Person.country).where(
        Person.organisation_id == organisation.id, Person.active, Person.id.in_(leading)
    )
    for person_id, zone, country in await session.execute(leaders):
        highest = min(leads[person_id], key=lambda team: (_depth(parents, team), names[team], team))
        if parents[highest] in asked_teams:
            places[zone, country or organisation.country] += 1
    return places


async def preview(
    session: AsyncSession,
    organisation: Organisation,
    draft: Programme | ProgrammeDraft,
    *,
    now: datetime,
    count: int = 6,
    asked_before: bool = True,
) -> list[PreviewRow]:
    """Return the next occurrences that open after `now`, with each zone's own time.

    Of a programme that never asked anybody the first may be due already: the clock opens it at once while
    there is time to answer.

    Args:
        session: the edge's.
        organisation: whose people are asked.
        draft: a programme, or a sound draft of one; a pause is not considered.
        now: aware UTC.
        count: how many; those that are not held count too, so that HR sees why.
        asked_before: whether the programme ever had a wave, a missed one included.
    """
    places = await places_of(session, organisation, [UUID(str(team)) for team in draft.audience])
    places = places or Counter({(organisation.zone, organisation.country): 0})
    return rows_of(draft, places, now, count, asked_before=asked_before)


def rows_of(
    timed: Timed, places: Counter[Place], now: datetime, count: int, *, asked_before: bool = True
) -> list[PreviewRow]:
    """Return `count` occurrences of a timetable that open after `now`, for these places; see `preview`."""
    schedule = Schedule.of(timed)
    coming = (
        (day, times)
        for day in occurrences(schedule, after=(now - LOOK_BACK).date())
        if (times := wave_times(schedule, day, places)).opens_at > now
        or (not asked_before and fate(times.opens_at, times.closes_at, now) is Fate.OPENS)
    )
    return [
        PreviewRow(
            occurrence=day,
            opens_at=times.opens_at,
            closes_at=times.closes_at,
            held=times.held,
            zones=[
                PlaceTime(*place, places[place], asks_at, times.shifts.get(place))
                for place, asks_at in sorted(
                    times.asks_at.items(), key=lambda pair: (pair[1], pair[0][0], pair[0][1] or "")
                )
            ],
        )
        for day, times in islice(coming, count)
    ]


async def small_units(
    session: AsyncSession, organisation: Organisation, draft: Programme | ProgrammeDraft
) -> int:
    """Return how many units this programme asks less often than it returns, being too small for it.

    Units in which fewer than 8 people are asked take part at most every two weeks.
    """
    if interval_hours(draft.interval, draft.every) >= HOURS_BETWEEN_SMALL:
        return 0
    directory = await directory_of(session, organisation.id)
    parents = {team_id: node.parent_id for team_id, node in directory.teams.items()}
    asked = _with_below(parents, [UUID(str(team)) for team in draft.audience] or parents)
    return sum(unit in asked and len(people) < SMALL_UNIT for unit, people in directory.rosters().items())


def _with_below(parents: dict[UUID, UUID | None], chosen: Iterable[UUID]) -> set[UUID]:
    """Return the chosen teams with everything below them."""
    asked = set(chosen)
    known: dict[UUID, bool] = {}
    for team_id in parents:
        path = []
        at: UUID | None = team_id
        while at is not None and at not in known and at not in asked:
            path.append(at)
            at = parents.get(at)
        inside = at is not None and (at in asked or known[at])
        known.update(dict.fromkeys(path, inside))
    return asked | {team_id for team_id, inside in known.items() if inside}


def _depth(parents: dict[UUID, UUID | None], team_id: UUID) -> int:
    depth = 0
    above = parents.get(team_id)
    while above is not None:
        depth, above = depth + 1, parents.get(above)
    return depth
