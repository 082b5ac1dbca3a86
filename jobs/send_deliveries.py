"""Sends what is due: claim, call, settle, in three steps, so that no transaction is open during a call.

A crash between claim and settle leaves a row `sending`; the sweep puts it in doubt, and it is tried once
more with the same id, then left alone. Each channel has a lane of its own in which one message is in
flight at a time, so a kill can double one message a lane and lose none.
"""

import logging
from asyncio import gather, sleep
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from integrations.channels import Channel, Outcome, OutcomeKind, failed_for_now, parked, sent, undeliverable
from integrations.environment import Settings
from jobs.notes import NothingToSay, outgoing_for
from surveys.ballots.keys import KeyStore
from surveys.deliveries.actions import schedule
from surveys.deliveries.claims import (
    claim_due_delivery,
    drop_delivery,
    is_resting,
    mail_takes_over,
    settle_delivery,
    sweep,
)
from surveys.deliveries.late import settle_late
from surveys.deliveries.models import ChannelName, Delivery, DeliveryState, Kind
from surveys.deliveries.pace import ANY_METHOD, pause_calls, pause_left, reserve_call
from surveys.deliveries.rules import Planned
from surveys.milestones.issues import note_issue

WORKSPACE = "slack"  # one workspace is configured by settings
METHOD = "chat.postMessage"
LONGEST_WAIT = 90.0  # seconds a run waits for the pace or a pause; after that the next run goes on
DISCONNECTED_PAUSE = 300.0  # seconds between tries while Slack does not know the app and there is no mail
RUN_LASTS = timedelta(seconds=60)  # then the next run sees what became due, and sweeps

log = logging.getLogger("kept.deliveries")


def real_clock() -> datetime:
    """Return the present instant, whatever time a command pretends."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Post:
    """What sending needs: the database, keys for personal links, the channels there are, the settings."""

    sessions: async_sessionmaker[AsyncSession]
    keys: KeyStore
    channels: Mapping[ChannelName, Channel]
    settings: Settings
    clock: Callable[[], datetime] = real_clock
    steady: bool = True  # whether this clock stays; one run alone may be the last for days

    @property
    def lanes(self) -> Sequence[ChannelName]:
        """The queues to work on; where there is mail, what Slack left in doubt or refused goes by it."""
        if ChannelName.MAIL in self.channels:
            return tuple(ChannelName)
        return tuple(self.channels)

    @property
    def unknown_retry(self) -> timedelta:
        """How long a message in doubt waits for its one more try."""
        return timedelta(seconds=self.settings.slack_unknown_retry_seconds)


async def send_deliveries(post: Post, *, now: datetime) -> int:
    """Send everything that is due at `now`; return how many messages were tried.

    Pace and pauses run on the real clock. A run ends after a minute of sending, and before a wait of more
    than a minute and a half; what is left stays due for the next.
    """
    async with post.sessions.begin() as session:
        lost = await sweep(session, at=post.clock(), unknown_retry=post.unknown_retry)
        await settle_late(session, now=now, steady=post.steady)
        if ChannelName.SLACK not in post.channels and ChannelName.MAIL in post.channels:
            await mail_takes_over(session, now=now)
    if lost:
        log.warning("%d messages were in flight when a worker ended; each is tried once more", lost)
    until = post.clock() + RUN_LASTS
    lanes = (_send_by(post, name, now, until) for name in post.lanes)
    tried = sum(await gather(*lanes))
    # What Slack could not deliver was handed to mail while the mail lane may have ended already.
    if tried and ChannelName.MAIL in post.channels:
        tried += await _send_by(post, ChannelName.MAIL, now, until)
    return tried


async def _send_by(post: Post, channel: ChannelName, now: datetime, until: datetime) -> int:
    tried = 0
    while True:
        claimed = await _claim(post, channel, now)
        if isinstance(claimed, Delivery):
            tried += await _send_one(post, claimed, now)
            if tried and post.clock() >= until:
                return tried
        elif claimed is None or claimed > LONGEST_WAIT:
            return tried
        else:
            await sleep(claimed)


async def _claim(post: Post, channel: ChannelName, now: datetime) -> Delivery | float | None:
    """Return a claimed delivery, or the seconds to wait for pace or pause, or None when nothing is due.

    The claim and its place in the pace are taken in one transaction, or neither is.
    """
    async with post.sessions() as session:
        at = post.clock()
        delivery = await claim_due_delivery(session, channel, now=now, at=at)
        if delivery is None:
            return await _rest(session, channel, now, at)
        if channel is ChannelName.SLACK and channel in post.channels:
            per_minute = post.settings.slack_messages_per_minute
            wait = await reserve_call(session, WORKSPACE, METHOD, per_minute, at=at)
            if wait is not None:
                await session.rollback()
                return wait
        await session.commit()
        return delivery


async def _rest(session: AsyncSession, channel: ChannelName, now: datetime, at: datetime) -> float | None:
    """Return the seconds of a pause that we were told to make, where a message waits for its end."""
    if channel is not ChannelName.SLACK or not await is_resting(session, channel, now=now, at=at):
        return None
    return await pause_left(session, WORKSPACE, METHOD, at=at)


async def _send_one(post: Post, delivery: Delivery, now: datetime) -> int:
    """Call the channel and settle; return 1, or 0 when there was nothing to say any more."""
    try:
        async with post.sessions.begin() as session:
            outgoing = await outgoing_for(session, post.keys, post.settings, delivery, now=now)
    except NothingToSay:
        async with post.sessions.begin() as session:
            if delivery.kind is Kind.REMINDER:
                # Where only the missing are reminded, a row that is gone would say who has answered.
                await _settle(session, post, delivery, sent())
            else:
                await drop_delivery(session, delivery.id)
        return 0
    except Exception as error:  # noqa: BLE001 -- see the comment
        # One message that cannot be written must not hold up those behind it.
        log.warning("%s cannot be written: %s", delivery.kind, type(error).__name__)
        outcome = parked("cannot_be_written")
    else:
        channel = post.channels.get(delivery.channel)
        outcome = await channel.send(outgoing) if channel else undeliverable("not_configured")
    async with post.sessions.begin() as session:
        await _settle(session, post, delivery, outcome)
    return 1


async def _settle(session: AsyncSession, post: Post, delivery: Delivery, outcome: Outcome) -> None:
    at = post.clock()
    if delivery.kind is Kind.REMINDER:
        outcome = replace(outcome, receipt=None)  # a receipt would tell a sent one from one left out
    if outcome.disconnected and ChannelName.MAIL not in post.channels:
        # Nobody is reached any other way: the queue waits until somebody has repaired it.
        outcome = failed_for_now(str(outcome.error), retry_after=DISCONNECTED_PAUSE, whole_workspace=True)
    state = await settle_delivery(session, delivery, outcome, at=at, unknown_retry=post.unknown_retry)
    if outcome.retry_after is not None and delivery.channel is ChannelName.SLACK:
        method = ANY_METHOD if outcome.whole_workspace else METHOD
        until = at + timedelta(seconds=outcome.retry_after)
        await pause_calls(session, WORKSPACE, method, until=until, at=at)
    to_person = delivery.kind is not Kind.RETRO_SUMMARY  # what was meant for a channel is nobody's mail
    if state is DeliveryState.UNDELIVERABLE and delivery.channel is ChannelName.SLACK and to_person:
        await _by_mail_instead(session, delivery)
    if delivery.kind is Kind.STEP_ISSUE and outcome.receipt is not None:
        made, receipt = UUID(str((delivery.refers_to or {})["commitment"])), outcome.receipt
        await note_issue(session, made, issue=str(receipt["issue"]), url=str(receipt["url"]))
    if outcome.kind is not OutcomeKind.SENT:
        log.warning("%s by %s: %s, %s", delivery.kind, delivery.channel, outcome.error, state)


async def _by_mail_instead(session: AsyncSession, delivery: Delivery) -> None:
    await schedule(
        session,
        Planned(
            key=f"{delivery.key}:mail",
            kind=delivery.kind,
            person_id=delivery.person_id,
            organisation_id=delivery.organisation_id,
            channel=ChannelName.MAIL,
            due_at=delivery.due_at,
            wave_id=delivery.wave_id,
            place_id=delivery.place_id,
            team_id=delivery.team_id,
            refers_to=delivery.refers_to,
        ),
    )
