"""HR's pages for programmes: the list, the editor with its coming dates, pausing. For HR only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Response
from sqlalchemy.ext.asyncio import AsyncSession

from service.controllers.programme_desk import NOT_USABLE, desk_of, organisation_of
from service.controllers.programme_form import SentDraft, read_programme
from service.dependencies import CurrentPage, CurrentViewer, Now, SentForm, Session
from service.rendering import Page
from service.security import requires_hr
from service.views import programmes as views
from surveys.audit.actions import record
from surveys.cadence.actions import (
    add_programme,
    change_programme,
    pause_programme,
    resume_programme,
    set_minimum_group,
)
from surveys.cadence.drafts import LARGEST_MINIMUM, SMALLEST_MINIMUM
from surveys.cadence.models import Programme
from surveys.cadence.queries import (
    draft_of,
    preview,
    programme_with_id,
    programmes,
    team_names,
)
from surveys.errors import Conflict, Invalid, SurveyError
from surveys.people.rules import Viewer
from surveys.waves.actions import ask_again, cancel_wave
from surveys.waves.models import WaveState
from surveys.waves.queries import has_asked, latest_wave, newest_turnout, question_alone

CONFLICT = 409


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
        organisation = await organisation_of(session, viewer)
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
            return await _list_page(session, viewer, page, now, field=refusal)
        return _to_the_list()

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
        return _to_the_list()

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
        organisation = await organisation_of(session, viewer)
        await resume_programme(session, organisation, programme_id, now=now, by=viewer.person_id)
        return _to_the_list()

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
            return await _list_page(session, viewer, page, now, notice=refusal)
        await record(
            session,
            organisation_id=organisation.id,
            action="wave.asked_again",
            now=now,
            actor_id=viewer.person_id,
            subject=f"programme:{kept.id}",
            details={"on": day.isoformat()},
        )
        return _to_the_list()

    @post("/waves/{wave_id:uuid}/end", status_code=200)
    async def end(
        self, session: Session, viewer: CurrentViewer, page: CurrentPage, now: Now, wave_id: FromPath[UUID]
    ) -> Response[Any]:
        """End a pulse early, which deletes what was answered and publishes nothing."""
        try:
            wave = await cancel_wave(session, wave_id, now=now)
        except Conflict as refusal:
            return await _list_page(session, viewer, page, now, notice=refusal)
        await record(
            session,
            organisation_id=wave.organisation_id,
            action="wave.cancelled",
            now=now,
            actor_id=viewer.person_id,
            subject=f"wave:{wave_id}",
        )
        return _to_the_list()


@dataclass(frozen=True, slots=True)
class LatestWave:
    """The newest pulse of a programme, where there is something to say about it."""

    id: str
    is_open: bool
    said: str
    asked_again: str = ""  # when a lost one is asked once more, or empty
    turnout: str = ""  # how many have answered, as counted once a day, or empty


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
    latest: LatestWave | None
    alone: str  # said of teams that are asked about a promise alone


async def _list_page(
    session: AsyncSession,
    viewer: Viewer,
    page: Page,
    now: datetime,
    *,
    field: SurveyError | None = None,
    notice: SurveyError | None = None,
) -> Response[str]:
    """Show the list; with a refusal beside the field it is about, or above everything."""

    def said(refusal: SurveyError | None) -> str:
        return page.language.say(refusal.sentence, **refusal.values) if refusal else ""

    organisation = await organisation_of(session, viewer)
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
                asks=views.asks(language, kept),
                audience=views.audience(language, [names[UUID(team)] for team in kept.audience]),
                window=views.window(language, kept.window_hours),
                next=views.coming(language, rows, zone=page.zone, now=now, own_clock=True),
                latest=await _latest(session, kept, page),
                alone=await _alone(session, kept, page),
            )
        )
    asked_before = await has_asked(session, organisation.id)
    return page(
        "programmes/list.html",
        status=NOT_USABLE if field else CONFLICT if notice else 200,
        notice=said(notice),
        cards=cards,
        minimum=organisation.minimum_group,
        least=organisation.minimum_group if asked_before else SMALLEST_MINIMUM,
        most=LARGEST_MINIMUM,
        asked_before=asked_before,
        error=said(field),
    )


async def _alone(session: AsyncSession, kept: Programme, page: Page) -> str:
    """Say until when some teams are asked one question about a promise and nothing else."""
    wave = await question_alone(session, kept.id)
    if wave is None:
        return ""
    return page.language.say(
        "Some teams are asked about a promise and nothing else, until {moment}.",
        moment=page.language.moment(wave.closes_at, page.zone),
    )


async def _latest(session: AsyncSession, kept: Programme, page: Page) -> LatestWave | None:
    wave = await latest_wave(session, kept.id)
    language = page.language
    if wave is None or wave.state not in (WaveState.OPEN, WaveState.LOST):
        return None
    if wave.state is WaveState.OPEN:
        said = language.say("Open until {moment}.", moment=language.moment(wave.closes_at, page.zone))
        counted = await newest_turnout(session, wave.id)
        turnout = views.turnout(language, counted) if counted is not None else ""
        return LatestWave(str(wave.id), is_open=True, said=said, turnout=turnout)
    said = language.say(
        "The pulse of {day} ended without results, because its key was lost.",
        day=language.date(wave.occurrence),
    )
    extra = kept.extra_on
    again = language.date(extra) if extra is not None and extra > wave.occurrence else ""
    return LatestWave(str(wave.id), is_open=False, said=said, asked_again=again)


def _to_the_list() -> Redirect:
    return Redirect("/programmes", status_code=303)
