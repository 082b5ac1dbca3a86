"""What a leader does in the loop: share, acknowledge, promise, move, finish, withdraw.

Each form is one action and leads back to the page. A form that cannot be accepted comes back with what
was typed and the error beside its field; nothing is stored then.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from uuid import UUID

from litestar import Controller, post
from litestar.params import FromPath
from litestar.response import Redirect, Response
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.language import mark
from service.controllers.teams import Reader, show_team
from service.dependencies import CurrentPage, CurrentSettings, CurrentViewer, Form, Now, SentForm, Session
from service.security import requires_leader_of
from service.views.team_forms import FormState, Returned
from surveys.commitments.actions import acknowledge, check_in, commit, mark_done, replan, share, withdraw
from surveys.commitments.queries import loop_of
from surveys.deliveries.actions import schedule
from surveys.deliveries.rules import ChannelName, Kind
from surveys.errors import Invalid, Missing
from surveys.people.queries import directory_of
from surveys.waves.models import Wave

Answer = Redirect | Response[str]


class CommitmentController(Controller):
    """Seven forms; only who leads the unit, or acts for who does, gets through the door."""

    path = "/teams/{team_id:uuid}"
    guards = [requires_leader_of("team_id")]  # noqa: RUF012 -- Litestar's way of saying it

    @post("/share")
    async def share(
        self,
        session: Session,
        viewer: CurrentViewer,
        page: CurrentPage,
        settings: CurrentSettings,
        now: Now,
        form: SentForm,
        team_id: FromPath[UUID],
    ) -> Answer:
        """Say something to the whole team about the newest results."""

        async def act() -> None:
            wave_id = form.id("wave")
            await share(
                session,
                wave_id=wave_id,
                team_id=team_id,
                person_id=viewer.person_id,
                words=form.text("words", most=4000),
                now=now,
            )
            await _tell_team(session, wave_id, team_id, by_slack=bool(settings.slack_bot_token), now=now)

        sent = Sent("share", ("words",), form)
        return await after(session, Reader(viewer, page, now), team_id, sent, act, "shared")

    @post("/acknowledge")
    async def acknowledge(
        self,
        session: Session,
        viewer: CurrentViewer,
        page: CurrentPage,
        now: Now,
        form: SentForm,
        team_id: FromPath[UUID],
    ) -> Answer:
        """Note "Read, thank you" with the day of an answer."""

        async def act() -> None:
            await acknowledge(
                session,
                wave_id=form.id("wave"),
                team_id=team_id,
                person_id=viewer.person_id,
                answer_by=form.date("answer_by"),
                now=now,
            )

        sent = Sent("acknowledge", ("answer_by",), form)
        return await after(session, Reader(viewer, page, now), team_id, sent, act, "acknowledged")

    @post("/promises")
    async def promise(
        self,
        session: Session,
        viewer: CurrentViewer,
        page: CurrentPage,
        now: Now,
        form: SentForm,
        team_id: FromPath[UUID],
    ) -> Answer:
        """Make a promise to the team."""

        async def act() -> None:
            await commit(
                session,
                team_id=team_id,
                wave_id=form.id("wave") if "wave" in form else None,
                owner_id=form.id("owner") if "owner" in form else viewer.person_id,
                text=form.text("text", most=1000),
                due=form.date("due"),
                now=now,
            )

        sent = Sent("promise", ("text", "due", "owner"), form)
        return await after(session, Reader(viewer, page, now), team_id, sent, act, "promised")

    @post("/promises/{promise_id:uuid}/move")
    async def move(
        self,
        session: Session,
        viewer: CurrentViewer,
        page: CurrentPage,
        now: Now,
        form: SentForm,
        team_id: FromPath[UUID],
        promise_id: FromPath[UUID],
    ) -> Answer:
        """Move the date of a promise and say why."""
        await require_promise_of(session, team_id, promise_id, now=now)

        async def act() -> None:
            to, reason = form.date("due"), form.text("reason", most=1000)
            await replan(session, promise_id, person_id=viewer.person_id, to=to, reason=reason, now=now)

        sent = Sent("move", ("due", "reason"), form, promise_id)
        return await after(session, Reader(viewer, page, now), team_id, sent, act, "moved")

    @post("/promises/{promise_id:uuid}/done")
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

    @post("/promises/{promise_id:uuid}/update")
    async def update(
        self,
        session: Session,
        viewer: CurrentViewer,
        page: CurrentPage,
        now: Now,
        form: SentForm,
        team_id: FromPath[UUID],
        promise_id: FromPath[UUID],
    ) -> Answer:
        """Say in a line how a promise comes along."""
        await require_promise_of(session, team_id, promise_id, now=now)

        async def act() -> None:
            words = form.text("words", most=1000)
            await check_in(session, promise_id, person_id=viewer.person_id, words=words, now=now)

        sent = Sent("update", ("words",), form, promise_id)
        return await after(session, Reader(viewer, page, now), team_id, sent, act, "updated")

    @post("/promises/{promise_id:uuid}/withdraw")
    async def withdraw(
        self,
        session: Session,
        viewer: CurrentViewer,
        page: CurrentPage,
        now: Now,
        form: SentForm,
        team_id: FromPath[UUID],
        promise_id: FromPath[UUID],
    ) -> Answer:
        """Take a promise back and say why."""
        await require_promise_of(session, team_id, promise_id, now=now)

        async def act() -> None:
            reason = form.text("reason", most=1000)
            await withdraw(session, promise_id, person_id=viewer.person_id, reason=reason, now=now)

        sent = Sent("withdraw", ("reason",), form, promise_id)
        return await after(session, Reader(viewer, page, now), team_id, sent, act, "withdrawn")


class Sent:
    """A form that was sent: which one it is, and what to show again should it come back."""

    def __init__(self, kind: str, names: Sequence[str], form: Form, promise_id: UUID | None = None) -> None:
        self.kind, self.names, self.promise_id = kind, names, promise_id
        self._form = form

    def returned(self, refusal: Invalid, sentence: str) -> Returned:
        """Return the form with its error, beside the field the refusal names or else the first one."""
        typed = {name: (self._form.all(name) or [""])[0] for name in self.names}
        named = refusal.field
        field = named if named is not None and named in self.names else self.names[0]
        return Returned(self.kind, FormState(typed, {field: sentence}), self.promise_id)


async def after(
    session: AsyncSession,
    reader: Reader,
    team_id: UUID,
    sent: Sent,
    act: Callable[[], Awaitable[None]],
    done: str,
) -> Answer:
    """Run one action and lead back, or show the page with what is wrong. A refusal undoes the action."""
    refusal = await refusal_of(session, act)
    if refusal is not None:
        sentence = reader.page.language.say(refusal.sentence, **refusal.values)
        return await show_team(session, reader, team_id, returned=sent.returned(refusal, sentence))
    return back(team_id, done)


async def refusal_of(session: AsyncSession, act: Callable[[], Awaitable[object]]) -> Invalid | None:
    """Run one action; return why a form cannot be accepted, with everything it did undone, or None."""
    try:
        async with session.begin_nested():
            await act()
    except Invalid as refusal:
        return refusal
    return None


def back(team_id: UUID, done: str) -> Redirect:
    """Lead back to the page of a unit, which says what was done."""
    return Redirect(f"/teams/{team_id}?done={done}#loop", status_code=303)


async def require_promise_of(
    session: AsyncSession, team_id: UUID, promise_id: UUID, *, now: datetime
) -> None:
    """Check that the promise in the address is one of this unit's.

    Raises:
        Missing: it is not.
    """
    loop = await loop_of(session, team_id, now=now, for_leader=True)
    if promise_id not in {promise.id for promise in loop.promises}:
        raise Missing(mark("The address may be mistyped, or the page is not one you can read."))


async def _tell_team(
    session: AsyncSession, wave_id: UUID, team_id: UUID, *, by_slack: bool, now: datetime
) -> None:
    """Plan one message to everybody who is asked in the unit, not before they see the figures."""
    wave = await session.get_one(Wave, wave_id)
    due_at = max(now, wave.team_sees_at or now)
    directory = await directory_of(session, wave.organisation_id)
    for person_id in directory.rosters().get(team_id, ()):
        person = directory.people[person_id]
        await schedule(
            session,
            key=f"{Kind.SHARED}:{wave_id.hex}:{team_id.hex}:{person_id.hex}",
            kind=Kind.SHARED,
            person_id=person_id,
            organisation_id=wave.organisation_id,
            channel=ChannelName.SLACK if by_slack and person.slack_id else ChannelName.MAIL,
            due_at=due_at,
            wave_id=wave_id,
            team_id=team_id,
        )
