"""The start page, for those who lead, those who are led, HR, and an outsider."""

from datetime import datetime, time, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from integrations.keystores import DirectoryKeyStore
from surveys.cadence.models import Interval, Programme, PulseKind
from surveys.questions.rules import BANK
from surveys.results.models import Pooled
from surveys.results.rules.pooled import shape_sums
from surveys.waves.models import Wave, WaveState
from tests.cast import Cast
from tests.service.conftest import Clock, SignedIn, submit
from tests.service.test_answers import fields_of


class TestHome:
    async def test_a_member_finds_their_team_and_what_is_above_it_and_nothing_else(
        self, signed_in: SignedIn, cast: Cast
    ) -> None:
        shown = (await (await signed_in(cast.alice)).get("/")).text

        for team in (cast.payments, cast.product, cast.company):
            assert f'href="/teams/{team.id}"' in shown
        for team in (cast.search, cast.people, cast.warehouse):
            assert str(team.id) not in shown
        assert "Nothing is open for you" in shown
        assert "/coverage" not in shown

    async def test_a_leader_finds_the_units_they_lead_first(self, signed_in: SignedIn, cast: Cast) -> None:
        shown = (await (await signed_in(cast.lena)).get("/")).text

        assert "Where you lead" in shown
        assert f'href="/teams/{cast.payments.id}"' in shown
        assert "There are no results yet" in shown
        assert str(cast.search.id) not in shown

    async def test_leaders_above_find_pages_below_only_where_that_is_allowed(
        self, signed_in: SignedIn, cast: Cast, sessions: async_sessionmaker[AsyncSession]
    ) -> None:
        petra = await signed_in(cast.petra)
        assert str(cast.payments.id) not in (await petra.get("/")).text

        async with sessions.begin() as session:
            organisation = await session.merge(cast.organisation)
            organisation.leaders_read_below = True
        assert str(cast.payments.id) in (await petra.get("/")).text

    async def test_hr_finds_every_unit(self, signed_in: SignedIn, cast: Cast) -> None:
        shown = (await (await signed_in(cast.helen)).get("/")).text

        for team in (cast.payments, cast.search, cast.people, cast.warehouse):
            assert f'href="/teams/{team.id}"' in shown
        assert 'href="/coverage"' in shown
        assert "Add the first programme" in shown

    async def test_an_outsider_sees_nothing_of_the_team(self, signed_in: SignedIn, cast: Cast) -> None:
        shown = (await (await signed_in(cast.oscar)).get("/")).text

        assert "Payments" not in shown
        assert str(cast.payments.id) not in shown

    async def test_who_leads_everything_is_asked_nowhere_and_told_so(
        self, signed_in: SignedIn, cast: Cast
    ) -> None:
        assert "You are not asked in any team." in (await (await signed_in(cast.carla)).get("/")).text


class TestWhatIsOpen:
    async def test_the_sheet_opens_from_here(self, signed_in: SignedIn, cast: Cast, wave: Wave) -> None:
        alice = await signed_in(cast.alice)
        shown = await alice.get("/")
        assert "Answer, 1 minute" in shown.text
        link = shown.text.split('href="/answer/')[1].split('"')[0]

        await alice.get(f"/answer/{link}")
        sheet = await alice.get("/answer")

        assert "Team pulse" in sheet.text
        await submit(alice, "/answer", "/answer", fields_of(sheet))
        assert "Your answers for Payments are in." in (await alice.get("/")).text

    async def test_who_is_not_asked_finds_nothing_open(
        self, signed_in: SignedIn, cast: Cast, wave: Wave
    ) -> None:
        assert "Nothing is open for you" in (await (await signed_in(cast.carla)).get("/")).text

    async def test_a_lost_key_closes_the_door_here_too(
        self, signed_in: SignedIn, cast: Cast, wave: Wave, keys: DirectoryKeyStore
    ) -> None:
        await keys.destroy(wave.id)

        assert "Nothing is open for you" in (await (await signed_in(cast.alice)).get("/")).text


class TestHowPrivate:
    async def test_everybody_may_read_it(self, stranger: httpx.AsyncClient, cast: Cast) -> None:
        shown = await stranger.get("/how-private")

        assert shown.status_code == 200
        assert "Ada and Grace of IT" in shown.text
        assert "at least 5 people" in shown.text

    @pytest.mark.parametrize("minimum", [4, 8])
    async def test_it_names_the_minimum_of_this_organisation(
        self,
        stranger: httpx.AsyncClient,
        cast: Cast,
        sessions: async_sessionmaker[AsyncSession],
        minimum: int,
    ) -> None:
        async with sessions.begin() as session:
            (await session.merge(cast.organisation)).minimum_group = minimum

        assert f"at least {minimum} people" in (await stranger.get("/how-private")).text


class TestCoverage:
    async def test_units_stand_in_alphabetical_order_with_what_they_can_see(
        self, signed_in: SignedIn, cast: Cast
    ) -> None:
        shown = (await (await signed_in(cast.helen)).get("/coverage")).text

        order = [shown.index(f">{name}</a>") for name in ("Company", "Payments", "People", "Warehouse")]
        assert order == sorted(order)
        people = shown[order[2] : shown.index(">Product</a>")]
        assert "Counted one level up" in people
        payments = shown[order[1] : order[2]]
        assert "Figures of its own" in payments
        assert "Carla: without a team, or leading the whole organisation." in shown
        assert "can be asked; no programme does so at the moment." in shown


class TestMeasurement:
    async def test_before_the_first_pulse_has_closed_there_is_nothing_to_say(
        self, signed_in: SignedIn, cast: Cast
    ) -> None:
        shown = (await (await signed_in(cast.helen)).get("/organisation")).text

        assert "Nothing to say before the first pulse has closed." in shown

    async def test_it_is_read_when_everybody_may_read_and_numbers_come_from_twenty_teams_on(
        self, signed_in: SignedIn, cast: Cast, sessions: async_sessionmaker[AsyncSession], clock: Clock
    ) -> None:
        teams = [[(25.0 * (person % 4), 25.0 * (person // 2)) for person in range(5)]] * 20
        shape = shape_sums(("PSY-01", "PSY-02"), teams)
        for days_ago, sums in ((30, None), (2, shape), (0, shape)):
            await pooled_wave(sessions, cast, published=clock() - timedelta(days=days_ago), shape=sums)

        shown = (await (await signed_in(cast.helen)).get("/organisation")).text

        assert "Over the whole organisation, from published figures only." in shown
        assert "20 teams and 100 answers on" in shown
        assert "pairs of statements for alpha: 1" in shown
        assert "cannot be estimated from these answers" in shown  # omega of two statements
        assert shown.count("about 4 higher") == 1
        assert "When I see a risk, I speak up before it becomes a problem." in shown


async def pooled_wave(
    sessions: async_sessionmaker[AsyncSession],
    cast: Cast,
    *,
    published: datetime,
    shape: dict[str, Any] | None,
) -> None:
    """A published wave of two statements, which everybody may read a day after its publication."""
    async with sessions.begin() as session:
        wave = await published_wave(session, cast, published)
        wave.items = [
            {"code": code, "dimension": "PSY", "text": BANK[code].text, "reversed": False}
            for code in ("PSY-01", "PSY-02")
        ]
        session.add(
            Pooled(
                wave_id=wave.id,
                dimension="PSY",
                items={"PSY-01": [100, 6000.0, 20], "PSY-02": [100, 5000.0, 20]},
                difficulties={"PSY-01": 4.2, "PSY-02": -4.2},
                noise={"squares": 3.0, "pairs": 5, "teams": 5},
                noise_scale=1.0,
                shape=shape,
            )
        )


async def published_wave(session: AsyncSession, cast: Cast, closed: datetime) -> Wave:
    programme = Programme(
        organisation_id=cast.organisation.id,
        name="Pulse",
        audience=[],
        pulse=PulseKind.DEFAULT,
        interval=Interval.WEEKS,
        start_on=closed.date(),
        weekday=closed.weekday(),
        local_time=time(10),
        window_hours=72,
        created_at=closed,
    )
    session.add(programme)
    await session.flush()
    wave = Wave(
        organisation_id=cast.organisation.id,
        programme_id=programme.id,
        occurrence=closed.date(),
        number=0,
        state=WaveState.PUBLISHED,
        opens_at=closed - timedelta(days=3),
        closes_at=closed,
        items=[],
        rules={},
        leaders_see_at=closed,
        team_sees_at=closed + timedelta(days=1),
        published_at=closed,
    )
    session.add(wave)
    await session.flush()
    return wave
