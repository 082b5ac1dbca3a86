"""The tree of teams that a directory file describes: who is above whom, and what cannot be. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from surveys.people.directory_rows import Draft, Problem
from surveys.people.rules import Directory


def parents_of(
    drafts: Sequence[Draft], teams: set[str], directory: Directory, problems: list[Problem]
) -> dict[str, str | None]:
    """Return every team's parent as it will be, with what cannot be added to the problems."""
    parents: dict[str, str | None] = {
        team.name: directory.teams[team.parent_id].name if team.parent_id else None
        for team in directory.teams.values()
    }
    said: dict[str, tuple[str, int]] = {}
    for draft in drafts:
        if draft.team is None:
            continue
        if draft.parent_team is None:  # the file has no such column
            parents.setdefault(draft.team, None)
            continue
        if draft.team not in said:
            parents[draft.team] = None
        if not draft.parent_team:
            continue
        before, line = said.setdefault(draft.team, (draft.parent_team, draft.line))
        if before != draft.parent_team:
            sentence = (
                f'"{draft.team}" is below "{before}" on line {line} and below "{draft.parent_team}" here'
            )
            problems.append(Problem(draft.line, "parent_team", sentence))
        elif draft.parent_team not in teams:
            sentence = f'"{draft.parent_team}" is nobody\'s team; add a line for somebody in it'
            problems.append(Problem(draft.line, "parent_team", sentence))
        parents[draft.team] = before
    for circle in _circles(parents):
        line = min((said[name][1] for name in circle if name in said), default=0)
        sentence = f"these teams are each above the other: {' > '.join([*circle, circle[0]])}"
        problems.append(Problem(line or None, "parent_team", sentence))
    return parents


def _circles(parents: Mapping[str, str | None]) -> list[list[str]]:
    found: list[list[str]] = []
    settled: set[str] = set()
    for start in parents:
        path: list[str] = []
        on_path: set[str] = set()
        here: str | None = start
        while here is not None and here not in settled and here not in on_path:
            path.append(here)
            on_path.add(here)
            here = parents.get(here)
        if here in on_path:
            found.append(path[path.index(here) :])
        settled.update(path)
    return found


def parents_first(parents: Mapping[str, str | None]) -> Iterable[str]:
    """Yield every team, none before the one above it."""
    listed: set[str] = set()
    for name in parents:
        branch: list[str] = []
        here: str | None = name
        while here is not None and here not in listed:
            branch.append(here)
            listed.add(here)
            here = parents[here]
        yield from reversed(branch)
