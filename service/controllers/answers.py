"""The answer sheet on the web, reached by a personal link. It writes ballots and nothing else.

None of these routes knows who is signed in, holds a transaction while it waits for the ballot box, or
is logged. A sheet is shown blank whatever was handed in before, and every page has the same size, so
the wire does not tell a first visit from a second one.
"""

from collections.abc import Callable
from secrets import token_hex
from typing import Any

from litestar import Controller, Request, get, post
from litestar.datastructures import State
from litestar.params import FromPath
from litestar.response import Redirect, Response
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.for_me import ForMe, in_wave
from integrations.language import mark
from integrations.loop_words import PLEDGE_LIMITS
from integrations.promise import Terms
from service.dependencies import (
    Box,
    CurrentPage,
    CurrentSettings,
    Form,
    Keys,
    Now,
    SentForm,
    Sessions,
)
from service.logs import UNLOGGED
from service.problems import status_of
from service.rendering import Page
from service.views.sheet import FIELD, sheet_view
from service.views.words import words_view
from surveys.ballots.queries import BlankSheet, blank_sheet, place_of_token
from surveys.ballots.rules import HandedIn
from surveys.comments.queries import around
from surveys.commitments.pledges import pledge_of
from surveys.errors import Busy, Gone, Invalid, KeyLost, Missing, SurveyError

PATH = "/answer"
COOKIE_SECONDS = 2 * 60 * 60
THANKS, UNDONE = "/answer/thanks", "/answer/undone"  # as long as each other, which the wire shows
PAGE_BYTES = 32_768  # every page of answers is a multiple of this
LONGEST_TOKEN = 64
TITLES: dict[type[SurveyError], str] = {
    KeyLost: mark("This pulse ends without results"),
    Gone: mark("This pulse is not open"),
    Missing: mark("This link does not lead anywhere"),
}
NO_COOKIE = mark(
    "For your privacy a sheet stays open for two hours only. Open the link in your message again."
)
Visit = Request[Any, Any, State]


class AnswerController(Controller):
    """From the personal link to "handed in"."""

    path = PATH
    opt = UNLOGGED

    @get("/{token:str}")
    async def come_in(self, request: Visit, token: FromPath[str]) -> Redirect:
        """Take the token out of the address: into a short cookie that only these pages receive."""
        cookies = request.app.state.cookies
        cookie = cookies.make(cookies.sheet, token[:LONGEST_TOKEN], path=PATH, max_age=COOKIE_SECONDS)
        return Redirect(PATH, status_code=303, cookies=[cookie])

    @get("/")
    async def show(
        self,
        request: Visit,
        sessions: Sessions,
        keys: Keys,
        settings: CurrentSettings,
        page: CurrentPage,
        now: Now,
    ) -> Response[str]:
        """Show the sheet, blank."""

        async def blank(session: AsyncSession) -> Response[str]:
            sheet = await sheet_of(session, keys, request, page, now=now)
            me = await how_private(session, sheet)
            view = sheet_view(sheet, me, page.language, settings.administrators)
            pledge = await pledge_of(session, sheet.team_id)
            return even(
                page(
                    "answers/sheet.html",
                    sheet=view,
                    closes_at=sheet.closes_at,
                    notice=None,
                    pledge=pledge,
                    limits=page.language.say(PLEDGE_LIMITS),
                )
            )

        return await or_say_why_not(page, sessions, blank)

    @post("/")
    async def hand_in(
        self,
        request: Visit,
        sessions: Sessions,
        keys: Keys,
        settings: CurrentSettings,
        page: CurrentPage,
        now: Now,
        form: SentForm,
        ballot_box: Box,
    ) -> Response[Any]:
        """Put the sheet into the ballot box and say thanks once it is committed."""
        answers = read_answers(form)
        try:
            async with sessions.begin() as session:
                place_id = await place_of_token(session, keys, token_of(request))
            await ballot_box.put(HandedIn(place_id, None, answers))
        except Busy as refusal:
            async with sessions.begin() as session:
                sheet = await sheet_of(session, keys, request, page, now=now)
                me = await how_private(session, sheet)
            view = sheet_view(sheet, me, page.language, settings.administrators, answers)
            notice = page.language.say(refusal.sentence, **refusal.values)
            return even(
                page(
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
            return not_open(page, refusal)
        return Redirect(THANKS if answers else UNDONE, status_code=303)

    @post("/take-back")
    async def take_back(
        self, request: Visit, sessions: Sessions, keys: Keys, page: CurrentPage, ballot_box: Box
    ) -> Response[Any]:
        """Hand in an empty sheet, which replaces whatever was there."""
        try:
            async with sessions.begin() as session:
                place_id = await place_of_token(session, keys, token_of(request))
            await ballot_box.put(HandedIn(place_id, None, {}))
        except (Gone, Missing) as refusal:
            return not_open(page, refusal)
        return Redirect(UNDONE, status_code=303)

    @get(["/thanks", "/undone"])
    async def say_thanks(
        self,
        request: Visit,
        sessions: Sessions,
        keys: Keys,
        settings: CurrentSettings,
        page: CurrentPage,
        now: Now,
    ) -> Response[str]:
        """Say until when the sheet can be changed and when results come. Looks at no ballot."""

        async def thanks_for(session: AsyncSession) -> Response[str]:
            sheet = await sheet_of(session, keys, request, page, now=now)
            return even(
                page(
                    "answers/thanks.html",
                    taken_back=request.url.path == UNDONE,
                    closes_at=sheet.closes_at,
                    head_start_days=sheet.rules.head_start_days,
                    minimum_group=sheet.rules.minimum_group,
                    about_promise=sheet.about_promise,
                    votes=sheet.rules.votes_for_a_word,
                    words=words_view(
                        sheet,
                        await around(session, sheet.wave_id, sheet.team_id),
                        page.language,
                        settings.help_contacts,
                    ),
                )
            )

        return await or_say_why_not(page, sessions, thanks_for)


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


def token_of(request: Visit) -> str:
    """Return the personal link's token from its cookie.

    Raises:
        Missing: there is no cookie, or not any more.
    """
    token = request.cookies.get(request.app.state.cookies.sheet)
    if not token:
        raise Missing(NO_COOKIE)
    return token


async def sheet_of(
    session: AsyncSession, keys: Keys, request: Visit, page: Page, *, now: Now
) -> BlankSheet:
    """Return the blank sheet behind this browser's personal link, and speak its person's language.

    Raises:
        Missing: the link is not one of ours, or its cookie is gone.
        Gone: its wave is over.
    """
    place_id = await place_of_token(session, keys, token_of(request))
    sheet = await blank_sheet(session, keys, place_id, now=now)
    page.in_words_of(sheet.locale, sheet.zone)
    return sheet


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


async def or_say_why_not(
    page: Page, sessions: Sessions, show: Callable[[AsyncSession], Any]
) -> Response[str]:
    """Show a page of an open sheet, or say why there is none."""
    try:
        async with sessions.begin() as session:
            shown: Response[str] = await show(session)
            return shown
    except (Gone, Missing) as refusal:
        return not_open(page, refusal)


def not_open(page: Page, refusal: SurveyError) -> Response[str]:
    """Return the page that says why there is no sheet."""
    title = next(TITLES[kind] for kind in type(refusal).mro() if kind in TITLES)
    return even(
        page(
            "answers/not_open.html",
            status=status_of(refusal),
            title=title,
            sentence=refusal.sentence,
            values=refusal.values,
        )
    )


def even(response: Response[str]) -> Response[str]:
    """Fill the page up, with what does not compress, to a size that all pages of answers have."""
    bare = len(response.content.encode())
    frame = "<!-- -->\n"
    missing = -(bare + len(frame)) % PAGE_BYTES
    filling = token_hex(missing // 2 + 1)[:missing]
    response.content += f"<!-- {filling}-->\n"
    return response
