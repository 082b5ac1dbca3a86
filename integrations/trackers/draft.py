"""What an issue says and how a tool answers. The words shown before the press are those sent after it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integrations.language import Translator
from surveys.commitments.models import Commitment


@dataclass(frozen=True, slots=True)
class IssueDraft:
    """An issue before it exists.

    Attributes:
        source: the tool, a code of `surveys.milestones.rules.Source`.
        project: where in that tool, as `surveys.milestones.rules.project_name` writes it.
        title: the words of the step.
        body: plain text; ends with `mark`.
        mark: the address of the step, by which an issue made before is found again.
    """

    source: str
    project: str
    title: str
    body: str
    mark: str


@dataclass(frozen=True, slots=True)
class Request:
    """One call to a tool: paths are relative to its API."""

    method: str
    path: str
    body: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """An issue that exists: its number or key there, and its page."""

    issue: str
    url: str


def draft_of(
    promise: Commitment, place: tuple[str, str], *, team_name: str, base_url: str, language: Translator
) -> IssueDraft:
    """Return the issue of a step. It names nobody: who promised stands on the team's page alone.

    Args:
        promise: the agreed step.
        place: the tool and the project there, as `IssueDraft` has them.
        team_name: whose step it is.
        base_url: where Kept is, for the address of the step.
        language: in which the issue is written.
    """
    source, project = place
    page_url = f"{base_url}/teams/{promise.team_id}#promise-{promise.id}"
    agreed = language.say(
        "Agreed in a retrospective of {team}, until {day}.",
        team=team_name,
        day=language.date(promise.due, year=True),
    )
    return IssueDraft(source, project, promise.text, f"{agreed}\n\n{page_url}", page_url)
