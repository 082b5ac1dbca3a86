"""HR's preview of who would see figures, from the directory or from a file that is not kept."""

import asyncio
from collections.abc import Sequence

from litestar import Controller, get, post
from litestar.datastructures import UploadFile
from litestar.response import Response
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.directory.csv import parse_people
from integrations.language import mark
from service.dependencies import CurrentPage, CurrentViewer, Form, Requested, SentForm, Session
from service.rendering import Page
from service.security import requires_hr
from service.views.foreseen import Assumed, ForeseenPage, page_of
from surveys.errors import Invalid
from surveys.people.directory_draft import directory_in
from surveys.people.directory_rows import Problem
from surveys.people.models import Organisation
from surveys.people.queries import directory_of
from surveys.people.rules import Directory, Viewer
from surveys.results.rules.foreseen import foresee

NOT_USABLE = 422
MOST_PROBLEMS = 20  # shown; who has more is better served by the first of them
MOST_WEEKS = 13
MOST_DAYS = 21
# A refusal takes the place of the page, so each sentence says which field is meant.
PER_CENT = mark("Of a hundred people asked, so many answer: give a whole number from {least} to {most}.")
WEEKS = mark("Give the weeks between two pulses as a whole number from {least} to {most}.")
DAYS = mark("Give the days a pulse is open as a whole number from {least} to {most}.")


class ForeseenController(Controller):
    """One page: assumptions on top, below them who would see figures and what the others have instead."""

    path = "/preview-disclosure"
    guards = (requires_hr,)

    @get("/")
    async def present(self, session: Session, viewer: CurrentViewer, page: CurrentPage) -> Response[str]:
        """Show what the present directory gives under ordinary assumptions."""
        directory, minimum = await _own(session, viewer)
        return await _shown(page, directory, Assumed(), minimum)

    @post("/", status_code=200)
    async def assumed(
        self, session: Session, viewer: CurrentViewer, page: CurrentPage, request: Requested, form: SentForm
    ) -> Response[str]:
        """Show the same under other assumptions, and of a file if one came with them."""
        assumed = Assumed(
            response=_number(form, "response", 0, 100, PER_CENT) / 100,
            weeks=_number(form, "weeks", 1, MOST_WEEKS, WEEKS),
            days=_number(form, "days", 1, MOST_DAYS, DAYS),
        )
        directory, minimum = await _own(session, viewer)
        sent = (await request.form()).get("people")
        content = await sent.read() if isinstance(sent, UploadFile) else b""
        if not content:
            return await _shown(page, directory, assumed, minimum)
        directory, problems = await asyncio.to_thread(_read, content)
        if problems:
            return _page(page, assumed, minimum, None, problems, from_file=True)
        return await _shown(page, directory, assumed, minimum, from_file=True)


async def _own(session: AsyncSession, viewer: Viewer) -> tuple[Directory, int]:
    organisation = await session.get_one(Organisation, viewer.organisation_id)
    return await directory_of(session, viewer.organisation_id), organisation.minimum_group


def _number(form: Form, field: str, least: int, most: int, sentence: str) -> int:
    """Return a number within its range; `sentence` says what is wanted when it is none, or outside."""
    refusal = Invalid(sentence, field=field, least=least, most=most)
    try:
        number = form.whole_number(field)
    except Invalid as error:
        raise refusal from error
    if not least <= number <= most:
        raise refusal
    return number


def _read(content: bytes) -> tuple[Directory, list[Problem]]:
    rows, problems = parse_people(content)
    directory, wrong = directory_in([] if problems else rows)
    return directory, problems or list(wrong)


async def _shown(
    page: Page, directory: Directory, assumed: Assumed, minimum: int, *, from_file: bool = False
) -> Response[str]:
    # In a thread, because a large organisation takes a second and others want to answer meanwhile.
    found = await asyncio.to_thread(foresee, directory, response=assumed.response, minimum=minimum)
    return _page(page, assumed, minimum, page_of(page.language, found, assumed), from_file=from_file)


def _page(
    page: Page,
    assumed: Assumed,
    minimum: int,
    foreseen: ForeseenPage | None,
    problems: Sequence[Problem] = (),
    *,
    from_file: bool,
) -> Response[str]:
    return page(
        "foreseen/foreseen.html",
        status=NOT_USABLE if problems else 200,
        assumed=assumed,
        minimum=minimum,
        foreseen=foreseen,
        from_file=from_file,
        problems=[str(problem) for problem in problems[:MOST_PROBLEMS]],
        more=max(0, len(problems) - MOST_PROBLEMS),
        most_weeks=MOST_WEEKS,
        most_days=MOST_DAYS,
    )
