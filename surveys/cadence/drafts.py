"""What HR decides about a programme, before it is kept, and what must hold of it. No database, no clock."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, time
from uuid import UUID

from surveys.cadence.rules import Interval, minimum_in_force
from surveys.errors import Invalid
from surveys.questions.rules import BANK, MAX_OWN, MAX_STRUCK, OPTIONAL, SUGGESTED_OPTIONAL

LONGEST_NAME = 80
LONGEST_OWN = 200
LARGEST_MINIMUM = 50
MOST_WEEKS = 52
MOST_BLACKOUTS = 40
LEAST_WINDOW = 24
SUGGESTED_WINDOW = 192  # six working days, with the weekend between them
WEEKLY_WINDOW = 96
MOST_REMINDERS = 2
MOST_HEAD_START = 2
YEARS = (2000, 2100)  # beyond them a start date is a slip of the keyboard
HOURS_A_WEEK = 7 * 24
SMALLEST_MINIMUM = 4  # and only before the organisation's first wave


@dataclass(frozen=True, slots=True)
class OwnItem:
    """A statement of HR's own, answered on the same scale as those of the bank."""

    text: str
    reversed: bool = False


@dataclass(frozen=True, slots=True)
class ProgrammeDraft:
    """Everything HR decides about a programme. The fields are described at `models.Programme`."""

    name: str
    start_on: date
    audience: tuple[UUID, ...] = ()  # none means the whole organisation
    pulse: str = "default"
    interval: str = Interval.WEEKS
    every: int = 4
    weekday: int = 1
    local_time: time = time(10)
    window_hours: int = SUGGESTED_WINDOW
    reminders: int = 1
    remind: str = "everyone"
    observe_holidays: bool = True
    open_question: bool = True
    blackouts: tuple[tuple[str, str], ...] = ()  # pairs of ISO dates, both included
    minimum_group: int | None = None
    head_start_days: int = 1
    optional_dimensions: tuple[str, ...] = ()
    struck_items: tuple[str, ...] = ()
    own_items: tuple[OwnItem, ...] = ()
    counts_from: date | None = None

    def tidied(self) -> "ProgrammeDraft":
        """Return the draft without what means nothing: blanks, repetitions, weeks of a monthly pulse.

        A light pulse without a choice of its own gets the suggested dimensions for its fourth question.
        """
        light = self.pulse == "light"
        suggested = SUGGESTED_OPTIONAL if light and not self.optional_dimensions else ()
        return replace(
            self,
            name=" ".join(self.name.split()),
            audience=tuple(dict.fromkeys(self.audience)),
            every=self.every if self.interval == Interval.WEEKS else 1,
            local_time=self.local_time.replace(second=0, microsecond=0, tzinfo=None),
            optional_dimensions=suggested or tuple(dict.fromkeys(self.optional_dimensions)),
            struck_items=tuple(sorted(set(self.struck_items))),
            own_items=tuple(replace(own, text=" ".join(own.text.split())) for own in self.own_items),
        )


def interval_hours(interval: str, every: int) -> int:
    """Return the fewest hours between two occurrences: a month has at least four weeks."""
    weeks = {Interval.MONTHLY: 4, Interval.QUARTERLY: 12}.get(Interval(interval), every)
    return weeks * HOURS_A_WEEK


def suggested_window(interval: str, every: int) -> int:
    """Return how many hours to answer suit a cadence: four days weekly, else six working days."""
    return WEEKLY_WINDOW if interval_hours(interval, every) <= HOURS_A_WEEK else SUGGESTED_WINDOW


def problems_of(
    draft: ProgrammeDraft,
    *,
    teams: Collection[UUID],
    organisation_minimum: int,
    promised_minimum: int | None = None,
) -> list[Invalid]:
    """Return everything that keeps a draft from being used; each names its field and the remedy.

    Args:
        draft: a tidied draft.
        teams: the ids of the organisation's teams.
        organisation_minimum: k of the organisation, which a programme may only raise.
        promised_minimum: k under which people have answered in this programme, or None.
    """
    return [
        *_about_people(draft, teams),
        *_about_the_minimum(draft, organisation_minimum, promised_minimum),
        *_about_reading(draft),
        *_about_time(draft),
        *_about_quiet_days(draft),
        *_about_the_bank(draft),
        *_about_own_items(draft),
    ]


def _about_people(draft: ProgrammeDraft, teams: Collection[UUID]) -> Iterator[Invalid]:
    if not draft.name:
        yield Invalid("Give the programme a name.", field="name")
    if len(draft.name) > LONGEST_NAME:
        yield Invalid("Use at most {most} characters for the name.", field="name", most=LONGEST_NAME)
    if any(team not in teams for team in draft.audience):
        yield Invalid("One of these teams does not exist; choose from the list.", field="audience")


def _about_the_minimum(draft: ProgrammeDraft, organisation: int, promised: int | None) -> Iterator[Invalid]:
    if promised is not None and minimum_in_force(organisation, draft.minimum_group) < promised:
        yield Invalid(
            "The minimum group of this programme is {minimum} already; keep it or raise it.",
            field="minimum_group",
            minimum=promised,
        )
    elif draft.minimum_group is not None and draft.minimum_group < organisation:
        yield Invalid(
            "A programme can only raise the minimum group of the organisation, which is {minimum}.",
            field="minimum_group",
            minimum=organisation,
        )
    if draft.minimum_group is not None and draft.minimum_group > LARGEST_MINIMUM:
        yield Invalid(
            "Choose a minimum group of at most {most}, or hardly any team would ever see figures.",
            field="minimum_group",
            most=LARGEST_MINIMUM,
        )


def _about_reading(draft: ProgrammeDraft) -> Iterator[Invalid]:
    if not 0 <= draft.reminders <= MOST_REMINDERS:
        yield Invalid("Choose no reminder, one or two.", field="reminders")
    if draft.remind not in ("everyone", "missing"):
        yield Invalid("Choose who is reminded: everyone, or only those missing.", field="remind")
    if not 0 <= draft.head_start_days <= MOST_HEAD_START:
        yield Invalid(
            "Leaders can read the figures on the same day, or one or two working days before their team.",
            field="head_start_days",
        )


def _about_time(draft: ProgrammeDraft) -> Iterator[Invalid]:
    if draft.interval not in [*Interval]:
        yield Invalid("Choose how often the pulse returns.", field="interval")
        return
    if not 1 <= draft.every <= MOST_WEEKS:
        yield Invalid("Choose between 1 and {most} weeks.", field="every", most=MOST_WEEKS)
        return
    if not 0 <= draft.weekday <= 6:  # noqa: PLR2004 -- the days of a week
        yield Invalid("Choose a day of the week.", field="weekday")
    if not YEARS[0] <= draft.start_on.year <= YEARS[1]:
        yield Invalid("Choose a start date in this century.", field="start_on")
    longest = interval_hours(draft.interval, draft.every)
    if draft.window_hours < LEAST_WINDOW:
        yield Invalid("Leave at least 24 hours to answer.", field="window_hours")
    if draft.window_hours >= longest:
        yield Invalid(
            "The time to answer has to end before the next pulse: choose fewer than {days} days.",
            field="window_hours",
            days=longest // 24,
        )


def _about_quiet_days(draft: ProgrammeDraft) -> Iterator[Invalid]:
    if len(draft.blackouts) > MOST_BLACKOUTS:
        yield Invalid("Use at most {most} ranges of quiet days.", field="blackouts", most=MOST_BLACKOUTS)
    for first, last in draft.blackouts:
        try:
            in_order = date.fromisoformat(first) <= date.fromisoformat(last)
        except ValueError:
            yield Invalid("Give quiet days as dates, such as 2026-12-24.", field="blackouts")
            return
        if not in_order:
            yield Invalid(
                "Quiet days {first} to {last} end before they begin; exchange the two dates.",
                field="blackouts",
                first=first,
                last=last,
            )


def _about_the_bank(draft: ProgrammeDraft) -> Iterator[Invalid]:
    if draft.pulse not in ("default", "light", "quarterly"):
        yield Invalid("Choose how much a pulse asks.", field="pulse")
    for code in draft.optional_dimensions:
        if code not in [*OPTIONAL]:
            yield Invalid(
                "{code} is no optional dimension; choose from {known}.",
                field="optional_dimensions",
                code=code,
                known=", ".join(OPTIONAL),
            )
    if draft.optional_dimensions and draft.pulse != "light":
        yield Invalid(
            "Only a light pulse has a question for optional dimensions; choose none, or a light pulse.",
            field="optional_dimensions",
        )
    unknown = [code for code in draft.struck_items if code not in BANK]
    if unknown:
        yield Invalid("There is no statement with the code {code}.", field="struck_items", code=unknown[0])
    struck = Counter(BANK[code].dimension for code in draft.struck_items if code in BANK)
    for dimension, count in struck.items():
        if count > MAX_STRUCK:
            yield Invalid(
                "At most {most} statements of a dimension can be left out; of {dimension} it is {count}.",
                field="struck_items",
                most=MAX_STRUCK,
                dimension=dimension,
                count=count,
            )


def _about_own_items(draft: ProgrammeDraft) -> Iterator[Invalid]:
    if len(draft.own_items) > MAX_OWN:
        yield Invalid("Add at most {most} statements of your own.", field="own_items", most=MAX_OWN)
    texts = [own.text for own in draft.own_items]
    if not all(texts) or len(set(texts)) < len(texts):
        yield Invalid("Write each statement of your own once, and none empty.", field="own_items")
    if any(len(text) > LONGEST_OWN for text in texts):
        yield Invalid("Use at most {most} characters for a statement.", field="own_items", most=LONGEST_OWN)
