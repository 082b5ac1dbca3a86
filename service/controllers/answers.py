"""The answer sheet on the web, reached by a personal link. It writes ballots and nothing else.

None of these routes knows who is signed in, holds a transaction while it waits for the ballot box, or
is logged. A sheet is shown blank whatever was handed in before, and every page has the same size, so
the wire does not tell a first visit from a second one.
"""

from typing import Any

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Response
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.language import mark
from integrations.wording.for_me import ForMe, in_wave
from integrations.wording.loop import PLEDGE_LIMITS
from integrations.wording.promise import Terms
from service.controllers.sheet_visits import SHEET_VISIT, ByLink, Visit, even
from service.dependencies import Box, Form, SentForm
from service.logs import UNLOGGED
from service.problems import status_of
from service.views.sheet import FIELD, sheet_view
from service.views.words import words_view
from surveys.ballots.queries import BlankSheet
from surveys.ballots.rules import HandedIn
from surveys.comments.queries import around
from surveys.commitments.pledges import pledge_of
from surveys.errors import Busy, Gone, Invalid, Missing

PATH = "/answer"
COOKIE_SECONDS = 2 * 60 * 60
THANKS, UNDONE = "/answer/thanks", "/answer/undone"  # as long as each other, which the wire shows
LONGEST_TOKEN = 64


class AnswerController(Controller):
    """From the personal link to "handed in"."""

    path = PATH
    opt = UNLOGGED
    dependencies = SHEET_VISIT

    @get("/{token:str}")
    async def come_in(self, request: Visit, token: FromPath[str]) -> Redirect:
        """Take the token out of the address: into a short cookie that only these pages receive."""
        cookies = request.app.state.cookies
        cookie = cookies.make(cookies.sheet, token[:LONGEST_TOKEN], path=PATH, max_age=COOKIE_SECONDS)
        return Redirect(PATH, status_code=303, cookies=[cookie])

    @get("/")
    async def show(self, visit: ByLink) -> Response[str]:
        """Show the sheet, blank."""

        async def blank(session: AsyncSession) -> Response[str]:
            sheet = await visit.sheet(session)
            me = await how_private(session, sheet)
            view = sheet_view(sheet, me, visit.page.language, visit.settings.administrators)
            pledge = await pledge_of(session, sheet.team_id)
            return even(
                visit.page(
                    "answers/sheet.html",
                    sheet=view,
                    closes_at=sheet.closes_at,
                    notice=None,
                    pledge=pledge,
                    limits=visit.page.language.say(PLEDGE_LIMITS),
                )
            )

        return await visit.show(blank)

    @post("/")
    async def hand_in(self, visit: ByLink, form: SentForm, ballot_box: Box) -> Response[Any]:
        """Put the sheet into the ballot box and say thanks once it is committed."""
        answers = read_answers(form)
        try:
            async with visit.sessions.begin() as session:
                place_id = await visit.place_id(session, form)
            await ballot_box.put(HandedIn(place_id, None, answers))
        except Busy as refusal:
            async with visit.sessions.begin() as session:
                sheet = await visit.sheet(session)
                me = await how_private(session, sheet)
            view = sheet_view(sheet, me, visit.page.language, visit.settings.administrators, answers)
            notice = visit.page.language.refusal(refusal)
            return even(
                visit.page(
                    "answers/sheet.html",
                    status=status_of(refusal),
                    headers={"retry-after": "1"},
                    sheet=view,
                    closes_at=sheet.closes_at,
                    notice=notice,
                    pledge=None,
                )
            )
        except (Gone, Missing) as refusal:
            return visit.not_open(refusal)
        return Redirect(THANKS if answers else UNDONE, status_code=303)

    @post("/take-back")
    async def take_back(self, visit: ByLink, form: SentForm, ballot_box: Box) -> Response[Any]:
        """Hand in an empty sheet, which replaces whatever was there."""
        try:
            async with visit.sessions.begin() as session:
                place_id = await visit.place_id(session, form)
            await ballot_box.put(HandedIn(place_id, None, {}))
        except (Gone, Missing) as refusal:
            return visit.not_open(refusal)
        return Redirect(UNDONE, status_code=303)

    @get(["/thanks", "/undone"])
    async def say_thanks(self, visit: ByLink) -> Response[str]:
        """Say until when the sheet can be changed and when results come. Looks at no ballot."""

        async def thanks_for(session: AsyncSession) -> Response[str]:
            sheet = await visit.sheet(session)
            return even(
                visit.page(
                    "answers/thanks.html",
                    taken_back=visit.request.url.path == UNDONE,
                    closes_at=sheet.closes_at,
                    head_start_days=sheet.rules.head_start_days,
                    minimum_group=sheet.rules.minimum_group,
                    about_promise=sheet.about_promise,
                    votes=sheet.rules.votes_for_a_word,
                    words=words_view(
                        sheet,
                        await around(session, sheet.wave_id, sheet.team_id),
                        visit.page.language,
                        visit.settings.help_contacts,
                    ),
                )
            )

        return await visit.show(thanks_for)


def read_answers(form: Form) -> dict[str, int]:
    """Return question key → value for what was pressed; 0 is "prefer not to say".

    Raises:
        Invalid: a value is not a number. Whether the sheet asks the question is judged when casting.
    """
    answers = {}
    for name in form.names():
        if name.startswith(FIELD):
            value = form.text(name, most=1)
            if not value.isascii() or not value.isdecimal():
                raise Invalid(mark("Choose one of the answers on the sheet."))
            answers[name.removeprefix(FIELD)] = int(value)
    return answers


async def how_private(session: AsyncSession, sheet: BlankSheet) -> ForMe:
    """Return what is said of how private this sheet is for its person."""
    terms = Terms.of(sheet.rules, asked=sheet.asked_in_unit, team_name=sheet.team_name)
    return await in_wave(
        session,
        terms,
        wave_id=sheet.wave_id,
        team_id=sheet.team_id,
        about_promise=sheet.about_promise,
        door="web",
    )
