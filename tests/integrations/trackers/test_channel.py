"""An issue is made once in each tool, whatever goes wrong on the way, and a refusal says what it means."""

import pytest

from integrations.channels import OutcomeKind, Outgoing
from integrations.trackers.channel import Door, TrackerChannel, refusal
from integrations.trackers.draft import IssueDraft
from tests.doubles.tracker import Tracker

MARK = "http://kept.test/teams/1#promise-2"
PROJECTS = {"github": "octo-org/checkout", "gitlab": "shop/checkout", "jira": "example.test/10001"}


def outgoing(source: str) -> Outgoing:
    draft = IssueDraft(source, PROJECTS[source], "Rehearse each release", f"Agreed.\n\n{MARK}", MARK)
    return Outgoing(key="k", email="", slack_id=None, locale="en", zone="UTC", note=draft)


@pytest.mark.parametrize(
    ("source", "path", "token"),
    [
        ("github", "/repos/octo-org/checkout/issues", "Bearer t"),
        ("gitlab", "/api/v4/projects/shop%2Fcheckout/issues", "t"),
        ("jira", "/rest/api/2/issue", "Bearer t"),
    ],
)
async def test_each_tool_gets_one_issue_and_a_second_try_finds_it(
    tracker: Tracker, source: str, path: str, token: str
) -> None:
    channel = TrackerChannel({source: Door(tracker.address, "t")})

    first = await channel.send(outgoing(source))
    again = await channel.send(outgoing(source))

    assert first.kind is OutcomeKind.SENT
    assert again.receipt == first.receipt
    assert len(tracker.issues) == 1
    assert ("POST", path, token) in tracker.calls


@pytest.mark.parametrize("source", PROJECTS)
async def test_an_answer_that_is_lost_makes_no_second_issue(tracker: Tracker, source: str) -> None:
    channel = TrackerChannel({source: Door(tracker.address, "t")})
    tracker.lose_answers = 1

    lost = await channel.send(outgoing(source))
    again = await channel.send(outgoing(source))

    assert lost.kind is OutcomeKind.FAILED_FOR_NOW
    assert again.kind is OutcomeKind.SENT
    assert len(tracker.issues) == 1


async def test_a_token_is_never_sent_on_by_a_redirect(tracker: Tracker) -> None:
    tracker.next(302, location=f"{tracker.address}/elsewhere")

    outcome = await TrackerChannel({"github": Door(tracker.address, "t")}).send(outgoing("github"))

    assert outcome.kind is OutcomeKind.UNDELIVERABLE
    assert len(tracker.calls) == 1


@pytest.mark.parametrize(
    ("status", "headers", "kind", "pause"),
    [
        (429, {"Retry-After": "17"}, OutcomeKind.FAILED_FOR_NOW, 17.0),
        (403, {"Retry-After": "17"}, OutcomeKind.FAILED_FOR_NOW, 17.0),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}, OutcomeKind.FAILED_FOR_NOW, 1.0),
        (429, {}, OutcomeKind.FAILED_FOR_NOW, 60.0),
        (429, {"Retry-After": "99999999"}, OutcomeKind.FAILED_FOR_NOW, 3600.0),
        (503, {}, OutcomeKind.FAILED_FOR_NOW, None),
        (401, {}, OutcomeKind.UNDELIVERABLE, None),
        (403, {}, OutcomeKind.UNDELIVERABLE, None),
        (404, {}, OutcomeKind.UNDELIVERABLE, None),
        (410, {}, OutcomeKind.UNDELIVERABLE, None),
    ],
)
def test_a_refusal_says_whether_and_when_to_try_again(
    status: int, headers: dict[str, str], kind: OutcomeKind, pause: float | None
) -> None:
    outcome = refusal(status, headers)

    assert (outcome.kind, outcome.retry_after) == (kind, pause)


@pytest.mark.parametrize("source", PROJECTS)
async def test_a_token_is_tried_without_changing_anything(tracker: Tracker, source: str) -> None:
    channel = TrackerChannel({source: Door(tracker.address, "t")})
    tracker.next(200)
    tracker.next(401)

    assert [await channel.greet(source) for _ in range(2)] == [None, "http_401"]
    assert {method for method, _, _ in tracker.calls} == {"GET"}
