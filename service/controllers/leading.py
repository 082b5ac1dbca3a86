"""What a leader says about leading itself: a pledge, a mistake, being away; and agendas for check-ins."""

from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Response

from service.controllers.forms import Answer
from service.controllers.leader_forms import LEADER_FORM, SentByLeader, back, require_promise_of
from service.controllers.teams import branch_to_read
from service.dependencies import CurrentPage, CurrentViewer, Now, Session
from service.security import requires_leader_of, requires_sign_in
from service.views.agendas import AGENDAS, agenda_of
from surveys.commitments.absences import come_back, go_away
from surveys.commitments.handover import close_left_behind, take_over
from surveys.commitments.pledges import delete_note, make_pledge, note_mistake
from surveys.commitments.queries import loop_of
from surveys.errors import not_here


class AgendaController(Controller):
    """Pages to talk along; they hold no figure."""

    path = "/teams/{team_id:uuid}/agenda"
    guards = [requires_sign_in]  # noqa: RUF012 -- Litestar's way of saying it

    @get("/{rhythm:str}")
    async def show(
        self,
        session: Session,
        viewer: CurrentViewer,
        page: CurrentPage,
        now: Now,
        team_id: FromPath[UUID],
        rhythm: FromPath[str],
    ) -> Response[str]:
        """Show an agenda of ten to fifteen minutes to whoever may read the unit."""
        branch, _ = await branch_to_read(session, viewer, team_id, now=now)
        if rhythm not in AGENDAS:
            raise not_here()
        loop = await loop_of(session, team_id, now=now, for_leader=team_id in viewer.leads, branch=branch)
        return page("teams/agenda.html", agenda=agenda_of(rhythm, loop, page.language))


class LeadingController(Controller):
    """Forms of who leads a unit. Nobody pledges, owns up or goes away for somebody else."""

    path = "/teams/{team_id:uuid}"
    guards = [requires_leader_of("team_id")]  # noqa: RUF012 -- Litestar's way of saying it
    dependencies = LEADER_FORM

    @post("/pledge")
    async def pledge(self, leader: SentByLeader) -> Answer:
        """Say what stays private."""

        async def act() -> None:
            words = leader.form.text("pledge", most=2000)
            await make_pledge(
                leader.session,
                team_id=leader.team_id,
                person_id=leader.person_id,
                words=words,
                now=leader.now,
            )

        return await leader.after(act, "pledged", "pledge", ("pledge",))

    @post("/mistakes")
    async def mistake(self, leader: SentByLeader) -> Answer:
        """Say what went wrong and what changes."""

        async def act() -> None:
            await note_mistake(
                leader.session,
                team_id=leader.team_id,
                person_id=leader.person_id,
                what=leader.form.text("what", most=2000),
                changes=leader.form.text("changes", most=2000),
                now=leader.now,
            )

        return await leader.after(act, "noted", "mistake", ("what", "changes"))

    @post("/mistakes/{note_id:uuid}/delete")
    async def delete_mistake(
        self, session: Session, viewer: CurrentViewer, team_id: FromPath[UUID], note_id: FromPath[UUID]
    ) -> Redirect:
        """Delete one's own note."""
        await delete_note(session, note_id, team_id=team_id, person_id=viewer.person_id)
        return back(team_id, "deleted")

    @post("/away")
    async def away(self, leader: SentByLeader) -> Answer:
        """Note until when one is away, and who acts meanwhile."""

        async def act() -> None:
            await go_away(
                leader.session,
                team_id=leader.team_id,
                person_id=leader.person_id,
                stand_in_id=leader.form.id("stand_in"),
                until=leader.form.date("until"),
                now=leader.now,
            )

        return await leader.after(act, "away", "away", ("until", "stand_in"))

    @post("/back")
    async def back_again(
        self, session: Session, viewer: CurrentViewer, now: Now, team_id: FromPath[UUID]
    ) -> Redirect:
        """Be there again, earlier than said."""
        await come_back(session, team_id=team_id, person_id=viewer.person_id, now=now)
        return back(team_id, "back")


class LeftBehindController(Controller):
    """Promises whose owner does not lead any more, for who leads the unit or the working group now."""

    path = "/teams/{team_id:uuid}/promises/{promise_id:uuid}"
    guards = [requires_leader_of("team_id", groups=True)]  # noqa: RUF012 -- Litestar's way of saying it
    dependencies = LEADER_FORM

    @post("/take-over")
    async def take_over(
        self,
        session: Session,
        viewer: CurrentViewer,
        now: Now,
        team_id: FromPath[UUID],
        promise_id: FromPath[UUID],
    ) -> Redirect:
        """Make a former leader's promise one's own."""
        await require_promise_of(session, team_id, promise_id, now=now)
        await take_over(session, promise_id, person_id=viewer.person_id, now=now)
        return back(team_id, "taken_over")

    @post("/close")
    async def close(self, leader: SentByLeader, promise_id: FromPath[UUID]) -> Answer:
        """Close a former leader's promise and say why."""
        await require_promise_of(leader.session, leader.team_id, promise_id, now=leader.now)

        async def act() -> None:
            reason = leader.form.text("reason", most=1000)
            await close_left_behind(
                leader.session, promise_id, person_id=leader.person_id, reason=reason, now=leader.now
            )

        return await leader.after(act, "closed", "close", ("reason",), about=promise_id)
