"""The page of a repair plan, in sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from integrations.language import Translator, mark
from integrations.wording.loop import say_promise
from surveys.commitments.loop import LoopState
from surveys.repair.models import LookWord
from surveys.repair.queries import PlanView
from surveys.zones import local_date

WORDS: Mapping[LookWord, str] = {
    LookWord.MOVING: mark("moving"),
    LookWord.TOO_EARLY: mark("too early to say"),
}
MEDIATOR: Mapping[int, str] = {
    90: mark(
        "Three months have passed and the figures show no change that is big enough to see. That is no "
        "failure, and somebody from outside may help: a mediator, HR, or the people named below. The team "
        "can ask for it, and so can any one of you."
    ),
    180: mark(
        "Half a year has passed and the figures show no change that is big enough to see. We say it again: "
        "somebody from outside may help. Ask for a mediator, HR, or the people named below."
    ),
}
DAYS_TO_KEEP = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class RepairPage:
    """Everything the template needs; `plan_id` is None before a plan is proposed."""

    team_id: UUID
    team_name: str
    plan: PlanView | None
    state: str
    promises: Sequence[str]
    looks: Sequence[str]
    next_look: str
    mediator: str
    due_in: str
    today: str


def repair_page(
    loop: LoopState, plan: PlanView | None, language: Translator, *, zone: str, now: datetime
) -> RepairPage:
    """Return the page for one reader.

    Args:
        zone: the reader's.
    """
    today = local_date(now, loop.zone)
    return RepairPage(
        team_id=loop.team_id,
        team_name=loop.team_name,
        plan=plan,
        state=_state(plan, language, zone) if plan else "",
        promises=[say_promise(promise, language) for promise in plan.promises] if plan else (),
        looks=_looks(plan, language) if plan else (),
        next_look=_next_look(plan, language, zone, now=now) if plan else "",
        mediator=language.say(MEDIATOR[plan.mediator_after]) if plan and plan.mediator_after else "",
        due_in=(today + DAYS_TO_KEEP).isoformat(),
        today=today.isoformat(),
    )


def _state(plan: PlanView, language: Translator, zone: str) -> str:
    if plan.agreed_at is None:
        return language.say(
            "{name} proposed this on {day}. Talk about it; then somebody of the team says here that the "
            "team agrees. It is a plan only then.",
            name=plan.proposed_by,
            day=language.day(plan.proposed_at, zone),
        )
    return language.say(
        "Agreed on {day}; {name} said so for the team.",
        day=language.day(plan.agreed_at, zone),
        name=plan.agreed_by,
    )


def _looks(plan: PlanView, language: Translator) -> list[str]:
    return [
        language.say("After {days} days: {word}", days=days, word=language.say(WORDS[word]))
        for days, word in plan.looks
    ]


def _next_look(plan: PlanView, language: Translator, zone: str, *, now: datetime) -> str:
    if plan.next_look is None:
        return ""
    return language.say(
        "The next look is on {day}."
        if plan.next_look > now
        else "The next look has been due since {day}. Somebody of the team says here how it is.",
        day=language.day(plan.next_look, zone),
    )
