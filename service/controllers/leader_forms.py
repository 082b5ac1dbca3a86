"""Forms on the page of a unit: where they lead back to, what comes back when one cannot be accepted.

A form is one action and leads back to the page of the unit. One that cannot be accepted comes back with
what was typed and the error beside its field; nothing is stored then.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from litestar.di import NamedDependency, Provide
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from service.controllers.forms import Answer, FormAboutTeam, refusal_of
from service.controllers.teams import show_team
from service.views.done import place_of
from service.views.team_forms import FormState, Returned
from surveys.commitments.queries import loop_of
from surveys.errors import not_here


@dataclass(frozen=True, slots=True)
class LeaderForm(FormAboutTeam):
    """One about a unit that its sender leads or acts for."""

    @property
    def person_id(self) -> UUID:
        """Who sent it."""
        return self.viewer.person_id

    async def after(
        self,
        act: Callable[[], Awaitable[object]],
        done: str,
        kind: str,
        names: Sequence[str],
        *,
        about: UUID | None = None,
    ) -> Answer:
        """Run one action and lead back, or show the page with what is wrong. A refusal undoes the action.

        Args:
            act: the action.
            done: what the page says then, see `service.controllers.teams.DONE`.
            kind: which form it is, as `service.views.team_forms` names it.
            names: its fields, all of which come back as they were typed.
            about: the promise or topic, where the page has this form several times.
        """
        refusal = await refusal_of(self.session, act)
        if refusal is None:
            return back(self.team_id, done)
        sentence = self.page.language.refusal(refusal)
        typed = self.form.typed(*names)
        # A refusal that names no field of this form stands beside the first one.
        field = refusal.field if refusal.field is not None and refusal.field in names else names[0]
        returned = Returned(kind, FormState(typed, {field: sentence}), about)
        return await show_team(self.session, self.reader, self.team_id, returned=returned)


SentByLeader = NamedDependency[LeaderForm]
LEADER_FORM = {"leader": Provide(LeaderForm, sync_to_thread=False)}


def back(team_id: UUID, done: str) -> Redirect:
    """Lead back to the page of a unit, to the part that says what was done."""
    return Redirect(f"/teams/{team_id}?done={done}#{place_of(done)}", status_code=303)


async def require_promise_of(
    session: AsyncSession, team_id: UUID, promise_id: UUID, *, now: datetime
) -> None:
    """Check that the promise in the address is one of this unit's.

    Raises:
        Missing: it is not.
    """
    loop = await loop_of(session, team_id, now=now, for_leader=True)
    if promise_id not in {promise.id for promise in loop.promises}:
        raise not_here()
