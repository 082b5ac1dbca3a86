"""The loop as its readers see it: a line of steps with clocks, promises with the team's word.

Codes come in, sentences go out. What a leader can do is decided in the controllers and their forms.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from integrations.language import Translator, mark
from integrations.wording.loop import (
    ANSWER_DUE,
    BY_ITSELF,
    say_answer,
    say_promise,
    say_since_then,
    say_source,
    say_topic,
)
from service.views.charts import Flag
from service.views.follow_through import said_of_habits, said_of_promises
from service.views.promise_cards import PromiseCard, promise_card
from surveys.commitments.loop import LoopState, Step, TopicView, unread_topics
from surveys.commitments.rules import TopicKind, may_leave_out, only_leader_sees
from surveys.results.rules.loop_words import KEPT
from surveys.zones import local_date

MANY_OPEN = 3  # more open promises than this, and the leader is asked whether they fit
WORKING_DAY = timedelta(days=1)

STEP_NAMES: Mapping[str, str] = {
    "results": mark("Results out"),
    "shared": mark("Shared"),
    "acknowledged": mark("Acknowledged"),
    "committed": mark("Promised"),
    "done": mark("Done"),
    "confirmed": mark("Confirmed"),
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
    only_leader: bool = False  # whether only whoever leads sees it, so that no paper shows it
    answer_by: date | None = None  # the day the leader named, as long as there is no answer


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
    words = _Words(language, zone, is_leader, state.in_group)
    shared, acknowledged = taken.get("shared"), taken.get("acknowledged")
    cards = [promise_card(promise, language, zone, in_group=state.in_group) for promise in state.promises]
    return LoopPage(
        wave_id=state.wave_id,
        steps=[words.step(step, waiting) for step in state.steps],
        next_step=next((name for name in waiting if name in ("shared", "acknowledged", "committed")), None),
        shared_words=state.shared_words,
        shared_by_line=language.say("Said to the whole team on {day}.", day=words.day(shared.at))
        if shared and shared.at
        else "",
        answer_line=language.say(ANSWER_DUE, day=language.date(state.answer_by)) if state.answer_by else "",
        plan_line=_known(PLAN_SAYS, state.plan_word, language),
        current_promises=[card for card in cards if card.is_current],
        ended_promises=[card for card in cards if not card.is_current],
        follow_through=[] if state.in_group else said_of_promises(state.follow_through, language),
        acknowledged=bool(acknowledged and acknowledged.at),
        shared=bool(shared and shared.at),
        topics=[words.topic(topic) for topic in state.topics],
        habits=[] if state.in_group else said_of_habits(state, language),
        unread=unread_topics(state.topics),
    )


def flags_of(state: LoopState, zone: str) -> list[Flag]:
    """Return what happened to promises, as flags for the time axis."""
    found = []
    for promise in state.promises:
        found.append(Flag(local_date(promise.made_at, zone), "made", promise.text))
        if promise.done_at is not None:
            found.append(Flag(local_date(promise.done_at, zone), "done", promise.text))
        if promise.word == KEPT and promise.word_at is not None:
            found.append(Flag(local_date(promise.word_at, zone), "confirmed", promise.text))
    return found


def _where(topic: TopicView) -> str:
    """Return the page that a topic without words comes from; it opens for whom it is meant only."""
    if topic.text is None and topic.kind is TopicKind.MAILBOX:
        return "/mailboxes"
    return f"/retros/{UUID(topic.code)}" if topic.kind is TopicKind.RETRO and topic.code else ""


def _known(sentences: Mapping[str, str], word: str | None, language: Translator) -> str:
    return language.say(sentences[word]) if word is not None and word in sentences else ""


@dataclass(frozen=True, slots=True)
class _Words:
    language: Translator
    zone: str
    is_leader: bool
    in_group: bool

    def day(self, instant: datetime) -> str:
        return self.language.day(instant, self.zone)

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
        if over is None and not days:
            return self.language.say("open for less than a working day")
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
            only_leader=only_leader_sees(topic.kind, topic.text, topic.decision),
            answer_by=topic.answer_by if topic.decision is None else None,
            answer=say_answer(topic, self.language),
            promises=[
                say_promise(promise, self.language, in_group=self.in_group) for promise in topic.promises
            ],
            since_then=say_since_then(topic, self.language),
            clock=self._waited(topic.elapsed, topic.decided_at, shown=topic.public or self.is_leader),
            is_answered=topic.decision is not None,
            href=_where(topic),
            may_be_said=topic.text is None and topic.kind in BY_ITSELF,
            may_be_left_out=topic.decision is None and may_leave_out(topic.kind, topic.text),
        )

    def _source(self, topic: TopicView) -> str:
        source = say_source(topic, self.language)
        if only_leader_sees(topic.kind, topic.text, topic.decision):
            return f"{source} · {self.language.say('only you see this until you answer it here')}"
        return source
