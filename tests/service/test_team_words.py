"""A unit's own words on its page: for its leaders and those asked in it, once they may read results."""

from datetime import timedelta

import pytest

from integrations.keystores import DirectoryKeyStore
from jobs.close_waves import close_waves
from jobs.prune import prune
from surveys.ballots.actions import cast_ballots
from surveys.ballots.queries import blank_sheet
from surveys.ballots.remarks import cast_remark
from surveys.ballots.rules import HandedIn
from surveys.ballots.words import HandedWords, PassedOn
from surveys.people.models import Person
from surveys.waves.models import Wave
from tests.cast import Cast, make_person
from tests.conftest import Sessions
from tests.service.conftest import Clock, SignedIn, place_of

SAID = "Decisions get lost between meetings."
HEADING = "In the team&#39;s own words"
NONE = "No words from this pulse are shown here."
A_MONDAY_LATER = timedelta(days=6)  # everybody has read by then


@pytest.fixture
async def published(
    sessions: Sessions, keys: DirectoryKeyStore, cast: Cast, wave: Wave, clock: Clock
) -> Wave:
    """A wave that everybody of Payments answered and in which Alice wrote; nobody else answered."""
    for person in cast.payments_members:
        async with sessions.begin() as session:
            place = await place_of(session, wave, person)
            sheet = await blank_sheet(session, keys, place, now=clock())
            answers = {question.key: 4 for question in sheet.questions}
            await cast_ballots(
                await session.connection(), keys, [HandedIn(place, None, answers)], now=clock()
            )
            if person is cast.alice:
                words = HandedWords(place, None, PassedOn.WORDS, SAID)
                await cast_remark(session, keys, words, now=clock())
    clock.now = wave.closes_at
    await close_waves(sessions, keys, now=clock())
    return wave


async def page_of(signed_in: SignedIn, person: Person, cast: Cast) -> str:
    return (await (await signed_in(person)).get(f"/teams/{cast.payments.id}")).text


async def test_the_leader_reads_them_first_and_the_team_with_its_figures(
    published: Wave, cast: Cast, signed_in: SignedIn, clock: Clock
) -> None:
    assert SAID in await page_of(signed_in, cast.lena, cast)
    assert SAID not in await page_of(signed_in, cast.bob, cast)

    clock.now = published.closes_at + A_MONDAY_LATER

    assert SAID in await page_of(signed_in, cast.bob, cast)


async def test_nobody_else_has_them_on_any_page(
    published: Wave, cast: Cast, signed_in: SignedIn, clock: Clock, sessions: Sessions
) -> None:
    clock.now = published.closes_at + A_MONDAY_LATER
    async with sessions.begin() as session:
        vera = await make_person(
            session, cast.organisation, "Vera", team=cast.warehouse, views=[cast.product]
        )
    for person in (cast.helen, vera, cast.petra, cast.carla, cast.oscar):
        browser = await signed_in(person)
        for team in (cast.payments, cast.product, cast.company):
            shown = await browser.get(f"/teams/{team.id}")
            assert SAID not in shown.text
            if team is cast.payments:
                assert HEADING not in shown.text


async def test_where_nothing_is_delivered_one_sentence_stands_for_every_reason(
    published: Wave, cast: Cast, signed_in: SignedIn, clock: Clock
) -> None:
    clock.now = published.closes_at + A_MONDAY_LATER
    browser = await signed_in(cast.by_name["Sara"])  # of Search, where nobody answered
    shown = (await browser.get(f"/teams/{cast.search.id}")).text

    assert HEADING in shown
    assert NONE in shown


async def test_ninety_days_after_the_results_words_are_gone(
    published: Wave,
    cast: Cast,
    signed_in: SignedIn,
    sessions: Sessions,
    keys: DirectoryKeyStore,
    clock: Clock,
) -> None:
    assert published.closes_at == clock.now
    clock.now += timedelta(days=91)
    await prune(sessions, keys, now=clock.now)

    assert SAID not in await page_of(signed_in, cast.lena, cast)
