"""Monday's message to a leader: what the figures mean in two sentences, and one thing to do this week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from integrations.language import Translator, mark
from integrations.wording.loop import what_figures_mean
from integrations.wording.note_words import Words, words_of
from surveys.commitments.loop import PromiseView
from surveys.commitments.most_pressing import Thing, ThingKind
from surveys.commitments.playbooks import Step
from surveys.questions.rules import DIMENSION_NAMES
from surveys.results.published import TeamTrend

MOST_LATE = 3  # named in a message; Home has all of them
THINGS: Mapping[ThingKind, str] = {
    ThingKind.OVERDUE: mark(
        "This week, one thing: this promise has passed its date. Mark it as done, or say what happened "
        "and name a new day."
    ),
    ThingKind.SHARE: mark(
        "This week, one thing: say a few words to the team about these results. A draft is there; change "
        "it until it sounds like you."
    ),
    ThingKind.DUE_SOON: mark(
        "This week, one thing: this promise is due on {day}. If it will not hold, say so at least a day "
        "before."
    ),
    ThingKind.ACKNOWLEDGE: mark(
        "This week, one thing: tell the team it was read, and by when you will answer. One press does it."
    ),
    ThingKind.ANSWER: mark(
        "This week, one thing: something was brought up that has no answer yet. “Will not, because” is "
        "an answer too."
    ),
    ThingKind.PROMISE: mark(
        "This week, one thing: promise one small step the team can notice within 30 days."
    ),
    ThingKind.TRY: mark("This week, one thing: a small step the team can notice."),
    ThingKind.UPDATE: mark(
        "This week, one thing: this promise is due on {day}. One line on how it comes along keeps it alive."
    ),
}
BESIDE_A_STEP: Mapping[ThingKind, str] = {
    ThingKind.SHARE: mark(
        "A draft for the team is there, with this step in it; change it until it sounds like you."
    ),
    ThingKind.ACKNOWLEDGE: mark(
        "The button tells the team that its answers were read, and by when you say what comes of them."
    ),
    ThingKind.ANSWER: mark("The button answers what was brought up; “will not, because” is an answer too."),
    ThingKind.PROMISE: mark("The button makes it a promise, in your words."),
    ThingKind.TRY: mark(
        "The button makes it a promise, in your words, if you want the team to hold you to it."
    ),
    ThingKind.UPDATE: mark("The button says how this promise comes along; it is due on {day}."),
}
WHY_THIS: Mapping[bool, str] = {
    True: mark("This week, one thing, because {name} has shifted down: {step}"),
    False: mark("This week, one thing, because {name} is low: {step}"),
}
BUTTONS: Mapping[ThingKind, str] = {
    ThingKind.OVERDUE: mark("Update this promise"),
    ThingKind.SHARE: mark("Look at the draft"),
    ThingKind.DUE_SOON: mark("Update this promise"),
    ThingKind.ACKNOWLEDGE: mark("Name a day"),
    ThingKind.ANSWER: mark("Answer it"),
    ThingKind.PROMISE: mark("Make a promise"),
    ThingKind.TRY: mark("Make it a promise"),
    ThingKind.UPDATE: mark("Update this promise"),
}


@dataclass(frozen=True, slots=True)
class LeaderWeek:
    """What begins a leader's week.

    Attributes:
        trend: the team's results as its leader may read them.
        thing: the one thing to do.
        press: what the button in Slack stands for; ids only.
        teams: in how many teams of this leader something waits.
        step: what to try this week, out of the playbook of a dimension that is low or has shifted down.
        late: further promises past their date, each with its team where it is another one.
    """

    team_name: str
    trend: TeamTrend
    thing: Thing
    press: str
    page_url: str
    teams: int = 1
    step: Step | None = None
    late: Sequence[tuple[str, PromiseView]] = ()


@words_of.register
def _(note: LeaderWeek, language: Translator, zone: str) -> Words:  # noqa: ARG001 -- alike
    say, promise = language.say, note.thing.promise
    day = language.date(promise.expected) if promise is not None else ""
    more = (
        language.count(
            "In {count} more team of yours something waits; its page says what.",
            "In {count} more teams of yours something waits; their pages say what.",
            note.teams - 1,
        )
        if note.teams > 1
        else ""
    )
    meaning = " ".join(what_figures_mean(note.trend, language))
    return Words(
        subject=say("Your week with {team}", team=note.team_name),
        paragraphs=(*([meaning] if meaning else []), *_things(note, language, day)),
        quoted=(promise.text,) if promise is not None else (),
        after=tuple(_late(note, language)),
        button=say(BUTTONS[note.thing.kind]),
        url=note.page_url,
        press=note.press,
        later=say("Not this week"),
        small=" ".join([more, say("One message a week at most, unless something is due.")]).strip(),
    )


def _things(note: LeaderWeek, language: Translator, day: str) -> list[str]:
    """Return the one thing of the week, and what the button does."""
    if note.step is None:
        return [language.say(THINGS[note.thing.kind], day=day)]
    name = language.gettext(DIMENSION_NAMES[note.step.dimension])
    step = language.say(
        WHY_THIS[note.step.has_fallen],
        name=name[:1].lower() + name[1:],
        step=language.gettext(note.step.text),
    )
    return [step, language.say(BESIDE_A_STEP[note.thing.kind], day=day)]


def _late(note: LeaderWeek, language: Translator) -> list[str]:
    """Return the other promises past their date, as one short list; empty without any."""
    if not note.late:
        return []
    lines = [
        "• "
        + (
            language.say(
                "due on {day}: “{promise}”", day=language.date(promise.expected), promise=promise.text
            )
            if team == note.team_name
            else language.say(
                "due on {day}, to {team}: “{promise}”",
                day=language.date(promise.expected),
                team=team,
                promise=promise.text,
            )
        )
        for team, promise in note.late[:MOST_LATE]
    ]
    more = len(note.late) - MOST_LATE
    if more > 0:
        lines.append(language.count("and {count} more", "and {count} more", more))
    return ["\n".join([language.say("Past their date as well:"), *lines])]
