"""Retrospectives in Slack: open what a board's step asks for, take cards, votes and new boards.

Whoever presses is known by Slack's signature; the domain decides whether they take part. Sending the
same form twice stores the same once: the form's own pen finds its cards, and votes replace each other.
"""

import asyncio
import html
import re
from collections.abc import Mapping
from functools import lru_cache
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from integrations.language import Translator
from integrations.slack import modals, retro_forms
from integrations.slack.blocks import Block
from integrations.slack.desk import TAKEN, Desk, Reply, as_json, update_to
from integrations.slack.events import MessageShortcut, Pressed, RetroSent
from integrations.slack.identifiers import ADD_TO_RETRO, Callback
from surveys.errors import Invalid, Missing, SurveyError
from surveys.people.models import Team
from surveys.people.queries import viewer_by_slack
from surveys.people.rules import Viewer
from surveys.retrospectives.actions import start_retrospective
from surveys.retrospectives.boards import takes_part
from surveys.retrospectives.cards import add_card, change_card, own_cards
from surveys.retrospectives.models import Retrospective
from surveys.retrospectives.queries import (
    Board,
    board_as_seen,
    board_for,
    names_on,
    open_boards_of,
)
from surveys.retrospectives.rules import CARDS_A_PEN, COLUMNS, Column, Pace, Phase, Plan, card_text
from surveys.retrospectives.sealing import PEN_BYTES, new_pen
from surveys.retrospectives.voting import cast_votes, own_votes
from surveys.retrospectives.wording import Nudge, Wording

NO_BOARD = "There is no such page."
MARKUP = re.compile(r"<([@#!]?)([^>|]*)(?:\|([^>]*))?>")
DOING = (Phase.WRITE, Phase.VOTE)
MOST_BOARDS = 10


async def open_board(desk: Desk, event: Pressed) -> Reply:
    """Open what a board asks for at its present step, for whoever pressed."""
    try:
        view = await view_of_board(desk, event.user_id, UUID(event.value))
    except (ValueError, SurveyError) as refusal:
        view = await _refused(desk, event.user_id, refusal)
    if event.view_id is not None:
        await desk.client.update_view(event.view_id, view)
    else:
        await desk.client.open_view(event.trigger_id, view)
    return TAKEN


async def view_of_board(desk: Desk, user_id: str, board_id: UUID) -> Block:
    """Return the form for a board's present step, or a look at it where nothing is sent from here.

    Raises:
        Missing: there is no such board for this person.
        Gone: the key of the board is lost.
    """
    async with desk.sessions() as session:
        viewer, row, board = await _board(desk, session, user_id, board_id)
        here = await takes_part(session, row.id, viewer.person_id)
        votes = await own_votes(session, desk.keys, row, viewer.person_id) if here else {}
    language, url = Translator(viewer.locale), _url(desk, board_id)
    if here and board.phase is Phase.WRITE:
        return retro_forms.cards_form(board, language, pen=new_pen(), url=url)
    few = 0 < len(board.topics) <= retro_forms.MOST_TOPICS
    if here and board.phase is Phase.VOTE and few:
        return retro_forms.votes_form(board, language, url=url, mine=votes)
    return retro_forms.board_view(board, language, url=url)


async def take_retro(desk: Desk, event: RetroSent) -> Reply:
    """Take a form of a retrospective; a refusal is said beside a field, and nothing is stored then."""
    takers = {
        Callback.RETRO_CARDS: _take_cards,
        Callback.RETRO_DRAFT: _take_draft,
        Callback.RETRO_VOTES: _take_votes,
        Callback.RETRO_START: _take_start,
    }
    try:
        return update_to(await takers[Callback(event.form)](desk, event))
    except (ValueError, SurveyError) as refusal:
        if not isinstance(refusal, SurveyError):
            refusal = Missing(NO_BOARD)
        language = await language_of(desk, event.user_id)
        named = getattr(refusal, "field", None)
        block_id = named if named in event.blocks else next(iter(event.blocks), retro_forms.TEXT)
        said = language.say(refusal.sentence, **refusal.values)
        return as_json({"response_action": "errors", "errors": {block_id: said}})


async def add_to_retro(desk: Desk, event: MessageShortcut) -> Reply:
    """Offer a message's text as a card, to be changed and sent by the person; nothing is stored yet."""
    if event.callback != ADD_TO_RETRO:
        return TAKEN
    async with desk.sessions() as session:
        viewer = await viewer_by_slack(session, event.user_id)
        found = await open_boards_of(session, viewer.person_id) if viewer is not None else []
    language = Translator(viewer.locale if viewer is not None else "en")
    offered = [(board.id, board.title) for board, _ in found if board.phase is Phase.WRITE]
    if offered:
        view = retro_forms.draft_form(plain_of(event.text), offered[:MOST_BOARDS], language, pen=new_pen())
    else:
        said = (
            language.say("Cards can be written once the team begins to write. Nothing was taken over.")
            if any(board.phase is Phase.LOOK_BACK for board, _ in found)
            else language.say("No retrospective of yours takes cards at the moment. /kept retro opens one.")
        )
        view = modals.plain_view(language, language.say("Add to retro"), [said])
    await desk.client.open_view(event.trigger_id, view)
    return TAKEN


async def boards_at_home(desk: Desk, user_id: str) -> list[Block]:
    """Return what the Home tab says of the open boards somebody takes part in."""
    async with desk.sessions() as session:
        viewer = await viewer_by_slack(session, user_id)
        if viewer is None:
            return []
        found = await open_boards_of(session, viewer.person_id)
        seen = [await board_as_seen(session, row, now=desk.clock()) for row, _ in found[:3]]
    language = Translator(viewer.locale)
    return [
        block
        for board in seen
        for block in retro_forms.board_at_home(board, language, url=_url(desk, board.id))
    ]


async def retro_typed(desk: Desk, user_id: str, title: str) -> Block | str:
    """Return what `/kept retro` opens: the form of an open board, that for a new one, or why neither."""
    async with desk.sessions() as session:
        viewer = await viewer_by_slack(session, user_id)
        if viewer is None:
            return (await language_of(desk, user_id)).say(
                "Kept does not know you yet. Whoever looks after it at your place can add you."
            )
        found = [board for board, _ in await open_boards_of(session, viewer.person_id)]
        mine = sorted({*viewer.leads, *([viewer.unit] if viewer.unit else [])}, key=str)
        teams = [(team_id, (await session.get_one(Team, team_id)).name) for team_id in mine]
    if found:
        best = next((board for board in found if board.phase in DOING), found[0])
        return await view_of_board(desk, user_id, best.id)
    language = Translator(viewer.locale)
    if not teams:
        return language.say("You are on no team, so there is nobody to look back with.")
    return retro_forms.start_form(sorted(teams, key=lambda team: team[1]), language, title)


async def language_of(desk: Desk, user_id: str) -> Translator:
    """Return the language of whoever presses; English for somebody unknown."""
    async with desk.sessions() as session:
        viewer = await viewer_by_slack(session, user_id)
    return Translator(viewer.locale if viewer is not None else "en")


def plain_of(text: str) -> str:
    """Return a message's text without Slack's markup; people and channels are named no more."""

    def said(found: re.Match[str]) -> str:
        kind, target, label = found.groups()
        if kind == "@":
            return "somebody"
        return label or (target if not kind else "")

    return html.unescape(" ".join(MARKUP.sub(said, text).split()))


async def _take_cards(desk: Desk, event: RetroSent) -> Block:
    board_id, pen = _board_and_pen(event.metadata)
    wanted = {column: _lines(event.texts.get(column, ""), column) for column in COLUMNS}
    async with desk.sessions() as session:
        viewer, row, board = await _board(desk, session, event.user_id, board_id)
        known = await own_cards(session, desk.keys, row, pen)
        names = await names_on(session, board_id)
    new = [text for column in COLUMNS for text in wanted[column] if text not in known.values()]
    language, url = Translator(viewer.locale), _url(desk, board_id)
    if not event.seen:
        nudge = await _look_at(new, names, viewer.locale)
        if nudge is not None:
            typed = {column: event.texts.get(column, "") for column in COLUMNS}
            return retro_forms.cards_form(board, language, pen=pen, url=url, typed=typed, nudge=nudge)
    if not known and not any(wanted.values()):
        raise Invalid("Write a sentence; this was left empty.", field=COLUMNS[0])
    await _store(desk, board_id, viewer, pen, wanted)
    typed = {column: "\n".join(wanted[column]) for column in COLUMNS}
    return retro_forms.cards_form(board, language, pen=pen, url=url, typed=typed, stored=True)


async def _store(
    desk: Desk, board_id: UUID, viewer: Viewer, pen: bytes, wanted: Mapping[Column, list[str]]
) -> None:
    """Let the cards of a pen be what its form says: all of them, in one transaction."""
    person_id, keys = viewer.person_id, desk.keys
    async with desk.sessions.begin() as session:
        row = await session.get_one(Retrospective, board_id)
        for (column, number), text in (await own_cards(session, keys, row, pen)).items():
            if text not in wanted[column]:
                await change_card(
                    session,
                    keys,
                    board_id,
                    person_id=person_id,
                    pen=pen,
                    column=column,
                    number=number,
                    text="",
                )
        for column, texts in wanted.items():
            for text in texts:
                await add_card(
                    session, keys, board_id, person_id=person_id, pen=pen, column=column, text=text
                )


async def _take_draft(desk: Desk, event: RetroSent) -> Block:
    offered, pen = _board_and_pen(event.metadata)
    board_id = UUID(_picked(event, retro_forms.BOARD) or offered.hex)
    column = Column(_picked(event, retro_forms.PART) or Column.TO_IMPROVE)
    text = card_text(event.texts.get(retro_forms.TEXT, ""), field=retro_forms.TEXT)
    async with desk.sessions() as session:
        viewer, _, board = await _board(desk, session, event.user_id, board_id)
        names = await names_on(session, board_id)
    language = Translator(viewer.locale)
    if not event.seen:
        nudge = await _look_at([text], names, viewer.locale)
        if nudge is not None:
            return retro_forms.draft_form(
                text, [(board_id, board.title)], language, pen=pen, part=column, nudge=nudge
            )
    async with desk.sessions.begin() as session:
        await add_card(
            session,
            desk.keys,
            board_id,
            person_id=viewer.person_id,
            pen=pen,
            column=column,
            text=text,
        )
    return retro_forms.cards_form(
        board, language, pen=pen, url=_url(desk, board_id), typed={column: text}, stored=True
    )


async def _take_votes(desk: Desk, event: RetroSent) -> Block:
    board_id = UUID(event.metadata)
    picked = {UUID(value): 1 for values in event.picked.values() for value in values}
    async with desk.sessions.begin() as session:
        viewer, _, _ = await _board(desk, session, event.user_id, board_id)
        await cast_votes(session, desk.keys, board_id, person_id=viewer.person_id, votes=picked)
    language = Translator(viewer.locale)
    said = language.count("{count} vote is in.", "{count} votes are in.", len(picked))
    more = language.say("Nobody sees whose they are. Until they are counted, sending again replaces them.")
    return modals.plain_view(language, language.say("Thank you"), [said, more])


async def _take_start(desk: Desk, event: RetroSent) -> Block:
    team_id = UUID(_picked(event, retro_forms.TEAM) or event.metadata)
    plan = Plan(
        title=event.texts.get(retro_forms.TITLE, ""),
        pace=Pace(_picked(event, retro_forms.PACE) or Pace.OVER_DAYS),
    )
    async with desk.sessions.begin() as session:
        viewer = await viewer_by_slack(session, event.user_id)
        if viewer is None:
            raise Missing(NO_BOARD)
        started = await start_retrospective(
            session,
            desk.keys,
            team_id=team_id,
            started_by=viewer.person_id,
            plan=plan,
            now=desk.clock(),
        )
        board = await board_as_seen(session, started, now=desk.clock())
    language = Translator(viewer.locale)
    told = language.say("The board is open. Everybody who takes part hears of it from Kept.")
    return retro_forms.board_view(board, language, url=_url(desk, board.id), lines=[told])


async def _board(
    desk: Desk, session: AsyncSession, user_id: str, board_id: UUID
) -> tuple[Viewer, Retrospective, Board]:
    viewer = await viewer_by_slack(session, user_id)
    row = await board_for(session, board_id, viewer) if viewer is not None else None
    if viewer is None or row is None:
        raise Missing(NO_BOARD)
    return viewer, row, await board_as_seen(session, row, now=desk.clock())


async def _refused(desk: Desk, user_id: str, refusal: Exception) -> Block:
    language = await language_of(desk, user_id)
    said = refusal if isinstance(refusal, SurveyError) else Missing(NO_BOARD)
    return modals.plain_view(
        language, language.say("Retrospective"), [language.say(said.sentence, **said.values)]
    )


async def _look_at(texts: list[str], names: tuple[str, ...], locale: str) -> Nudge | None:
    """Return what the first line that speaks of fault gets; looked at in memory, kept nowhere."""
    wording = await asyncio.to_thread(_wording, names, locale.partition("-")[0])
    return next((nudge for text in texts if (nudge := wording.nudge(text)) is not None), None)


@lru_cache(maxsize=64)
def _wording(names: tuple[str, ...], language: str) -> Wording:
    return Wording(names, language)


def _lines(text: str, column: Column) -> list[str]:
    """Return the cards a field holds, one a line, each once."""
    cards = [card_text(line, field=column) for line in text.splitlines() if line.strip()]
    if len(cards) > CARDS_A_PEN:
        raise Invalid("Write at most {most} cards here.", field=column, most=CARDS_A_PEN)
    return list(dict.fromkeys(cards))


def _board_and_pen(metadata: str) -> tuple[UUID, bytes]:
    """Return what a form for cards holds.

    Raises:
        ValueError: it holds something else.
    """
    board, _, pen = metadata.partition(" ")
    held = bytes.fromhex(pen)
    if len(held) != PEN_BYTES:
        raise ValueError("no pen")
    return UUID(board), held


def _picked(event: RetroSent, block_id: str) -> str | None:
    return next(iter(event.picked.get(block_id, ())), None)


def _url(desk: Desk, board_id: UUID) -> str:
    return f"{desk.settings.base_url}/retros/{board_id}"
