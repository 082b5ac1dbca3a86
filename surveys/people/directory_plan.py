"""What a directory file would change: a pure plan, made from its rows and from what is stored.

The file is the truth about the people in it and about who leads what; who is missing from it is
deactivated. A column the file does not have changes nothing. Teams are never deleted, because old
figures and promises belong to them. Reading files and writing to the database are elsewhere.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from surveys.people.directory_rows import (
    Draft,
    PersonRow,
    Problem,
    same_spelling,
    unique_emails,
    unique_slack_ids,
)
from surveys.people.directory_tree import parents_first, parents_of
from surveys.people.rules import LEADERS_A_TEAM, Directory, RoleKind, Somebody

MOST_DEACTIVATED = 0.4  # of the active people; more looks like half a file


@dataclass(frozen=True, slots=True)
class StoredRole:
    """A role as it is stored."""

    id: UUID
    person_id: UUID
    kind: RoleKind
    team_id: UUID | None


@dataclass(frozen=True, slots=True)
class Stored:
    """What is known before the import. `leaders` includes those who left; `locale` is the default."""

    directory: Directory
    leaders: frozenset[tuple[UUID, UUID]] = frozenset()  # team, person
    roles: Sequence[StoredRole] = ()
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a stored person's own fields; those not named stay."""

    person_id: UUID
    fields: Mapping[str, str | bool | None]


@dataclass(frozen=True, slots=True)
class Move:
    """A stored person's next team, by name; None for no team."""

    person_id: UUID
    from_team: UUID | None
    to_team: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything an import would write. With `problems` it cannot be applied.

    Teams are named rather than numbered, because new ones have no id yet. `new_teams` has parents
    before their children.
    """

    problems: Sequence[Problem] = ()
    new_teams: Sequence[tuple[str, str | None]] = ()  # name, parent
    moved_teams: Mapping[str, str | None] = field(default_factory=dict)  # name → parent
    added: Sequence[Draft] = ()
    changed: Sequence[Change] = ()
    moved: Sequence[Move] = ()
    deactivated: Sequence[UUID] = ()
    reactivated: Sequence[UUID] = ()
    leaders_added: Sequence[tuple[str, str]] = ()  # team, e-mail
    leaders_removed: Sequence[tuple[UUID, UUID]] = ()  # team, person
    roles_added: Sequence[tuple[str, RoleKind, str | None]] = ()  # e-mail, kind, team
    roles_removed: Sequence[StoredRole] = ()
    active_before: int = 0
    without_team: int = 0

    @property
    def is_empty(self) -> bool:
        """Return whether nothing would change."""
        return not any(self.counts().values())

    @property
    def deactivates_too_many(self) -> bool:
        """Return whether so many would be deactivated that the file is probably not whole."""
        return len(self.deactivated) > MOST_DEACTIVATED * self.active_before

    def counts(self) -> dict[str, int]:
        """Return how many of each change there are."""
        return {
            "new_teams": len(self.new_teams),
            "moved_teams": len(self.moved_teams),
            "added": len(self.added),
            "changed": len(self.changed),
            "moved": len(self.moved),
            "deactivated": len(self.deactivated),
            "reactivated": len(self.reactivated),
            "leaders_added": len(self.leaders_added),
            "leaders_removed": len(self.leaders_removed),
            "roles_added": len(self.roles_added),
            "roles_removed": len(self.roles_removed),
        }


def plan_import(rows: Sequence[PersonRow], stored: Stored) -> Plan:
    """Return what importing these rows would change, or every problem that stands in the way."""
    problems: list[Problem] = []
    drafts = [draft for row in rows if (draft := Draft.of(row, stored.directory, stored.locale, problems))]
    drafts = unique_slack_ids(unique_emails(drafts, problems), problems)
    same_spelling(drafts, problems)
    drafts = [draft for draft in drafts if draft.active]
    known = {team.name: team.id for team in stored.directory.teams.values()}
    named = {draft.team for draft in drafts if draft.team}
    parents = parents_of(drafts, named | set(known), stored.directory, problems)
    leaders = _leaders(drafts, named | set(known), problems)
    roles = _roles(drafts, named | set(known), problems)
    if problems:
        return Plan(problems=sorted(problems, key=lambda problem: problem.line or 0))
    by_email = {person.email: person for person in stored.directory.people.values()}
    here = [(draft, by_email[draft.email]) for draft in drafts if draft.email in by_email]
    stay = {person.id for _, person in here}
    have = _stored_roles(known, by_email, stored)
    silent = {draft.email for draft in drafts if draft.roles is None}
    wanted = set(roles)
    return Plan(
        new_teams=[(name, parents[name]) for name in parents_first(parents) if name not in known],
        moved_teams=_moved_teams(parents, known, stored.directory),
        added=[draft for draft in drafts if draft.email not in by_email],
        changed=_changes(drafts, here, by_email),
        moved=_moves(here, stored.directory),
        deactivated=[one.id for one in by_email.values() if one.active and one.id not in stay],
        reactivated=[person.id for _, person in here if not person.active],
        leaders_added=[one for one in leaders if not _leads(one, known, by_email, stored)],
        leaders_removed=_leaders_gone(here, leaders, known, by_email, stored),
        roles_added=[role for role in dict.fromkeys(roles) if role not in have],
        roles_removed=[role for key, role in have.items() if key not in wanted and key[0] not in silent],
        active_before=sum(person.active for person in by_email.values()),
        without_team=sum(draft.team is None for draft in drafts),
    )


def _moved_teams(
    parents: Mapping[str, str | None], known: Mapping[str, UUID], directory: Directory
) -> dict[str, str | None]:
    moved = {}
    for name, parent in parents.items():
        if name in known:
            above = directory.teams[known[name]].parent_id
            if parent != (directory.teams[above].name if above else None):
                moved[name] = parent
    return moved


def _leaders(drafts: Sequence[Draft], teams: set[str], problems: list[Problem]) -> list[tuple[str, str]]:
    """Return team and e-mail of everybody who leads, with what cannot be added to the problems."""
    found: list[tuple[str, str]] = []
    lines: dict[str, list[int]] = defaultdict(list)
    for draft in drafts:
        for team in draft.leads or ():
            if team not in teams:
                sentence = f'"{team}" is not a team; write yes, or names of teams separated by semicolons'
                problems.append(Problem(draft.line, "leads", sentence))
                continue
            if len(lines[team]) >= LEADERS_A_TEAM:
                sentence = (
                    f'"{team}" has its two leaders on lines {lines[team][0]} and {lines[team][1]}; '
                    "a third is not possible"
                )
                problems.append(Problem(draft.line, "leads", sentence))
                continue
            lines[team].append(draft.line)
            found.append((team, draft.email))
    return found


def _leads(
    one: tuple[str, str], known: Mapping[str, UUID], by_email: Mapping[str, Somebody], stored: Stored
) -> bool:
    team, email = one
    return team in known and email in by_email and (known[team], by_email[email].id) in stored.leaders


def _leaders_gone(
    here: Sequence[tuple[Draft, Somebody]],
    leaders: Sequence[tuple[str, str]],
    known: Mapping[str, UUID],
    by_email: Mapping[str, Somebody],
    stored: Stored,
) -> list[tuple[UUID, UUID]]:
    """Return who leads no longer; without the column only those who are not in the file."""
    silent = {person.id for draft, person in here if draft.leads is None}
    stay = {
        (known[team], by_email[email].id) for team, email in leaders if team in known and email in by_email
    }
    return sorted(pair for pair in stored.leaders - stay if pair[1] not in silent)


def _roles(
    drafts: Sequence[Draft], teams: set[str], problems: list[Problem]
) -> list[tuple[str, RoleKind, str | None]]:
    found = []
    for draft in drafts:
        for kind, team in draft.roles or ():
            if team is not None and team not in teams:
                problems.append(Problem(draft.line, "role", f'"{team}" is not a team'))
            else:
                found.append((draft.email, kind, team))
    return found


def _stored_roles(
    known: Mapping[str, UUID], by_email: Mapping[str, Somebody], stored: Stored
) -> dict[tuple[str, RoleKind, str | None], StoredRole]:
    names = {team_id: name for name, team_id in known.items()}
    emails = {person.id: person.email for person in by_email.values()}
    return {
        (emails[role.person_id], role.kind, names[role.team_id] if role.team_id else None): role
        for role in stored.roles
    }


def _changes(
    drafts: Sequence[Draft],
    here: Sequence[tuple[Draft, Somebody]],
    by_email: Mapping[str, Somebody],
) -> list[Change]:
    changed = [Change(person.id, fields) for draft, person in here if (fields := draft.changes(person))]
    owners = {draft.slack_id: draft.email for draft in drafts if draft.slack_id}
    known = {person.id for _, person in here}
    # Somebody who is not in the file gives up a Slack id that now belongs to another.
    changed += [
        Change(person.id, {"slack_id": None})
        for person in by_email.values()
        if person.id not in known and owners.get(person.slack_id or "", person.email) != person.email
    ]
    return changed


def _moves(here: Sequence[tuple[Draft, Somebody]], directory: Directory) -> list[Move]:
    moved = []
    for draft, person in here:
        team = directory.teams[person.team_id].name if person.team_id else None
        if draft.team != team:
            moved.append(Move(person.id, person.team_id, draft.team))
    return moved
