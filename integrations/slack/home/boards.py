"""What the Home tab says of the open boards somebody takes part in."""

from datetime import datetime, timedelta

from integrations.language import Translator
from integrations.slack import blocks
from integrations.slack.blocks import Block
from integrations.slack.desk import Desk
from integrations.slack.identifiers import Action
from integrations.slack.retro import looks
from integrations.slack.retro.opens import url_of
from surveys.people.queries import viewer_by_slack
from surveys.retrospectives.queries import Board, board_as_seen, open_boards_of
from surveys.retrospectives.room import own_deadline
from surveys.retrospectives.rules import Phase

MOST_BOARDS = 3
SHOWN_FOR = timedelta(days=7)  # how long a closed board stays


async def boards_at_home(desk: Desk, user_id: str) -> list[Block]:
    """Return what the Home tab says of the open boards somebody takes part in."""
    async with desk.sessions() as session:
        viewer = await viewer_by_slack(session, user_id)
        if viewer is None:
            return []
        found = await open_boards_of(session, viewer.person_id, closed_since=desk.clock() - SHOWN_FOR)
        now = desk.clock()
        seen = [
            (
                await board_as_seen(session, row, now=now),
                await own_deadline(session, row, viewer.person_id, now=now),
            )
            for row, _ in found[:MOST_BOARDS]
        ]
    language = Translator(viewer.locale)
    return [
        block
        for board, until in seen
        for block in _board(board, language, url=url_of(desk, board.id), zone=viewer.zone, until=until)
    ]


def _board(
    board: Board, language: Translator, *, url: str, zone: str, until: datetime | None = None
) -> list[Block]:
    """Return a board's part of the Home tab: where it stands, what it says, and the press for this step.

    `until` is the reader's own deadline for the present step, None where people end it; `zone` is where
    the reader is.
    """
    say = language.say
    presses = [blocks.button(say("Go to the board"), Action.LINK, url=url)]
    label = {
        Phase.WRITE: say("Add cards"),
        Phase.VOTE: say("Vote"),
        Phase.CLOSED: say("Look at the summary"),
    }.get(board.phase)
    if label is not None:
        presses.insert(
            0,
            blocks.button(
                label, Action.OPEN_BOARD, value=board.id.hex, primary=board.phase is not Phase.CLOSED
            ),
        )
    ends = []
    if until is not None and board.phase_ends_at is not None:
        own = say("You have until {when} for this step.", when=language.moment(until, zone))
        last = (
            say(
                "That is your morning. For everybody the step ends on {when}.",
                when=language.moment(board.phase_ends_at, zone),
            )
            if until < board.phase_ends_at
            else say("Then the step ends for everybody.")
        )
        ends = [blocks.section(f"{own} {last}")]
    return [
        blocks.header(say("{team} looks back: {title}", team=board.team_name, title=board.title)),
        *(blocks.section(line) for line in looks.summary_lines(board, language)),
        *ends,
        blocks.actions(*presses),
    ]
