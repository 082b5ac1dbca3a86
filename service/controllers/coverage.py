"""Pages for HR: who can be asked, and how well things are measured.

No score of a team is on them, and no ranking.
"""

import asyncio

from litestar import Controller, get
from litestar.response import Response

from service.dependencies import CurrentPage, CurrentSettings, CurrentViewer, Now, Requested, Session
from service.security import requires_hr
from service.views.coverage import coverage_view
from service.views.organisation import organisation_view
from surveys.cadence.queries import programmes
from surveys.deliveries.queries import unreachable_people
from surveys.people.models import Organisation
from surveys.people.queries import outline_of
from surveys.results.organisation import overall
from surveys.waves.rosters import audience_of


class CoverageController(Controller):
    """Pages of HR about the whole organisation."""

    guards = (requires_hr,)

    @get("/coverage")
    async def coverage(
        self,
        request: Requested,
        session: Session,
        viewer: CurrentViewer,
        settings: CurrentSettings,
        page: CurrentPage,
    ) -> Response[str]:
        """Show every unit in alphabetical order: how many are asked, and what it can see."""
        outline = await outline_of(session, viewer.organisation_id)
        organisation = await session.get_one(Organisation, viewer.organisation_id)
        known = await programmes(session, viewer.organisation_id)
        running = [programme for programme in known if programme.paused_at is None]
        unreachable = await unreachable_people(session)
        view = await asyncio.to_thread(  # work for the processor only: other pages go on meanwhile
            coverage_view,
            outline,
            minimum=organisation.minimum_group,
            audiences={one.name: audience_of(one, outline.directory) for one in running},
            unreachable=unreachable,
            uses_slack=settings.uses_slack,
            find=request.query_params.get("find", ""),
            part=request.query_params.get("part", ""),
        )
        return page("coverage/coverage.html", coverage=view)

    @get("/organisation")
    async def organisation(
        self, session: Session, viewer: CurrentViewer, page: CurrentPage, now: Now
    ) -> Response[str]:
        """Show reliability, differences between teams, agreement and how high statements are answered."""
        found = await overall(session, viewer.organisation_id, now=now)
        return page("coverage/organisation.html", organisation=organisation_view(found, page.language))
