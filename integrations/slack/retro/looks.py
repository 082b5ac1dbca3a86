"""How a board is shown in Slack where nothing is sent from: a look at it, and its sentences."""

from collections.abc import Sequence

from integrations.language import Translator
from integrations.slack import blocks
from integrations.slack.blocks import Block
from integrations.slack.identifiers import Action, Callback
from integrations.wording.retro import LEADS, STEPS
from surveys.retrospectives.queries import Board, Topic
from surveys.retrospectives.rules import Phase

SHOWN_TOPICS = 5


def board_view(
    board: Board, language: Translator, *, url: str, lines: Sequence[str] = (), can_post: bool = False
) -> Block:
    """Return a look at a board at a step at which nothing is sent from here."""
    return blocks.modal(
        title=language.say("Retrospective"),
        close=language.say("Close"),
        callback=Callback.PLAIN,
        clear_on_close=True,
        blocks=[
            blocks.bold(board.title),
            *(blocks.section(line) for line in (*lines, *summary_lines(board, language))),
            *([blocks.actions(_post_button(board, language))] if can_post else []),
            blocks.links((language.say("Go to the board"), url)),
        ],
    )


def _post_button(board: Board, language: Translator) -> Block:
    return blocks.button(
        language.say("Tell a channel what was agreed"), Action.POST_BOARD, value=board.id.hex
    )


def summary_lines(board: Board, language: Translator) -> list[str]:
    """Return what everybody on a board can read of it, in a few sentences. Nothing before the reveal."""
    say = language.say
    lines = [f"{say(STEPS[board.phase])}: {say(LEADS[board.phase])}"]
    if board.phase in (Phase.GROUP, Phase.VOTE):
        lines.append(language.count("{count} topic so far.", "{count} topics so far.", len(board.topics)))
    if board.phase in (Phase.DISCUSS, Phase.CLOSED):
        lines += [
            f"• {say_topic(topic)} ({language.count('{count} vote', '{count} votes', topic.votes or 0)})"
            for topic in board.topics[:SHOWN_TOPICS]
        ]
        lines += [
            say(
                "Step: {step} ({owner}, {day})",
                step=step.text,
                owner=step.owner,
                day=language.date(step.due),
            )
            for step in board.steps
            if step.agreed
        ]
    return lines


def say_topic(topic: Topic) -> str:
    """Return a topic as one line: its name, or what its first card says."""
    return topic.name or topic.cards[0].text
