"""The street of doors: become somebody in the example, or let its time pass. For the example only."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from litestar import Controller, MediaType, Request, Response, get, post
from litestar.datastructures import Cookie, State
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service.demo import organisation as invented
from service.demo.mailbox import SECRET
from service.demo.mailbox import TEAM as MAILBOX_TEAM
from service.demo.retrospective import TEAM as RETRO_TEAM
from service.demo.retrospective import VISITORS as SITTING
from service.demo.retrospective import open_retrospective
from service.demo.stories import STORIES
from surveys.errors import Missing
from surveys.people.actions import make_sign_in_link, sign_in
from surveys.people.models import Team
from surveys.people.queries import person_by_email
from surveys.waves.models import Wave, WaveState, WaveUnit
from surveys.zones import time_zone

FIRST_STORY = "Workshop"
Asked = Request[Any, Any, State]


@dataclass(frozen=True, slots=True)
class Stage:
    """What the doors lead into.

    Attributes:
        sessions: of the example's database.
        clock: the example's.
        render: template name and values → HTML.
        make_cookie: session token → the cookie that Kept's own sign-in would set.
        let_time_pass: goes on to the next thing that happens.
    """

    sessions: async_sessionmaker[AsyncSession]
    clock: Callable[[], datetime]
    render: Callable[..., str]
    make_cookie: Callable[[str], Cookie]
    let_time_pass: Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Door:
    """Somebody to become, and the page where they begin."""

    name: str
    email: str
    title: str
    to: str
    slack_id: str

    @property
    def id(self) -> str:
        """The id in the simulated Slack."""
        return self.slack_id


@dataclass(frozen=True, slots=True)
class StoryDoors:
    """One team with a story."""

    team: str
    line: str
    asked: int
    leader: Door
    member: Door


class Doors(Controller):
    """The page of doors, and what happens behind each."""

    path = "/demo"

    @get("/")
    async def street(self, state: State) -> Response[str]:
        """Show the doors."""
        stage: Stage = state.stage
        now = stage.clock()
        async with stage.sessions.begin() as session:
            teams = {team.name: str(team.id) for team in await session.scalars(select(Team))}
            latest = await _latest_wave(session)
            asked = await _asked(session, latest)
            board = await open_retrospective(session)
            published = select(func.count()).where(Wave.state == WaveState.PUBLISHED)
            past = (await session.scalars(published)).one()
        stories = [
            StoryDoors(
                story.team,
                story.line,
                asked.get(story.team, 0),
                _leader(story.team, teams[story.team]),
                _member(story.team, teams[story.team]),
            )
            for story in STORIES
            if story.line
        ]
        first = next(story for story in stories if story.team == FIRST_STORY)
        page = stage.render(
            "street.html",
            now=now,
            open=_until(latest) if latest.state is WaveState.OPEN else None,
            past=past,
            member=first.member,
            leader=first.leader,
            hr=_door(invented.worker_called(invented.HR), "/"),
            stories=stories,
            retro=[_door(invented.worker_called(name), f"/retros/{board}") for name in SITTING if board],
            retro_team=RETRO_TEAM,
            mailbox_team=MAILBOX_TEAM,
            mailbox_leader=_leader(MAILBOX_TEAM, teams[MAILBOX_TEAM], to="/mailboxes"),
            mailbox_link=f"/mailbox#{SECRET}",
        )
        return Response(page, media_type=MediaType.HTML)

    @post("/become", status_code=303)
    async def become(self, request: Asked, state: State) -> Redirect:
        """Sign in as somebody of the example, by a real one-time link, and go to a page."""
        form = await request.form()
        return await _sign_in(state, str(form.get("email", "")), str(form.get("to", "/")))

    @get("/follow/{member_id:str}")
    async def follow(self, state: State, member_id: FromPath[str], to: FromQuery[str]) -> Redirect:
        """Open a link out of the simulated Slack as the member in whose Slack it stood."""
        emails = {slack_id: email for email, slack_id in invented.slack_ids().items()}
        return await _sign_in(state, emails.get(member_id, ""), to)

    @post("/pass", status_code=303)
    async def let_time_pass(self, state: State) -> Redirect:
        """Let the open pulse close and be read, or the next one open."""
        stage: Stage = state.stage
        await stage.let_time_pass()
        return Redirect("/demo", status_code=303)


def follow_link(base_url: str, member_id: str, url: str) -> str:
    """Return where a link in a member's Slack leads: to Kept's page, signed in as that member."""
    if not url.startswith(f"{base_url}/"):
        return url
    parts = urlsplit(url)
    if parts.path.startswith("/answer"):
        return url  # a personal link to a sheet needs nobody signed in
    to = parts.path + (f"?{parts.query}" if parts.query else "")
    return f"/demo/follow/{member_id}?{urlencode({'to': to})}"


async def _sign_in(state: State, email: str, to: FromQuery[str]) -> Redirect:
    stage: Stage = state.stage
    now = stage.clock()
    async with stage.sessions.begin() as session:
        person = await person_by_email(session, email)
        if person is None:
            raise Missing("There is nobody with this address in the example.")
        link = await make_sign_in_link(session, person.id, by=None, now=now)
        token = await sign_in(session, link, now=now)
    # Only pages of this very server: an address of its own would begin with two slashes or a scheme.
    path = to if to.startswith("/") and not to.startswith(("//", "/\\")) else "/"
    return Redirect(path, status_code=303, cookies=[stage.make_cookie(token)])


async def _latest_wave(session: AsyncSession) -> Wave:
    open_first = case((Wave.state == WaveState.OPEN, 0), else_=1)
    return (await session.scalars(select(Wave).order_by(open_first, Wave.opens_at.desc()).limit(1))).one()


async def _asked(session: AsyncSession, wave: Wave) -> dict[str, int]:
    units = await session.scalars(select(WaveUnit).where(WaveUnit.wave_id == wave.id))
    return {unit.name: unit.asked for unit in units}


def _until(wave: Wave) -> str:
    closes = wave.closes_at.astimezone(time_zone("UTC"))
    return f"most have answered; it closes on {closes:%A} {closes.day} {closes:%B} at {closes:%H:%M} UTC"


def _leader(team: str, team_id: str, to: str = "") -> Door:
    leads = next(each for each in invented.workers() if each.leads == team)
    return _door(leads, to or f"/teams/{team_id}")


def _member(team: str, team_id: str) -> Door:
    reports = [each for each in invented.workers() if each.team == team and each.leads is None]
    return _door(reports[-1], f"/teams/{team_id}")


def _door(worker: invented.Worker, to: str) -> Door:
    return Door(worker.name, worker.email, worker.title, to, invented.slack_ids()[worker.email])
