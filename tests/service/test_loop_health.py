"""How the loop does over all teams, for HR: unnamed, and by team only under a works agreement."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from jobs.count_loops import count_loops
from surveys.audit.models import Entry
from surveys.commitments.actions import acknowledge, share
from surveys.commitments.models import LateCount
from tests.cast import Cast, make_person, make_team
from tests.loop import make_programme, make_wave
from tests.service.conftest import Clock, SignedIn, submit

DAY = timedelta(days=1)
RULE = {"reference": "Works agreement 12, on the intranet under Rules."}


@pytest.fixture
async def names(sessions: async_sessionmaker[AsyncSession], cast: Cast, clock: Clock) -> list[str]:
    return await ten_more_teams_that_share(sessions, cast, clock)


async def ten_more_teams_that_share(
    sessions: async_sessionmaker[AsyncSession], cast: Cast, clock: Clock
) -> list[str]:
    """A pulse over twelve teams, ten of whose leaders shared and named a day, later and later."""
    closed, names = clock() - 30 * DAY, []
    async with sessions.begin() as session:
        made = []
        for number in range(10):
            team = await make_team(session, cast.organisation, f"Team {number:02}", parent=cast.product)
            name = f"Leader{number:02}"
            made.append(
                (team, await make_person(session, cast.organisation, name, team=team, leads=[team]))
            )
            names += [team.name, name]
        programme = await make_programme(session, cast.organisation)
        teams = [cast.payments, cast.search, *(team for team, _ in made)]
        wave = await make_wave(session, programme, teams, closes_at=closed)
        for number, (team, leader) in enumerate(made):
            now = closed + (number + 1) * DAY
            await share(
                session, wave_id=wave.id, team_id=team.id, person_id=leader.id, words="Thank you.", now=now
            )
            await acknowledge(
                session,
                wave_id=wave.id,
                team_id=team.id,
                person_id=leader.id,
                answer_by=now.date() + DAY,
                now=now,
            )
    return [*names, "Payments"]


async def test_before_the_first_count_and_under_ten_teams_nothing_is_shown(
    signed_in: SignedIn, cast: Cast, sessions: async_sessionmaker[AsyncSession], clock: Clock
) -> None:
    hr = await signed_in(cast.helen)
    assert "The first count is not there yet." in (await hr.get("/loop-health")).text

    await count_loops(sessions, now=clock())

    shown = (await hr.get("/loop-health")).text
    assert "Shown from ten teams with results on" in shown
    assert "<svg" not in shown
    table = await hr.get("/loop-health/table.csv")
    assert table.headers["content-type"].startswith("text/csv")
    assert table.text.splitlines()[1] == "Not shown here yet: fewer than ten teams have results.,"


async def test_from_ten_teams_on_each_is_a_dot_without_a_name_and_the_table_says_the_same(
    signed_in: SignedIn,
    cast: Cast,
    sessions: async_sessionmaker[AsyncSession],
    clock: Clock,
    names: list[str],
) -> None:
    assert await count_loops(sessions, now=clock()) == 1
    assert await count_loops(sessions, now=clock()) == 0
    hr = await signed_in(cast.helen)

    shown, table = (await hr.get("/loop-health")).text, (await hr.get("/loop-health/table.csv")).text

    # Two of the twelve have not shared: they wait longer than where their rings stand.
    assert (shown.count("<circle"), shown.count('class="waits"')) == (24, 4)
    said = (
        "12 teams had results in the last 90 days.",
        "In 2 of them results wait to be shared",
        "In 3 of 12 teams it took at most 3 working days.",
        "Half of all teams needed no more than",
        "promises of fewer than ten teams came to an end",
        "As counted on",
    )
    for text in (shown, table):
        assert [sentence for sentence in said if sentence not in text] == []
        assert not [name for name in names if name in text]


async def test_late_counts_by_team_are_there_only_while_a_works_agreement_is_recorded(
    signed_in: SignedIn,
    cast: Cast,
    sessions: async_sessionmaker[AsyncSession],
    clock: Clock,
    names: list[str],
) -> None:
    hr, alice, day = await signed_in(cast.helen), await signed_in(cast.alice), clock()
    await count_loops(sessions, now=day)
    assert (await hr.get("/loop-health/teams")).status_code == 404
    empty = await submit(hr, "/loop-health", "/loop-health/agreement", {"reference": " "})
    assert (empty.status_code, "this was left empty" in empty.text) == (422, True)

    assert (await submit(hr, "/loop-health", "/loop-health/agreement", RULE)).status_code == 303
    await count_loops(sessions, now=day + DAY)

    late = (await hr.get("/loop-health/teams")).text
    assert "Payments" in late
    assert "Team 00" not in late
    for page in (f"/teams/{cast.payments.id}", "/how-private/for-me"):
        shown = (await alice.get(page)).text
        assert RULE["reference"] in shown
        assert cast.helen.name in shown
    other = await submit(hr, "/loop-health", "/loop-health/agreement", {"reference": "Another one"})
    assert other.status_code == 409

    assert (await submit(hr, "/loop-health", "/loop-health/agreement/end")).status_code == 303
    assert (await hr.get("/loop-health/teams")).status_code == 404
    assert RULE["reference"] not in (await alice.get("/how-private/for-me")).text
    async with sessions() as session:
        assert (await session.scalars(select(LateCount))).all() == []
        noted = await session.scalars(select(Entry.action).where(Entry.action.startswith("works_agr")))
        assert sorted(noted) == ["works_agreement.ended", "works_agreement.recorded"]
