"""Agendas for check-ins of ten to fifteen minutes: three questions, open promises, no figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from integrations.language import Translator, mark
from surveys.commitments.loop import LoopState


@dataclass(frozen=True, slots=True)
class Agenda:
    """One page to talk along.

    Attributes:
        questions: minutes, the question, and how to ask it.
        promises: the open ones with their day, to be looked at together; no state, no rate.
    """

    team_id: UUID
    team_name: str
    title: str
    length: str
    questions: Sequence[tuple[int, str, str]]
    promises: Sequence[tuple[str, str]]
    other: tuple[str, str]  # the other agenda: its address and its name


@dataclass(frozen=True, slots=True)
class _Plan:
    title: str
    length: str
    questions: Sequence[tuple[int, str, str]]


AGENDAS: Mapping[str, _Plan] = {
    "weekly": _Plan(
        mark("Weekly check-in"),
        mark("Ten minutes, standing or walking. Nobody is graded, and nobody has to speak."),
        (
            (
                3,
                mark("What went better than last week?"),
                mark("One thing each, however small. Say what made it possible."),
            ),
            (
                4,
                mark("What is in the way at the moment?"),
                mark("The step, not the person. Write it down; do not solve it yet."),
            ),
            (
                3,
                mark("What do we need from each other until next week?"),
                mark("One request each. Yes, no, or by when."),
            ),
        ),
    ),
    "monthly": _Plan(
        mark("Monthly check-in"),
        mark("Fifteen minutes. No figures on the screen: this is about what they cannot say."),
        (
            (
                5,
                mark("What has changed in how we work together?"),
                mark("Start with what you yourself did differently."),
            ),
            (
                5,
                mark("What did we agree on, and where does it stand?"),
                mark("Read the promises below aloud. Did it happen? If not: what instead, and when?"),
            ),
            (
                5,
                mark("Which one thing do we try next?"),
                mark("Small enough for 30 days, with one person who wants to do it."),
            ),
        ),
    ),
}


def agenda_of(rhythm: str, loop: LoopState, language: Translator) -> Agenda:
    """Return the agenda of this rhythm for one team."""
    plan, say = AGENDAS[rhythm], language.say
    other = "monthly" if rhythm == "weekly" else "weekly"
    return Agenda(
        team_id=loop.team_id,
        team_name=loop.team_name,
        title=say(plan.title),
        length=say(plan.length),
        questions=[(minutes, say(question), say(how)) for minutes, question, how in plan.questions],
        promises=[
            (promise.text, say("By {day}", day=language.date(promise.expected)))
            for promise in loop.promises
            if promise.is_open
        ],
        other=(f"/teams/{loop.team_id}/agenda/{other}", say(AGENDAS[other].title)),
    )
