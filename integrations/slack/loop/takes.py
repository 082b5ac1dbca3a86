"""What happens when a form of the loop is sent from Slack: one action, in one transaction.

The same actions as on the web decide who may do what. A refusal stands beside the field it is about, and
nothing is stored then.
"""

from collections.abc import Awaitable, Callable
from datetime import date

from integrations.language import Translator, mark
from integrations.slack import presses
from integrations.slack.desk import TAKEN, Desk, Reply, as_json, plain_view, update_to
from integrations.slack.incoming.events import LoopSent
from integrations.slack.loop import forms
from integrations.slack.loop.work import Work
from integrations.wording.loop import AFTER, DONE_IN_GROUP
from surveys.commitments.actions import (
    acknowledge,
    check_in,
    commit,
    mark_done,
    replan,
    share,
    withdraw,
)
from surveys.commitments.models import Decision
from surveys.commitments.putting_off import LATER, WEEKS, put_off_promise, put_off_week
from surveys.commitments.sides import tell_our_side
from surveys.commitments.topics import acknowledge_topics, decide
from surveys.errors import Invalid, SurveyError, only_for_leaders
from surveys.people.models import WorkingGroup
from surveys.people.queries import viewer_by_slack

IN_GROUP = "done in a group"
DONE = {
    presses.SHARE: mark("Shared. Each of the team gets your words with the figures."),
    presses.ACKNOWLEDGE: AFTER["acknowledged"],
    presses.COMMIT: mark("Promised. The team sees it, with your name and the date."),
    presses.ANSWER: mark("Answered. The team reads it under “You said, we did”."),
    forms.DONE: AFTER["done"],
    IN_GROUP: DONE_IN_GROUP,
    forms.UPDATE: AFTER["updated"],
    forms.MOVE: AFTER["moved"],
    forms.WITHDRAW: AFTER["withdrawn"],
    presses.SIDE: AFTER["side_told"],
    forms.ONE_WEEK: mark("Not this week, then. Kept writes again when the next one begins."),
    forms.TWO_WEEKS: mark("Nothing next week either. Kept writes again when the week after begins."),
    forms.TOMORROW: mark("Kept asks you again tomorrow. The date of the promise stays."),
    forms.NEXT_WEEK: mark("Kept asks you again in a week. The date of the promise stays."),
}
FIELD_OF = {
    "reason": forms.WORDS,
    "answer_by": forms.DUE,
    "side": forms.WORDS,
}  # where a refusal of an action stands in a form


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
                raise only_for_leaders()
            language = Translator(viewer.locale)
            did = await TAKES[press.what](Work(desk, session, viewer, press, desk.clock()), event)
    except SurveyError as refusal:
        return _refused(event, refusal, language)
    return update_to(plain_view(language, language.say("Promises"), [language.say(DONE[did])]))


def _refused(event: LoopSent, refusal: SurveyError, language: Translator) -> Reply:
    named = refusal.field if isinstance(refusal, Invalid) else None
    field = FIELD_OF.get(named or "", named or "")
    block_id = field if field in event.blocks else event.blocks[0] if event.blocks else forms.WORDS
    said = language.refusal(refusal)
    return as_json({"response_action": "errors", "errors": {block_id: said}})


async def _take_share(work: Work, event: LoopSent) -> str:
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


async def _take_acknowledge(work: Work, event: LoopSent) -> str:
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


async def _take_read(work: Work, event: LoopSent) -> str:
    await acknowledge_topics(
        work.session,
        team_id=work.press.ids[0],
        person_id=work.viewer.person_id,
        answer_by=_day(event),
        now=work.now,
    )
    return presses.ACKNOWLEDGE


async def _take_commit(work: Work, event: LoopSent) -> str:
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


async def _take_promise(work: Work, event: LoopSent) -> str:
    session, how, words = work.session, event.choice or "", event.texts.get(forms.WORDS, "")
    (promise_id,), who, now = work.press.ids, work.viewer.person_id, work.now
    if how == forms.DONE:
        promise = await mark_done(session, promise_id, person_id=who, now=now)
        if await session.get(WorkingGroup, promise.team_id) is not None:
            return IN_GROUP
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


async def _take_side(work: Work, event: LoopSent) -> str:
    await tell_our_side(
        work.session,
        work.press.ids[0],
        person_id=work.viewer.person_id,
        words=event.texts.get(forms.WORDS, ""),
        now=work.now,
    )
    return presses.SIDE


async def _take_later(work: Work, event: LoopSent) -> str:
    how = event.choice or ""
    if how not in WEEKS:
        raise Invalid("Choose one of these.", field=forms.HOW)
    await put_off_week(work.session, work.viewer.person_id, how=how, now=work.now)
    return how


async def _take_answer(work: Work, event: LoopSent) -> str:
    topic, _ = await work.topic()
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
        said=event.texts.get(forms.SAID, ""),
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


TAKES: dict[str, Callable[[Work, LoopSent], Awaitable[str]]] = {
    presses.SHARE: _take_share,
    presses.ACKNOWLEDGE: _take_acknowledge,
    presses.READ: _take_read,
    presses.COMMIT: _take_commit,
    presses.PROMISE: _take_promise,
    presses.ANSWER: _take_answer,
    presses.LATER: _take_later,
    presses.SIDE: _take_side,
}


def _day(event: LoopSent) -> date:
    try:
        return date.fromisoformat(event.days.get(forms.DUE, ""))
    except ValueError as error:
        raise Invalid("Please give a date.", field=forms.DUE) from error
