"""GitLab: a milestone of a project was closed (GitLab 18.2 and later), a release was made.

Either a signing token (`whsec_…`: `webhook-signature` holds `v1,<base64>` of the HMAC-SHA256 over
`id.timestamp.body`, the scheme of Standard Webhooks) or the older secret token, which GitLab sends as it
is in `X-Gitlab-Token`. Where a signing token is set, a signature is asked for.
https://docs.gitlab.com/user/project/integrations/webhook_events/
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from integrations.milestones.hooks import Headers, UnreadableError, is_fresh, read
from surveys.milestones.rules import IssueMoved, Reached, Source, project_name

SIGNING = "whsec_"


class _Project(msgspec.Struct):
    path_with_namespace: str


class _Attributes(msgspec.Struct):
    iid: int | None = None
    title: str = ""
    action: str = ""
    updated_at: str = ""


class _Event(msgspec.Struct):
    object_kind: str = ""
    action: str = ""
    project: _Project | None = None
    object_attributes: _Attributes = msgspec.field(default_factory=_Attributes)
    tag: str = ""
    name: str = ""


def admits(headers: Headers, body: bytes, secrets: Sequence[str], *, now: float) -> bool:
    """Return whether GitLab signed this body, or sent the secret token."""
    signing = [secret for secret in secrets if secret.startswith(SIGNING)]
    tokens = [secret for secret in secrets if not secret.startswith(SIGNING)]
    if "webhook-signature" in headers and signing:
        return _signed(headers, body, signing, now=now)
    given, found = headers.get("x-gitlab-token", "").encode("latin-1", "replace"), False
    for token in tokens:
        found |= hmac.compare_digest(token.encode(), given)
    return found


def _signed(headers: Headers, body: bytes, secrets: Sequence[str], *, now: float) -> bool:
    stamp = headers.get("webhook-timestamp", "")
    if not is_fresh(stamp, now=now):
        return False
    signed = f"{headers.get('webhook-id', '')}.{stamp}.".encode("latin-1", "replace") + body
    given = [part.encode("latin-1", "replace") for part in headers["webhook-signature"].split(" ")]
    found = False
    for secret in secrets:
        try:
            key = base64.b64decode(secret.removeprefix(SIGNING), validate=True)
        except (binascii.Error, ValueError):
            continue
        digest = hmac.new(key, signed, hashlib.sha256).digest()
        expected = b"v1," + base64.b64encode(digest)
        for part in given:
            found |= hmac.compare_digest(expected, part)
    return found


def parse(headers: Headers, body: bytes) -> Reached | None:  # noqa: ARG001 -- the body names its kind
    """Return the milestone, or None for everything that finishes nothing.

    GitLab's description puts `action` into the attributes and its example beside them: both are read.

    Raises:
        UnreadableError: see `hooks`.
    """
    event = read(body, _Event)
    if event.project is None:
        return None  # a milestone of a group, which no single project has finished
    project = project_name(event.project.path_with_namespace)
    action = event.action or event.object_attributes.action
    if event.object_kind == "milestone" and action == "close" and event.object_attributes.iid is not None:
        key = f"gitlab:{project}:milestone:{event.object_attributes.iid}"
        return Reached(Source.GITLAB, project, key, event.object_attributes.title)
    if event.object_kind == "release" and action == "create" and event.tag:
        return Reached(
            Source.GITLAB, project, f"gitlab:{project}:release:{event.tag}", event.name or event.tag
        )
    return None


def parse_issue(headers: Headers, body: bytes) -> IssueMoved | None:  # noqa: ARG001 -- the body names its kind
    """Return an issue that was closed or opened again, or None for everything else.

    Raises:
        UnreadableError: see `hooks`, or the time of the change is none.
    """
    event = read(body, _Event)
    issue = event.object_attributes
    if event.object_kind != "issue" or event.project is None or issue.iid is None:
        return None
    if issue.action not in ("close", "reopen"):
        return None
    try:  # "2026-03-03 12:00:00 UTC" of older versions, ISO 8601 of newer ones
        at = datetime.fromisoformat(issue.updated_at.replace(" UTC", "+00:00"))
    except ValueError as error:
        raise UnreadableError("updated_at") from error
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    project = project_name(event.project.path_with_namespace)
    return IssueMoved(Source.GITLAB, project, str(issue.iid), issue.action == "close", at)
