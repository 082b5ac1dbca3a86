"""The forms of a unit's page: what was typed, and what is wrong with it, beside the field."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from integrations.language import Translator
from integrations.wording.loop import DECISIONS, FROM
from surveys.commitments.rules import TopicKind

DAYS_TO_ANSWER = 7  # offered; the leader picks any day
DAYS_TO_KEEP = 30
DAYS_TO_MOVE = 14


@dataclass(frozen=True, slots=True)
class FormState:
    """One form as it is shown. Values are text as HTML inputs want it."""

    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    errors: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def value_of(self, name: str) -> str:
        """Return what stands in a field."""
        return self.values.get(name, "")

    def error_in(self, name: str) -> str:
        """Return what is wrong with a field, or nothing."""
        return self.errors.get(name, "")

    @property
    def is_open(self) -> bool:
        """Whether the form is unfolded: it came back with an error."""
        return bool(self.errors)


@dataclass(frozen=True, slots=True)
class TeamForms:
    """Every form of the page. At most one of them came back with an error."""

    share: FormState
    acknowledge: FormState
    read: FormState
    promise: FormState
    topic: FormState
    pledge: FormState
    mistake: FormState
    away: FormState
    returned: Mapping[tuple[str, UUID], FormState]
    move_to: str

    def of(self, kind: str, promise_id: UUID) -> FormState:
        """Return the form of one promise: done, update, move or withdraw; or the answer to a topic."""
        return self.returned.get((kind, promise_id), FormState({"due": self.move_to}))


@dataclass(frozen=True, slots=True)
class Returned:
    """A form that came back: which, of which promise, what was typed, what is wrong."""

    kind: str  # share, acknowledge, promise, topic, and of one promise or topic: done, move, answer …
    state: FormState
    promise_id: UUID | None = None


def team_forms(today: date, owner_id: UUID, returned: Returned | None = None) -> TeamForms:
    """Return the forms as they start, or with what came back in its place.

    Args:
        today: in the zone of the unit, because due dates are days there.
        owner_id: who is offered as the one who promises.
    """

    def start(kind: str, **values: str) -> FormState:
        if returned is not None and returned.kind == kind and returned.promise_id is None:
            return returned.state
        return FormState(values)

    return TeamForms(
        share=start("share"),
        acknowledge=start("acknowledge", answer_by=_in(today, DAYS_TO_ANSWER)),
        read=start("read", answer_by=_in(today, DAYS_TO_ANSWER)),
        promise=start("promise", due=_in(today, DAYS_TO_KEEP), owner=str(owner_id)),
        topic=start("topic"),
        pledge=start("pledge"),
        mistake=start("mistake"),
        away=start("away", until=_in(today, DAYS_TO_ANSWER)),
        returned={(returned.kind, returned.promise_id): returned.state}
        if returned is not None and returned.promise_id is not None
        else {},
        move_to=_in(today, DAYS_TO_MOVE),
    )


def loop_forms(
    language: Translator,
    *,
    today: date,
    me: UUID,
    owners: Sequence[tuple[UUID, str]],
    kinds: Iterable[TopicKind],
    returned: Returned | None,
) -> dict[str, Any]:
    """Return what the forms of the loop stand with in the template, of a unit as of a working group.

    Args:
        today: in the zone of the unit.
        me: the reader.
        owners: who can promise, by id and name.
        kinds: where something that is written down can have come up.
    """
    return {
        "forms": team_forms(today, me, returned),
        "me": me,
        "owners": owners,
        "today": today.isoformat(),
        "decisions": [(code.value, language.say(name)) for code, name in DECISIONS],
        "topic_kinds": [(code.value, language.say(FROM[code])) for code in kinds],
    }


def _in(today: date, days: int) -> str:
    return (today + timedelta(days=days)).isoformat()
