"""The open question on the web: last, apart from the sheet, and stored by a request of its own.

Like the sheet it knows nobody who is signed in, is not logged, and is always blank. Looking at words
before they are sent stores nothing.
"""

from typing import Any

from litestar import Controller, get, post
from litestar.response import Redirect, Response
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.environment import Settings
from service.controllers.answers import Visit, even, not_open, or_say_why_not, sheet_of, token_of
from service.dependencies import CurrentPage, CurrentSettings, Form, Keys, Now, SentForm, Sessions
from service.logs import UNLOGGED
from service.problems import status_of
from service.rendering import Page
from service.views.words import Written, words_view
from surveys.ballots.queries import place_of_token
from surveys.ballots.remarks import cast_remark
from surveys.ballots.words import HandedWords, PassedOn, chosen_kind
from surveys.comments.queries import around
from surveys.errors import Gone, Invalid, Missing

PATH = "/answer/words"
SENT, GONE = f"{PATH}/sent", f"{PATH}/gone"  # as long as each other, which the wire shows
MOST_SENT = 2_000  # characters that are read at all; what is too long is then refused in words


class WordsController(Controller):
    """From the question to "it is in"."""

    path = PATH
    opt = UNLOGGED

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
        """Show the question, blank."""

        async def blank(session: AsyncSession) -> Response[str]:
            return await _form(session, keys, request, page, settings, None, now=now)

        return await or_say_why_not(page, sessions, blank)

    @post("/")
    async def take(
        self,
        request: Visit,
        sessions: Sessions,
        keys: Keys,
        settings: CurrentSettings,
        page: CurrentPage,
        now: Now,
        form: SentForm,
    ) -> Response[Any]:
        """Look at the words and forget them, or store them in a transaction that holds nothing else."""
        written = _written(form)
        try:
            if form.text("do") != "check":
                kind = None if form.text("do") == "take-back" else written.kind
                content = written.theme if kind is PassedOn.THEME else written.words
                async with sessions.begin() as session:
                    place_id = await place_of_token(session, keys, token_of(request))
                    await cast_remark(session, keys, HandedWords(place_id, None, kind, content), now=now)
                return Redirect(SENT if kind and content else GONE, status_code=303)
            refused = None
        except Invalid as refusal:
            refused = refusal
        except (Gone, Missing) as refusal:
            return not_open(page, refusal)

        async def again(session: AsyncSession) -> Response[str]:
            return await _form(session, keys, request, page, settings, written, now=now, refused=refused)

        return await or_say_why_not(page, sessions, again)

    @get(["/sent", "/gone"])
    async def say_done(
        self, request: Visit, sessions: Sessions, keys: Keys, page: CurrentPage, now: Now
    ) -> Response[str]:
        """Say until when the words can be changed. Looks at none."""

        async def done(session: AsyncSession) -> Response[str]:
            sheet = await sheet_of(session, keys, request, page, now=now)
            return even(
                page(
                    "answers/words_in.html",
                    taken_back=request.url.path == GONE,
                    closes_at=sheet.closes_at,
                    minimum_group=sheet.rules.minimum_group,
                )
            )

        return await or_say_why_not(page, sessions, done)


async def _form(
    session: AsyncSession,
    keys: Keys,
    request: Visit,
    page: Page,
    settings: Settings,
    written: Written | None,
    *,
    now: Now,
    refused: Invalid | None = None,
) -> Response[str]:
    sheet = await sheet_of(session, keys, request, page, now=now)
    known = await around(session, sheet.wave_id, sheet.team_id)
    view = words_view(sheet, known, page.language, settings.help_contacts, written)
    notice = page.language.say(refused.sentence, **refused.values) if refused else ""
    return even(
        page(
            "answers/words.html",
            status=status_of(refused) if refused else 200,
            words=view,
            team_name=sheet.team_name,
            programme_name=sheet.programme_name,
            closes_at=sheet.closes_at,
            notice=notice,
            field=refused.field if refused else None,
        )
    )


def _written(form: Form) -> Written:
    words, theme = form.text("words", most=MOST_SENT), form.text("theme", most=20)
    return Written(
        kind=chosen_kind(form.text("kind"), words, theme),
        words=words,
        theme=theme,
        looked_at=form.text("do") == "check",
    )
