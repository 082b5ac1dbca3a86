"""The repair plan of a team: for who works in it and who leads it, and nobody else."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.response import Redirect, Response

from integrations.wording.hints import where_to_report
from service.controllers.forms import Answer, FormAboutTeam, refusal_of
from service.controllers.teams import branch_to_read
from service.dependencies import CurrentSettings
from service.security import requires_part_in
from service.views.repair import repair_page
from surveys.commitments.queries import loop_of
from surveys.errors import Invalid, not_here
from surveys.repair.actions import (
    agree_for_team,
    end_repair,
    look_at_repair,
    promise_repair,
    propose_repair,
)
from surveys.repair.models import LookWord, RepairPlan
from surveys.repair.queries import plan_of

FIELDS = ("what", "leader_needs", "team_needs", "text", "due")


@dataclass(frozen=True, slots=True)
class RepairForm(FormAboutTeam):
    """One about the repair plan of a team. Without fields it is a visit of the page."""

    settings: CurrentSettings

    async def after(self, act: Callable[[], Awaitable[None]]) -> Answer:
        """Run one action and lead back, or show the page with what was typed and what is wrong."""
        refusal = await refusal_of(self.session, act)
        return _back(self.team_id) if refusal is None else await self.shown(refusal)

    async def shown(self, refusal: Invalid | None = None) -> Response[str]:
        """Return the page as its reader may see it."""
        branch, _ = await branch_to_read(self.session, self.viewer, self.team_id, now=self.now)
        loop = await loop_of(self.session, self.team_id, now=self.now, for_leader=False, branch=branch)
        plan = await plan_of(self.session, loop, now=self.now)
        language = self.page.language
        _, contacts = where_to_report(language, self.settings.help_contacts)
        return self.page(
            "teams/repair.html",
            status=422 if refusal else 200,
            repair=repair_page(loop, plan, language, zone=self.viewer.zone, now=self.now),
            leads=self.team_id in self.viewer.leads,
            works=self.team_id == self.viewer.unit,
            contacts=contacts,
            typed=self.form.typed(*FIELDS) if refusal else {},
            error_field=refusal.field if refusal else None,
            error=language.refusal(refusal) if refusal else "",
        )

    async def require_plan(self, plan_id: UUID) -> None:
        """Check that the plan in the address is this team's.

        Raises:
            Missing: it is not.
        """
        plan = await self.session.get(RepairPlan, plan_id)
        if plan is None or plan.team_id != self.team_id:
            raise not_here()


SentAboutRepair = NamedDependency[RepairForm]


class RepairController(Controller):
    """One page and its forms. A form that cannot be accepted comes back with what was typed."""

    path = "/teams/{team_id:uuid}/repair"
    guards = [requires_part_in("team_id")]  # noqa: RUF012 -- Litestar's way of saying it
    dependencies = {"sent": Provide(RepairForm, sync_to_thread=False)}  # noqa: RUF012 -- as above

    @get("/")
    async def show(self, sent: SentAboutRepair) -> Response[str]:
        """Show the plan, or how one begins."""
        return await sent.shown()

    @post("/")
    async def propose(self, sent: SentAboutRepair) -> Answer:
        """Propose a plan to the team."""

        async def act() -> None:
            await propose_repair(
                sent.session,
                team_id=sent.team_id,
                person_id=sent.viewer.person_id,
                what=sent.form.text("what"),
                leader_needs=sent.form.text("leader_needs"),
                team_needs=sent.form.text("team_needs"),
                now=sent.now,
            )

        return await sent.after(act)

    @post("/{plan_id:uuid}/agree")
    async def agree(self, sent: SentAboutRepair, plan_id: FromPath[UUID]) -> Redirect:
        """Say for the team that it agrees."""
        await sent.require_plan(plan_id)
        await agree_for_team(sent.session, plan_id, person_id=sent.viewer.person_id, now=sent.now)
        return _back(sent.team_id)

    @post("/{plan_id:uuid}/promises")
    async def promise(self, sent: SentAboutRepair, plan_id: FromPath[UUID]) -> Answer:
        """Promise a step of the plan."""
        await sent.require_plan(plan_id)

        async def act() -> None:
            await promise_repair(
                sent.session,
                plan_id,
                person_id=sent.viewer.person_id,
                text=sent.form.text("text", most=1000),
                due=sent.form.date("due"),
                now=sent.now,
            )

        return await sent.after(act)

    @post("/{plan_id:uuid}/look")
    async def look(self, sent: SentAboutRepair, plan_id: FromPath[UUID]) -> Redirect:
        """Say for the team how it is by now."""
        await sent.require_plan(plan_id)
        await look_at_repair(
            sent.session,
            plan_id,
            person_id=sent.viewer.person_id,
            word=sent.form.one_of(LookWord, "word"),
            day=sent.form.whole_number("day"),
            now=sent.now,
        )
        return _back(sent.team_id)

    @post("/{plan_id:uuid}/end")
    async def end(self, sent: SentAboutRepair, plan_id: FromPath[UUID]) -> Redirect:
        """End the plan, as repaired or without that word."""
        await sent.require_plan(plan_id)
        repaired = sent.form.text("repaired", most=5) == "yes"
        await end_repair(
            sent.session, plan_id, person_id=sent.viewer.person_id, repaired=repaired, now=sent.now
        )
        return _back(sent.team_id)


def _back(team_id: UUID) -> Redirect:
    return Redirect(f"/teams/{team_id}/repair", status_code=303)
