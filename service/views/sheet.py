"""What the template of an answer sheet is handed.

A sheet is always blank, except that what was sent a moment ago and could not be taken comes back once,
so that nobody has to press it again.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from integrations.language import Translator
from integrations.wording.choices import CHOICE_WORDS
from integrations.wording.for_me import ForMe, for_me
from integrations.wording.promise import in_full, short_promise, short_promise_of_word
from surveys.ballots.queries import BlankSheet, Question
from surveys.questions.rules import SCALE_LABELS

FIELD = "q."  # before a question's key, in the names of form fields


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that can be pressed."""

    value: int
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One question with its choices, and whether "prefer not to say" is chosen."""

    field: str
    position: int
    text: str
    is_scale: bool
    choices: list[Choice]
    declined: bool


@dataclass(frozen=True, slots=True)
class SheetView:
    """An answer sheet with everything that is said before it.

    `place` says whose sheet it is and opens nothing; `about_promise` says whether one question about a
    promise is all there is.
    """

    place: str
    programme_name: str
    team_name: str
    rows: list[Row]
    promise: str
    for_me: list[tuple[str, str]]
    in_full: list[tuple[str, list[str]]]
    about_promise: bool
    has_open_question: bool = False


def sheet_view(
    sheet: BlankSheet,
    me: ForMe,
    language: Translator,
    administrators: str | None,
    sent: Mapping[str, int] | None = None,
) -> SheetView:
    """Return the sheet in the reader's language.

    Args:
        sheet: what is asked.
        me: how private it is for this person.
        language: the reader's.
        administrators: as the operator named them.
        sent: question key → value of a sheet that could not be taken just now; never a stored one.
    """
    return SheetView(
        place=sheet.place_id.hex,
        programme_name=sheet.programme_name,
        team_name=sheet.team_name,
        rows=[
            _row(position, question, language, (sent or {}).get(question.key))
            for position, question in enumerate(sheet.questions, start=1)
        ],
        promise=short_promise_of_word(language, sheet.rules.votes_for_a_word, administrators)
        if sheet.about_promise
        else short_promise(language, sheet.rules.minimum_group, administrators),
        for_me=for_me(me, language, administrators),
        in_full=in_full(language, me.terms, administrators),
        has_open_question=sheet.rules.open_prompt is not None,
        about_promise=sheet.about_promise,
    )


def _row(position: int, question: Question, language: Translator, sent: int | None) -> Row:
    is_scale = question.kind == "scale"
    labels = SCALE_LABELS if is_scale else [CHOICE_WORDS[code] for code in question.choices]
    choices = [
        Choice(value, language.gettext(label), chosen=sent == value)
        for value, label in enumerate(labels, start=1)
    ]
    text = language.gettext(question.text)
    return Row(FIELD + question.key, position, text, is_scale, choices, declined=sent == 0)
