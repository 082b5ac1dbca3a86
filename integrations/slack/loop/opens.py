"""What a button of the loop opens in Slack: a form, for whoever leads, stands in, or owns the promise.

What the forms do when they are sent stands in `integrations.slack.loop.takes`.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from integrations.slack import presses
from integrations.slack.blocks import Block
from integrations.slack.desk import TAKEN, Desk, Reply, language_for, plain_view
from integrations.slack.incoming.events import Pressed
from integrations.slack.loop import forms
from integrations.slack.loop.work import Work
from integrations.wording.loop import draft_to_share
from surveys.audit.actions import note_looks
from surveys.commitments.playbooks import step_to_try
from surveys.commitments.putting_off import WEEKS, beginning_of_week
from surveys.errors import Missing, SurveyError, only_for_leaders
from surveys.people.queries import branch_of, place_of, viewer_by_slack
from surveys.people.readers import look_of
from surveys.people.rules import Viewer
from surveys.results.queries import trend_of
from surveys.zones import local_date

DAYS_TO_ANSWER, DAYS_TO_KEEP, DAYS_TO_MOVE = timedelta(days=7), timedelta(days=30), timedelta(days=14)
WAVES = 3
log = logging.getLogger("kept.slack")


async def open_form(desk: Desk, event: Pressed) -> Reply:
    """Open the form behind a leader's button; a late or foreign press says so in words."""
    press, now = presses.read(event.value), desk.clock()
    if press is None:
        return TAKEN
    async with desk.sessions() as session:
        viewer = await viewer_by_slack(session, event.user_id)
        language = language_for(viewer)
        try:
            if viewer is None:
                raise only_for_leaders()
            view = await FORMS[press.what](Work(desk, session, viewer, press, now), event.value)
        except SurveyError as refusal:
            said = language.refusal(refusal)
            view = plain_view(language, language.say("Promises"), [said])
    await desk.client.open_view(event.trigger_id, view)
    if viewer is not None and press.what == presses.SHARE:
        await _note_look(desk, viewer, press.ids[1], now)
    return TAKEN


async def _note_look(desk: Desk, viewer: Viewer, team_id: UUID, now: datetime) -> None:
    """Note in the reading log that a leader looked: the draft tells figures. Nothing fails over it."""
    try:
        async with desk.sessions.begin() as session:
            branch = await branch_of(session, team_id)
            day = local_date(now, branch.team_zone(team_id))
            look = look_of(viewer, branch.teams[team_id], day) if team_id in viewer.leads else None
            await note_looks(session, [look] if look is not None else [])
    except (SQLAlchemyError, SurveyError) as error:
        log.warning("a look at figures was not noted: %s", type(error).__name__)


async def _share_form(work: Work, value: str) -> Block:
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


async def _acknowledge_form(work: Work, value: str) -> Block:
    _, today = await work.loop(work.press.ids[1])
    return forms.acknowledge_form(work.language, value, today + DAYS_TO_ANSWER)


async def _read_form(work: Work, value: str) -> Block:
    _, today = await work.loop(work.press.ids[0])
    return forms.acknowledge_form(work.language, value, today + DAYS_TO_ANSWER)


async def _commit_form(work: Work, value: str) -> Block:
    team_id = work.press.ids[1]
    loop, today = await work.loop(team_id)
    count = sum(one.is_open for one in loop.promises)
    as_leader = team_id in work.viewer.leads
    trend = await trend_of(work.session, team_id, now=work.now, as_leader=as_leader, waves=WAVES)
    step = step_to_try(trend, today=today)
    draft = work.language.gettext(step.say) if step is not None else ""
    return forms.commit_form(work.language, value, today + DAYS_TO_KEEP, open_promises=count, draft=draft)


async def _promise_form(work: Work, value: str) -> Block:
    promise, today = await work.promise()
    return forms.promise_form(work.language, value, promise, max(today, promise.expected) + DAYS_TO_MOVE)


async def _side_form(work: Work, value: str) -> Block:
    return forms.side_form(work.language, value, *await work.differing())


async def _later_form(work: Work, value: str) -> Block:
    place = await place_of(work.session, work.viewer.person_id)
    days = [beginning_of_week(work.now, weeks, *place).date() for weeks in WEEKS.values()]
    return forms.later_form(work.language, value, days)


async def _answer_form(work: Work, value: str) -> Block:
    topic, today = await work.topic()
    return forms.answer_form(work.language, value, topic, today + DAYS_TO_KEEP)


FORMS: dict[str, Callable[[Work, str], Awaitable[Block]]] = {
    presses.SHARE: _share_form,
    presses.ACKNOWLEDGE: _acknowledge_form,
    presses.READ: _read_form,
    presses.COMMIT: _commit_form,
    presses.PROMISE: _promise_form,
    presses.ANSWER: _answer_form,
    presses.LATER: _later_form,
    presses.SIDE: _side_form,
}
