"""What a leader's button in Slack stands for, as a short text: a word and ids, worth nothing to others.

Whoever presses is known by Slack's signature; whether they may act is decided when the form is sent.
"""

from dataclasses import dataclass
from uuid import UUID

from surveys.commitments.most_pressing import Thing, ThingKind

SHARE, ACKNOWLEDGE, ANSWER, PROMISE, COMMIT = "share", "acknowledge", "answer", "promise", "commit"
READ, LATER, SIDE = "read", "later", "side"
IDS = {LATER: 0, SIDE: 1, READ: 1, SHARE: 2, ACKNOWLEDGE: 2, COMMIT: 2, ANSWER: 1, PROMISE: 1}


@dataclass(frozen=True, slots=True)
class Press:
    """A button that was pressed: what for, and the ids it carried."""

    what: str
    ids: tuple[UUID, ...]


def share(wave_id: UUID, team_id: UUID) -> str:
    """Say a few words about a wave's results to a team."""
    return _text(SHARE, wave_id, team_id)


def acknowledge(wave_id: UUID, team_id: UUID) -> str:
    """Name the day of an answer."""
    return _text(ACKNOWLEDGE, wave_id, team_id)


def commit(wave_id: UUID, team_id: UUID) -> str:
    """Promise something after a wave."""
    return _text(COMMIT, wave_id, team_id)


def read_all(team_id: UUID) -> str:
    """Name the day of an answer for every topic of a team that waits."""
    return _text(READ, team_id)


def answer(topic_id: UUID) -> str:
    """Decide about what was brought up."""
    return _text(ANSWER, topic_id)


def promise(promise_id: UUID) -> str:
    """Say how a promise stands."""
    return _text(PROMISE, promise_id)


def side(promise_id: UUID) -> str:
    """Say how one's own side sees a promise on which leader and team differ."""
    return _text(SIDE, promise_id)


def later() -> str:
    """Put off the message that begins the week; whose it is, the press itself says."""
    return _text(LATER)


def thing(found: Thing, team_id: UUID) -> str:
    """Return the button for the one thing of a week."""
    if found.promise is not None:
        return promise(found.promise.id)
    if found.topic_id is not None:
        return answer(found.topic_id)
    if found.wave_id is None:
        return ""
    by_kind = {
        ThingKind.SHARE: share,
        ThingKind.ACKNOWLEDGE: acknowledge,
        ThingKind.PROMISE: commit,
        ThingKind.TRY: commit,
    }
    return by_kind[found.kind](found.wave_id, team_id)


def read(value: str) -> Press | None:
    """Return what a button said, or None where it is not one of these."""
    what, *rest = value.split(":")
    try:
        ids = tuple(UUID(one) for one in rest)
    except ValueError:
        return None
    return Press(what, ids) if IDS.get(what) == len(ids) else None


def _text(what: str, *ids: UUID) -> str:
    return ":".join([what, *(one.hex for one in ids)])
