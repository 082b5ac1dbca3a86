"""The forms a leader fills in Slack: share, name a day, answer, promise, and how a promise stands.

A form's metadata is what the button said: a word and ids. What is typed here is for the whole team to
read, which each form says.
"""

from collections.abc import Sequence
from datetime import date

from integrations.language import Translator, mark
from integrations.slack import blocks
from integrations.slack.blocks import Block
from integrations.slack.identifiers import Action, Callback
from integrations.wording.loop import BY_ITSELF, DECISIONS, SIDES, say_source, say_topic
from surveys.commitments.loop import PromiseView, TopicView
from surveys.commitments.models import Side
from surveys.commitments.texts import LONGEST_NAME, LONGEST_PROMISE, LONGEST_REASON, LONGEST_SHARE

WORDS, HOW, DUE, TEXT, PASSED_TO, SAID = "words", "how", "due", "text", "passed_to", "said"
DONE, UPDATE, MOVE, WITHDRAW, TOMORROW, NEXT_WEEK = (
    "done",
    "update",
    "move",
    "withdraw",
    "tomorrow",
    "next_week",
)
ONE_WEEK, TWO_WEEKS = "one_week", "two_weeks"
HOWS = (
    (DONE, mark("It is done")),
    (UPDATE, mark("It is on its way: a line about it")),
    (MOVE, mark("It needs another day")),
    (WITHDRAW, mark("I take it back")),
    (TOMORROW, mark("Ask me again tomorrow")),
    (NEXT_WEEK, mark("Ask me again in a week")),
)


def share_form(language: Translator, press: str, team_name: str, draft: str) -> Block:
    """Return the form for a leader's words, with a draft to change."""
    say = language.say
    return _form(
        language,
        press,
        title=say("Share with the team"),
        submit=say("Share"),
        asked=[
            _written(say("Your words"), WORDS, LONGEST_SHARE, draft),
            blocks.context(
                say(
                    "Everybody who is asked in {team} gets these words, once they see the figures too, and "
                    "they stand on the team's page. They cannot be taken back.",
                    team=team_name,
                )
            ),
        ],
    )


def acknowledge_form(language: Translator, press: str, answer_by: date) -> Block:
    """Return the form that names the day of an answer."""
    say = language.say
    return _form(
        language,
        press,
        title=say("Read, thank you"),
        submit=say("Say so"),
        asked=[
            blocks.section(say("“Read, thank you. I'll answer by …” This day then stands on the page.")),
            blocks.day(say("I'll answer by"), block_id=DUE, action=Action.LOOP_FIELD, initial=answer_by),
        ],
    )


def commit_form(
    language: Translator, press: str, due: date, *, open_promises: int, draft: str = ""
) -> Block:
    """Return the form for a promise, with a draft to change where there is something to try."""
    say = language.say
    slack = say(
        "Does the date leave some room? The team is asked later whether these very words were kept."
    )
    many = language.count(
        "{count} promise is open. Does one more fit?",
        "{count} promises are open. Does one more fit? Fewer that are kept are worth more.",
        open_promises,
    )
    return _form(
        language,
        press,
        title=say("Make a promise"),
        submit=say("Promise it"),
        asked=[
            *([blocks.section(many)] if open_promises > MANY_OPEN else []),
            _written(say("I promise, in one line and without names"), TEXT, LONGEST_PROMISE, draft),
            blocks.day(say("Until"), block_id=DUE, action=Action.LOOP_FIELD, initial=due),
            blocks.context(slack),
        ],
    )


MANY_OPEN = 3


def promise_form(language: Translator, press: str, promise: PromiseView, move_to: date) -> Block:
    """Return the form that says how one promise stands."""
    say = language.say
    how = blocks.choices(
        say("How does it stand?"),
        [(say(text), value) for value, text in HOWS],
        block_id=HOW,
        action=Action.LOOP_FIELD,
    )
    how["optional"] = False
    return _form(
        language,
        press,
        title=say("Your promise"),
        submit=say("Say so"),
        asked=[
            blocks.quote(promise.text),
            blocks.context(say("Due on {day}.", day=language.date(promise.expected))),
            how,
            _written(
                say("What should be read beside it: how far it is, or what changed, why, and what instead"),
                WORDS,
                LONGEST_REASON,
                optional=True,
            ),
            blocks.day(
                say("The new day, if it needs one"), block_id=DUE, action=Action.LOOP_FIELD, initial=move_to
            ),
            blocks.context(
                say("Told a day before or earlier, and at most twice, a new day counts as told in time.")
            ),
        ],
    )


def side_form(language: Translator, press: str, promise: PromiseView, side: Side, note: str) -> Block:
    """Return the form for one side's note on a promise; `note` is what its author wrote before."""
    say = language.say
    leader = side is Side.LEADER
    others = [
        blocks.context(say(SIDES[one.side], words=one.words)) for one in promise.sides if one.side != side
    ]
    about = (
        say("One note from each side, for whoever reads the team's page. Your name stands with it.")
        if leader
        else say(
            "One note from each side, best after you have talked about it together. Whoever reads the "
            "team's page reads it with your name; how anybody answered stays unknown."
        )
    )
    label = say("How you see it") if leader else say("How the team sees it")
    return _form(
        language,
        press,
        title=say("Seen differently"),
        submit=say("Put it there"),
        asked=[
            blocks.quote(promise.text),
            *others,
            _written(label, WORDS, LONGEST_REASON, note),
            blocks.context(about),
        ],
    )


def later_form(language: Translator, press: str, days: Sequence[date]) -> Block:
    """Return the form that puts the week's message off to the first or second of two days."""
    say = language.say
    words = (
        (say("Not this week: again on {day}", day=language.date(days[0])), ONE_WEEK),
        (say("Not next week either: again on {day}", day=language.date(days[1])), TWO_WEEKS),
    )
    when = blocks.choices(
        say("When shall Kept write again?"),
        words,
        block_id=HOW,
        action=Action.LOOP_FIELD,
        initial=ONE_WEEK,
    )
    when["optional"] = False
    return _form(
        language,
        press,
        title=say("Not this week"),
        submit=say("Put it off"),
        asked=[
            when,
            blocks.context(
                say(
                    "A promise that comes due is reminded of all the same, and what waits stays in Home "
                    "and on the team's page. Nobody reads that you put this off."
                )
            ),
        ],
    )


def answer_form(language: Translator, press: str, topic: TopicView, due: date) -> Block:
    """Return the form that answers what the team brought up."""
    say = language.say
    decision = blocks.choices(
        say("What will come of it?"),
        [(say(text), value) for value, text in DECISIONS],
        block_id=HOW,
        action=Action.LOOP_FIELD,
    )
    decision["optional"] = False
    return _form(
        language,
        press,
        title=say("Your answer"),
        submit=say("Answer"),
        asked=[
            blocks.section(say_topic(topic, language)),
            blocks.context(say_source(topic, language)),
            decision,
            *(
                [
                    _written(
                        say("What it is about, in your own words and no quotation"),
                        SAID,
                        LONGEST_PROMISE,
                        optional=True,
                    )
                ]
                if topic.text is None and topic.kind in BY_ITSELF
                else []
            ),
            _written(say("Why, in one line and without names"), WORDS, LONGEST_REASON),
            _written(say("Passed to, if it is not ours"), PASSED_TO, LONGEST_NAME, optional=True),
            _written(say("Promise a step, if you will do something"), TEXT, LONGEST_PROMISE, optional=True),
            blocks.day(say("Until"), block_id=DUE, action=Action.LOOP_FIELD, initial=due),
            blocks.context(say("It is read at once, under “You said, we did”. An honest no counts.")),
        ],
    )


def _written(label: str, block_id: str, most: int, initial: str = "", *, optional: bool = False) -> Block:
    made = blocks.written(label, block_id=block_id, action=Action.LOOP_FIELD, most=most, initial=initial)
    made["optional"] = optional
    made["element"]["multiline"] = most > LONGEST_PROMISE
    return made


def _form(language: Translator, press: str, *, title: str, submit: str, asked: list[Block]) -> Block:
    return blocks.modal(
        title=title,
        submit=submit,
        close=language.say("Close"),
        callback=Callback.LOOP,
        metadata=press,
        blocks=asked,
    )
