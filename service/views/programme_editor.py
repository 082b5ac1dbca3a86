"""The form for a programme as plain structs: the choices, the chosen, what is wrong. No query is here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from integrations.language import Translator, mark
from service.views.programmes import PULSES, weekday_name
from surveys.cadence.drafts import OwnItem, ProgrammeDraft
from surveys.errors import Invalid
from surveys.questions.rules import BANK, DIMENSION_NAMES, MAX_OWN, OPTIONAL

HOURS_A_DAY = 24
SPARE_RANGES = 1  # empty rows for quiet days beside those in use
LEAST_RANGES = 2
RHYTHMS = (
    ("1", mark("Every week")),
    ("2", mark("Every 2 weeks")),
    ("4", mark("Every 4 weeks")),
    ("monthly", mark("Every month, on the same weekday of the month")),
    ("quarterly", mark("Every quarter")),
    ("weeks", mark("Another number of weeks")),
)
PULSE_NAMES = {"default": mark("Default"), "light": mark("Light"), "quarterly": mark("Quarterly")}
REMINDERS = (mark("None"), mark("One"), mark("Two"))
HEAD_STARTS = (
    mark("At the same moment"),
    mark("One working day before"),
    mark("Two working days before"),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose. `depth` is the level of a team in the tree."""

    value: str
    label: str
    chosen: bool
    hint: str = ""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """The statements of one dimension, to be left out or not."""

    name: str
    choices: list[Choice]


@dataclass(frozen=True, slots=True)
class Editor:
    """Everything the form shows."""

    draft: ProgrammeDraft
    rhythm: str
    rhythms: list[Choice]
    weekdays: list[Choice]
    pulses: list[Choice]
    optional: list[Choice]
    teams: list[Choice]
    statements: list[Group]
    reminders: list[Choice]
    head_starts: list[Choice]
    blackouts: list[tuple[str, str]]
    own: list[OwnItem]
    window_count: int
    window_unit: str
    organisation_minimum: int
    errors: Mapping[str, str] = field(default_factory=dict)

    def described(self, name: str, *hints: str) -> str:
        """Return the ids of what describes a field: its error, if there is one, and its hints."""
        return " ".join(([f"{name}-error"] if name in self.errors else []) + [*hints])


def editor(
    language: Translator,
    draft: ProgrammeDraft,
    *,
    rhythm: str,
    teams: Mapping[UUID, tuple[str, int]],
    organisation_minimum: int,
    problems: Sequence[Invalid] = (),
) -> Editor:
    """Return the form for a draft.

    Args:
        language: the reader's.
        draft: what is in the fields.
        rhythm: which choice of `RHYTHMS` stands for its cadence.
        teams: name and depth of each team, in the order of the tree.
        organisation_minimum: k of the organisation.
        problems: what keeps the draft from being used; of several about a field the first is shown.
    """
    say = language.say
    whole_days = draft.window_hours % HOURS_A_DAY == 0
    own = [*draft.own_items][:MAX_OWN]
    return Editor(
        draft=draft,
        rhythm=rhythm,
        rhythms=[Choice(value, say(label), value == rhythm) for value, label in RHYTHMS],
        weekdays=[Choice(str(day), weekday_name(language, day), day == draft.weekday) for day in range(7)],
        pulses=[
            Choice(value, say(label), value == draft.pulse, hint=say(PULSES[value]))
            for value, label in PULSE_NAMES.items()
        ],
        optional=[
            Choice(code, say(DIMENSION_NAMES[code]), code in draft.optional_dimensions) for code in OPTIONAL
        ],
        teams=[
            Choice(str(team_id), name, team_id in draft.audience, depth=min(depth, 6))
            for team_id, (name, depth) in teams.items()
        ],
        statements=_statements(language, draft),
        reminders=_numbered(language, REMINDERS, draft.reminders),
        head_starts=_numbered(language, HEAD_STARTS, draft.head_start_days),
        blackouts=_with_spare(draft.blackouts),
        own=own + [OwnItem("")] * (MAX_OWN - len(own)),
        window_count=draft.window_hours // HOURS_A_DAY if whole_days else draft.window_hours,
        window_unit="days" if whole_days else "hours",
        organisation_minimum=organisation_minimum,
        errors=_first_of_each(problems, language),
    )


def _with_spare(ranges: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [*ranges] + [("", "")] * max(SPARE_RANGES, LEAST_RANGES - len(ranges))


# As the fields stand on the page, so that what is wrong is listed in the order in which it is met.
_PLACES = {
    name: place
    for place, name in enumerate(
        [
            "name",
            "audience",
            "interval",
            "every",
            "weekday",
            "local_time",
            "start_on",
            "window_hours",
            "pulse",
            "open_question",
            "optional_dimensions",
            "reminders",
            "remind",
            "blackouts",
            "head_start_days",
            "minimum_group",
            "struck_items",
            "own_items",
        ]
    )
}


def _first_of_each(problems: Sequence[Invalid], language: Translator) -> dict[str, str]:
    errors: dict[str, str] = {}
    for problem in problems:
        errors.setdefault(problem.field or "", language.refusal(problem))
    return dict(sorted(errors.items(), key=lambda each: _PLACES.get(each[0], len(_PLACES))))


def _numbered(language: Translator, labels: Sequence[str], chosen: int) -> list[Choice]:
    return [
        Choice(str(number), language.say(label), number == chosen) for number, label in enumerate(labels)
    ]


def _statements(language: Translator, draft: ProgrammeDraft) -> list[Group]:
    shown = [code for code in DIMENSION_NAMES if code not in OPTIONAL or code in draft.optional_dimensions]
    return [
        Group(
            language.say(DIMENSION_NAMES[code]),
            [
                Choice(item.code, language.say(item.text), item.code in draft.struck_items)
                for item in BANK.values()
                if item.dimension == code
            ],
        )
        for code in shown
    ]
