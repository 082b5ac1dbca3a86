"""GitLab: issues of a project.

https://docs.gitlab.com/api/issues/
"""

from urllib.parse import quote, urlencode

import msgspec

from integrations.trackers.draft import IssueDraft, Made, Request


class _Issue(msgspec.Struct):
    iid: int
    web_url: str
    description: str | None = None


def headers(token: str) -> dict[str, str]:
    """Return what every call carries."""
    return {"private-token": token}


def greeting() -> Request:
    """Return a call that changes nothing and needs the token."""
    return Request("GET", "/api/v4/user")


def search(draft: IssueDraft) -> Request:
    """Return the call that looks for the step's address in descriptions."""
    query = urlencode({"search": draft.mark, "in": "description", "per_page": 20})
    return Request("GET", f"{_issues(draft)}?{query}")


def found(draft: IssueDraft, listed: bytes) -> Made | None:
    """Return the issue that bears the step's address, if one does."""
    for one in msgspec.json.decode(listed, type=list[_Issue]):
        if draft.mark in (one.description or ""):
            return Made(str(one.iid), one.web_url)
    return None


def create(draft: IssueDraft) -> Request:
    """Return the call that makes the issue."""
    return Request("POST", _issues(draft), {"title": draft.title, "description": draft.body})


def made(answer: bytes) -> Made:
    """Return the issue an answer describes."""
    issue = msgspec.json.decode(answer, type=_Issue)
    return Made(str(issue.iid), issue.web_url)


def _issues(draft: IssueDraft) -> str:
    return f"/api/v4/projects/{quote(draft.project, safe='')}/issues"
