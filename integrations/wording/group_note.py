"""The message to somebody who was put into a working group."""

from dataclasses import dataclass

from integrations.language import Translator
from integrations.wording.note_words import Words, words_of


@dataclass(frozen=True, slots=True)
class GroupJoined:
    """Somebody was put into a working group; goes to them alone."""

    group_name: str
    leaders: tuple[str, ...]
    page_url: str


@words_of.register
def _(note: GroupJoined, language: Translator, zone: str) -> Words:  # noqa: ARG001 -- alike
    say = language.say
    led = say("{names} lead it.", names=language.listing([*note.leaders])) if len(note.leaders) > 1 else ""
    if len(note.leaders) == 1:
        led = say("{name} leads it.", name=note.leaders[0])
    told = say(
        "You belong to the working group {group} now. It looks back and promises together; no pulse asks "
        "it, and your own team stays as it is.",
        group=note.group_name,
    )
    return Words(
        subject=say("You belong to the working group {group}", group=note.group_name),
        paragraphs=(f"{told} {led}".strip(),),
        button=say("Open the group's page"),
        url=note.page_url,
        small=say("Its people and HR see that you are in it. You can leave it on its page."),
    )
