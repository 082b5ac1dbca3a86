"""A team's retrospectives: what there was, and the form that starts another."""

from datetime import datetime
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Response
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.language import mark
from integrations.retro_words import ABOUT_TEMPLATE, TEMPLATES
from service.controllers.retro_desk import Answer, Visit
from service.dependencies import CurrentPage, CurrentViewer, Form, Keys, Now, SentForm, Session
from service.problems import status_of
from service.rendering import Page
from service.security import requires_sign_in
from service.views.retro_page import retro_list
from surveys.errors import Conflict, Invalid, not_here
from surveys.milestones.queries import milestones_to_look_back_on
from surveys.people.models import TeamOrGroup, WorkingGroup
from surveys.people.rules import Viewer
from surveys.retrospectives.actions import start_retrospective
from surveys.retrospectives.queries import belongs, retrospectives_of
from surveys.retrospectives.room import people_looking_back
from surveys.retrospectives.rules import Names, Pace, Plan, Template


class RetroListController(Controller):
    """The retrospectives of one team. Only for who works in it or leads it."""

    path = "/teams/{team_id:uuid}/retros"
    guards = [requires_sign_in]  # noqa: RUF012 -- Litestar's way of saying it

    @get("/")
    async def show(
        self,
        request: Visit,
        session: Session,
        viewer: CurrentViewer,
        page: CurrentPage,
        now: Now,
        team_id: FromPath[UUID],
    ) -> Response[str]:
        """Show what there was, and the form that starts another."""
        milestone = request.query_params.get("milestone", "")
        return await _list_page(session, viewer, page, team_id, now, milestone=milestone)

    @post("/")
    async def start(
        self,
        session: Session,
        keys: Keys,
        viewer: CurrentViewer,
        page: CurrentPage,
        now: Now,
        form: SentForm,
        team_id: FromPath[UUID],
    ) -> Answer:
        """Start one; whoever presses leads through it."""
        _require_belongs(viewer, team_id)
        try:
            plan = _plan_of(form)
            plan.require_possible()
            await _require_offered(session, team_id, plan, now)
            board = await start_retrospective(
                session, keys, team_id=team_id, started_by=viewer.person_id, plan=plan, now=now
            )
        except (Invalid, Conflict) as refusal:  # the board that is open stands on the same page
            return await _list_page(session, viewer, page, team_id, now, refused=refusal, form=form)
        return Redirect(f"/retros/{board.id}", status_code=303)


async def _list_page(
    session: AsyncSession,
    viewer: Viewer,
    page: Page,
    team_id: UUID,
    now: datetime,
    *,
    refused: Invalid | Conflict | None = None,
    form: Form | None = None,
    milestone: str = "",
) -> Response[str]:
    _require_belongs(viewer, team_id)
    sent = form.typed() if form is not None else {"milestone": milestone}
    team = await session.get_one(TeamOrGroup, team_id)
    people = await people_looking_back(session, team)
    offered = await milestones_to_look_back_on(session, team_id, now=now)
    chosen = next((one for one in offered if str(one.id) == sent.get("milestone")), None)
    return page(
        "retros/list.html",
        status=status_of(refused) if refused is not None else 200,
        team_name=team.name,
        group_ended=isinstance(team, WorkingGroup) and team.ended_at is not None,
        team_id=team_id,
        retros=retro_list(await retrospectives_of(session, team_id)),
        writers=sum(not leads for leads in people.values()),
        wrong=page.language.refusal(refused) if refused is not None else "",
        sent=sent,
        title=sent.get("title", chosen.name if chosen else ""),
        offered=offered,
        chosen=chosen,
        templates=[(one, name, ABOUT_TEMPLATE[one]) for one, name in TEMPLATES.items()],
        template=sent.get("template", Template.THREE_PARTS),
    )


def _require_belongs(viewer: Viewer, team_id: UUID) -> None:
    if not belongs(viewer, team_id):
        raise not_here()


async def _require_offered(session: AsyncSession, team_id: UUID, plan: Plan, now: datetime) -> None:
    if plan.milestone_id is not None:
        offered = await milestones_to_look_back_on(session, team_id, now=now)
        if plan.milestone_id not in {one.id for one in offered}:
            raise Invalid(mark("The team has looked back on this already."), field="milestone")


def _plan_of(form: Form) -> Plan:
    pace = form.one_of(Pace, "pace")
    return Plan(
        title=form.text("title"),
        pace=pace,
        names=form.one_of(Names, "names"),
        template=form.one_of(Template, "template") if "template" in form else Template.THREE_PARTS,
        milestone_id=form.id("milestone") if form.text("milestone") else None,
        days_a_phase=form.whole_number("days") if pace is Pace.OVER_DAYS else 1,
    )
