"""A closed board: its summary for a channel, shown first and posted once by a press; and files to keep."""

import csv
import html
import io
import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from litestar import Litestar
from sqlalchemy import select

from integrations.environment import Settings
from integrations.keystores import DirectoryKeyStore
from integrations.slack.outgoing.channel import SlackChannel
from integrations.slack.outgoing.client import SlackClient
from jobs.send_deliveries import Post, send_deliveries
from service.app import create_app
from surveys.commitments.steps import propose_step
from surveys.deliveries.models import ChannelName, Delivery
from surveys.people.models import Person
from surveys.retrospectives.actions import move_on, start_retrospective
from surveys.retrospectives.models import Card, CardGroup, Retrospective
from surveys.retrospectives.rules import Column, Names, Phase, Plan
from tests.boards import write_card
from tests.cast import Cast
from tests.conftest import Sessions
from tests.doubles.fault_proxy import Fault, FaultProxy
from tests.service.conftest import ADDRESS, Clock, SignedIn, submit

LINK = "https://example.slack.com/archives/C0RETRO77"
FORMULA = '=HYPERLINK("http://x","y")'


@pytest.fixture
async def app(
    settings: Settings, sessions: Sessions, keys: DirectoryKeyStore, clock: Clock, slack: FaultProxy
) -> AsyncIterator[Litestar]:
    slacked = replace(settings, slack_bot_token="xoxb-t", slack_signing_secret="s" * 32)
    async with SlackClient("xoxb-t", slack.base_url) as client:
        made = create_app(slacked, sessions=sessions, keys=keys, clock=clock, slack=client)
        yield made
        await made.state.ballot_box.stop()


@pytest.fixture
async def board(sessions: Sessions, keys: DirectoryKeyStore, cast: Cast, clock: Clock) -> UUID:
    """A closed board with names on cards, led by Bob: a group, a step, and a card like a formula."""
    now = clock()
    async with sessions.begin() as session:
        plan = Plan("Release 4", names=Names.SHOWN)
        made = await start_retrospective(
            session, keys, team_id=cast.payments.id, started_by=cast.bob.id, plan=plan, now=now
        )
        await move_on(session, keys, made.id, leaving=Phase.LOOK_BACK, person_id=None, now=now)
        for text in ("Staging *matched* <b>", "The rehearsal helped", FORMULA):
            await write_card(session, keys, made.id, cast.by_name["Chen"].id, text, Column.WENT_WELL)
        await move_on(session, keys, made.id, leaving=Phase.WRITE, person_id=None, now=now)
        group = CardGroup(retrospective_id=made.id, part="went_well", name="Practice", votes=None)
        session.add(group)
        await session.flush()
        for card in await session.scalars(select(Card).where(Card.text != FORMULA)):
            card.group_id = group.id
        for phase in (Phase.GROUP, Phase.VOTE):
            await move_on(session, keys, made.id, leaving=phase, person_id=None, now=now)
        await propose_step(
            session,
            made.id,
            person_id=cast.bob.id,
            text="Rehearse each release",
            owner_id=cast.bob.id,
            due=(now + timedelta(days=14)).date(),
            now=now,
        )
        await move_on(session, keys, made.id, leaving=Phase.DISCUSS, person_id=None, now=now)
    return made.id


async def send_all(
    sessions: Sessions, keys: DirectoryKeyStore, slack: FaultProxy, clock: Clock, *, later: int = 0
) -> None:
    settings = Settings(slack_messages_per_minute=60_000, base_url=ADDRESS)
    at = clock() + timedelta(seconds=later)
    async with SlackClient("xoxb-t", slack.base_url) as client:
        channels = {ChannelName.SLACK: SlackChannel(client)}
        await send_deliveries(Post(sessions, keys, channels, settings, lambda: at), now=at)


def words_on(page: httpx.Response) -> tuple[str, str]:
    """Return the fingerprint and the text that is shown as what would be posted."""
    quoted = re.search(r"<blockquote[^>]*>(.*?)</blockquote>", page.text, re.DOTALL)
    found = re.search(r'name="words" value="([0-9a-f]{64})"', page.text)
    assert quoted is not None
    assert found is not None
    plain = html.unescape(re.sub(r"<[^>]+>", "\n", quoted[1]))
    return found[1], " ".join(plain.split())


async def press(browser: httpx.AsyncClient, board: UUID, **more: str) -> httpx.Response:
    page = f"/retros/{board}/post"
    shown = await browser.get(page + ("?topics=1" if more.get("topics") == "1" else ""))
    words, _ = words_on(shown)
    return await submit(browser, page, page, {"channel": LINK, "words": words, "topics": "0"} | more)


async def test_exactly_what_was_shown_is_posted_once_to_the_channel_and_to_nobody_by_mail(
    signed_in: SignedIn, cast: Cast, board: UUID, sessions: Sessions, keys: DirectoryKeyStore,
    slack: FaultProxy, clock: Clock,
) -> None:  # fmt: skip
    bob = await signed_in(cast.bob)
    _, shown = words_on(await bob.get(f"/retros/{board}/post?topics=1"))
    for words in ("Release 4", "Rehearse each release", "Bob", "Practice"):
        assert words in shown
    for words in ("rehearsal helped", "HYPERLINK", "Chen"):
        assert words not in shown

    assert (await press(bob, board, topics="1")).status_code == 303
    await send_all(sessions, keys, slack, clock)
    await send_all(sessions, keys, slack, clock)

    (call,) = [one for one in slack.of("chat.postMessage") if one["channel"] == "C0RETRO77"]
    said = " ".join(re.findall(r'"text": "([^"]*)"', json.dumps(call["blocks"], ensure_ascii=False)))
    assert sorted(said.replace("\\n", " ").split()) == sorted(shown.split())
    page = await bob.get(f"/retros/{board}/post")
    assert "was posted to the channel" in page.text
    assert "Post it to this channel" not in page.text


async def test_who_neither_led_through_it_nor_leads_the_team_has_nothing_posted(
    signed_in: SignedIn, cast: Cast, board: UUID
) -> None:
    chen, lena = await signed_in(cast.by_name["Chen"]), await signed_in(cast.lena)

    assert (await chen.get(f"/retros/{board}/post")).status_code == 403
    assert f"/retros/{board}/post" not in (await chen.get(f"/retros/{board}")).text
    assert (await lena.get(f"/retros/{board}/post")).status_code == 200  # she leads the team
    assert (await (await signed_in(cast.helen)).get(f"/retros/{board}/post")).status_code == 404


async def test_a_channel_without_kept_is_said_and_the_next_press_posts(
    signed_in: SignedIn, cast: Cast, board: UUID, sessions: Sessions, keys: DirectoryKeyStore,
    slack: FaultProxy, clock: Clock,
) -> None:  # fmt: skip
    bob = await signed_in(cast.bob)
    assert (await press(bob, board, channel="general")).status_code == 422
    slack.next("chat.postMessage", Fault.refused("not_in_channel"))
    await press(bob, board)
    await send_all(sessions, keys, slack, clock)
    assert "Invite it there with /invite" in (await bob.get(f"/retros/{board}/post")).text

    assert (await press(bob, board)).status_code == 303
    await send_all(sessions, keys, slack, clock)

    assert len(slack.of("chat.postMessage")) == 2
    assert "was posted to the channel" in (await bob.get(f"/retros/{board}/post")).text
    async with sessions() as session:
        kinds = await session.scalars(select(Delivery.channel).where(Delivery.kind == "retro_summary"))
        assert set(kinds) == {ChannelName.SLACK}


async def test_words_that_changed_since_they_were_shown_are_not_posted(
    signed_in: SignedIn, cast: Cast, board: UUID, sessions: Sessions, keys: DirectoryKeyStore,
    slack: FaultProxy, clock: Clock,
) -> None:  # fmt: skip
    bob = await signed_in(cast.bob)
    wrong = await press(bob, board, words="ab" * 32)
    assert wrong.status_code == 422
    assert "have changed since you looked" in wrong.text
    await press(bob, board)
    async with sessions.begin() as session:
        (await session.get_one(Person, cast.bob.id)).name = "Robert"

    await send_all(sessions, keys, slack, clock)

    assert slack.of("chat.postMessage") == []
    assert "Read the words again" in (await bob.get(f"/retros/{board}/post")).text


async def test_the_files_hold_what_was_said_and_agreed_and_never_who_wrote_a_card(
    signed_in: SignedIn, cast: Cast, board: UUID
) -> None:
    alice = await signed_in(cast.alice)

    text = (await alice.get(f"/retros/{board}/summary.md")).text
    assert text.startswith("# Release 4\n")
    assert "**Practice**" in text
    assert r"Staging \*matched\* \<b\>" in text

    table = await alice.get(f"/retros/{board}/summary.csv")
    rows = [*csv.DictReader(io.StringIO(table.content.decode("utf-8-sig")))]
    assert [row["text"] for row in rows if row["kind"] == "step"] == ["Rehearse each release"]
    assert f"'{FORMULA}" in [row["text"] for row in rows]
    assert {row["topic"] for row in rows if row["kind"] == "card"} == {"", "Practice"}

    pdf = await alice.get(f"/retros/{board}/summary.pdf")
    assert pdf.content.startswith(b"%PDF-")
    assert 'filename="retrospective-' in pdf.headers["content-disposition"]
    assert "Chen" not in text + table.text


async def test_an_open_board_has_no_files_and_an_outsider_none_at_all(
    signed_in: SignedIn, cast: Cast, board: UUID, sessions: Sessions
) -> None:
    outside = await signed_in(cast.helen)
    assert (await outside.get(f"/retros/{board}/summary.pdf")).status_code == 404
    async with sessions.begin() as session:
        row = await session.get_one(Retrospective, board)
        row.phase, row.closed_at = Phase.DISCUSS, None
    assert (await (await signed_in(cast.bob)).get(f"/retros/{board}/summary.md")).status_code == 409


async def test_a_connection_that_drops_after_the_message_was_read_posts_it_twice_at_most(
    signed_in: SignedIn, cast: Cast, board: UUID, sessions: Sessions, keys: DirectoryKeyStore,
    slack: FaultProxy, clock: Clock,
) -> None:  # fmt: skip
    bob = await signed_in(cast.bob)
    await press(bob, board)
    slack.next("chat.postMessage", Fault(drop=True))
    await send_all(sessions, keys, slack, clock)
    assert "did not say whether the summary arrived" in (await bob.get(f"/retros/{board}/post")).text

    for seconds in (61, 122):
        await send_all(sessions, keys, slack, clock, later=seconds)

    calls = slack.of("chat.postMessage")
    assert len(calls) == 2
    assert len({call["client_msg_id"] for call in calls}) == 1
