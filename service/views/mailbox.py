"""Conversations in words, for the writer's script and for the recipient's page. Days, never hours."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from integrations.language import Translator, mark
from surveys.comments.models import Addressee, Side
from surveys.comments.queries import Message, Thread

ADDRESSEES: Mapping[Addressee, str] = {
    Addressee.LEADER: mark("whoever leads the team"),
    Addressee.HR: mark("HR"),
    Addressee.OMBUDSPERSON: mark("the ombudsperson"),
}
SAYS = {
    "made": mark("Your mailbox is made, and your message goes with the next batch."),
    "copied": mark("Copied."),
    "failed": mark("That did not arrive. Please try again; nothing was stored twice."),
    "no_link": mark("This address has no mailbox in it. Open the link you saved, as a whole."),
}


@dataclass(frozen=True, slots=True)
class ThreadView:
    """A conversation on the recipient's page."""

    id: UUID
    title: str
    since: str
    closed: bool
    waits: bool
    messages: Sequence[tuple[str, str, bool]]  # who and when, words, whether it is the reader's own


def conversation(thread: Thread, language: Translator, *, next_day: date) -> dict[str, Any]:
    """Return a conversation as the writer's script shows it."""
    say = language.say
    about = say(
        "About {team}, for {addressee}.",
        team=thread.team_name,
        addressee=say(ADDRESSEES[thread.addressee]),
    )
    state = (
        say("Its recipient has closed it: no more messages. It is deleted 90 days after the last one.")
        if thread.closed
        else say(
            "What you write now is handed over on {day}. It is deleted 90 days after the last message.",
            day=language.date(next_day),
        )
    )
    return {
        "about": about,
        "state": state,
        "closed": thread.closed,
        "messages": [
            {
                "mine": message.side is Side.WRITER,
                "head": _head(message, language, mine=message.side is Side.WRITER),
                "words": message.words,
            }
            for message in thread.messages
        ],
    }


def thread_view(thread: Thread, language: Translator) -> ThreadView:
    """Return a conversation as its recipient reads it."""
    return ThreadView(
        id=thread.id,
        title=language.say("A mailbox about {team}", team=thread.team_name),
        since=language.say(
            "For {addressee}. Made in the week of {day}.",
            addressee=language.say(ADDRESSEES[thread.addressee]),
            day=language.date(thread.week),
        ),
        closed=thread.closed,
        waits=thread.waits_for_reply,
        messages=[
            (_head(message, language, mine=mine), message.words, mine)
            for message in thread.messages
            for mine in [message.side is Side.RECIPIENT]
        ],
    )


def for_the_script(language: Translator) -> str:
    """Return the sentences that the page's script says, as JSON."""
    return json.dumps(
        {name: language.gettext(sentence) for name, sentence in SAYS.items()}, ensure_ascii=False
    )


def _head(message: Message, language: Translator, *, mine: bool) -> str:
    day = language.date(message.day)
    if mine and message.waits:
        return language.say("You, to be handed over on {day}", day=day)
    if mine:
        return language.say("You, handed over on {day}", day=day)
    if message.side is Side.RECIPIENT:
        return language.say("Reply, handed over on {day}", day=day)
    return language.say("Handed over on {day}", day=day)
