"""The simulated Slack over real HTTP: Kept's kind of client on one side, a browser's forms on the other."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from litestar import Litestar, Request, Response, post
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from service.demo.server import free_port, serving
from service.demo.simulated_slack.interactions import Sender
from service.demo.simulated_slack.pages import Surroundings
from service.demo.simulated_slack.site import create_site, templates
from service.demo.simulated_slack.workspace import Channel, Member, Workspace

TOKEN, SECRET = "xoxb-simulated", "simulated-signing-secret"
MINA = Member("U1MINA", "Mina Okafor", "mina@osier.example", "Europe/Berlin", "Support")
GONE = Member("U2GONE", "Left Already", "left@osier.example", "Europe/Berlin", "", deleted=True)
SCALE = [
    {"text": {"type": "plain_text", "text": word}, "value": str(value)}
    for value, word in enumerate(("Strongly disagree", "Agree"), start=1)
]
BUTTON = {
    "type": "button",
    "action_id": "sheet.open.v1",
    "value": "place-1",
    "text": {"type": "plain_text", "text": "Answer, 1 minute"},
}
INVITATION = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*Support* is asked &lt;again&gt; &amp; again"}},
    {"type": "actions", "block_id": "ask", "elements": [BUTTON]},
]
MODAL = {
    "type": "modal",
    "callback_id": "sheet.v1",
    "title": {"type": "plain_text", "text": "Your pulse"},
    "submit": {"type": "plain_text", "text": "Send"},
    "notify_on_close": True,
    "blocks": [
        {
            "type": "input",
            "block_id": "PSY-01",
            "label": {"type": "plain_text", "text": "Saying so is fine."},
            "element": {"type": "radio_buttons", "action_id": "pick", "options": SCALE},
        }
    ],
}
THANKS = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Thank you"},
    "blocks": [{"type": "section", "text": {"type": "plain_text", "text": "It is sent."}}],
}


@dataclass
class Receiver:
    """Stands where an app's server stands: takes what Slack sends and answers as a test says."""

    verifier: SignatureVerifier = field(default_factory=lambda: SignatureVerifier(SECRET))
    received: list[dict[str, Any]] = field(default_factory=list)
    on_press: Callable[[dict[str, Any]], Any] | None = None
    reply: Any = b""
    status: int = 200

    async def take(self, request: Request[Any, Any, Any]) -> Response[Any]:
        body = await request.body()
        assert self.verifier.is_valid_request(body, dict(request.headers))
        if request.headers["content-type"].startswith("application/json"):
            payload = json.loads(body)
        else:
            fields = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            payload = json.loads(fields.pop("payload", '{"type": "command"}')) | fields
        self.received.append(payload)
        if payload["type"] == "block_actions" and self.on_press:
            await self.on_press(payload)
        kind = "text/plain" if isinstance(self.reply, bytes) else "application/json"
        return Response(self.reply, media_type=kind, status_code=self.status)


@dataclass
class Stage:
    """A running simulator, a visitor's browser, an SDK client, and the receiver."""

    workspace: Workspace
    receiver: Receiver
    browser: httpx.AsyncClient
    client: AsyncWebClient

    async def invite(self) -> str:
        answer = await self.client.chat_postMessage(channel=MINA.id, text="Support", blocks=INVITATION)
        return str(answer["ts"])

    async def press(self, ts: str) -> httpx.Response:
        fields = {"place": ts, "press": "ask|sheet.open.v1"}
        return await self.browser.post(f"/demo/slack/{MINA.id}/press", data=fields)

    async def open_modal(self, payload: dict[str, Any]) -> None:
        await self.client.views_open(trigger_id=payload["trigger_id"], view=MODAL)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    receiver = Receiver()

    @post("/slack/events", status_code=200)
    async def events(request: Request[Any, Any, Any]) -> Response[Any]:
        return await receiver.take(request)

    port = free_port()
    workspace = Workspace(lambda: datetime(2026, 3, 3, 9, 30, tzinfo=UTC))
    workspace.welcome([MINA, GONE])
    environment = templates()
    surroundings = Surroundings(
        sender=Sender(workspace, f"http://127.0.0.1:{port}/slack/events", SECRET),
        render=lambda name, **values: environment.get_template(name).render(values),
        link=lambda _member, url: url,
        groups=lambda: [("Support", [MINA])],
    )
    site = create_site(workspace, surroundings, token=TOKEN, extra=[events])
    assert isinstance(site, Litestar)
    async with (
        serving(site, port) as address,
        httpx.AsyncClient(base_url=address, follow_redirects=True, timeout=10) as browser,
    ):
        client = AsyncWebClient(TOKEN, base_url=f"{address}/demo/slack/api/", retry_handlers=[])
        yield Stage(workspace, receiver, browser, client)


class TestItsWebApi:
    async def test_a_message_to_a_member_opens_their_conversation_and_is_shown(self, stage: Stage):
        answer = await stage.client.chat_postMessage(channel=MINA.id, text="Support", blocks=INVITATION)
        page = await stage.browser.get(f"/demo/slack/{MINA.id}")

        assert answer["channel"] == "D1MINA"
        assert "<strong>Support</strong> is asked &lt;again&gt; &amp; again" in page.text
        assert "Answer, 1 minute" in page.text
        assert "10:30" in page.text  # the member's own zone

    async def test_an_update_needs_the_conversation_and_marks_the_message(self, stage: Stage):
        ts = await stage.invite()
        with pytest.raises(SlackApiError, match="channel_not_found"):
            await stage.client.chat_update(channel=MINA.id, ts=ts, text="closed")
        await stage.client.chat_update(channel="D1MINA", ts=ts, text="closed")
        with pytest.raises(SlackApiError, match="message_not_found"):
            await stage.client.chat_update(channel="D1MINA", ts="1.000000", text="closed")

        assert stage.workspace.messages(MINA.id)[0].edited

    async def test_strangers_wrong_tokens_and_unknown_methods_are_refused_in_slacks_words(
        self, stage: Stage
    ):
        with pytest.raises(SlackApiError, match="channel_not_found"):
            await stage.client.chat_postMessage(channel="U404", text="hello")
        with pytest.raises(SlackApiError, match="unknown_method"):
            await stage.client.api_call("dnd.info")
        with pytest.raises(SlackApiError, match="user_not_found"):
            await stage.client.users_info(user="U404")
        stage.client.token = "xoxb-wrong"
        with pytest.raises(SlackApiError, match="invalid_auth"):
            await stage.client.auth_test()

    async def test_a_message_to_someone_who_left_is_accepted_and_lost(self, stage: Stage):
        answer = await stage.client.chat_postMessage(channel=GONE.id, text="hello")

        assert answer["ok"]
        assert stage.workspace.messages(GONE.id) == []

    async def test_members_come_with_zone_and_locale(self, stage: Stage):
        one = await stage.client.users_info(user=MINA.id, include_locale=True)
        everybody = await stage.client.users_list()

        assert one["user"]["tz"] == "Europe/Berlin"
        assert one["user"]["locale"] == "en-GB"
        assert [member["deleted"] for member in everybody["members"]] == [False, True]

    @pytest.mark.parametrize(
        ("blocks", "why"),
        [
            ([{"type": "input", "label": {"type": "plain_text", "text": "x"}, "element": {}}], "modal"),
            ([{"type": "divider"}] * 51, "more than 50"),
            ([{"type": "surprise"}], "unknown block"),
            ([{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}], "3000"),
        ],
    )
    async def test_blocks_outside_slacks_limits_are_refused(
        self, stage: Stage, blocks: list[dict[str, Any]], why: str
    ):
        with pytest.raises(SlackApiError) as refused:
            await stage.client.chat_postMessage(channel=MINA.id, text="x", blocks=blocks)

        assert why in refused.value.response["response_metadata"]["messages"][0]

    async def test_a_trigger_opens_one_modal_within_three_seconds(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ):
        once, late = stage.workspace.make_trigger(MINA.id), stage.workspace.make_trigger(MINA.id)
        await stage.client.views_open(trigger_id=once, view=MODAL)
        with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
            await stage.client.views_open(trigger_id=once, view=MODAL)
        with pytest.raises(SlackApiError, match="invalid_trigger_id"):
            await stage.client.views_open(trigger_id="invented", view=MODAL)
        monkeypatch.setattr("service.demo.simulated_slack.workspace.TRIGGER_SECONDS", 0.0)
        with pytest.raises(SlackApiError, match="expired_trigger_id"):
            await stage.client.views_open(trigger_id=late, view=MODAL)


class TestWhatAMemberPresses:
    async def test_a_press_is_a_signed_request_that_may_open_a_modal(self, stage: Stage):
        stage.receiver.on_press = stage.open_modal
        page = await stage.press(await stage.invite())

        [payload] = stage.receiver.received
        assert payload["user"]["id"] == MINA.id
        assert payload["actions"][0]["value"] == "place-1"
        assert payload["container"]["type"] == "message"
        assert "<dialog" in page.text
        assert "Saying so is fine." in page.text

    async def test_a_modal_opened_after_the_answer_is_waited_for(self, stage: Stage):
        tasks = []

        async def later(payload: dict[str, Any]) -> None:
            async def soon() -> None:
                await asyncio.sleep(0.2)
                await stage.open_modal(payload)

            tasks.append(asyncio.create_task(soon()))

        stage.receiver.on_press = later
        page = await stage.press(await stage.invite())
        await asyncio.gather(*tasks)

        assert "<dialog" in page.text

    async def test_handing_in_sends_the_values_and_an_empty_answer_closes(self, stage: Stage):
        stage.receiver.on_press = stage.open_modal
        await stage.press(await stage.invite())
        page = await stage.browser.post(f"/demo/slack/{MINA.id}/submit", data={"PSY-01|pick": "2"})

        values = stage.receiver.received[-1]["view"]["state"]["values"]
        assert values["PSY-01"]["pick"]["selected_option"]["value"] == "2"
        assert "<dialog" not in page.text

    async def test_a_required_answer_left_out_is_asked_for_without_sending(self, stage: Stage):
        stage.receiver.on_press = stage.open_modal
        await stage.press(await stage.invite())
        page = await stage.browser.post(f"/demo/slack/{MINA.id}/submit", data={})

        assert "Please complete this required field." in page.text
        assert [each["type"] for each in stage.receiver.received] == ["block_actions"]

    async def test_errors_are_shown_at_their_question_and_keep_what_was_chosen(self, stage: Stage):
        stage.receiver.on_press = stage.open_modal
        await stage.press(await stage.invite())
        stage.receiver.reply = {"response_action": "errors", "errors": {"PSY-01": "This pulse is closed."}}
        page = await stage.browser.post(f"/demo/slack/{MINA.id}/submit", data={"PSY-01|pick": "2"})

        assert "This pulse is closed." in page.text
        assert 'value="2" checked' in page.text

    @pytest.mark.parametrize("how", ["update", "push"])
    async def test_a_reply_may_replace_or_add_a_modal(self, stage: Stage, how: str):
        stage.receiver.on_press = stage.open_modal
        await stage.press(await stage.invite())
        stage.receiver.reply = {"response_action": how, "view": THANKS}
        page = await stage.browser.post(f"/demo/slack/{MINA.id}/submit", data={"PSY-01|pick": "2"})

        assert "It is sent." in page.text
        assert len(stage.workspace.modals[MINA.id]) == (1 if how == "update" else 2)

    async def test_closing_tells_the_app_that_asked_and_hands_nothing_in(self, stage: Stage):
        stage.receiver.on_press = stage.open_modal
        await stage.press(await stage.invite())
        page = await stage.browser.post(f"/demo/slack/{MINA.id}/close", data={"PSY-01|pick": "2"})

        assert stage.receiver.received[-1]["type"] == "view_closed"
        assert stage.receiver.received[-1]["view"]["state"]["values"] == {}
        assert "<dialog" not in page.text

    async def test_an_answer_that_slack_does_not_understand_is_said(self, stage: Stage):
        stage.receiver.on_press = stage.open_modal
        await stage.press(await stage.invite())
        stage.receiver.reply = b"null"
        page = await stage.browser.post(f"/demo/slack/{MINA.id}/submit", data={"PSY-01|pick": "2"})

        assert "not one that Slack understands" in page.text

    async def test_home_is_published_when_it_is_opened(self, stage: Stage):
        tasks = []

        async def publish() -> None:
            home = {"type": "home", "blocks": INVITATION}
            await stage.client.views_publish(user_id=MINA.id, view=home)

        original = stage.receiver.take

        async def take(request: Request[Any, Any, Any]) -> Response[Any]:
            tasks.append(asyncio.create_task(publish()))
            return await original(request)

        stage.receiver.take = take  # type: ignore[method-assign] -- the receiver is ours to steer
        page = await stage.browser.get(f"/demo/slack/{MINA.id}/home")
        await asyncio.gather(*tasks)

        assert stage.receiver.received[0]["event"]["type"] == "app_home_opened"
        assert "Answer, 1 minute" in page.text

    async def test_a_command_is_signed_and_its_reply_is_for_one_person_and_one_look(self, stage: Stage):
        stage.receiver.reply = {"response_type": "ephemeral", "text": "*Settled* elsewhere."}
        page = await stage.browser.post(f"/demo/slack/{MINA.id}/say", data={"text": "/kept settings  "})
        again = await stage.browser.get(f"/demo/slack/{MINA.id}")

        sent = stage.receiver.received[-1]
        assert (sent["command"], sent["text"], sent["user_id"]) == ("/kept", "settings", MINA.id)
        assert "<strong>Settled</strong> elsewhere." in page.text
        assert "Only you see this" not in again.text

    async def test_only_commands_are_taken_where_the_app_takes_no_messages(self, stage: Stage):
        words = await stage.browser.post(f"/demo/slack/{MINA.id}/say", data={"text": "hello"})
        unknown = await stage.browser.post(f"/demo/slack/{MINA.id}/say", data={"text": "/keep retro"})

        assert "This app takes no messages." in words.text
        assert "/keep is not a command" in unknown.text
        assert stage.receiver.received == []

    async def test_what_is_said_in_a_channel_can_be_handed_to_the_app(self, stage: Stage):
        stage.workspace.add_channel(Channel("C1", "support", [MINA.id]))
        page = await stage.browser.post(
            f"/demo/slack/{MINA.id}/say", data={"tab": "channel", "text": "The rota came <late>."}
        )
        said = stage.workspace.memory.channels["C1"].messages[0]
        await stage.browser.post(
            f"/demo/slack/{MINA.id}/shortcut", data={"tab": "channel", "place": said.ts}
        )

        assert "The rota came &lt;late&gt;." in page.text
        sent = stage.receiver.received[-1]
        assert (sent["type"], sent["callback_id"]) == ("message_action", "retro_add")
        assert sent["message"] == {
            "type": "message", "ts": said.ts, "text": "The rota came <late>.", "user": MINA.id,
        }  # fmt: skip

    async def test_the_app_posts_to_a_channel(self, stage: Stage):
        stage.workspace.add_channel(Channel("C1", "support", [MINA.id]))
        answer = await stage.client.chat_postMessage(channel="C1", text="Agreed steps")
        await stage.client.chat_update(channel="C1", ts=answer["ts"], text="Two agreed steps")
        page = await stage.browser.get(f"/demo/slack/{MINA.id}/channel")

        assert answer["channel"] == "C1"
        assert "Two agreed steps" in page.text

    async def test_another_site_cannot_press_for_the_visitor(self, stage: Stage):
        answer = await stage.browser.post(
            f"/demo/slack/{MINA.id}/press", data={}, headers={"sec-fetch-site": "cross-site"}
        )

        assert answer.status_code == 403


def test_what_is_remembered_survives_a_restart(tmp_path: Path):
    before = Workspace(lambda: datetime(2026, 3, 3, tzinfo=UTC))
    before.welcome([MINA])
    before.post(MINA.id, "Support", INVITATION)
    before.save(tmp_path / "slack.json")
    after = Workspace(lambda: datetime(2026, 3, 3, tzinfo=UTC))
    after.load(tmp_path / "slack.json")

    assert after.memory == before.memory
