"""The simulated Slack as a visitor sees it: pick a member, read, press, fill in, hand in.

Every page works with forms alone; the small script only makes a modal behave like one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from litestar import Controller, MediaType, Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from service.demo.simulated_slack.interactions import (
    SHORTCUT_TITLE,
    NotReached,
    Sender,
    action_of,
    field_name,
    missing_fields,
    state_values,
)
from service.demo.simulated_slack.limits import elements_of
from service.demo.simulated_slack.mrkdwn import text_html
from service.demo.simulated_slack.workspace import Channel, Member, Message, View, Workspace, conversation

REACTION_SECONDS = 0.8  # how long a page waits for what the app does after its answer
HOME_SECONDS = 2.0
LONGEST_SAID = 4_000

Json = dict[str, Any]
Asked = Request[Any, Any, State]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the simulator is told about the world it stands in."""

    sender: Sender
    render: Callable[..., str]  # template name and values → HTML
    link: Callable[[str, str], str]  # member and address → where a link in a message leads
    groups: Callable[[], Sequence[tuple[str, Sequence[Member]]]]  # members in the order of the list


class SlackPages(Controller):
    """Messages, Home and modals of one member."""

    path = "/demo/slack"

    @get("/")
    async def members(self, state: State) -> Response[str]:
        """Show everybody, to become one of them."""
        return _page(state, "slack_members.html")

    @get("/{member_id:str}")
    async def messages(
        self, state: State, member_id: FromPath[str], form: FromQuery[str | None] = None
    ) -> Response[str]:
        """Show a member's messages from Kept, which are then read."""
        workspace: Workspace = state.workspace
        member = workspace.member(member_id)
        _leave_forms(workspace, member_id, form)
        page = _member_page(state, member, tab="messages")
        for message in workspace.messages(member_id):
            message.read = True
        return page

    @get("/{member_id:str}/home")
    async def home(
        self, state: State, member_id: FromPath[str], form: FromQuery[str | None] = None
    ) -> Response[str]:
        """Tell Kept that the member looks at Home, then show what it published."""
        workspace: Workspace = state.workspace
        member = workspace.member(member_id)
        _leave_forms(workspace, member_id, form)
        before = workspace.changes
        if not workspace.modals.get(member_id):
            try:
                await _sender(state).home_opened(member_id)
                await workspace.change_since(before, HOME_SECONDS)
            except NotReached as problem:
                workspace.notices[member_id] = str(problem)
        return _member_page(state, member, tab="home")

    @get("/{member_id:str}/channel")
    async def channel(
        self, state: State, member_id: FromPath[str], form: FromQuery[str | None] = None
    ) -> Response[str]:
        """Show the channel of the member's team."""
        workspace: Workspace = state.workspace
        member = workspace.member(member_id)
        _leave_forms(workspace, member_id, form)
        return _member_page(state, member, tab="channel")

    @post("/{member_id:str}/say", status_code=303)
    async def say(self, request: Asked, state: State, member_id: FromPath[str]) -> Redirect:
        """Send what stands in the field below the messages: a command, or words to the channel."""
        workspace: Workspace = state.workspace
        workspace.member(member_id)
        form = await request.form()
        line, channel = str(form.get("text", "")).strip(), _channel(workspace, member_id, form)
        before = workspace.changes
        if line.startswith("/"):
            try:
                await _sender(state).typed(member_id, line, channel=_where(member_id, channel))
                if not workspace.whispers.get(member_id):
                    await workspace.change_since(before, REACTION_SECONDS)
            except NotReached as problem:
                workspace.notices[member_id] = str(problem)
        elif line and channel is not None:
            workspace.say(channel, member_id, line[:LONGEST_SAID])
        elif line:
            workspace.notices[member_id] = "This app takes no messages. A command begins with /kept."
        return Redirect(_back(workspace, member_id, form), status_code=303)

    @post("/{member_id:str}/shortcut", status_code=303)
    async def shortcut(self, request: Asked, state: State, member_id: FromPath[str]) -> Redirect:
        """Choose Kept's entry in the menu of a message."""
        workspace: Workspace = state.workspace
        workspace.member(member_id)
        form = await request.form()
        channel = _channel(workspace, member_id, form)
        messages = channel.messages if channel else workspace.messages(member_id)
        before = workspace.changes
        try:
            message = _message(messages, str(form.get("place", "")))
            await _sender(state).message_shortcut(member_id, message, channel=_where(member_id, channel))
            await workspace.change_since(before, REACTION_SECONDS)
        except NotReached as problem:
            workspace.notices[member_id] = str(problem)
        return Redirect(_back(workspace, member_id, form), status_code=303)

    @post("/{member_id:str}/press", status_code=303)
    async def press(self, request: Asked, state: State, member_id: FromPath[str]) -> Redirect:
        """Press a button, or choose from a menu, in a message, a modal or Home."""
        workspace: Workspace = state.workspace
        workspace.member(member_id)
        form = await request.form()
        entered = _entered(form)
        place, pressed = str(form.get("place", "")), str(form.get("press", ""))
        before = workspace.changes
        leads_to = None
        try:
            leads_to = await _press(state, member_id, place, pressed, entered)
            if leads_to is None:
                await workspace.change_since(before, REACTION_SECONDS)
        except NotReached as problem:
            workspace.notices[member_id] = str(problem)
        return Redirect(leads_to or _back(workspace, member_id, form), status_code=303)

    @post("/{member_id:str}/submit", status_code=303)
    async def submit(self, request: Asked, state: State, member_id: FromPath[str]) -> Redirect:
        """Hand in the modal on top."""
        workspace: Workspace = state.workspace
        form = await request.form()
        stack = workspace.modals.get(member_id)
        if stack:
            view, entered = stack[-1], _entered(form)
            view.entered = entered
            view.errors = missing_fields(view, entered)
            if not view.errors:
                try:
                    await _sender(state).submitted(member_id, view, state_values(view, entered))
                except NotReached as problem:
                    workspace.notices[member_id] = str(problem)
        return Redirect(_back(workspace, member_id, form), status_code=303)

    @post("/{member_id:str}/close", status_code=303)
    async def close(self, request: Asked, state: State, member_id: FromPath[str]) -> Redirect:
        """Close the modal on top; nothing of it is handed in."""
        try:
            await _sender(state).closed(member_id)
        except NotReached as problem:
            state.workspace.notices[member_id] = str(problem)
        return Redirect(_back(state.workspace, member_id, await request.form()), status_code=303)


async def _press(
    state: State, member_id: str, place: str, pressed: str, entered: dict[str, list[str]]
) -> str | None:
    """Send one press; return the address of a link button, or None."""
    workspace: Workspace = state.workspace
    sender = _sender(state)
    message = next((each for each in workspace.messages(member_id) if each.ts == place), None)
    if message is not None:
        block, element, chosen = _pressed(message.blocks, pressed, entered)
        await sender.pressed_in_message(member_id, message, action_of(block, element, chosen))
    else:
        shown = [*workspace.modals.get(member_id, ()), workspace.homes.get(member_id)]
        view = next((each for each in shown if each is not None and each.id == place), None)
        if view is None:
            raise NotReached("This view is no longer open.")
        block, element, chosen = _pressed(view.body["blocks"], pressed, entered)
        view.entered = entered
        action = action_of(block, element, chosen)
        await sender.pressed_in_view(member_id, view, action, state_values(view, entered))
    surroundings: Surroundings = state.surroundings
    return surroundings.link(member_id, element["url"]) if "url" in element else None


def _pressed(
    blocks: list[Json], pressed: str, entered: dict[str, list[str]]
) -> tuple[Json, Json, Sequence[str]]:
    """Return block and element of a press and the values chosen; `#value` names a menu's option."""
    name, _, option = pressed.partition("#")
    for block in blocks:
        for element in elements_of(block):
            if field_name(block, element) == name:
                return block, element, [option] if option else entered.get(name, [])
    raise NotReached("This button is no longer there.")


def _entered(form: Any) -> dict[str, list[str]]:  # noqa: ANN401 -- Litestar does not name the form's type
    entered: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if "|" in name and isinstance(value, str):
            entered.setdefault(name, []).append(value)
    return entered


def _sender(state: State) -> Sender:
    surroundings: Surroundings = state.surroundings
    return surroundings.sender


def _back(workspace: Workspace, member_id: str, form: Any) -> str:  # noqa: ANN401 -- as above
    tab = f"/{form.get('tab')}" if form.get("tab") in ("home", "channel") else ""
    open_form = "?form=open" if workspace.modals.get(member_id) else ""
    return f"/demo/slack/{member_id}{tab}{open_form}"


def _channel(workspace: Workspace, member_id: str, form: Any) -> Channel | None:  # noqa: ANN401 -- as above
    """Return the channel a form stands in; None for the messages of the app."""
    return workspace.channel_of(member_id) if form.get("tab") == "channel" else None


def _message(messages: Sequence[Message], ts: str) -> Message:
    for message in messages:
        if message.ts == ts:
            return message
    raise NotReached("This message is no longer there.")


def _where(member_id: str, channel: Channel | None) -> tuple[str, str]:
    """Return id and name of where something is typed or chosen."""
    return (channel.id, channel.name) if channel else (conversation(member_id), "directmessage")


def _leave_forms(workspace: Workspace, member_id: str, form: str | None) -> None:
    """Forget open forms when the page is opened anew, as Slack does when it is started."""
    if form is None:
        workspace.close_view(member_id, everything=True)


def _member_page(state: State, member: Member, *, tab: str) -> Response[str]:
    workspace: Workspace = state.workspace
    surroundings: Surroundings = state.surroundings
    stack: list[View] = workspace.modals.get(member.id, [])
    channel = workspace.channel_of(member.id)
    said = channel.messages if tab == "channel" and channel else workspace.messages(member.id)
    return _page(
        state,
        "slack_member.html",
        member=member,
        tab=tab,
        messages=said,
        channel=channel,
        names={one.id: one.name for one in workspace.memory.members.values()},
        whispers=workspace.whispers.pop(member.id, ()),
        shortcut=SHORTCUT_TITLE,
        home=workspace.homes.get(member.id),
        modal=stack[-1] if stack else None,
        notice=workspace.notices.pop(member.id, None),
        text=partial(text_html, zone=member.zone, link=partial(surroundings.link, member.id)),
        field=field_name,
    )


def _page(state: State, template: str, **values: object) -> Response[str]:
    surroundings: Surroundings = state.surroundings
    workspace: Workspace = state.workspace
    page = surroundings.render(
        template, groups=surroundings.groups(), unread=workspace.unread, now=workspace.clock(), **values
    )
    return Response(page, media_type=MediaType.HTML)
