"""A real Chromium on a real server: the application on loopback, a SQLite file, and the fixed cast.

The server runs in a thread with an event loop of its own, as a process of its own would; the tests
speak to it through the browser only. A fixture of everything that fills the database is `house`.
"""

import asyncio
import queue
import threading
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from integrations.environment import Settings
from integrations.keystores import DirectoryKeyStore
from service.app import create_app
from service.demo.server import free_port, serving
from surveys.ballots.queries import answer_token
from surveys.database import build_engine, build_sessions
from surveys.people.actions import make_sign_in_link, sign_in
from surveys.people.models import Person
from surveys.waves.models import Wave
from tests.accessibility import require_accessible, require_accessible_in_both_schemes
from tests.cast import Cast, make_cast
from tests.conftest import NOON, copied
from tests.service.conftest import Clock, open_a_wave, place_of
from tools.browser import REMEDY, find

Scheme = Literal["light", "dark"]
Result = TypeVar("Result")

TOO_LOW_FOR_A_FINGER = """() => !matchMedia("(pointer: coarse)").matches ? [] :
  [...document.querySelectorAll("button, summary, nav a, label.option, label.choice")]
    .filter((each) => each.checkVisibility() && each.getBoundingClientRect().height < 43.5)
    .map((each) => each.outerHTML)"""

WIDE = {"width": 1200, "height": 860}
PHONE = {"width": 320, "height": 640}


@dataclass
class House:
    """What a browser test may do behind the scenes: fill the database, sign in, make links."""

    address: str
    sessions: async_sessionmaker[AsyncSession]
    keys: DirectoryKeyStore
    clock: Clock
    loop: asyncio.AbstractEventLoop

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run a coroutine in the server's event loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout=60)

    def cast(self) -> Cast:
        async def make() -> Cast:
            async with self.sessions.begin() as session:
                return await make_cast(session)

        return self.run(make())

    def open_a_wave(self, cast: Cast) -> Wave:
        return self.run(open_a_wave(self.sessions, self.keys, cast, now=self.clock()))

    def session_of(self, person: Person) -> str:
        """Return the value of a session cookie."""

        async def make() -> str:
            async with self.sessions.begin() as session:
                link = await make_sign_in_link(session, person.id, by=None, now=self.clock())
                return await sign_in(session, link, now=self.clock())

        return self.run(make())

    def link_of(self, wave: Wave, person: Person) -> str:
        """Return the address of a personal link."""

        async def make() -> str:
            async with self.sessions.begin() as session:
                place_id = await place_of(session, wave, person)
                return await answer_token(session, self.keys, place_id)

        return f"{self.address}/answer/{self.run(make())}"


@pytest.fixture
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """The application, listening on a free port of loopback."""
    url = copied("sqlite", request, tmp_path)
    keys = DirectoryKeyStore.set_up(tmp_path / "keys")
    clock = Clock(NOON)
    started: queue.Queue[tuple[House, asyncio.Event]] = queue.Queue()

    async def take_mail(_address: str, _subject: str, _text: str) -> bool:
        return True

    async def serve() -> None:
        engine = build_engine(url)
        sessions = build_sessions(engine)
        settings = Settings(
            database_url=url,
            secret_keys=("a secret of the tests, long enough",),
            smtp_url="smtp://127.0.0.1:1",
            mail_from="kept@example.com",
        )
        app = create_app(settings, sessions=sessions, keys=keys, clock=clock, send_mail=take_mail)
        enough = asyncio.Event()
        async with serving(app, free_port()) as address:
            started.put((House(address, sessions, keys, clock, asyncio.get_running_loop()), enough))
            await enough.wait()
        await engine.dispose()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    made, enough = started.get(timeout=30)
    yield made
    made.loop.call_soon_threadsafe(enough.set)
    thread.join(timeout=30)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The Chromium that `tools.browser` finds or has installed.

    One a module and not one for all: while Playwright is at work its event loop counts as running in
    this thread, and no asynchronous test of another module could start.
    """
    there = find()
    assert there is not None, REMEDY
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=there, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield browser
        browser.close()


class Visitor:
    """One person at one screen."""

    def __init__(self, house: House, context: BrowserContext) -> None:
        self.house = house
        self.context = context
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda line: self._hear(line.type, line.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)

    def sign_in(self, person: Person) -> "Visitor":
        self.context.add_cookies(
            [{"name": "kept_session", "value": self.house.session_of(person), "url": self.house.address}]
        )
        return self

    def open(self, path: str) -> Page:
        self.page.goto(path if path.startswith("http") else self.house.address + path)
        return self.page

    def require_accessible(self) -> None:
        """Fail unless axe finds nothing, all fits the screen and a finger, and the console is quiet."""
        require_accessible(self.page)
        self._require_tidy()

    def require_accessible_in_both_schemes(self) -> None:
        """The same in light and dark."""
        require_accessible_in_both_schemes(self.page)
        self._require_tidy()

    def _require_tidy(self) -> None:
        assert self.page.evaluate(TOO_LOW_FOR_A_FINGER) == []
        wider = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wider <= 0, f"{wider} px wider than the screen"
        assert self.complaints == []


@pytest.fixture
def visitors(house: House, chromium: Browser) -> Iterator["Visitors"]:
    made = Visitors(house, chromium)
    yield made
    made.close()


class Visitors:
    """Makes visitors: light or dark, wide or on a phone, with scripts or without."""

    def __init__(self, house: House, chromium: Browser) -> None:
        self.house = house
        self._chromium = chromium
        self._contexts: list[BrowserContext] = []

    def __call__(
        self,
        *,
        scheme: Scheme = "light",
        size: dict[str, int] = WIDE,
        scripts: bool = True,
        touch: bool = False,
    ) -> Visitor:
        context = self._chromium.new_context(
            color_scheme=scheme,
            viewport={"width": size["width"], "height": size["height"]},
            java_script_enabled=scripts,
            has_touch=touch,
            reduced_motion="reduce",
        )
        context.set_default_timeout(10_000)
        self._contexts.append(context)
        return Visitor(self.house, context)

    def close(self) -> None:
        for context in self._contexts:
            context.close()
