"""Signing in by a one-time link, and out. The link itself is never stored.

Only the SHA-256 of a link's token is kept, so the text with the token exists in memory only: it is made
after the answer has left and handed straight to the mail server. A link that is lost in a crash is asked
for again. The answer is the same, and takes as long, whether or not anybody has that address.
"""

import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from litestar import Controller, get, post
from litestar.background_tasks import BackgroundTask
from litestar.params import FromPath
from litestar.response import Redirect, Response
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from integrations.language import Translator
from service.dependencies import CurrentPage, CurrentSettings, Now, Requested, SentForm, Session
from service.problems import status_of
from service.security import SIGN_IN_DAYS
from surveys.errors import Gone
from surveys.people.actions import make_sign_in_link, sign_in, sign_out
from surveys.people.queries import person_by_email

LINKS_AN_ADDRESS = 3
LINKS_A_PROCESS = 120
WINDOW = timedelta(minutes=15)  # as long as a link lasts
ADDRESSES_KNOWN = 10_000

OWN_PATH = re.compile(r"/[\w-][\w/-]*", re.ASCII)

SendMail = Callable[[str, str, str], Awaitable[bool]]  # address, subject, text; whether it was taken

log = structlog.get_logger("kept.sign_in")


class Pace:
    """How often a link may be asked for: per address and in all, counted in this process."""

    def __init__(self) -> None:
        self._asked: OrderedDict[str, list[datetime]] = OrderedDict()

    def allows(self, email: str, *, now: datetime) -> bool:
        """Count one request and return whether it may go on."""
        return self._counts("", LINKS_A_PROCESS, now) and self._counts(email, LINKS_AN_ADDRESS, now)

    def _counts(self, key: str, most: int, now: datetime) -> bool:
        recent = [when for when in self._asked.pop(key, []) if when > now - WINDOW]
        allowed = len(recent) < most
        self._asked[key] = [*recent, now] if allowed else recent
        while len(self._asked) > ADDRESSES_KNOWN:
            self._asked.popitem(last=False)
        return allowed


class SignInController(Controller):
    """Ask for a link, use it, and leave again."""

    @get("/sign-in")
    async def ask(self, page: CurrentPage, settings: CurrentSettings) -> Response[str]:
        """Ask for the address."""
        return page("sign_in/ask.html", uses_mail=settings.uses_mail, email="", error=None)

    @post("/sign-in", status_code=200)
    async def send(
        self, request: Requested, page: CurrentPage, settings: CurrentSettings, now: Now, form: SentForm
    ) -> Response[str]:
        """Say that a link is on its way if the address is known; send it after saying so."""
        state = request.app.state
        email = form.text("email", most=320).lower()
        if "@" not in email:
            error = page.language.say("Please give your work address, for example ada@example.com.")
            return page(
                "sign_in/ask.html", status=422, uses_mail=settings.uses_mail, email=email, error=error
            )
        response = page("sign_in/sent.html", email=email)
        if state.send_mail is not None and state.sign_in_pace.allows(email, now=now):
            response.background = BackgroundTask(
                send_link, state.sessions, state.send_mail, settings.base_url, email, now
            )
        return response

    @get("/sign-in/{token:str}")
    async def offer(self, page: CurrentPage, token: FromPath[str]) -> Response[str]:
        """Show one button. Mail scanners open links too, so opening uses nothing up."""
        return page("sign_in/offer.html", token=token)

    @post("/sign-in/{token:str}")
    async def use(
        self, request: Requested, session: Session, page: CurrentPage, now: Now, token: FromPath[str]
    ) -> Response[Any]:
        """Use the link up and begin a session."""
        try:
            fresh = await sign_in(session, token, now=now)
        except Gone as refusal:
            sentence = page.language.refusal(refusal)
            return page("sign_in/used.html", status=status_of(refusal), sentence=sentence)
        cookies = request.app.state.cookies
        seconds = int(timedelta(days=SIGN_IN_DAYS).total_seconds())
        return Redirect(
            own_path(request.cookies.get(cookies.wanted, "/")),
            status_code=303,
            cookies=[cookies.make(cookies.session, fresh, max_age=seconds), cookies.drop(cookies.wanted)],
        )

    @post("/sign-out")
    async def leave(self, request: Requested, session: Session) -> Redirect:
        """End the session here and in the database."""
        cookies = request.app.state.cookies
        token = request.cookies.get(cookies.session)
        if token:
            await sign_out(session, token)
        return Redirect("/sign-in", status_code=303, cookies=[cookies.drop(cookies.session)])


def own_path(wanted: str) -> str:
    """Return the path of a page of ours, whatever a cookie says."""
    return wanted if OWN_PATH.fullmatch(wanted) else "/"


async def send_link(
    sessions: async_sessionmaker[AsyncSession],
    send_mail: SendMail,
    base_url: str,
    email: str,
    now: datetime,
) -> None:
    """Make a link and mail it, in a transaction that is over before the mail server is spoken to."""
    async with sessions.begin() as session:
        person = await person_by_email(session, email)
        if person is None:
            return
        language = Translator(person.locale)
        token = await make_sign_in_link(session, person.id, by=person.id, now=now)
    subject, text = sign_in_mail(language, f"{base_url}/sign-in/{token}")
    if not await send_mail(person.email, subject, text):
        log.error("a sign-in link could not be mailed")  # nobody waits for it; whoever runs Kept reads this


def sign_in_mail(language: Translator, link: str) -> tuple[str, str]:
    """Return subject and text of the mail that brings a link."""
    subject = language.say("Your link to sign in to Kept")
    text = language.say(
        "Open this link to sign in. It works once, within 15 minutes:\n\n{link}\n\n"
        "You did not ask for it? Then somebody typed your address; nothing happens unless it is used.",
        link=link,
    )
    return subject, text
