"""Sending over the real database to a double of Slack that fails on demand."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from integrations.channels import Outcome, Outgoing, sent
from integrations.environment import Settings
from integrations.slack.outgoing.channel import SlackChannel
from integrations.slack.outgoing.client import SlackClient
from integrations.wording.notes import Ask
from jobs import send_deliveries as module
from jobs.send_deliveries import Post, send_deliveries
from surveys.deliveries.actions import schedule
from surveys.deliveries.models import ChannelName, Delivery, DeliveryState, Kind, SendingPace
from surveys.deliveries.rules import Planned
from surveys.people.models import Person
from tests.doubles.fault_proxy import Fault, FaultProxy
from tests.waves import OPENING, Story, make_keys

POST = "chat.postMessage"


class Letters:
    """A mail channel that keeps what it was given."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []

    async def send(self, outgoing: Outgoing) -> Outcome:
        self.sent.append(outgoing)
        return sent()


class RealClock:
    """The real clock of the tests, which runs and can be turned on."""

    def __init__(self) -> None:
        self.at = OPENING - timedelta(seconds=time.monotonic())

    def __call__(self) -> datetime:
        return self.at + timedelta(seconds=time.monotonic())


@pytest.fixture
def letters() -> Letters:
    return Letters()


@pytest.fixture
def clock() -> RealClock:
    return RealClock()


@pytest.fixture
async def story(own_sessions: async_sessionmaker[AsyncSession], tmp_path: Path) -> Story:
    story = await Story(own_sessions, make_keys(tmp_path)).begin(reminders=1)
    await story.open()
    return story


@pytest.fixture
async def post(story: Story, slack: FaultProxy, letters: Letters, clock: RealClock) -> AsyncIterator[Post]:
    settings = Settings(slack_messages_per_minute=60_000, base_url="http://kept.test")
    async with SlackClient("xoxb-t", slack.base_url) as client:
        channels = {ChannelName.SLACK: SlackChannel(client), ChannelName.MAIL: letters}
        yield Post(story.sessions, story.keys, channels, settings, clock)


async def states(story: Story, kind: Kind = Kind.INVITATION) -> list[tuple[DeliveryState, str | None]]:
    async with story.sessions() as session:
        found = await session.execute(
            select(Delivery.state, Delivery.error).where(
                Delivery.kind == kind, Delivery.channel == ChannelName.SLACK
            )
        )
    return [(state, error) for state, error in found]


async def only(story: Story, name: str) -> None:
    """Leave only one person's messages to be sent."""
    async with story.sessions.begin() as session:
        await session.execute(
            update(Delivery)
            .where(Delivery.person_id != story.cast.by_name[name].id)
            .values(state=DeliveryState.SENT)
        )


async def test_everybody_who_is_asked_gets_one_equal_invitation(
    story: Story, post: Post, slack: FaultProxy
):
    asked = len(await states(story))
    assert await send_deliveries(post, now=OPENING) == asked
    assert await send_deliveries(post, now=OPENING) == 0

    posted = slack.of(POST)
    assert len({message["channel"] for message in posted}) == len(posted) == asked
    assert len({message["client_msg_id"] for message in posted}) == asked
    payments = [message for message in posted if "Payments" in message["text"]]
    assert len({message["text"] for message in payments}) == 1
    assert "Answer, 1 minute" in str(payments[0]["blocks"])
    assert "/answer/" not in str(posted)  # personal links go by mail or inside the form only
    assert set(await states(story)) == {(DeliveryState.SENT, None)}


async def test_the_full_message_is_in_the_text_that_screen_readers_read(
    story: Story, post: Post, slack: FaultProxy
):
    await only(story, "Alice")
    await send_deliveries(post, now=OPENING)

    text = slack.of(POST)[0]["text"]
    assert "Payments" in text
    assert "open until Friday" in text
    assert "5 people or more" in text


async def test_a_reminder_goes_to_everyone_whether_they_answered_or_not(
    story: Story, post: Post, slack: FaultProxy
):
    await send_deliveries(post, now=OPENING)
    await story.answer("Alice", 4)
    invited = len(slack.of(POST))
    await send_deliveries(post, now=OPENING + timedelta(days=2))
    reminders = slack.of(POST)[invited:]

    assert len(reminders) == invited
    assert "UALICE" in {message["channel"] for message in reminders}
    assert "Done already? Nothing to do." in reminders[0]["text"]


async def test_being_told_to_wait_pauses_the_queue_and_costs_no_attempt(
    story: Story, post: Post, slack: FaultProxy, clock: RealClock
):
    await only(story, "Alice")
    slack.next(POST, Fault.too_many(1000))
    await send_deliveries(post, now=OPENING)
    assert await send_deliveries(post, now=OPENING) == 0
    assert len(slack.of(POST)) == 1

    clock.at += timedelta(seconds=1000)
    await send_deliveries(post, now=OPENING)
    async with story.sessions() as session:
        tried = select(Delivery).where(Delivery.attempts > 0)
        row = (await session.scalars(tried)).one()
    assert (row.state, row.attempts) == (DeliveryState.SENT, 1)


@pytest.mark.parametrize("alone", [False, True])
async def test_a_short_pause_is_waited_for(
    *,
    story: Story,
    post: Post,
    slack: FaultProxy,
    clock: RealClock,
    monkeypatch: pytest.MonkeyPatch,
    alone: bool,
):
    if alone:  # nothing else is left to be sent, and still it goes in this run
        await only(story, "Alice")
    waits: list[float] = []
    real_sleep = asyncio.sleep

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        clock.at += timedelta(seconds=seconds)
        await real_sleep(0)

    monkeypatch.setattr(module, "sleep", sleep)
    slack.next(POST, Fault.too_many(30))
    tried = await send_deliveries(post, now=OPENING)

    assert len(slack.of(POST)) == tried > alone
    assert max(waits) == pytest.approx(30, abs=1)
    assert set(await states(story)) == {(DeliveryState.SENT, None)}


async def test_the_pace_of_the_settings_is_kept(
    story: Story, post: Post, slack: FaultProxy, clock: RealClock, monkeypatch: pytest.MonkeyPatch
):
    real_sleep = asyncio.sleep

    async def sleep(seconds: float) -> None:
        clock.at += timedelta(seconds=seconds)
        await real_sleep(0)

    monkeypatch.setattr(module, "sleep", sleep)
    began = clock()
    slow = Post(post.sessions, post.keys, post.channels, Settings(slack_messages_per_minute=60), clock)
    count = await send_deliveries(slow, now=OPENING)

    assert (clock() - began).total_seconds() >= count - 6


async def test_a_long_queue_is_sent_in_runs_so_that_what_became_due_meanwhile_is_seen(
    story: Story, post: Post, slack: FaultProxy, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "RUN_LASTS", timedelta(0))
    asked = len(await states(story))
    runs = [await send_deliveries(post, now=OPENING) for _ in range(asked + 1)]

    assert runs == [1] * asked + [0]
    assert len(slack.of(POST)) == asked


async def test_a_message_in_doubt_is_tried_once_more_with_the_same_id_then_left_alone(
    story: Story, post: Post, slack: FaultProxy, clock: RealClock
):
    await only(story, "Alice")
    slack.next(POST, Fault(drop=True), Fault.broken(500))
    await send_deliveries(post, now=OPENING)
    await send_deliveries(post, now=OPENING)
    assert len(slack.of(POST)) == 1

    for _ in range(3):
        clock.at += timedelta(seconds=60)
        await send_deliveries(post, now=OPENING)
    first, second = slack.of(POST)
    assert first["client_msg_id"] == second["client_msg_id"]
    assert first["blocks"] == second["blocks"]


async def test_who_cannot_be_reached_in_slack_gets_a_mail_with_a_personal_link(
    story: Story, post: Post, slack: FaultProxy, letters: Letters
):
    await only(story, "Alice")
    slack.next(POST, Fault.refused("user_disabled"))
    await send_deliveries(post, now=OPENING)

    assert [letter.email for letter in letters.sent] == ["alice@example.com"]
    note = letters.sent[0].note
    assert isinstance(note, Ask)
    assert note.answer_url is not None
    assert note.answer_url.startswith("http://kept.test/answer/")


async def test_mail_takes_over_where_slack_is_not_connected(
    story: Story, letters: Letters, clock: RealClock
):
    await only(story, "Alice")
    settings = Settings(base_url="http://kept.test")
    bare = Post(story.sessions, story.keys, {ChannelName.MAIL: letters}, settings, clock)
    await send_deliveries(bare, now=OPENING)

    assert [letter.email for letter in letters.sent] == ["alice@example.com"]
    assert all(error is None for _, error in await states(story))


async def test_our_own_fault_is_parked(story: Story, post: Post, slack: FaultProxy):
    await only(story, "Alice")
    slack.next(POST, Fault.refused("invalid_blocks"))
    await send_deliveries(post, now=OPENING)

    assert (DeliveryState.PARKED, "invalid_blocks") in await states(story)
    assert await send_deliveries(post, now=OPENING) == 0


async def test_trouble_of_the_whole_workspace_pauses_all_of_it(story: Story, post: Post, slack: FaultProxy):
    slack.next(POST, Fault.refused("message_limit_exceeded"))
    assert await send_deliveries(post, now=OPENING) == 1

    async with story.sessions() as session:
        paused = (await session.scalars(select(SendingPace).where(SendingPace.method == "*"))).one()
    assert paused.paused_until is not None
    assert paused.paused_until - OPENING > timedelta(minutes=59)


async def test_without_mail_the_queue_waits_until_somebody_has_connected_the_app_again(
    story: Story, post: Post, slack: FaultProxy, clock: RealClock
):
    alone = replace(post, channels={ChannelName.SLACK: post.channels[ChannelName.SLACK]})
    slack.next(POST, Fault.refused("token_revoked"))
    assert await send_deliveries(alone, now=OPENING) == 1

    clock.at += timedelta(minutes=6)
    everybody = len(await states(story))
    assert await send_deliveries(alone, now=OPENING) == everybody
    assert {state for state, _ in await states(story)} == {DeliveryState.SENT}


async def test_after_an_outage_nobody_gets_two_messages_at_once_nor_one_at_night(
    story: Story, post: Post, slack: FaultProxy
):
    wave = await story.wave()
    night = wave.closes_at.replace(hour=2) - timedelta(days=1)  # every reminder was due by then

    assert await send_deliveries(post, now=night) == 0
    assert await send_deliveries(post, now=night.replace(hour=6)) == 0
    await send_deliveries(post, now=night.replace(hour=10))

    posted = [call.arguments["channel"] for call in slack.calls if call.method == POST]
    assert len(posted) == len(set(posted)) == len(await states(story))
    assert {state for state, _ in await states(story, Kind.REMINDER)} == {DeliveryState.SENT}


async def test_a_reminder_that_was_held_up_goes_by_day(story: Story, post: Post, slack: FaultProxy):
    wave = await story.wave()
    await send_deliveries(post, now=OPENING)
    asked = len(slack.calls)
    night = wave.closes_at.replace(hour=2) - timedelta(days=1)

    assert await send_deliveries(post, now=night) == 0
    await send_deliveries(post, now=night.replace(hour=10))

    assert len(slack.calls) == 2 * asked


async def test_a_message_that_cannot_be_written_does_not_hold_up_the_others(
    story: Story, post: Post, slack: FaultProxy
):
    await only(story, "Alice")
    async with story.sessions.begin() as session:
        alice = await session.get_one(Person, story.cast.alice.id)
        await schedule(
            session,
            Planned(
                key="broken",
                kind=Kind.RETRO_STARTED,
                person_id=alice.id,
                organisation_id=alice.organisation_id,
                channel=ChannelName.SLACK,
                due_at=OPENING - timedelta(days=1),
            ),
        )
    await send_deliveries(post, now=OPENING)

    assert (DeliveryState.PARKED, "cannot_be_written") in await states(story, Kind.RETRO_STARTED)
    assert len(slack.of(POST)) == 1


async def test_with_remind_missing_only_those_who_have_not_answered_are_reminded(
    own_sessions: async_sessionmaker[AsyncSession],
    tmp_path: Path,
    slack: FaultProxy,
    clock: RealClock,
):
    story = await Story(own_sessions, make_keys(tmp_path)).begin(reminders=1, remind="missing")
    await story.open()
    settings = Settings(slack_messages_per_minute=60_000)
    async with SlackClient("xoxb-t", slack.base_url) as client:
        post = Post(own_sessions, story.keys, {ChannelName.SLACK: SlackChannel(client)}, settings, clock)
        await send_deliveries(post, now=OPENING)
        invited = len(slack.of(POST))
        await story.answer("Alice", 4)
        await send_deliveries(post, now=OPENING + timedelta(days=2))

    reminded = {message["channel"] for message in slack.of(POST)[invited:]}
    assert "UALICE" not in reminded
    assert len(reminded) == invited - 1
    async with own_sessions() as session:
        rows = (await session.scalars(select(Delivery).where(Delivery.kind == Kind.REMINDER))).all()
    assert len(rows) == invited, "no row is gone that would say who has answered"
    assert {(row.state, row.attempts, row.doubts, row.error, row.receipt) for row in rows} == {
        (DeliveryState.SENT, 1, 0, None, None)
    }
