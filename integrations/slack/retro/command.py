"""What `/kept retro` opens: the one board there is, a choice among several, or the form for a new one."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from integrations.language import Translator
from integrations.slack import blocks
from integrations.slack.blocks import Block
from integrations.slack.desk import NOT_KNOWN, TAKEN, Desk, Reply, language_for, plain_view
from integrations.slack.identifiers import Action, Callback
from integrations.slack.incoming.events import Pressed
from integrations.slack.retro import forms
from integrations.slack.retro.opens import view_of_board
from integrations.wording.retro import STEPS
from surveys.people.groups_read import groups_of
from surveys.people.models import Team
from surveys.people.queries import viewer_by_slack
from surveys.people.rules import Viewer
from surveys.retrospectives.models import Retrospective
from surveys.retrospectives.queries import open_boards_of

MOST_OFFERED = 20  # boards in one choice; the rest is on the web

Place = tuple[UUID, str]


@dataclass(frozen=True, slots=True)
class Choice:
    """The open boards somebody takes part in, and where they could open one.

    Attributes:
        boards: with the names of their teams, oldest first.
        free: teams and working groups without an open board. Units come before groups, because the
            first one is chosen already when the form opens.
    """

    boards: list[tuple[Retrospective, str]]
    free: list[Place]


async def retro_typed(desk: Desk, user_id: str, title: str) -> Block | str:
    """Return what the command opens, or why nothing.

    A title asks for a new board. Without one the only open board opens at once; where there are
    several, or a new one could be opened elsewhere, the person chooses.
    """
    async with desk.sessions() as session:
        viewer = await viewer_by_slack(session, user_id)
        if viewer is None:
            return Translator("en").say(NOT_KNOWN)  # a second session would wait for this one
        choice = await _choice_of(session, viewer)
    language = Translator(viewer.locale)
    if choice.free and (title or not choice.boards):
        return forms.start_form(choice.free, language, title)
    if not choice.boards:
        return language.say("You are on no team, so there is nobody to look back with.")
    if len(choice.boards) == 1 and not choice.free:
        return await view_of_board(desk, user_id, choice.boards[0][0].id)
    return _which(choice, language, f"{desk.settings.base_url}/")


async def begin_board(desk: Desk, event: Pressed) -> Reply:
    """Open the form for a new board, for somebody who chose that among what is open."""
    async with desk.sessions() as session:
        viewer = await viewer_by_slack(session, event.user_id)
        choice = await _choice_of(session, viewer) if viewer is not None else None
    language = language_for(viewer)
    view = (
        forms.start_form(choice.free, language)
        if choice is not None and choice.free
        else plain_view(
            language,
            language.say("Retrospective"),
            [language.say("Each of your teams has an open retrospective already.")],
        )
    )
    await desk.show(event, view)
    return TAKEN


async def _choice_of(session: AsyncSession, viewer: Viewer) -> Choice:
    boards = await open_boards_of(session, viewer.person_id)
    units = {*viewer.leads, *([viewer.unit] if viewer.unit else [])}
    named = [(team_id, (await session.get_one(Team, team_id)).name) for team_id in units]
    groups = await groups_of(session, viewer.person_id) if viewer.groups else ()
    places = [
        *sorted(named, key=lambda place: (place[1].casefold(), place[0])),
        *((group.id, group.name) for group in groups),
    ]
    taken = {board.team_id for board, _ in boards}
    return Choice(boards, [place for place in places if place[0] not in taken])


def _which(choice: Choice, language: Translator, home: str) -> Block:
    say = language.say
    listed = [
        block
        for board, team_name in choice.boards[:MOST_OFFERED]
        for block in (
            blocks.section(
                f"*{blocks.escape(team_name)}: {blocks.escape(board.title)}*\n{say(STEPS[board.phase])}",
                markup=True,
            ),
            blocks.actions(blocks.button(say("Open this board"), Action.OPEN_BOARD, value=board.id.hex)),
        )
    ]
    more = (say("All of them are on your page"), home)
    return blocks.modal(
        title=say("Retrospective"),
        close=say("Close"),
        callback=Callback.PLAIN,
        clear_on_close=True,
        blocks=[
            *listed,
            *([blocks.links(more)] if len(choice.boards) > MOST_OFFERED else []),
            *_elsewhere(choice.free, language),
        ],
    )


def _elsewhere(free: list[Place], language: Translator) -> list[Block]:
    if not free:
        return []
    said = language.say("No board is open for {teams}.", teams=language.listing([name for _, name in free]))
    press = blocks.button(language.say("Open a new board"), Action.BEGIN_BOARD, value="new")
    return [blocks.divider(), blocks.section(said), blocks.actions(press)]
