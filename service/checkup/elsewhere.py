"""What `kept doctor` asks elsewhere: whether Slack, the mail server and the trackers let us in."""

from integrations.environment import Settings
from integrations.mail import MailChannel
from integrations.slack.outgoing.introduction import introduce
from integrations.trackers.channel import TrackerChannel, doors_of
from service.checkup.here import Finding


async def of_slack(settings: Settings) -> list[Finding]:
    """Return whether the token is accepted and may do what is needed."""
    if settings.slack_bot_token is None:
        return [Finding("ok", "slack", "not used")]
    said = await introduce(settings.slack_bot_token, settings.slack_api_url)
    if said.error is not None:
        return [Finding("fail", "slack", f"{settings.slack_api_url} does not let us in: {said.error}")]
    if said.lacks:
        return [
            Finding("fail", "slack", f"{said.workspace}: the app lacks {', '.join(sorted(said.lacks))}")
        ]
    if said.could_use:
        missing = ", ".join(sorted(said.could_use))
        less = f"{said.workspace}: without {missing} /kept and Add to retro are missing"
        return [Finding("warn", "slack", less)]
    known = "" if said.scopes is not None else "; the API does not say what the token may do"
    return [Finding("ok", "slack", f"workspace {said.workspace}{known}")]


async def of_mail(mail: MailChannel | None) -> list[Finding]:
    """Return whether the mail server lets us in."""
    if mail is None:
        return [Finding("ok", "mail", "not used")]
    outcome = await mail.greet()
    if outcome.error is not None:
        return [Finding("fail", "mail", f"the mail server did not let us in: {outcome.error}")]
    return [Finding("ok", "mail", "the mail server lets us in")]


async def of_trackers(settings: Settings) -> list[Finding]:
    """Return whether the tools in which steps become issues let us in; nothing for those not used."""
    doors = doors_of(settings)
    channel = TrackerChannel(doors)
    found = []
    for source, door in doors.items():
        wrong = await channel.greet(source)
        if wrong is None:
            found.append(Finding("ok", source, f"{door.address} lets us in"))
        else:
            found.append(Finding("fail", source, f"{door.address} does not let us in: {wrong}"))
    return found
