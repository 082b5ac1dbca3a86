"""What a leader does in the loop: share, acknowledge, promise, move, finish, withdraw.

Each form is one action and leads back to the page. A form that cannot be accepted comes back with what
was typed and the error beside its field; nothing is stored then.
"""

from uuid import UUID

from litestar import Controller, post
from litestar.params import FromPath
from litestar.response import Redirect

from service.controllers.forms import Answer
from service.controllers.leader_forms import LEADER_FORM, SentByLeader, back, require_promise_of
from service.dependencies import CurrentViewer, Now, Session
from service.security import requires_leader_of, requires_sign_in, requires_who_looks_after
from surveys.commitments.actions import acknowledge, check_in, commit, mark_done, replan, share, withdraw
from surveys.commitments.sides import tell_our_side


class CommitmentController(Controller):
    """What a leader says of a pulse; only who leads the unit, or acts for who does, gets in."""

    path = "/teams/{team_id:uuid}"
    guards = [requires_leader_of("team_id")]  # noqa: RUF012 -- Litestar's way of saying it
    dependencies = LEADER_FORM

    @post("/share")
    async def share(self, leader: SentByLeader) -> Answer:
        """Say something to the whole team about the newest results; the clock passes it on."""

        async def act() -> None:
            await share(
                leader.session,
                wave_id=leader.form.id("wave"),
                team_id=leader.team_id,
                person_id=leader.person_id,
                words=leader.form.text("words", most=4000),
                now=leader.now,
            )

        return await leader.after(act, "shared", "share", ("words",))

    @post("/acknowledge")
    async def acknowledge(self, leader: SentByLeader) -> Answer:
        """Note "Read, thank you" with the day of an answer."""

        async def act() -> None:
            await acknowledge(
                leader.session,
                wave_id=leader.form.id("wave"),
                team_id=leader.team_id,
                person_id=leader.person_id,
                answer_by=leader.form.date("answer_by"),
                now=leader.now,
            )

        return await leader.after(act, "acknowledged", "acknowledge", ("answer_by",))


class NewPromiseController(Controller):
    """A promise is made by who leads the unit or the working group, or acts for who does."""

    path = "/teams/{team_id:uuid}/promises"
    guards = [requires_leader_of("team_id", groups=True)]  # noqa: RUF012 -- Litestar's way of saying it
    dependencies = LEADER_FORM

    @post("/")
    async def promise(self, leader: SentByLeader) -> Answer:
        """Make a promise to the team."""

        async def act() -> None:
            await commit(
                leader.session,
                team_id=leader.team_id,
                wave_id=leader.form.id("wave") if "wave" in leader.form else None,
                owner_id=leader.form.id("owner") if "owner" in leader.form else leader.person_id,
                text=leader.form.text("text", most=1000),
                due=leader.form.date("due"),
                now=leader.now,
            )

        return await leader.after(act, "promised", "promise", ("text", "due", "owner"))


class PromiseController(Controller):
    """What becomes of one promise. Its owner does this too, where they took it on in a retrospective."""

    path = "/teams/{team_id:uuid}/promises/{promise_id:uuid}"
    guards = [requires_who_looks_after("team_id", "promise_id")]  # noqa: RUF012 -- Litestar's way of saying it
    dependencies = LEADER_FORM

    @post("/move")
    async def move(self, leader: SentByLeader, promise_id: FromPath[UUID]) -> Answer:
        """Move the date of a promise and say why."""
        await require_promise_of(leader.session, leader.team_id, promise_id, now=leader.now)

        async def act() -> None:
            to, reason = leader.form.date("due"), leader.form.text("reason", most=1000)
            await replan(
                leader.session, promise_id, person_id=leader.person_id, to=to, reason=reason, now=leader.now
            )

        return await leader.after(act, "moved", "move", ("due", "reason"), about=promise_id)

    @post("/done")
    async def done(
        self,
        session: Session,
        viewer: CurrentViewer,
        now: Now,
        team_id: FromPath[UUID],
        promise_id: FromPath[UUID],
    ) -> Redirect:
        """Say that a promise is done."""
        await require_promise_of(session, team_id, promise_id, now=now)
        await mark_done(session, promise_id, person_id=viewer.person_id, now=now)
        return back(team_id, "done")

    @post("/update")
    async def update(self, leader: SentByLeader, promise_id: FromPath[UUID]) -> Answer:
        """Say in a line how a promise comes along."""
        await require_promise_of(leader.session, leader.team_id, promise_id, now=leader.now)

        async def act() -> None:
            words = leader.form.text("words", most=1000)
            await check_in(
                leader.session, promise_id, person_id=leader.person_id, words=words, now=leader.now
            )

        return await leader.after(act, "updated", "update", ("words",), about=promise_id)

    @post("/withdraw")
    async def withdraw(self, leader: SentByLeader, promise_id: FromPath[UUID]) -> Answer:
        """Take a promise back and say why."""
        await require_promise_of(leader.session, leader.team_id, promise_id, now=leader.now)

        async def act() -> None:
            reason = leader.form.text("reason", most=1000)
            await withdraw(
                leader.session, promise_id, person_id=leader.person_id, reason=reason, now=leader.now
            )

        return await leader.after(act, "withdrawn", "withdraw", ("reason",), about=promise_id)


class SideController(Controller):
    """How one side sees a promise on which leader and team differ; either side writes its own."""

    path = "/teams/{team_id:uuid}/promises/{promise_id:uuid}/side"
    guards = [requires_sign_in]  # noqa: RUF012 -- Litestar's way of saying it
    dependencies = LEADER_FORM

    @post("/")
    async def tell(self, leader: SentByLeader, promise_id: FromPath[UUID]) -> Answer:
        """Leave the note of one's own side."""
        await require_promise_of(leader.session, leader.team_id, promise_id, now=leader.now)

        async def act() -> None:
            words = leader.form.text("side", most=1000)
            await tell_our_side(
                leader.session, promise_id, person_id=leader.person_id, words=words, now=leader.now
            )

        return await leader.after(act, "side_told", "side", ("side",), about=promise_id)
