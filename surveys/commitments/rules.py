"""What becomes of a promise: its dates, the team's word, what is shown, and rates over many.

Pure: no database. The words of `Status` are for counting and are never shown to anybody; readers get
one of the four states of `State` with the team's word beside it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from surveys.commitments.clocks import Span, end_of_day, stopped
from surveys.errors import Invalid
from surveys.results.rules.loop_words import CANT_TELL, KEPT, NOT_YET, TOO_FEW
from surveys.zones import local_date

NOTICE = timedelta(hours=24)  # before the end of the day a move or a withdrawal concerns
VALID_MOVES = 2
LATE_UNTIL = timedelta(days=30)  # after the first date; what is later counts as not done
DEFAULT_DUE = timedelta(days=30)
LATEST_DUE = timedelta(days=365)
ASK_AFTER = timedelta(days=7)  # from done to the question, so that the team can notice
ASK_ALONE_AFTER = timedelta(days=10)  # of working time since it was due, without a pulse that asks it
ASK_WITHIN = timedelta(days=365)  # after that nobody remembers what it was about
WORD_AWAITED = timedelta(days=60)  # how long a done promise waits before its dates speak for it
TIMES_TOO_FEW = 2  # asked once more, then it is said openly
TIMES_REOPENED = 1
PUBLIC_AFTER = timedelta(days=3)  # of working time; until then a clock is the leader's own
RATES_FROM = 5  # words or resolved promises; below that, "3 of 4"
TEAMS_FROM = 10  # HR reads distributions over teams from so many on

SAID_OPENLY = "said_openly"  # too few twice: said aloud in the retrospective, outside the rates
DIFFERENTLY = "differently"  # not yet, a second time: "we see this differently"


class Status(StrEnum):
    """How a promise stands by its dates alone. For counting; never on a screen."""

    OPEN = "open"
    OVERDUE = "overdue"
    KEPT_ON_TIME = "kept_on_time"
    KEPT_RENEGOTIATED = "kept_renegotiated"
    LATE = "late"
    BROKEN = "broken"
    WITHDRAWN_EARLY = "withdrawn_early"


class State(StrEnum):
    """What readers see of a promise."""

    OPEN = "open"
    MOVED = "moved"
    KEPT = "kept"
    NOT_KEPT = "not_kept"


class TopicKind(StrEnum):
    """Where a topic comes from."""

    SHIFT = "shift"  # a dimension that has shifted down; `code` says which
    LOW = "low"  # a dimension on which more disagree than agree; `code` says which
    THEME = "theme"  # enough people picked the same theme; `code` says which
    COMMENTS = "comments"  # what people wrote in a pulse, answered together
    MAILBOX = "mailbox"
    RETRO = "retro"
    MISTAKE = "mistake"
    OTHER = "other"


# Raised by themselves, these two are the leader's own until they are answered, and put on no clock that
# others see: a mailbox is a confidence, and nobody is asked to write a note on a mistake.
LEADERS_OWN = frozenset({TopicKind.MAILBOX, TopicKind.MISTAKE})


def may_leave_out(kind: TopicKind, text: str | None) -> bool:
    """Return whether a topic may be taken off the list unanswered.

    What a leader wrote down may, and what is answered in the mailbox itself or needs no answer. What a
    pulse or a board brought up stays: the team has seen it.
    """
    return text is not None or kind in LEADERS_OWN


class Decision(StrEnum):
    """What a leader decides about a topic. Each closes it honestly."""

    WILL_DO = "will_do"
    WILL_NOT = "will_not"
    NOT_OURS = "not_ours"


def only_leader_sees(kind: TopicKind, text: str | None, decision: Decision | None) -> bool:
    """Return whether the team sees nothing of a topic: it has no words of its own and no answer yet."""
    return kind in LEADERS_OWN and text is None and decision is None


@dataclass(frozen=True, slots=True)
class Dates:
    """Everything about a promise that its status depends on.

    Attributes:
        first_due: the date given at first; late counts from here.
        due: after the last valid move; overdue counts from here.
        valid_moves: how many moves were told in time.
        done_at: when its owner last said it was done, unless the team reopened it since.
        withdrawn_at: when it was taken back, always with a reason.
        made_at: when the clock of the first date began, and `moved_at` that of the last one that counts.
        away: spans in which its owner was away: the clocks stand still then.
        handed_over: whether a new leader took it over or closed it; closing it is then nobody's failure.
    """

    first_due: date
    due: date
    valid_moves: int = 0
    done_at: datetime | None = None
    withdrawn_at: datetime | None = None
    made_at: datetime | None = None
    moved_at: datetime | None = None
    away: tuple[Span, ...] = ()
    handed_over: bool = False

    def first_end(self, zone: str) -> datetime:
        """Return when the first date is over, the time away left out."""
        return stopped(end_of_day(self.first_due, zone), self.made_at, self.away)

    def last_end(self, zone: str) -> datetime:
        """Return when the date that counts is over, the time away left out."""
        if self.due == self.first_due:
            return self.first_end(zone)
        return stopped(end_of_day(self.due, zone), self.moved_at or self.made_at, self.away)


def status(dates: Dates, zone: str, *, now: datetime) -> Status:
    """Return how a promise stands by its dates, in the team's zone.

    Source:
        The loop rules in docs/methods.md: late and broken count from the first date, overdue and open
        from the last valid one. A promise is overdue exactly where doing it now would be late.
    """
    due, first = dates.last_end(zone), dates.first_end(zone)
    last = first + LATE_UNTIL
    if dates.withdrawn_at is not None:
        early = dates.handed_over or dates.withdrawn_at <= due - NOTICE
        return Status.WITHDRAWN_EARLY if early else Status.BROKEN
    if dates.done_at is None:
        if now <= due:
            return Status.OPEN
        return Status.OVERDUE if now <= last else Status.BROKEN
    if dates.done_at <= first:
        return Status.KEPT_ON_TIME
    if dates.valid_moves and dates.done_at <= due:
        return Status.KEPT_RENEGOTIATED
    return Status.LATE if dates.done_at <= last else Status.BROKEN


def is_valid_move(
    due: date, moves_before: int, zone: str, *, now: datetime, ends: datetime | None = None
) -> bool:
    """Return whether a move made now counts: a day's notice, and at most the second one.

    `ends` is when the date is over, where its clock stood still for a while.
    """
    return moves_before < VALID_MOVES and now <= (ends or end_of_day(due, zone)) - NOTICE


def final_word(words: Sequence[str]) -> str | None:
    """Return what the team said in the end, out of its words of all waves in order, or None.

    `kept` and `cant_tell` end the asking, a second `not_yet` becomes `differently`, a second
    `too_few` becomes `said_openly`.
    """
    for decided in (KEPT, CANT_TELL):
        if decided in words:
            return decided
    if words.count(NOT_YET) > TIMES_REOPENED:
        return DIFFERENTLY
    return SAID_OPENLY if words.count(TOO_FEW) >= TIMES_TOO_FEW else None


def reopens(words: Sequence[str]) -> bool:
    """Return whether the newest of a team's words opens the promise once more."""
    return bool(words) and words[-1] == NOT_YET and final_word(words) is None


def is_asked(dates: Dates, words: Sequence[str], *, now: datetime) -> bool:
    """Return whether the team is due to be asked whether a promise was kept."""
    if dates.done_at is None or dates.withdrawn_at is not None:
        return False
    return ASK_AFTER <= now - dates.done_at <= ASK_WITHIN and final_word(words) is None


def state(dates: Dates, words: Sequence[str], moves: int, zone: str, *, now: datetime) -> State:
    """Return which of the four states readers see.

    The team's word decides where there is one. A promise that is done waits for it for 60 days as
    open; after that, and where the team could not say, the dates speak.

    Args:
        dates: see `Dates`.
        words: the team's words on this promise, oldest first.
        moves: how often its date was moved, told in time or not.
        zone: the team's.
        now: aware UTC.
    """
    word = final_word(words)
    if word in {KEPT, DIFFERENTLY}:
        return State.KEPT if word == KEPT else State.NOT_KEPT
    by_dates = status(dates, zone, now=now)
    if by_dates is Status.BROKEN:
        return State.NOT_KEPT
    if by_dates is Status.WITHDRAWN_EARLY:
        return State.MOVED
    if dates.done_at is None:
        return State.MOVED if moves else State.OPEN
    if word is None and now - dates.done_at <= WORD_AWAITED:
        return State.OPEN
    return State.NOT_KEPT if by_dates is Status.LATE else State.KEPT


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many. `share`, 0.0 to 1.0, is None below five: then say "3 of 4"."""

    hits: int
    of: int

    @property
    def share(self) -> float | None:
        """Return the share once there are enough to speak of one."""
        return self.hits / self.of if self.of >= RATES_FROM else None


def kept_rate(statuses: Iterable[Status], *, strict: bool = False) -> Rate | None:
    """Return how many promises were kept by their dates; None when none has come to its date.

    Open and early withdrawn ones do not count. `strict` takes only those done by the first date.
    """
    counted = [one for one in statuses if one not in {Status.OPEN, Status.WITHDRAWN_EARLY}]
    good = {Status.KEPT_ON_TIME} if strict else {Status.KEPT_ON_TIME, Status.KEPT_RENEGOTIATED}
    return Rate(sum(one in good for one in counted), len(counted)) if counted else None


def confirmed_rate(words: Iterable[str | None]) -> Rate | None:
    """Return how many promises the team confirmed out of those it decided on; None when none.

    Takes what the team says now of each. A first "not yet" counts until another word takes its place: else
    whoever leaves a reopened promise alone would keep a good rate. Can't tell, too few and said openly stay
    outside.
    """
    decided = [word for word in words if word in {KEPT, NOT_YET, DIFFERENTLY}]
    return Rate(decided.count(KEPT), len(decided)) if decided else None


def due_or_default(due: date | None, zone: str, *, now: datetime, after: date | None = None) -> date:
    """Return the date of a promise: the given one, checked, or thirty days from today.

    Raises:
        Invalid: the date has passed, lies more than a year ahead, or is not after `after`.
    """
    today = local_date(now, zone)
    if due is None:
        return today + DEFAULT_DUE
    if due < today:
        raise Invalid("That day has passed. Choose today or a later day.", field="due")
    if after is not None and due <= after:
        raise Invalid(
            "Choose a day after the one it moves. What is done earlier is simply done.", field="due"
        )
    if due > today + LATEST_DUE:
        raise Invalid("Choose a day within a year. A long promise is easier to keep in parts.", field="due")
    return due
