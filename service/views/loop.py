"""The loop as its readers see it: a line of steps with clocks, promises with the team's word.

Codes come in, sentences go out. What a leader can do is decided in the controllers and their forms.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from integrations.language import Translator, mark
from integrations.loop_words import (
    BY_ITSELF,
    say_answer,
    say_promise,
    say_since_then,
    say_source,
    say_topic,
)
from integrations.retro_words import SAID_ALOUD
from service.views.charts import Flag
from service.views.follow_through import said_of_habits, said_of_promises
from surveys.commitments.loop import LoopState, PromiseView, SideView, Step, TopicView, unread_topics
from surveys.commitments.rules import ASK_AFTER, DIFFERENTLY, LEADERS_OWN, State, TopicKind, may_leave_out
from surveys.results.rules.loop_words import KEPT

MANY_OPEN = 3  # more open promises than this, and the leader is asked whether they fit
WORKING_DAY = timedelta(days=1)

SIDES: Mapping[str, str] = {
    "leader": mark("How the leader sees it: {words}"),
    "team": mark("How the team sees it: {words}"),
}
STEP_NAMES: Mapping[str, str] = {
    "results": mark("Results out"),
    "shared": mark("Shared"),
    "acknowledged": mark("Acknowledged"),
    "committed": mark("Promised"),
    "done": mark("Done"),
    "confirmed": mark("Confirmed"),
}
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
PLAN_SAYS: Mapping[str, str] = {
    "yes": mark("Asked whether the leader said what will be done and what will not, the team says: yes."),
    "partly": mark(
        "Asked whether the leader said what will be done and what will not, the team says: partly."
    ),
    "no": mark("Asked whether the leader said what will be done and what will not, the team says: no."),
    "too_few": mark("Too few answered whether the leader said what will be done."),
}


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step on the line: taken, the next one, or ahead."""

    name: str
    label: str
    position: str  # taken, next, ahead
    words: str
    clock: str = ""


@dataclass(frozen=True, slots=True)
class PromiseCard:
    """A promise with everything said about it, in the order in which it happened."""

    id: UUID
    text: str
    owner: str
    owner_id: UUID
    is_step: bool
    sides: Sequence[tuple[str, str]]  # how each side sees it, and who wrote that down
    told: frozenset[str]  # which sides have said so
    differs: bool
    state: State
    state_name: str
    due_words: str
    history: Sequence[str]
    word: str
    is_open: bool
    is_current: bool
    is_overdue: bool
    left_behind: bool
    expected: date
    asked_from: date


@dataclass(frozen=True, slots=True)
class TopicCard:
    """Something the team said, and what the leader answered."""

    id: UUID
    said: str
    source: str
    answer: str
    promises: Sequence[str]
    is_answered: bool
    may_be_left_out: bool
    since_then: str = ""
    clock: str = ""
    href: str = ""  # where it can be read, for who may
    may_be_said: bool = False  # whether the leader can tell in a line what it is about


@dataclass(frozen=True, slots=True)
class LoopPage:
    """Everything of the loop that a page shows. `next_step` is the step a leader takes next, if any."""

    wave_id: UUID | None
    steps: Sequence[StepLine]
    next_step: str | None
    shared_words: str | None
    shared_by_line: str
    answer_line: str
    plan_line: str
    current_promises: Sequence[PromiseCard]  # open ones, and done ones that wait for the team's word
    ended_promises: Sequence[PromiseCard]
    follow_through: Sequence[str]
    acknowledged: bool = False
    shared: bool = False
    topics: Sequence[TopicCard] = ()
    habits: Sequence[str] = ()  # how soon results are shared and topics answered, over some months
    unread: int = 0  # topics that wait for a first word

    @property
    def too_many_open(self) -> bool:
        """Whether one more promise deserves a second thought."""
        return len(self.open_promises) >= MANY_OPEN

    @property
    def open_promises(self) -> Sequence[PromiseCard]:
        """Promises whose owner still has something to do."""
        return [card for card in self.current_promises if card.is_open]


def loop_page(state: LoopState, language: Translator, *, zone: str, is_leader: bool) -> LoopPage:
    """Return the loop of one unit for one reader.

    Args:
        zone: the reader's, for instants; due dates are days and have none.
        is_leader: whether the reader leads the unit and so sees every clock from the start.
    """
    taken = {step.name: step for step in state.steps}
    waiting = [step.name for step in state.steps if step.at is None]
    words = _Words(language, zone, is_leader)
    shared, acknowledged = taken.get("shared"), taken.get("acknowledged")
    cards = [words.card(promise) for promise in state.promises]
    return LoopPage(
        wave_id=state.wave_id,
        steps=[words.step(step, waiting) for step in state.steps],
        next_step=next((name for name in waiting if name in ("shared", "acknowledged", "committed")), None),
        shared_words=state.shared_words,
        shared_by_line=language.say("Said to the whole team on {day}.", day=words.day(shared.at))
        if shared and shared.at
        else "",
        answer_line=language.say(
            "Read, with thanks. An answer comes by {day}.", day=language.date(state.answer_by)
        )
        if state.answer_by
        else "",
        plan_line=_known(PLAN_SAYS, state.plan_word, language),
        current_promises=[card for card in cards if card.is_current],
        ended_promises=[card for card in cards if not card.is_current],
        follow_through=said_of_promises(state.follow_through, language),
        acknowledged=bool(acknowledged and acknowledged.at),
        shared=bool(shared and shared.at),
        topics=[words.topic(topic) for topic in state.topics],
        habits=said_of_habits(state, language),
        unread=unread_topics(state.topics),
    )


def flags_of(state: LoopState, zone: str) -> list[Flag]:
    """Return what happened to promises, as flags for the time axis."""
    found = []
    for promise in state.promises:
        found.append(Flag(_day(promise.made_at, zone), "made", promise.text))
        if promise.done_at is not None:
            found.append(Flag(_day(promise.done_at, zone), "done", promise.text))
        if promise.word == KEPT and promise.word_at is not None:
            found.append(Flag(_day(promise.word_at, zone), "confirmed", promise.text))
    return found


def _where(topic: TopicView) -> str:
    """Return the page that a topic without words comes from; it opens for whom it is meant only."""
    if topic.text is None and topic.kind is TopicKind.MAILBOX:
        return "/mailboxes"
    return f"/retros/{UUID(topic.code)}" if topic.kind is TopicKind.RETRO and topic.code else ""


def _is_past(promise: PromiseView) -> bool:
    """Return whether an open promise has passed its date, however long ago."""
    return promise.overdue or promise.state is State.NOT_KEPT


def _known(sentences: Mapping[str, str], word: str | None, language: Translator) -> str:
    return language.say(sentences[word]) if word is not None and word in sentences else ""


def _day(instant: datetime, zone: str) -> date:
    return instant.astimezone(ZoneInfo(zone)).date()


@dataclass(frozen=True, slots=True)
class _Words:
    language: Translator
    zone: str
    is_leader: bool

    def day(self, instant: datetime) -> str:
        return self.language.date(_day(instant, self.zone))

    def step(self, step: Step, waiting: Sequence[str]) -> StepLine:
        label = self.language.say(STEP_NAMES[step.name])
        if step.at is not None:
            return StepLine(step.name, label, "taken", self.day(step.at), self._clock(step))
        position = "next" if waiting[0] == step.name else "ahead"
        words = self.language.say("Not yet")
        if step.of:
            words = self.language.say("{reached} of {of}", reached=step.reached, of=step.of)
        return StepLine(step.name, label, position, words, self._clock(step))

    def _clock(self, step: Step) -> str:
        return self._waited(step.elapsed, step.at, shown=step.public or self.is_leader)

    def _waited(self, elapsed: timedelta | None, over: datetime | None, *, shown: bool) -> str:
        if elapsed is None or not shown:
            return ""
        days = int(elapsed / WORKING_DAY)
        if over is None:
            return self.language.count(
                "open for {count} working day", "open for {count} working days", days
            )
        if not days:
            return self.language.say("within a working day")
        return self.language.count("after {count} working day", "after {count} working days", days)

    def topic(self, topic: TopicView) -> TopicCard:
        return TopicCard(
            id=topic.id,
            said=say_topic(topic, self.language),
            source=self._source(topic),
            answer=say_answer(topic, self.language),
            promises=[say_promise(promise, self.language) for promise in topic.promises],
            since_then=say_since_then(topic, self.language),
            clock=self._waited(topic.elapsed, topic.decided_at, shown=topic.public or self.is_leader),
            is_answered=topic.decision is not None,
            href=_where(topic),
            may_be_said=topic.text is None and topic.kind in BY_ITSELF,
            may_be_left_out=topic.decision is None and may_leave_out(topic.kind, topic.text),
        )

    def card(self, promise: PromiseView) -> PromiseCard:
        is_open = promise.done_at is None and promise.withdrawn_at is None
        return PromiseCard(
            id=promise.id,
            text=promise.text,
            owner=promise.owner_name,
            owner_id=promise.owner_id,
            is_step=promise.is_step,
            sides=[self._side(side) for side in promise.sides],
            told=frozenset(side.side for side in promise.sides),
            differs=promise.word == DIFFERENTLY,
            state=promise.state,
            state_name=self.language.say(STATE_NAMES[promise.state]),
            due_words=self._due(promise, is_open=is_open),
            history=self._history(promise),
            word=_known(TEAM_SAYS, promise.word, self.language),
            is_open=is_open,
            is_current=is_open
            or (promise.withdrawn_at is None and promise.state in (State.OPEN, State.MOVED)),
            is_overdue=is_open and _is_past(promise),
            left_behind=promise.left_behind,
            expected=promise.expected,
            asked_from=_day((promise.done_at or promise.made_at) + ASK_AFTER, self.zone),
        )

    def _source(self, topic: TopicView) -> str:
        source = say_source(topic, self.language)
        if topic.kind in LEADERS_OWN and topic.text is None and topic.decision is None:
            return f"{source} · {self.language.say('only you see this until you answer it here')}"
        return source

    def _side(self, side: SideView) -> tuple[str, str]:
        sentence = SIDES[side.side]
        name = side.by or self.language.say("somebody who left")
        return self.language.say(sentence, words=side.words), self.language.say(
            "Written down by {name} on {day}.", name=name, day=self.day(side.at)
        )

    def _due(self, promise: PromiseView, *, is_open: bool) -> str:
        due = self.language.date(promise.expected)
        if is_open and _is_past(promise):
            return self.language.say("It was due on {day}.", day=due)
        return self.language.say("By {day}", day=due)

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
        for said_at, words in promise.updates:
            lines.append(say("{day}: {words}", day=self.day(said_at), words=words))
        lines += [
            say(SAID_ALOUD[aloud.said], day=self.day(aloud.at), name=aloud.by or say("somebody who left"))
            for aloud in promise.aloud
        ]
        if promise.withdrawn_at is not None:
            lines.append(
                say(
                    "Withdrawn on {day}: {reason}",
                    day=self.day(promise.withdrawn_at),
                    reason=promise.withdrawal_reason or "",
                )
            )
        if promise.done_at is not None:
            lines.append(say("Marked as done on {day}.", day=self.day(promise.done_at)))
            if promise.word is None:
                day = self.day(promise.done_at + ASK_AFTER)
                lines.append(
                    say("The team is asked whether it was kept in the first pulse from {day}.", day=day)
                )
        return lines
