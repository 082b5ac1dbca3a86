"""The loop in sentences: what was brought up, what came of it, what the figures mean. Web, Slack and mail.

Words only: no figure is said here, so that messages that stay in Slack and mailboxes hold none.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from integrations.language import Translator, mark
from surveys.commitments.loop import PromiseView, TopicView
from surveys.commitments.models import SaidInRetro
from surveys.commitments.playbooks import AGREED, DIVIDED, Step, level
from surveys.commitments.rules import Decision, State, TopicKind
from surveys.questions.rules import DIMENSION_NAMES, THEMES
from surveys.results.published import FigureView, TeamTrend, WavePoint

SAID: Mapping[TopicKind, str] = {
    TopicKind.SHIFT: mark("{name} has gone down, and that is big enough to be more than chance."),
    TopicKind.LOW: mark("More of you disagree than agree on: {name}."),
    TopicKind.THEME: mark("Several of you named the same theme: {name}."),
    TopicKind.COMMENTS: mark("What people wrote in their own words in the pulse of {day}."),
}
BY_ITSELF: Mapping[TopicKind, str] = {
    TopicKind.MAILBOX: mark("Something that came by the leader's mailbox."),
    TopicKind.RETRO: mark("Something in the retrospective of {day} has no step yet."),
    TopicKind.MISTAKE: mark("After a mistake that the leader named: what would help?"),
}
FROM: Mapping[TopicKind, str] = {
    TopicKind.MAILBOX: mark("From a mailbox"),
    TopicKind.RETRO: mark("From a retrospective"),
    TopicKind.MISTAKE: mark("After a mistake"),
    TopicKind.OTHER: mark("Said in person"),
}
DECIDED: Mapping[Decision, str] = {
    Decision.WILL_DO: mark("Will do, because: {reason}"),
    Decision.WILL_NOT: mark("Will not do, because: {reason}"),
    Decision.NOT_OURS: mark("Not ours: passed to {passed_to}. {reason}"),
}
# True before that day and after it.
ANSWER_DUE = mark("Read, with thanks. The day named for an answer: {day}.")
DECISIONS = (
    (Decision.WILL_DO, mark("I will do something about it")),
    (Decision.WILL_NOT, mark("I will not, because …")),
    (Decision.NOT_OURS, mark("It is not ours: I passed it on")),
)
SIDES: Mapping[str, str] = {
    "leader": mark("How the leader sees it: “{words}”"),
    "team": mark("How the team sees it: “{words}”"),
}
SINCE_THEN: Mapping[str, str] = {
    "higher": mark("Over a full round since it was done it lies higher than before it was brought up."),
    "no_change": mark(
        "Over a full round since it was done there is no clear change from before it was brought up."
    ),
    "lower": mark("Over a full round since it was done it lies lower than before it was brought up."),
}
AFTER: Mapping[str, str] = {  # what is said of a promise after a form, on the web and in Slack
    "acknowledged": mark("Thank you. The team sees the day you named."),
    "moved": mark("Moved. The team reads the new date and why."),
    "done": mark("Marked as done. From the seventh day the team is asked whether it was kept."),
    "withdrawn": mark("Withdrawn. The team reads why."),
    "updated": mark("The team reads your line beside the promise."),
    "side_told": mark("Said. It stands beside the promise, with your name."),
}
DONE_IN_GROUP = mark("Marked as done. No survey asks about it; the group can talk about it openly.")
WHY_IS_OPEN = mark("That does not say why.")
NOTICED: Mapping[str, str] = {
    "better": mark("Asked whether it made a difference, the team says: better."),
    "no_difference": mark("Asked whether it made a difference, the team says: none that can be noticed."),
    "worse": mark("Asked whether it made a difference, the team says: worse."),
    "mixed": mark("Asked whether it made a difference, people see it differently."),
    "too_early": mark("Asked whether it made a difference, the team says: too early."),
    "too_few": mark("Too few answered whether it made a difference."),
}
PLEDGE_LIMITS = mark(
    "Three things have to be passed on whatever was pledged: danger to somebody, harassment, and what the "
    "law demands. Then you are told first, wherever that is possible."
)
PROMISE_STATES: Mapping[State, str] = {
    State.OPEN: mark("“{promise}” · by {day}"),
    State.MOVED: mark("“{promise}” · moved to {day}"),
    State.KEPT: mark("“{promise}” · kept"),
    State.NOT_KEPT: mark("“{promise}” · not kept"),
}
BY_OWN_WORD = {
    False: mark("“{promise}” · done, says {name}"),
    True: mark("“{promise}” · done, says {name}; not yet, says the group"),
}  # whether the group disputes it


def say_topic(topic: TopicView, language: Translator) -> str:
    """Return what the team said, in one sentence."""
    if topic.text is not None:
        return topic.text
    if topic.kind in BY_ITSELF:
        return language.say(BY_ITSELF[topic.kind], day=language.date(topic.raised_on))
    sentence = SAID[topic.kind]
    names = THEMES if topic.kind is TopicKind.THEME else DIMENSION_NAMES
    name = language.gettext(names.get(topic.code or "", topic.code or ""))
    day = language.date(topic.occurrence) if topic.occurrence is not None else ""
    return language.say(sentence, name=name, day=day)


def say_source(topic: TopicView, language: Translator) -> str:
    """Return where it was said: in a pulse, or what the leader chose."""
    if topic.occurrence is not None:
        return language.say("Pulse of {day}", day=language.date(topic.occurrence))
    return language.say(FROM.get(topic.kind, FROM[TopicKind.OTHER]))


def say_answer(topic: TopicView, language: Translator) -> str:
    """Return what was decided and why, or how far it has come."""
    if topic.decision is not None:
        return language.say(
            DECIDED[topic.decision], reason=topic.reason or "", passed_to=topic.passed_to or ""
        )
    if topic.acknowledged_at is None:
        return language.say("Not answered yet.")
    if topic.answer_by is not None:
        return language.say(ANSWER_DUE, day=language.date(topic.answer_by))
    return language.say("Read, with thanks. An answer follows.")


def say_since_then(topic: TopicView, language: Translator) -> str:
    """Return how the dimension lies since all was done, and what the team notices; nothing about why."""
    said = [
        each for each in (SINCE_THEN.get(topic.since_then or ""), NOTICED.get(topic.noticed or "")) if each
    ]
    if topic.since_then in SINCE_THEN:
        said.insert(1, WHY_IS_OPEN)
    return " ".join(language.say(each) for each in said)


def is_disputed(promise: PromiseView) -> bool:
    """Return whether the last that was said aloud of a promise is that it did not happen yet."""
    return bool(promise.aloud) and promise.aloud[-1].said == SaidInRetro.NOT_YET


def awaits_a_word(promise: PromiseView) -> bool:
    """Return whether its owner says that it is done and nobody has confirmed it yet."""
    return promise.done_at is not None and promise.state in (State.OPEN, State.MOVED)


def say_promise(promise: PromiseView, language: Translator, *, in_group: bool = False) -> str:
    """Return a promise with where it stands. In a working group one is done by its owner's word alone."""
    if in_group and promise.done_at is not None:
        sentence = BY_OWN_WORD[is_disputed(promise)]
        return language.say(sentence, promise=promise.text, name=promise.owner_name)
    if awaits_a_word(promise):
        return language.say(BY_OWN_WORD[False], promise=promise.text, name=promise.owner_name)
    return language.say(
        PROMISE_STATES[promise.state], promise=promise.text, day=language.date(promise.expected)
    )


def what_figures_mean(trend: TeamTrend, language: Translator) -> list[str]:
    """Return two sentences: how people answered, and whether anything has changed; none without results."""
    newest = trend.newest_readable
    if newest is None:
        return []
    shown = {name: figure for name, figure in newest.dimensions.items() if figure.shown}
    if not shown:
        return [
            language.say("The team's own figures are not shown separately here."),
            language.say("What people say to you, and the promises, are what there is to go by."),
        ]
    return [_levels(shown, newest, language), _changes(shown, newest, language)]


def _levels(shown: Mapping[str, FigureView], wave: WavePoint, language: Translator) -> str:
    say = language.say
    sentences: Sequence[tuple[str, list[str]]] = (
        (mark("most people agree on {names}"), [n for n, f in shown.items() if level(f) >= AGREED]),
        (
            mark("more agree than not on {names}"),
            [n for n, f in shown.items() if DIVIDED <= level(f) < AGREED],
        ),
        (mark("more disagree than agree on {names}"), [n for n, f in shown.items() if level(f) < DIVIDED]),
    )
    parts = [say(text, names=_names(names, language)) for text, names in sentences if names]
    return say(
        "In the pulse of {day}, {levels}.", day=language.date(wave.occurrence), levels="; ".join(parts)
    )


def _changes(shown: Mapping[str, FigureView], wave: WavePoint, language: Translator) -> str:
    say = language.say
    down = [name for name, figure in shown.items() if _word(figure) == "shifted_down"]
    if down:
        since = _since(shown[down[0]], wave)
        return say(
            "{names} shifted down since about {day}: talk about that before anything else.",
            names=_names(down, language, first=True),
            day=language.date(since),
        )
    up = [name for name, figure in shown.items() if _word(figure) == "shifted_up"]
    if up:
        return say(
            "{names} shifted up: say what you think helped, and ask whether it did.",
            names=_names(up, language, first=True),
        )
    if all(_word(figure) == "steady" for figure in shown.values()):
        return say("Nothing has changed that is big enough to see, so nothing needs a quick reaction.")
    return say("It is too early to speak of a change; one pulse against the last says nothing.")


def _names(dimensions: Sequence[str], language: Translator, *, first: bool = False) -> str:
    named = [language.gettext(DIMENSION_NAMES.get(one, one)) for one in dimensions]
    lowered = [name[:1].lower() + name[1:] for name in named]
    return language.listing([named[0], *lowered[1:]] if first else lowered)


def _word(figure: FigureView) -> str:
    return figure.trend.word if figure.trend is not None else ""


def _since(figure: FigureView, wave: WavePoint) -> date:
    return (figure.trend.since if figure.trend is not None else None) or wave.occurrence


def draft_to_share(
    trend: TeamTrend, language: Translator, *, answer_by: date, step: Step | None = None
) -> str:
    """Return a draft a leader may change before the team reads it; empty without results.

    With a step to try, the draft says it as one the leader takes at once.
    """
    meaning = what_figures_mean(trend, language)
    if not meaning:
        return ""
    trying = (
        [language.say("One thing I try at once: {step}", step=language.gettext(step.say))] if step else []
    )
    return "\n\n".join(
        [
            language.say("Thank you for answering."),
            language.say("What I read: {meaning}", meaning=" ".join(meaning)),
            *trying,
            language.say(
                "I have not made up my mind about it yet. By {day} I tell you what I will do about it, and "
                "what I will not, with the reason. Until then I would like to hear what I may be missing.",
                day=language.date(answer_by),
            ),
        ]
    )
