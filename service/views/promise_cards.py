"""A promise as its readers see it: whose it is, where it stands, what happened to it, the team's word."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from integrations.language import Translator, mark
from integrations.wording.loop import SIDES, is_disputed
from integrations.wording.retro import SAID_ALOUD
from surveys.commitments.loop import PromiseView, SideView
from surveys.commitments.rules import ASK_AFTER, DIFFERENTLY, State
from surveys.commitments.sides import own_note
from surveys.zones import local_date

STATE_NAMES: Mapping[State, str] = {
    State.OPEN: mark("Open"),
    State.MOVED: mark("Moved"),
    State.KEPT: mark("Kept"),
    State.NOT_KEPT: mark("Not kept"),
}
TEAM_SAYS: Mapping[str, str] = {
    "kept": mark("The team says: kept."),
    "not_yet": mark("The team says: not yet. The promise is open again."),
    "cant_tell": mark("The team cannot tell."),
    "too_few": mark("Too few answered to say. The team is asked once more."),
    "differently": mark("The team says: not yet, a second time. Leader and team see this differently."),
    "said_openly": mark("Too few answered twice. Talk about it openly, in the team's next round."),
}


@dataclass(frozen=True, slots=True)
class PromiseCard:
    """A promise with everything said about it, in the order in which it happened."""

    id: UUID
    text: str
    owner: str
    owner_id: UUID
    is_step: bool
    sides: Sequence[tuple[str, str]]  # how each side sees it, and who wrote that down
    notes: Sequence[SideView]  # the same as it is stored
    differs: bool
    state: State
    state_name: str
    tag: str  # how the state looks
    due_words: str
    history: Sequence[str]
    word: str
    is_open: bool
    is_current: bool
    is_overdue: bool
    left_behind: bool
    expected: date
    asked_from: date

    def own_note(self, side: str, person_id: UUID) -> str | None:
        """Return a reader's note for their side: empty where they may write it, None where another did."""
        return own_note(self.notes, side, person_id)


def promise_card(
    promise: PromiseView, language: Translator, zone: str, *, in_group: bool = False
) -> PromiseCard:
    """Return a promise for one reader; instants are days of their zone, due dates are days as they are.

    One made in a working group is asked about in no pulse; the group speaks of it in a retrospective.
    """
    return _Words(language, zone, in_group).card(promise)


def _is_past(promise: PromiseView) -> bool:
    """Return whether an open promise has passed its date, however long ago."""
    return promise.overdue or promise.state is State.NOT_KEPT


@dataclass(frozen=True, slots=True)
class _Words:
    language: Translator
    zone: str
    in_group: bool

    def day(self, instant: datetime) -> str:
        return self.language.day(instant, self.zone)

    def card(self, promise: PromiseView) -> PromiseCard:
        return PromiseCard(
            id=promise.id,
            text=promise.text,
            owner=promise.owner_name,
            owner_id=promise.owner_id,
            is_step=promise.is_step,
            sides=[self._side(side) for side in promise.sides],
            notes=promise.sides,
            differs=promise.word == DIFFERENTLY,
            state=promise.state,
            state_name=self._state_name(promise),
            tag="said" if self._is_own_word(promise) else promise.state,
            due_words=self._due(promise),
            history=self._history(promise),
            word=self.language.say(TEAM_SAYS[promise.word]) if promise.word else "",
            is_open=promise.is_open,
            is_current=promise.is_open or self._waits_for_a_word(promise),
            is_overdue=promise.is_open and _is_past(promise),
            left_behind=promise.left_behind,
            expected=promise.expected,
            asked_from=local_date((promise.done_at or promise.made_at) + ASK_AFTER, self.zone),
        )

    def _is_own_word(self, promise: PromiseView) -> bool:
        """Whether its owner alone says that it is done: no survey asks a working group, or none has yet."""
        return promise.done_at is not None and (self.in_group or promise.state in (State.OPEN, State.MOVED))

    def _waits_for_a_word(self, promise: PromiseView) -> bool:
        waits = promise.withdrawn_at is None and promise.state in (State.OPEN, State.MOVED)
        return waits and not (self.in_group and promise.done_at is not None)

    def _state_name(self, promise: PromiseView) -> str:
        if self._is_own_word(promise):
            disputed = mark("Done, says {name}; not yet, says the group")
            sentence = disputed if self.in_group and is_disputed(promise) else mark("Done, says {name}")
            return self.language.say(sentence, name=promise.owner_name)
        if self.in_group and promise.withdrawn_at is not None:
            return self.language.say("Withdrawn")
        return self.language.say(STATE_NAMES[promise.state])

    def _side(self, side: SideView) -> tuple[str, str]:
        sentence = SIDES[side.side]
        name = side.by or self.language.say("somebody who left")
        return self.language.say(sentence, words=side.words), self.language.say(
            "Written down by {name} on {day}.", name=name, day=self.day(side.at)
        )

    def _due(self, promise: PromiseView) -> str:
        due = self.language.date(promise.expected)
        if promise.is_open and _is_past(promise):
            return self.language.say("It was due on {day}.", day=due)
        return self.language.say("by {day}", day=due)

    def _since_then(self, promise: PromiseView) -> list[str]:
        """Return what was said of a promise on the way and at its end, in the order in which it was."""
        say = self.language.say
        nobody = say("somebody who left")
        said = [(at, say("{day}: {words}", day=self.day(at), words=words)) for at, words in promise.updates]
        said += [
            (each.at, say(SAID_ALOUD[each.said], day=self.day(each.at), name=each.by or nobody))
            for each in promise.aloud
        ]
        if promise.withdrawn_at is not None:
            day, reason = self.day(promise.withdrawn_at), promise.withdrawal_reason or ""
            said.append((promise.withdrawn_at, say("Withdrawn on {day}: {reason}", day=day, reason=reason)))
        if promise.done_at is not None:
            said.append((promise.done_at, say("Marked as done on {day}.", day=self.day(promise.done_at))))
        return [line for _, line in sorted(said, key=lambda one: one[0])]

    def _history(self, promise: PromiseView) -> list[str]:
        say = self.language.say
        lines = [say("Promised on {day}.", day=self.day(promise.made_at))]
        for move in promise.moves:
            sentence = (
                mark("Moved to {to}, and told in time: {reason}")
                if move.in_time
                else mark("Moved to {to}, late: {reason}")
            )
            lines.append(say(sentence, to=self.language.date(move.to_due), reason=move.reason))
        lines += self._since_then(promise)
        if promise.done_at is not None:
            if self.in_group:
                waits = not promise.aloud
                lines += [say("No survey asks about it; the group can talk about it openly.")] * waits
            elif promise.word is None:
                day = self.day(promise.done_at + ASK_AFTER)
                lines.append(
                    say("The team is asked whether it was kept in the first pulse from {day}.", day=day)
                )
        return lines
