"""What a board is called and promises, step by step: the same words on its page and in Slack."""

from integrations.language import Translator, mark
from surveys.commitments.loop import PromiseView
from surveys.commitments.rules import DIFFERENTLY, SAID_OPENLY
from surveys.results.rules.loop_words import KEPT, NOT_YET
from surveys.retrospectives.rules import Column, Names, Phase, Template

TEMPLATES = {
    Template.THREE_PARTS: mark("Went well, to improve, next steps"),
    Template.START_STOP_CONTINUE: mark("Start, stop, continue"),
    Template.FOUR_LS: mark("Liked, learned, lacked, longed for"),
    Template.SAILBOAT: mark("Sailboat: wind, anchor, rocks, island"),
    Template.INCIDENT: mark("After an incident: how it came about"),
}
ABOUT_TEMPLATE = {
    Template.THREE_PARTS: mark("Fits most times."),
    Template.START_STOP_CONTINUE: mark("Short, and all about what you do."),
    Template.FOUR_LS: mark("After something long: what it was like, and what it taught."),
    Template.SAILBOAT: mark("In the middle of the way: what drives, what holds back, what lies ahead."),
    Template.INCIDENT: mark(
        "Steps and circumstances, no persons: everybody did what made sense to them then."
    ),
}
PARTS = {
    Column.WENT_WELL: mark("What went well"),
    Column.TO_IMPROVE: mark("What to improve"),
    Column.NEXT_STEPS: mark("Which steps come next"),
    Column.THANKS: mark("Thanks"),
    Column.START: mark("Start"),
    Column.STOP: mark("Stop"),
    Column.CONTINUE: mark("Continue"),
    Column.LIKED: mark("Liked"),
    Column.LEARNED: mark("Learned"),
    Column.LACKED: mark("Lacked"),
    Column.LONGED_FOR: mark("Longed for"),
    Column.WIND: mark("Wind"),
    Column.ANCHOR: mark("Anchor"),
    Column.ROCKS: mark("Rocks"),
    Column.ISLAND: mark("Island"),
    Column.HAPPENED: mark("What happened, in which order"),
    Column.MADE_SENSE: mark("What made sense at the time"),
    Column.HELPED: mark("What helped"),
}
HINTS = {
    Column.WENT_WELL: mark("What helped, and should stay?"),
    Column.TO_IMPROVE: mark("What happened, at which step, and what would have made it easier?"),
    Column.NEXT_STEPS: mark("What do we try next?"),
    Column.THANKS: mark("Names are welcome here."),
    Column.START: mark("What do we not do yet, and should?"),
    Column.STOP: mark("What costs more than it brings?"),
    Column.CONTINUE: mark("What works, and should stay?"),
    Column.LIKED: mark("What was good to work with?"),
    Column.LEARNED: mark("What do we know now that we did not know before?"),
    Column.LACKED: mark("What was missing?"),
    Column.LONGED_FOR: mark("What would you wish for next time?"),
    Column.WIND: mark("What drives us forward?"),
    Column.ANCHOR: mark("What holds us back?"),
    Column.ROCKS: mark("Which dangers do we see ahead?"),
    Column.ISLAND: mark("Where do we want to arrive?"),
    Column.HAPPENED: mark("What could be seen, and when? Times help; names do not."),
    Column.MADE_SENSE: mark(
        "What did people see and know at that moment, so that what they did was sensible?"
    ),
    Column.HELPED: mark("What made it smaller, or shorter?"),
}
STEPS = {
    Phase.LOOK_BACK: mark("Earlier steps"),
    Phase.WRITE: mark("Write"),
    Phase.GROUP: mark("Read and group"),
    Phase.VOTE: mark("Vote"),
    Phase.DISCUSS: mark("Talk and agree"),
    Phase.CLOSED: mark("Closed"),
}
LEADS = {
    Phase.LOOK_BACK: mark("First what was agreed before: is it done, and is it still wanted?"),
    Phase.WRITE: mark("Everybody writes for themselves. Nobody reads a card before all are shown at once."),
    Phase.GROUP: mark("All cards, mixed. Put together what speaks of the same thing."),
    Phase.VOTE: mark("Vote for what you want to talk about. Nobody sees votes before they are counted."),
    Phase.DISCUSS: mark(
        "Talk about the topics from the top. Each step gets a day and somebody who agrees."
    ),
    Phase.CLOSED: mark("This is what was said and agreed."),
}
SAID_ALOUD = {  # by `surveys.commitments.models.SaidInRetro`
    "done": mark("In the retrospective of {day} it was said: done. Noted by {name}."),
    "wanted": mark("In the retrospective of {day} it was said: still wanted. Noted by {name}."),
    "let_go": mark("In the retrospective of {day} it was let go. Noted by {name}."),
    "happened": mark("In the retrospective of {day} it was said aloud: it happened. Noted by {name}."),
    "not_yet": mark("In the retrospective of {day} it was said aloud: not yet. Noted by {name}."),
}
PROMISE = {
    Names.ANONYMOUS: mark(
        "Cards have no author, not even in the database: they are sealed until all are shown, then mixed. "
        "How you write may still be recognised."
    ),
    Names.OPEN: mark(
        "Named or open: so few people take part that a card without a name can still be guessed. Write "
        "what you would say aloud."
    ),
    Names.SHOWN: mark("Named: each card shows who wrote it. That was chosen before anybody wrote."),
}


def say_became(promise: PromiseView, language: Translator) -> str:
    """Return in two or three words what became of an agreed step so far."""
    say = language.say
    if promise.withdrawn_at is not None:
        return say("withdrawn")
    words = {
        KEPT: say("kept, the team says"),
        DIFFERENTLY: say("seen differently"),
        SAID_OPENLY: say("too few answered: say it aloud"),
    }
    if promise.word in words:
        return words[promise.word]
    if promise.done_at is not None:
        return say("done")
    if promise.word == NOT_YET:
        return say("the team says: not yet")
    return say("its day has passed") if promise.overdue else say("open")
