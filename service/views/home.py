"""What the start page and the tree of units are made of. Nothing here decides who may read what."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from surveys.commitments.loop import LoopState
from surveys.commitments.rules import State
from surveys.people.rules import TeamNode

MANY_UNITS = (
    40  # with more of them the start page shows those near the reader; all have a page of their own
)


@dataclass(frozen=True, slots=True)
class Branch:
    """A unit with what is below it. `relation` is leader, member or empty."""

    name: str
    href: str
    relation: str
    below: "Sequence[Branch]"


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit in the list of all. `relation` is that of a `Branch`, `above` the name of the unit above."""

    name: str
    href: str
    relation: str
    above: str | None


@dataclass(frozen=True, slots=True)
class OpenSheet:
    """What is open for the reader at this moment. `link` carries their own token."""

    programme_name: str
    team_name: str
    questions: int
    closes_at: datetime
    link: str
    answered: bool


@dataclass(frozen=True, slots=True)
class LedUnit:
    """A unit the reader leads or stands in for, with what is next there: a code, see the template."""

    name: str
    href: str
    next_step: str  # too_early, share, acknowledge, promise, promises, settled
    open_promises: int
    next_due: date | None
    stands_in: bool = False


def branches(teams: Mapping[UUID, TeamNode], relation_of: Callable[[UUID], str | None]) -> list[Branch]:
    """Return the units the reader may open, each below its nearest such ancestor, by name.

    Args:
        teams: units with all their ancestors.
        relation_of: unit → leader, member or an empty word; None where the reader may not open it.
    """
    below: dict[UUID | None, list[UUID]] = {}
    known = {team_id: relation for team_id in teams if (relation := relation_of(team_id)) is not None}
    for team_id in known:
        above = teams[team_id].parent_id
        while above is not None and above not in known:
            above = teams[above].parent_id
        below.setdefault(above, []).append(team_id)

    def grown(above: UUID | None) -> list[Branch]:
        return [
            Branch(teams[team_id].name, team_path(team_id), known[team_id], grown(team_id))
            for team_id in sorted(below.get(above, ()), key=lambda each: teams[each].name.casefold())
        ]

    return grown(None)


def unit_rows(teams: Mapping[UUID, TeamNode], relation_of: Callable[[UUID], str | None]) -> list[UnitRow]:
    """Return the units the reader may open, by name; see `branches`."""
    return [
        UnitRow(
            team.name, team_path(team.id), relation, teams[team.parent_id].name if team.parent_id else None
        )
        for team in sorted(teams.values(), key=lambda each: each.name.casefold())
        if (relation := relation_of(team.id)) is not None
    ]


def led_unit(loop: LoopState, *, stands_in: bool = False) -> LedUnit:
    """Return what is next for the leader of a unit, or for who stands in."""
    taken = {step.name for step in loop.steps if step.at is not None}
    waiting = [promise for promise in loop.promises if promise.state in (State.OPEN, State.MOVED)]
    waiting = [promise for promise in waiting if promise.is_open]
    if not loop.steps or "results" not in taken:
        step = "too_early"
    elif "shared" not in taken:
        step = "share"
    elif "acknowledged" not in taken:
        step = "acknowledge"
    elif "committed" not in taken and not waiting:
        step = "promise"
    else:
        step = "promises" if waiting else "settled"
    return LedUnit(
        name=loop.team_name,
        href=team_path(loop.team_id),
        next_step=step,
        open_promises=len(waiting),
        next_due=min((promise.due for promise in waiting), default=None),
        stands_in=stands_in,
    )


def team_path(team_id: UUID) -> str:
    """Return the path of a unit's page."""
    return f"/teams/{team_id}"
