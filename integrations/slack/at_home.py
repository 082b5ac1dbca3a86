"""Someone looks at their Home tab: gather what it says and show it. Nothing is stored of the visit."""

import logging
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from integrations.for_me import ForMe, between_waves, in_wave
from integrations.language import Translator
from integrations.loop_words import say_answer, say_promise, say_topic
from integrations.promise import Terms
from integrations.slack import presses
from integrations.slack.desk import TAKEN, Desk, Reply
from integrations.slack.events import HomeOpened
from integrations.slack.home import MOST_TEAMS, Home, LedTeam, OpenPulse, Promise, home_view, nobody_view
from integrations.slack.retro_desk import boards_at_home
from surveys.ballots.queries import blank_sheet, has_answered
from surveys.commitments.loop import LoopState
from surveys.commitments.queries import loop_of
from surveys.deliveries.actions import remember_event
from surveys.errors import Gone
from surveys.people.models import Organisation
from surveys.people.queries import viewer_by_slack
from surveys.people.rules import Viewer
from surveys.results.queries import trend_of
from surveys.waves.queries import open_place

MOST_SAID = 5
WAVES = 3  # enough to find the newest results behind an open wave

log = logging.getLogger("kept.slack")


async def show_home(desk: Desk, event: HomeOpened) -> Reply:
    """Publish the tab of one person. Slack sends an event again when unsure; it is shown once."""
    now = desk.clock()
    async with desk.sessions.begin() as session:
        if not await remember_event(session, event.event_id, now.date()):
            return TAKEN
        viewer = await viewer_by_slack(session, event.user_id)
        home = await _home_of(desk, session, viewer, now) if viewer is not None else None
    if home is not None:
        home = replace(home, boards=await boards_at_home(desk, event.user_id))
    language = Translator(viewer.locale if viewer is not None else "en")
    view = (
        home_view(home, language, administrators=desk.settings.administrators)
        if home is not None
        else nobody_view(language)
    )
    await desk.client.publish_home(event.user_id, view)
    return TAKEN


async def _home_of(desk: Desk, session: AsyncSession, viewer: Viewer, now: datetime) -> Home:
    organisation = await session.get_one(Organisation, viewer.organisation_id)
    pulse, me = await _open_pulse(desk, session, viewer, now)
    minimum_group = me.terms.minimum_group if me else organisation.minimum_group
    mailbox = f"{desk.settings.base_url}/mailbox/to/{organisation.id}"
    led = await _led(desk, session, viewer, now)
    if viewer.unit is None:
        return Home(pulse, None, (), None, (), minimum_group, mailbox_url=mailbox, led=led, me=me)
    trend = await trend_of(session, viewer.unit, now=now, as_leader=False, waves=WAVES)
    loop = await loop_of(session, viewer.unit, now=now)
    return Home(
        pulse=pulse,
        team_name=trend.team_name,
        figures=tuple(desk.tell(trend, Translator(viewer.locale))),
        page_url=f"{desk.settings.base_url}/teams/{viewer.unit}",
        promises=[
            Promise(promise.text, promise.owner_name, promise.state, promise.due, promise.word)
            for promise in loop.promises
        ],
        minimum_group=minimum_group,
        mailbox_url=mailbox,
        said=_said(loop, Translator(viewer.locale)),
        led=led,
        me=me or await between_waves(session, organisation, viewer.unit),
    )


def _said(loop: LoopState, language: Translator) -> list[str]:
    """Return what the team said and what came of it, an honest no included."""
    answered = [topic for topic in loop.topics if topic.decision is not None]
    return [
        " ".join(
            [
                say_topic(topic, language),
                "→",
                say_answer(topic, language),
                *(say_promise(promise, language) + "." for promise in topic.promises),
            ]
        )
        for topic in answered[:MOST_SAID]
    ]


async def _led(desk: Desk, session: AsyncSession, viewer: Viewer, now: datetime) -> list[LedTeam]:
    """Return the teams somebody leads, with what waits there."""
    language = Translator(viewer.locale)
    loops = [
        await loop_of(session, team_id, now=now, for_leader=True)
        for team_id in sorted(viewer.leads, key=str)[:MOST_TEAMS]
    ]
    return [
        LedTeam(loop.team_name, f"{desk.settings.base_url}/teams/{loop.team_id}", _things(loop, language))
        for loop in sorted(loops, key=lambda one: one.team_name.casefold())
    ]


def _things(loop: LoopState, language: Translator) -> list[tuple[str, str, str]]:
    say = language.say
    things = [
        (
            say("This promise has passed its date: “{promise}”", promise=promise.text)
            if promise.overdue
            else say_promise(promise, language),
            say("Update this promise"),
            presses.promise(promise.id),
        )
        for promise in sorted(loop.promises, key=lambda one: (not one.overdue, one.due))
        if promise.done_at is None and promise.withdrawn_at is None
    ]
    taken = {step.name for step in loop.steps if step.at is not None}
    if loop.wave_id is not None and "acknowledged" not in taken:
        sentence = say("Tell the team by when you will answer.")
        things.insert(0, (sentence, say("Name a day"), presses.acknowledge(loop.wave_id, loop.team_id)))
    if loop.wave_id is not None and "shared" not in taken:
        sentence = say("The results of {team} wait for a few words from you.", team=loop.team_name)
        things.insert(0, (sentence, say("Look at the draft"), presses.share(loop.wave_id, loop.team_id)))
    things += [
        (say_topic(topic, language), say("Answer the team"), presses.answer(topic.id))
        for topic in loop.topics
        if topic.decision is None
    ]
    return things


async def _open_pulse(
    desk: Desk, session: AsyncSession, viewer: Viewer, now: datetime
) -> tuple[OpenPulse | None, ForMe | None]:
    """Return what is open for this person and how private it is for them."""
    place = await open_place(session, viewer.person_id)
    if place is None:
        return None, None
    try:
        sheet = await blank_sheet(session, desk.keys, place.id, now=now)
        answered = await has_answered(session, desk.keys, place.id)
    except Gone:  # closed a moment ago, or its key is lost: there is nothing to answer
        return None, None
    pulse = OpenPulse(place.id.hex, sheet.team_name, sheet.closes_at, answered, sheet.about_promise)
    me = await in_wave(
        session,
        Terms.of(sheet.rules, asked=sheet.asked_in_unit, team_name=sheet.team_name),
        wave_id=sheet.wave_id,
        team_id=sheet.team_id,
        about_promise=sheet.about_promise,
        door="slack",
    )
    return pulse, me
