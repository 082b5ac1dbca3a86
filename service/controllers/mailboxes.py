"""Mailboxes as their recipients meet them: who leads the team, HR, or the ombudsperson.

Nothing here says who wrote, when they wrote within a day, or whether they have read a reply.
"""

from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Response

from service.dependencies import CurrentPage, CurrentViewer, Now, SentForm, Session
from service.security import requires_sign_in
from service.views.mailbox import thread_view
from surveys.comments.actions import close_mailbox, reply
from surveys.comments.models import Side
from surveys.comments.queries import mailbox_for, thread, threads_for
from surveys.comments.rules import HANDED_OVER_AT, LONGEST_MESSAGE, handed_over_on
from surveys.errors import not_here
from surveys.people.models import Organisation
from surveys.people.rules import Viewer


class MailboxesController(Controller):
    """Reading what was handed over, replying, closing."""

    path = "/mailboxes"
    guards = [requires_sign_in]  # noqa: RUF012 -- Litestar's way of saying it

    @get("/")
    async def show(
        self, session: Session, viewer: CurrentViewer, page: CurrentPage, now: Now
    ) -> Response[str]:
        """Show the conversations addressed to the reader."""
        _require_an_office(viewer)
        threads = await threads_for(session, viewer, now=now)
        return page(
            "mailbox/list.html",
            threads=[thread_view(each, page.language) for each in threads],
            hour=page.language.time(HANDED_OVER_AT),
        )

    @get("/{mailbox_id:uuid}")
    async def show_one(
        self,
        session: Session,
        viewer: CurrentViewer,
        page: CurrentPage,
        now: Now,
        mailbox_id: FromPath[UUID],
    ) -> Response[str]:
        """Show one conversation with the field for a reply."""
        mailbox = await mailbox_for(session, viewer, mailbox_id, now=now)
        organisation = await session.get_one(Organisation, viewer.organisation_id)
        shown = await thread(session, mailbox, Side.RECIPIENT, now=now)
        return page(
            "mailbox/thread.html",
            thread=thread_view(shown, page.language),
            team_name=shown.team_name,
            longest=LONGEST_MESSAGE,
            next_day=handed_over_on(now, organisation.zone),
        )

    @post("/{mailbox_id:uuid}/reply")
    async def reply(
        self, session: Session, viewer: CurrentViewer, now: Now, form: SentForm, mailbox_id: FromPath[UUID]
    ) -> Redirect:
        """Add a reply; it is handed over with the next batch."""
        words = form.text("words", most=LONGEST_MESSAGE)
        await reply(session, viewer, mailbox_id, words, now=now)
        return Redirect(f"/mailboxes/{mailbox_id}", status_code=303)

    @post("/{mailbox_id:uuid}/close")
    async def close(
        self, session: Session, viewer: CurrentViewer, now: Now, mailbox_id: FromPath[UUID]
    ) -> Redirect:
        """Take no more messages there. The writer stays unknown."""
        await close_mailbox(session, viewer, mailbox_id, now=now)
        return Redirect(f"/mailboxes/{mailbox_id}", status_code=303)


def _require_an_office(viewer: Viewer) -> None:
    if not (viewer.leads or viewer.is_hr or viewer.is_ombudsperson):
        raise not_here()
