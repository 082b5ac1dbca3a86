"""A directory that exists only in a file: the rows of an import as a tree, without any storage. Pure."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from surveys.people.directory_plan import Plan, Stored, plan_import
from surveys.people.directory_rows import PersonRow, Problem
from surveys.people.rules import Directory, Somebody, TeamNode


def directory_in(rows: Sequence[PersonRow]) -> tuple[Directory, Sequence[Problem]]:
    """Return the directory that an import into an empty installation would make, or its problems.

    With problems the directory is empty. Identifiers are invented and mean nothing outside it.
    """
    nothing = Directory(uuid4(), {}, {}, {})
    plan = plan_import(rows, Stored(nothing))
    return (nothing if plan.problems else _directory(plan)), plan.problems


def _directory(plan: Plan) -> Directory:
    ids = {name: uuid4() for name, _ in plan.new_teams}
    people = {
        (own := uuid4()): Somebody(
            own,
            draft.email,
            draft.name,
            draft.zone or "UTC",
            team_id=ids[draft.team] if draft.team else None,
        )
        for draft in plan.added
    }
    by_email = {person.email: person.id for person in people.values()}
    leaders: dict[UUID, tuple[UUID, ...]] = {}
    for team, email in plan.leaders_added:
        leaders[ids[team]] = (*leaders.get(ids[team], ()), by_email[email])
    teams = {
        ids[name]: TeamNode(ids[name], name, ids[parent] if parent else None)
        for name, parent in plan.new_teams
    }
    return Directory(uuid4(), teams, people, leaders)
