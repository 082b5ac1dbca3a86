"""Who has looked: every door is counted, whoever is asked in a unit is not, and no page fails over it."""

from datetime import date, timedelta

import pytest
from litestar import Litestar
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import async_sessionmaker

from integrations.language import Translator
from jobs.prune import prune
from service.reading_log import ReadingLog
from service.views.changes import rule_changes
from surveys.audit.actions import record
from surveys.audit.models import Reading
from surveys.audit.rules import LookedAs
from surveys.people.models import Membership, Team
from surveys.waves.models import Wave
from surveys.waves.rules import FrozenRules
from tests.cast import Cast, make_person
from tests.conftest import Sessions
from tests.service.conftest import Clock, SignedIn
from tests.service.published import publish

TODAY = date(2026, 3, 3)


@pytest.fixture
async def published(sessions: Sessions, cast: Cast) -> Wave:
    async with sessions.begin() as session:
        return await publish(session, cast, {"PSY": 64.0, "CNF": 71.0, "FLW": None})


async def noted(sessions: Sessions) -> list[tuple[str, date, LookedAs]]:
    async with sessions() as session:
        rows = await session.execute(
            select(Team.name, Reading.day, Reading.looked_as)
            .join(Team, Team.id == Reading.team_id)
            .order_by(Team.name, Reading.looked_as)
        )
        return [(name, day, looked_as) for name, day, looked_as in rows]


def record_of(team: Team) -> str:
    return f"/teams/{team.id}/record"


async def test_those_who_look_from_outside_are_seen_looking_by_role_and_day(
    published: Wave, cast: Cast, signed_in: SignedIn, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        heide = await make_person(session, cast.organisation, "Heide", hr=True)
    for person in (cast.lena, cast.helen, cast.helen, heide):
        await (await signed_in(person)).get(f"/teams/{cast.payments.id}")

    alice = await signed_in(cast.alice)
    shown = await alice.get(record_of(cast.payments))
    on_the_page = await alice.get(f"/teams/{cast.payments.id}")

    assert "<dt>Tuesday 3 March</dt><dd>leader; HR, 2 people</dd>" in shown.text
    assert "leader; HR, 2 people" in on_the_page.text
    assert not any(name in shown.text for name in ("Lena", "Helen", "Heide"))


async def test_whoever_is_asked_in_a_unit_or_below_it_is_never_noted(
    published: Wave, cast: Cast, signed_in: SignedIn, sessions: Sessions
) -> None:
    for person, team in (
        (cast.alice, cast.payments),
        (cast.alice, cast.product),
        (cast.lena, cast.product),  # a leader is asked in the unit above
        (cast.helen, cast.people),  # of HR, and asked here
    ):
        assert (await (await signed_in(person)).get(f"/teams/{team.id}")).status_code == 200

    assert await noted(sessions) == []


async def test_figures_of_the_unit_above_that_stand_on_a_page_count_as_looked_at(
    published: Wave, cast: Cast, signed_in: SignedIn, sessions: Sessions
) -> None:
    await (await signed_in(cast.helen)).get(f"/teams/{cast.payments.id}")

    assert await noted(sessions) == [
        ("Payments", TODAY, LookedAs.HR),
        ("Product", TODAY, LookedAs.HR),
    ]


async def test_reading_the_record_is_not_a_look_and_a_page_without_figures_is_none_either(
    cast: Cast, signed_in: SignedIn, sessions: Sessions
) -> None:
    helen = await signed_in(cast.helen)
    await helen.get(f"/teams/{cast.payments.id}")
    shown = await helen.get(record_of(cast.payments))

    assert "In the last 90 days nobody has, besides those who are asked here." in shown.text
    assert await noted(sessions) == []


async def test_a_look_that_cannot_be_noted_costs_nobody_the_page(
    published: Wave, app: Litestar, cast: Cast, signed_in: SignedIn, sessions: Sessions
) -> None:
    app.state.reading_log = ReadingLog(async_sessionmaker())  # of no database

    shown = await (await signed_in(cast.lena)).get(f"/teams/{cast.payments.id}")

    assert shown.status_code == 200
    assert await noted(sessions) == []


async def test_looks_are_forgotten_after_ninety_days(
    published: Wave, cast: Cast, signed_in: SignedIn, sessions: Sessions, clock: Clock, app: Litestar
) -> None:
    await (await signed_in(cast.lena)).get(f"/teams/{cast.payments.id}")
    assert len(await noted(sessions)) == 1

    await prune(sessions, app.state["keys"], now=clock() + timedelta(days=90))
    assert len(await noted(sessions)) == 1
    await prune(sessions, app.state["keys"], now=clock() + timedelta(days=91))
    assert await noted(sessions) == []


async def test_a_move_is_shown_to_both_teams_before_it_takes_effect(
    wave: Wave, cast: Cast, signed_in: SignedIn, sessions: Sessions, clock: Clock
) -> None:
    async with sessions.begin() as session:
        await session.execute(
            update(Membership).where(Membership.person_id == cast.bob.id).values(until=clock())
        )
        session.add(Membership(person_id=cast.bob.id, team_id=cast.search.id, since=clock(), until=None))
        await make_person(session, cast.organisation, "Nora", team=cast.search, since=clock())
    payments = await (await signed_in(cast.alice)).get(record_of(cast.payments))
    search = await (await signed_in(cast.by_name["Sara"])).get(record_of(cast.search))

    assert "<li>Bob</li>" in payments.text, "who is asked now stays as it was frozen"
    assert "<li>Bob leaves, to Search</li>" in payments.text
    assert "On the team: 1 person left." in payments.text
    assert "<li>Bob joins, from Payments</li>" in search.text
    assert "<li>Nora joins</li>" in search.text
    assert "On the team: 2 people joined." in search.text


async def test_members_read_what_hr_changed_and_only_what_concerns_them(
    wave: Wave, cast: Cast, signed_in: SignedIn, sessions: Sessions, clock: Clock
) -> None:
    async def note(action: str, subject: str, **details: object) -> None:
        async with sessions.begin() as session:
            await record(
                session,
                organisation_id=cast.organisation.id,
                action=action,
                now=clock(),
                actor_id=cast.helen.id,
                subject=subject,
                details=details,
            )

    person = f"person:{cast.oscar.id}"
    await note("organisation.minimum_group_set", "organisation:x", **{"from": 5, "to": 6})
    await note(
        "programme.changed", f"programme:{wave.programme_id}", changed=["every", "interval", "remind"]
    )
    await note("programme.changed", f"programme:{cast.company.id}", changed=["reminders"])
    await note("role.granted", person, kind="hr", team=None)
    await note("role.granted", person, kind="viewer", team=str(cast.warehouse.id))
    await note("sign_in_link.made", person)
    shown = (await (await signed_in(cast.alice)).get(record_of(cast.payments))).text

    assert "The smallest group of the organisation went from 5 to 6. By HR." in shown
    assert "The programme Team pulse was changed: how often and who is reminded." in shown
    assert shown.count("The programme") == 1
    assert "Somebody became HR, and reads every figure." in shown
    assert "a viewer of this unit" not in shown
    assert "Oscar" not in shown


def test_what_the_rules_of_two_pulses_say_differently_is_said() -> None:
    before = FrozenRules(5, 1, "everyone", 1, leaders_read_below=False, window_hours=72, pulse="default")
    after = FrozenRules(6, 1, "missing", 0, leaders_read_below=True, window_hours=48, pulse="default")

    said = " ".join(rule_changes(before, after, Translator("en")))

    assert "the smallest group is 6 people; it was 5" in said
    assert "leaders read 0 working days before the team; it was 1" in said
    assert "leaders further up may open this page" in said
    assert "only those who have not answered are reminded" in said
    assert "open for 48 hours; it was 72" in said
    assert rule_changes(before, before, Translator("en")) == []
