"""What each tool sends is read as it documents it, and believed only when it is signed."""

from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from integrations.milestones import github, gitlab, jira, plain
from integrations.milestones.hooks import UnreadableError
from surveys.errors import Invalid
from surveys.milestones.rules import IssueMoved, Reached, Source
from tests.integrations.milestones import payloads
from tests.integrations.milestones.payloads import SECRET, SIGNING, body_of

NOW = 1_772_524_800


def of_github(payload: object, event: str) -> Reached | None:
    body = body_of(payload)
    return github.parse(payloads.github(body, event), body)


def test_github_tells_of_a_closed_milestone_and_of_a_published_release() -> None:
    assert of_github(payloads.GITHUB_MILESTONE, "milestone") == Reached(
        Source.GITHUB, "octo-org/checkout", "github:octo-org/checkout:milestone:7", "Release 4"
    )
    assert of_github(payloads.GITHUB_RELEASE, "release") == Reached(
        Source.GITHUB, "octo-org/checkout", "github:octo-org/checkout:release:17372790", "Four"
    )


@pytest.mark.parametrize(
    ("payload", "event"),
    [
        ({"zen": "Design for failure.", "hook_id": 1}, "ping"),
        (payloads.GITHUB_MILESTONE | {"action": "opened"}, "milestone"),
        (payloads.GITHUB_RELEASE | {"action": "edited"}, "release"),
        (
            {**payloads.GITHUB_RELEASE, "release": {"id": 1, "tag_name": "v5", "prerelease": True}},
            "release",
        ),
        (payloads.GITHUB_MILESTONE, "issues"),
    ],
)
def test_what_finishes_nothing_at_github_is_nothing(payload: object, event: str) -> None:
    assert of_github(payload, event) is None


def test_a_release_without_a_name_is_called_by_its_tag() -> None:
    release = {"id": 9, "tag_name": "v4.1", "name": None}

    reached = of_github({**payloads.GITHUB_RELEASE, "release": release}, "release")

    assert reached is not None
    assert reached.name == "v4.1"


def test_github_may_wrap_its_json_in_a_form() -> None:
    wrapped = urlencode({"payload": body_of(payloads.GITHUB_MILESTONE).decode()}).encode()
    headers = payloads.github(wrapped, "milestone", **{"content-type": "application/x-www-form-urlencoded"})

    assert github.admits(headers, wrapped, [SECRET], now=NOW)
    reached = github.parse(headers, wrapped)
    assert reached is not None
    assert reached.name == "Release 4"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b"[]", b'{"action":1}', b'{"milestone":{"number":"x"}}']
)
def test_what_is_not_githubs_json_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableError):
        github.parse({"x-github-event": "milestone"}, body)


@pytest.mark.parametrize("form", [b"", b"payload", b"other=1", b"payload=%ff"])
def test_a_form_without_a_payload_is_unreadable(form: bytes) -> None:
    headers = {"x-github-event": "milestone", "content-type": "application/x-www-form-urlencoded"}

    with pytest.raises(UnreadableError):
        github.parse(headers, form)


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sha256=",
        "sha256=" + "0" * 64,
        payloads.hub(b"other bytes"),
        payloads.hub(b"x", "other"),
        "sha256=é",
    ],
)
def test_a_wrong_signature_is_refused(signature: str) -> None:
    assert not github.admits({"x-hub-signature-256": signature}, b"x", [SECRET], now=NOW)
    assert not jira.admits({"x-hub-signature": signature}, b"x", [SECRET], now=NOW)


def test_every_secret_in_rotation_is_accepted() -> None:
    headers = {"x-hub-signature-256": payloads.hub(b"x", "an older secret")}

    assert github.admits(headers, b"x", [SECRET, "an older secret"], now=NOW)
    assert not github.admits(headers, b"x", [SECRET], now=NOW)


def test_gitlab_tells_of_a_closed_milestone_and_of_a_release() -> None:
    assert gitlab.parse({}, body_of(payloads.GITLAB_MILESTONE)) == Reached(
        Source.GITLAB, "shop/checkout", "gitlab:shop/checkout:milestone:10", "v1.0"
    )
    assert gitlab.parse({}, body_of(payloads.GITLAB_RELEASE)) == Reached(
        Source.GITLAB, "shop/checkout", "gitlab:shop/checkout:release:v1.1", "v1.1"
    )


@pytest.mark.parametrize(
    "payload",
    [
        payloads.GITLAB_MILESTONE | {"action": "create"},
        payloads.GITLAB_MILESTONE | {"project": None},
        payloads.GITLAB_RELEASE | {"action": "update"},
        {"object_kind": "push", "project": {"path_with_namespace": "a/b"}},
    ],
)
def test_what_finishes_nothing_at_gitlab_is_nothing(payload: object) -> None:
    assert gitlab.parse({}, body_of(payload)) is None


def test_gitlabs_action_is_found_in_the_attributes_too() -> None:
    inside = {key: value for key, value in payloads.GITLAB_MILESTONE.items() if key != "action"}
    inside["object_attributes"] = {"iid": 10, "title": "v1.0", "action": "close"}

    assert gitlab.parse({}, body_of(inside)) is not None


def test_gitlabs_signing_token_signs_id_time_and_body() -> None:
    body = body_of(payloads.GITLAB_MILESTONE)
    headers = payloads.gitlab_signed(body, NOW)

    assert gitlab.admits(headers, body, [SIGNING], now=NOW + 200)
    assert not gitlab.admits(headers, body, [SIGNING], now=NOW + 301)
    assert not gitlab.admits(headers, body + b" ", [SIGNING], now=NOW)
    assert not gitlab.admits(headers | {"webhook-id": "two"}, body, [SIGNING], now=NOW)
    assert not gitlab.admits(headers | {"webhook-timestamp": "soon"}, body, [SIGNING], now=NOW)
    assert not gitlab.admits(headers, body, ["whsec_not base64"], now=NOW)


def test_gitlabs_older_token_is_compared_as_it_is_and_never_stands_in_for_a_signature() -> None:
    token = {"x-gitlab-token": SECRET}

    assert gitlab.admits(token, b"x", [SECRET], now=NOW)
    assert not gitlab.admits({"x-gitlab-token": "other"}, b"x", [SECRET], now=NOW)
    assert not gitlab.admits({}, b"x", [SECRET], now=NOW)
    assert not gitlab.admits({"x-gitlab-token": SIGNING}, b"x", [SIGNING], now=NOW)


def test_jira_tells_of_a_released_version_of_a_numbered_project() -> None:
    assert jira.parse({}, body_of(payloads.JIRA_VERSION)) == Reached(
        Source.JIRA,
        "shop.atlassian.net/10002",
        "jira:shop.atlassian.net/10002:version:10000",
        "4.0",
    )
    assert jira.parse({}, body_of(payloads.JIRA_VERSION | {"webhookEvent": "jira:version_created"})) is None


def test_a_plain_call_is_signed_with_its_time() -> None:
    body = body_of(payloads.PLAIN)
    headers = payloads.plain(body, NOW)

    assert plain.admits(headers, body, [SECRET], now=NOW - 299)
    assert not plain.admits(headers, body, [SECRET], now=NOW + 301)
    assert not plain.admits(headers | {"x-kept-timestamp": str(NOW + 1)}, body, [SECRET], now=NOW)
    assert not plain.admits({}, body, [SECRET], now=NOW)
    assert plain.parse({}, body) == Reached(
        Source.PLAIN, "checkout", "plain:checkout:release 4", "Release 4"
    )


@pytest.mark.parametrize("wrong", [{"project": "a"}, {"project": "a", "name": "b", "more": 1}])
def test_a_plain_call_with_too_little_or_too_much_is_unreadable(wrong: object) -> None:
    with pytest.raises(UnreadableError):
        plain.parse({}, body_of(wrong))


def test_a_plain_call_without_a_project_says_which_field_is_missing() -> None:
    with pytest.raises(Invalid) as refused:
        plain.parse({}, body_of({"project": " ", "name": "b"}))

    assert refused.value.field == "project"


AT = datetime(2026, 3, 3, 12, tzinfo=UTC)


def test_an_issue_that_is_closed_or_opened_again_is_told_alike_by_all_tools() -> None:
    body = body_of({
        "object_kind": "issue",
        "project": {"path_with_namespace": "shop/checkout"},
        "object_attributes": {"iid": 9, "action": "reopen", "updated_at": "2026-03-03 12:00:00 UTC"},
    })  # fmt: skip
    assert gitlab.parse_issue({}, body) == IssueMoved(
        Source.GITLAB, "shop/checkout", "9", closed=False, at=AT
    )
    body = body_of({
        "webhookEvent": "jira:issue_updated",
        "timestamp": int(AT.timestamp() * 1000),
        "issue": {
            "key": "PAY-9",
            "self": "https://example.atlassian.net/rest/api/2/issue/1",
            "fields": {"project": {"id": "10001"}, "status": {"statusCategory": {"key": "done"}}},
        },
    })  # fmt: skip
    moved = jira.parse_issue({}, body)
    assert moved == IssueMoved(Source.JIRA, "example.atlassian.net/10001", "PAY-9", closed=True, at=AT)
    issue = {"number": 1, "updated_at": "2026-03-03T12:00:00Z"}
    body = body_of({"action": "edited", "repository": {"full_name": "a/b"}, "issue": issue})
    assert github.parse_issue({"x-github-event": "issues"}, body) is None
