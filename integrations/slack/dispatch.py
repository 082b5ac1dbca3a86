"""From a typed event to the handler that knows what to do about it. The only list of what Kept handles."""

import logging
from collections.abc import Awaitable, Callable

from integrations.slack.commands import typed
from integrations.slack.desk import TAKEN, Desk, Reply
from integrations.slack.home.opens import show_home
from integrations.slack.identifiers import Action
from integrations.slack.incoming import events
from integrations.slack.loop.opens import open_form
from integrations.slack.loop.takes import take_form
from integrations.slack.pulse.sheets import press, say_unreadable, take_choice, take_sheet
from integrations.slack.pulse.words import take_words
from integrations.slack.retro.command import begin_board
from integrations.slack.retro.opens import add_to_retro, open_board, open_post
from integrations.slack.retro.takes import take_retro

log = logging.getLogger("kept.slack")


async def answer(desk: Desk, event: events.Event) -> Reply:
    """Do what an event asks for and return the reply, within Slack's three seconds."""
    match event:
        case events.SheetSent():
            reply = await take_sheet(desk, event)
        case events.WordsSent() | events.LoopSent() | events.RetroSent() | events.ChoiceSent():
            reply = await _sent(desk, event)
        case events.FormUnreadable():
            reply = await say_unreadable(desk, event)
        case events.Pressed():
            reply = await PRESSES.get(event.action, press)(desk, event)
        case events.MessageShortcut():
            reply = await add_to_retro(desk, event)
        case events.HomeOpened():
            reply = await show_home(desk, event)
        case events.Command():
            reply = await typed(desk, event)
        case _:
            reply = _note(event)
    return reply


PRESSES: dict[str, Callable[[Desk, events.Pressed], Awaitable[Reply]]] = {
    Action.LOOP: open_form,
    Action.LOOP_LATER: open_form,
    Action.OPEN_BOARD: open_board,
    Action.BEGIN_BOARD: begin_board,
    Action.POST_BOARD: open_post,
}


async def _sent(
    desk: Desk, event: events.WordsSent | events.LoopSent | events.RetroSent | events.ChoiceSent
) -> Reply:
    match event:
        case events.WordsSent():
            return await take_words(desk, event)
        case events.LoopSent():
            return await take_form(desk, event)
        case events.RetroSent():
            return await take_retro(desk, event)
        case events.ChoiceSent():
            return await take_choice(desk, event)


def _note(event: events.Event) -> Reply:
    """Acknowledge what needs nothing done; the kind of some events is worth a line to the operator."""
    if isinstance(event, events.UrlVerification):
        return Reply(event.challenge.encode())
    if isinstance(event, events.OtherEvent):
        log.info("slack event %s", event.kind)
    elif isinstance(event, events.RateLimited):
        log.warning("slack holds events back: too many in an hour")
    return TAKEN
