"""HR's pages for programmes: the list, the editor with its coming dates, pausing. For HR only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Response
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.language import mark
from service.controllers.programme_form import SentDraft, read_programme, rhythm_choice
from service.dependencies import CurrentPage, CurrentViewer, Now, SentForm, Session
from service.rendering import Page
from service.security import requires_hr
from service.views import programmes as views
from service.views.programme_editor import Editor, editor
from surveys.cadence.actions import (
    add_programme,
    change_programme,
    draft_problems,
    pause_programme,
    resume_programme,
    set_minimum_group,
)
from surveys.cadence.drafts import LARGEST_MINIMUM, SMALLEST_MINIMUM, ProgrammeDraft
from surveys.cadence.models import Programme
from surveys.cadence.queries import (
    draft_of,
    preview,
    programme_with_id,
    programmes,
    small_units,
    team_names,
    teams_in_tree_order,
)
from surveys.errors import Conflict, Invalid
from surveys.people.models import Organisation
from surveys.people.rules import Viewer
from surveys.waves.queries import has_asked

NOT_USABLE = 422
DECIDE_DATES = {
    "audience",
    "blackouts",
    "every",
    "interval",
    "local_time",
    "start_on",
    "weekday",
    "window_hours",
}


class ProgrammeController(Controller):
    """Programmes as cards, and the editor beside its coming dates."""

    path = "/programmes"
    guards = [requires_hr]  # noqa: RUF012 -- Litestar reads it from the class

    @get("/")
    async def cards(
        self, session: Session, viewer: CurrentViewer, page: CurrentPage, now: Now
    ) -> Response[str]:
        """Show every programme with its next dates in words."""
        return await _list_page(session, viewer, page, now)

    @post("/minimum-group", status_code=200)
    async def minimum_group(
        self, session: Session, viewer: CurrentViewer, page: CurrentPage, now: Now, form: SentForm
    ) -> Response[Any]:
        """Set the organisation's minimum group, which can only be raised once people have answered."""
        organisation = await _organisation(session, viewer)
        try:
            await set_minimum_group(
                session,
                organisation,
                to=form.whole_number("minimum_group"),
                asked_before=await has_asked(session, organisation.id),
                now=now,
                by=viewer.person_id,
            )
        except (Invalid, Conflict) as refusal:
            error = page.language.say(refusal.sentence, **refusal.values)
            return await _list_page(session, viewer, page, now, error=error)
        return _to_the_list()

    @get("/new")
    async def blank(
        self, session: Session, viewer: CurrentViewer, page: CurrentPage, now: Now
    ) -> Response[str]:
        """Show the editor with what suits most organisations."""
        desk = await _desk(session, viewer, page, now)
        return await desk.show(SentDraft(_defaults(desk.organisation, now), []), itself=None)

    @post("/new", status_code=200)
    async def add(
        self, session: Session, viewer: CurrentViewer, page: CurrentPage, now: Now, form: SentForm
    ) -> Response[Any]:
        """Keep a new programme, or show the form again with what is wrong or with its dates."""
        desk = await _desk(session, viewer, page, now)
        sent = read_programme(form, _defaults(desk.organisation, now))
        sent = await desk.judged(sent, itself=None)
        if sent.problems or form.text("do") == "preview":
            return await desk.show(sent, itself=None)
        await add_programme(session, desk.organisation, sent.draft, now=now, by=viewer.person_id)
        return _to_the_list()

    @post("/dates", status_code=200)
    async def dates(
        self, session: Session, viewer: CurrentViewer, page: CurrentPage, now: Now, form: SentForm
    ) -> Response[str]:
        """Show only the coming dates of the form as it is, for the page to put beside it."""
        desk = await _desk(session, viewer, page, now)
        itself = form.id("itself") if form.text("itself") else None
        sent = await desk.judged(read_programme(form, _defaults(desk.organisation, now)), itself=itself)
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
        desk = await _desk(session, viewer, page, now)
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
        desk = await _desk(session, viewer, page, now)
        kept = await programme_with_id(session, programme_id)
        sent = await desk.judged(read_programme(form, draft_of(kept)), itself=kept.id)
        if sent.problems or form.text("do") == "preview":
            return await desk.show(sent, itself=kept)
        await change_programme(
            session, desk.organisation, kept.id, sent.draft, now=now, by=viewer.person_id
        )
        return _to_the_list()

    @post("/{programme_id:uuid}/pause")
    async def pause(
        self, session: Session, viewer: CurrentViewer, now: Now, programme_id: FromPath[UUID]
    ) -> Redirect:
        """Open no further pulse of this programme."""
        await pause_programme(session, programme_id, now=now, by=viewer.person_id)
        return _to_the_list()

    @post("/{programme_id:uuid}/resume")
    async def resume(
        self, session: Session, viewer: CurrentViewer, now: Now, programme_id: FromPath[UUID]
    ) -> Redirect:
        """Let it go on in its old rhythm."""
        organisation = await _organisation(session, viewer)
        await resume_programme(session, organisation, programme_id, now=now, by=viewer.person_id)
        return _to_the_list()


@dataclass(frozen=True, slots=True)
class Dates:
    """The panel beside the form: what the draft would do."""

    rhythm: str
    coming: list[views.Coming]
    advice: list[str]
    paused: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """What every answer of the editor needs."""

    session: AsyncSession
    page: Page
    viewer: Viewer
    organisation: Organisation
    now: datetime

    async def judged(self, sent: SentDraft, *, itself: UUID | None) -> SentDraft:
        """Return the tidied draft with everything that keeps it from being used."""
        problems = [*sent.problems]
        problems += await draft_problems(self.session, self.organisation, sent.draft, itself=itself)
        if itself is None and sent.draft.start_on < _today(self.organisation, self.now):
            problems.append(Invalid(mark("Choose a start from today on."), field="start_on"))
        return SentDraft(sent.draft.tidied(), problems)

    async def dates(self, sent: SentDraft, *, itself: UUID | None) -> Dates | None:
        """Return the coming dates of a draft, or None while something they depend on cannot be used."""
        if any(problem.field in DECIDE_DATES for problem in sent.problems):
            return None
        draft = sent.draft.tidied()
        rows = await preview(self.session, self.organisation, draft, now=self.now)
        kept = await programme_with_id(self.session, itself) if itself else None
        language = self.page.language
        return Dates(
            rhythm=views.rhythm(language, draft),
            coming=views.coming(language, rows, zone=self.page.zone, now=self.now, own_clock=True),
            advice=views.advice(
                language, small_units=await small_units(self.session, self.organisation, draft)
            ),
            paused=kept is not None and kept.paused_at is not None,
        )

    async def show(self, sent: SentDraft, *, itself: Programme | None) -> Response[str]:
        """Return the editor: the form, what is wrong with it, and its dates."""
        form = await self._form(sent.draft, sent.problems)
        return self.page(
            "programmes/editor.html",
            status=NOT_USABLE if sent.problems else 200,
            form=form,
            dates=await self.dates(sent, itself=itself.id if itself else None),
            itself=str(itself.id) if itself else "",
            name=itself.name if itself else "",
            most=LARGEST_MINIMUM,
        )

    async def _form(self, draft: ProgrammeDraft, problems: Sequence[Invalid]) -> Editor:
        return editor(
            self.page.language,
            draft,
            rhythm=rhythm_choice(draft),
            teams=await teams_in_tree_order(self.session, self.organisation.id),
            organisation_minimum=self.organisation.minimum_group,
            problems=problems,
        )


@dataclass(frozen=True, slots=True)
class Card:
    """One programme in the list."""

    id: str
    name: str
    paused: bool
    rhythm: str
    asks: str
    audience: str
    window: str
    next: list[views.Coming]


async def _list_page(
    session: AsyncSession, viewer: Viewer, page: Page, now: datetime, *, error: str = ""
) -> Response[str]:
    organisation = await _organisation(session, viewer)
    names = await team_names(session, organisation.id)
    language = page.language
    cards = []
    for kept in await programmes(session, organisation.id):
        rows = [] if kept.paused_at else await preview(session, organisation, kept, now=now, count=2)
        cards.append(
            Card(
                id=str(kept.id),
                name=kept.name,
                paused=kept.paused_at is not None,
                rhythm=views.rhythm(language, kept),
                asks=language.say(views.PULSES[kept.pulse]),
                audience=views.audience(language, [names[UUID(team)] for team in kept.audience]),
                window=views.window(language, kept.window_hours),
                next=views.coming(language, rows, zone=page.zone, now=now, own_clock=True),
            )
        )
    asked_before = await has_asked(session, organisation.id)
    return page(
        "programmes/list.html",
        status=NOT_USABLE if error else 200,
        cards=cards,
        minimum=organisation.minimum_group,
        least=organisation.minimum_group if asked_before else SMALLEST_MINIMUM,
        most=LARGEST_MINIMUM,
        asked_before=asked_before,
        error=error,
    )


def _to_the_list() -> Redirect:
    return Redirect("/programmes", status_code=303)


async def _desk(session: AsyncSession, viewer: Viewer, page: Page, now: datetime) -> Desk:
    return Desk(session, page, viewer, await _organisation(session, viewer), now)


async def _organisation(session: AsyncSession, viewer: Viewer) -> Organisation:
    return await session.get_one(Organisation, viewer.organisation_id)


def _defaults(organisation: Organisation, now: datetime) -> ProgrammeDraft:
    return ProgrammeDraft(name="", start_on=_today(organisation, now) + timedelta(days=1))


def _today(organisation: Organisation, now: datetime) -> date:
    return now.astimezone(ZoneInfo(organisation.zone)).date()
