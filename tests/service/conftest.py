"""A running application on a real database, spoken to over HTTP by the fixed cast."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import UUID

import httpx
import pytest
from litestar import Litestar
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from integrations.environment import Settings
from integrations.keystores import DirectoryKeyStore
from surveys.ballots.actions import open_box
from surveys.ballots.queries import answer_token
from surveys.cadence.models import Interval, Programme, PulseKind
from surveys.people.actions import make_sign_in_link, sign_in
from surveys.people.models import Person
from surveys.waves.models import Place, Wave
from surveys.waves.opening import open_wave
from tests.cast import SOME_TIME_AGO, Cast, make_cast
from tests.conftest import NOON
from tests.service.apps import fresh_app

SignedIn = Callable[[Person], Awaitable[httpx.AsyncClient]]
ADDRESS = "http://kept.test"


@dataclass
class Clock:
    """The time as the application sees it."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Mails:
    """What was handed to the mail server."""

    sent: list[tuple[str, str, str]] = field(default_factory=list)

    async def __call__(self, address: str, subject: str, text: str) -> bool:
        self.sent.append((address, subject, text))
        return True


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def mails() -> Mails:
    return Mails()


@pytest.fixture
def settings() -> Settings:
    return Settings(
        base_url=ADDRESS,
        secret_keys=("a secret of the tests, long enough",),
        smtp_url="smtp://127.0.0.1:1",
        mail_from="kept@example.com",
        administrators="Ada and Grace of IT",
    )


@pytest.fixture
def app(
    settings: Settings,
    sessions: async_sessionmaker[AsyncSession],
    keys: DirectoryKeyStore,
    clock: Clock,
    mails: Mails,
) -> Litestar:
    return fresh_app(settings, sessions=sessions, keys=keys, clock=clock, send_mail=mails)


@pytest.fixture
async def visit(app: Litestar) -> AsyncIterator[Callable[[], httpx.AsyncClient]]:
    """Makes browsers; each keeps its own cookies."""
    opened: list[httpx.AsyncClient] = []

    def make() -> httpx.AsyncClient:
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ADDRESS)
        opened.append(client)
        return client

    yield make
    for client in opened:
        await client.aclose()
    await app.state.ballot_box.stop()


@pytest.fixture
def stranger(visit: Callable[[], httpx.AsyncClient]) -> httpx.AsyncClient:
    """A browser in which nobody is signed in."""
    return visit()


@pytest.fixture
async def cast(sessions: async_sessionmaker[AsyncSession]) -> Cast:
    async with sessions.begin() as session:
        return await make_cast(session)


@pytest.fixture
def signed_in(
    visit: Callable[[], httpx.AsyncClient],
    sessions: async_sessionmaker[AsyncSession],
    app: Litestar,
    clock: Clock,
) -> SignedIn:
    """Makes a browser in which this person is signed in."""

    async def make(person: Person) -> httpx.AsyncClient:
        async with sessions.begin() as session:
            link = await make_sign_in_link(session, person.id, by=None, now=clock())
            token = await sign_in(session, link, now=clock())
        client = visit()
        client.cookies.set(app.state.cookies.session, token)
        return client

    return make


@pytest.fixture
async def wave(
    sessions: async_sessionmaker[AsyncSession], keys: DirectoryKeyStore, cast: Cast, clock: Clock
) -> Wave:
    """An open wave in which everybody is asked."""
    return await open_a_wave(sessions, keys, cast, now=clock())


async def open_a_wave(
    sessions: async_sessionmaker[AsyncSession], keys: DirectoryKeyStore, cast: Cast, *, now: datetime
) -> Wave:
    async with sessions.begin() as session:
        programme = Programme(
            organisation_id=cast.organisation.id,
            name="Team pulse",
            audience=[],
            pulse=PulseKind.DEFAULT,
            interval=Interval.WEEKS,
            every=4,
            start_on=date(2026, 3, 3),
            weekday=1,
            local_time=time(10, 0),
            window_hours=72,
            blackouts=[],
            optional_dimensions=[],
            struck_items=[],
            own_items=[],
            created_at=SOME_TIME_AGO,
        )
        session.add(programme)
        await session.flush()
        opened = await open_wave(
            session,
            programme,
            date(2026, 3, 3),
            await cast.directory(session),
            loop={},
            now=now,
        )
        assert opened is not None
        await open_box(session, keys, opened.wave.id)
        return opened.wave


@pytest.fixture
def link_of(
    sessions: async_sessionmaker[AsyncSession], keys: DirectoryKeyStore, wave: Wave
) -> Callable[[Person], Awaitable[str]]:
    """Gives the path of a person's personal link."""

    async def make(person: Person) -> str:
        async with sessions.begin() as session:
            return f"/answer/{await answer_token(session, keys, await place_of(session, wave, person))}"

    return make


async def place_of(session: AsyncSession, wave: Wave, person: Person) -> UUID:
    found = await session.scalar(
        select(Place.id).where(Place.wave_id == wave.id, Place.person_id == person.id)
    )
    assert found is not None
    return found


def form_token(page: httpx.Response) -> str:
    found = re.search(r'name="form_token" value="([0-9a-f]+)"', page.text)
    assert found is not None, page.text
    return found[1]


async def submit(
    client: httpx.AsyncClient, page: str, action: str, fields: dict[str, str] | None = None
) -> httpx.Response:
    """Open a page and send a form of it, as a browser does."""
    shown = await client.get(page)
    return await client.post(action, data={"form_token": form_token(shown), **(fields or {})})
