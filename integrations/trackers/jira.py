"""Jira: issues of a project, by the second version of its API, which Cloud and Data Center both have.

An issue is found again by a label made of the step's address, because text is searched with a delay.
https://developer.atlassian.com/cloud/jira/platform/rest/v2/
"""

import base64
import hashlib
from urllib.parse import urlencode, urlsplit

import msgspec

from integrations.trackers.draft import IssueDraft, Made, Request

KIND = "Task"


class _Issue(msgspec.Struct):
    key: str
    self: str


class _Found(msgspec.Struct):
    issues: list[_Issue] = []


def headers(token: str) -> dict[str, str]:
    """Return what every call carries: `mail:token` is Cloud's, a token alone Data Center's."""
    if ":" in token:
        return {"authorization": "Basic " + base64.b64encode(token.encode()).decode()}
    return {"authorization": f"Bearer {token}"}


def greeting() -> Request:
    """Return a call that changes nothing and needs the token."""
    return Request("GET", "/rest/api/2/myself")


def search(draft: IssueDraft) -> Request:
    """Return the call that looks for the label."""
    query = urlencode({"jql": f'labels = "{_label(draft)}"', "fields": "project", "maxResults": 1})
    where = "/rest/api/3/search/jql" if _is_cloud(draft) else "/rest/api/2/search"
    return Request("GET", f"{where}?{query}")


def found(draft: IssueDraft, listed: bytes) -> Made | None:  # noqa: ARG001 -- the search was for its label
    """Return the issue with the label, if there is one."""
    issues = msgspec.json.decode(listed, type=_Found).issues
    return _made(issues[0]) if issues else None


def create(draft: IssueDraft) -> Request:
    """Return the call that makes the issue. The project is `site/number`, as its webhooks name it."""
    fields = {
        "project": {"id": draft.project.rpartition("/")[2]},
        "issuetype": {"name": KIND},
        "summary": draft.title,
        "description": draft.body,
        "labels": [_label(draft)],
    }
    return Request("POST", "/rest/api/2/issue", {"fields": fields})


def made(answer: bytes) -> Made:
    """Return the issue an answer describes; its page lies on the site of the API."""
    return _made(msgspec.json.decode(answer, type=_Issue))


def _made(issue: _Issue) -> Made:
    parts = urlsplit(issue.self)
    return Made(issue.key, f"{parts.scheme}://{parts.netloc}/browse/{issue.key}")


def _label(draft: IssueDraft) -> str:
    return "kept-" + hashlib.sha256(draft.mark.encode()).hexdigest()[:16]


def _is_cloud(draft: IssueDraft) -> bool:
    return draft.project.partition("/")[0].endswith(".atlassian.net")
