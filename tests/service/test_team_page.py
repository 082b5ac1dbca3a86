"""The page of one unit over HTTP: who sees what, when, and that leader and member read the same."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from surveys.people.models import Role, RoleKind
from surveys.waves.models import Wave
from tests.cast import Cast
from tests.conftest import NOON
from tests.service.conftest import SignedIn
from tests.service.published import CLOSED, TEAM_SEES, address, publish

NEVER = re.compile(
    r"\b(verdict|judge|ledger|claimed|broken|escalation|attack|exposure|suppressed|manager)\b",
    re.IGNORECASE,
)


@pytest.fixture
async def published(sessions: async_sessionmaker[AsyncSession], cast: Cast) -> Wave:
    async with sessions.begin() as session:
        return await publish(session, cast, {"PSY": 64.0, "CNF": 71.0, "FLW": None})


def without_token(page: httpx.Response) -> str:
    return re.sub(r'value="[0-9a-f]{64}"', "", page.text)


def figures_in(page: httpx.Response) -> str:
    """The part of a page that shows figures, without who reads it."""
    found = re.search(r'<section class="figures".*?</section>', page.text, re.DOTALL)
    assert found is not None, page.text
    return found[0]


class TestWhoReadsWhat:
    async def test_leader_member_hr_and_viewer_read_the_same_figures(
        self, published: Wave, cast: Cast, signed_in: SignedIn, sessions: async_sessionmaker[AsyncSession]
    ) -> None:
        async with sessions.begin() as session:
            session.add(
                Role(
                    organisation_id=cast.organisation.id,
                    person_id=cast.oscar.id,
                    kind=RoleKind.VIEWER,
                    team_id=cast.product.id,
                )
            )
        pages = [
            await (await signed_in(person)).get(address(cast.payments))
            for person in (cast.lena, cast.alice, cast.helen, cast.oscar)
        ]

        assert [page.status_code for page in pages] == [200] * 4
        assert len({figures_in(page) for page in pages}) == 1
        assert "About 65" in figures_in(pages[0])

    async def test_only_the_leader_gets_controls(
        self, published: Wave, cast: Cast, signed_in: SignedIn
    ) -> None:
        leader = await (await signed_in(cast.lena)).get(address(cast.payments))
        member = await (await signed_in(cast.alice)).get(address(cast.payments))
        hr = await (await signed_in(cast.helen)).get(address(cast.payments))

        assert "Share with the team" in leader.text
        for page in (member, hr):
            assert f'action="{address(cast.payments)}' not in page.text

    async def test_an_outsider_does_not_learn_that_the_team_exists(
        self, published: Wave, cast: Cast, signed_in: SignedIn
    ) -> None:
        outsider = await signed_in(cast.oscar)
        real = await outsider.get(address(cast.payments))
        invented = await outsider.get("/teams/6b1f6fb0-3f0e-4a64-9d0a-2f4b8a0d5b11")

        assert real.status_code == invented.status_code == 404
        assert "Payments" not in real.text
        assert without_token(real) == without_token(invented)

    async def test_members_read_the_units_above_theirs(
        self, published: Wave, cast: Cast, signed_in: SignedIn
    ) -> None:
        alice = await signed_in(cast.alice)

        assert (await alice.get(address(cast.product))).status_code == 200
        assert (await alice.get(address(cast.search))).status_code == 404

    async def test_a_leader_above_reads_a_team_below_only_where_that_was_said_before(
        self, published: Wave, cast: Cast, signed_in: SignedIn, sessions: async_sessionmaker[AsyncSession]
    ) -> None:
        petra = await signed_in(cast.petra)
        assert (await petra.get(address(cast.payments))).status_code == 404

        async with sessions.begin() as session:
            scores = dict.fromkeys(("PSY", "CNF", "FLW"), 58.0)
            later = CLOSED - timedelta(days=20)
            await publish(session, cast, scores, number=1, closes_at=later, leaders_read_below=True)
        page = await petra.get(address(cast.payments))

        assert page.status_code == 200
        assert "About 60" in figures_in(page)
        assert "About 65" not in page.text

    async def test_who_is_not_signed_in_is_led_to_the_door(
        self, cast: Cast, stranger: httpx.AsyncClient
    ) -> None:
        page = await stranger.get(address(cast.payments))

        assert page.status_code == 303
        assert page.headers["location"] == "/sign-in"


class TestHeadStart:
    @pytest.mark.parametrize(
        ("minutes", "leader_reads", "member_reads"),
        [(-1, True, False), (0, True, True)],
    )
    async def test_the_leader_reads_one_working_day_before_the_team(
        self,
        published: Wave,
        cast: Cast,
        signed_in: SignedIn,
        clock: Callable[[], datetime],
        *,
        minutes: int,
        leader_reads: bool,
        member_reads: bool,
    ) -> None:
        clock.now = TEAM_SEES + timedelta(minutes=minutes)  # type: ignore[attr-defined] -- the tests' clock
        leader = await (await signed_in(cast.lena)).get(address(cast.payments))
        member = await (await signed_in(cast.alice)).get(address(cast.payments))
        hr = await (await signed_in(cast.helen)).get(address(cast.payments))

        assert ("About 65" in leader.text) is leader_reads
        assert ("About 65" in member.text) is member_reads
        assert ("About 65" in hr.text) is member_reads
        if not member_reads:
            assert "You read its results here from Tuesday 3 March, 10:00" in member.text
            assert "You read this first" in leader.text

    async def test_nothing_is_told_of_an_open_wave(
        self, wave: Wave, cast: Cast, signed_in: SignedIn
    ) -> None:
        page = await (await signed_in(cast.alice)).get(address(cast.payments))

        assert "is open until" in page.text
        assert 'class="figures"' not in page.text

    async def test_the_roster_is_shown_to_the_team_and_not_to_others(
        self, wave: Wave, cast: Cast, signed_in: SignedIn
    ) -> None:
        own = await (await signed_in(cast.alice)).get(address(cast.payments))
        above = await (await signed_in(cast.alice)).get(address(cast.product))

        for name in ("Bob", "Chen", "Dana", "Emil", "Fay", "Gus"):
            assert f"<li>{name}</li>" in own.text
        assert "<li>Pia</li>" not in above.text


class TestHiddenFigures:
    async def test_all_hidden_states_read_alike(
        self, cast: Cast, signed_in: SignedIn, sessions: async_sessionmaker[AsyncSession]
    ) -> None:
        async with sessions.begin() as session:
            await publish(session, cast, {"PSY": None, "CNF": None, "FLW": None})
        page = await (await signed_in(cast.alice)).get(address(cast.payments))
        panels = re.findall(r'<article class="dimension.*?</article>', page.text, re.DOTALL)
        bare = {re.sub(r"(?i)psy|cnf|flw", "x", panel) for panel in panels}
        states = [re.search(r'<p class="absent">.*?</p>', panel) for panel in bare]

        assert len(panels) == 3
        assert {state[0] for state in states if state} == {
            '<p class="absent">Not shown separately here.</p>'
        }
        assert all('<svg class="trend' not in panel for panel in panels)

    async def test_a_page_says_no_forbidden_word_and_has_no_inline_style_or_script(
        self, published: Wave, cast: Cast, signed_in: SignedIn
    ) -> None:
        for person in (cast.lena, cast.alice):
            page = await (await signed_in(person)).get(address(cast.payments))
            assert NEVER.search(re.sub(r"<[^>]+>", " ", page.text)) is None
            assert " style=" not in page.text
            assert "<style" not in page.text
            assert "<script" not in page.text
            assert not re.search(r"\son[a-z]+=", page.text)


class TestManyWaves:
    async def test_the_page_is_as_long_after_fifty_waves_as_after_thirty(
        self, cast: Cast, signed_in: SignedIn, sessions: async_sessionmaker[AsyncSession]
    ) -> None:
        scores: dict[str, float | None] = dict.fromkeys(("PSY", "CNF", "FLW"), 64.0)
        alice = await signed_in(cast.alice)
        lengths = []
        for batch in (range(20, 50), range(20)):
            async with sessions.begin() as session:
                for number in batch:
                    closes_at = CLOSED - timedelta(days=7 * (50 - number))
                    await publish(session, cast, scores, number=number, closes_at=closes_at)
            lengths.append(len((await alice.get(address(cast.payments))).text))

        assert abs(lengths[1] - lengths[0]) < 200


def test_the_day_of_these_tests_is_after_the_results_are_out() -> None:
    assert TEAM_SEES < NOON
    assert NOON.date() == date(2026, 3, 3)
