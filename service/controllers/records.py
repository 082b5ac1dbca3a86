"""What a team can check about others: who has looked at its figures, and what was changed."""

from uuid import UUID

from litestar import Controller, get
from litestar.params import FromPath
from litestar.response import Response

from service.controllers.teams import branch_to_read
from service.dependencies import CurrentPage, CurrentViewer, Now, Session
from service.security import requires_sign_in
from service.views.who_looked import who_looked
from surveys.audit.queries import looks_at


class RecordController(Controller):
    """One page a unit, for everybody who may read the unit."""

    path = "/teams/{team_id:uuid}/record"
    guards = [requires_sign_in]  # noqa: RUF012 -- Litestar's way of saying it

    @get()
    async def show(
        self, session: Session, viewer: CurrentViewer, page: CurrentPage, now: Now, team_id: FromPath[UUID]
    ) -> Response[str]:
        """Show who has looked and what was changed. Opening this page is not a look at figures."""
        branch, _ = await branch_to_read(session, viewer, team_id, now=now)
        return page(
            "teams/record.html",
            team_id=team_id,
            team_name=branch.teams[team_id].name,
            looked=who_looked(await looks_at(session, team_id, now=now), page.language),
        )
