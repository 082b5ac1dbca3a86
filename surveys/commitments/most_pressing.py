"""The most pressing thing to do in a team, out of what stands open: with it a leader's week begins. Pure.

A week brings one message at most, and it asks for one thing. What is nearest to a broken word comes
first; a figure is looked at last.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from surveys.commitments.loop import LoopState, PromiseView
from surveys.commitments.rules import State, TopicKind

SOON = timedelta(days=7)


class ThingKind(StrEnum):
    """What can be asked of a leader this week, the most pressing first."""

    OVERDUE = "overdue"
    SHARE = "share"
    DUE_SOON = "due_soon"
    ACKNOWLEDGE = "acknowledge"
    ANSWER = "answer"
    PROMISE = "promise"
    UPDATE = "update"
    TRY = "try"  # nothing waits, but a dimension is low or has shifted down


DATED = frozenset({ThingKind.OVERDUE, ThingKind.DUE_SOON})  # a word given comes before anything new
URGENCY = {kind: place for place, kind in enumerate(ThingKind)}


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing to do, and what it is about: a promise, a wave or a topic."""

    kind: ThingKind
    promise: PromiseView | None = None
    wave_id: UUID | None = None
    topic_id: UUID | None = None


def overdue(promises: Sequence[PromiseView]) -> list[PromiseView]:
    """Return the promises whose date has passed and that are neither done nor given up, oldest first."""
    late = [one for one in promises if one.is_open and (one.overdue or one.state is State.NOT_KEPT)]
    return sorted(late, key=lambda one: one.due)


def thing_to_do(loop: LoopState, *, today: date) -> Thing | None:
    """Return the one thing a leader can do in this team this week; None where nothing waits.

    Args:
        loop: as the leader sees it.
        today: in the zone of the team.
    """
    taken = {step.name for step in loop.steps if step.at is not None}
    late = overdue(loop.promises)
    still_open = sorted((one for one in loop.promises if one.is_open), key=lambda one: one.due)
    waiting = sorted(
        (topic for topic in loop.topics if topic.decision is None and topic.kind is not TopicKind.MISTAKE),
        key=lambda one: one.raised_at,
    )
    things: list[Thing] = [Thing(ThingKind.OVERDUE, promise=one) for one in late]
    if loop.wave_id is not None:
        if "shared" not in taken:
            things.append(Thing(ThingKind.SHARE, wave_id=loop.wave_id))
        if "acknowledged" not in taken:
            things.append(Thing(ThingKind.ACKNOWLEDGE, wave_id=loop.wave_id))
        if "committed" not in taken and not still_open:
            things.append(Thing(ThingKind.PROMISE, wave_id=loop.wave_id))
    for promise in still_open:
        soon = promise.due - today <= SOON
        things.append(Thing(ThingKind.DUE_SOON if soon else ThingKind.UPDATE, promise=promise))
    things += [Thing(ThingKind.ANSWER, topic_id=topic.id) for topic in waiting]
    return min(things, key=lambda one: URGENCY[one.kind], default=None)
