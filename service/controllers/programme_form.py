"""HR's form for a programme: how its fields become a draft. What may be decided is not judged here."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import time
from typing import Any, TypeVar
from uuid import UUID

from integrations.language import mark
from service.dependencies import Form
from surveys.cadence.drafts import OwnItem, ProgrammeDraft
from surveys.cadence.rules import Interval
from surveys.errors import Invalid

Value = TypeVar("Value")

OTHER = "weeks"  # every N weeks, the number being in a field of its own
RHYTHMS: dict[str, tuple[Interval, int]] = {
    "1": (Interval.WEEKS, 1),
    "2": (Interval.WEEKS, 2),
    "4": (Interval.WEEKS, 4),
    "monthly": (Interval.MONTHLY, 1),
    "quarterly": (Interval.QUARTERLY, 1),
}
HOURS = {"days": 24, "hours": 1}
OWN_FIELDS = ("own_1", "own_2")
# The page lists what is wrong above the form, where only the sentence says which field is meant.
NO_WEEKS = mark("Give the weeks between two pulses as a whole number, such as 6.")
NO_START = mark("Give the day from which it runs as a date, such as 2026-12-24.")
NO_WINDOW = mark("Give the time to answer as a whole number of days or hours, such as 8.")
NO_MINIMUM = mark("Give the minimum group as a whole number, such as 6, or leave it empty.")


@dataclass(frozen=True, slots=True)
class SentDraft:
    """What was sent: as much of a draft as could be read, and what could not, by field of the draft."""

    draft: ProgrammeDraft
    problems: list[Invalid]


def read_programme(form: Form, before: ProgrammeDraft) -> SentDraft:
    """Read the form; a field that cannot be read keeps the value it had before.

    Args:
        form: the fields that were sent.
        before: the programme as it is, or the defaults of a new one.
    """
    reading = _Reading(form)
    chosen = form.text("rhythm")
    if chosen in RHYTHMS:
        interval, every = RHYTHMS[chosen]
    else:
        interval = Interval.WEEKS
        every = reading.read("every", lambda: form.whole_number("every", NO_WEEKS), before.every)
    draft = replace(
        before,
        name=reading.read("name", lambda: form.text("name"), before.name),
        audience=reading.read("audience", lambda: _audience(form), before.audience),
        pulse=form.text("pulse"),
        interval=interval,
        every=every,
        start_on=reading.read("start_on", lambda: form.date("start_on", NO_START), before.start_on),
        weekday=reading.read("weekday", lambda: form.whole_number("weekday"), before.weekday),
        local_time=reading.read("local_time", lambda: _time(form), before.local_time),
        window_hours=reading.read("window_hours", lambda: _window(form), before.window_hours),
        reminders=reading.read("reminders", lambda: form.whole_number("reminders"), before.reminders),
        remind=form.text("remind"),
        observe_holidays="observe_holidays" in form,
        open_question="open_question" in form,
        blackouts=reading.read("blackouts", lambda: _blackouts(form), before.blackouts),
        minimum_group=reading.read("minimum_group", lambda: _minimum(form), before.minimum_group),
        head_start_days=reading.read(
            "head_start_days", lambda: form.whole_number("head_start_days"), before.head_start_days
        ),
        optional_dimensions=tuple(form.all("optional")) if form.text("pulse") == "light" else (),
        struck_items=tuple(form.all("struck")),
        own_items=reading.read("own_items", lambda: _own_items(form), before.own_items),
    )
    return SentDraft(draft, reading.problems)


class _Reading:
    """Reads field by field and remembers what could not be read."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.problems: list[Invalid] = []

    def read(self, field: str, reader: Callable[[], Value], otherwise: Value) -> Value:
        try:
            return reader()
        except Invalid as refusal:
            values: dict[str, Any] = dict(refusal.values)
            self.problems.append(Invalid(refusal.sentence, field=field, **values))
            return otherwise


def _audience(form: Form) -> tuple[UUID, ...]:
    if form.text("who") != "teams":
        return ()
    try:
        chosen = tuple(UUID(team) for team in form.all("audience"))
    except ValueError as error:
        raise Invalid(mark("One of these teams does not exist; choose from the list.")) from error
    if not chosen:
        raise Invalid(mark("Choose at least one team, or everybody."))
    return chosen


def _time(form: Form) -> time:
    try:
        return time.fromisoformat(form.text("local_time", most=20))
    except ValueError as error:
        raise Invalid(mark("Give a time such as 09:30.")) from error


def _window(form: Form) -> int:
    return form.whole_number("window_count", NO_WINDOW) * HOURS.get(form.text("window_unit"), HOURS["days"])


def _minimum(form: Form) -> int | None:
    return form.whole_number("minimum_group", NO_MINIMUM) if form.text("minimum_group") else None


def _blackouts(form: Form) -> tuple[tuple[str, str], ...]:
    pairs = zip(form.all("quiet_from"), form.all("quiet_to"), strict=False)
    return tuple((first or last, last or first) for first, last in pairs if first or last)


def _own_items(form: Form) -> tuple[OwnItem, ...]:
    return tuple(
        OwnItem(text, reversed=f"{field}_reversed" in form)
        for field in OWN_FIELDS
        if (text := form.text(field))
    )


def rhythm_choice(draft: ProgrammeDraft) -> str:
    """Return which choice of the form stands for the cadence of a draft."""
    for choice, known in RHYTHMS.items():
        if known == (draft.interval, draft.every):
            return choice
    return OTHER
