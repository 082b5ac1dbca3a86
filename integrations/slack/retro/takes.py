"""Forms of a retrospective as they come back from Slack: cards, votes, new boards.

Whoever sends is known by Slack's signature; the domain decides whether they take part. Sending the same
form twice stores the same once: the form's own pen finds its cards, and votes replace each other.
"""

from asyncio import to_thread
from collections.abc import Mapping
from uuid import UUID

from integrations.language import Translator
from integrations.slack.blocks import Block
from integrations.slack.desk import Desk, Reply, as_json, plain_view, update_to
from integrations.slack.identifiers import Callback
from integrations.slack.incoming.events import RetroSent
from integrations.slack.retro import forms, looks
from integrations.slack.retro.opens import board_of, url_of
from integrations.slack.retro.posts import take_post
from surveys.errors import Invalid, SurveyError, no_board_for_you
from surveys.people.queries import viewer_by_slack
from surveys.people.rules import Viewer
from surveys.retrospectives.actions import start_retrospective
from surveys.retrospectives.cards import add_card, change_card, own_cards
from surveys.retrospectives.models import Retrospective
from surveys.retrospectives.queries import (
    board_as_seen,
    names_on,
)
from surveys.retrospectives.rules import CARDS_A_PEN, Column, Pace, Plan, Template, card_text
from surveys.retrospectives.sealing import PEN_BYTES
from surveys.retrospectives.templates import parts_of
from surveys.retrospectives.voting import cast_votes
from surveys.retrospectives.wording import first_nudge


async def take_retro(desk: Desk, event: RetroSent) -> Reply:
    """Take a form of a retrospective; a refusal is said beside a field, and nothing is stored then."""
    takers = {
        Callback.RETRO_CARDS: _take_cards,
        Callback.RETRO_DRAFT: _take_draft,
        Callback.RETRO_VOTES: _take_votes,
        Callback.RETRO_START: _take_start,
        Callback.RETRO_POST: take_post,
    }
    try:
        return update_to(await takers[Callback(event.form)](desk, event))
    except (ValueError, SurveyError) as refusal:
        if not isinstance(refusal, SurveyError):
            refusal = no_board_for_you()
        language = await desk.language_of(event.user_id)
        named = getattr(refusal, "field", None)
        block_id = named if named in event.blocks else next(iter(event.blocks), forms.TEXT)
        said = language.refusal(refusal)
        return as_json({"response_action": "errors", "errors": {block_id: said}})


async def _take_cards(desk: Desk, event: RetroSent) -> Block:
    board_id, pen = _board_and_pen(event.metadata)
    async with desk.sessions() as session:
        viewer, row, board = await board_of(desk, session, event.user_id, board_id)
        known = await own_cards(session, desk.keys, row, pen)
        names = await names_on(session, board_id)
    columns = parts_of(board.template)
    wanted = {column: _lines(event.texts.get(column, ""), column) for column in columns}
    new = [text for column in columns for text in wanted[column] if text not in known.values()]
    language, url = Translator(viewer.locale), url_of(desk, board_id)
    if not event.seen:
        nudge = await to_thread(first_nudge, new, names, viewer.locale)
        if nudge is not None:
            typed = {column: event.texts.get(column, "") for column in columns}
            return forms.cards_form(board, language, pen=pen, url=url, typed=typed, nudge=nudge)
    if not known and not any(wanted.values()):
        raise Invalid("Write a sentence; this was left empty.", field=columns[0])
    await _store(desk, board_id, viewer, pen, wanted)
    typed = {column: "\n".join(wanted[column]) for column in columns}
    return forms.cards_form(board, language, pen=pen, url=url, typed=typed, stored=True)


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
    board_id = UUID(_picked(event, forms.BOARD) or offered.hex)
    column = Column(_picked(event, forms.PART) or parts_of(Template.THREE_PARTS)[1])
    text = card_text(event.texts.get(forms.TEXT, ""), field=forms.TEXT)
    async with desk.sessions() as session:
        viewer, _, board = await board_of(desk, session, event.user_id, board_id)
        names = await names_on(session, board_id)
    language = Translator(viewer.locale)
    if not event.seen:
        nudge = await to_thread(first_nudge, [text], names, viewer.locale)
        if nudge is not None:
            return forms.draft_form(
                text, [(board_id, board.title, board.template)], language, pen=pen, part=column, nudge=nudge
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
    return forms.cards_form(
        board, language, pen=pen, url=url_of(desk, board_id), typed={column: text}, stored=True
    )


async def _take_votes(desk: Desk, event: RetroSent) -> Block:
    board_id = UUID(event.metadata)
    picked = {UUID(value): 1 for values in event.picked.values() for value in values}
    async with desk.sessions.begin() as session:
        viewer, _, _ = await board_of(desk, session, event.user_id, board_id)
        await cast_votes(session, desk.keys, board_id, person_id=viewer.person_id, votes=picked)
    language = Translator(viewer.locale)
    said = language.count("{count} vote is in.", "{count} votes are in.", len(picked))
    more = language.say("Nobody sees whose they are. Until they are counted, sending again replaces them.")
    return plain_view(language, language.say("Thank you"), [said, more])


async def _take_start(desk: Desk, event: RetroSent) -> Block:
    team_id = UUID(_picked(event, forms.TEAM) or event.metadata)
    plan = Plan(
        title=event.texts.get(forms.TITLE, ""),
        template=Template(_picked(event, forms.TEMPLATE) or Template.THREE_PARTS),
        pace=Pace(_picked(event, forms.PACE) or Pace.OVER_DAYS),
    )
    async with desk.sessions.begin() as session:
        viewer = await viewer_by_slack(session, event.user_id)
        if viewer is None:
            raise no_board_for_you()
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
    return looks.board_view(board, language, url=url_of(desk, board.id), lines=[told])


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
