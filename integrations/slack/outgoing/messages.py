"""Messages: a note in, a message out. Nothing here depends on an answer, and no message is edited.

The top-level `text` says everything, because screen readers read it and nothing else.
"""

from dataclasses import dataclass

from integrations.language import Translator
from integrations.slack import blocks, presses
from integrations.slack.identifiers import Action
from integrations.wording.group_note import GroupJoined
from integrations.wording.note_words import words_of
from integrations.wording.notes import Ask, Note, RetroNews
from integrations.wording.week_note import LeaderWeek
from surveys.retrospectives.rules import Phase


@dataclass(frozen=True, slots=True)
class Message:
    """What `chat.postMessage` is given besides the recipient."""

    text: str
    blocks: list[blocks.Block]


def message_of(note: Note | GroupJoined | LeaderWeek, language: Translator, zone: str) -> Message:
    """Return a note as a message."""
    words = words_of(note, language, zone)
    built = [
        *(blocks.section(paragraph) for paragraph in words.paragraphs),
        *(blocks.quote(quoted) for quoted in words.quoted),
        *(blocks.section(paragraph) for paragraph in words.after),
    ]
    if isinstance(note, Ask):
        # The button holds a reference that is worth nothing without its person's own signed press.
        built.append(
            blocks.actions(
                blocks.button(words.button, Action.OPEN_SHEET, value=note.place_id.hex, primary=True)
            )
        )
    elif words.press:
        # The form opens here; the page stands beside it for whoever prefers it.
        opens = blocks.button(words.button, Action.LOOP, value=words.press, primary=True)
        page = blocks.button(language.say("Open the page"), Action.LINK, url=words.url)
        later = (
            [blocks.button(words.later, Action.LOOP_LATER, value=presses.later())] if words.later else []
        )
        built.append(blocks.actions(opens, page, *later))
    elif isinstance(note, RetroNews):
        press = language.say("Vote") if note.step == Phase.VOTE else language.say("Add cards")
        built.append(
            blocks.actions(
                blocks.button(press, Action.OPEN_BOARD, value=note.board_id.hex, primary=True),
                blocks.button(words.button, Action.LINK, url=words.url),
            )
        )
    elif words.url is not None:
        built.append(blocks.actions(blocks.button(words.button, Action.LINK, url=words.url)))
    if words.small:
        built.append(blocks.context(words.small))
    return Message(text=blocks.escape(words.text), blocks=blocks.checked_message(built))
