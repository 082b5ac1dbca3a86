"""Rates and clocks of the loop over many topics and promises. Pure: plain values in, plain values out.

An empty denominator gives None, which is shown as "nothing to report": never 0 and never 100 %. Below
five a rate has no share, only "3 of 4". Sources and thresholds are in docs/methods.md; they are
conventions, not findings.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean
from uuid import UUID

from surveys.commitments.rules import RATES_FROM, Decision, Rate

DAY = timedelta(days=1)
A_HALF = 0.5 + 1e-9  # products of quotients are not exact
MANY_WITHDRAWN = 0.2  # of the promises that came to an end; above it the rate is read with a caution
WITHIN = timedelta(hours=24)  # of working time, to acknowledge
GAP_WORTH_A_TALK = 20.0  # points


@dataclass(frozen=True, slots=True)
class Answered:
    """One topic for counting. Left out topics never come here.

    Attributes:
        raised_at: from then on the leader could see it.
        waited: working time until it was acknowledged, or until now while it is not.
        acknowledged: whether it is.
        decision: what was decided, if anything.
        team_id: whose it is, so that figures over all teams wait for enough of them.
        closed_at: when nothing was left to do: the decision itself, or for "will do" the end of the last
            promise made for it; None while something is open or the team says it did not happen.
    """

    raised_at: datetime
    waited: timedelta
    acknowledged: bool
    decision: Decision | None = None
    closed_at: datetime | None = None
    team_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """One promise with both words on it, for comparing them.

    Attributes:
        by_dates: whether its dates say that it was kept.
        by_team: whether the team says so; None where the team did not decide.
    """

    by_dates: bool
    by_team: bool | None


@dataclass(frozen=True, slots=True)
class Ended:
    """When a promise came to an end, None while it is open, and whether the team says it did not happen."""

    at: datetime | None
    contradicted: bool = False


OPEN = Ended(None)


def closed_at(
    decision: Decision | None, decided_at: datetime | None, promises: Sequence[Ended]
) -> datetime | None:
    """Return when nothing was left to do about a topic, or None while something is.

    A no, and what was passed on, end with the answer. "Will do" ends with the last promise made for it;
    without one, or with one the team contradicts, it does not end.
    """
    if decision is not Decision.WILL_DO:
        return decided_at
    ends = [one.at for one in promises if one.at is not None and not one.contradicted]
    if decided_at is None or not promises or len(ends) < len(promises):
        return None
    return max([decided_at, *ends])


def acknowledged_rate(topics: Iterable[Answered]) -> Rate | None:
    """Return how many topics were acknowledged within 24 hours of working time.

    A younger topic that still waits is not in the denominator: nothing can be said of it yet.
    """
    counted = [topic for topic in topics if topic.acknowledged or topic.waited > WITHIN]
    if not counted:
        return None
    return Rate(sum(topic.acknowledged and topic.waited <= WITHIN for topic in counted), len(counted))


def closure_rate(topics: Iterable[Answered], *, within: timedelta, now: datetime) -> Rate | None:
    """Return how many topics came to an end within so many days.

    An end is: acknowledged, decided with the reason, and where something was promised, done and not
    contradicted by the team. "Will not, because" is an end. Counted are topics older than that, and
    those that ended already.
    """
    counted = [topic for topic in topics if topic.closed_at is not None or now - topic.raised_at > within]
    if not counted:
        return None
    closed = sum(
        topic.acknowledged and topic.closed_at is not None and topic.closed_at - topic.raised_at <= within
        for topic in counted
    )
    return Rate(closed, len(counted))


@dataclass(frozen=True, slots=True)
class Wait:
    """How long something took: working time, which has passed or is still running.

    Attributes:
        passed: until it was done, or until now.
        over: whether it was done; a wait that still runs is longer than `passed`.
        count: how many waits were as long, told together.
    """

    passed: timedelta
    over: bool
    count: int = 1


def middle_wait(waits: Iterable[Wait]) -> Wait | None:
    """Return the median of waits of which some still run; None of none.

    A wait that still runs is censored and not dropped: that only quick answers count would make a
    leader who answers one pulse in four look quick. Where half of them are not known to be over, the
    result is not over either, and says that the median is longer than the time it names.

    Source:
        Kaplan and Meier 1958: the first time at which the estimated share still waiting falls to a half.
    """
    ordered = sorted(waits, key=lambda one: (one.passed, not one.over))
    share, at_risk = 1.0, sum(one.count for one in ordered)
    for one in ordered:
        if one.over:
            share *= (at_risk - one.count) / at_risk
            if share <= A_HALF:
                return one
        at_risk -= one.count
    return Wait(ordered[-1].passed, over=False) if ordered else None


def too_many_withdrawn(withdrawn: int, ended: int) -> bool:
    """Return whether so much was taken back that a good rate says little: over a fifth, from five."""
    share = Rate(withdrawn, ended).share
    return share is not None and share > MANY_WITHDRAWN


def say_do_gap(endings: Iterable[Ending]) -> float | None:
    """Return by how many points dates say "kept" more often than the team, on the same promises.

    None below five promises on which the team decided. Below zero is possible and fine.
    """
    both = [one for one in endings if one.by_team is not None]
    if len(both) < RATES_FROM:
        return None
    return 100 * (sum(one.by_dates for one in both) - sum(bool(one.by_team) for one in both)) / len(both)


def mean_days(spans: Sequence[timedelta]) -> float | None:
    """Return the mean number of days between promises and their first dates."""
    return fmean(span / DAY for span in spans) if spans else None


@dataclass(frozen=True, slots=True)
class Cycle:
    """What a full cycle of waves says of one dimension in one team: its mean, and the variance of that."""

    mean: float
    variance: float


def cycle_of(figures: Sequence[tuple[float, float]], *, waves: int) -> Cycle | None:
    """Return the mean of a cycle out of published waves, (score, variance) each.

    None below three quarters of its waves. The variance is ΣV/m².
    """
    count = len(figures)
    if not count or 4 * count < 3 * waves:
        return None
    total = sum(variance for _, variance in figures)
    return Cycle(fmean(score for score, _ in figures), total / count**2)


HIGHER, NO_CHANGE, LOWER = "higher", "no_change", "lower"
CLEAR = 1.96


def effect(before: Cycle, after: Cycle) -> str:
    """Return whether a dimension lies higher than before an action, lower, or without a clear change.

    `before` is the last full cycle before the one that led to the action, because a dimension chosen for
    being low rises by itself; `after` the first full cycle once it was done. Never said as a cause.
    """
    change, error = after.mean - before.mean, (before.variance + after.variance) ** 0.5
    if abs(change) <= CLEAR * error:
        return NO_CHANGE
    return HIGHER if change > 0 else LOWER
