"""What starts retrospectives: HR's page over all projects, and a leader's page for one team."""

from datetime import time
from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Response
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.environment import Settings
from integrations.language import mark
from integrations.milestones.tools import tools_in_use
from service.controllers.forms import TEAM_FORM, Answer, FormAboutTeam, SentAboutTeam
from service.dependencies import CurrentPage, CurrentSettings, CurrentViewer, Form, Now, SentForm, Session
from service.rendering import Page
from service.security import requires_hr, requires_leader_of
from service.views.milestones import rhythm_view, source_names
from surveys.errors import Conflict, Invalid, SurveyError, not_here
from surveys.milestones.actions import place_project, remove_project, set_rhythm, stop_rhythm
from surveys.milestones.queries import projects, rhythm_of, unmapped_projects
from surveys.milestones.rules import Placement, Rhythm, Source
from surveys.people.models import Team
from surveys.people.queries import branch_of, teams_around
from surveys.people.rules import Viewer
from surveys.retrospectives.listing import open_boards
from surveys.retrospectives.models import Retrospective
from surveys.retrospectives.room import appoint
from surveys.retrospectives.rules import days_out_of_range


class MilestonesController(Controller):
    """Every project of the organisation, and those nobody has placed yet. For HR."""

    path = "/milestones"
    guards = (requires_hr,)

    @get("/")
    async def show(
        self, session: Session, viewer: CurrentViewer, settings: CurrentSettings, page: CurrentPage
    ) -> Response[str]:
        """Show which project belongs to which team, and what still belongs to none."""
        return await _all_projects(session, viewer, page, tools_in_use(settings))

    @post("/")
    async def place(
        self,
        session: Session,
        viewer: CurrentViewer,
        settings: CurrentSettings,
        page: CurrentPage,
        now: Now,
        form: SentForm,
    ) -> Answer:
        """Say which team a project belongs to; HR may also move one."""
        try:
            await place_project(
                session,
                _placement(form, form.id("team")),
                organisation_id=viewer.organisation_id,
                by=viewer.person_id,
                may_move=True,
                now=now,
            )
        except (Invalid, Conflict) as refusal:
            tools = tools_in_use(settings)
            return await _all_projects(session, viewer, page, tools, refusal=refusal, form=form)
        return Redirect("/milestones", status_code=303)

    @post("/boards/{retro_id:uuid}")
    async def appoint(
        self, session: Session, viewer: CurrentViewer, now: Now, form: SentForm, retro_id: FromPath[UUID]
    ) -> Answer:
        """Let somebody of the team lead through a board that nobody leads; HR reads nothing of it."""
        board = await session.get(Retrospective, retro_id)
        unit = await session.get(Team, board.team_id) if board is not None else None
        if board is None or unit is None or board.organisation_id != viewer.organisation_id:
            raise not_here()
        await appoint(session, retro_id, by=viewer.person_id, person_id=form.id("person"), now=now)
        return Redirect("/milestones", status_code=303)

    @post("/{project_id:uuid}/remove")
    async def remove(
        self, session: Session, viewer: CurrentViewer, now: Now, project_id: FromPath[UUID]
    ) -> Answer:
        """Let a project start nothing any more."""
        await remove_project(session, project_id, team_id=None, by=viewer.person_id, now=now)
        return Redirect("/milestones", status_code=303)


class TeamMilestonesController(Controller):
    """What starts the retrospectives of one team. For who leads it."""

    path = "/teams/{team_id:uuid}/milestones"
    guards = [requires_leader_of("team_id")]  # noqa: RUF012 -- Litestar's way of saying it
    dependencies = TEAM_FORM

    @get("/")
    async def show(self, sent: SentAboutTeam, settings: CurrentSettings) -> Response[str]:
        """Show the team's rhythm and its projects."""
        return await _of_team(sent, settings)

    @post("/")
    async def place(self, sent: SentAboutTeam, settings: CurrentSettings) -> Answer:
        """Say that a project belongs to this team; one of another team stays there."""
        try:
            await place_project(
                sent.session,
                _placement(sent.form, sent.team_id),
                organisation_id=sent.viewer.organisation_id,
                by=sent.viewer.person_id,
                may_move=False,
                now=sent.now,
            )
        except (Invalid, Conflict) as refusal:
            return await _of_team(sent, settings, refusal)
        return _back(sent.team_id)

    @post("/{project_id:uuid}/remove")
    async def remove(self, sent: SentAboutTeam, project_id: FromPath[UUID]) -> Answer:
        """Let a project of this team start nothing any more."""
        await remove_project(
            sent.session, project_id, team_id=sent.team_id, by=sent.viewer.person_id, now=sent.now
        )
        return _back(sent.team_id)

    @post("/rhythm")
    async def rhythm(self, sent: SentAboutTeam, settings: CurrentSettings) -> Answer:
        """Look back every so many weeks, or no more."""
        by = sent.viewer.person_id
        try:
            if sent.form.text("do") == "stop":
                await stop_rhythm(sent.session, sent.team_id, by=by, now=sent.now)
            else:
                await set_rhythm(sent.session, sent.team_id, _rhythm(sent.form), by=by, now=sent.now)
        except Invalid as refusal:
            return await _of_team(sent, settings, refusal)
        return _back(sent.team_id)


def _back(team_id: UUID) -> Redirect:
    return Redirect(f"/teams/{team_id}/milestones", status_code=303)


async def _all_projects(
    session: AsyncSession,
    viewer: Viewer,
    page: Page,
    tools: list[Source],
    *,
    refusal: SurveyError | None = None,
    form: Form | None = None,
) -> Response[str]:
    organisation_id = viewer.organisation_id
    directory = await teams_around(session, viewer, leaders_read_below=False)
    return page(
        "milestones/organisation.html",
        status=422 if refusal else 200,
        placed=await projects(session, organisation_id),
        unmapped=await unmapped_projects(session, organisation_id),
        boards=await open_boards(session, organisation_id),
        teams=sorted(directory.teams.values(), key=lambda team: team.name),
        sources=source_names(page.language),
        tools=tools,
        **_came_back(page, refusal, form),
    )


async def _of_team(
    about: FormAboutTeam, settings: Settings, refusal: SurveyError | None = None
) -> Response[str]:
    session, page, team_id = about.session, about.page, about.team_id
    team = await session.get_one(Team, team_id)
    row = await rhythm_of(session, team_id)
    zone = (await branch_of(session, team_id)).team_zone(team_id)
    return page(
        "milestones/team.html",
        status=422 if refusal else 200,
        team_id=team_id,
        team_name=team.name,
        placed=await projects(session, team.organisation_id, team_id=team_id),
        rhythm=rhythm_view(row, zone, page.language) if row is not None else None,
        team_zone=zone,
        sources=source_names(page.language),
        tools=tools_in_use(settings),
        **_came_back(page, refusal, about.form if refusal else None),
    )


def _came_back(page: Page, refusal: SurveyError | None, form: Form | None) -> dict[str, Any]:
    """Return what a refused form shows again: what was typed, what is wrong, and in which field."""
    wrong = page.language.refusal(refusal) if refusal is not None else ""
    wrong_in = (refusal.field or "") if isinstance(refusal, Invalid) else ""
    return {"sent": form.typed() if form else {}, "wrong": wrong, "wrong_in": wrong_in}


def _placement(form: Form, team_id: UUID) -> Placement:
    return Placement(form.one_of(Source, "source"), form.text("name"), team_id, _days(form))


def _days(form: Form) -> int:
    if form.text("pace") == "live":
        return 0
    days = form.whole_number("days")
    if not days:  # which stands for all together, and is another choice
        raise days_out_of_range()
    return days


def _rhythm(form: Form) -> Rhythm:
    try:
        at = time.fromisoformat(form.text("at", most=8))
    except ValueError as error:
        raise Invalid(mark("Give a time of day, such as 15:30."), field="at") from error
    return Rhythm(
        label=form.text("label"),
        every_weeks=form.whole_number("every_weeks"),
        first_on=form.date("first_on"),
        at=at.replace(second=0, microsecond=0, tzinfo=None),
        days_a_phase=_days(form),
    )
