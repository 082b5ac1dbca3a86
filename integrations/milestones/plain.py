"""A plain HTTP call for everything else: a script, a pipeline, another tracker.

    POST /hooks/plain
    X-Kept-Timestamp: seconds since 1970
    X-Kept-Signature: sha256=<hex of the HMAC-SHA256 over "<timestamp>.<body>">

    {"project": "checkout", "name": "Release 4", "id": "4.0"}

`id` says the same milestone only once; without it the name does.
"""

from collections.abc import Sequence

import msgspec

from integrations.milestones.hooks import Headers, hex_signature_fits, is_fresh, read
from surveys.milestones.rules import Reached, Source, project_name


class _Call(msgspec.Struct, forbid_unknown_fields=True):
    project: str
    name: str
    id: str | int | None = None


def admits(headers: Headers, body: bytes, secrets: Sequence[str], *, now: float) -> bool:
    """Return whether the call was signed with one of the secrets within five minutes."""
    stamp = headers.get("x-kept-timestamp", "")
    if not is_fresh(stamp, now=now):
        return False
    return hex_signature_fits(stamp.encode() + b"." + body, headers.get("x-kept-signature", ""), secrets)


def parse(headers: Headers, body: bytes) -> Reached | None:  # noqa: ARG001 -- a call has one shape
    """Return the milestone.

    Raises:
        UnreadableError: see `hooks`.
        Invalid: no project, or one of more than 200 characters.
    """
    call = read(body, _Call)
    project = project_name(call.project)
    which = call.id if call.id is not None else " ".join(call.name.split()).casefold()
    return Reached(Source.PLAIN, project, f"plain:{project}:{which}", call.name)
