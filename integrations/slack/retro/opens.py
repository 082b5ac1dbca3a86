"""Retrospectives in Slack: opening what a board's step asks for, for whoever presses or types a command.

What comes back is taken in `integrations.slack.retro.takes`.
"""

import html
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from integrations.language import Translator
from integrations.slack.blocks import Block
from integrations.slack.desk import TAKEN, Desk, Reply, language_for, plain_view
from integrations.slack.identifiers import ADD_TO_RETRO
from integrations.slack.incoming.events import MessageShortcut, Pressed
from integrations.slack.retro import forms, looks
from integrations.slack.retro.posts import post_form
from surveys.errors import SurveyError, no_board_for_you
from surveys.people.queries import viewer_by_slack
from surveys.people.rules import Viewer
from surveys.retrospectives.boards import takes_part
from surveys.retrospectives.models import Retrospective
from surveys.retrospectives.queries import (
    Board,
    board_as_seen,
    board_for,
    open_boards_of,
)
from surveys.retrospectives.rules import Phase
from surveys.retrospectives.sealing import new_pen
from surveys.retrospectives.voting import own_votes

MARKUP = re.compile(r"<([@#!]?)([^>|]*)(?:\|([^>]*))?>")
MOST_BOARDS = 10


async def open_board(desk: Desk, event: Pressed) -> Reply:
    """Open what a board asks for at its present step, for whoever pressed."""
    return await _open(desk, event, view_of_board)


async def open_post(desk: Desk, event: Pressed) -> Reply:
    """Open what would be posted of a closed board, for who may have it posted, with or without topics."""
    board, _, topics = event.value.partition(" ")
    view_of = partial(_view_of_post, with_topics=bool(topics))
    return await _open(desk, replace(event, value=board), view_of)


async def _open(
    desk: Desk, event: Pressed, view_of: Callable[[Desk, str, UUID], Awaitable[Block]]
) -> Reply:
    try:
        view = await view_of(desk, event.user_id, UUID(event.value))
    except (ValueError, SurveyError) as refusal:
        view = await _refused(desk, event.user_id, refusal)
    await desk.show(event, view)
    return TAKEN


async def view_of_board(desk: Desk, user_id: str, board_id: UUID) -> Block:
    """Return the form for a board's present step, or a look at it where nothing is sent from here.

    Raises:
        Missing: there is no such board for this person.
        Gone: the key of the board is lost.
    """
    async with desk.sessions() as session:
        viewer, row, board = await board_of(desk, session, user_id, board_id)
        here = await takes_part(session, row.id, viewer.person_id)
        votes = await own_votes(session, desk.keys, row, viewer.person_id) if here else {}
        post = await post_form(desk, session, viewer, row)
    language, url = Translator(viewer.locale), url_of(desk, board_id)
    if here and board.phase is Phase.WRITE:
        return forms.cards_form(board, language, pen=new_pen(), url=url)
    few = 0 < len(board.topics) <= forms.MOST_TOPICS
    if here and board.phase is Phase.VOTE and few:
        return forms.votes_form(board, language, url=url, mine=votes)
    return looks.board_view(board, language, url=url, can_post=post is not None)


async def _view_of_post(desk: Desk, user_id: str, board_id: UUID, *, with_topics: bool) -> Block:
    async with desk.sessions() as session:
        viewer, row, _ = await board_of(desk, session, user_id, board_id)
        form = await post_form(desk, session, viewer, row, with_topics=with_topics)
    return form if form is not None else await view_of_board(desk, user_id, board_id)


async def add_to_retro(desk: Desk, event: MessageShortcut) -> Reply:
    """Offer a message's text as a card, to be changed and sent by the person; nothing is stored yet."""
    if event.callback != ADD_TO_RETRO:
        return TAKEN
    async with desk.sessions() as session:
        viewer = await viewer_by_slack(session, event.user_id)
        found = await open_boards_of(session, viewer.person_id) if viewer is not None else []
    language = language_for(viewer)
    offered = [(board.id, board.title, board.template) for board, _ in found if board.phase is Phase.WRITE]
    if offered:
        view = forms.draft_form(plain_of(event.text), offered[:MOST_BOARDS], language, pen=new_pen())
    else:
        said = (
            language.say("Cards can be written once the team begins to write. Nothing was taken over.")
            if any(board.phase is Phase.LOOK_BACK for board, _ in found)
            else language.say("No retrospective of yours takes cards at the moment. /kept retro opens one.")
        )
        view = plain_view(language, language.say("Add to retro"), [said])
    await desk.client.open_view(event.trigger_id, view)
    return TAKEN


def plain_of(text: str) -> str:
    """Return a message's text without Slack's markup; people and channels are named no more."""

    def said(found: re.Match[str]) -> str:
        kind, target, label = found.groups()
        if kind == "@":
            return "somebody"
        return label or (target if not kind else "")

    return html.unescape(" ".join(MARKUP.sub(said, text).split()))


async def board_of(
    desk: Desk, session: AsyncSession, user_id: str, board_id: UUID
) -> tuple[Viewer, Retrospective, Board]:
    """Return who presses and the board as they see it.

    Raises:
        Missing: there is none for this person.
    """
    viewer = await viewer_by_slack(session, user_id)
    row = await board_for(session, board_id, viewer) if viewer is not None else None
    if viewer is None or row is None:
        raise no_board_for_you()
    return viewer, row, await board_as_seen(session, row, now=desk.clock())


async def _refused(desk: Desk, user_id: str, refusal: Exception) -> Block:
    language = await desk.language_of(user_id)
    said = refusal if isinstance(refusal, SurveyError) else no_board_for_you()
    return plain_view(language, language.say("Retrospective"), [language.refusal(said)])


def url_of(desk: Desk, board_id: UUID) -> str:
    """Return the address of a board's page."""
    return f"{desk.settings.base_url}/retros/{board_id}"
