"""The open question on the web: last, apart from the sheet, and stored by a request of its own.

Like the sheet it knows nobody who is signed in, is not logged, and is always blank. Looking at words
before they are sent stores nothing.
"""

from typing import Any

from litestar import Controller, get, post
from litestar.response import Redirect, Response
from sqlalchemy.ext.asyncio import AsyncSession

from service.controllers.sheet_visits import SHEET_VISIT, ByLink, SheetVisit, even
from service.dependencies import Form, SentForm
from service.logs import UNLOGGED
from service.problems import status_of
from service.views.words import Written, words_view
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
    dependencies = SHEET_VISIT

    @get("/")
    async def show(self, visit: ByLink) -> Response[str]:
        """Show the question, blank."""

        async def blank(session: AsyncSession) -> Response[str]:
            return await _form(session, visit, None)

        return await visit.show(blank)

    @post("/")
    async def take(self, visit: ByLink, form: SentForm) -> Response[Any]:
        """Look at the words and forget them, or store them in a transaction that holds nothing else."""
        written = _written(form)
        try:
            async with visit.sessions.begin() as session:
                place_id = await visit.place_id(session, form)
            if form.text("do") != "check":
                kind = None if form.text("do") == "take-back" else written.kind
                content = written.theme if kind is PassedOn.THEME else written.words
                async with visit.sessions.begin() as session:
                    handed = HandedWords(place_id, None, kind, content)
                    await cast_remark(session, visit.keys, handed, now=visit.now)
                return Redirect(SENT if kind and content else GONE, status_code=303)
            refused = None
        except Invalid as refusal:
            refused = refusal
        except (Gone, Missing) as refusal:
            return visit.not_open(refusal)

        async def again(session: AsyncSession) -> Response[str]:
            return await _form(session, visit, written, refused=refused)

        return await visit.show(again)

    @get(["/sent", "/gone"])
    async def say_done(self, visit: ByLink) -> Response[str]:
        """Say until when the words can be changed. Looks at none."""

        async def done(session: AsyncSession) -> Response[str]:
            sheet = await visit.sheet(session)
            return even(
                visit.page(
                    "answers/words_in.html",
                    taken_back=visit.request.url.path == GONE,
                    closes_at=sheet.closes_at,
                    minimum_group=sheet.rules.minimum_group,
                )
            )

        return await visit.show(done)


async def _form(
    session: AsyncSession, visit: SheetVisit, written: Written | None, *, refused: Invalid | None = None
) -> Response[str]:
    sheet = await visit.sheet(session)
    known = await around(session, sheet.wave_id, sheet.team_id)
    view = words_view(sheet, known, visit.page.language, visit.settings.help_contacts, written)
    notice = visit.page.language.refusal(refused) if refused else ""
    return even(
        visit.page(
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
