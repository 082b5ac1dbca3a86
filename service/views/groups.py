"""Working groups as their pages show them: who is in one, what was promised, and the forms about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from service.views.loop import LoopPage
from service.views.team_forms import FormState, Returned
from surveys.people.groups_read import GroupPerson

RENAME, ADD, MAKE = "rename", "add", "make"


@dataclass(frozen=True, slots=True)
class GroupPage:
    """What the page of one group shows; `loop` and `retros` are for who belongs to it."""

    team_id: UUID
    name: str
    people: Sequence[GroupPerson]
    ended_at: datetime | None
    belongs: bool
    is_leader: bool
    may_change: bool
    loop: LoopPage
    retros: Sequence[Any]

    @property
    def leaders(self) -> Sequence[GroupPerson]:
        """Who leads it."""
        return [one for one in self.people if one.leads]


def group_forms(name: str, returned: Returned | None) -> Mapping[str, FormState]:
    """Return the forms about the group itself, with what came back in its place."""
    forms = {RENAME: FormState({"name": name}), ADD: FormState()}
    if returned is not None and returned.kind in forms:
        forms[returned.kind] = returned.state
    return forms
