"""GitHub: a milestone was closed, a release was published.

Signed by `X-Hub-Signature-256` over the raw body; the event is named in `X-GitHub-Event`. A webhook made
on GitHub's page sends a form unless told otherwise, one made over its API sends JSON; both are read.
https://docs.github.com/webhooks/webhook-events-and-payloads
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from integrations.milestones.hooks import Headers, hex_signature_fits, json_of, read
from surveys.milestones.rules import IssueMoved, Reached, Source, project_name


class _Repository(msgspec.Struct):
    full_name: str


class _Milestone(msgspec.Struct):
    number: int
    title: str


class _Release(msgspec.Struct):
    id: int
    tag_name: str
    name: str | None = None
    prerelease: bool = False
    draft: bool = False


class _Issue(msgspec.Struct):
    number: int
    updated_at: datetime


class _Event(msgspec.Struct):
    action: str = ""
    repository: _Repository | None = None
    milestone: _Milestone | None = None
    release: _Release | None = None
    issue: _Issue | None = None


def admits(headers: Headers, body: bytes, secrets: Sequence[str], *, now: float) -> bool:  # noqa: ARG001 -- GitHub signs no time
    """Return whether GitHub signed this body with one of the secrets."""
    return hex_signature_fits(body, headers.get("x-hub-signature-256", ""), secrets)


def parse(headers: Headers, body: bytes) -> Reached | None:
    """Return the milestone, or None for a ping and for everything that finishes nothing.

    Raises:
        UnreadableError: see `hooks`.
    """
    kind = headers.get("x-github-event", "")
    if kind not in ("milestone", "release"):
        return None
    event = read(json_of(body, headers.get("content-type", "")), _Event)
    if event.repository is None:
        return None
    project = project_name(event.repository.full_name)
    if kind == "milestone" and event.action == "closed" and event.milestone is not None:
        key = f"github:{project}:milestone:{event.milestone.number}"
        return Reached(Source.GITHUB, project, key, event.milestone.title)
    release = event.release
    if kind == "release" and event.action == "published" and release is not None:
        if release.prerelease or release.draft:
            return None
        key = f"github:{project}:release:{release.id}"
        return Reached(Source.GITHUB, project, key, release.name or release.tag_name)
    return None


def parse_issue(headers: Headers, body: bytes) -> IssueMoved | None:
    """Return an issue that was closed or opened again, or None for everything else.

    Raises:
        UnreadableError: see `hooks`.
    """
    if headers.get("x-github-event", "") != "issues":
        return None
    event = read(json_of(body, headers.get("content-type", "")), _Event)
    if event.repository is None or event.issue is None or event.action not in ("closed", "reopened"):
        return None
    project = project_name(event.repository.full_name)
    closed = event.action == "closed"
    return IssueMoved(Source.GITHUB, project, str(event.issue.number), closed, event.issue.updated_at)
