"""A unit's own words on its page, in designed states: some, themes only, none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from integrations.language import Translator
from surveys.comments.queries import WordsOfWave
from surveys.comments.rules import FEWEST
from surveys.questions.rules import OPEN_PROMPTS, THEMES


@dataclass(frozen=True, slots=True)
class TeamWords:
    """What the unit said in its newest readable wave.

    `none` is one sentence for every reason why nothing is here, so that no two reasons can be told apart.
    """

    prompt: str
    words: Sequence[str]
    themes: Sequence[str]
    none: str
    until: str
    reply_line: str
    mailbox: str


def team_words(
    found: WordsOfWave | None, language: Translator, *, mailbox: str, replied_on: date | None
) -> TeamWords:
    """Return the section of a unit's page that only its leaders and the people asked in it get.

    Args:
        found: of the newest wave this reader may read; None where it asked no open question, or there is
            no such wave yet.
        language: the reader's.
        mailbox: where a mailbox is made.
        replied_on: when a mailbox about this unit last had a reply, if lately.
    """
    prompt = OPEN_PROMPTS.get(found.prompt) if found else None
    none = until = ""
    if found and not found.words and not found.themes:
        none = language.say(
            "No words from this pulse are shown here. They come only if at least {k} people answer, "
            "otherwise they are deleted unread.",
            k=max(found.minimum, FEWEST),
        )
    elif found:
        until = language.say(
            "In no order, and deleted 90 days after the results. Nobody outside this team reads them."
        )
    reply_line = ""
    if replied_on is not None:
        reply_line = language.say(
            "A mailbox about this team had a reply on {day}. Whoever wrote there reads it by their link.",
            day=language.date(replied_on),
        )
    return TeamWords(
        prompt=language.gettext(prompt.text) if prompt else "",
        words=found.words if found else (),
        themes=[language.gettext(THEMES[code]) for code in found.themes if code in THEMES] if found else (),
        none=none,
        until=until,
        reply_line=reply_line,
        mailbox=mailbox,
    )
