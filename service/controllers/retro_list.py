"""A team's retrospectives: what there was, and the form that starts another."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from litestar import Controller, get, post
from litestar.response import Redirect, Response
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.language import mark
from integrations.wording.retro import ABOUT_TEMPLATE, TEMPLATES
from service.controllers.forms import TEAM_FORM, Answer, FormAboutTeam, SentAboutTeam
from service.dependencies import Form, Keys, Requested
from service.problems import status_of
from service.security import requires_part_in
from service.views.retro_page import retro_list
from surveys.errors import Conflict, Invalid
from surveys.milestones.queries import milestones_to_look_back_on
from surveys.people.models import TeamOrGroup, WorkingGroup
from surveys.retrospectives.actions import start_retrospective
from surveys.retrospectives.queries import retrospectives_of
from surveys.retrospectives.room import people_looking_back
from surveys.retrospectives.rules import Names, Pace, Plan, Template


class RetroListController(Controller):
    """The retrospectives of one team. Only for who works in it or leads it."""

    path = "/teams/{team_id:uuid}/retros"
    guards = [requires_part_in("team_id")]  # noqa: RUF012 -- Litestar's way of saying it
    dependencies = TEAM_FORM

    @get("/")
    async def show(self, request: Requested, sent: SentAboutTeam) -> Response[str]:
        """Show what there was, and the form that starts another."""
        return await _list_page(sent, {"milestone": request.query_params.get("milestone", "")})

    @post("/")
    async def start(self, sent: SentAboutTeam, keys: Keys) -> Answer:
        """Start one; whoever presses leads through it."""
        try:
            plan = _plan_of(sent.form)
            plan.require_possible()
            await _require_offered(sent.session, sent.team_id, plan, sent.now)
            board = await start_retrospective(
                sent.session,
                keys,
                team_id=sent.team_id,
                started_by=sent.viewer.person_id,
                plan=plan,
                now=sent.now,
            )
        except (Invalid, Conflict) as refusal:  # the board that is open stands on the same page
            return await _list_page(sent, sent.form.typed(), refusal)
        return Redirect(f"/retros/{board.id}", status_code=303)


async def _list_page(
    about: FormAboutTeam, fields: Mapping[str, str], refused: Invalid | Conflict | None = None
) -> Response[str]:
    session, page, team_id = about.session, about.page, about.team_id
    team = await session.get_one(TeamOrGroup, team_id)
    people = await people_looking_back(session, team)
    offered = await milestones_to_look_back_on(session, team_id, now=about.now)
    chosen = next((one for one in offered if str(one.id) == fields.get("milestone")), None)
    return page(
        "retros/list.html",
        status=status_of(refused) if refused is not None else 200,
        team_name=team.name,
        group_ended=isinstance(team, WorkingGroup) and team.ended_at is not None,
        team_id=team_id,
        retros=retro_list(await retrospectives_of(session, team_id)),
        writers=sum(not leads for leads in people.values()),
        wrong=page.language.refusal(refused) if refused is not None else "",
        sent=fields,
        title=fields.get("title", chosen.name if chosen else ""),
        offered=offered,
        chosen=chosen,
        templates=[(one, name, ABOUT_TEMPLATE[one]) for one, name in TEMPLATES.items()],
        template=fields.get("template", Template.THREE_PARTS),
    )


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
