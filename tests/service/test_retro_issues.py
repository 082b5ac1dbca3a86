"""An agreed step as an issue of another tool: made by a press, and done when it is closed there."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from integrations.environment import Settings
from integrations.keystores import DirectoryKeyStore
from integrations.trackers.channel import TrackerChannel, doors_of
from jobs.send_deliveries import Post, send_deliveries
from surveys.commitments.models import Commitment, CommitmentState
from surveys.commitments.steps import propose_step
from surveys.deliveries.models import ChannelName
from surveys.milestones.models import Project, StepIssue
from surveys.milestones.rules import Source
from surveys.retrospectives.actions import move_on, start_retrospective
from surveys.retrospectives.models import Retrospective
from surveys.retrospectives.rules import Phase, Plan
from tests.cast import Cast
from tests.conftest import Sessions
from tests.doubles.tracker import Tracker
from tests.integrations.milestones import payloads
from tests.integrations.milestones.payloads import SECRET, body_of
from tests.service.conftest import Clock, SignedIn, submit

REPOSITORY = "octo-org/checkout"


@pytest.fixture
def settings(settings: Settings, tracker: Tracker) -> Settings:
    return replace(settings, github_token="t", github_api_url=tracker.address, github_secrets=(SECRET,))


@pytest.fixture
async def step(sessions: Sessions, keys: DirectoryKeyStore, cast: Cast, clock: Clock) -> tuple[UUID, UUID]:
    """A closed board of Payments, whose project is placed, and its one step, which is Bob's."""
    now = clock()
    async with sessions.begin() as session:
        session.add(
            Project(
                organisation_id=cast.organisation.id,
                source=Source.GITHUB,
                name=REPOSITORY,
                team_id=cast.payments.id,
                days_a_phase=1,
            )
        )
        board = await start_retrospective(
            session,
            keys,
            team_id=cast.payments.id,
            started_by=cast.alice.id,
            plan=Plan("Release 4"),
            now=now,
        )
        while board.phase is not Phase.DISCUSS:
            await move_on(session, keys, board.id, leaving=board.phase, person_id=None, now=now)
        await propose_step(
            session,
            board.id,
            person_id=cast.bob.id,
            text="Rehearse each release",
            owner_id=cast.bob.id,
            due=(now + timedelta(days=14)).date(),
            now=now,
        )
        await move_on(session, keys, board.id, leaving=Phase.DISCUSS, person_id=None, now=now)
        promise = (await session.scalars(select(Commitment))).one()
        return board.id, promise.id


@pytest.fixture
def send(
    sessions: Sessions, keys: DirectoryKeyStore, settings: Settings, clock: Clock
) -> Callable[[], Awaitable[int]]:
    """Sends what is due, as the clock does."""
    channels = {ChannelName.TRACKER: TrackerChannel(doors_of(settings))}
    post = Post(sessions, keys, channels, settings, clock)
    return lambda: send_deliveries(post, now=clock())


async def tell(browser: httpx.AsyncClient, number: str, action: str, at: str) -> httpx.Response:
    payload = {
        "action": action,
        "repository": {"full_name": "Octo-Org/Checkout"},
        "issue": {"number": int(number), "updated_at": at},
    }
    body = body_of(payload)
    return await browser.post("/hooks/github", content=body, headers=payloads.github(body, "issues"))


async def press(browser: httpx.AsyncClient, page: str) -> httpx.Response:
    return await submit(browser, page, page, {"place": f"github:{REPOSITORY}"})


async def test_a_step_becomes_one_issue_by_a_press_and_is_done_when_it_is_closed_there(
    signed_in: SignedIn, stranger: httpx.AsyncClient, cast: Cast, step: tuple[UUID, UUID],
    sessions: Sessions, send: Callable[[], Awaitable[int]], tracker: Tracker, clock: Clock,
) -> None:  # fmt: skip
    board, promise = step
    bob, page = await signed_in(cast.bob), f"/retros/{board}/issues/{promise}"
    assert page in (await bob.get(f"/retros/{board}")).text
    shown = (await bob.get(page)).text
    assert "Agreed in a retrospective of Payments, until" in shown

    assert [(await press(bob, page)).status_code for _ in range(2)] == [303, 303]
    tracker.next(429, Retry_After="30")
    await send()
    assert tracker.issues == []
    clock.now += timedelta(seconds=31)
    for _ in range(2):
        await send()

    (issue,) = tracker.issues
    assert issue["title"] == "Rehearse each release"
    assert "Bob" not in issue["body"]
    assert issue["html_url"] in (await bob.get(f"/retros/{board}")).text
    number = str(issue["number"])

    closed = await tell(stranger, number, "closed", "2026-03-04T10:00:00Z")
    assert (closed.status_code, closed.text) == (202, "the step is done")
    async with sessions() as session:
        done = await session.get_one(Commitment, promise)
        assert done.state is CommitmentState.DONE  # and whether it was kept is the team's to say
    async with sessions.begin() as session:  # the team said "not yet"
        again = await session.get_one(Commitment, promise)
        again.state, again.done_at = CommitmentState.OPEN, None

    replayed = await tell(stranger, number, "closed", "2026-03-04T10:00:00Z")
    assert replayed.text == "known already"
    assert (await tell(stranger, "999", "closed", "2026-03-04T10:00:00Z")).text == "no step of a team"
    async with sessions() as session:
        assert (await session.get_one(Commitment, promise)).state is CommitmentState.OPEN
    await tell(stranger, number, "reopened", "2026-03-05T10:00:00Z")
    async with sessions() as session:
        assert (await session.get_one(StepIssue, promise)).closed is False


async def test_who_has_nothing_to_do_with_a_step_makes_no_issue_of_it(
    signed_in: SignedIn, cast: Cast, step: tuple[UUID, UUID], sessions: Sessions
) -> None:
    board, promise = step
    page = f"/retros/{board}/issues/{promise}"
    assert (await (await signed_in(cast.by_name["Chen"])).get(page)).status_code == 403
    assert (await (await signed_in(cast.oscar)).get(page)).status_code == 404
    bob = await signed_in(cast.bob)
    wrong = await submit(bob, page, page, {"place": "github:somebody/else"})
    assert wrong.status_code == 422
    async with sessions() as session:
        assert (await session.scalars(select(StepIssue))).all() == []
        assert await session.get(Retrospective, board) is not None


async def test_a_project_that_takes_no_issues_is_said_and_another_press_tries_again(
    signed_in: SignedIn, cast: Cast, step: tuple[UUID, UUID], send: Callable[[], Awaitable[int]],
    tracker: Tracker,
) -> None:  # fmt: skip
    board, promise = step
    bob, page = await signed_in(cast.bob), f"/retros/{board}/issues/{promise}"
    await press(bob, page)
    tracker.next(410)
    await send()
    assert "The tool did not take the issue" in (await bob.get(page)).text

    await press(bob, page)
    await send()

    assert len(tracker.issues) == 1
    assert "is an issue already" in (await bob.get(page)).text
