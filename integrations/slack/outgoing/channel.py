"""Slack as a channel: a note becomes a direct message to one user id."""

from integrations.channels import Outcome, Outgoing, undeliverable
from integrations.language import Translator
from integrations.slack.outgoing.client import SlackClient
from integrations.slack.outgoing.messages import message_of
from integrations.trackers.draft import IssueDraft


class SlackChannel:
    """Sends direct messages in one workspace."""

    def __init__(self, client: SlackClient) -> None:
        self._client = client

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Send one note; see `Channel`."""
        if outgoing.slack_id is None or isinstance(outgoing.note, IssueDraft):
            return undeliverable("not_in_slack")
        message = message_of(outgoing.note, Translator(outgoing.locale), outgoing.zone)
        return await self._client.post(outgoing.slack_id, message, outgoing.message_id)
