"""A closed board as a file: Markdown, a table, a PDF. Who wrote a card is in none of them, named or not.

A file travels further than a page, so it has no list of who took part either; owners of steps stay,
because they agreed to be named with them.
"""

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from integrations.language import Translator
from integrations.wording.retro import PARTS, say_became
from surveys.commitments.loop import PromiseView
from surveys.retrospectives.queries import Board
from surveys.retrospectives.rules import Column
from surveys.retrospectives.templates import parts_of

PAGE = Path(__file__).with_suffix(".typ")  # what the PDF looks like
MARKUP = re.compile(r"([\\`*_\[\]<>#|~&!$])")
LIST_MARK = re.compile(r"^([-+=]|\d+(?=[.)]))")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # noqa: RUF001 -- spreadsheets read these too


@dataclass(frozen=True, slots=True)
class Topic:
    """A group with its name and cards, or one card alone, whose name is empty."""

    name: str
    votes: int
    votes_words: str
    cards: Sequence[str]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the board."""

    title: str
    topics: Sequence[Topic]


@dataclass(frozen=True, slots=True)
class Step:
    """An agreed step and what became of it so far."""

    text: str
    owner: str
    due: date
    line: str
    became: str


@dataclass(frozen=True, slots=True)
class Exported:
    """Everything a file holds, in the reader's language."""

    title: str
    subtitle: str
    steps_title: str
    no_steps: str
    steps: Sequence[Step]
    parts: Sequence[Part]
    unnamed: str
    note: str
    language: str


def exported(
    board: Board, promises: Sequence[PromiseView], language: Translator, *, closed_on: date
) -> Exported:
    """Return what the files of a board hold that was closed on a day, as its reader counts days."""
    say = language.say
    parts = [_part(board, column, language) for column in parts_of(board.template)]
    return Exported(
        title=board.title,
        subtitle=say(
            "Retrospective of {team}, {day}", team=board.team_name, day=language.date(closed_on, year=True)
        ),
        steps_title=say("Agreed steps"),
        no_steps=say("No step was agreed."),
        steps=[
            Step(
                one.text,
                one.owner_name,
                one.due,
                say("{owner}, until {day}", owner=one.owner_name, day=language.date(one.due, year=True)),
                say_became(one, language),
            )
            for one in promises
        ],
        parts=[part for part in parts if part.topics],
        unnamed=say("Without a name"),
        note=say("For those who work in this team and who lead it. It does not say who wrote a card."),
        language=language.code,
    )


def as_markdown(board: Exported) -> str:
    """Return a board as CommonMark. What people wrote reads as they wrote it, whatever signs are in it."""
    lines = [f"# {plain(board.title)}", "", plain(board.subtitle), "", f"## {plain(board.steps_title)}", ""]
    lines += [
        f"- **{plain(step.text)}** ({plain(step.line)}): {plain(step.became)}" for step in board.steps
    ] or [plain(board.no_steps)]
    for part in board.parts:
        lines += ["", f"## {plain(part.title)}", ""]
        for topic in part.topics:
            votes = f" ({plain(topic.votes_words)})" if topic.votes else ""
            if len(topic.cards) == 1 and not topic.name:
                lines.append(f"- {plain(topic.cards[0])}{votes}")
            else:
                lines.append(f"- **{plain(topic.name or board.unnamed)}**{votes}")
                lines += [f"  - {plain(text)}" for text in topic.cards]
    return "\n".join([*lines, "", f"*{plain(board.note)}*", ""])


def as_table(board: Exported) -> bytes:
    """Return a board as comma-separated UTF-8 with a byte order mark, one card or step a line.

    A cell that a spreadsheet would take for a formula begins with an apostrophe.
    """
    out = io.StringIO(newline="")
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(["kind", "part", "topic", "votes", "text", "owner", "until", "became"])
    for step in board.steps:
        row = ["step", "", "", "", step.text, step.owner, step.due.isoformat(), step.became]
        table.writerow([harmless(cell) for cell in row])
    for part in board.parts:
        for topic in part.topics:
            for text in topic.cards:
                row = ["card", part.title, topic.name, str(topic.votes or ""), text, "", "", ""]
                table.writerow([harmless(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def as_pdf(board: Exported) -> bytes:
    """Return a board as a tagged PDF. Takes tens of milliseconds of work: call it in a thread.

    What people wrote is handed over as values and never read as markup.
    """
    import typst  # noqa: PLC0415 -- eighty megabytes, loaded when the first PDF is asked for

    values = json.dumps(asdict(board), default=str)
    made = typst.compile(PAGE, root=PAGE.parent, sys_inputs={"board": values}, ignore_system_fonts=False)
    if not isinstance(made, bytes):  # several files, which this format never is
        raise TypeError(type(made).__name__)
    return made


def plain(text: str) -> str:
    """Return text that Markdown shows as it is."""
    return LIST_MARK.sub(_after_backslash, MARKUP.sub(r"\\\1", " ".join(text.split())))


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet runs."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _after_backslash(found: re.Match[str]) -> str:
    mark = found[0]
    return f"{mark}\u200b" if mark.isdigit() else f"\\{mark}"


def _part(board: Board, column: Column, language: Translator) -> Part:
    topics = [
        Topic(
            topic.name,
            topic.votes or 0,
            language.count("{count} vote", "{count} votes", topic.votes or 0),
            [card.text for card in topic.cards],
        )
        for topic in board.topics
        if topic.part == column
    ]
    if column is Column.THANKS:
        topics = [Topic("", 0, "", [card.text]) for card in board.thanks]
    return Part(language.say(PARTS[column]), topics)
