"""Jira: a version was released.

A webhook that an administrator made with a secret is signed by `X-Hub-Signature: sha256=<hex>` over the
raw body. The body of a version's event is not described by Atlassian; it names its project only by
number, so a project is written `site/number`, with the site from the version's own address.
https://developer.atlassian.com/cloud/jira/platform/webhooks/
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

import msgspec

from integrations.milestones.hooks import Headers, UnreadableError, hex_signature_fits, read
from surveys.milestones.rules import IssueMoved, Reached, Source, project_name

RELEASED = "jira:version_released"
CHANGED = "jira:issue_updated"
DONE = "done"  # the category of every status that ends an issue, whatever it is called


class _Version(msgspec.Struct):
    id: str | int
    name: str
    projectId: str | int  # noqa: N815 -- Jira's spelling
    self: str = ""


class _Category(msgspec.Struct):
    key: str = ""


class _Status(msgspec.Struct):
    statusCategory: _Category = msgspec.field(default_factory=_Category)  # noqa: N815 -- Jira's spelling


class _Project(msgspec.Struct):
    id: str | int


class _Fields(msgspec.Struct):
    project: _Project | None = None
    status: _Status = msgspec.field(default_factory=_Status)


class _Issue(msgspec.Struct):
    key: str
    self: str = ""
    fields: _Fields = msgspec.field(default_factory=_Fields)


class _Event(msgspec.Struct):
    webhookEvent: str = ""  # noqa: N815 -- Jira's spelling
    version: _Version | None = None
    issue: _Issue | None = None
    timestamp: int = 0  # milliseconds since 1970


def admits(headers: Headers, body: bytes, secrets: Sequence[str], *, now: float) -> bool:  # noqa: ARG001 -- Jira signs no time
    """Return whether Jira signed this body with one of the secrets."""
    return hex_signature_fits(body, headers.get("x-hub-signature", ""), secrets)


def parse(headers: Headers, body: bytes) -> Reached | None:  # noqa: ARG001 -- the body names its kind
    """Return the milestone, or None for everything that finishes nothing.

    Raises:
        UnreadableError: see `hooks`, or the version's address is none.
    """
    event = read(body, _Event)
    version = event.version
    if event.webhookEvent != RELEASED or version is None:
        return None
    project = project_name(f"{_site(version.self)}/{version.projectId}")
    return Reached(Source.JIRA, project, f"jira:{project}:version:{version.id}", version.name)


def parse_issue(headers: Headers, body: bytes) -> IssueMoved | None:  # noqa: ARG001 -- the body names its kind
    """Return an issue that was changed, with whether it is done now; None for everything else.

    Raises:
        UnreadableError: see `hooks`, or the issue's address is none.
    """
    event = read(body, _Event)
    issue = event.issue
    if event.webhookEvent != CHANGED or issue is None or issue.fields.project is None:
        return None
    project = project_name(f"{_site(issue.self)}/{issue.fields.project.id}")
    closed = issue.fields.status.statusCategory.key == DONE
    at = datetime.fromtimestamp(event.timestamp / 1000, UTC)
    return IssueMoved(Source.JIRA, project, issue.key, closed, at)


def _site(address: str) -> str:
    try:
        return urlsplit(address).hostname or "jira"
    except ValueError as error:
        raise UnreadableError("self") from error
