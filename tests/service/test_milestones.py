"""What starts a retrospective, over HTTP: signed hooks of other tools, and pages that place projects."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from litestar import Litestar
from sqlalchemy import func, select

from integrations.environment import Settings
from integrations.keystores import DirectoryKeyStore
from service.app import create_app
from surveys.milestones.models import Project, TeamRhythm, UnmappedProject
from surveys.milestones.rules import Source
from surveys.retrospectives.models import Milestone, Retrospective
from tests.cast import Cast, make_cast
from tests.conftest import Sessions
from tests.integrations.milestones import payloads
from tests.integrations.milestones.payloads import SECRET, SIGNING, body_of
from tests.service.conftest import ADDRESS, Clock, SignedIn, submit


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(
        settings,
        github_secrets=(SECRET,),
        gitlab_secrets=(SIGNING,),
        jira_secrets=(SECRET,),
        milestone_secrets=(SECRET,),
    )


async def place(
    sessions: Sessions, cast: Cast, name: str = "octo-org/checkout", source: Source = Source.GITHUB
) -> None:
    async with sessions.begin() as session:
        session.add(
            Project(
                organisation_id=cast.organisation.id,
                source=source,
                name=name,
                team_id=cast.payments.id,
                days_a_phase=1,
            )
        )


async def boards(sessions: Sessions) -> list[Retrospective]:
    async with sessions() as session:
        return list(await session.scalars(select(Retrospective)))


async def tell_github(
    browser: httpx.AsyncClient, payload: object = payloads.GITHUB_MILESTONE, **wrong: str
) -> httpx.Response:
    body = body_of(payload)
    return await browser.post(
        "/hooks/github", content=body, headers=payloads.github(body, "milestone", **wrong)
    )


async def test_a_closed_milestone_opens_one_board_however_often_it_is_told(
    stranger: httpx.AsyncClient, cast: Cast, sessions: Sessions
) -> None:
    await place(sessions, cast)

    first = await tell_github(stranger)
    again = await tell_github(stranger, **{"x-github-delivery": "another one"})

    assert (first.status_code, first.text) == (201, "started")
    assert (again.status_code, again.text) == (202, "known already")
    (board,) = await boards(sessions)
    assert (board.team_id, board.title, board.facilitator_id) == (cast.payments.id, "Release 4", None)


async def test_a_milestone_while_a_board_is_open_is_noted_and_starts_nothing(
    stranger: httpx.AsyncClient, cast: Cast, sessions: Sessions
) -> None:
    await place(sessions, cast)
    await tell_github(stranger)
    other = {**payloads.GITHUB_MILESTONE, "milestone": {"number": 8, "title": "Release 5"}}

    reply = await tell_github(stranger, other)

    assert (reply.status_code, reply.text) == (202, "noted, no board")
    assert len(await boards(sessions)) == 1


@pytest.mark.parametrize("signature", ["", "sha256=" + "0" * 64, payloads.hub(b"other bytes")])
async def test_what_github_did_not_sign_is_refused_without_a_reason(
    stranger: httpx.AsyncClient, cast: Cast, sessions: Sessions, signature: str
) -> None:
    await place(sessions, cast)

    reply = await tell_github(stranger, **{"x-hub-signature-256": signature})

    assert (reply.status_code, reply.content) == (401, b"")
    assert await boards(sessions) == []


async def test_every_tool_starts_its_teams_board_once_and_what_it_did_not_sign_starts_none(
    stranger: httpx.AsyncClient, cast: Cast, sessions: Sessions, clock: Clock
) -> None:
    now = int(clock().timestamp())
    gitlab, jira, plain = (
        body_of(each) for each in (payloads.GITLAB_MILESTONE, payloads.JIRA_VERSION, payloads.PLAIN)
    )
    told = [
        (Source.GITLAB, "shop/checkout", gitlab, payloads.gitlab_signed(gitlab, now)),
        (Source.JIRA, "shop.atlassian.net/10002", jira, {"x-hub-signature": payloads.hub(jira)}),
        (Source.PLAIN, "checkout", plain, payloads.plain(plain, now)),
    ]
    for source, name, body, headers in told:
        await place(sessions, cast, name, source)
        forged = body.replace(b"4.0", b"4.1").replace(b"v1.0", b"v1.1").replace(b"Release 4", b"Release 5")
        told_as = [(body, {}), (forged, headers), (body, headers), (body, headers)]
        replies = [
            await stranger.post(f"/hooks/{source}", content=sent, headers=with_these)
            for sent, with_these in told_as
        ]
        assert forged != body
        assert [reply.status_code for reply in replies] == [401, 401, 201, 202], source
        assert len(await boards(sessions)) == 1 + told.index((source, name, body, headers))
        async with sessions.begin() as session:
            for board in await session.scalars(select(Retrospective).filter_by(closed_at=None)):
                board.closed_at = clock()


async def test_a_project_nobody_has_placed_is_shown_to_hr_and_can_be_sent_again(
    stranger: httpx.AsyncClient, signed_in: SignedIn, cast: Cast, sessions: Sessions
) -> None:
    early = await tell_github(stranger)
    await tell_github(stranger)
    helen = await signed_in(cast.helen)

    assert (early.status_code, early.text) == (202, "not mapped yet")
    page = await helen.get("/milestones")
    assert page.text.count("octo-org/checkout <") == 1
    fields = {"source": "github", "name": "Octo-Org/Checkout", "team": str(cast.payments.id), "days": "2"}
    assert (await submit(helen, "/milestones", "/milestones", fields)).status_code == 303

    assert (await tell_github(stranger)).status_code == 201
    async with sessions() as session:
        assert await session.scalar(select(func.count()).select_from(UnmappedProject)) == 0
    (board,) = await boards(sessions)
    assert board.days_a_phase == 2


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe{}"])
async def test_a_signed_body_that_cannot_be_read_changes_nothing(
    stranger: httpx.AsyncClient, cast: Cast, body: bytes
) -> None:
    reply = await stranger.post("/hooks/github", content=body, headers=payloads.github(body, "milestone"))

    assert reply.status_code == 400


async def test_a_ping_is_taken_and_too_much_is_not(stranger: httpx.AsyncClient, cast: Cast) -> None:
    body, large = body_of({"zen": "Keep it logically awesome."}), b"{" + b" " * 600_000 + b"}"

    ping = await stranger.post("/hooks/github", content=body, headers=payloads.github(body, "ping"))
    much = await stranger.post("/hooks/github", content=large, headers=payloads.github(large, "ping"))

    assert (ping.status_code, much.status_code) == (202, 413)


async def test_a_tool_without_a_secret_is_not_there(
    settings: Settings, sessions: Sessions, keys: DirectoryKeyStore, clock: Clock
) -> None:
    app = create_app(replace(settings, github_secrets=()), sessions=sessions, keys=keys, clock=clock)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ADDRESS) as browser:
        unset = await tell_github(browser)
        unknown = await browser.post("/hooks/svn", content=b"{}")
    await app.state.ballot_box.stop()

    assert (unset.status_code, unknown.status_code) == (404, 404)


async def test_the_same_milestone_told_ten_times_at_once_opens_one_board(
    settings: Settings, own_sessions: Sessions, tmp_path: Path, clock: Clock
) -> None:
    async with own_sessions.begin() as session:
        cast = await make_cast(session)
    await place(own_sessions, cast)
    keys = DirectoryKeyStore.set_up(tmp_path / "own keys")
    app: Litestar = create_app(settings, sessions=own_sessions, keys=keys, clock=clock)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ADDRESS) as browser:
        replies = await asyncio.gather(*(tell_github(browser) for _ in range(10)))
    await app.state.ballot_box.stop()

    assert sorted(reply.status_code for reply in replies) == [201, *[202] * 9]
    assert len(await boards(own_sessions)) == 1
    async with own_sessions() as session:
        assert await session.scalar(select(func.count()).select_from(Milestone)) == 1


async def test_a_leader_places_and_removes_projects_of_their_own_team_only(
    signed_in: SignedIn, cast: Cast, sessions: Sessions
) -> None:
    lena, sam = await signed_in(cast.lena), await signed_in(cast.by_name["Sam"])
    mine, others = f"/teams/{cast.payments.id}/milestones", f"/teams/{cast.search.id}/milestones"
    fields = {"source": "github", "name": "octo-org/checkout", "days": "1"}

    assert (await submit(lena, mine, mine, fields)).status_code == 303
    taken = await submit(sam, others, others, fields)
    assert taken.status_code == 422
    assert "belongs to another team" in taken.text
    async with sessions() as session:
        project = (await session.scalars(select(Project))).one()
    assert (await submit(sam, others, f"{others}/{project.id}/remove")).status_code == 404
    assert (await submit(lena, mine, f"{mine}/{project.id}/remove")).status_code == 303
    assert "octo-org/checkout" not in (await lena.get(mine)).text


async def test_a_leader_sets_a_rhythm_and_stops_it(
    signed_in: SignedIn, cast: Cast, sessions: Sessions, clock: Clock
) -> None:
    lena = await signed_in(cast.lena)
    page = f"/teams/{cast.payments.id}/milestones"
    day = clock().date() + timedelta(days=7)
    wishes = {"label": "Sprint", "every_weeks": "2", "first_on": str(day), "at": "14:30", "days": "1"}

    for wrong in ({"every_weeks": "0"}, {"at": "noon"}, {"first_on": "2020-01-01"}, {"label": ""}):
        refused = await submit(lena, page, f"{page}/rhythm", wishes | wrong)
        assert refused.status_code == 422, wrong
        assert refused.text.count("aria-invalid") == 1, wrong
        assert f'value="{(wishes | wrong)["at"]}"' in refused.text  # what was typed is still there
    assert (await submit(lena, page, f"{page}/rhythm", wishes)).status_code == 303
    assert "then every 2 weeks" in (await lena.get(page)).text

    await submit(lena, page, f"{page}/rhythm", {"do": "stop"})
    async with sessions() as session:
        assert await session.scalar(select(func.count()).select_from(TeamRhythm)) == 0


async def test_a_milestone_that_came_while_a_board_was_open_is_offered_when_that_one_is_closed(
    stranger: httpx.AsyncClient, signed_in: SignedIn, cast: Cast, sessions: Sessions
) -> None:
    await place(sessions, cast)
    await tell_github(stranger)
    second = payloads.GITHUB_MILESTONE | {"milestone": {"number": 8, "title": "Release 5"}}
    assert (await tell_github(stranger, second)).text == "noted, no board"
    alice, page = await signed_in(cast.alice), f"/teams/{cast.payments.id}/retros"
    assert "Meanwhile 1 more thing was finished." in (await alice.get(page)).text

    (board,) = await boards(sessions)
    await submit(alice, f"/retros/{board.id}", f"/retros/{board.id}/facilitator", {})
    await submit(alice, f"/retros/{board.id}", f"/retros/{board.id}/close", {})
    assert "Release 5" in (await alice.get(f"/retros/{board.id}")).text
    link = re.search(r"\?milestone=([0-9a-f-]{36})", (await alice.get(page)).text)
    assert link is not None
    assert 'value="Release 5"' in (await alice.get(page + link[0])).text
    wishes = {"title": "Release 5", "pace": "live", "names": "anonymous", "milestone": link[1]}
    assert (await submit(alice, page, page, wishes)).status_code == 303
    assert (await submit(alice, f"{page}", page, wishes)).status_code == 422  # looked back on already

    async with sessions() as session:
        count = (
            select(func.count())
            .select_from(Retrospective)
            .where(Retrospective.milestone_id == UUID(link[1]))
        )
        assert await session.scalar(count.where(Retrospective.closed_at.is_(None))) == 1


async def test_hr_names_somebody_of_the_team_where_nobody_leads_a_board_and_reads_nothing_of_it(
    stranger: httpx.AsyncClient, signed_in: SignedIn, cast: Cast, sessions: Sessions
) -> None:
    await place(sessions, cast)
    await tell_github(stranger)
    (board,) = await boards(sessions)
    helen = await signed_in(cast.helen)
    page = (await helen.get("/milestones")).text
    assert "Boards that are open" in page
    assert board.title not in page

    form = f"/milestones/boards/{board.id}"
    wrong = await submit(helen, "/milestones", form, {"person": str(cast.oscar.id)})
    right = await submit(helen, "/milestones", form, {"person": str(cast.bob.id)})

    assert (wrong.status_code, right.status_code) == (422, 303)
    assert [one.facilitator_id for one in await boards(sessions)] == [cast.bob.id]
    assert (await helen.get(f"/retros/{board.id}")).status_code == 404
