"""Forms of a retrospective in Slack: cards, votes, a message as a card, a new board.

A form for cards holds, while it is open, what finds its cards again; Kept keeps that nowhere. Whatever
was typed is shown again only from what was just sent, or by that same means.
"""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from integrations.language import Translator
from integrations.slack import blocks
from integrations.slack.blocks import Block
from integrations.slack.identifiers import SEEN, Action, Callback
from integrations.slack.retro.looks import say_topic
from integrations.wording.hints import NOT_STORED_YET, PASSED_ALONG
from integrations.wording.retro import HINTS, LEADS, PARTS, PROMISE, STEPS, TEMPLATES
from surveys.retrospectives.queries import Board
from surveys.retrospectives.rules import LONGEST_CARD, LONGEST_TITLE, Column, Pace, Phase, Template
from surveys.retrospectives.templates import parts_of
from surveys.retrospectives.wording import Nudge

FIELD = 3_000  # Slack's longest text of one field
MOST_TOPICS = 200  # a view has at most 250 kB; who has more votes on the web
TICKS = 10
PART, TEXT, BOARD, TITLE, TEAM, PACE = "part", "text", "board", "title", "team", "pace"
TEMPLATE = "template"

Typed = Mapping[Column, str]


def cards_form(
    board: Board,
    language: Translator,
    *,
    pen: bytes,
    url: str,
    typed: Typed | None = None,
    nudge: Nudge | None = None,
    stored: bool = False,
) -> Block:
    """Return the form for cards: one line, one card.

    Args:
        board: while cards are written.
        language: the reader's.
        pen: what finds the cards of this form again.
        url: the board's page.
        typed: what the fields hold.
        nudge: what is said about a line before it is stored.
        stored: whether the fields hold what is stored.
    """
    say = language.say
    head = say(PROMISE[board.names])
    if stored:
        head = say(
            "It is in, and sealed until all cards are shown. As long as this window is open you can change "
            "it here; once it is closed nobody can, not even you."
        )
    return blocks.modal(
        title=say("My cards"),
        submit=say("Send as it is") if nudge else (say("Change") if stored else say("Send")),
        close=say("Close"),
        callback=f"{Callback.RETRO_CARDS}:{SEEN}" if nudge else Callback.RETRO_CARDS,
        metadata=f"{board.id.hex} {pen.hex()}",
        blocks=[
            *(hint_of(nudge, language) if nudge else [blocks.section(head)]),
            *_fields(parts_of(board.template), typed or {}, language),
            blocks.context(
                say("One line, one card, of at most {most} characters.", most=LONGEST_CARD)
                + " "
                + say(PASSED_ALONG),
            ),
            blocks.links((say("Write on the web"), url)),
        ],
    )


def _fields(parts: Sequence[Column], typed: Typed, language: Translator) -> list[Block]:
    return [
        blocks.written(
            language.say(PARTS[column]),
            block_id=column,
            action=Action.RETRO_TEXT,
            most=FIELD,
            initial=typed.get(column, ""),
            hint=language.say(HINTS[column]),
        )
        for column in parts
    ]


def hint_of(nudge: Nudge, language: Translator) -> list[Block]:
    """Return what is said about a line that speaks of a person's fault, and that it may stay."""
    return [
        blocks.section(f"{nudge.why}\n{nudge.rewrite}"),
        blocks.context(language.say(NOT_STORED_YET)),
    ]


def draft_form(
    text: str,
    offered: Sequence[tuple[UUID, str, Template]],
    language: Translator,
    *,
    pen: bytes,
    part: Column | None = None,
    nudge: Nudge | None = None,
) -> Block:
    """Return the form that makes a card of a message; the person changes and sends it.

    Args:
        text: what the message says, or what was typed.
        offered: the boards on which cards are written, with titles and templates; one to ten.
        language: the reader's.
        pen: what finds the card again.
        part: the part that is chosen already; else the second of the first board.
        nudge: what is said about the text before it is stored.
    """
    say = language.say
    known = dict.fromkeys(column for _, _, template in offered for column in parts_of(template))
    parts = [(say(PARTS[column]), column.value) for column in known][:TICKS]
    part = part or parts_of(offered[0][2])[1]
    boards = [(title, board_id.hex) for board_id, title, _ in offered]
    return blocks.modal(
        title=say("Add to retro"),
        submit=say("Send as it is") if nudge else say("Send"),
        close=say("Close"),
        callback=f"{Callback.RETRO_DRAFT}:{SEEN}" if nudge else Callback.RETRO_DRAFT,
        metadata=f"{offered[0][0].hex} {pen.hex()}",
        blocks=[
            *(hint_of(nudge, language) if nudge else []),
            blocks.written(
                say("What the card says"),
                block_id=TEXT,
                action=Action.RETRO_TEXT,
                most=LONGEST_CARD,
                initial=blocks.shorten(text, LONGEST_CARD),
                hint=say("Only this is taken over: neither who wrote the message, nor where."),
            ),
            blocks.choices(
                say("In which part?"), parts, block_id=PART, action=Action.RETRO_PICK, initial=part
            ),
            *_one_of(boards, say("On which board?"), BOARD),
            blocks.context(say(PASSED_ALONG)),
        ],
    )


def votes_form(board: Board, language: Translator, *, url: str, mine: Collection[UUID]) -> Block:
    """Return the form for votes, ticked as they are given at the moment."""
    say = language.say
    fields: list[Block] = []
    ticked = {topic.hex for topic in mine}
    for column in parts_of(board.template)[:-1]:
        topics = [topic for topic in board.topics if topic.part == column]
        for start in range(0, len(topics), TICKS):
            options = [
                (*_two_lines(say_topic(topic)), topic.id.hex) for topic in topics[start : start + TICKS]
            ]
            fields.append(
                blocks.ticks(
                    say(PARTS[column]),
                    options,
                    block_id=f"{column}-{start}",
                    action=Action.RETRO_PICK,
                    initial=ticked,
                )
            )
    return blocks.modal(
        title=say(STEPS[Phase.VOTE]),
        submit=say("Send"),
        close=say("Close"),
        callback=Callback.RETRO_VOTES,
        metadata=board.id.hex,
        blocks=[
            blocks.section(say(LEADS[Phase.VOTE])),
            blocks.context(
                say(
                    "You have {votes} votes. Sending replaces those you gave before; several for one topic "
                    "can be given on the web.",
                    votes=board.votes_each,
                )
            ),
            *fields,
            blocks.links((say("Vote on the web"), url)),
        ],
    )


def _one_of(offered: Sequence[tuple[str, str]], question: str, block_id: str) -> list[Block]:
    """Return a question with the first answer chosen; nothing where there is no choice."""
    if len(offered) == 1:
        return []
    return [
        blocks.choices(
            question, offered, block_id=block_id, action=Action.RETRO_PICK, initial=offered[0][1]
        )
    ]


def _which_parts(language: Translator) -> Block:
    return blocks.choices(
        language.say("In which parts?"),
        [(language.say(name), template.value) for template, name in TEMPLATES.items()],
        block_id=TEMPLATE,
        action=Action.RETRO_PICK,
        initial=Template.THREE_PARTS,
    )


def start_form(teams: Sequence[tuple[UUID, str]], language: Translator, title: str = "") -> Block:
    """Return the form that opens a board for one of somebody's teams."""
    say = language.say
    asked = [
        blocks.written(
            say("What was finished?"),
            block_id=TITLE,
            action=Action.RETRO_TEXT,
            most=LONGEST_TITLE,
            initial=title,
        ),
        blocks.choices(
            say("When?"),
            [
                (say("Now, all together, with a clock"), Pace.LIVE.value),
                (say("Over some days, each in their own time"), Pace.OVER_DAYS.value),
            ],
            block_id=PACE,
            action=Action.RETRO_PICK,
            initial=Pace.OVER_DAYS,
        ),
        _which_parts(language),
        *_one_of([(name, team_id.hex) for team_id, name in teams[:TICKS]], say("Which team?"), TEAM),
    ]
    for field in asked:
        field["optional"] = False
    alone = [blocks.section(say("{team} looks back.", team=teams[0][1]))] if len(teams) == 1 else []
    note = say("Everybody who takes part gets one message. Nothing is posted to a channel.")
    return blocks.modal(
        title=say("Retrospective"),
        submit=say("Open the board"),
        close=say("Close"),
        callback=Callback.RETRO_START,
        metadata=teams[0][0].hex,
        blocks=[*alone, *asked, blocks.context(note)],
    )


def _two_lines(text: str) -> tuple[str, str]:
    """Return a text over the two short lines that a box to tick has, cut between words."""
    if len(text) <= blocks.OPTION_TEXT:
        return text, ""
    cut = text.rfind(" ", 0, blocks.OPTION_TEXT)
    cut = cut if cut > 0 else blocks.OPTION_TEXT
    return text[:cut], text[cut:].strip()
