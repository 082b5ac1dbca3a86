"""The one thing to do next, named by its result, with what happens then."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from integrations.language import Translator, mark
from service.views.loop import LoopPage
from surveys.results.published import TeamTrend


@dataclass(frozen=True, slots=True)
class NextStep:
    """A sentence and, for who can act, where on the page to do it."""

    title: str
    text: str
    href: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class _Advice:
    leader: tuple[str, str, str, str]  # title, text, where, label
    others: str


ADVICE: Mapping[str, _Advice] = {
    "shared": _Advice(
        (
            mark("Say a few words to the team"),
            mark(
                "Before you explain anything: what you read, what surprised you, and when you will come"
                " back to it. Three sentences are enough."
            ),
            "#share",
            mark("Share with the team"),
        ),
        mark("The leader tells the team in their own words what they read in these results."),
    ),
    "acknowledged": _Advice(
        (
            mark("Tell the team when you will answer"),
            mark("One press: “Read, thank you”, with a date. It binds you to a day, not to a solution."),
            "#acknowledge",
            mark("Name a day"),
        ),
        mark("The leader has shared the results and now names the day of an answer."),
    ),
    "committed": _Advice(
        (
            mark("Promise one small step"),
            mark(
                "Something you can finish within 30 days and the team can notice. One kept promise is"
                " worth ten plans."
            ),
            "#promise",
            mark("Make a promise"),
        ),
        mark("The leader has read the results. Now comes a promise, or the reason why there is none."),
    ),
}


def next_step(
    trend: TeamTrend, loop: LoopPage, language: Translator, *, today: date, is_leader: bool, small: bool
) -> NextStep | None:
    """Return what comes next after the newest results, or None before there are any.

    Args:
        today: where the reader is.
        is_leader: whether the reader can act.
        small: whether the unit is better served by talking than by figures.
    """
    if trend.newest_readable is None or loop.wave_id is None:
        return None
    advice = ADVICE.get(loop.next_step or "")
    if advice is None:
        return _keep_going(loop, language, today=today, is_leader=is_leader)
    if not is_leader:
        return NextStep(language.say("What comes next"), language.say(advice.others))
    title, text, href, label = (language.say(part) if part[0] != "#" else part for part in advice.leader)
    if small:
        cards = mark("The statements below and fifteen minutes together help more than any figure.")
        text = f"{text} {language.say(cards)}"
    return NextStep(title, text, href, label)


def _keep_going(loop: LoopPage, language: Translator, *, today: date, is_leader: bool) -> NextStep | None:
    title = language.say("What comes next")
    if loop.open_promises and loop.open_promises[0].is_overdue:
        return _overdue(language.date(loop.open_promises[0].expected), language, is_leader=is_leader)
    named = [topic.answer_by for topic in loop.topics if topic.answer_by and topic.answer_by < today]
    if named:
        return _unanswered(language.date(min(named)), language, is_leader=is_leader)
    if loop.open_promises:
        day = language.date(loop.open_promises[0].expected)
        if is_leader:
            text = mark("Your next promise is due {day}. If the date slips, say so at least a day before.")
            return NextStep(
                title, language.say(text, day=day), "#promises", language.say("See the promises")
            )
        return NextStep(title, language.say("The next promise is due {day}.", day=day))
    return NextStep(
        title,
        language.say("What was promised is done. In the next pulse the team says whether it was kept."),
    )


def _unanswered(day: str, language: Translator, *, is_leader: bool) -> NextStep:
    title = language.say("What comes next")
    if not is_leader:
        text = mark("An answer was named for {day} and is still to come: what will be done, or why not.")
        return NextStep(title, language.say(text, day=day))
    text = mark("You named {day} for an answer. What you will do, or why not: either is an answer.")
    return NextStep(title, language.say(text, day=day), "#said", language.say("See what waits"))


def _overdue(day: str, language: Translator, *, is_leader: bool) -> NextStep:
    title = language.say("What comes next")
    if not is_leader:
        return NextStep(
            title, language.say("A promise was due {day}. The leader says where it stands.", day=day)
        )
    text = mark("A promise was due {day}. Say that it is done, name a new date and why, or withdraw it.")
    return NextStep(title, language.say(text, day=day), "#promises", language.say("See the promises"))
