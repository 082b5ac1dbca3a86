"""Slack's one route, spoken to with signed bodies; what Kept calls back is recorded by a double."""

import json
import time
from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

import httpx
import pytest
from litestar import Litestar
from sqlalchemy import event, func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from integrations.environment import Settings
from integrations.keystores import DirectoryKeyStore
from integrations.slack.pulse.forms import sheet_callback
from service.app import create_app
from surveys.ballots.models import OpenBallot, OpenRemark
from surveys.ballots.queries import blank_sheet
from surveys.deliveries.models import Delivery, Kind
from surveys.people.models import Person
from surveys.waves.models import Place, Wave
from tests.cast import Cast
from tests.doubles.fault_proxy import Fault, FaultProxy
from tests.service import slack_workspace
from tests.service.conftest import ADDRESS, Clock, place_of
from tests.service.slack_workspace import FORM, View, Workspace

app, workspace = slack_workspace.app, slack_workspace.workspace  # the fixtures


@pytest.fixture
async def place(sessions: async_sessionmaker[AsyncSession], wave: Wave, cast: Cast) -> UUID:
    """Alice's."""
    async with sessions() as session:
        return await place_of(session, wave, cast.alice)


async def opened(workspace: Workspace, slack: FaultProxy, person: Person, place: UUID) -> View:
    reply = await workspace.press(person, "sheet.open.v1", place.hex)
    assert (reply.status_code, reply.content) == (200, b"")
    view: View = slack.of("views.open")[-1]["view"]
    return view


def questions(view: View) -> list[View]:
    return [block for block in view["blocks"] if block["type"] == "input"]


class TestTheDoor:
    async def test_it_says_the_same_with_and_without_the_framework_before_it(
        self, app: Litestar, workspace: Workspace
    ):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ADDRESS) as browser:
            behind = Workspace(browser)
            for body in (b"ssl_check=1", b"hello=1", b"x" * (1024 * 1024 + 1)):
                ahead, other = await workspace.post(body), await behind.post(body)
                assert (ahead.status_code, ahead.content) == (other.status_code, other.content)
                assert dict(ahead.headers) == dict(other.headers)
            assert (await workspace.browser.get("/slack/events")).status_code == 405
            assert (await workspace.browser.get("/health")).status_code == 200

    async def test_what_fails_on_our_side_is_a_500_without_a_word(
        self, app: Litestar, workspace: Workspace, wave: Wave, cast: Cast, place: UUID
    ):
        async def fails(_sheet: object) -> None:
            raise RuntimeError("with something of a person in it")

        app.state.ballot_box.put = fails
        reply = await workspace.interact(
            type="view_submission",
            user={"id": cast.alice.slack_id},
            view={"callback_id": sheet_callback(wave.id, "en", "UTC"), "private_metadata": place.hex},
        )

        assert (reply.status_code, reply.content) == (500, b"")
        assert "content-security-policy" in reply.headers

    @pytest.mark.parametrize(
        "wrong",
        [
            {"secret": "another secret"},
            {"stamp": "12"},
            {"stamp": "not a number"},
            {"stamp": ""},
            {"signature": "v0=ümlaut"},
            {"signature": "v0=00"},
        ],
    )
    async def test_what_slack_did_not_sign_is_turned_away_without_a_reason(
        self, workspace: Workspace, wrong: dict[str, str]
    ):
        reply = await workspace.post(b"ssl_check=1", **wrong)

        assert (reply.status_code, reply.content) == (401, b"")

    async def test_bytes_that_are_no_text_are_turned_away_too(self, workspace: Workspace):
        reply = await workspace.browser.post(
            "/slack/events",
            content=b"\xff\xfe",
            headers={
                "x-slack-request-timestamp": str(int(time.time())),
                "x-slack-signature": "v0=1",
                "content-type": FORM,
            },
        )

        assert reply.status_code == 401

    async def test_a_body_of_more_than_a_mebibyte_is_refused(self, workspace: Workspace):
        assert (await workspace.post(b"x" * (1024 * 1024 + 1))).status_code in (401, 413)

    async def test_whoever_asks_otherwise_than_slack_is_told_how(self, workspace: Workspace):
        reply = await workspace.browser.get("/slack/events")

        assert (reply.status_code, reply.headers["allow"]) == (405, "POST")

    async def test_signed_nonsense_is_a_400(self, workspace: Workspace):
        assert (await workspace.post(b"hello=1")).status_code == 400
        assert (await workspace.post(b"payload=%7Bno")).status_code == 400
        assert (await workspace.post(b"{", "application/json")).status_code == 400

    @pytest.mark.parametrize("callback", ["sheet.v1:no:en", "words.v1", "put_off.v1"])
    @pytest.mark.parametrize("fields", [{}, {"how_long": {"a": {"value": "words"}}}])
    async def test_a_form_that_belongs_to_nothing_is_told_so_in_words(
        self, workspace: Workspace, cast: Cast, callback: str, fields: dict[str, dict[str, object]]
    ):
        view = {"callback_id": callback, "private_metadata": "no place", "state": {"values": fields}}
        sender = {"id": cast.alice.slack_id}
        reply = await workspace.interact(type="view_submission", user=sender, view=view)

        assert reply.status_code == 200
        assert "nothing was stored" in reply.text

    async def test_slack_can_check_the_address_and_the_certificate(self, workspace: Workspace):
        body = b'{"type":"url_verification","challenge":"abc","token":"old"}'
        reply = await workspace.post(body, "application/json; charset=utf-8")

        assert (reply.status_code, reply.content) == (200, b"abc")
        assert (await workspace.post(b"ssl_check=1&token=old")).content == b""

    async def test_what_kept_does_not_handle_is_taken_with_an_empty_reply(self, workspace: Workspace):
        for body in (
            b'{"type":"app_rate_limited","minute_rate_limited":1}',
            b'{"type":"event_callback","event_id":"E1","event":{"type":"user_change","user":{"id":"U"}}}',
        ):
            reply = await workspace.post(body, "application/json")
            assert (reply.status_code, reply.content) == (200, b"")
        for kind in ("view_closed", "shortcut"):
            assert (await workspace.interact(type=kind, user={"id": "U"}, view={})).content == b""


class TestAnswering:
    async def test_the_button_opens_a_blank_sheet_with_the_promise_and_a_web_link(
        self, workspace: Workspace, slack: FaultProxy, cast: Cast, place: UUID
    ):
        view = await opened(workspace, slack, cast.alice, place)
        promise = view["blocks"][0]["text"]["text"]

        assert len(promise.split()) <= 40
        assert "Ada and Grace of IT could technically" in promise
        assert len(questions(view)) == 6
        assert all(block["optional"] for block in questions(view))
        assert {len(block["element"]["options"]) for block in questions(view)} == {6}
        assert "initial_option" not in json.dumps(view)
        assert view["private_metadata"] == place.hex
        assert f"{ADDRESS}/answer/" in json.dumps(view)

    async def test_sending_stores_the_answers_and_thanks(
        self,
        workspace: Workspace,
        slack: FaultProxy,
        cast: Cast,
        place: UUID,
        sessions: async_sessionmaker[AsyncSession],
    ):
        view = await opened(workspace, slack, cast.alice, place)
        reply = await workspace.send(
            cast.alice, view, {block["block_id"]: "4" for block in questions(view)}
        )
        said = reply.json()

        assert reply.headers["content-type"] == "application/json"
        assert said["response_action"] == "update"
        assert said["view"]["private_metadata"] == place.hex
        assert "until Friday 6 March, " in json.dumps(said)
        async with sessions() as session:
            assert await session.scalar(select(func.count()).select_from(OpenBallot)) == 3

    async def test_sending_twice_and_changing_ones_mind_leave_one_sheet(
        self,
        workspace: Workspace,
        slack: FaultProxy,
        cast: Cast,
        place: UUID,
        sessions: async_sessionmaker[AsyncSession],
    ):
        view = await opened(workspace, slack, cast.alice, place)
        first = {block["block_id"]: "4" for block in questions(view)}
        replies = [await workspace.send(cast.alice, view, first) for _ in range(2)]
        replies.append(await workspace.send(cast.alice, view, {}))

        assert {reply.json()["response_action"] for reply in replies} == {"update"}
        async with sessions() as session:
            assert await session.scalar(select(func.count()).select_from(OpenBallot)) == 3

    async def test_answering_calls_nothing_and_writes_nothing_but_ballots(
        self,
        workspace: Workspace,
        slack: FaultProxy,
        cast: Cast,
        place: UUID,
        sessions: async_sessionmaker[AsyncSession],
    ):
        view = await opened(workspace, slack, cast.alice, place)
        calls = len(slack.calls)
        written: list[str] = []

        async with sessions() as session:
            connection = (await session.connection()).sync_connection
        assert connection is not None

        def remember(*arguments: object) -> None:
            statement = str(arguments[2])
            if statement.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE"):
                written.append(statement)

        event.listen(connection.engine, "before_cursor_execute", remember)
        try:
            await workspace.send(cast.alice, view, {block["block_id"]: "2" for block in questions(view)})
        finally:
            event.remove(connection.engine, "before_cursor_execute", remember)

        assert written
        assert all("open_ballot" in statement for statement in written)
        assert len(slack.calls) == calls

    async def test_a_button_works_for_its_own_person_only(
        self, workspace: Workspace, slack: FaultProxy, cast: Cast, place: UUID
    ):
        view = await opened(workspace, slack, cast.bob, place)
        assert questions(view) == []

        own = await opened(workspace, slack, cast.alice, place)
        reply = await workspace.send(cast.bob, own, {questions(own)[0]["block_id"]: "1"})
        assert reply.status_code == 200
        assert reply.json()["response_action"] == "errors"

    async def test_a_sheet_sent_after_the_close_is_refused_in_words_beside_a_question(
        self, workspace: Workspace, slack: FaultProxy, cast: Cast, place: UUID, wave: Wave, clock: Clock
    ):
        view = await opened(workspace, slack, cast.alice, place)
        clock.now = wave.closes_at + timedelta(seconds=1)
        reply = await workspace.send(cast.alice, view, {questions(view)[0]["block_id"]: "1"})

        assert reply.status_code == 200
        refused = reply.json()
        assert refused["response_action"] == "errors"
        assert list(refused["errors"]) == [questions(view)[0]["block_id"]]
        assert "closed" in next(iter(refused["errors"].values()))

    async def test_a_late_press_opens_a_form_that_says_so(
        self, workspace: Workspace, slack: FaultProxy, cast: Cast, place: UUID, wave: Wave, clock: Clock
    ):
        clock.now = wave.closes_at
        view = await opened(workspace, slack, cast.alice, place)

        assert questions(view) == []
        assert "closed" in json.dumps(view)

    async def test_an_answer_outside_the_choices_is_refused_beside_its_question(
        self, workspace: Workspace, slack: FaultProxy, cast: Cast, place: UUID
    ):
        view = await opened(workspace, slack, cast.alice, place)
        second = questions(view)[1]["block_id"]

        assert list((await workspace.send(cast.alice, view, {second: "9"})).json()["errors"]) == [second]

    async def test_answering_again_shows_the_sheet_blank_in_the_same_form(
        self, workspace: Workspace, slack: FaultProxy, cast: Cast, place: UUID
    ):
        view = await opened(workspace, slack, cast.alice, place)
        await workspace.send(cast.alice, view, {block["block_id"]: "5" for block in questions(view)})
        await workspace.press(
            cast.alice, "sheet.open.v1", place.hex, view={"id": "V9", "type": "modal", "callback_id": "x"}
        )

        assert slack.of("views.update")[0]["view_id"] == "V9"
        assert slack.of("views.update")[0]["view"]["blocks"][3:] == view["blocks"][3:]

    async def test_no_reply_and_no_call_repeats_an_answer(
        self, workspace: Workspace, slack: FaultProxy, cast: Cast, place: UUID
    ):
        view = await opened(workspace, slack, cast.alice, place)
        replies = {
            (
                await workspace.send(
                    cast.alice, view, {block["block_id"]: choice for block in questions(view)}
                )
            ).content
            for choice in "12345"
        }

        assert len(replies) == 1

    async def test_a_form_that_cannot_open_leaves_the_person_to_press_again(
        self, workspace: Workspace, slack: FaultProxy, cast: Cast, place: UUID
    ):
        slack.next("views.open", Fault.refused("expired_trigger_id"))

        assert (await workspace.press(cast.alice, "sheet.open.v1", place.hex)).content == b""

    async def test_buttons_of_unknown_kind_or_without_a_place_do_nothing(
        self, workspace: Workspace, slack: FaultProxy, cast: Cast, place: UUID
    ):
        await workspace.press(cast.alice, "link.v1", "")
        await workspace.press(cast.alice, "sheet.open.v1", "no place")
        await workspace.press(cast.alice, "unknown", place.hex)

        assert slack.calls == []


class TestPrivacy:
    async def test_what_could_give_me_away_opens_on_top_with_the_waves_own_rules(
        self, workspace: Workspace, slack: FaultProxy, cast: Cast, place: UUID
    ):
        await workspace.press(cast.alice, "privacy.open.v1", place.hex, view={"id": "V1", "type": "modal"})
        shown = json.dumps(slack.of("views.push")[0]["view"])

        assert "In a small team people guess" in shown
        assert "Ada and Grace of IT" in shown


class TestNotNow:
    async def choose(
        self, workspace: Workspace, slack: FaultProxy, person: Person, place: UUID, choice: str
    ) -> View:
        await workspace.press(person, "put_off.open.v1", place.hex, view={"id": "V1", "type": "modal"})
        view = slack.of("views.push")[-1]["view"]
        said: View = (await workspace.send(person, view, {"how_long": choice})).json()
        return said

    async def test_it_can_be_put_off_until_later(
        self,
        workspace: Workspace,
        slack: FaultProxy,
        cast: Cast,
        place: UUID,
        sessions: async_sessionmaker[AsyncSession],
        clock: Clock,
    ):
        said = await self.choose(workspace, slack, cast.alice, place, "later_today")

        assert said["response_action"] == "update"
        async with sessions() as session:
            row = (await session.scalars(select(Delivery).where(Delivery.kind == Kind.SNOOZED))).one()
        assert row.due_at == clock.now + timedelta(hours=3)

    async def test_it_is_not_put_off_past_the_close(
        self, workspace: Workspace, slack: FaultProxy, cast: Cast, place: UUID, wave: Wave, clock: Clock
    ):
        clock.now = wave.closes_at - timedelta(hours=1)
        said = await self.choose(workspace, slack, cast.alice, place, "tomorrow")

        assert list(said["errors"]) == ["how_long"]

    async def test_skipping_stops_reminders_of_ones_own_place_only(
        self,
        workspace: Workspace,
        slack: FaultProxy,
        cast: Cast,
        place: UUID,
        sessions: async_sessionmaker[AsyncSession],
    ):
        await self.choose(workspace, slack, cast.bob, place, "skip")
        async with sessions() as session:
            assert not (await session.get_one(Place, place)).skipped

        await self.choose(workspace, slack, cast.alice, place, "skip")
        async with sessions() as session:
            assert (await session.get_one(Place, place)).skipped


class TestHome:
    async def look(self, workspace: Workspace, slack: FaultProxy, user: str, event_id: str) -> View:
        body = {
            "type": "event_callback",
            "event_id": event_id,
            "event": {"type": "app_home_opened", "user": user, "tab": "home"},
        }
        reply = await workspace.post(json.dumps(body).encode(), "application/json")
        assert reply.content == b""
        shown: View = slack.of("views.publish")[-1]
        return shown

    async def test_it_says_what_is_open_and_whether_mine_is_in(
        self, workspace: Workspace, slack: FaultProxy, cast: Cast, place: UUID
    ):
        before = json.dumps(await self.look(workspace, slack, "UALICE", "E1"))
        view = await opened(workspace, slack, cast.alice, place)
        await workspace.send(cast.alice, view, {})
        after = json.dumps(await self.look(workspace, slack, "UALICE", "E2"))

        assert "Answer, 1 minute" in before
        assert "Yours is in" not in before
        assert "Yours is in" in after
        assert "Payments" in after
        assert "There are no results yet." in after

    async def test_an_event_that_comes_twice_is_shown_once(
        self, workspace: Workspace, slack: FaultProxy, wave: Wave
    ):
        await self.look(workspace, slack, "UALICE", "E1")
        await self.look(workspace, slack, "UALICE", "E1")

        assert len(slack.of("views.publish")) == 1

    async def test_somebody_kept_does_not_know_reads_so(self, workspace: Workspace, slack: FaultProxy):
        shown = await self.look(workspace, slack, "USTRANGER", "E1")

        assert "does not know you" in json.dumps(shown)


class TestCommand:
    async def test_it_opens_what_is_open(self, workspace: Workspace, slack: FaultProxy, place: UUID):
        body = urlencode({"command": "/kept", "user_id": "UALICE", "trigger_id": "T1"}).encode()

        assert (await workspace.post(body)).content == b""
        assert slack.of("views.open")[0]["view"]["private_metadata"] == place.hex

    async def test_it_says_so_when_nothing_is(self, workspace: Workspace, cast: Cast):
        body = urlencode({"command": "/kept", "user_id": "UALICE", "trigger_id": "T1"}).encode()
        said = (await workspace.post(body)).json()

        assert said["response_type"] == "ephemeral"
        assert "Nothing is open" in said["text"]


async def test_without_a_workspace_the_route_does_not_exist(
    settings: Settings,
    sessions: async_sessionmaker[AsyncSession],
    keys: DirectoryKeyStore,
    clock: Clock,
):
    bare = create_app(settings, sessions=sessions, keys=keys, clock=clock)
    transport = httpx.ASGITransport(bare)
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as browser:
        assert (await browser.post("/slack/events", content=b"")).status_code == 404


async def test_the_order_of_questions_is_the_persons_own_and_stays(
    sessions: async_sessionmaker[AsyncSession], keys: DirectoryKeyStore, place: UUID, clock: Clock
):
    async with sessions() as session:
        first = await blank_sheet(session, keys, place, now=clock.now)
        second = await blank_sheet(session, keys, place, now=clock.now)

    assert first == second


class TestOwnWords:
    async def form(self, workspace: Workspace, slack: FaultProxy, person: Person, place: UUID) -> View:
        thanks = {"id": "V1", "type": "modal"}
        reply = await workspace.press(person, "words.open.v1", place.hex, view=thanks)
        assert (reply.status_code, reply.content) == (200, b"")
        view: View = slack.of("views.update")[-1]["view"]
        return view

    async def send(self, workspace: Workspace, person: Person, view: View, words: str) -> View:
        values = {
            "words": {"words.text.v1": {"type": "plain_text_input", "value": words}},
            "kind": {"words.kind.v1": {"type": "radio_buttons", "selected_option": {"value": "words"}}},
            "theme": {"words.theme.v1": {"type": "radio_buttons", "selected_option": None}},
        }
        reply = await workspace.interact(
            type="view_submission",
            user={"id": person.slack_id},
            view={
                "id": "V1",
                "callback_id": view["callback_id"],
                "private_metadata": view["private_metadata"],
                "state": {"values": values},
            },
        )
        said: View = reply.json()
        return said

    async def test_the_open_question_follows_the_sheet_and_is_sent_by_itself(
        self,
        workspace: Workspace,
        slack: FaultProxy,
        cast: Cast,
        place: UUID,
        sessions: async_sessionmaker[AsyncSession],
    ):
        sheet = await opened(workspace, slack, cast.alice, place)
        thanks = (await workspace.send(cast.alice, sheet, {})).json()["view"]
        assert "What made it easier to speak up lately?" in json.dumps(thanks)

        view = await self.form(workspace, slack, cast.alice, place)
        reply = await self.send(workspace, cast.alice, view, "Decisions get lost between meetings.")

        assert "It is in, and sealed" in json.dumps(reply)
        async with sessions() as session:
            assert await session.scalar(select(func.count()).select_from(OpenRemark)) == 1

    async def test_what_stands_out_is_named_once_and_stored_when_sent_again(
        self,
        workspace: Workspace,
        slack: FaultProxy,
        cast: Cast,
        place: UUID,
        sessions: async_sessionmaker[AsyncSession],
    ):
        words = "As the only tester I told Lena."
        view = await self.form(workspace, slack, cast.alice, place)
        again = (await self.send(workspace, cast.alice, view, words))["view"]
        shown = json.dumps(again, ensure_ascii=False)
        assert "“Lena” is a name." in shown
        assert again["blocks"][2]["element"]["initial_value"] == words
        async with sessions() as session:
            assert await session.scalar(select(func.count()).select_from(OpenRemark)) == 0

        reply = await self.send(workspace, cast.alice, again, words)

        assert "It is in, and sealed" in json.dumps(reply)

    async def test_words_of_harm_bring_help_and_nothing_is_refused(
        self, workspace: Workspace, slack: FaultProxy, cast: Cast, place: UUID
    ):
        view = await self.form(workspace, slack, cast.alice, place)
        again = (await self.send(workspace, cast.alice, view, "She threatened me."))["view"]

        assert "These people can help now." in json.dumps(again)
        assert "It is in" in json.dumps(await self.send(workspace, cast.alice, again, "She threatened me."))

    async def test_a_small_unit_is_led_to_the_mailbox_by_a_plain_link(
        self,
        workspace: Workspace,
        slack: FaultProxy,
        cast: Cast,
        wave: Wave,
        sessions: async_sessionmaker[AsyncSession],
    ):
        hugo = cast.by_name["Hugo"]
        async with sessions() as session:
            place = await place_of(session, wave, hugo)
        view = await self.form(workspace, slack, hugo, place)

        assert f"/mailbox/to/{cast.organisation.id}|Use a mailbox>" in json.dumps(view)
        assert not questions(view)

    async def test_nobody_else_can_write_in_a_place(
        self, workspace: Workspace, slack: FaultProxy, cast: Cast, place: UUID
    ):
        view = await self.form(workspace, slack, cast.alice, place)
        reply = await self.send(workspace, cast.bob, view, "Plain words.")

        assert reply["response_action"] == "errors"
