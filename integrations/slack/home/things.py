"""What waits for somebody on their Home tab: a sentence, what a button says, and what it stands for."""

from collections.abc import Iterable
from uuid import UUID

from integrations.language import Translator
from integrations.slack import presses
from integrations.wording.loop import say_promise, say_topic
from surveys.commitments.loop import LoopState, PromiseView, unread_topics
from surveys.commitments.models import Side
from surveys.commitments.rules import DIFFERENTLY
from surveys.commitments.sides import own_note

Thing = tuple[str, str, str]


def promise_things(promises: Iterable[PromiseView], language: Translator) -> list[Thing]:
    """Return the open ones of some promises, overdue ones first."""
    say = language.say
    return [
        (
            say("This promise has passed its date: “{promise}”", promise=promise.text)
            if promise.overdue
            else say_promise(promise, language),
            say("Update this promise"),
            presses.promise(promise.id),
        )
        for promise in sorted(promises, key=lambda one: (not one.overdue, one.due))
        if promise.is_open
    ]


def side_press(
    promise: PromiseView, side: Side, person_id: UUID, language: Translator
) -> tuple[str, str] | None:
    """Return the button for one side's note on a promise on which leader and team differ, or None."""
    note = own_note(promise.sides, side, person_id) if promise.word == DIFFERENTLY else None
    if note is None:
        return None
    if side is Side.LEADER:
        label = language.say("Say how you see it")
    else:
        label = language.say("Say how the team sees it")
    return language.say("Change your note") if note else label, presses.side(promise.id)


def loop_things(loop: LoopState, language: Translator, person_id: UUID) -> list[Thing]:
    """Return what waits for who leads or stands in: the results first, then promises, then topics."""
    say = language.say
    things = promise_things(loop.promises, language)
    taken = {step.name for step in loop.steps if step.at is not None}
    if loop.wave_id is not None and "acknowledged" not in taken:
        sentence = say("Tell the team by when you will answer.")
        things.insert(0, (sentence, say("Name a day"), presses.acknowledge(loop.wave_id, loop.team_id)))
    elif unread_topics(loop.topics):
        sentence = say("Something was brought up and waits for a first word. One press is for all of it.")
        things.insert(0, (sentence, say("Name a day"), presses.read_all(loop.team_id)))
    if loop.wave_id is not None and "shared" not in taken:
        sentence = say("The results of {team} wait for a few words from you.", team=loop.team_name)
        things.insert(0, (sentence, say("Look at the draft"), presses.share(loop.wave_id, loop.team_id)))
    for promise in loop.promises:
        press = side_press(promise, Side.LEADER, person_id, language)
        if press is not None:
            said = say("Leader and team see this promise differently: “{promise}”", promise=promise.text)
            things.append((said, *press))
    answer = say("Answer the group") if loop.in_group else say("Answer the team")
    things += [
        (say_topic(topic, language), answer, presses.answer(topic.id))
        for topic in loop.topics
        if topic.decision is None
    ]
    return things
