"""What people do on a board: write, move, name, vote, talk, agree.

A page sends these by itself and gets a word back; without scripts each is a form that leads back to the
board. None of the routes is logged: when somebody wrote must not be known.
"""

import asyncio
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from litestar import Controller, post
from litestar.params import FromPath
from litestar.response import Response

from integrations.language import mark
from service.controllers.retro_desk import (
    Answer,
    Done,
    Visit,
    back_to_board,
    give_pen,
    pen_of,
    require_board,
)
from service.dependencies import CurrentPage, CurrentViewer, Form, Keys, Now, SentForm, Session, not_offered
from service.logs import UNLOGGED
from service.security import requires_sign_in
from surveys.commitments.steps import agree_to_step, drop_step, propose_step
from surveys.errors import Invalid
from surveys.retrospectives.cards import add_card, change_card
from surveys.retrospectives.grouping import move_card, name_group
from surveys.retrospectives.queries import names_on
from surveys.retrospectives.rules import Column
from surveys.retrospectives.voting import cast_votes, discuss_topic
from surveys.retrospectives.wording import Nudge, Wording

LONGEST_SENT = 20_000  # a card that is too long gets a sentence about that, not about the form
OVERTOOK = mark("Somebody else had moved this card a moment before. It lies where you put it.")


@dataclass(frozen=True, slots=True)
class Remark:
    """What the margin says about a draft; empty where there is nothing to say."""

    note: str = ""


class RetroBoardController(Controller):
    """Forms of one board. Only who takes part gets anything done; everybody else sees no such page."""

    path = "/retros/{retro_id:uuid}"
    guards = [requires_sign_in]  # noqa: RUF012 -- Litestar's way of saying it
    opt = UNLOGGED

    @post("/cards")
    async def write(
        self,
        request: Visit,
        session: Session,
        keys: Keys,
        viewer: CurrentViewer,
        form: SentForm,
        retro_id: FromPath[UUID],
    ) -> Answer:
        """Seal a card."""
        board = await require_board(session, retro_id, viewer)
        pen, new = pen_of(request)
        number = await add_card(
            session,
            keys,
            retro_id,
            person_id=viewer.person_id,
            pen=pen,
            column=form.one_of(Column, "part"),
            text=form.text("text", most=LONGEST_SENT),
        )
        answer = back_to_board(request, retro_id, Done(number=number))
        if new:
            give_pen(request, answer, board, pen)
        return answer

    @post("/cards/change")
    async def change(
        self,
        request: Visit,
        session: Session,
        keys: Keys,
        viewer: CurrentViewer,
        form: SentForm,
        retro_id: FromPath[UUID],
    ) -> Answer:
        """Replace the words of one's own card, or take it back."""
        await require_board(session, retro_id, viewer)
        pen, _ = pen_of(request)
        back = form.text("do") == "take-back"
        text = form.text("text", most=LONGEST_SENT)
        if not back and not text:
            raise Invalid(mark("Write a sentence; this was left empty."), field="text")
        await change_card(
            session,
            keys,
            retro_id,
            person_id=viewer.person_id,
            pen=pen,
            column=form.one_of(Column, "part"),
            number=form.whole_number("number"),
            text="" if back else text,
        )
        return back_to_board(request, retro_id)

    @post("/moves")
    async def move(
        self,
        request: Visit,
        session: Session,
        viewer: CurrentViewer,
        page: CurrentPage,
        form: SentForm,
        retro_id: FromPath[UUID],
    ) -> Answer:
        """Put a card with another one, into a group, or on its own.

        What is done most often looks at the board only once, when it locks it.
        """
        try:
            card_id = form.id("card")
            onto = None if form.text("onto") == "alone" else form.id("onto")
            seen = form.whole_number("seen") if form.text("seen") else None
        except Invalid:
            await require_board(session, retro_id, viewer)  # others learn nothing, not even what is wrong
            raise
        moved = await move_card(
            session, retro_id, person_id=viewer.person_id, card_id=card_id, onto=onto, seen=seen
        )
        words = page.language.say(OVERTOOK) if moved.overtook else ""
        return back_to_board(request, retro_id, Done(words=words, revision=moved.revision))

    @post("/groups/{group_id:uuid}")
    async def name(
        self,
        request: Visit,
        session: Session,
        viewer: CurrentViewer,
        form: SentForm,
        retro_id: FromPath[UUID],
        group_id: FromPath[UUID],
    ) -> Answer:
        """Name a group."""
        await require_board(session, retro_id, viewer)
        await name_group(
            session,
            retro_id,
            person_id=viewer.person_id,
            group_id=group_id,
            name=form.text("name", most=LONGEST_SENT),
        )
        return back_to_board(request, retro_id)

    @post("/votes")
    async def vote(
        self,
        request: Visit,
        session: Session,
        keys: Keys,
        viewer: CurrentViewer,
        form: SentForm,
        retro_id: FromPath[UUID],
    ) -> Answer:
        """Replace one's votes; the form has a number for each topic, under the topic's name."""
        await require_board(session, retro_id, viewer)
        await cast_votes(session, keys, retro_id, person_id=viewer.person_id, votes=_votes(form))
        return back_to_board(request, retro_id)

    @post("/wording")
    async def wording(
        self, session: Session, viewer: CurrentViewer, form: SentForm, retro_id: FromPath[UUID]
    ) -> Response[Remark]:
        """Say whether a draft reads like blame. It is looked at in memory and neither kept nor counted."""
        await require_board(session, retro_id, viewer)
        draft = form.text("text", most=LONGEST_SENT)
        names = await names_on(session, retro_id)
        found = await asyncio.to_thread(_look_at, draft, names, viewer.locale.partition("-")[0])
        return Response(Remark(f"{found.why}\n{found.rewrite}") if found else Remark(), status_code=200)

    @post("/topic")
    async def topic(
        self,
        request: Visit,
        session: Session,
        viewer: CurrentViewer,
        form: SentForm,
        retro_id: FromPath[UUID],
    ) -> Answer:
        """Point everybody's screen at a topic."""
        await require_board(session, retro_id, viewer)
        topic_id = form.id("topic") if form.text("topic") else None
        await discuss_topic(session, retro_id, person_id=viewer.person_id, topic_id=topic_id)
        return back_to_board(request, retro_id)

    @post("/steps")
    async def propose(
        self,
        request: Visit,
        session: Session,
        viewer: CurrentViewer,
        now: Now,
        form: SentForm,
        retro_id: FromPath[UUID],
    ) -> Answer:
        """Propose a step with an owner and a day."""
        await require_board(session, retro_id, viewer)
        await propose_step(
            session,
            retro_id,
            person_id=viewer.person_id,
            text=form.text("text", most=LONGEST_SENT),
            owner_id=form.id("owner"),
            due=form.date("due"),
            now=now,
            topic_id=form.id("topic") if form.text("topic") else None,
        )
        return back_to_board(request, retro_id)

    @post("/steps/{step_id:uuid}")
    async def decide(
        self,
        request: Visit,
        session: Session,
        viewer: CurrentViewer,
        now: Now,
        form: SentForm,
        retro_id: FromPath[UUID],
        step_id: FromPath[UUID],
    ) -> Answer:
        """Agree to a step of one's own, or leave a proposed one out."""
        await require_board(session, retro_id, viewer)
        if form.text("do") == "agree":
            await agree_to_step(session, retro_id, step_id=step_id, person_id=viewer.person_id, now=now)
        else:
            await drop_step(session, retro_id, step_id=step_id, person_id=viewer.person_id)
        return back_to_board(request, retro_id)


@lru_cache(maxsize=64)
def _wording(names: tuple[str, ...], language: str) -> Wording:
    return Wording(names, language)


def _look_at(draft: str, names: tuple[str, ...], language: str) -> Nudge | None:
    return _wording(names, language).nudge(draft)


def _votes(form: Form) -> dict[UUID, int]:
    votes = {}
    for field in form.names():
        if not field.startswith("topic-"):
            continue
        try:
            topic_id = UUID(field.removeprefix("topic-"))
        except ValueError as error:
            raise not_offered(field) from error
        if form.text(field):
            votes[topic_id] = form.whole_number(field)
    return votes
