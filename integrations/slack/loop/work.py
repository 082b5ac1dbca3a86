"""What the forms of the loop have in common in Slack: who works on what, and what they may see of it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from integrations.language import Translator
from integrations.slack.desk import Desk
from integrations.slack.presses import Press
from surveys.commitments.leading import led_by, promise_of
from surveys.commitments.loop import LoopState, PromiseView, TopicView
from surveys.commitments.models import Commitment, Side, Topic
from surveys.commitments.queries import loop_of
from surveys.commitments.rules import DIFFERENTLY
from surveys.commitments.sides import own_note, side_of
from surveys.errors import Conflict, Missing, no_such_promise
from surveys.people.rules import Viewer
from surveys.zones import local_date


@dataclass(frozen=True, slots=True)
class Work:
    """One transaction of one person."""

    desk: Desk
    session: AsyncSession
    viewer: Viewer
    press: Press
    now: datetime

    @property
    def language(self) -> Translator:
        """Their language."""
        return Translator(self.viewer.locale)

    async def loop(self, team_id: UUID) -> tuple[LoopState, date]:
        """Return the loop of a team as its leader sees it, and which day it is there.

        Raises:
            Forbidden: the person may not act there.
        """
        await led_by(self.session, team_id, self.viewer.person_id, now=self.now)
        return await self._seen(team_id)

    async def promise(self) -> tuple[PromiseView, date]:
        """Return the promise that was pressed, to its owner or who may act for them, and which day it is.

        Raises:
            Missing: there is none, or it is not open any more.
            Forbidden: it is not theirs to look after.
        """
        stored = await promise_of(self.session, self.press.ids[0], self.viewer.person_id, now=self.now)
        loop, today = await self._seen(stored.team_id)
        promise = next((one for one in loop.promises if one.id == stored.id), None)
        if promise is None or not promise.is_open:
            raise Missing("This promise is not open any more.")
        return promise, today

    async def differing(self) -> tuple[PromiseView, Side, str]:
        """Return a promise on which leader and team differ, this person's side, and their note so far.

        Raises:
            Missing: there is none, or the person is of neither side.
            Conflict: they do not differ, or somebody else wrote this side's note.
        """
        stored = await self.session.get(Commitment, self.press.ids[0])
        who = self.viewer.person_id
        side = await side_of(self.session, stored, who, now=self.now) if stored is not None else None
        if stored is None or side is None:
            raise no_such_promise()
        loop, _ = await self._seen(stored.team_id)
        promise = next((one for one in loop.promises if one.id == stored.id), None)
        if promise is None or promise.word != DIFFERENTLY:
            raise Conflict("Leader and team do not see this promise differently.")
        note = own_note(promise.sides, side, who)
        if note is None:
            raise Conflict("This side has written its note already. Whoever wrote it can change it.")
        return promise, side, note

    async def topic(self) -> tuple[TopicView, date]:
        """Return the topic that was pressed, as this person sees it, and which day it is.

        Raises:
            Missing: it is not on their list.
            Forbidden: the person may not act there.
        """
        stored = await self.session.get(Topic, self.press.ids[0])
        if stored is None:
            raise Missing("This is not on the list any more.")
        loop, today = await self.loop(stored.team_id)
        topic = next((one for one in loop.topics if one.id == stored.id), None)
        if topic is None:
            raise Missing("This is not on the list any more.")
        return topic, today

    async def _seen(self, team_id: UUID) -> tuple[LoopState, date]:
        loop = await loop_of(self.session, team_id, now=self.now, for_leader=team_id in self.viewer.leads)
        return loop, local_date(self.now, loop.zone)
