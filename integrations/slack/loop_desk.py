"""What a leader does from Slack: a button opens a form, the form does what the page would do.

The same actions as on the web decide who may do what. A refusal stands beside the field it is about, and
nothing is stored then.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from integrations.language import Translator, mark
from integrations.loop_words import draft_to_share
from integrations.slack import loop_forms as forms
from integrations.slack import modals, presses
from integrations.slack.blocks import Block
from integrations.slack.desk import TAKEN, Desk, Reply, as_json, update_to
from integrations.slack.events import LoopSent, Pressed
from integrations.slack.presses import Press
from surveys.audit.actions import note_looks
from surveys.commitments.actions import (
    acknowledge,
    check_in,
    commit,
    mark_done,
    replan,
    share,
    withdraw,
)
from surveys.commitments.leading import led_by
from surveys.commitments.loop import LoopState, PromiseView, TopicView
from surveys.commitments.models import Commitment, Decision, Topic
from surveys.commitments.playbooks import step_to_try
from surveys.commitments.queries import loop_of
from surveys.commitments.topics import decide
from surveys.commitments.weekly import LATER, put_off_promise
from surveys.errors import Forbidden, Invalid, Missing, SurveyError
from surveys.people.queries import branch_of, viewer_by_slack
from surveys.people.readers import look_of
from surveys.people.rules import Viewer
from surveys.results.queries import trend_of

DAYS_TO_ANSWER, DAYS_TO_KEEP, DAYS_TO_MOVE = timedelta(days=7), timedelta(days=30), timedelta(days=14)
WAVES = 3
DONE = {
    presses.SHARE: mark("Shared. Each of the team gets your words with the figures."),
    presses.ACKNOWLEDGE: mark("Thank you. The team sees the day you named."),
    presses.COMMIT: mark("Promised. The team sees it, with your name and the date."),
    presses.ANSWER: mark("Answered. The team reads it under “You said, we did”."),
    forms.DONE: mark("Marked as done. From the seventh day the team is asked whether it was kept."),
    forms.UPDATE: mark("The team reads your line beside the promise."),
    forms.MOVE: mark("Moved. The team reads the new date and why."),
    forms.WITHDRAW: mark("Withdrawn. The team reads why."),
    forms.TOMORROW: mark("Kept asks you again tomorrow. The date of the promise stays."),
    forms.NEXT_WEEK: mark("Kept asks you again in a week. The date of the promise stays."),
}
log = logging.getLogger("kept.slack")
FIELD_OF = {"reason": forms.WORDS, "answer_by": forms.DUE}  # where a refusal of an action stands in a form


@dataclass(frozen=True, slots=True)
class _Work:
    """One transaction of one leader."""

    desk: Desk
    session: AsyncSession
    viewer: Viewer
    press: Press
    now: datetime

    @property
    def language(self) -> Translator:
        return Translator(self.viewer.locale)

    async def loop(self, team_id: UUID) -> tuple[LoopState, date]:
        """Return the loop of a team as its leader sees it, and which day it is there.

        Raises:
            Forbidden: the person may not act there.
        """
        await led_by(self.session, team_id, self.viewer.person_id, now=self.now)
        loop = await loop_of(self.session, team_id, now=self.now, for_leader=team_id in self.viewer.leads)
        return loop, self.now.astimezone(ZoneInfo(loop.zone)).date()


async def open_form(desk: Desk, event: Pressed) -> Reply:
    """Open the form behind a leader's button; a late or foreign press says so in words."""
    press, now = presses.read(event.value), desk.clock()
    if press is None:
        return TAKEN
    async with desk.sessions() as session:
        viewer = await viewer_by_slack(session, event.user_id)
        language = Translator(viewer.locale if viewer is not None else "en")
        try:
            if viewer is None:
                raise Forbidden("Only the leader of this team can do this.")
            view = await FORMS[press.what](_Work(desk, session, viewer, press, now), event.value)
        except SurveyError as refusal:
            said = language.say(refusal.sentence, **refusal.values)
            view = modals.plain_view(language, language.say("Promises"), [said])
    await desk.client.open_view(event.trigger_id, view)
    if viewer is not None and press.what == presses.SHARE:
        await _note_look(desk, viewer, press.ids[1], now)
    return TAKEN


async def _note_look(desk: Desk, viewer: Viewer, team_id: UUID, now: datetime) -> None:
    """Note in the reading log that a leader looked: the draft tells figures. Nothing fails over it."""
    try:
        async with desk.sessions.begin() as session:
            branch = await branch_of(session, team_id)
            day = now.astimezone(ZoneInfo(branch.team_zone(team_id))).date()
            look = look_of(viewer, branch.teams[team_id], day) if team_id in viewer.leads else None
            await note_looks(session, [look] if look is not None else [])
    except (SQLAlchemyError, SurveyError) as error:
        log.warning("a look at figures was not noted: %s", type(error).__name__)


async def _share_form(work: _Work, value: str) -> Block:
    wave_id, team_id = work.press.ids
    loop, today = await work.loop(team_id)
    if loop.wave_id == wave_id and loop.shared_words is not None:
        raise Missing("These results were shared with the team already, and the team has read the words.")
    trend = await trend_of(
        work.session, team_id, now=work.now, as_leader=team_id in work.viewer.leads, waves=WAVES
    )
    step = step_to_try(trend, today=today)
    answer_by = loop.answer_by or today + DAYS_TO_ANSWER
    draft = draft_to_share(trend, work.language, answer_by=answer_by, step=step)
    return forms.share_form(work.language, value, loop.team_name, draft)


async def _acknowledge_form(work: _Work, value: str) -> Block:
    _, today = await work.loop(work.press.ids[1])
    return forms.acknowledge_form(work.language, value, today + DAYS_TO_ANSWER)


async def _commit_form(work: _Work, value: str) -> Block:
    team_id = work.press.ids[1]
    loop, today = await work.loop(team_id)
    count = sum(_is_open(one) for one in loop.promises)
    as_leader = team_id in work.viewer.leads
    trend = await trend_of(work.session, team_id, now=work.now, as_leader=as_leader, waves=WAVES)
    step = step_to_try(trend, today=today)
    draft = work.language.gettext(step.say) if step is not None else ""
    return forms.commit_form(work.language, value, today + DAYS_TO_KEEP, open_promises=count, draft=draft)


async def _promise_form(work: _Work, value: str) -> Block:
    stored = await work.session.get(Commitment, work.press.ids[0])
    if stored is None:
        raise Missing("This promise does not exist.")
    loop, today = await work.loop(stored.team_id)
    promise = next((one for one in loop.promises if one.id == stored.id), None)
    if promise is None or not _is_open(promise):
        raise Missing("This promise is not open any more.")
    return forms.promise_form(work.language, value, promise, max(today, promise.expected) + DAYS_TO_MOVE)


async def _answer_form(work: _Work, value: str) -> Block:
    topic, today = await _topic(work)
    return forms.answer_form(work.language, value, topic, today + DAYS_TO_KEEP)


FORMS: dict[str, Callable[[_Work, str], Awaitable[Block]]] = {
    presses.SHARE: _share_form,
    presses.ACKNOWLEDGE: _acknowledge_form,
    presses.COMMIT: _commit_form,
    presses.PROMISE: _promise_form,
    presses.ANSWER: _answer_form,
}


async def take_form(desk: Desk, event: LoopSent) -> Reply:
    """Do what a form says, in one transaction, and say what the team reads now."""
    press = presses.read(event.metadata)
    language = Translator("en")
    if press is None:
        return TAKEN
    try:
        async with desk.sessions.begin() as session:
            viewer = await viewer_by_slack(session, event.user_id)
            if viewer is None:
                raise Forbidden("Only the leader of this team can do this.")
            language = Translator(viewer.locale)
            did = await TAKES[press.what](_Work(desk, session, viewer, press, desk.clock()), event)
    except SurveyError as refusal:
        return _refused(event, refusal, language)
    return update_to(modals.plain_view(language, language.say("Promises"), [language.say(DONE[did])]))


def _refused(event: LoopSent, refusal: SurveyError, language: Translator) -> Reply:
    named = refusal.field if isinstance(refusal, Invalid) else None
    field = FIELD_OF.get(named or "", named or "")
    block_id = field if field in event.blocks else event.blocks[0] if event.blocks else forms.WORDS
    said = language.say(refusal.sentence, **refusal.values)
    return as_json({"response_action": "errors", "errors": {block_id: said}})


async def _take_share(work: _Work, event: LoopSent) -> str:
    wave_id, team_id = work.press.ids
    await share(
        work.session,
        wave_id=wave_id,
        team_id=team_id,
        person_id=work.viewer.person_id,
        words=event.texts.get(forms.WORDS, ""),
        now=work.now,
    )
    return presses.SHARE


async def _take_acknowledge(work: _Work, event: LoopSent) -> str:
    wave_id, team_id = work.press.ids
    await acknowledge(
        work.session,
        wave_id=wave_id,
        team_id=team_id,
        person_id=work.viewer.person_id,
        answer_by=_day(event),
        now=work.now,
    )
    return presses.ACKNOWLEDGE


async def _take_commit(work: _Work, event: LoopSent) -> str:
    wave_id, team_id = work.press.ids
    await commit(
        work.session,
        team_id=team_id,
        wave_id=wave_id,
        owner_id=work.viewer.person_id,
        text=event.texts.get(forms.TEXT, ""),
        due=_day(event),
        now=work.now,
    )
    return presses.COMMIT


async def _take_promise(work: _Work, event: LoopSent) -> str:
    session, how, words = work.session, event.choice or "", event.texts.get(forms.WORDS, "")
    (promise_id,), who, now = work.press.ids, work.viewer.person_id, work.now
    if how == forms.DONE:
        await mark_done(session, promise_id, person_id=who, now=now)
    elif how == forms.UPDATE:
        await check_in(session, promise_id, words=words, person_id=who, now=now)
    elif how == forms.MOVE:
        await replan(session, promise_id, to=_day(event), reason=words, person_id=who, now=now)
    elif how == forms.WITHDRAW:
        await withdraw(session, promise_id, reason=words, person_id=who, now=now)
    elif how in LATER:
        await put_off_promise(session, promise_id, how=how, person_id=who, now=now)
    else:
        raise Invalid("Choose one of these.", field=forms.HOW)
    return how


async def _take_answer(work: _Work, event: LoopSent) -> str:
    topic, _ = await _topic(work)
    if event.choice not in set(Decision):
        raise Invalid("Choose one of these.", field=forms.HOW)
    decision, text = Decision(event.choice), event.texts.get(forms.TEXT, "")
    decided = await decide(
        work.session,
        topic.id,
        person_id=work.viewer.person_id,
        decision=decision,
        reason=event.texts.get(forms.WORDS, ""),
        passed_to=event.texts.get(forms.PASSED_TO, ""),
        now=work.now,
    )
    if decision is Decision.WILL_DO and text.strip():
        await commit(
            work.session,
            team_id=decided.team_id,
            wave_id=decided.wave_id,
            topic_id=decided.id,
            owner_id=work.viewer.person_id,
            text=text,
            due=_day(event),
            now=work.now,
        )
    return presses.ANSWER


TAKES: dict[str, Callable[[_Work, LoopSent], Awaitable[str]]] = {
    presses.SHARE: _take_share,
    presses.ACKNOWLEDGE: _take_acknowledge,
    presses.COMMIT: _take_commit,
    presses.PROMISE: _take_promise,
    presses.ANSWER: _take_answer,
}


async def _topic(work: _Work) -> tuple[TopicView, date]:
    stored = await work.session.get(Topic, work.press.ids[0])
    if stored is None:
        raise Missing("This is not on the list any more.")
    loop, today = await work.loop(stored.team_id)
    topic = next((one for one in loop.topics if one.id == stored.id), None)
    if topic is None:
        raise Missing("This is not on the list any more.")
    return topic, today


def _day(event: LoopSent) -> date:
    try:
        return date.fromisoformat(event.days.get(forms.DUE, ""))
    except ValueError as error:
        raise Invalid("Please give a date.", field=forms.DUE) from error


def _is_open(promise: PromiseView) -> bool:
    return promise.done_at is None and promise.withdrawn_at is None
