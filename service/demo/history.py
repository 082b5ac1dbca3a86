"""Eight past waves and one that is open, made by the actions that make real ones.

Time is driven from wave to wave: the clock's own jobs open, close and publish; invented answers are cast
like anybody's; what leaders do in between is in `leaders`.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from integrations.directory.csv import parse_people
from jobs.close_waves import close_waves, destroy_keys
from jobs.open_waves import open_waves
from service.demo import organisation as invented
from service.demo.answering import loop_answer, scale_answer, who_answers
from service.demo.calendar import Calendar
from service.demo.leaders import plan_reactions
from service.demo.mailbox import write_letters
from service.demo.retrospective import hold_retrospectives
from service.demo.stories import PAST_WAVES, STORY_OF
from service.demo.words import let_people_write
from service.demo.working_group import gather_group
from surveys.ballots.actions import cast_ballots
from surveys.ballots.keys import KeyStore
from surveys.ballots.rules import HandedIn, parts_of_sheet
from surveys.cadence.actions import add_programme
from surveys.cadence.drafts import ProgrammeDraft
from surveys.cadence.models import Programme
from surveys.cadence.queries import preview
from surveys.people.actions import found_organisation
from surveys.people.directory_import import apply_import, stored_directory
from surveys.people.directory_plan import plan_import
from surveys.people.models import Person, Team
from surveys.people.queries import the_organisation
from surveys.waves.models import Place, Wave, WaveState, WaveUnit
from surveys.waves.rules import FrozenRules, LoopQuestion

PROGRAMME = "Team pulse"
WEEKS_APART = 2
WINDOW_HOURS = 72
ASKED_AT = time(10, 0)
TUESDAY = 1
SETTING_UP = timedelta(days=4)  # before the first wave
ANSWERED_BY = timedelta(hours=2)  # after the last person is asked, invented people have answered

READ_AFTER = timedelta(hours=1)
# Results are told at a decent local hour: to leaders on Monday, to teams in the course of Tuesday.
NEWS_AFTER = tuple(timedelta(hours=hours) for hours in (-5, 1, 13, 18, 24))

Tell = Callable[[datetime], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class World:
    """What time is driven in."""

    sessions: async_sessionmaker[AsyncSession]
    keys: KeyStore
    database_url: str


async def write_history(world: World, tell: Tell, *, today: date) -> datetime:
    """Make the organisation and its past; return the instant at which the example begins.

    The ninth wave is open then, everybody was asked, and most have answered.

    Args:
        world: an empty database and key store.
        tell: lets the clock run as of an instant, messages included. Messages of waves before the last
            are never sent: nobody was there to read them.
        today: a real date; the ninth wave falls into its week.
    """
    now = await _set_up(world, today=today)
    calendar = Calendar(world.sessions)
    for number in range(PAST_WAVES):
        wave = await _open_next(world, calendar, now=now)
        await let_people_answer(world, wave)
        now = wave.closes_at
        await close_waves(world.sessions, world.keys, now=now)
        await destroy_keys(world.sessions, world.keys, database_url=world.database_url, now=now)
        team_reads = await plan_reactions(calendar, wave.id, number)
    for instant in (now + READ_AFTER, *(team_reads + after for after in NEWS_AFTER)):
        await calendar.live_until(instant)
        await tell(instant)
    wave = await _open_next(world, calendar, now=now)
    begins = await let_people_answer(world, wave)
    await hold_retrospectives(world.sessions, world.keys, now=begins)
    await write_letters(world.sessions, now=begins)
    await gather_group(world.sessions, world.keys, now=begins)
    return begins


async def _open_next(world: World, calendar: Calendar, *, now: datetime) -> Wave:
    """Live until the next wave opens, and return it."""
    opens_at = await next_opening(world, now=now)
    if opens_at is not None:
        await calendar.live_until(opens_at)
        await open_waves(world.sessions, world.keys, now=opens_at)
    wave = await open_wave(world)
    if wave is None:
        raise ValueError("the programme did not open a wave")
    return wave


async def next_opening(world: World, *, now: datetime) -> datetime | None:
    """Return the instant at which the next wave opens; None where every programme is paused."""
    coming = []
    async with world.sessions() as session:
        organisation = await the_organisation(session)
        for programme in await session.scalars(select(Programme).where(Programme.paused_at.is_(None))):
            held = select(Wave.occurrence).where(Wave.programme_id == programme.id)
            known = set(await session.scalars(held))
            rows = await preview(session, organisation, programme, now=now)
            coming += [row.opens_at for row in rows if row.held and row.occurrence not in known]
    return min(coming, default=None)


async def open_wave(world: World) -> Wave | None:
    """Return the open wave that closes first."""
    async with world.sessions() as session:
        found = select(Wave).where(Wave.state == WaveState.OPEN).order_by(Wave.closes_at).limit(1)
        return (await session.scalars(found)).one_or_none()


async def let_people_answer(world: World, wave: Wave) -> datetime:
    """Cast the invented people's answers to an open wave, as of some hours after the last was asked.

    Returns that instant. Whoever a visitor becomes afterwards replaces what was answered for them.
    """
    async with world.sessions.begin() as session:
        programme = await session.get_one(Programme, wave.programme_id)
        # A programme that a visitor adds has no past: its people stand where the stories end.
        chapter = wave.number if programme.name == PROGRAMME and wave.number is not None else PAST_WAVES
        last = select(func.max(Place.asks_at)).where(Place.wave_id == wave.id)
        now = (await session.scalars(last)).one() + ANSWERED_BY
        sheets: list[HandedIn] = []
        writers: list[list[tuple[UUID, str]]] = []
        for unit, team_name, people in await _units_of(session, wave.id):
            handed_in = _sheets_of(wave, chapter, unit, team_name, people)
            answered = {sheet.place_id for sheet in handed_in}
            writers += [[each for each in people if each[0] in answered]]
            sheets += handed_in
        for refusal in await cast_ballots(await session.connection(), world.keys, sheets, now=now):
            if refusal is not None:
                raise refusal
        prompt = FrozenRules.of(wave.rules).open_prompt
        if prompt is not None and chapter >= PAST_WAVES - 1:  # pages show the newest words only
            await let_people_write(session, world.keys, prompt, writers, now=now)
    return now


def _sheets_of(
    wave: Wave, chapter: int, unit: WaveUnit, team_name: str, people: Sequence[tuple[UUID, str]]
) -> list[HandedIn]:
    """Return what the answering people of one unit hand in, `chapter` waves into their story."""
    story = STORY_OF[team_name]
    emails = [email for _, email in people]
    left_out = {invented.worker_called(invented.VISITOR).email} if chapter >= PAST_WAVES else set()
    questions = {question.key: question for question in map(LoopQuestion.of, unit.loop)}
    items = {item["code"]: item for item in wave.items}
    parts = parts_of_sheet(wave.items, wave.number or 0, list(questions.values()))
    sheets = []
    for email in who_answers(story, emails, chapter):
        if email in left_out:
            continue
        answers = {}
        for code in (code for codes in parts.values() for code in codes):
            if code in questions:
                answers[code] = loop_answer(
                    story, email, chapter, questions[code].code, questions[code].text
                )
            else:
                item = items[code]
                answers[code] = scale_answer(
                    story, emails, email, chapter, code, item["dimension"], backwards=item["reversed"]
                )
        place_id = next(place_id for place_id, known in people if known == email)
        sheets.append(HandedIn(place_id, None, answers))
    return sheets


async def _units_of(
    session: AsyncSession, wave_id: UUID
) -> list[tuple[WaveUnit, str, list[tuple[UUID, str]]]]:
    """Return each asked unit with its name and its people: place and address."""
    people: dict[UUID, list[tuple[UUID, str]]] = defaultdict(list)
    for team_id, place_id, email in await session.execute(
        select(Place.team_id, Place.id, Person.email)
        .join(Person, Person.id == Place.person_id)
        .where(Place.wave_id == wave_id)
    ):
        people[team_id].append((place_id, email))
    units = await session.execute(
        select(WaveUnit, Team.name)
        .join(Team, Team.id == WaveUnit.team_id)
        .where(WaveUnit.wave_id == wave_id)
    )
    return [(unit, name, people[unit.team_id]) for unit, name in units if people[unit.team_id]]


async def _set_up(world: World, *, today: date) -> datetime:
    """Found the organisation, import its people and set its programme, some days before the first wave."""
    this_tuesday = today - timedelta(days=today.weekday() - TUESDAY)
    start_on = this_tuesday - timedelta(weeks=WEEKS_APART * PAST_WAVES)
    now = datetime.combine(start_on, ASKED_AT, UTC) - SETTING_UP
    async with world.sessions.begin() as session:
        organisation = await found_organisation(
            session, name=invented.NAME, zone=invented.ZONE, country=invented.COUNTRY, now=now
        )
        rows, _problems = parse_people(invented.people_file().encode())
        plan = plan_import(rows, await stored_directory(session, organisation))
        await apply_import(session, organisation, plan, now=now)
        draft = ProgrammeDraft(
            name=PROGRAMME,
            start_on=start_on,
            every=WEEKS_APART,
            weekday=TUESDAY,
            local_time=ASKED_AT,
            window_hours=WINDOW_HOURS,
        )
        await add_programme(session, organisation, draft, now=now)
    return now
