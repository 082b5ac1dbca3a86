"""A mailbox as its writer meets it: whoever holds the link, and nobody else in particular.

These pages look at no cookie and set none, are not logged, and have no address of their own for any
mailbox: the secret stands in the fragment of the link, which browsers send to nobody, and the page's
script passes it on in the body of a request. A refusal is told to that script in words.
"""

from collections.abc import Awaitable, Callable
from secrets import token_hex
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Response
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.language import Translator, mark
from service.dependencies import CurrentPage, CurrentSettings, Now, Requested, Sessions
from service.logs import UNLOGGED
from service.problems import SENTENCES, TITLES, status_of
from service.security import NOT_FROM_HERE, SIGNED_BY_SENDER
from service.views.mailbox import ADDRESSEES, conversation, for_the_script
from service.views.words import looked_at_here
from surveys.comments.actions import mailbox_of, open_mailbox, write_on
from surveys.comments.models import Addressee, Mailbox, Side
from surveys.comments.queries import offices_held, teams_to_write_about, thread
from surveys.comments.rules import HANDED_OVER_AT, LONGEST_MESSAGE, handed_over_on
from surveys.errors import Forbidden, Invalid, SurveyError
from surveys.people.models import Organisation

REPLY_BYTES = 8_192  # every reply to the script is a multiple of this, whatever the mailbox holds


class Sent(msgspec.Struct):
    """What the page's script sends. The secret is in the body, never in an address."""

    token: str = ""
    words: str = ""
    team: str = ""
    addressee: str = ""

    def __repr__(self) -> str:
        return "Sent(…)"


class MailboxController(Controller):
    """Making a mailbox, opening it, writing on."""

    path = "/mailbox"
    opt = UNLOGGED | SIGNED_BY_SENDER

    @get("/to/{organisation_id:uuid}")
    async def offer(
        self,
        sessions: Sessions,
        settings: CurrentSettings,
        page: CurrentPage,
        now: Now,
        organisation_id: FromPath[UUID],
    ) -> Response[str]:
        """Show the form that makes a mailbox; the same address for everybody in an organisation."""
        async with sessions() as session:
            organisation = await session.get(Organisation, organisation_id)
            if organisation is None:
                return _plain(
                    page("problem.html", status=404, title=TITLES[404], sentence=SENTENCES[404], values={})
                )
            teams = await teams_to_write_about(session, organisation_id)
            offices = await offices_held(session, organisation_id) | {Addressee.LEADER}
        page.in_words_of(organisation.locale, organisation.zone)
        return _plain(
            page(
                "mailbox/offer.html",
                words=looked_at_here(page.language, settings.help_contacts),
                teams=teams,
                addressees=[
                    (each.value, page.language.say(ADDRESSEES[each]))
                    for each in Addressee
                    if each in offices
                ],
                longest=LONGEST_MESSAGE,
                hour=page.language.time(HANDED_OVER_AT),
                next_day=handed_over_on(now, organisation.zone),
                says=for_the_script(page.language),
            )
        )

    @get("/")
    async def show(self, settings: CurrentSettings, page: CurrentPage) -> Response[str]:
        """Show the frame of a mailbox, the same for all; the script fills it."""
        return _plain(
            page(
                "mailbox/mailbox.html",
                words=looked_at_here(page.language, settings.help_contacts),
                longest=LONGEST_MESSAGE,
                says=for_the_script(page.language),
            )
        )

    @post("/send")
    async def send(self, request: Requested, sessions: Sessions, now: Now) -> Response[bytes]:
        """Make a mailbox with its first message."""

        async def make(session: AsyncSession, sent: Sent) -> Mailbox:
            return await open_mailbox(
                session, sent.token, _team(sent), _addressee(sent), sent.words, now=now
            )

        return await _do(request, sessions, make, now)

    @post("/open")
    async def open(self, request: Requested, sessions: Sessions, now: Now) -> Response[bytes]:
        """Return the conversation behind a secret. That somebody looked is kept nowhere."""

        async def find(session: AsyncSession, sent: Sent) -> Mailbox:
            return await mailbox_of(session, sent.token, now=now)

        return await _do(request, sessions, find, now)

    @post("/answer")
    async def answer(self, request: Requested, sessions: Sessions, now: Now) -> Response[bytes]:
        """Add a message of the writer."""

        async def add(session: AsyncSession, sent: Sent) -> Mailbox:
            return await write_on(session, sent.token, sent.words, now=now)

        return await _do(request, sessions, add, now)


async def _do(
    request: Requested,
    sessions: Sessions,
    act: Callable[[AsyncSession, Sent], Awaitable[Mailbox]],
    now: Now,
) -> Response[bytes]:
    """Do what the script asks and return the conversation as it stands then; or the refusal in words."""
    try:
        sent = await _read(request)
        async with sessions.begin() as session:
            mailbox = await act(session, sent)
            organisation = await session.get_one(Organisation, mailbox.organisation_id)
            shown = await thread(session, mailbox, Side.WRITER, now=now)
    except SurveyError as refusal:
        said = Translator("en").refusal(refusal)
        field = refusal.field if isinstance(refusal, Invalid) else None
        return _even({"said": said, "field": field}, status_of(refusal))
    language = Translator(organisation.locale)
    day = handed_over_on(now, organisation.zone)
    return _even(conversation(shown, language, next_day=day), 200)


async def _read(request: Requested) -> Sent:
    """Return the body of a request of our own script.

    Raises:
        Forbidden: another site sent it.
        Invalid: it is not what the script sends.
    """
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise Forbidden(NOT_FROM_HERE)
    try:
        return msgspec.json.decode(await request.body(), type=Sent)
    except msgspec.MsgspecError:
        raise Invalid(mark("That could not be read")) from None


def _team(sent: Sent) -> UUID:
    try:
        return UUID(sent.team)
    except ValueError:
        raise Invalid(mark("Please choose a team."), field="team") from None


def _addressee(sent: Sent) -> Addressee:
    if sent.addressee not in set(Addressee):
        raise Invalid(mark("Please choose who should read it."), field="addressee")
    return Addressee(sent.addressee)


def _plain(response: Response[str]) -> Response[str]:
    """Let a page go without any cookie, so that nothing in the browser belongs to a mailbox."""
    response.cookies = []
    return response


def _even(body: dict[str, Any], status: int) -> Response[bytes]:
    """Fill a reply up, with what does not compress, so that its size tells nothing on the wire."""
    bare = len(msgspec.json.encode({**body, "filling": ""}))
    missing = -bare % REPLY_BYTES
    filled = msgspec.json.encode({**body, "filling": token_hex(missing // 2 + 1)[:missing]})
    return Response(filled, status_code=status, media_type="application/json")
