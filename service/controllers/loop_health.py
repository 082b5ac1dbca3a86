"""The page of HR on how the loop does over all teams, and what may stand there by name."""

from litestar import Controller, get, post
from litestar.params import FromQuery
from litestar.response import Redirect, Response
from sqlalchemy.ext.asyncio import AsyncSession

from service.controllers.forms import Answer, refusal_of
from service.dependencies import CurrentPage, CurrentViewer, Form, Now, SentForm, Session
from service.security import requires_hr
from service.views.loop_health import as_csv, health_page
from surveys.commitments.agreements import (
    LONGEST_REFERENCE,
    agreement_of,
    end_agreement,
    late_teams,
    record_agreement,
)
from surveys.commitments.health import loop_health
from surveys.errors import Invalid
from surveys.people.rules import Viewer

PAGE = 100  # teams
LAST_PAGE = 1_000


class LoopHealthController(Controller):
    """What was counted last, unnamed; by team only while a works agreement is in force."""

    path = "/loop-health"
    guards = (requires_hr,)

    @get("/")
    async def show(self, session: Session, viewer: CurrentViewer, page: CurrentPage) -> Response[str]:
        """Show how long leaders take and what became of promises, unnamed, from ten teams on."""
        return await _page(session, viewer, page)

    @get("/table.csv")
    async def table(self, session: Session, viewer: CurrentViewer, page: CurrentPage) -> Response[str]:
        """Hand out the same as the page says, and nothing else, as comma-separated values."""
        health = health_page(
            await loop_health(session, viewer.organisation_id), page.language, zone=page.zone
        )
        return Response(
            as_csv(health, page.language),
            media_type="text/csv",
            headers={"content-disposition": 'attachment; filename="promises.csv"'},
        )

    @get("/teams")
    async def teams(
        self, session: Session, viewer: CurrentViewer, page: CurrentPage, number: FromQuery[int] = 0
    ) -> Response[str]:
        """Show what is late by team, in alphabetical order, while a works agreement is in force."""
        number = min(max(number, 0), LAST_PAGE)
        late, more = await late_teams(session, viewer.organisation_id, page=number, size=PAGE)
        agreement = await agreement_of(session, viewer.organisation_id)
        return page("coverage/late_teams.html", late=late, more=more, number=number, agreement=agreement)

    @post("/agreement")
    async def record(
        self, session: Session, viewer: CurrentViewer, page: CurrentPage, now: Now, form: SentForm
    ) -> Answer:
        """Note the works agreement that allows late counts by team."""

        async def act() -> None:
            await record_agreement(
                session,
                organisation_id=viewer.organisation_id,
                person_id=viewer.person_id,
                reference=form.text("reference", most=5 * LONGEST_REFERENCE),
                now=now,
            )

        refusal = await refusal_of(session, act)
        if refusal is not None:
            return await _page(session, viewer, page, typed=form, refusal=refusal)
        return Redirect("/loop-health#agreement", status_code=303)

    @post("/agreement/end")
    async def end(self, session: Session, viewer: CurrentViewer, now: Now) -> Redirect:
        """End the agreement; what was counted by team is deleted."""
        await end_agreement(
            session, organisation_id=viewer.organisation_id, person_id=viewer.person_id, now=now
        )
        return Redirect("/loop-health#agreement", status_code=303)


async def _page(
    session: AsyncSession,
    viewer: Viewer,
    page: CurrentPage,
    *,
    typed: Form | None = None,
    refusal: Invalid | None = None,
) -> Response[str]:
    return page(
        "coverage/loop_health.html",
        status=422 if refusal is not None else 200,
        health=health_page(
            await loop_health(session, viewer.organisation_id), page.language, zone=page.zone
        ),
        agreement=await agreement_of(session, viewer.organisation_id),
        typed=typed.typed("reference")["reference"] if typed is not None else "",
        error=page.language.refusal(refusal) if refusal is not None else "",
    )
