"""What a reader of the loop is handed, as frozen structs. They hold codes; views make the sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from surveys.commitments.rates import Wait
from surveys.commitments.rules import Decision, Rate, State, TopicKind


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the circle that follows a wave.

    Attributes:
        name: `results`, `shared`, `acknowledged`, `committed`, `done` or `confirmed`, in this order.
        at: when it was taken, for `done` and `confirmed` when the last promise of the wave got there;
            None while it is not.
        since: when its clock began; None for a step without a clock.
        elapsed: time on the clock so far, less Saturdays and Sundays of the team's zone.
        public: whether others than the leader see the clock: once taken, or after 3 working days.
        reached: how many promises of the wave got there, for `done` and `confirmed`.
        of: how many there are, withdrawn ones left out.
    """

    name: str
    at: datetime | None = None
    since: datetime | None = None
    elapsed: timedelta | None = None
    public: bool = True
    reached: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class SaidAloud:
    """What a team said of a promise in a retrospective.

    Attributes:
        said: `done`, `wanted`, `let_go`, `happened` or `not_yet`.
        by: who wrote it down; None when they have left.
    """

    at: datetime
    said: str
    by: str | None


@dataclass(frozen=True, slots=True)
class MoveView:
    """A date that was moved, and whether that was told in time."""

    moved_at: datetime
    from_due: date
    to_due: date
    reason: str
    in_time: bool


@dataclass(frozen=True, slots=True)
class SideView:
    """How one side, `leader` or `team`, sees a promise on which they differ; `by` is None if they left."""

    side: str
    words: str
    by: str | None
    at: datetime
    by_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PromiseView:
    """A promise as everybody on the team sees it.

    Attributes:
        id: of the promise.
        wave_id: the results it answers, if any.
        text: its frozen words.
        owner_id: who promised.
        owner_name: the same, by name.
        made_at: when.
        first_due: the date given at first.
        due: the date that counts now.
        expected: the date last told to the team, in time or not.
        state: one of the four states.
        overdue: whether the date that counts has passed and it is neither done nor given up.
        moves: oldest first.
        updates: when, and how its owner said it comes along, oldest first.
        aloud: what the team said of it in retrospectives, oldest first.
        done_at: when its owner said it was done; None again once the team reopened it.
        withdrawn_at: when it was taken back.
        withdrawal_reason: why.
        word: the team's: `kept`, `not_yet`, `cant_tell`, `too_few`, or in the end `differently` (not
            yet, a second time) or `said_openly` (too few, a second time); None before it was asked.
        word_at: when the results with that word came out.
        sides: where leader and team see it differently, the note of each.
        is_step: whether it was taken on in a retrospective, by whoever it was.
        left_behind: whether who promised it does not lead the team any more; a new leader decides.
    """

    id: UUID
    wave_id: UUID | None
    text: str
    owner_id: UUID
    owner_name: str
    made_at: datetime
    first_due: date
    due: date
    expected: date
    state: State
    overdue: bool = False
    moves: Sequence[MoveView] = ()
    updates: Sequence[tuple[datetime, str]] = ()
    aloud: Sequence[SaidAloud] = ()
    done_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawal_reason: str | None = None
    word: str | None = None
    word_at: datetime | None = None
    left_behind: bool = False
    is_step: bool = False
    sides: Sequence[SideView] = ()

    @property
    def is_open(self) -> bool:
        """Whether its owner still has something to do."""
        return self.done_at is None and self.withdrawn_at is None


@dataclass(frozen=True, slots=True)
class TopicView:
    """Something the team brought up, with what was decided and promised about it.

    Attributes:
        kind: where it comes from.
        code: a dimension or a theme; None where `text` says it.
        text: one line in the leader's words.
        wave_id: the pulse it comes from, if any, and `occurrence` its date.
        raised_at: from then on the leader can see it; `raised_on` is the day in the team's zone.
        acknowledged_at: when the leader noted that it was read.
        answer_by: the day the leader named for an answer.
        decision: None while there is none; then `reason`, and for what was passed on `passed_to`.
        promises: made in answer to it.
        since_then: higher, no_change or lower than before it came up, once a full cycle has passed since
            all promises were done; None before, and for what is about no dimension.
        noticed: what the team says it notices by what was done (LOOP-05): better, no_difference, worse,
            mixed, too_early or too_few; None where it was not asked.
        elapsed: working time until it was answered, or until now; None where it has no clock.
        public: whether others than the leader see that clock: once answered, or after 3 working days.
    """

    id: UUID
    kind: TopicKind
    code: str | None
    text: str | None
    wave_id: UUID | None
    occurrence: date | None
    raised_at: datetime
    raised_on: date
    acknowledged_at: datetime | None
    answer_by: date | None
    decision: Decision | None
    reason: str | None
    passed_to: str | None
    decided_at: datetime | None
    promises: Sequence[PromiseView] = ()
    since_then: str | None = None
    noticed: str | None = None
    elapsed: timedelta | None = None
    public: bool = False


def unread_topics(topics: Sequence[TopicView]) -> int:
    """Return how many topics wait for a first word of the leader."""
    return sum(topic.acknowledged_at is None and topic.decision is None for topic in topics)


@dataclass(frozen=True, slots=True)
class FollowThrough:
    """What became of the promises that came to an end in the last 90 days.

    `confirmed` is the headline: what the team confirmed of what it decided on, None where it decided
    on nothing. The others stand beside it.

    Attributes:
        by_dates: kept by a date that counted; `strict` by the first date alone.
        ended: how many came to an end; moved, withdrawn and undecided are among them.
        mean_days: from promise to first date; None where nothing came to an end.
        many_withdrawn: whether more than a fifth of at least five was withdrawn: a rate says less then.
        differs: whether dates say "kept" much more often than the team, on the same promises, at least
            five: worth a conversation. By how much is shown nowhere.
    """

    confirmed: Rate | None = None
    by_dates: Rate | None = None
    moved: int = 0
    withdrawn: int = 0
    undecided: int = 0  # can't tell, too few and said openly
    strict: Rate | None = None
    ended: int = 0
    mean_days: float | None = None
    many_withdrawn: bool = False
    differs: bool = False


@dataclass(frozen=True, slots=True)
class LoopState:
    """Where one unit stands in the circle: after the newest results its reader may see.

    Attributes:
        team_id: the unit.
        team_name: its name.
        zone: the IANA zone its dates are in.
        wave_id: the wave whose results are out; None before there is one, and then `steps` is empty.
        steps: six, in order.
        shared_words: what the leader said to the team.
        answer_by: the date the leader gave when acknowledging.
        plan_word: the team's word on whether the leader said what will be done (LOOP-02): `yes`,
            `partly`, `no` or `too_few`; None where it was not asked in this wave.
        promises: open ones by date, then those that came to an end, newest first.
        follow_through: over the last 90 days.
        topics: what the team brought up, unanswered first.
        to_share: the middle of the times from results to the leader's words, over 90 days; see `Wait`.
        acknowledged: topics acknowledged within 24 hours of working time, over half a year.
        closed: topics that came to an end within 90 days.
        in_group: it is a working group: no pulse asks it, so no promise there is ever confirmed.
    """

    team_id: UUID
    team_name: str
    zone: str
    wave_id: UUID | None = None
    steps: Sequence[Step] = ()
    shared_words: str | None = None
    answer_by: date | None = None
    plan_word: str | None = None
    promises: Sequence[PromiseView] = ()
    follow_through: FollowThrough = FollowThrough()
    topics: Sequence[TopicView] = ()
    to_share: Wait | None = None
    acknowledged: Rate | None = None
    closed: Rate | None = None
    in_group: bool = False


@dataclass(frozen=True, slots=True)
class Days:
    """The middle of a team's waits in working days, and in how many teams it is that; see `Wait`."""

    days: float
    over: bool = True
    teams: int = 1


@dataclass(frozen=True, slots=True)
class LoopHealth:
    """How the loop does over all teams, for HR: unnamed, and only from ten teams on.

    Attributes:
        enough: False under ten teams with results; then nothing else is filled.
        teams: how many had results in the last 90 days and have a leader.
        days_to_share: the middle of the waits of each team, ascending; empty where fewer than
            ten teams have one. A wait that still runs counts as longer than what has passed.
        days_to_acknowledge: the same.
        waiting_to_share: teams whose newest results are out for more than 3 working days unshared.
        follow_through: over all teams together; None where promises of fewer than ten came to an end.
        acknowledged: topics acknowledged within 24 hours of working time, over all teams together; None
            like the next two where fewer than ten teams brought anything up.
        closed_30: topics that came to an end within 30 days, and `closed_90` within 90.
    """

    enough: bool
    teams: int | None = None
    days_to_share: Sequence[Days] = ()
    days_to_acknowledge: Sequence[Days] = ()
    waiting_to_share: int | None = None
    follow_through: FollowThrough | None = None
    acknowledged: Rate | None = None
    closed_30: Rate | None = None
    closed_90: Rate | None = None
