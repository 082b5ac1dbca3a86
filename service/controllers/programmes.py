"""HR's pages for programmes: the list, the editor with its coming dates, pausing. For HR only."""

from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Response

from integrations.language import mark
from service.controllers.programme_cards import list_page
from service.controllers.programme_desk import desk_of, organisation_of
from service.controllers.programme_form import SentDraft, read_programme
from service.dependencies import CurrentPage, CurrentViewer, Now, SentForm, Session
from service.security import requires_hr
from surveys.audit.actions import record
from surveys.cadence.actions import (
    add_programme,
    change_programme,
    pause_programme,
    resume_programme,
)
from surveys.cadence.minimum_group import set_minimum_group
from surveys.cadence.queries import (
    draft_of,
    programme_with_id,
)
from surveys.errors import Conflict, Invalid
from surveys.waves.actions import ask_again, cancel_wave
from surveys.waves.queries import has_asked

NO_MINIMUM = mark("Give the minimum group as a whole number, such as 5.")


class ProgrammeController(Controller):
    """Programmes as cards, and the editor beside its coming dates."""

    path = "/programmes"
    guards = [requires_hr]  # noqa: RUF012 -- Litestar reads it from the class

    @get("/")
    async def cards(
        self,
        session: Session,
        viewer: CurrentViewer,
        page: CurrentPage,
        now: Now,
        done: FromQuery[str] = "",
    ) -> Response[str]:
        """Show every programme with its next dates in words."""
        return await list_page(session, viewer, page, now, done=done)

    @post("/minimum-group", status_code=200)
    async def minimum_group(
        self, session: Session, viewer: CurrentViewer, page: CurrentPage, now: Now, form: SentForm
    ) -> Response[Any]:
        """Set the organisation's minimum group, which can only be raised once people have answered."""
        organisation = await organisation_of(session, viewer)
        try:
            await set_minimum_group(
                session,
                organisation,
                to=form.whole_number("minimum_group", NO_MINIMUM),
                asked_before=await has_asked(session, organisation.id),
                now=now,
                by=viewer.person_id,
            )
        except (Invalid, Conflict) as refusal:
            return await list_page(session, viewer, page, now, field=refusal)
        return _to_the_list("minimum")

    @get("/new")
    async def blank(
        self, session: Session, viewer: CurrentViewer, page: CurrentPage, now: Now
    ) -> Response[str]:
        """Show the editor with what suits most organisations."""
        desk = await desk_of(session, viewer, page, now)
        return await desk.show(SentDraft(desk.defaults(), []), itself=None)

    @post("/new", status_code=200)
    async def add(
        self, session: Session, viewer: CurrentViewer, page: CurrentPage, now: Now, form: SentForm
    ) -> Response[Any]:
        """Keep a new programme, or show the form again with what is wrong or with its dates."""
        desk = await desk_of(session, viewer, page, now)
        sent = read_programme(form, desk.defaults())
        sent = await desk.judged(sent, itself=None)
        if sent.problems or form.text("do") == "preview":
            return await desk.show(sent, itself=None)
        await add_programme(session, desk.organisation, sent.draft, now=now, by=viewer.person_id)
        return _to_the_list("added")

    @post("/dates", status_code=200)
    async def dates(
        self, session: Session, viewer: CurrentViewer, page: CurrentPage, now: Now, form: SentForm
    ) -> Response[str]:
        """Show only the coming dates of the form as it is, for the page to put beside it."""
        desk = await desk_of(session, viewer, page, now)
        itself = form.id("itself") if form.text("itself") else None
        sent = await desk.judged(read_programme(form, desk.defaults()), itself=itself)
        return page("programmes/dates.html", dates=await desk.dates(sent, itself=itself))

    @get("/{programme_id:uuid}")
    async def edit(
        self,
        session: Session,
        viewer: CurrentViewer,
        page: CurrentPage,
        now: Now,
        programme_id: FromPath[UUID],
    ) -> Response[str]:
        """Show the editor with a programme as it is."""
        desk = await desk_of(session, viewer, page, now)
        kept = await programme_with_id(session, programme_id)
        return await desk.show(SentDraft(draft_of(kept), []), itself=kept)

    @post("/{programme_id:uuid}", status_code=200)
    async def change(
        self,
        session: Session,
        viewer: CurrentViewer,
        page: CurrentPage,
        now: Now,
        form: SentForm,
        programme_id: FromPath[UUID],
    ) -> Response[Any]:
        """Keep what was changed, or show the form again with what is wrong or with its dates."""
        desk = await desk_of(session, viewer, page, now)
        kept = await programme_with_id(session, programme_id)
        sent = await desk.judged(read_programme(form, draft_of(kept)), itself=kept.id)
        if sent.problems or form.text("do") == "preview":
            return await desk.show(sent, itself=kept)
        await change_programme(
            session,
            desk.organisation,
            kept.id,
            sent.draft,
            asked_before=await has_asked(session, desk.organisation.id, programme_id=kept.id),
            now=now,
            by=viewer.person_id,
        )
        return _to_the_list("changed")

    @post("/{programme_id:uuid}/pause")
    async def pause(
        self, session: Session, viewer: CurrentViewer, now: Now, programme_id: FromPath[UUID]
    ) -> Redirect:
        """Open no further pulse of this programme."""
        await pause_programme(session, programme_id, now=now, by=viewer.person_id)
        return _to_the_list("paused")

    @post("/{programme_id:uuid}/resume")
    async def resume(
        self, session: Session, viewer: CurrentViewer, now: Now, programme_id: FromPath[UUID]
    ) -> Redirect:
        """Let it go on in its old rhythm."""
        organisation = await organisation_of(session, viewer)
        await resume_programme(session, organisation, programme_id, now=now, by=viewer.person_id)
        return _to_the_list("resumed")

    @post("/{programme_id:uuid}/ask-again", status_code=200)
    async def ask_once_more(
        self,
        session: Session,
        viewer: CurrentViewer,
        page: CurrentPage,
        now: Now,
        programme_id: FromPath[UUID],
    ) -> Response[Any]:
        """Ask once more, tomorrow, what a lost key made unreadable."""
        organisation = await organisation_of(session, viewer)
        kept = await programme_with_id(session, programme_id)
        try:
            day = await ask_again(session, kept, zone=organisation.zone, now=now)
        except Conflict as refusal:
            return await list_page(session, viewer, page, now, notice=refusal)
        await record(
            session,
            organisation_id=organisation.id,
            action="wave.asked_again",
            now=now,
            actor_id=viewer.person_id,
            subject=f"programme:{kept.id}",
            details={"on": day.isoformat()},
        )
        return _to_the_list("again")

    @post("/waves/{wave_id:uuid}/end", status_code=200)
    async def end(
        self, session: Session, viewer: CurrentViewer, page: CurrentPage, now: Now, wave_id: FromPath[UUID]
    ) -> Response[Any]:
        """End a pulse early, which deletes what was answered and publishes nothing."""
        try:
            wave = await cancel_wave(session, wave_id, now=now)
        except Conflict as refusal:
            return await list_page(session, viewer, page, now, notice=refusal)
        await record(
            session,
            organisation_id=wave.organisation_id,
            action="wave.cancelled",
            now=now,
            actor_id=viewer.person_id,
            subject=f"wave:{wave_id}",
        )
        return _to_the_list("ended")


def _to_the_list(done: str) -> Redirect:
    return Redirect(f"/programmes?done={done}", status_code=303)
