"""GitHub: issues of a repository.

https://docs.github.com/rest/issues/issues
"""

import msgspec

from integrations.trackers.draft import IssueDraft, Made, Request

NEWEST = 100


class _Issue(msgspec.Struct):
    number: int
    html_url: str
    body: str | None = None
    pull_request: msgspec.Raw = msgspec.Raw(b"")  # there where it is one: the list has both


def headers(token: str) -> dict[str, str]:
    """Return what every call carries."""
    return {
        "authorization": f"Bearer {token}",
        "accept": "application/vnd.github+json",
        "x-github-api-version": "2022-11-28",
    }


def greeting() -> Request:
    """Return a call that changes nothing and needs the token."""
    return Request("GET", "/rate_limit")


def search(draft: IssueDraft) -> Request:
    """Return the call that lists the newest issues, open and closed."""
    query = f"state=all&sort=created&direction=desc&per_page={NEWEST}"
    return Request("GET", f"/repos/{draft.project}/issues?{query}")


def found(draft: IssueDraft, listed: bytes) -> Made | None:
    """Return the issue that bears the step's address, if one does."""
    for one in msgspec.json.decode(listed, type=list[_Issue]):
        if draft.mark in (one.body or "") and not bytes(one.pull_request):
            return Made(str(one.number), one.html_url)
    return None


def create(draft: IssueDraft) -> Request:
    """Return the call that makes the issue."""
    return Request("POST", f"/repos/{draft.project}/issues", {"title": draft.title, "body": draft.body})


def made(answer: bytes) -> Made:
    """Return the issue an answer describes."""
    issue = msgspec.json.decode(answer, type=_Issue)
    return Made(str(issue.number), issue.html_url)
