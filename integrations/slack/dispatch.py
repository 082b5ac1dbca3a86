"""From a typed event to the handler that knows what to do about it. The only list of what Kept handles."""

import logging

from integrations.slack import inbound
from integrations.slack.at_home import show_home
from integrations.slack.desk import TAKEN, Desk, Reply
from integrations.slack.identifiers import Action
from integrations.slack.loop_desk import open_form, take_form
from integrations.slack.sheets import command, press, take_choice, take_sheet
from integrations.slack.words import take_words

log = logging.getLogger("kept.slack")


async def answer(desk: Desk, event: inbound.Event) -> Reply:
    """Do what an event asks for and return the reply, within Slack's three seconds."""
    match event:
        case inbound.SheetSent():
            reply = await take_sheet(desk, event)
        case inbound.WordsSent():
            reply = await take_words(desk, event)
        case inbound.LoopSent():
            reply = await take_form(desk, event)
        case inbound.Pressed(action=Action.LOOP):
            reply = await open_form(desk, event)
        case inbound.Pressed():
            reply = await press(desk, event)
        case inbound.ChoiceSent():
            reply = await take_choice(desk, event)
        case inbound.HomeOpened():
            reply = await show_home(desk, event)
        case inbound.Command():
            reply = await command(desk, event)
        case _:
            reply = _note(event)
    return reply


def _note(event: inbound.Event) -> Reply:
    """Acknowledge what needs nothing done; the kind of some events is worth a line to the operator."""
    if isinstance(event, inbound.UrlVerification):
        return Reply(event.challenge.encode())
    if isinstance(event, inbound.OtherEvent):
        log.info("slack event %s", event.kind)
    elif isinstance(event, inbound.RateLimited):
        log.warning("slack holds events back: too many in an hour")
    return TAKEN
