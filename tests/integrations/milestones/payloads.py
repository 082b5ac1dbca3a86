"""Small samples of what tools send, with the fields they document, and signatures as they make them."""

import base64
import hashlib
import hmac
import json

SECRET = "a secret of the tests"
SIGNING = "whsec_" + base64.b64encode(b"thirty-two bytes of a test key!!").decode()

GITHUB_MILESTONE = {
    "action": "closed",
    "milestone": {
        "url": "https://api.github.com/repos/octo-org/checkout/milestones/7",
        "html_url": "https://github.com/octo-org/checkout/milestone/7",
        "id": 4317517,
        "number": 7,
        "title": "Release 4",
        "state": "closed",
        "closed_at": "2026-03-03T08:00:00Z",
    },
    "repository": {"id": 186853002, "name": "checkout", "full_name": "Octo-Org/Checkout"},
    "sender": {"login": "somebody"},
}
GITHUB_RELEASE = {
    "action": "published",
    "release": {
        "id": 17372790,
        "tag_name": "v4.0",
        "name": "Four",
        "draft": False,
        "prerelease": False,
        "body": "What is new.",
    },
    "repository": GITHUB_MILESTONE["repository"],
}
GITLAB_MILESTONE = {
    "object_kind": "milestone",
    "event_type": "milestone",
    "project": {"id": 1, "name": "Checkout", "path_with_namespace": "shop/checkout"},
    "object_attributes": {"id": 61, "iid": 10, "title": "v1.0", "state": "closed", "project_id": 1},
    "action": "close",
}
GITLAB_RELEASE = {
    "id": 1,
    "object_kind": "release",
    "name": "v1.1",
    "tag": "v1.1",
    "released_at": "2026-03-03 12:55:12 UTC",
    "action": "create",
    "project": {"id": 1, "path_with_namespace": "shop/checkout"},
}
JIRA_VERSION = {
    "timestamp": 1772524800000,
    "webhookEvent": "jira:version_released",
    "version": {
        "self": "https://shop.atlassian.net/rest/api/2/version/10000",
        "id": "10000",
        "name": "4.0",
        "archived": False,
        "released": True,
        "projectId": 10002,
    },
}
PLAIN = {"project": "Checkout", "name": "Release 4"}


def body_of(payload: object) -> bytes:
    return json.dumps(payload).encode()


def hub(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def github(body: bytes, event: str, **wrong: str) -> dict[str, str]:
    return {
        "x-github-event": event,
        "x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        "x-hub-signature-256": hub(body),
        "content-type": "application/json",
    } | wrong


def gitlab_signed(body: bytes, stamp: int, **wrong: str) -> dict[str, str]:
    key = base64.b64decode(SIGNING.removeprefix("whsec_"))
    digest = hmac.new(key, f"one.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "x-gitlab-event": "Milestone Hook",
        "webhook-id": "one",
        "webhook-timestamp": str(stamp),
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    } | wrong


def plain(body: bytes, stamp: int, **wrong: str) -> dict[str, str]:
    return {
        "x-kept-timestamp": str(stamp),
        "x-kept-signature": hub(f"{stamp}.".encode() + body),
    } | wrong
