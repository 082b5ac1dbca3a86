"""The list of programmes: one card each with its next dates, and what its newest pulse has to say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from litestar.response import Response
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.language import mark
from service.controllers.programme_desk import NOT_USABLE, organisation_of
from service.rendering import Page
from service.views import programmes as views
from surveys.cadence.drafts import LARGEST_MINIMUM, SMALLEST_MINIMUM
from surveys.cadence.models import Programme
from surveys.cadence.queries import preview, programmes, team_names
from surveys.errors import SurveyError
from surveys.people.models import Organisation
from surveys.people.rules import Viewer
from surveys.waves.models import WaveState
from surveys.waves.queries import has_asked, latest_wave, newest_record, newest_turnout, question_alone

CONFLICT = 409


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
    missed: str  # said of a newest date that passed unasked


DONE: Mapping[str, str] = {
    "minimum": mark("Set. It holds from the next pulse of each programme on."),
    "added": mark("Added. Nobody is asked before the first of its dates."),
    "changed": mark("Kept. It acts from the next pulse on."),
    "paused": mark("Paused. A pulse that is open goes on."),
    "resumed": mark("It goes on in its old rhythm."),
    "again": mark("It is asked once more, tomorrow."),
    "ended": mark("Ended without results. What was answered is deleted."),
}


async def list_page(
    session: AsyncSession,
    viewer: Viewer,
    page: Page,
    now: datetime,
    *,
    field: SurveyError | None = None,
    notice: SurveyError | None = None,
    done: str = "",
) -> Response[str]:
    """Show the list; with what was done, or with a refusal beside its field or above everything."""

    def said(refusal: SurveyError | None) -> str:
        return page.language.refusal(refusal) if refusal else ""

    organisation = await organisation_of(session, viewer)
    names = await team_names(session, organisation.id)
    cards = [
        await _card(session, organisation, kept, names, page, now=now)
        for kept in await programmes(session, organisation.id)
    ]
    asked_before = await has_asked(session, organisation.id)
    return page(
        "programmes/list.html",
        status=NOT_USABLE if field else CONFLICT if notice else 200,
        notice=said(notice),
        done=page.language.say(DONE[done]) if done in DONE else "",
        cards=cards,
        minimum=organisation.minimum_group,
        least=organisation.minimum_group if asked_before else SMALLEST_MINIMUM,
        most=LARGEST_MINIMUM,
        asked_before=asked_before,
        error=said(field),
    )


async def _card(
    session: AsyncSession,
    organisation: Organisation,
    kept: Programme,
    names: Mapping[UUID, str],
    page: Page,
    *,
    now: datetime,
) -> Card:
    language = page.language
    newest = await newest_record(session, kept.id)
    rows = (
        []
        if kept.paused_at
        else await preview(session, organisation, kept, now=now, count=2, asked_before=newest is not None)
    )
    return Card(
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
        missed=views.missed(language, newest),
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
