"""Someone looks at their Home tab: gather what it says and show it. Nothing is stored of the visit."""

import logging
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from integrations.language import Translator
from integrations.slack.desk import TAKEN, Desk, Reply, language_for
from integrations.slack.home.boards import boards_at_home
from integrations.slack.home.groups import groups_at_home
from integrations.slack.home.tab import (
    MOST_TEAMS,
    Home,
    LedTeam,
    OpenPulse,
    Promise,
    home_view,
    nobody_view,
)
from integrations.slack.home.things import loop_things, promise_things, side_press
from integrations.slack.incoming.events import HomeOpened
from integrations.wording.for_me import ForMe, between_waves, in_wave
from integrations.wording.loop import awaits_a_word, say_answer, say_promise, say_topic
from integrations.wording.promise import Terms
from surveys.ballots.queries import blank_sheet, has_answered
from surveys.commitments.leading import acts_in
from surveys.commitments.loop import LoopState
from surveys.commitments.models import Side
from surveys.commitments.promises import steps_owned_by
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
        if home is not None and viewer is not None:
            led = {team.id for team in home.led}
            groups = await groups_at_home(desk, session, viewer, besides=led, now=now)
            home = replace(home, groups=groups)
    if home is not None:
        home = replace(home, boards=await boards_at_home(desk, event.user_id))
    language = language_for(viewer)
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
    mine = await _mine(session, viewer, now)
    if viewer.unit is None:
        return Home(
            pulse, None, (), None, (), minimum_group, mailbox_url=mailbox, led=led, mine=mine, me=me
        )
    trend = await trend_of(session, viewer.unit, now=now, as_leader=False, waves=WAVES)
    loop = await loop_of(session, viewer.unit, now=now)
    language = Translator(viewer.locale)
    acts = await acts_in(session, viewer.person_id, now=now)  # who stands in speaks for the leader's side
    return Home(
        pulse=pulse,
        team_name=trend.team_name,
        figures=tuple(desk.tell(trend, language)),
        page_url=f"{desk.settings.base_url}/teams/{viewer.unit}",
        promises=[
            Promise(
                promise.text,
                promise.owner_name,
                "done" if awaits_a_word(promise) else promise.state,
                promise.due,
                promise.word,
                side_press(promise, Side.TEAM, viewer.person_id, language)
                if viewer.unit not in acts
                else None,
            )
            for promise in loop.promises
        ],
        minimum_group=minimum_group,
        mailbox_url=mailbox,
        said=_said(loop, language),
        led=led,
        mine=mine,
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


async def _mine(session: AsyncSession, viewer: Viewer, now: datetime) -> list[tuple[str, str, str]]:
    """Return the open steps that are this person's in teams they neither lead nor stand in for."""
    acts = viewer.leads | viewer.leads_groups | set(await acts_in(session, viewer.person_id, now=now))
    language = Translator(viewer.locale)
    owned = [one for one in await steps_owned_by(session, viewer.person_id) if one.team_id not in acts]
    found: list[tuple[str, str, str]] = []
    for team_id in dict.fromkeys(one.team_id for one in owned):
        loop = await loop_of(session, team_id, now=now)
        ids = {one.id for one in owned}
        found += promise_things([one for one in loop.promises if one.id in ids], language)
    return found


async def _led(desk: Desk, session: AsyncSession, viewer: Viewer, now: datetime) -> list[LedTeam]:
    """Return the teams somebody leads or stands in for, with what waits there."""
    language = Translator(viewer.locale)
    acts = set(await acts_in(session, viewer.person_id, now=now)) - viewer.leads
    loops = [
        await loop_of(session, team_id, now=now, for_leader=team_id in viewer.leads)
        for team_id in [
            *sorted(viewer.leads, key=str),
            *sorted(acts, key=str),
            *sorted(viewer.leads_groups, key=str),
        ][:MOST_TEAMS]
    ]
    return [
        LedTeam(
            loop.team_id,
            loop.team_name,
            f"{desk.settings.base_url}/teams/{loop.team_id}",
            loop_things(loop, language, viewer.person_id),
            stands_in=loop.team_id in acts,
            in_group=loop.in_group,
        )
        for loop in sorted(loops, key=lambda one: (one.in_group, one.team_name.casefold()))
    ]


async def _open_pulse(
    desk: Desk, session: AsyncSession, viewer: Viewer, now: datetime
) -> tuple[OpenPulse | None, ForMe | None]:
    """Return what is open for this person and how private it is for them."""
    language = Translator(viewer.locale)
    place = await open_place(session, viewer.person_id)
    if place is None:
        return None, None
    try:
        sheet = await blank_sheet(session, desk.keys, place.id, now=now)
        answered = await has_answered(session, desk.keys, place.id)
    except Gone:  # closed a moment ago, or its key is lost: there is nothing to answer
        return None, None
    closes = language.moment(sheet.closes_at, sheet.zone)
    pulse = OpenPulse(place.id.hex, sheet.team_name, closes, answered, sheet.about_promise)
    me = await in_wave(
        session,
        Terms.of(sheet.rules, asked=sheet.asked_in_unit, team_name=sheet.team_name),
        wave_id=sheet.wave_id,
        team_id=sheet.team_id,
        about_promise=sheet.about_promise,
        door="slack",
    )
    return pulse, me
