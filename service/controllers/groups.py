"""Working groups: the list, and what is done about a group itself. Its page is in `group_page`."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.response import Redirect, Response
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.language import Translator, mark
from service.controllers.forms import Answer, FormAboutTeam, refusal_of
from service.controllers.group_page import came_back, show_group
from service.dependencies import (
    CurrentPage,
    CurrentViewer,
    Form,
    Now,
    Requested,
    SentForm,
    Session,
)
from service.rendering import Page
from service.security import requires_sign_in
from service.views.done import IN_A_GROUP
from service.views.groups import ADD, RENAME
from service.views.team_forms import FormState
from surveys.commitments.groups import end_group, tell_who_joined
from surveys.errors import Invalid
from surveys.people.groups import (
    UnknownAddressesError,
    add_members,
    addresses_in,
    leave_group,
    make_group,
    rename_group,
    set_leading,
)
from surveys.people.groups_read import all_groups, group_of, groups_of, just_made
from surveys.people.models import WorkingGroup
from surveys.people.rules import Viewer, may_make_group

AT_THE_LIST = {
    "made": IN_A_GROUP["made"],
    "left": mark("You have left the group. Retrospectives you took part in stay open to you."),
}
LONGEST_LIST = 8000  # characters of addresses


@dataclass(frozen=True, slots=True)
class GroupForm(FormAboutTeam):
    """One about a working group."""

    async def after(self, act: Callable[[], Awaitable[None]], kind: str, field: str, done: str) -> Answer:
        """Run one action and lead back to the group, or show its page with the error beside the field."""
        refusal = await refusal_of(self.session, act)
        if refusal is None:
            return _back(self.team_id, done)
        wrong = _say(refusal, self.form, self.page.language)
        returned = came_back(kind, self.form.typed(field), field, wrong)
        return await show_group(self.session, self.reader, self.team_id, returned=returned)


SentToGroup = NamedDependency[GroupForm]
GROUP_FORM = {"sent": Provide(GroupForm, sync_to_thread=False)}


class GroupController(Controller):
    """Everybody sees the groups they are in, HR all of them; who may change one is for the domain."""

    path = "/groups"
    guards = [requires_sign_in]  # noqa: RUF012 -- Litestar's way of saying it
    dependencies = GROUP_FORM

    @get("/")
    async def show(
        self, request: Requested, session: Session, viewer: CurrentViewer, page: CurrentPage
    ) -> Response[str]:
        """Show the groups of the reader, and the form that makes one to who may."""
        done = request.query_params.get("done", "")
        return await _list_page(session, viewer, page, done=done)

    @post("/")
    async def make(
        self,
        session: Session,
        viewer: CurrentViewer,
        page: CurrentPage,
        now: Now,
        form: SentForm,
    ) -> Answer:
        """Make a group and tell everybody who is in it from now on."""
        made: list[WorkingGroup] = []

        async def act() -> None:
            made.append(
                await make_group(
                    session,
                    by=viewer,
                    name=form.text("name"),
                    leaders=form.text("leaders", most=LONGEST_LIST),
                    others=form.text("others", most=LONGEST_LIST),
                    now=now,
                )
            )

        refusal = await refusal_of(session, act)
        if refusal is not None:
            field = refusal.field or "name"
            again = await _pressed_twice(session, viewer, form, now) if field == "name" else None
            if again is not None:
                return again
            typed = FormState(
                form.typed("name", "leaders", "others"), {field: _say(refusal, form, page.language)}
            )
            return await _list_page(session, viewer, page, form=typed)
        group = await group_of(session, made[0].id)
        people = [one.id for one in group.people] if group is not None else []
        await tell_who_joined(session, made[0], people, by=viewer, now=now)
        return _made(viewer, made[0].id, people)

    @post("/{team_id:uuid}/name")
    async def rename(self, sent: SentToGroup) -> Answer:
        """Give a group another name."""

        async def act() -> None:
            name = sent.form.text("name")
            await rename_group(sent.session, sent.team_id, by=sent.viewer, name=name, now=sent.now)

        return await sent.after(act, RENAME, "name", "renamed")

    @post("/{team_id:uuid}/members")
    async def add(self, sent: SentToGroup) -> Answer:
        """Let more people belong to a group and tell each of them."""

        async def act() -> None:
            session, viewer, now = sent.session, sent.viewer, sent.now
            addresses = sent.form.text("others", most=LONGEST_LIST)
            new = await add_members(session, sent.team_id, by=viewer, addresses=addresses, now=now)
            group = await session.get_one(WorkingGroup, sent.team_id)
            await tell_who_joined(session, group, new, by=viewer, now=now)

        return await sent.after(act, ADD, "others", "joined")

    @post("/{team_id:uuid}/members/{person_id:uuid}/lead")
    async def lead(self, sent: SentToGroup, person_id: FromPath[UUID]) -> Redirect:
        """Let a member lead the group, or not any more."""
        leads = sent.form.text("leads", most=5) == "yes"
        await set_leading(
            sent.session, sent.team_id, by=sent.viewer, person_id=person_id, leads=leads, now=sent.now
        )
        return _back(sent.team_id, "led")

    @post("/{team_id:uuid}/members/{person_id:uuid}/remove")
    async def remove(self, sent: SentToGroup, person_id: FromPath[UUID]) -> Redirect:
        """Take somebody out of a group; anybody can leave it by themselves."""
        await leave_group(sent.session, sent.team_id, by=sent.viewer, person_id=person_id, now=sent.now)
        if person_id == sent.viewer.person_id and not sent.viewer.is_hr:
            return Redirect("/groups?done=left", status_code=303)
        return _back(sent.team_id, "removed")

    @post("/{team_id:uuid}/end")
    async def end(self, sent: SentToGroup) -> Redirect:
        """End a group with what is still open of its promises."""
        await end_group(sent.session, sent.team_id, by=sent.viewer, now=sent.now)
        return _back(sent.team_id, "ended")


async def _pressed_twice(
    session: AsyncSession, viewer: Viewer, form: Form, now: datetime
) -> Redirect | None:
    """Return what the first press led to, where the same form made this group a moment ago."""
    name, *lists = form.typed("name", "leaders", "others").values()
    leaders, others = map(addresses_in, lists)
    made = await just_made(
        session, viewer.organisation_id, name=name, leaders=leaders, others=others, now=now
    )
    group = await group_of(session, made) if made is not None else None
    return _made(viewer, group.id, [one.id for one in group.people]) if group is not None else None


def _made(viewer: Viewer, group_id: UUID, people: Sequence[UUID]) -> Redirect:
    if viewer.person_id in people or viewer.is_hr:
        return _back(group_id, "made")
    return Redirect("/groups?done=made", status_code=303)


async def _list_page(
    session: AsyncSession, viewer: Viewer, page: Page, *, form: FormState | None = None, done: str = ""
) -> Response[str]:
    mine = await groups_of(session, viewer.person_id)
    own = viewer.email if viewer.leads else ""
    return page(
        "groups/list.html",
        status=422 if form else 200,
        mine=mine,
        others=[
            group
            for group in (await all_groups(session, viewer.organisation_id) if viewer.is_hr else ())
            if group.id not in {each.id for each in mine}
        ],
        ended=await groups_of(session, viewer.person_id, ended=True),
        done=page.language.say(AT_THE_LIST[done]) if done in AT_THE_LIST else "",
        may_make=may_make_group(viewer),
        form=form or FormState({"leaders": own}),
    )


MOST_NAMED, FIRST_NAMED = 80, 5  # signs of an address, and addresses, that a refusal repeats


def _say(refusal: Invalid, form: Form, language: Translator) -> str:
    """Return why a form cannot be accepted; addresses that nobody has are named as they were typed."""
    if not isinstance(refusal, UnknownAddressesError):
        return language.refusal(refusal)
    field = refusal.field or ""
    typed = addresses_in(form.typed(field)[field])
    return language.say(
        "Nobody here has the address {addresses}. Nothing was changed.",
        addresses=", ".join(typed[place][:MOST_NAMED] for place in refusal.places[:FIRST_NAMED]),
    )


def _back(team_id: UUID, done: str) -> Redirect:
    return Redirect(f"/teams/{team_id}?done={done}", status_code=303)
