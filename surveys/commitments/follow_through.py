"""What became of many promises together, in the last 90 days."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from surveys.commitments import rates, rules
from surveys.commitments.clocks import end_of_day
from surveys.commitments.loop import FollowThrough
from surveys.commitments.promises import LOOK_BACK, ToldPromise, ended_at
from surveys.commitments.rules import Status
from surveys.results.rules.loop_words import CANT_TELL, KEPT, TOO_FEW

DECIDED = frozenset({KEPT, rules.DIFFERENTLY})


def recently_ended(
    promises: Iterable[ToldPromise], zones: Mapping[UUID, str], *, now: datetime
) -> list[ToldPromise]:
    """Return the promises that came to an end or to their date in the last 90 days.

    One whose date has passed while its owner is away is still open.
    """
    return [
        told
        for told in promises
        if told.status is not Status.OPEN
        and timedelta() <= now - ended_at(told.view, zones[told.team_id]) <= LOOK_BACK
    ]


def ended_promises(promises: Iterable[ToldPromise]) -> dict[UUID, rates.Ended]:
    """Return when each promise came to an end, and whether the team says that it did not happen."""
    return {
        told.view.id: rates.Ended(
            told.view.done_at or told.view.withdrawn_at, contradicted=told.final == rules.DIFFERENTLY
        )
        for told in promises
    }


def follow_through(
    promises: Iterable[ToldPromise], zones: Mapping[UUID, str], *, now: datetime
) -> FollowThrough:
    """Return what became of the promises that came to an end in the last 90 days."""
    recent = recently_ended(promises, zones, now=now)
    kept = {Status.KEPT_ON_TIME, Status.KEPT_RENEGOTIATED}
    gap = rates.say_do_gap(
        rates.Ending(told.status in kept, None if told.final not in DECIDED else told.final == KEPT)
        for told in recent
    )
    withdrawn = sum(told.status is Status.WITHDRAWN_EARLY for told in recent)
    return FollowThrough(
        strict=rules.kept_rate((told.status for told in recent), strict=True),
        ended=len(recent),
        mean_days=rates.mean_days(
            [end_of_day(told.view.first_due, zones[told.team_id]) - told.view.made_at for told in recent]
        ),
        differs=gap is not None and gap > rates.GAP_WORTH_A_TALK,
        confirmed=rules.confirmed_rate(told.view.word for told in recent),
        by_dates=rules.kept_rate(told.status for told in recent),
        moved=sum(bool(told.view.moves) for told in recent),
        withdrawn=withdrawn,
        many_withdrawn=rates.too_many_withdrawn(withdrawn, len(recent)),
        undecided=sum(told.view.word in {CANT_TELL, TOO_FEW, rules.SAID_OPENLY} for told in recent),
    )
