"""The main job as it happens at a real place, with Slack's double in a network of its own.

Run by test_whole_job: `python -m tests.end_to_end.whole_job FOLDER DATABASE_URL`. It ends with status 0
when every step went as it must.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from playwright.async_api import async_playwright
from sqlalchemy import func, select

from integrations.environment import Settings
from integrations.keystores import DirectoryKeyStore
from integrations.slack.outgoing.client import SlackClient
from service.app import create_app
from service.demo.server import serving
from service.logs import configure_logs
from surveys.ballots.models import OpenBallot
from surveys.database import build_engine, build_sessions
from surveys.deliveries.models import Delivery
from surveys.deliveries.rules import ASKING
from surveys.people.actions import make_sign_in_link
from surveys.people.models import Person, Team
from surveys.waves.models import Place, Wave
from tests.doubles.fault_proxy import Fault, FaultProxy, everything_twice
from tests.doubles.local_slack import SECRET, TOKEN, LocalSlack
from tests.doubles.namespace import raise_loopback
from tests.forked import FORKS, READ, start_kept

FORKS.set_forkserver_preload([*READ, __spec__.name])  # a process that is forked reads the main module again
PORT = 8300
ADDRESS = f"http://127.0.0.1:{PORT}"
BERLIN = ZoneInfo("Europe/Berlin")
BUTTON = "sheet.open.v1"
MEMBERS = ("Alice", "Bob", "Chen", "Dana", "Emil", "Fay", "Gus")
COMPANY = ("Helen", "Hugo", "Heidi", "Ida", "Jan")
PEOPLE = """\
email,name,team,parent_team,leads,zone,country,locale,slack_id,role,active
carla@example.com,Carla,Company,,yes,Europe/Berlin,DE,en,UCARLA,,yes
lena@example.com,Lena,Harbour,Company,yes,Europe/Berlin,DE,en,ULENA,,yes
"""


@dataclass
class Clock:
    """The time of the web process, moved by hand."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Installation:
    """One installation of Kept and what a person at its shell does."""

    folder: Path
    environment: Mapping[str, str]
    said: list[str]

    async def kept(self, *arguments: str) -> str:
        """Run a command of Kept's in a process of its own; it must succeed."""
        out, err = self.folder / "kept.out", self.folder / "kept.err"
        process = start_kept(arguments, {**os.environ, **self.environment}, output=out, errors=err)
        await asyncio.to_thread(process.join)
        said = [out.read_text(), err.read_text()]
        self.said += said
        assert process.exitcode == 0, (arguments, *said)
        return said[0]

    async def work(self, now: datetime) -> None:
        """Let the clock do everything that is due at an instant."""
        await self.kept("work", "--once", "--now", now.isoformat())


def next_tuesday() -> date:
    today = datetime.now(BERLIN).date()
    return today + timedelta(days=(1 - today.weekday()) % 7 or 7)


def questions(form: Mapping[str, Any]) -> list[str]:
    return [block["block_id"] for block in form["blocks"] if block["type"] == "input"]


@dataclass
class Surroundings:
    """Everything around the people: an installation, their Slack, the faults in between, and the time."""

    place: Installation
    slack: LocalSlack
    proxy: FaultProxy
    clock: Clock
    sessions: Any  # a session factory
    opening: datetime


@asynccontextmanager
async def at_work(folder: Path, database_url: str, **more: Any) -> AsyncIterator[Surroundings]:  # noqa: ANN401 -- settings
    """Run Kept beside Slack's double until the end of the block; `more` are further settings."""
    raise_loopback()
    configure_logs()
    opening = datetime.combine(next_tuesday(), time(10), BERLIN).astimezone(UTC)
    clock = Clock(opening - timedelta(hours=1))
    async with FaultProxy("http://127.0.0.1:3999/api/").running() as proxy:
        settings = Settings(
            database_url=database_url,
            keys_dir=folder / "keys",
            base_url=ADDRESS,
            secret_keys=("the secret of the end-to-end test and of nothing else",),
            administrators="Ada of IT",
            slack_api_url=proxy.base_url,
            slack_bot_token=TOKEN,
            slack_signing_secret=SECRET,
            **more,
        )
        place = Installation(folder, environment_of(settings), [])
        await set_up(place, opening.date())
        users = {f"U{name.upper()}": name for name in ("Carla", "Lena", *MEMBERS, *COMPANY)}
        engine = build_engine(database_url)
        sessions = build_sessions(engine)
        async with SlackClient(TOKEN, proxy.base_url) as client:
            app = create_app(
                settings,
                sessions=sessions,
                keys=DirectoryKeyStore(settings.keys_dir),
                clock=clock,
                slack=client,
            )
            async with (
                serving(app, PORT),
                everything_twice(f"{ADDRESS}/slack/events", PORT + 1) as request_url,
                LocalSlack.running(users, request_url=request_url, folder=folder) as slack,
            ):
                yield Surroundings(place, slack, proxy, clock, sessions, opening)
        await engine.dispose()
    nothing_is_told(place.said)


async def main(folder: Path, database_url: str) -> None:
    async with at_work(folder, database_url) as around:
        wave = await the_wave(
            around.place, around.slack, around.proxy, around.clock, around.sessions, around.opening
        )
        await the_results(around.place, around.slack, around.clock, around.sessions, wave)
    structlog.get_logger("kept.tests").info("the whole job is done")


def environment_of(settings: Settings) -> dict[str, str]:
    return {
        "KEPT_DATABASE_URL": settings.database_url,
        "KEPT_KEYS_DIR": str(settings.keys_dir),
        "KEPT_BASE_URL": settings.base_url,
        "KEPT_SECRET_KEYS": settings.secret_keys[0],
        "KEPT_ADMINISTRATORS": settings.administrators or "",
        "KEPT_SLACK_API_URL": settings.slack_api_url,
        "KEPT_SLACK_BOT_TOKEN": TOKEN,
        "KEPT_SLACK_SIGNING_SECRET": SECRET,
        "KEPT_SLACK_MESSAGES_PER_MINUTE": "300",
        "KEPT_SLACK_UNKNOWN_RETRY_SECONDS": "1",
        "KEPT_TIME_TRAVEL": "1",
    }


async def set_up(place: Installation, first: date) -> None:
    """From nothing to a programme: migrate, import people, add what is asked how often."""
    await place.kept("migrate")
    rows = [PEOPLE]
    for team, parent, names in (("Harbour", "Company", MEMBERS), ("Company", "", COMPANY)):
        for name in names:
            role = "hr" if name == "Helen" else ""
            rows.append(
                f"{name.lower()}@example.com,{name},{team},{parent},,Europe/Berlin,DE,en,"
                f"U{name.upper()},{role},yes\n"
            )
    file = place.folder / "people.csv"
    file.write_text("".join(rows))
    await place.kept("import-people", str(file), "--organisation", "Thornbury", "--zone", "Europe/Berlin")
    await place.kept(
        "programme", "add", "--every", "2 weeks", "--weekday", "tuesday", "--at", "10:00",
        "--window", "72h",
        "--reminders", "1", "--no-holidays", "--head-start", "1", "--start", first.isoformat(),
    )  # fmt: skip


async def the_wave(
    place: Installation,
    slack: LocalSlack,
    proxy: FaultProxy,
    clock: Clock,
    sessions: Any,  # noqa: ANN401 -- a session factory
    opening: datetime,
) -> Wave:
    """From the opening to the close, as the people of the team see it."""
    await place.work(clock.now)
    assert await slack.direct_messages("UALICE") == []

    proxy.next(
        "chat.postMessage", Fault.too_many(1), Fault(drop=True), Fault.broken(500), Fault.broken(503)
    )
    clock.now = opening
    await place.work(opening)
    await asyncio.sleep(1.2)  # the messages in doubt wait a second of the real clock
    await place.work(opening)
    for user in ("ULENA", *(f"U{name.upper()}" for name in (*MEMBERS, *COMPANY))):
        assert len(await slack.direct_messages(user)) == 1, user
    assert await slack.direct_messages("UCARLA") == []  # leads the root and is asked nothing

    clock.now = opening + timedelta(hours=1)
    for number, name in enumerate(MEMBERS):
        await answer(slack, f"U{name.upper()}", "4" if number % 2 else "5")
    await answer(slack, "UALICE", "3")  # again: the sheet is blank and replaces what was sent
    async with sessions() as session:
        wave = (await session.scalars(select(Wave))).one()
        assert await session.scalar(select(func.count()).select_from(OpenBallot)) == 3 * len(MEMBERS)

    shown = json.dumps(await slack.home("UALICE"))
    assert "Yours is in" in shown
    await place.work(opening + timedelta(hours=48))
    assert len(await slack.direct_messages("UALICE")) == 2  # reminded like everyone
    assert len(await slack.direct_messages("UHUGO")) == 2
    return wave


async def answer(slack: LocalSlack, user: str, value: str) -> None:
    """From the message to "Thank you" in at most ten presses: the button, each question, Send."""
    message = (await slack.direct_messages(user))[0]
    form = await slack.press(user, message, BUTTON)
    assert form is not None
    asked = questions(form)
    assert 1 + len(asked) + 1 <= 10
    thanks = await slack.send(user, form, dict.fromkeys(asked, value))
    assert thanks is not None
    assert thanks["title"]["text"] == "Thank you", thanks
    await slack.close_form(user)
    assert (await slack.direct_messages(user))[0] == message  # nothing in it tells of the answer


async def the_results(
    place: Installation,
    slack: LocalSlack,
    clock: Clock,
    sessions: Any,  # noqa: ANN401 -- a session factory
    wave: Wave,
) -> None:
    """Close, publish, read."""
    clock.now = wave.closes_at + timedelta(seconds=1)
    late = await slack.press("UALICE", (await slack.direct_messages("UALICE"))[0], BUTTON)
    assert late is not None
    assert "closed" in json.dumps(late)
    await slack.close_form("UALICE")
    await place.work(clock.now)
    async with sessions() as session:
        published = (await session.scalars(select(Wave).where(Wave.id == wave.id))).one()
        assert published.state == "published"
        assert await session.scalar(select(func.count()).select_from(OpenBallot)) == 0
        assert await session.scalar(select(func.count()).select_from(Place)) == 0
        asking = select(func.count()).select_from(Delivery).where(Delivery.kind.in_(ASKING))
        assert await session.scalar(asking) == 0
        team = (await session.scalars(select(Team).where(Team.name == "Harbour"))).one()
        alice = (await session.scalars(select(Person).where(Person.name == "Alice"))).one()
    assert published.team_sees_at is not None
    clock.now = published.team_sees_at + timedelta(minutes=5)
    await place.work(clock.now)
    assert '"leak"' not in await place.kept("attack", "--json")
    listed = await place.kept("results", "--list", "--json")
    assert str(wave.id) in listed

    async with sessions.begin() as session:
        token = await make_sign_in_link(session, alice.id, by=None, now=clock.now)
    text = await read_in_chromium(f"{ADDRESS}/sign-in/{token}", f"{ADDRESS}/teams/{team.id}")
    (place.folder / "team-page.txt").write_text(text)
    assert "Harbour" in text
    assert "About" in text
    home = json.dumps(await slack.home("UALICE"))
    assert "Pulse of" in home


async def read_in_chromium(sign_in: str, page_address: str) -> str:
    """Sign in by a one-time link, open a page, and return what it says."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=os.environ.get("KEPT_TEST_CHROMIUM") or None, args=["--no-sandbox"]
        )
        page = await browser.new_page()
        await page.goto(sign_in)
        await page.get_by_role("button").first.click()
        await page.goto(page_address)
        text = await page.inner_text("body")
        await browser.close()
    return text


def nothing_is_told(said: list[str]) -> None:
    """No log of any command holds a token, a place's link, or an address of a person."""
    everything = "\n".join(said)
    for secret in (TOKEN, SECRET, "/answer/", "selected_option"):
        assert secret not in everything, secret


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
