"""The page of one unit over HTTP: who sees what, when, and that leader and member read the same."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from surveys.people.models import Person, Role, RoleKind, Team
from surveys.questions.rules import items_of_wave
from surveys.results.models import Figure, Participation
from surveys.waves.models import Wave, WaveState, WaveUnit
from tests.cast import Cast
from tests.conftest import NOON
from tests.loop import RULES, make_programme

SignedIn = Callable[[Person], Awaitable[httpx.AsyncClient]]
CLOSED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday, the day before the tests' noon
TEAM_SEES = CLOSED + timedelta(days=1)
NEVER = re.compile(
    r"\b(verdict|judge|ledger|claimed|broken|escalation|attack|exposure|suppressed|manager)\b",
    re.IGNORECASE,
)


def figure(wave: Wave, team: Team, dimension: str, score: float | None) -> Figure:
    if score is None:
        return Figure(wave_id=wave.id, team_id=team.id, dimension=dimension, shown=False)
    return Figure(
        wave_id=wave.id,
        team_id=team.id,
        dimension=dimension,
        shown=True,
        n=6,
        asked=7,
        score=score,
        low=score - 8,
        high=score + 8,
        range_kind="by_size",
        capped=False,
        carried=False,
    )


async def publish(
    session: AsyncSession,
    cast: Cast,
    scores: dict[str, float | None],
    *,
    number: int = 0,
    closes_at: datetime = CLOSED,
    leaders_read_below: bool = False,
) -> Wave:
    """One published wave of Payments and the units above it, with these figures in Payments."""
    programme = await make_programme(session, cast.organisation)
    rules = RULES.as_json() | {"leaders_read_below": leaders_read_below}
    items = items_of_wave(number, "default")
    wave = Wave(
        organisation_id=cast.organisation.id,
        programme_id=programme.id,
        occurrence=(closes_at - timedelta(days=6)).date(),
        number=number,
        state=WaveState.PUBLISHED,
        opens_at=closes_at - timedelta(days=6),
        closes_at=closes_at,
        items=[
            {"code": one.code, "dimension": one.dimension, "text": one.text, "reversed": one.reversed}
            for one in items
        ],
        rules=rules,
        published_at=closes_at,
        leaders_see_at=closes_at,
        team_sees_at=closes_at + timedelta(days=1),
        key_destroyed_at=closes_at + timedelta(minutes=2),
        receipt={"asked": 24, "answered": 20, "figures_shown": 5, "sha256": "ab" * 32},
    )
    session.add(wave)
    await session.flush()
    for team in (cast.payments, cast.product, cast.company):
        session.add(
            WaveUnit(
                wave_id=wave.id,
                team_id=team.id,
                parent_id=team.parent_id,
                name=team.name,
                asked=7,
                leaders=[],
                loop=[],
            )
        )
        shown = team is not cast.payments or any(score is not None for score in scores.values())
        session.add(
            Participation(
                wave_id=wave.id,
                team_id=team.id,
                shown=shown,
                asked=7 if shown else None,
                band="most" if shown else None,
                size_class="5_7" if shown else None,
            )
        )
        for dimension in ("PSY", "CNF", "FLW"):
            score = scores.get(dimension) if team is cast.payments else 61.0
            session.add(figure(wave, team, dimension, score))
    await session.flush()
    return wave


@pytest.fixture
async def published(sessions: async_sessionmaker[AsyncSession], cast: Cast) -> Wave:
    async with sessions.begin() as session:
        return await publish(session, cast, {"PSY": 64.0, "CNF": 71.0, "FLW": None})


def address(team: Team) -> str:
    return f"/teams/{team.id}"


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
