"""The words of deliveries, when people are reminded, and what becomes of a delivery after a call.

Pure: no database, no clock.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from surveys.zones import time_zone

QUIET_BEFORE_CLOSE = timedelta(hours=4)  # nobody is reminded when there is hardly time left
DAY_STARTS, DAY_ENDS = 9, 18  # local hours within which a reminder may fall that has no day of its own
SATURDAY = 5
REMINDERS = 2  # of one place, at most
SNOOZES = 3  # a place can be put off so many times
MOST_ATTEMPTS = 55  # definite failures in a row, about a day of them, after which someone has to look
MOST_DOUBTS = 2  # a message that may have arrived is tried once more, then left alone
LONGEST_BACKOFF = timedelta(minutes=30)
BURST = 4  # calls that may come at once before the pace holds
LEASE = timedelta(seconds=45)  # longer than any call may take, on the real clock


class Kind(StrEnum):
    """What a delivery says. The text is built when it is sent, from the rows it refers to.

    What each kind refers to, besides the person: invitation, reminder and snoozed a place and its
    wave; results, shared and leader nudge a wave and a team; promise due a team and
    `refers_to = {"commitment": id}`; mailbox reply a team; no results `refers_to = {"wave_id": id}`;
    group joined a working group, as its team; leader week, mailbox news and sign-in nothing; the two of
    retrospectives a team and `refers_to = {"retrospective": id, "phase": code}`; the summary of one
    a team and `refers_to = {"retrospective": id}`; a step that becomes an issue a team and
    `refers_to = {"commitment": id}`.
    """

    INVITATION = "invitation"
    REMINDER = "reminder"
    SNOOZED = "snoozed"  # one person asked to be reminded later
    RESULTS_FOR_LEADER = "results_for_leader"
    RESULTS_FOR_TEAM = "results_for_team"  # the figures are out for the whole team
    SHARED = "shared"  # the leader's message to the team
    PROMISE_DUE = "promise_due"
    LEADER_NUDGE = "leader_nudge"
    LEADER_WEEK = "leader_week"  # Monday: what the figures mean, and one thing to do
    SIGN_IN = "sign_in"  # tells the person that a sign-in link was made for them
    MAILBOX_NEWS = "mailbox_news"  # something was written in mailboxes that are addressed to this person
    MAILBOX_REPLY = "mailbox_reply"  # a mailbox about this unit has a reply; goes to everybody in it
    RETRO_STARTED = "retro_started"  # a team looks back together; goes to everybody who takes part
    RETRO_SUMMARY = "retro_summary"  # to a channel, in the name of whoever pressed; never by mail
    RETRO_STEP = "retro_step"  # cards can be written, or votes given, until a moment
    GROUP_JOINED = "group_joined"  # somebody was put into a working group
    STEP_ISSUE = "step_issue"  # an agreed step becomes an issue of another tool
    NO_RESULTS = "no_results"  # a wave closed without results because its key was lost


# These keep the hour they were made for, or are awaited at any hour.
AT_ANY_HOUR = (
    Kind.SIGN_IN,
    Kind.RETRO_STARTED,
    Kind.RETRO_STEP,
    Kind.RETRO_SUMMARY,
    Kind.STEP_ISSUE,
)
ASKING = (Kind.INVITATION, Kind.REMINDER, Kind.SNOOZED)  # these live and die with an open wave


class ChannelName(StrEnum):
    """The ways to reach a person."""

    SLACK = "slack"
    MAIL = "mail"
    TRACKER = "tracker"  # not a person: a tool in which an issue is made


def channel_for(slack_id: str | None) -> ChannelName:
    """Return how a message to a person is planned: by Slack where they are known there, else by mail.

    Whether Slack is connected is asked when it is sent, and mail takes over where it is not.
    """
    return ChannelName.SLACK if slack_id is not None else ChannelName.MAIL


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    SENDING = "sending"  # claimed; a crash leaves it here and a sweep makes it `unknown`
    UNKNOWN = "unknown"  # it may have arrived: one more try with the same id, then left alone
    SENT = "sent"
    UNDELIVERABLE = "undeliverable"  # the recipient cannot be reached by this channel
    PARKED = "parked"  # our own fault; someone has to look


class Snooze(StrEnum):
    """How long a person puts a pulse off."""

    LATER_TODAY = "later_today"
    TOMORROW = "tomorrow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One message to one person, before sending adds anything to its row.

    Attributes:
        key: what it is for; a second message with the same key is never sent.
        due_at: aware UTC; when it may go.
        refers_to: ids and codes only, as described at `Kind`; never a text and never a token.
    """

    key: str
    kind: Kind
    person_id: UUID
    organisation_id: UUID
    channel: ChannelName
    due_at: datetime
    wave_id: UUID | None = None
    place_id: UUID | None = None
    team_id: UUID | None = None
    refers_to: Mapping[str, Any] | None = None


class OutcomeKind(StrEnum):
    """What a channel can say of one call."""

    SENT = "sent"
    FAILED_FOR_NOW = "failed_for_now"  # certainly not delivered; try again later
    AMBIGUOUS = "ambiguous"  # it may have been delivered
    UNDELIVERABLE = "undeliverable"  # this person cannot be reached by this channel
    PARKED = "parked"  # our own fault; trying again would fail again


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one call to a channel.

    Attributes:
        kind: see `OutcomeKind`.
        error: a short code of the channel, never a text.
        retry_after: seconds for which the channel asked to be left alone; such a refusal is no attempt.
        whole_workspace: the pause holds for every method and not only for this one.
        receipt: what the channel gave back, such as Slack's channel and ts.
        disconnected: the channel reaches nobody until an operator repairs it.
        unreachable: its server could not be asked at all, which says nothing about the message.
    """

    kind: OutcomeKind
    error: str | None = None
    retry_after: float | None = None
    whole_workspace: bool = False
    receipt: Mapping[str, Any] | None = None
    disconnected: bool = False
    unreachable: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """What a delivery becomes after a call."""

    state: DeliveryState
    attempts: int
    doubts: int
    lease_until: datetime | None


def after_call(
    outcome: Outcome, *, attempts: int, doubts: int, at: datetime, unknown_retry: timedelta
) -> Settled:
    """Return what a claimed delivery becomes.

    A message that may have arrived stays in doubt whatever a later definite failure says.

    Args:
        outcome: what came of the call.
        attempts: calls so far, this one included.
        doubts: how often it may have arrived before.
        at: the real clock.
        unknown_retry: how long to wait before the one more try of a message in doubt.
    """
    if outcome.kind is OutcomeKind.AMBIGUOUS:
        return Settled(DeliveryState.UNKNOWN, attempts, doubts + 1, at + unknown_retry)
    if outcome.kind is not OutcomeKind.FAILED_FOR_NOW:
        return Settled(_ENDS[outcome.kind], attempts, doubts, None)
    again = DeliveryState.UNKNOWN if doubts else DeliveryState.WAITING
    if outcome.retry_after is not None:
        return Settled(again, attempts - 1, doubts, at + timedelta(seconds=outcome.retry_after))
    if attempts >= MOST_ATTEMPTS and not outcome.unreachable:
        return Settled(DeliveryState.PARKED, attempts, doubts, None)
    return Settled(again, attempts, doubts, at + backoff(attempts))


_ENDS = {
    OutcomeKind.SENT: DeliveryState.SENT,
    OutcomeKind.UNDELIVERABLE: DeliveryState.UNDELIVERABLE,
    OutcomeKind.PARKED: DeliveryState.PARKED,
}


def backoff(attempts: int) -> timedelta:
    """Return how long to wait after so many definite failures: 15 s, doubling, at most half an hour."""
    doubled: int = 2 ** min(max(attempts - 1, 0), 10)  # far beyond the longest
    return min(timedelta(seconds=15) * doubled, LONGEST_BACKOFF)


def no_day(_day: date) -> bool:
    """Return False: without a calendar no day is quiet."""
    return False


def reminder_times(
    asks_at: datetime,
    closes_at: datetime,
    zone: str,
    *,
    count: int,
    not_before: datetime | None = None,
    quiet: Callable[[date], bool] = no_day,
) -> list[datetime]:
    """Return when one place is reminded: at most `count` instants, in order.

    One reminder falls near half of the window, two near a third and two thirds, at the local time of
    day at which the person was asked. None falls within four hours of the close, nor on a quiet day, nor
    on a Saturday or Sunday unless the person was asked on one. A window without such a day gets full
    hours between nine and six o'clock instead, and a window without even those gets none.

    Args:
        asks_at: when the invitation is due.
        closes_at: when the wave closes.
        zone: IANA name of the place's zone.
        count: how many reminders the wave's rules name, 0 to 2.
        not_before: reminders before this instant are dropped (a wave opened late).
        quiet: whether nobody there is to hear of it on a day: its public holidays, the programme's own.
    """
    local = time_zone(zone)
    weekends = asks_at.astimezone(local).weekday() >= SATURDAY
    latest = closes_at - QUIET_BEFORE_CLOSE
    earliest = max(asks_at, not_before or asks_at) + QUIET_BEFORE_CLOSE
    candidates = [
        instant
        for instant in _same_time_on_later_days(asks_at, latest, local)
        or _full_hours(asks_at, latest, local)
        if earliest <= instant <= latest and (weekends or instant.astimezone(local).weekday() < SATURDAY)
        if not quiet(instant.astimezone(local).date())
    ]
    chosen: list[datetime] = []
    for part in range(1, count + 1):
        wanted = asks_at + (closes_at - asks_at) * part / (count + 1)
        left = [instant for instant in candidates if not chosen or instant > chosen[-1]]
        if left:
            chosen.append(min(left, key=lambda instant: (abs(instant - wanted), instant)))
    return chosen


def _same_time_on_later_days(asks_at: datetime, latest: datetime, local: ZoneInfo) -> list[datetime]:
    asked = asks_at.astimezone(local)
    days = (latest.astimezone(local).date() - asked.date()).days
    found = [_at(asked.date() + timedelta(days=day), asked, local) for day in range(1, days + 1)]
    return [instant for instant in found if instant <= latest]


def _full_hours(asks_at: datetime, latest: datetime, local: ZoneInfo) -> list[datetime]:
    first = asks_at.replace(minute=0, second=0, microsecond=0)
    hours = int((latest - first) / timedelta(hours=1))
    found = [first + timedelta(hours=hour) for hour in range(1, hours + 1)]
    return [instant for instant in found if DAY_STARTS <= instant.astimezone(local).hour < DAY_ENDS]


def _at(day: date, like: datetime, local: ZoneInfo) -> datetime:
    time_of_day = like.time()
    return datetime.combine(day, time_of_day, local).astimezone(UTC)
