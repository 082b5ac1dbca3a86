"""Every route of the application, walked by every kind of reader, against who may see what.

The application is the real one, in this process and on the copy. It has no key store, no mail and no
Slack, so nothing it does reaches anybody. What a reader may read is decided by `may_read`, and here it is
held against what comes back: who is refused, and whose units a page names.
"""

import logging
import re
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from typing import Never
from uuid import UUID, uuid4

import structlog
from litestar import Litestar
from litestar.routes import HTTPRoute
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from integrations.environment import Settings
from service.app import create_app
from service.attacks.attempts import Attempt, judged, not_tried
from service.attacks.browser import Browser, Reply
from service.attacks.readers import Reader, choose_readers
from surveys.comments.models import Remark
from surveys.errors import KeyLost, Missing
from surveys.people.models import Organisation
from surveys.people.rules import Directory
from surveys.waves.models import Wave

NAME = "routes"
HR_PAGES = ("/programmes", "/coverage", "/loop-health", "/preview-disclosure", "/milestones")
LEFT_OUT = ("/static", "/slack/", "/sign-out")  # the same for all; signed by its sender; ends the walk
PARAMETER = re.compile(r"\{(\w+):(\w+)\}")
TEAM, BOARD, MAILBOX = "team_id", "retro_id", "mailbox_id"
OF_OTHERS = ("/retros/", "/mailboxes/")  # only boards and mailboxes of others are tried
WRITERS = "/mailbox"  # where somebody writes without a name: the same page whoever is signed in
FORM_TOKEN = re.compile(r'name="form_token" value="[0-9a-f]*"')
SOME_WORDS = 200  # remarks that are looked for on every page
A_PAGE_OF_A_UNIT = re.compile(r"/teams/([0-9a-f-]{36})")
OWN_OF_A_LEADER = ("/acknowledge", "/promises", "/share")


class NoKeys:
    """A key store that holds nothing, so that walking can never open an answer."""

    async def create(self, wave_id: UUID) -> None:
        """Keep nothing."""

    async def load(self, wave_id: UUID) -> Never:  # noqa: ARG002 -- the protocol's signature
        """Refuse: there is no key here."""
        raise KeyLost("There is no key here.")

    async def exists(self, wave_id: UUID) -> bool:  # noqa: ARG002 -- the protocol's signature
        """Return that there is none."""
        return False

    async def destroy(self, wave_id: UUID) -> None:
        """Destroy nothing."""

    async def known(self) -> set[UUID]:
        """Return that no wave has a key here."""
        return set()

    async def confirm(self, wave_id: UUID) -> None:
        """Confirm nothing."""

    async def unconfirmed(self) -> set[UUID]:
        """Return that no key waits to be confirmed."""
        return set()


@dataclass(slots=True)
class Walk:
    """What came of walking: doors that opened to the wrong reader, and calls that broke."""

    calls: int = 0
    opened: int = 0
    broken: int = 0
    words: Mapping[str, set[UUID]] = field(default_factory=dict)  # with the units in which they were said
    _unsigned: dict[str, str] = field(default_factory=dict)  # writers' pages as who is signed out gets them

    def judge(self, reader: Reader, path: str, team: UUID | None, method: str, reply: Reply) -> None:
        """Hold one reply against what this reader may see."""
        self.calls += 1
        self.broken += reply.failed
        # A form that is refused before anything is looked up shows nothing.
        unread = path.startswith(OF_OTHERS) and not reply.worked and not reply.location
        if reply.failed or reply.turned_away or unread:
            return
        named = {UUID(found) for found in A_PAGE_OF_A_UNIT.findall(reply.text)}
        text = unescape(reply.text)
        said = [units for words, units in self.words.items() if words in text]
        self.opened += (
            self._not_for(reader, path, team, method)
            or self._knows_its_writer(path, reply)
            or not named <= reader.readable
            or any(not any(map(reader.belongs_to, units)) for units in said)
        )

    def _knows_its_writer(self, path: str, reply: Reply) -> bool:
        """Whether a page for writing without a name differs by who is signed in."""
        if path.rstrip("/") != WRITERS or not reply.worked:
            return False
        plain = FORM_TOKEN.sub("", reply.text)
        return self._unsigned.setdefault(path, plain) != plain

    @staticmethod
    def _not_for(reader: Reader, path: str, team: UUID | None, method: str) -> bool:
        """Whether this reader should have been turned away."""
        if any(path.startswith(start) and path != start for start in OF_OTHERS):
            return True
        if path.startswith(HR_PAGES) and not reader.is_hr:
            return True
        controls = method == "POST" and any(part in path for part in OWN_OF_A_LEADER)
        return team is not None and (team not in reader.readable or (controls and not reader.leads(team)))


async def attacks(sessions: async_sessionmaker[AsyncSession]) -> list[Attempt]:
    """Return whether any route shows somebody what is not for them."""
    now, below = await _when(sessions)
    try:
        readers, directory = await choose_readers(sessions, leaders_read_below=below, now=now)
    except Missing:
        readers, directory = [Reader(None, None)], None
    walk = Walk(words=await _words(sessions))
    async with _application(sessions, now) as app:
        cookie = app.state.cookies.session
        for reader in readers:
            browser = Browser(app, {cookie: reader.cookie} if reader.cookie else {})
            await browser.open("/sign-in" if reader.viewer is None else "/")
            for method, path, team in _doors(app, reader, directory):
                reply = await (browser.open(path) if method == "GET" else browser.send(path))
                walk.judge(reader, path, team, method, reply)
    if walk.broken and not walk.opened:
        return [not_tried(NAME, "Some pages failed on the copy, so what they show could not be seen.")]
    return [
        judged(
            NAME,
            walk.opened,
            clean="Every route refused whom it is not for; no page named a unit its reader may not read. "
            f"Walked: {walk.calls} calls by {len(readers)} readers of as many kinds; what is about a unit, "
            "in one they lead, one they only read and one that is closed to them.",
            leak="Routes opened to readers they are not for, or pages named units these may not read.",
        )
    ]


async def _when(sessions: async_sessionmaker[AsyncSession]) -> tuple[datetime, bool]:
    """Return an instant at which all results are out, and whether leaders may read below theirs."""
    async with sessions() as session:
        newest = await session.scalar(select(func.max(Wave.team_sees_at)))
        told = await session.scalar(select(Organisation.leaders_read_below).limit(1))
        frozen = await session.scalars(select(Wave.rules))
        below = bool(told) or any(rules.get("leaders_read_below") for rules in frozen)
    present = datetime.now(UTC)
    return (max(present, newest) if newest is not None else present), below


async def _words(sessions: async_sessionmaker[AsyncSession]) -> dict[str, set[UUID]]:
    """Return some delivered words and where they were said; they are for who is asked there or leads it."""
    found: dict[str, set[UUID]] = {}
    async with sessions() as session:
        for team_id, words in await session.execute(select(Remark.team_id, Remark.words).limit(SOME_WORDS)):
            found.setdefault(words, set()).add(team_id)
    return found


@asynccontextmanager
async def _application(
    sessions: async_sessionmaker[AsyncSession], now: datetime
) -> AsyncIterator[Litestar]:
    settings = Settings(base_url="http://kept.invalid", secret_keys=(secrets.token_hex(32),))
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    app = create_app(settings, sessions=sessions, keys=NoKeys(), clock=lambda: now)
    try:
        yield app
    finally:
        await app.state.ballot_box.stop()
        structlog.configure(**before)


def _doors(
    app: Litestar, reader: Reader, directory: Directory | None
) -> Iterator[tuple[str, str, UUID | None]]:
    """Yield method, path and unit of every call that this reader tries; pages first, then forms."""
    teams: dict[tuple[bool, bool], UUID] = {}  # one to lead, one to read only, one that is closed
    for known in directory.teams if directory is not None else ():
        teams.setdefault((known in reader.readable, reader.leads(known)), known)
    routes = [
        route
        for route in app.routes
        if isinstance(route, HTTPRoute) and not route.path.startswith(LEFT_OUT)
    ]
    for method in ("GET", "POST"):
        for route in routes:
            # HR reads every unit, so HR's own pages can show HR nothing that is not for them.
            if method not in route.methods or (reader.is_hr and route.path.startswith(HR_PAGES)):
                continue
            for team in teams.values() if TEAM in route.path else [None]:
                yield method, _address(route.path, team, reader), team


def _address(path: str, team: UUID | None, reader: Reader) -> str:
    known = {BOARD: reader.board_of_others, MAILBOX: reader.mailbox_of_others, TEAM: team}

    def value(found: re.Match[str]) -> str:
        place = known.get(found[1])
        if place is not None:
            return str(place)
        return str(uuid4()) if found[2] == "uuid" else secrets.token_urlsafe(32)

    return PARAMETER.sub(value, path)
