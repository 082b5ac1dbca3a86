"""The ways to reach people that a process has by its settings. Most commands need none and load none."""

from integrations.channels import Channel
from integrations.environment import Settings
from integrations.mail import MailChannel
from integrations.slack.outgoing.channel import SlackChannel
from integrations.slack.outgoing.client import SlackClient
from integrations.trackers.channel import TrackerChannel, doors_of
from surveys.deliveries.models import ChannelName


def open_slack(settings: Settings) -> SlackClient | None:
    """Return the client of the configured workspace, or None. Whoever asked for it closes it."""
    if settings.slack_bot_token is None:
        return None
    return SlackClient(settings.slack_bot_token, settings.slack_api_url)


def open_mail(settings: Settings) -> MailChannel | None:
    """Return the way to the mail server, or None where none is configured."""
    if settings.smtp_url is None or settings.mail_from is None:
        return None
    return MailChannel(settings.smtp_url, settings.mail_from)


def channels_of(
    slack: SlackClient | None, mail: MailChannel | None, settings: Settings
) -> dict[ChannelName, Channel]:
    """Return every way to reach people that this installation has."""
    found: dict[ChannelName, Channel] = {}
    if slack is not None:
        found[ChannelName.SLACK] = SlackChannel(slack)
    if mail is not None:
        found[ChannelName.MAIL] = mail
    if doors := doors_of(settings):
        found[ChannelName.TRACKER] = TrackerChannel(doors)
    return found
