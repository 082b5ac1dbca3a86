"""The repair plan of a team: for who works in it and who leads it, and nobody else."""

from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Response
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.word_hints import where_to_report
from service.controllers.leader_forms import Answer, refusal_of
from service.controllers.teams import branch_to_read
from service.dependencies import CurrentPage, CurrentSettings, CurrentViewer, Form, Now, SentForm, Session
from service.security import requires_sign_in
from service.views.repair import repair_page
from surveys.commitments.queries import loop_of
from surveys.errors import Invalid, not_here
from surveys.people.rules import Viewer
from surveys.repair.actions import (
    agree_for_team,
    end_repair,
    look_at_repair,
    promise_repair,
    propose_repair,
)
from surveys.repair.models import LookWord, RepairPlan
from surveys.repair.queries import plan_of
from surveys.retrospectives.queries import belongs


class RepairController(Controller):
    """One page and its forms. A form that cannot be accepted comes back with what was typed."""

    path = "/teams/{team_id:uuid}/repair"
    guards = [requires_sign_in]  # noqa: RUF012 -- Litestar's way of saying it

    @get("/")
    async def show(
        self,
        session: Session,
        viewer: CurrentViewer,
        page: CurrentPage,
        settings: CurrentSettings,
        now: Now,
        team_id: FromPath[UUID],
    ) -> Response[str]:
        """Show the plan, or how one begins."""
        return await self._page(session, viewer, page, settings, now, team_id)

    @post("/")
    async def propose(
        self,
        session: Session,
        viewer: CurrentViewer,
        page: CurrentPage,
        settings: CurrentSettings,
        now: Now,
        form: SentForm,
        team_id: FromPath[UUID],
    ) -> Answer:
        """Propose a plan to the team."""
        _require_part(viewer, team_id)

        async def act() -> None:
            await propose_repair(
                session,
                team_id=team_id,
                person_id=viewer.person_id,
                what=form.text("what"),
                leader_needs=form.text("leader_needs"),
                team_needs=form.text("team_needs"),
                now=now,
            )

        refusal = await refusal_of(session, act)
        if refusal is not None:
            return await self._page(
                session, viewer, page, settings, now, team_id, typed=form, refusal=refusal
            )
        return _back(team_id)

    @post("/{plan_id:uuid}/agree")
    async def agree(
        self,
        session: Session,
        viewer: CurrentViewer,
        now: Now,
        team_id: FromPath[UUID],
        plan_id: FromPath[UUID],
    ) -> Redirect:
        """Say for the team that it agrees."""
        await _require_plan(session, viewer, team_id, plan_id)
        await agree_for_team(session, plan_id, person_id=viewer.person_id, now=now)
        return _back(team_id)

    @post("/{plan_id:uuid}/promises")
    async def promise(
        self,
        session: Session,
        viewer: CurrentViewer,
        page: CurrentPage,
        settings: CurrentSettings,
        now: Now,
        form: SentForm,
        team_id: FromPath[UUID],
        plan_id: FromPath[UUID],
    ) -> Answer:
        """Promise a step of the plan."""
        await _require_plan(session, viewer, team_id, plan_id)

        async def act() -> None:
            text, due = form.text("text", most=1000), form.date("due")
            await promise_repair(session, plan_id, person_id=viewer.person_id, text=text, due=due, now=now)

        refusal = await refusal_of(session, act)
        if refusal is not None:
            return await self._page(
                session, viewer, page, settings, now, team_id, typed=form, refusal=refusal
            )
        return _back(team_id)

    @post("/{plan_id:uuid}/look")
    async def look(
        self,
        session: Session,
        viewer: CurrentViewer,
        now: Now,
        form: SentForm,
        team_id: FromPath[UUID],
        plan_id: FromPath[UUID],
    ) -> Redirect:
        """Say for the team how it is by now."""
        await _require_plan(session, viewer, team_id, plan_id)
        word = form.one_of(LookWord, "word")
        await look_at_repair(
            session,
            plan_id,
            person_id=viewer.person_id,
            day=form.whole_number("day"),
            word=word,
            now=now,
        )
        return _back(team_id)

    @post("/{plan_id:uuid}/end")
    async def end(
        self,
        session: Session,
        viewer: CurrentViewer,
        now: Now,
        form: SentForm,
        team_id: FromPath[UUID],
        plan_id: FromPath[UUID],
    ) -> Redirect:
        """End the plan, as repaired or without that word."""
        await _require_plan(session, viewer, team_id, plan_id)
        repaired = form.text("repaired", most=5) == "yes"
        await end_repair(session, plan_id, person_id=viewer.person_id, repaired=repaired, now=now)
        return _back(team_id)

    @staticmethod
    async def _page(
        session: AsyncSession,
        viewer: Viewer,
        page: CurrentPage,
        settings: CurrentSettings,
        now: Now,
        team_id: UUID,
        *,
        typed: Form | None = None,
        refusal: Invalid | None = None,
    ) -> Response[str]:
        branch, _ = await branch_to_read(session, viewer, team_id, now=now)
        _require_part(viewer, team_id)
        loop = await loop_of(session, team_id, now=now, for_leader=False, branch=branch)
        plan = await plan_of(session, loop, now=now)
        _, contacts = where_to_report(page.language, settings.help_contacts)
        fields = ("what", "leader_needs", "team_needs", "text", "due")
        return page(
            "teams/repair.html",
            status=422 if refusal else 200,
            repair=repair_page(loop, plan, page.language, zone=viewer.zone, now=now),
            leads=team_id in viewer.leads,
            works=team_id == viewer.unit,
            contacts=contacts,
            typed={name: (typed.all(name) or [""])[0] for name in fields} if typed else {},
            error_field=refusal.field if refusal else None,
            error=page.language.refusal(refusal) if refusal else "",
        )


def _require_part(viewer: Viewer, team_id: UUID) -> None:
    if not belongs(viewer, team_id):
        raise not_here()


async def _require_plan(session: AsyncSession, viewer: Viewer, team_id: UUID, plan_id: UUID) -> None:
    _require_part(viewer, team_id)
    plan = await session.get(RepairPlan, plan_id)
    if plan is None or plan.team_id != team_id:
        raise not_here()


def _back(team_id: UUID) -> Redirect:
    return Redirect(f"/teams/{team_id}/repair", status_code=303)
