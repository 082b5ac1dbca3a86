"""What a leader does from Slack: a button, a form, and what the team then reads."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from integrations.language import Translator
from integrations.slack import presses
from surveys.audit.models import Reading
from surveys.audit.rules import LookedAs
from surveys.commitments.absences import go_away
from surveys.commitments.actions import commit
from surveys.commitments.models import (
    CheckIn,
    Commitment,
    CommitmentState,
    Replan,
    Share,
    SideNote,
    Topic,
    TopicKind,
)
from surveys.commitments.topics import raise_topic
from surveys.deliveries.models import Delivery, Kind
from surveys.people.models import Person
from surveys.waves.models import Wave
from tests.cast import Cast
from tests.conftest import NOON, Sessions
from tests.doubles.fault_proxy import FaultProxy
from tests.loop import differ, step_of
from tests.service import slack_workspace
from tests.service.conftest import Clock
from tests.service.published import publish
from tests.service.slack_workspace import Workspace

app, workspace = slack_workspace.app, slack_workspace.workspace  # the same fixtures

View = dict[str, Any]


@pytest.fixture
async def published(sessions: Sessions, cast: Cast) -> Wave:
    async with sessions.begin() as session:
        return await publish(session, cast, {"PSY": 64.0, "CNF": 71.0, "FLW": 52.0})


@pytest.fixture
async def promise(sessions: Sessions, cast: Cast) -> Commitment:
    async with sessions.begin() as session:
        return await commit(
            session,
            team_id=cast.payments.id,
            wave_id=None,
            owner_id=cast.lena.id,
            text="A written agenda before every meeting",
            now=NOON,
        )


async def opened(workspace: Workspace, slack: FaultProxy, person: Person, value: str) -> View:
    reply = await workspace.press(person, "loop.open.v1", value)
    assert (reply.status_code, reply.content) == (200, b"")
    view: View = slack.of("views.open")[-1]["view"]
    return view


async def send(workspace: Workspace, person: Person, view: View, **given: str) -> httpx.Response:
    values = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        element, said = block["element"], given.get(block["block_id"])
        field: dict[str, Any] = {"type": element["type"]}
        if element["type"] == "datepicker":
            field["selected_date"] = said or element.get("initial_date")
        elif element["type"] == "radio_buttons":
            field["selected_option"] = {"value": said} if said else None
        else:
            field["value"] = said if said is not None else element.get("initial_value")
        values[block["block_id"]] = {element["action_id"]: field}
    return await workspace.submit(person, view, values)


async def test_a_draft_is_there_to_be_changed_and_shared(
    workspace: Workspace, slack: FaultProxy, cast: Cast, published: Wave, sessions: Sessions
) -> None:
    view = await opened(workspace, slack, cast.lena, presses.share(published.id, cast.payments.id))
    draft = view["blocks"][0]["element"]["initial_value"]
    assert "Thank you for answering." in draft
    assert "64" not in draft

    await send(workspace, cast.lena, view, words=draft + "\n\nMore on Thursday.")

    async with sessions() as session:
        assert (await session.scalars(select(Share.words))).one().endswith("More on Thursday.")


async def test_reading_a_draft_in_slack_stands_in_the_reading_log_once_a_day(
    workspace: Workspace, slack: FaultProxy, cast: Cast, published: Wave, sessions: Sessions
) -> None:
    for person in (cast.lena, cast.lena, cast.alice):  # Alice is asked there, and leads nothing
        await opened(workspace, slack, person, presses.share(published.id, cast.payments.id))

    async with sessions() as session:
        log = (await session.scalars(select(Reading))).all()
    assert [(each.team_id, each.looked_as) for each in log] == [(cast.payments.id, LookedAs.LEADER)]


async def test_a_promise_is_updated_moved_and_done_in_slack(
    workspace: Workspace, slack: FaultProxy, cast: Cast, promise: Commitment, sessions: Sessions
) -> None:
    view = await opened(workspace, slack, cast.lena, presses.promise(promise.id))
    await send(workspace, cast.lena, view, how="update", words="Two of three meetings had one")
    later = (promise.due + timedelta(days=7)).isoformat()
    await send(workspace, cast.lena, view, how="move", words="The tool comes late", due=later)
    await send(workspace, cast.lena, view, how="tomorrow")
    await send(workspace, cast.lena, view, how="done")

    async with sessions() as session:
        stored = await session.get_one(Commitment, promise.id)
        assert stored.state is CommitmentState.DONE
        assert stored.due.isoformat() == later
        assert (await session.scalars(select(CheckIn.words))).one() == "Two of three meetings had one"
        assert (await session.scalars(select(Replan.in_time))).one()
        asked = (await session.scalars(select(Delivery).where(Delivery.kind == Kind.PROMISE_DUE))).one()
        assert asked.due_at - NOON < timedelta(hours=24)


async def test_what_was_brought_up_is_answered_in_slack(
    workspace: Workspace, slack: FaultProxy, cast: Cast, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        topic = await raise_topic(
            session,
            team_id=cast.payments.id,
            person_id=cast.lena.id,
            kind=TopicKind.RETRO,
            text="Planning takes whole afternoons",
            now=NOON,
        )
    view = await opened(workspace, slack, cast.lena, presses.answer(topic.id))
    refused = await send(workspace, cast.lena, view, how="will_not", words="")
    await send(
        workspace, cast.lena, view, how="will_do", words="It costs a day", text="It ends after an hour"
    )

    assert refused.json()["errors"] == {"words": "Write a sentence; this was left empty."}
    async with sessions() as session:
        assert (await session.scalars(select(Topic.decision))).one() == "will_do"
        assert (await session.scalars(select(Commitment.topic_id))).one() == topic.id


async def test_a_members_press_on_a_leaders_button_changes_nothing(
    workspace: Workspace, slack: FaultProxy, cast: Cast, promise: Commitment, sessions: Sessions
) -> None:
    view = await opened(workspace, slack, cast.lena, presses.promise(promise.id))
    refused = await send(workspace, cast.alice, view, how="done")

    assert "Only whoever leads here can do this." in refused.text
    async with sessions() as session:
        assert (await session.get_one(Commitment, promise.id)).state is CommitmentState.OPEN


async def test_a_members_press_opens_no_form(
    workspace: Workspace, slack: FaultProxy, cast: Cast, published: Wave
) -> None:
    view = await opened(workspace, slack, cast.oscar, presses.share(published.id, cast.payments.id))

    assert view["blocks"][0]["text"]["text"] == "Only whoever leads here can do this."


async def test_a_button_of_a_promise_that_is_done_says_so(
    workspace: Workspace, slack: FaultProxy, cast: Cast, promise: Commitment
) -> None:
    view = await opened(workspace, slack, cast.lena, presses.promise(promise.id))
    await send(workspace, cast.lena, view, how="done")
    again = await opened(workspace, slack, cast.lena, presses.promise(promise.id))

    assert again["blocks"][0]["text"]["text"] == "This promise is not open any more."


async def taken_on(sessions: Sessions, cast: Cast, owner: Person) -> Commitment:
    """A step of a retrospective that somebody of the team took on."""
    async with sessions.begin() as session:
        return await step_of(session, cast, owner)


async def test_who_took_a_step_on_finds_it_at_home_and_finishes_it_there(
    workspace: Workspace, slack: FaultProxy, cast: Cast, sessions: Sessions
) -> None:
    step = await taken_on(sessions, cast, cast.bob)
    home = await at_home(workspace, slack, cast.bob)
    assert "What you took on" in home
    assert presses.promise(step.id) in home
    assert presses.promise(step.id) not in await at_home(workspace, slack, cast.alice)

    refused = await opened(workspace, slack, cast.alice, presses.promise(step.id))
    assert refused["blocks"][0]["type"] == "section"
    view = await opened(workspace, slack, cast.bob, presses.promise(step.id))
    await send(workspace, cast.bob, view, how="done")

    async with sessions() as session:
        assert (await session.get_one(Commitment, step.id)).state is CommitmentState.DONE


async def test_who_stands_in_finds_the_team_at_home_and_acts_there(
    workspace: Workspace, slack: FaultProxy, cast: Cast, promise: Commitment, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        await go_away(
            session,
            team_id=cast.payments.id,
            person_id=cast.lena.id,
            stand_in_id=cast.alice.id,
            until=NOON.date() + timedelta(days=3),
            now=NOON,
        )
    home = await at_home(workspace, slack, cast.alice)
    assert "Where you stand in: Payments" in home
    assert presses.promise(promise.id) in home

    view = await opened(workspace, slack, cast.alice, presses.promise(promise.id))
    await send(workspace, cast.alice, view, how="update", words="Two of three had one")

    async with sessions() as session:
        assert (await session.scalars(select(CheckIn.words))).one() == "Two of three had one"


async def test_one_press_names_a_day_for_all_that_was_brought_up(
    workspace: Workspace, slack: FaultProxy, cast: Cast, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        for number in range(2):
            session.add(
                Topic(
                    organisation_id=cast.organisation.id,
                    key=f"retro:{number}",
                    team_id=cast.payments.id,
                    kind=TopicKind.RETRO,
                    raised_at=NOON,
                )
            )
    press = presses.read_all(cast.payments.id)
    assert press in await at_home(workspace, slack, cast.lena)
    view = await opened(workspace, slack, cast.lena, press)
    await send(workspace, cast.lena, view)

    async with sessions() as session:
        days = set(await session.scalars(select(Topic.answer_by)))
    assert days == {(NOON + timedelta(days=7)).date()}


async def at_home(workspace: Workspace, slack: FaultProxy, person: Person) -> str:
    body = {
        "type": "event_callback",
        "event_id": f"Ev{uuid4().hex}",
        "event": {"type": "app_home_opened", "user": person.slack_id, "tab": "home"},
    }
    await workspace.post(json.dumps(body).encode(), "application/json")
    return json.dumps(slack.of("views.publish")[-1]["view"])


async def test_mondays_message_is_put_off_by_a_press_and_comes_when_that_week_begins(
    workspace: Workspace, slack: FaultProxy, cast: Cast, published: Wave, sessions: Sessions
) -> None:
    for how, weeks in (("one_week", 1), ("two_weeks", 2)):  # the second press moves it
        reply = await workspace.press(cast.lena, "loop.later.v1", presses.later())
        assert reply.status_code == 200
        view = slack.of("views.open")[-1]["view"]
        await send(workspace, cast.lena, view, how=how)

        async with sessions() as session:
            week = (await session.scalars(select(Delivery).where(Delivery.kind == Kind.LEADER_WEEK))).one()
        monday = NOON - timedelta(days=NOON.weekday()) + weeks * timedelta(days=7)
        assert (week.person_id, week.due_at.date()) == (cast.lena.id, monday.date())
        assert f"again on {Translator('en').date(monday.date())}" in json.dumps(view)

    stranger = await send(workspace, cast.oscar, view, how="one_week")
    assert "Only whoever leads here can do this." in stranger.text


async def test_both_sides_of_a_promise_are_written_and_changed_from_home(
    workspace: Workspace,
    slack: FaultProxy,
    cast: Cast,
    promise: Commitment,
    sessions: Sessions,
    clock: Clock,
) -> None:
    async with sessions.begin() as session:
        await differ(session, cast, promise)
    clock.now = NOON + timedelta(days=40)
    press = presses.side(promise.id)
    for person, label, words in (
        (cast.lena, "Say how you see it", "Every planning had one"),
        (cast.bob, "Say how the team sees it", "Half of them had one"),
        (cast.bob, "Change your note", "Two of four had one"),
    ):
        home = await at_home(workspace, slack, person)
        assert label in home
        assert press in home
        sent = await send(workspace, person, await opened(workspace, slack, person, press), words=words)
        assert "It stands beside the promise" in sent.text

    assert press not in await at_home(workspace, slack, cast.alice)  # the side has written
    view = await opened(workspace, slack, cast.alice, press)
    assert "Whoever wrote it can change it." in view["blocks"][0]["text"]["text"]
    view = await opened(workspace, slack, cast.bob, press)
    assert "How the leader sees it: “Every planning had one”" in json.dumps(view, ensure_ascii=False)
    named = await send(workspace, cast.bob, view, words="Lena forgot")
    assert "words" in named.json()["errors"]
    async with sessions() as session:
        notes = await session.scalars(select(SideNote.words).order_by(SideNote.side))
        assert list(notes) == ["Every planning had one", "Two of four had one"]
