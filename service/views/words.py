"""What the template of the open question is handed. Words that were sent are never given back.

Except once: what was typed a moment ago and was only looked at, or could not be taken, comes back.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from integrations.language import Translator
from integrations.wording.hints import HINTS, say_hints, when_harm_is_named, where_to_report
from surveys.ballots.queries import BlankSheet
from surveys.ballots.words import FEWEST_ASKED, LONGEST_REMARK, PassedOn
from surveys.comments.queries import Around
from surveys.comments.rules import FEWEST
from surveys.comments.wording import WORDS_TOO, check, parts_of_names, patterns
from surveys.questions.rules import OPEN_PROMPTS, THEMES


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody typed and has not sent yet."""

    kind: PassedOn = PassedOn.WORDS
    words: str = ""
    theme: str = ""
    looked_at: bool = False


@dataclass(frozen=True, slots=True)
class WordsView:
    """The open question of a wave, with everything that is said around it.

    Attributes:
        place: whose sheet it is; it opens nothing.
        offered: whether words can be delivered at all; else only the mailbox is named.
        least: people who must answer before words are delivered.
        check: what the page's script looks for, as JSON.
        hints, harm: what was found in `written`, where the server was asked to look.
    """

    place: str
    prompt: str
    offered: bool
    asked: int
    least: int
    longest: int
    themes: Sequence[tuple[str, str]]
    mailbox: str
    report: str
    contacts: Sequence[str]
    harm_notice: str
    check: str
    written: Written
    hints: Sequence[str]
    harm: bool


def words_view(
    sheet: BlankSheet,
    known: Around,
    language: Translator,
    contacts: Sequence[str],
    written: Written | None = None,
) -> WordsView | None:
    """Return the open question in the reader's language; None for a wave that has none.

    Args:
        sheet: whose wave asks, and how many are asked in its unit.
        known: whose names a hint would know.
        language: the reader's.
        contacts: whom the operator named for help.
        written: what was typed and comes back with this page.
    """
    prompt = OPEN_PROMPTS.get(sheet.rules.open_prompt or "")
    if prompt is None:
        return None
    names = [] if prompt.names_welcome else parts_of_names(known.names)
    report, listed = where_to_report(language, contacts)
    checked = check(written.words, sheet.locale, names) if written and written.looked_at else None
    return WordsView(
        place=sheet.place_id.hex,
        prompt=language.gettext(prompt.text),
        offered=sheet.asked_in_unit >= FEWEST_ASKED,
        asked=sheet.asked_in_unit,
        least=max(sheet.rules.minimum_group, FEWEST),
        longest=LONGEST_REMARK,
        themes=[(code, language.gettext(name)) for code, name in THEMES.items()],
        mailbox=mailbox_path(known),
        report=report,
        contacts=listed,
        harm_notice=when_harm_is_named(language),
        check=_for_the_browser(sheet.locale, names, language),
        written=written or Written(),
        hints=say_hints(checked, language) if checked else (),
        harm=bool(checked and checked.harm),
    )


@dataclass(frozen=True, slots=True)
class Looked:
    """What the check says in a form whose words only the browser looks at; shaped like `WordsView`."""

    report: str
    contacts: Sequence[str]
    harm_notice: str
    check: str
    written: Written = Written()
    hints: Sequence[str] = ()
    harm: bool = False


def looked_at_here(language: Translator, contacts: Sequence[str]) -> Looked:
    """Return what a page needs to look at words in the browser, where no names are known."""
    report, listed = where_to_report(language, contacts, mailbox=True)
    check_here = _for_the_browser(language.locale.language, (), language)
    return Looked(report, listed, when_harm_is_named(language), check_here)


def mailbox_path(known: Around) -> str:
    """Return where a mailbox is made: the same address for everybody in an organisation."""
    return f"/mailbox/to/{known.organisation_id}"


def _for_the_browser(locale: str, names: Sequence[str], language: Translator) -> str:
    wanted = patterns(locale)
    return json.dumps(
        {
            "harm": wanted.harm,
            "loose": dict(wanted.loose),
            "exact": dict(wanted.exact),
            "names": list(names),
            "wordsToo": list(WORDS_TOO),
            "says": {kind: language.gettext(sentence) for kind, sentence in HINTS.items()},
        },
        ensure_ascii=False,
    )
