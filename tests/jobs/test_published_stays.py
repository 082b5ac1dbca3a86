"""What was published stays, whatever becomes of the people, the teams, the rules and later waves."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from surveys.ballots.queries import blank_sheet
from surveys.cadence.actions import change_programme
from surveys.cadence.minimum_group import set_minimum_group
from surveys.cadence.queries import draft_of, programme_with_id
from surveys.people.actions import erase_person
from surveys.people.models import Leadership, Membership, Organisation, Person, Team
from surveys.results.models import Figure, Participation, Pool, Pooled, ReceiptText, TeamWord
from surveys.waves.models import Place, Wave, WaveState, WaveUnit
from tests.cast import make_person
from tests.waves import OPENING, Story, make_keys

PUBLISHED = (Pool, Figure, Pooled, Participation, TeamWord, ReceiptText, WaveUnit)
BETWEEN = timedelta(days=14)
ANSWER = 0.9
Change = Callable[[Story, AsyncSession, Random, datetime], Awaitable[None]]


async def somebody(session: AsyncSession, chance: Random) -> Person:
    members = select(Membership.person_id).where(Membership.until.is_(None))
    found = await session.scalars(
        select(Person).where(Person.active, Person.id.in_(members)).order_by(Person.id)
    )
    return chance.choice(found.all())


async def some_team(session: AsyncSession, chance: Random) -> Team:
    return chance.choice((await session.scalars(select(Team).order_by(Team.name))).all())


async def leaves(_: Story, session: AsyncSession, chance: Random, now: datetime) -> None:
    person = await somebody(session, chance)
    await session.execute(
        update(Membership)
        .where(Membership.person_id == person.id, Membership.until.is_(None))
        .values(until=now)
    )


async def joins(story: Story, session: AsyncSession, chance: Random, now: datetime) -> None:
    team = await some_team(session, chance)
    await make_person(session, story.cast.organisation, f"New {chance.random()}", team=team, since=now)


async def moves(story: Story, session: AsyncSession, chance: Random, now: datetime) -> None:
    person, team = await somebody(session, chance), await some_team(session, chance)
    await session.execute(
        update(Membership)
        .where(Membership.person_id == person.id, Membership.until.is_(None))
        .values(until=now)
    )
    session.add(Membership(person_id=person.id, team_id=team.id, since=now))


async def is_erased(_: Story, session: AsyncSession, chance: Random, now: datetime) -> None:
    await erase_person(session, (await somebody(session, chance)).id, now=now)


async def another_leads(_: Story, session: AsyncSession, chance: Random, __: datetime) -> None:
    leading = chance.choice((await session.scalars(select(Leadership).order_by(Leadership.team_id))).all())
    team_id = leading.team_id
    await session.delete(leading)
    await session.flush()
    session.add(Leadership(team_id=team_id, person_id=(await somebody(session, chance)).id))


async def is_put_elsewhere(story: Story, session: AsyncSession, _: Random, __: datetime) -> None:
    payments = await session.get_one(Team, story.cast.payments.id)
    payments.parent_id = None if payments.parent_id else story.cast.product.id
    payments.name += " again"


async def rules_change(story: Story, session: AsyncSession, chance: Random, now: datetime) -> None:
    organisation = await session.get_one(Organisation, story.cast.organisation.id)
    await set_minimum_group(
        session, organisation, to=organisation.minimum_group + 1, asked_before=True, now=now
    )
    kept = await programme_with_id(session, story.programme.id)
    draft = replace(draft_of(kept), reminders=chance.choice((0, 2)), head_start_days=chance.choice((0, 2)))
    await change_programme(session, organisation, kept.id, draft, asked_before=True, now=now)


CHANGES: dict[str, Change] = {
    "leaves": leaves,
    "joins": joins,
    "moves": moves,
    "is erased": is_erased,
    "another leads": another_leads,
    "is put elsewhere": is_put_elsewhere,
    "rules change": rules_change,
}


async def publish(story: Story, chance: Random, now: datetime) -> None:
    """One more wave, answered by most and closed."""
    await story.open(now)
    async with story.sessions() as session:
        places = (await session.scalars(select(Place.id).order_by(Place.id))).all()
    for place in places:
        async with story.sessions() as session:
            sheet = await blank_sheet(session, story.keys, place, now=now)
        if chance.random() < ANSWER:
            answers = {question.key: chance.randint(1, 4) for question in sheet.questions}
            await story.hand_in(place, answers, now=now)
    await story.close()


async def stored(story: Story) -> dict[UUID, str]:
    """All that is stored of published waves, as text."""
    found = {}
    async with story.sessions() as session:
        waves = await session.execute(
            select(Wave.__table__).where(Wave.state == WaveState.PUBLISHED).order_by(Wave.id)
        )
        for wave in waves.mappings():
            rows = [repr(sorted(wave.items()))]
            for model in PUBLISHED:
                table = model.__table__
                here = await session.execute(select(table).where(table.c.wave_id == wave["id"]))
                rows += sorted(repr(sorted(row.items())) for row in here.mappings())
            found[wave["id"]] = "\n".join(rows)
    return found


@pytest.fixture
async def story(own_sessions: async_sessionmaker[AsyncSession], tmp_path: Path) -> Story:
    story = await Story(own_sessions, make_keys(tmp_path)).begin()
    await publish(story, Random(1), OPENING)  # noqa: S311 -- invented answers
    return story


@settings(
    max_examples=3,
    phases=[Phase.generate],  # an example goes on where the last one ended, so none can be made smaller
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.sampled_from(sorted(CHANGES)), min_size=3, max_size=8), st.integers(0, 99))
async def test_whatever_happens_figures_that_were_published_stay_to_the_last_byte(
    story: Story, changes: list[str], seed: int
) -> None:
    published = await stored(story)
    chance = Random(seed)  # noqa: S311 -- invented answers
    last = OPENING + (len(published) - 1) * BETWEEN
    for change in changes:
        async with story.sessions.begin() as session:
            await CHANGES[change](story, session, chance, last + timedelta(days=7))
    assert await stored(story) == published
    await publish(story, chance, last + BETWEEN)
    later = await stored(story)
    assert {wave: later[wave] for wave in published} == published
    assert len(later) == len(published) + 1
