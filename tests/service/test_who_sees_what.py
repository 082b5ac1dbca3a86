"""Every route of the application, walked by everybody, against the table of docs/who-sees-what.md.

A route that is not in the table fails the walk, so nothing new is reachable by accident.
"""

from uuid import uuid4

import httpx
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from integrations.keystores import DirectoryKeyStore
from surveys.retrospectives.actions import start_retrospective
from surveys.retrospectives.models import Retrospective
from surveys.retrospectives.rules import Plan
from surveys.waves.models import Wave
from tests.cast import Cast, make_person
from tests.service.conftest import Clock, SignedIn, form_token

EVERYBODY = frozenset({"stranger", "member", "leader", "leader above", "outsider", "HR", "viewer"})
SIGNED_IN = EVERYBODY - {"stranger"}
OF_PAYMENTS = frozenset({"member", "leader", "HR", "viewer"})  # a leader above reads roll-ups only
HR = frozenset({"HR"})
LEADER = frozenset({"leader"})
TEAM = frozenset({"member", "leader"})  # a retrospective is for those who sit in it

READ = {
    "/": SIGNED_IN,
    "/answer": EVERYBODY,  # a personal link decides, whoever is signed in
    "/answer/thanks": EVERYBODY,
    "/answer/undone": EVERYBODY,
    "/answer/words": EVERYBODY,
    "/answer/words/gone": EVERYBODY,
    "/answer/words/sent": EVERYBODY,
    "/answer/{token:str}": EVERYBODY,
    "/coverage": HR,
    "/groups": SIGNED_IN,  # each their own, HR all: tests/service/test_groups.py
    "/health": EVERYBODY,
    "/how-private": EVERYBODY,
    "/how-private/for-me": SIGNED_IN,
    "/loop-health": HR,
    "/loop-health/table.csv": HR,
    "/loop-health/teams": frozenset(),  # only under a works agreement, see test_loop_health.py
    "/milestones": HR,
    "/organisation": HR,
    "/mailbox": EVERYBODY,  # the secret in the link decides, and only a script passes it on
    "/mailbox/to/{organisation_id:uuid}": EVERYBODY,
    "/mailboxes": frozenset({"leader", "leader above", "HR"}),
    "/mailboxes/{mailbox_id:uuid}": frozenset(),  # see tests/service/test_mailbox.py
    "/preview-disclosure": HR,
    "/programmes": HR,
    "/programmes/new": HR,
    "/programmes/{programme_id:uuid}": HR,
    "/ready": EVERYBODY,
    "/retros/{retro_id:uuid}": TEAM,
    "/retros/{retro_id:uuid}/issues/{promise_id:uuid}": frozenset(),  # test_retro_issues.py
    "/retros/{retro_id:uuid}/live": TEAM,
    "/retros/{retro_id:uuid}/post": TEAM,  # who led through it: tests/service/test_retro_records.py
    "/retros/{retro_id:uuid}/summary.csv": TEAM,
    "/retros/{retro_id:uuid}/summary.md": TEAM,
    "/retros/{retro_id:uuid}/summary.pdf": TEAM,
    "/sign-in": EVERYBODY,
    "/sign-in/{token:str}": EVERYBODY,
    "/teams/{team_id:uuid}": OF_PAYMENTS,
    "/teams/{team_id:uuid}/receipts/{wave_id:uuid}": OF_PAYMENTS,
    "/teams/{team_id:uuid}/receipts/{wave_id:uuid}/mine": OF_PAYMENTS,
    "/teams/{team_id:uuid}/receipts/{wave_id:uuid}/shown.txt": frozenset(),  # see test_receipts.py
    "/teams/{team_id:uuid}/receipts/{wave_id:uuid}/units.txt": frozenset(),
    "/teams/{team_id:uuid}/record": OF_PAYMENTS,
    "/teams/{team_id:uuid}/milestones": LEADER,
    "/teams/{team_id:uuid}/agenda/{rhythm:str}": OF_PAYMENTS,
    "/teams/{team_id:uuid}/repair": TEAM,
    "/teams/{team_id:uuid}/retros": TEAM,
    "/units": SIGNED_IN,  # each what they may read
}
ENDLESS = frozenset({"/retros/{retro_id:uuid}/live"})  # tried with a browser for those it is for
AFTERWARDS = frozenset({  # of a board that is closed; this one is open
    "/retros/{retro_id:uuid}/post",
    "/retros/{retro_id:uuid}/summary.csv",
    "/retros/{retro_id:uuid}/summary.md",
    "/retros/{retro_id:uuid}/summary.pdf",
})  # fmt: skip
CHANGE = {
    "/answer": EVERYBODY,
    "/answer/take-back": EVERYBODY,
    "/answer/words": EVERYBODY,
    "/mailbox/answer": EVERYBODY,
    "/mailbox/open": EVERYBODY,
    "/mailbox/send": EVERYBODY,
    "/mailboxes/{mailbox_id:uuid}/close": frozenset(),
    "/mailboxes/{mailbox_id:uuid}/reply": frozenset(),
    "/groups": frozenset({"leader", "leader above", "HR"}),
    "/groups/{team_id:uuid}/end": frozenset(),  # no unit is a group: see test_groups.py
    "/groups/{team_id:uuid}/members": frozenset(),
    "/groups/{team_id:uuid}/members/{person_id:uuid}/lead": frozenset(),
    "/groups/{team_id:uuid}/members/{person_id:uuid}/remove": frozenset(),
    "/groups/{team_id:uuid}/name": frozenset(),
    "/loop-health/agreement": HR,
    "/loop-health/agreement/end": HR,
    "/milestones": HR,
    "/milestones/boards/{retro_id:uuid}": HR,
    "/milestones/{project_id:uuid}/remove": HR,
    "/preview-disclosure": HR,
    "/programmes/dates": HR,
    "/programmes/minimum-group": HR,
    "/programmes/new": HR,
    "/programmes/waves/{wave_id:uuid}/end": HR,
    "/programmes/{programme_id:uuid}": HR,
    "/programmes/{programme_id:uuid}/ask-again": HR,
    "/programmes/{programme_id:uuid}/pause": HR,
    "/programmes/{programme_id:uuid}/resume": HR,
    "/retros/{retro_id:uuid}/cards": TEAM,
    "/retros/{retro_id:uuid}/cards/change": TEAM,
    "/retros/{retro_id:uuid}/clock": TEAM,
    "/retros/{retro_id:uuid}/close": TEAM,
    "/retros/{retro_id:uuid}/earlier/{promise_id:uuid}": TEAM,
    "/retros/{retro_id:uuid}/earlier/{promise_id:uuid}/aloud": TEAM,
    "/retros/{retro_id:uuid}/facilitator": TEAM,
    "/retros/{retro_id:uuid}/groups/{group_id:uuid}": TEAM,
    "/retros/{retro_id:uuid}/issues/{promise_id:uuid}": TEAM,
    "/retros/{retro_id:uuid}/join": TEAM,
    "/retros/{retro_id:uuid}/moves": TEAM,
    "/retros/{retro_id:uuid}/next": TEAM,
    "/retros/{retro_id:uuid}/post": TEAM,
    "/retros/{retro_id:uuid}/steps": TEAM,
    "/retros/{retro_id:uuid}/steps/{step_id:uuid}": TEAM,
    "/retros/{retro_id:uuid}/topic": TEAM,
    "/retros/{retro_id:uuid}/votes": TEAM,
    "/retros/{retro_id:uuid}/without-names": TEAM,
    "/retros/{retro_id:uuid}/wording": TEAM,
    "/sign-in": EVERYBODY,
    "/sign-in/{token:str}": EVERYBODY,
    "/sign-out": EVERYBODY,
    "/teams/{team_id:uuid}/acknowledge": LEADER,
    "/teams/{team_id:uuid}/milestones": LEADER,
    "/teams/{team_id:uuid}/milestones/rhythm": LEADER,
    "/teams/{team_id:uuid}/milestones/{project_id:uuid}/remove": LEADER,
    "/teams/{team_id:uuid}/away": LEADER,
    "/teams/{team_id:uuid}/back": LEADER,
    "/teams/{team_id:uuid}/mistakes": LEADER,
    "/teams/{team_id:uuid}/mistakes/{note_id:uuid}/delete": LEADER,
    "/teams/{team_id:uuid}/pledge": LEADER,
    "/teams/{team_id:uuid}/promises": LEADER,
    "/teams/{team_id:uuid}/promises/{promise_id:uuid}/close": LEADER,
    "/teams/{team_id:uuid}/promises/{promise_id:uuid}/take-over": LEADER,
    "/teams/{team_id:uuid}/promises/{promise_id:uuid}/done": LEADER,
    "/teams/{team_id:uuid}/promises/{promise_id:uuid}/move": LEADER,
    "/teams/{team_id:uuid}/promises/{promise_id:uuid}/withdraw": LEADER,
    "/teams/{team_id:uuid}/promises/{promise_id:uuid}/update": LEADER,
    "/teams/{team_id:uuid}/promises/{promise_id:uuid}/side": TEAM,
    "/teams/{team_id:uuid}/retros": TEAM,
    "/teams/{team_id:uuid}/repair": TEAM,
    "/teams/{team_id:uuid}/repair/{plan_id:uuid}/agree": TEAM,
    "/teams/{team_id:uuid}/repair/{plan_id:uuid}/end": TEAM,
    "/teams/{team_id:uuid}/repair/{plan_id:uuid}/look": TEAM,
    "/teams/{team_id:uuid}/repair/{plan_id:uuid}/promises": TEAM,
    "/teams/{team_id:uuid}/share": LEADER,
    "/teams/{team_id:uuid}/topics": LEADER,
    "/teams/{team_id:uuid}/topics/read": LEADER,
    "/teams/{team_id:uuid}/topics/{topic_id:uuid}/answer": LEADER,
    "/teams/{team_id:uuid}/topics/{topic_id:uuid}/leave-out": LEADER,
}
ELSEWHERE = ("/static", "/slack/events", "/hooks")  # the same for all; signed by its sender


@pytest.fixture
async def readers(
    cast: Cast,
    stranger: httpx.AsyncClient,
    signed_in: SignedIn,
    sessions: async_sessionmaker[AsyncSession],
) -> dict[str, httpx.AsyncClient]:
    async with sessions.begin() as session:
        vera = await make_person(
            session, cast.organisation, "Vera", team=cast.warehouse, views=[cast.product]
        )
    people = {
        "member": cast.alice,
        "leader": cast.lena,
        "leader above": cast.petra,
        "outsider": cast.oscar,
        "HR": cast.helen,
        "viewer": vera,
    }
    return {"stranger": stranger} | {role: await signed_in(person) for role, person in people.items()}


@pytest.fixture
async def board(
    cast: Cast, sessions: async_sessionmaker[AsyncSession], keys: DirectoryKeyStore, clock: Clock
) -> Retrospective:
    async with sessions.begin() as session:
        return await start_retrospective(
            session,
            keys,
            team_id=cast.payments.id,
            started_by=cast.alice.id,
            plan=Plan("Release 4"),
            now=clock(),
        )


def address(path: str, cast: Cast, wave: Wave, board: Retrospective) -> str:
    values = {
        "{team_id:uuid}": cast.payments.id,
        "{programme_id:uuid}": wave.programme_id,
        "{wave_id:uuid}": wave.id,
        "{promise_id:uuid}": uuid4(),
        "{group_id:uuid}": uuid4(),
        "{step_id:uuid}": uuid4(),
        "{person_id:uuid}": cast.bob.id,
        "{topic_id:uuid}": uuid4(),
        "{note_id:uuid}": uuid4(),
        "{plan_id:uuid}": uuid4(),
        "{rhythm:str}": "weekly",
        "{retro_id:uuid}": board.id,
        "{mailbox_id:uuid}": uuid4(),
        "{project_id:uuid}": uuid4(),
        "{organisation_id:uuid}": cast.organisation.id,
        "{token:str}": "x" * 43,
    }
    for name, value in values.items():
        path = path.replace(name, str(value))
    return path


def turned_away(reply: httpx.Response) -> bool:
    """Refused, or sent to the sign-in page."""
    return reply.status_code in {401, 403, 404} or "/sign-in" in reply.headers.get("location", "")


def test_every_route_is_in_the_table(app: Litestar) -> None:
    routes = [route for route in app.routes if isinstance(route, HTTPRoute)]
    for method, table in (("GET", READ), ("POST", CHANGE)):
        known = {
            route.path
            for route in routes
            if method in route.methods and not route.path.startswith(ELSEWHERE)
        }
        assert known == set(table)


async def test_each_page_opens_for_those_it_is_for_and_for_nobody_else(
    readers: dict[str, httpx.AsyncClient], cast: Cast, wave: Wave, board: Retrospective
) -> None:
    for path, allowed in READ.items():
        for role, browser in readers.items():
            if path in ENDLESS and role in allowed:
                continue
            reply = await browser.get(address(path, cast, wave, board))
            if role in allowed and path.startswith("/answer"):
                assert reply.status_code in {200, 303, 404}, (path, role)
            elif role in allowed:
                assert reply.status_code == (409 if path in AFTERWARDS else 200), (path, role)
            else:
                assert turned_away(reply), (path, role, reply.status_code)


async def test_each_form_is_refused_to_those_it_is_not_for(
    readers: dict[str, httpx.AsyncClient], cast: Cast, wave: Wave, board: Retrospective
) -> None:
    tokens = {
        role: form_token(await browser.get("/sign-in" if role == "stranger" else "/"))
        for role, browser in readers.items()
    }
    for path, allowed in CHANGE.items():
        for role, browser in readers.items():
            if role in allowed:
                continue
            # A move says which card before its board is looked at.
            fields = {"form_token": tokens[role], "card": str(uuid4()), "onto": "alone"}
            reply = await browser.post(address(path, cast, wave, board), data=fields)
            assert turned_away(reply), (path, role, reply.status_code)


async def test_a_form_without_its_token_changes_nothing_for_anybody(
    readers: dict[str, httpx.AsyncClient], cast: Cast, wave: Wave, board: Retrospective
) -> None:
    for path in CHANGE:
        if path.startswith("/mailbox/"):
            continue  # the body carries its own proof, the secret of a mailbox: see test_mailbox.py
        for role, browser in readers.items():
            reply = await browser.post(address(path, cast, wave, board), data={})
            assert turned_away(reply), (path, role, reply.status_code)
