import logging
from uuid import UUID

import pytest

from integrations.channels import OutcomeKind
from integrations.slack.outgoing import client as module
from integrations.slack.outgoing.client import SlackClient, outcome_of_error
from integrations.slack.outgoing.introduction import introduce
from integrations.slack.outgoing.messages import Message
from tests.doubles.fault_proxy import Fault, FaultProxy

MESSAGE = Message("Hello", [{"type": "divider"}])
ID = UUID(int=7)
POST = "chat.postMessage"


@pytest.fixture
async def client(slack: FaultProxy):
    async with SlackClient("xoxb-of-the-tests", slack.base_url) as made:
        yield made


async def test_a_page_instead_of_slack_is_no_failure_of_ours(slack: FaultProxy):
    slack.next("auth.test", Fault.broken(502))

    said = await introduce("xoxb-of-the-tests", slack.base_url)

    assert said.error == "no answer of Slack's, http_502"


class TestPosting:
    async def test_a_message_goes_to_the_user_with_its_id_and_unfolds_nothing(
        self, client: SlackClient, slack: FaultProxy
    ):
        outcome = await client.post("U1", MESSAGE, ID)

        assert outcome.kind is OutcomeKind.SENT
        assert outcome.receipt == {"channel": "D1", "ts": "1.000100"}
        assert slack.of(POST) == [
            {
                "channel": "U1",
                "text": "Hello",
                "blocks": [{"type": "divider"}],
                "client_msg_id": str(ID),
                "unfurl_links": False,
                "unfurl_media": False,
            }
        ]

    @pytest.mark.parametrize(
        ("fault", "kind"),
        [
            (Fault(drop=True), OutcomeKind.AMBIGUOUS),
            (Fault.broken(500), OutcomeKind.AMBIGUOUS),
            (Fault.broken(503), OutcomeKind.AMBIGUOUS),
            (Fault(200, "<html>a proxy's page</html>"), OutcomeKind.AMBIGUOUS),
            (Fault.refused("fatal_error"), OutcomeKind.AMBIGUOUS),
            (Fault.refused("channel_not_found"), OutcomeKind.UNDELIVERABLE),
            (Fault.refused("invalid_blocks"), OutcomeKind.PARKED),
        ],
    )
    async def test_whatever_goes_wrong_is_an_outcome_and_the_message_is_posted_once(
        self, client: SlackClient, slack: FaultProxy, fault: Fault, kind: OutcomeKind
    ):
        slack.next(POST, fault)

        assert (await client.post("U1", MESSAGE, ID)).kind is kind
        assert len(slack.of(POST)) == 1

    async def test_being_told_to_wait_says_for_how_long(self, client: SlackClient, slack: FaultProxy):
        slack.next(POST, Fault.too_many(17))
        outcome = await client.post("U1", MESSAGE, ID)

        assert outcome.kind is OutcomeKind.FAILED_FOR_NOW
        assert outcome.retry_after == 17
        assert not outcome.whole_workspace

    async def test_a_slow_answer_leaves_the_message_in_doubt(
        self, client: SlackClient, slack: FaultProxy, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(module, "CALL_SECONDS", 0.2)
        slack.next(POST, Fault(delay=5))

        assert (await client.post("U1", MESSAGE, ID)).kind is OutcomeKind.AMBIGUOUS
        assert len(slack.of(POST)) == 1

    async def test_no_connection_means_that_nothing_was_sent(self):
        async with SlackClient("xoxb-t", "http://127.0.0.1:9/api/") as nowhere:
            outcome = await nowhere.post("U1", MESSAGE, ID)

        assert (outcome.kind, outcome.error) == (OutcomeKind.FAILED_FOR_NOW, "slack_unreachable")


class TestForms:
    async def test_a_form_that_does_not_open_in_time_is_dropped(
        self, client: SlackClient, slack: FaultProxy, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(module, "ACK_SECONDS", 0.2)
        slack.next("views.open", Fault(delay=5), Fault.refused("expired_trigger_id"))

        assert not await client.open_view("T1", {"type": "modal"})
        assert not await client.open_view("T1", {"type": "modal"})
        assert await client.open_view("T1", {"type": "modal"})


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("ratelimited", OutcomeKind.FAILED_FOR_NOW),
        ("rate_limited", OutcomeKind.FAILED_FOR_NOW),
        ("service_unavailable", OutcomeKind.AMBIGUOUS),
        ("internal_error", OutcomeKind.AMBIGUOUS),
        ("request_timeout", OutcomeKind.AMBIGUOUS),
        ("duplicate_message_not_found", OutcomeKind.AMBIGUOUS),
        ("duplicate_channel_not_found", OutcomeKind.AMBIGUOUS),
        ("message_limit_exceeded", OutcomeKind.FAILED_FOR_NOW),
        ("team_added_to_org", OutcomeKind.FAILED_FOR_NOW),
        ("org_login_required", OutcomeKind.FAILED_FOR_NOW),
        ("ekm_access_denied", OutcomeKind.FAILED_FOR_NOW),
        ("accesslimited", OutcomeKind.FAILED_FOR_NOW),
        ("enterprise_is_restricted", OutcomeKind.FAILED_FOR_NOW),
        ("two_factor_setup_required", OutcomeKind.FAILED_FOR_NOW),
        ("channel_not_found", OutcomeKind.UNDELIVERABLE),
        ("user_not_found", OutcomeKind.UNDELIVERABLE),
        ("user_disabled", OutcomeKind.UNDELIVERABLE),
        ("messages_tab_disabled", OutcomeKind.UNDELIVERABLE),
        ("restricted_action", OutcomeKind.UNDELIVERABLE),
        ("invalid_blocks_format", OutcomeKind.PARKED),
        ("invalid_arguments", OutcomeKind.PARKED),
        ("msg_too_long", OutcomeKind.PARKED),
        ("no_text", OutcomeKind.PARKED),
        ("metadata_too_large", OutcomeKind.PARKED),
        ("missing_scope", OutcomeKind.UNDELIVERABLE),
        ("token_expired", OutcomeKind.UNDELIVERABLE),
        ("invalid_auth", OutcomeKind.UNDELIVERABLE),
        ("token_revoked", OutcomeKind.UNDELIVERABLE),
        ("account_inactive", OutcomeKind.UNDELIVERABLE),
    ],
)
def test_every_error_of_the_table_has_its_outcome(error: str, kind: OutcomeKind):
    assert outcome_of_error(error).kind is kind


def test_only_errors_of_the_whole_workspace_pause_all_of_it():
    assert outcome_of_error("message_limit_exceeded").whole_workspace
    assert not outcome_of_error("ratelimited", status=429, retry_after=3).whole_workspace


async def test_no_level_of_logging_writes_a_body_or_a_token(
    client: SlackClient, slack: FaultProxy, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.DEBUG):
        slack.next(POST, Fault.refused("channel_not_found"))
        await client.post("U1", Message("a secret sentence", []), ID)

    assert "secret" not in caplog.text
    assert "xoxb" not in caplog.text
