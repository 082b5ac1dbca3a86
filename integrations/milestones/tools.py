"""Every tool that may tell of milestones: its secrets, how it signs, how it is read. The only list."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from integrations.environment import Settings
from integrations.milestones import github, gitlab, jira, plain
from integrations.milestones.hooks import Headers
from surveys.milestones.rules import IssueMoved, Reached, Source


class Admits(Protocol):
    """Whether a call was signed by its tool."""

    def __call__(self, headers: Headers, body: bytes, secrets: Sequence[str], *, now: float) -> bool:
        """Return whether it was."""


@dataclass(frozen=True, slots=True)
class Tool:
    """One of them."""

    secrets: Callable[[Settings], tuple[str, ...]]
    admits: Admits
    parse: Callable[[Headers, bytes], Reached | None]
    parse_issue: Callable[[Headers, bytes], IssueMoved | None] | None = None


TOOLS: Mapping[Source, Tool] = {
    Source.GITHUB: Tool(
        lambda settings: settings.github_secrets, github.admits, github.parse, github.parse_issue
    ),
    Source.GITLAB: Tool(
        lambda settings: settings.gitlab_secrets, gitlab.admits, gitlab.parse, gitlab.parse_issue
    ),
    Source.JIRA: Tool(lambda settings: settings.jira_secrets, jira.admits, jira.parse, jira.parse_issue),
    Source.PLAIN: Tool(lambda settings: settings.milestone_secrets, plain.admits, plain.parse),
}


def tools_in_use(settings: Settings) -> list[Source]:
    """Return the tools for which a secret is set."""
    return [source for source, tool in TOOLS.items() if tool.secrets(settings)]
