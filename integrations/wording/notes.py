"""What Kept says to people outside its pages.

A note holds what a message is about; `note_words` turns it into sentences. No note holds an answer, whether
somebody answered, or the name of a person beside a figure. Invitations and reminders are neutral and
equal for everybody in a team, because Slack and mailboxes keep them.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Ask:
    """An invitation, a reminder or a put-off reminder. `occasion` is one of the three kinds.

    Attributes:
        place_id: the non-secret reference behind the button in Slack.
        answer_url: the personal web link; only in mail, never in a Slack message.
        about_promise: whether one question about a promise is all that is asked.
    """

    occasion: str
    place_id: UUID
    team_name: str
    minimum_group: int
    closes_at: datetime
    answer_url: str | None = None
    about_promise: bool = False


@dataclass(frozen=True, slots=True)
class ResultsOut:
    """Figures are there to be read: by the leader first, by who stands in, or by the whole team."""

    team_name: str
    for_leader: bool
    page_url: str
    team_sees_at: datetime | None = None
    stands_in: bool = False


@dataclass(frozen=True, slots=True)
class Shared:
    """The leader's own words to the team."""

    team_name: str
    leader_name: str
    words: str
    page_url: str


@dataclass(frozen=True, slots=True)
class PromiseDue:
    """A promise comes due soon; goes to its owner."""

    promise: str
    due: date
    page_url: str
    press: str = ""


@dataclass(frozen=True, slots=True)
class LeaderNudge:
    """The results of a unit still wait for a few words from its leader."""

    team_name: str
    page_url: str
    press: str = ""


@dataclass(frozen=True, slots=True)
class SignInNotice:
    """A sign-in link was made for this person by somebody else."""


@dataclass(frozen=True, slots=True)
class NoResults:
    """A pulse ended without results, because its key was lost; goes to HR."""

    programme_name: str


@dataclass(frozen=True, slots=True)
class MailboxNews:
    """Something was written in a mailbox; goes to whom it is addressed to. Says neither which nor what."""

    page_url: str


@dataclass(frozen=True, slots=True)
class MailboxReply:
    """A mailbox about a unit has a reply; goes to everybody in it, so that it singles out nobody."""

    team_name: str


@dataclass(frozen=True, slots=True)
class RetroNews:
    """A team looks back together; goes to everybody who takes part, whatever they did.

    Attributes:
        board_id: the non-secret reference behind the button in Slack.
        step: the board's present step, a code of `surveys.retrospectives.rules.Phase`.
        ends_at: when the step ends by itself; None where people end it.
        first: whether this is the message that says the board is open.
    """

    board_id: UUID
    team_name: str
    title: str
    step: str
    ends_at: datetime | None
    first: bool
    page_url: str


@dataclass(frozen=True, slots=True)
class BoardSummary:
    """What a channel reads of a closed board, because somebody who led through it pressed.

    Attributes:
        topics: (name of a group, its votes); empty where they were not to be posted.
        steps: (what, who, until when) of each agreed step.
    """

    team_name: str
    title: str
    posted_by: str
    topics: tuple[tuple[str, int], ...]
    steps: tuple[tuple[str, str, date], ...]
    page_url: str


Note = (
    Ask
    | ResultsOut
    | Shared
    | PromiseDue
    | LeaderNudge
    | SignInNotice
    | NoResults
    | MailboxNews
    | MailboxReply
    | RetroNews
    | BoardSummary
)
