"""What people do on a board: write, move, name, vote, talk, agree.

A page sends these by itself and gets a word back; without scripts each is a form that leads back to the
board. None of the routes is logged: when somebody wrote must not be known.
"""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from litestar import Controller, post
from litestar.params import FromPath
from litestar.response import Response

from integrations.language import mark
from service.controllers.forms import Answer
from service.controllers.retro_desk import (
    BOARD_FORM,
    Done,
    SentToBoard,
    give_pen,
    pen_of,
)
from service.dependencies import (
    CurrentPage,
    Form,
    Keys,
    not_offered,
)
from service.logs import UNLOGGED
from service.security import requires_sign_in
from surveys.commitments.steps import agree_to_step, drop_step, propose_step
from surveys.errors import Invalid
from surveys.retrospectives.cards import add_card, change_card
from surveys.retrospectives.grouping import move_card, name_group
from surveys.retrospectives.queries import names_on
from surveys.retrospectives.rules import Column
from surveys.retrospectives.voting import cast_votes, discuss_topic
from surveys.retrospectives.wording import first_nudge

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
    dependencies = BOARD_FORM
    opt = UNLOGGED

    @post("/cards")
    async def write(self, sent: SentToBoard, keys: Keys) -> Answer:
        """Seal a card."""
        board = await sent.require_board()
        pen, new = pen_of(sent.request)
        number = await add_card(
            sent.session,
            keys,
            sent.retro_id,
            person_id=sent.person_id,
            pen=pen,
            column=sent.form.one_of(Column, "part"),
            text=sent.form.text("text", most=LONGEST_SENT),
        )
        answer = sent.back(Done(number=number))
        if new:
            give_pen(sent.request, answer, board, pen)
        return answer

    @post("/cards/change")
    async def change(self, sent: SentToBoard, keys: Keys) -> Answer:
        """Replace the words of one's own card, or take it back."""
        await sent.require_board()
        pen, _ = pen_of(sent.request)
        back = sent.form.text("do") == "take-back"
        text = sent.form.text("text", most=LONGEST_SENT)
        if not back and not text:
            raise Invalid(mark("Write a sentence; this was left empty."), field="text")
        await change_card(
            sent.session,
            keys,
            sent.retro_id,
            person_id=sent.person_id,
            pen=pen,
            column=sent.form.one_of(Column, "part"),
            number=sent.form.whole_number("number"),
            text="" if back else text,
        )
        return sent.back()

    @post("/moves")
    async def move(self, sent: SentToBoard, page: CurrentPage) -> Answer:
        """Put a card with another one, into a group, or on its own.

        What is done most often looks at the board only once, when it locks it.
        """
        try:
            card_id = sent.form.id("card")
            onto = None if sent.form.text("onto") == "alone" else sent.form.id("onto")
            seen = sent.form.whole_number("seen") if sent.form.text("seen") else None
        except Invalid:
            await sent.require_board()  # others learn nothing, not even what is wrong
            raise
        moved = await move_card(
            sent.session, sent.retro_id, person_id=sent.person_id, card_id=card_id, onto=onto, seen=seen
        )
        words = page.language.say(OVERTOOK) if moved.overtook else ""
        return sent.back(Done(words=words, revision=moved.revision))

    @post("/groups/{group_id:uuid}")
    async def name(self, sent: SentToBoard, group_id: FromPath[UUID]) -> Answer:
        """Name a group."""
        await sent.require_board()
        await name_group(
            sent.session,
            sent.retro_id,
            person_id=sent.person_id,
            group_id=group_id,
            name=sent.form.text("name", most=LONGEST_SENT),
        )
        return sent.back()

    @post("/votes")
    async def vote(self, sent: SentToBoard, keys: Keys) -> Answer:
        """Replace one's votes; the form has a number for each topic, under the topic's name."""
        await sent.require_board()
        await cast_votes(
            sent.session, keys, sent.retro_id, person_id=sent.person_id, votes=_votes(sent.form)
        )
        return sent.back()

    @post("/wording")
    async def wording(self, sent: SentToBoard) -> Response[Remark]:
        """Say whether a draft reads like blame. It is looked at in memory and neither kept nor counted."""
        await sent.require_board()
        draft = sent.form.text("text", most=LONGEST_SENT)
        names = await names_on(sent.session, sent.retro_id)
        found = await asyncio.to_thread(first_nudge, [draft], names, sent.viewer.locale)
        return Response(Remark(f"{found.why}\n{found.rewrite}") if found else Remark(), status_code=200)

    @post("/topic")
    async def topic(self, sent: SentToBoard) -> Answer:
        """Point everybody's screen at a topic."""
        await sent.require_board()
        topic_id = sent.form.id("topic") if sent.form.text("topic") else None
        await discuss_topic(sent.session, sent.retro_id, person_id=sent.person_id, topic_id=topic_id)
        return sent.back()

    @post("/steps")
    async def propose(self, sent: SentToBoard) -> Answer:
        """Propose a step with an owner and a day."""
        await sent.require_board()
        await propose_step(
            sent.session,
            sent.retro_id,
            person_id=sent.person_id,
            text=sent.form.text("text", most=LONGEST_SENT),
            owner_id=sent.form.id("owner"),
            due=sent.form.date("due"),
            now=sent.now,
            topic_id=sent.form.id("topic") if sent.form.text("topic") else None,
        )
        return sent.back()

    @post("/steps/{step_id:uuid}")
    async def decide(self, sent: SentToBoard, step_id: FromPath[UUID]) -> Answer:
        """Agree to a step of one's own, or leave a proposed one out."""
        await sent.require_board()
        if sent.form.text("do") == "agree":
            await agree_to_step(
                sent.session, sent.retro_id, step_id=step_id, person_id=sent.person_id, now=sent.now
            )
        else:
            await drop_step(sent.session, sent.retro_id, step_id=step_id, person_id=sent.person_id)
        return sent.back()


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
