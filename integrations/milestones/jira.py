"""Jira: a version was released.

A webhook that an administrator made with a secret is signed by `X-Hub-Signature: sha256=<hex>` over the
raw body. The body of a version's event is not described by Atlassian; it names its project only by
number, so a project is written `site/number`, with the site from the version's own address.
https://developer.atlassian.com/cloud/jira/platform/webhooks/
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

import msgspec

from integrations.milestones.hooks import Headers, UnreadableError, hex_signature_fits, read
from surveys.milestones.rules import Reached, Source, project_name

RELEASED = "jira:version_released"


class _Version(msgspec.Struct):
    id: str | int
    name: str
    projectId: str | int  # noqa: N815 -- Jira's spelling
    self: str = ""


class _Event(msgspec.Struct):
    webhookEvent: str = ""  # noqa: N815 -- Jira's spelling
    version: _Version | None = None


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
    try:
        site = urlsplit(version.self).hostname
    except ValueError as error:
        raise UnreadableError("self") from error
    project = project_name(f"{site or 'jira'}/{version.projectId}")
    return Reached(Source.JIRA, project, f"jira:{project}:version:{version.id}", version.name)
