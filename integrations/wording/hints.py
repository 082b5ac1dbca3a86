"""What is said about somebody's words before they are sent, and whom to turn to; web and Slack alike."""

from collections.abc import Sequence

from integrations.language import Translator, mark
from surveys.comments.wording import Checked

HINTS = {
    "name": mark("“{found}” is a name. Say what happens rather than who does it."),
    "date": mark("“{found}” is a time that somebody may connect with you. Leave it out if you can."),
    "only": mark("“{found}” fits very few people, perhaps only you."),
    "role": mark("“{found}” may tell your role or your life. Say it without, if you can."),
    "unusual": mark("“{found}” is a way of writing that people may know you by."),
}
NOT_STORED_YET = mark("Change it, or send it as it is. Nothing was stored yet.")
PASSED_ALONG = mark("Slack passes your name along with what you send; on the web it does not.")


def say_hints(checked: Checked, language: Translator) -> list[str]:
    """Return the hints in sentences; none where there is nothing to say, or help to be named instead."""
    return [language.say(HINTS[hint.kind], found=hint.found) for hint in checked.hints]


def where_to_report(
    language: Translator, contacts: Sequence[str], *, mailbox: bool = False
) -> tuple[str, list[str]]:
    """Return the sentence that leads to help, and whom the operator named; some names are always there.

    A mailbox goes both ways and can be for HR or an ombudsperson, but not at once; a remark does neither.
    """
    first = (
        language.say(
            "Messages are handed over once a day, and a reply takes another. What cannot wait, and "
            "harassment or threats that you want looked into, may be better told to somebody in person:"
        )
        if mailbox
        else language.say(
            "For harassment, threats or danger this is the wrong place: it is read days later, and nobody "
            "can ask you back. Turn to:"
        )
    )
    usual = [
        language.say("HR, the works council or an ombudsperson of your company"),
        language.say("somebody you trust, inside or outside the company"),
    ]
    emergency = language.say("in danger: the emergency number of your country (112 in Europe)")
    return first, [*(contacts or usual), emergency]


def when_harm_is_named(language: Translator) -> str:
    """Return what stands above the help contacts when words of harm were found. Nothing is logged of it."""
    return language.say(
        "What you write about should not have to wait, nor be carried alone. These people can help now. "
        "You can still send your words as they are; nobody is told of this notice."
    )
