"""Pages for HR: who can be asked, how the loop does over all teams, how well things are measured.

No score of a team is on them, and no ranking.
"""

from litestar import Controller, get
from litestar.response import Response

from service.dependencies import CurrentPage, CurrentSettings, CurrentViewer, Now, Session
from service.security import requires_hr
from service.views.coverage import coverage_view
from service.views.loop_health import as_csv, facts, rate_in_words, strips
from service.views.organisation import organisation_view
from surveys.cadence.queries import programmes
from surveys.commitments.queries import loop_health
from surveys.deliveries.queries import unreachable_people
from surveys.people.models import Organisation
from surveys.people.queries import directory_of
from surveys.results.organisation import overall
from surveys.waves.rosters import audience_of


class CoverageController(Controller):
    """Pages of HR about the whole organisation."""

    guards = (requires_hr,)

    @get("/coverage")
    async def coverage(
        self, session: Session, viewer: CurrentViewer, settings: CurrentSettings, page: CurrentPage
    ) -> Response[str]:
        """Show every unit in alphabetical order: how many are asked, and what it can see."""
        directory = await directory_of(session, viewer.organisation_id)
        organisation = await session.get_one(Organisation, viewer.organisation_id)
        known = await programmes(session, viewer.organisation_id)
        running = [programme for programme in known if programme.paused_at is None]
        view = coverage_view(
            directory,
            minimum=organisation.minimum_group,
            audiences={one.name: audience_of(one, directory) for one in running},
            unreachable=await unreachable_people(session),
            uses_slack=settings.uses_slack,
        )
        return page("coverage/coverage.html", coverage=view)

    @get("/loop-health")
    async def loop_health(
        self, session: Session, viewer: CurrentViewer, page: CurrentPage, now: Now
    ) -> Response[str]:
        """Show how long leaders take and what became of promises, unnamed, from ten teams on."""
        directory = await directory_of(session, viewer.organisation_id)
        health = await loop_health(session, directory, now=now)
        return page(
            "coverage/loop_health.html",
            health=health,
            strips=strips(health, page.language),
            confirmed=rate_in_words(health.follow_through.confirmed, page.language),
            by_dates=rate_in_words(health.follow_through.by_dates, page.language),
            facts=facts(health, page.language),
        )

    @get("/loop-health.csv")
    async def loop_health_file(
        self, session: Session, viewer: CurrentViewer, page: CurrentPage, now: Now
    ) -> Response[str]:
        """Hand out the same as the page shows, and nothing else, as comma-separated values."""
        directory = await directory_of(session, viewer.organisation_id)
        health = await loop_health(session, directory, now=now)
        return Response(
            as_csv(health, page.language),
            media_type="text/csv; charset=utf-8",
            headers={"content-disposition": 'attachment; filename="promises.csv"'},
        )

    @get("/organisation")
    async def organisation(
        self, session: Session, viewer: CurrentViewer, page: CurrentPage, now: Now
    ) -> Response[str]:
        """Show reliability, differences between teams, agreement and how high statements are answered."""
        found = await overall(session, viewer.organisation_id, now=now)
        return page("coverage/organisation.html", organisation=organisation_view(found, page.language))
