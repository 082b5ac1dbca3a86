"""What every way of reaching a person has in common. The ways themselves are `mail` and `slack`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

from integrations.trackers.draft import IssueDraft
from integrations.wording.group_note import GroupJoined
from integrations.wording.notes import Note
from integrations.wording.week_note import LeaderWeek
from surveys.deliveries.rules import Outcome, OutcomeKind

__all__ = [
    "Channel",
    "Outcome",
    "OutcomeKind",
    "Outgoing",
    "ambiguous",
    "failed_for_now",
    "parked",
    "sent",
    "undeliverable",
    "unreachable",
]

MESSAGE_IDS = uuid5(NAMESPACE_URL, "https://kept.example/messages")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message, ready to be put into words by a channel. Lives in memory only.

    Attributes:
        key: the purpose of the delivery; the same for every try, so a repeated try can be recognised.
        email: where mail goes.
        slack_id: the person in Slack, if known there.
        locale: the person's language.
        zone: IANA name of the zone in which dates are said.
        note: what is said.
    """

    key: str
    email: str
    slack_id: str | None
    locale: str
    zone: str
    note: Note | GroupJoined | LeaderWeek | IssueDraft

    @property
    def message_id(self) -> UUID:
        """The same id for every try of this message."""
        return uuid5(MESSAGE_IDS, self.key)


class Channel(Protocol):
    """A way of reaching a person."""

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Try once to deliver a message and say what came of it. Raises nothing that is to be expected."""


def sent(receipt: Mapping[str, Any] | None = None) -> Outcome:
    """It was delivered; `receipt` is what the channel gave back."""
    return Outcome(OutcomeKind.SENT, receipt=receipt)


def unreachable(error: str) -> Outcome:
    """Its server could not be asked, so nothing was sent; the message waits until it can."""
    return Outcome(OutcomeKind.FAILED_FOR_NOW, error, unreachable=True)


def failed_for_now(
    error: str, *, retry_after: float | None = None, whole_workspace: bool = False
) -> Outcome:
    """It was not delivered; later it may be. `retry_after`: seconds we were told to wait."""
    return Outcome(OutcomeKind.FAILED_FOR_NOW, error, retry_after, whole_workspace)


def ambiguous(error: str) -> Outcome:
    """It may have been delivered."""
    return Outcome(OutcomeKind.AMBIGUOUS, error)


def undeliverable(error: str, *, disconnected: bool = False) -> Outcome:
    """This person cannot be reached this way; where it is `disconnected`, nobody can for now."""
    return Outcome(OutcomeKind.UNDELIVERABLE, error, disconnected=disconnected)


def parked(error: str) -> Outcome:
    """It is our own fault, and trying again would fail again."""
    return Outcome(OutcomeKind.PARKED, error)
