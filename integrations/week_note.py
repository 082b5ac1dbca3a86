"""Monday's message to a leader: what the figures mean in two sentences, and one thing to do this week."""

from collections.abc import Mapping
from dataclasses import dataclass

from integrations.language import Translator, mark
from integrations.loop_words import what_figures_mean
from integrations.note_words import Words, words_of
from surveys.commitments.week import Thing, ThingKind
from surveys.results.published import TeamTrend

THINGS: Mapping[ThingKind, str] = {
    ThingKind.OVERDUE: mark(
        "This week, one thing: this promise has passed its date. Mark it as done, or tell the team what "
        "happened and a new day."
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
        "This week, one thing: the team brought something up that has no answer yet. “Will not, because” "
        "is an answer too."
    ),
    ThingKind.PROMISE: mark(
        "This week, one thing: promise one small step the team can notice within 30 days."
    ),
    ThingKind.UPDATE: mark(
        "This week, one thing: this promise is due on {day}. One line on how it comes along keeps it alive."
    ),
}
BUTTONS: Mapping[ThingKind, str] = {
    ThingKind.OVERDUE: mark("Update this promise"),
    ThingKind.SHARE: mark("Look at the draft"),
    ThingKind.DUE_SOON: mark("Update this promise"),
    ThingKind.ACKNOWLEDGE: mark("Name a day"),
    ThingKind.ANSWER: mark("Answer the team"),
    ThingKind.PROMISE: mark("Make a promise"),
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
    """

    team_name: str
    trend: TeamTrend
    thing: Thing
    press: str
    page_url: str
    teams: int = 1


@words_of.register
def _(note: LeaderWeek, language: Translator, zone: str) -> Words:  # noqa: ARG001 -- alike
    say, promise = language.say, note.thing.promise
    day = language.date(promise.expected) if promise is not None else ""
    meaning = what_figures_mean(note.trend, language)
    more = (
        language.count(
            "In {count} more team of yours something waits; its page says what.",
            "In {count} more teams of yours something waits; their pages say what.",
            note.teams - 1,
        )
        if note.teams > 1
        else ""
    )
    thing = say(THINGS[note.thing.kind], day=day)
    return Words(
        subject=say("Your week with {team}", team=note.team_name),
        paragraphs=(
            (" ".join(meaning), thing) if meaning and promise is None else (" ".join([*meaning, thing]),)
        ),
        quoted=(promise.text,) if promise is not None else (),
        button=say(BUTTONS[note.thing.kind]),
        url=note.page_url,
        press=note.press,
        small=" ".join([more, say("One message a week at most, unless something is due.")]).strip(),
    )
