"""What every answer of the programme editor needs: the form judged, its dates, the page with both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from litestar.response import Response
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.language import mark
from service.controllers.programme_form import SentDraft, rhythm_choice
from service.rendering import Page
from service.views import programmes as views
from service.views.programme_editor import Editor, editor
from surveys.cadence.actions import draft_problems
from surveys.cadence.drafts import LARGEST_MINIMUM, ProgrammeDraft
from surveys.cadence.models import Programme
from surveys.cadence.queries import preview, programme_with_id, small_units, teams_in_tree_order
from surveys.errors import Invalid
from surveys.people.models import Organisation
from surveys.people.rules import Viewer
from surveys.waves.queries import has_asked, newest_record
from surveys.zones import local_date

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
    organisation: Organisation
    now: datetime

    def today(self) -> date:
        """Return the date where the organisation is."""
        return local_date(self.now, self.organisation.zone)

    def defaults(self) -> ProgrammeDraft:
        """Return what suits most organisations, from tomorrow on."""
        return ProgrammeDraft(name="", start_on=self.today() + timedelta(days=1))

    async def judged(self, sent: SentDraft, *, itself: UUID | None) -> SentDraft:
        """Return the tidied draft with everything that keeps it from being used."""
        problems = [*sent.problems]
        asked = itself is not None and await has_asked(
            self.session, self.organisation.id, programme_id=itself
        )
        problems += await draft_problems(
            self.session, self.organisation, sent.draft, itself=itself, asked_before=asked
        )
        if itself is None and sent.draft.start_on < self.today():
            problems.append(Invalid(mark("Choose a start from today on."), field="start_on"))
        return SentDraft(sent.draft.tidied(), problems)

    async def dates(self, sent: SentDraft, *, itself: UUID | None) -> Dates | None:
        """Return the coming dates of a draft, or None while something they depend on cannot be used."""
        if any(problem.field in DECIDE_DATES for problem in sent.problems):
            return None
        draft = sent.draft.tidied()
        begun = itself is not None and await newest_record(self.session, itself) is not None
        rows = await preview(self.session, self.organisation, draft, now=self.now, asked_before=begun)
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


async def desk_of(session: AsyncSession, viewer: Viewer, page: Page, now: datetime) -> Desk:
    """Return the desk of this request."""
    return Desk(session, page, await organisation_of(session, viewer), now)


async def organisation_of(session: AsyncSession, viewer: Viewer) -> Organisation:
    """Return the organisation whose programmes the reader sees."""
    return await session.get_one(Organisation, viewer.organisation_id)
