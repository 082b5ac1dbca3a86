"""The flags of `kept programme`, one for each field of HR's page, and how what is typed is read."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any, Generic, TypeVar
from uuid import UUID

import click

from surveys.cadence.drafts import OwnItem, ProgrammeDraft
from surveys.cadence.rules import Interval
from surveys.errors import Invalid

T = TypeVar("T")
Command = TypeVar("Command", bound=Callable[..., Any])
Given = dict[str, Any]

NONE = "none"  # given to a repeatable flag it clears what was there
YEARS = range(1970, 2200)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOURS = {"h": 1, "d": 24, "w": 168}


@dataclass(frozen=True)
class Read(click.ParamType[T], Generic[T]):
    """A value that a function reads out of what was typed; `hint` says what it understands."""

    name: str
    read: Callable[[str], T]
    hint: str

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> T:
        """Return the value, or refuse the command line."""
        try:
            return self.read(" ".join(str(value).lower().split()))
        except ValueError:
            return self.fail(f'"{value}": {self.hint}', param, ctx)


def read_interval(words: str) -> tuple[str, int]:
    """Return the interval and how many weeks it has.

    Raises:
        ValueError: it is not understood; so do all these functions.
    """
    words = words.removeprefix("every ")
    if words in ("month", "1 month", "monthly"):
        return Interval.MONTHLY, 1
    if words in ("quarter", "1 quarter", "quarterly", "3 months"):
        return Interval.QUARTERLY, 1
    found = re.fullmatch(r"(?:(\d{1,3}) ?)?(?:weeks?|w)|weekly", words)
    if found is None:
        raise ValueError(words)
    return Interval.WEEKS, int(found[1] or 1)


def read_hours(words: str) -> int:
    """Return a duration in hours."""
    found = re.fullmatch(r"(\d{1,4}) ?(h(?:ours?)?|d(?:ays?)?|w(?:eeks?)?)", words)
    if found is None:
        raise ValueError(words)
    return int(found[1]) * HOURS[found[2][0]]


def read_time(words: str) -> time:
    """Return a time of day without a zone: it is each member's own."""
    found = re.fullmatch(r"(\d{1,2}):(\d\d)", words)
    if found is None:
        raise ValueError(words)
    return time(int(found[1]), int(found[2]))


def read_weekday(words: str) -> int:
    """Return 0 for Monday; three letters are enough."""
    return [name[:3] for name in WEEKDAYS].index(words if words not in WEEKDAYS else words[:3])


def read_instant(words: str) -> datetime:
    """Return an instant as aware UTC; without a zone it is read as UTC."""
    return _within_reach(datetime.fromisoformat(words.upper()))


def read_day(words: str) -> date:
    """Return a date."""
    return _within_reach(datetime.combine(date.fromisoformat(words), time(12))).date()


def _within_reach(read: datetime) -> datetime:
    """Refuse a year from which a calendar cannot be counted on, such as 9999."""
    if read.year not in YEARS:
        raise ValueError(read.year)
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)


EVERY = Read("interval", read_interval, 'say "1 week", "2 weeks", "4 weeks", "month" or "quarter".')
WINDOW = Read("duration", read_hours, 'say "3 days", "72h" or "1 week".')
AT = Read("time", read_time, "give a time such as 09:30.")
WEEKDAY = Read("weekday", read_weekday, f"choose from {', '.join(WEEKDAYS)}.")
DAY = Read("date", read_day, "give a date such as 2026-12-01.")
INSTANT = Read("instant", read_instant, "give an instant such as 2026-12-01T09:00Z.")


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag, the field of the draft it stands for, and what its help says."""

    name: str
    field: str
    help: str
    type: Any = str
    metavar: str | None = None
    many: bool = False


FLAGS: Sequence[Flag] = (
    Flag("--name", "name", "What HR calls it.  [default: Team pulse]"),
    Flag(
        "--audience",
        "audience",
        "A team with everything below it; repeat for more.  [default: everybody]",
        metavar="TEAM",
        many=True,
    ),
    Flag(
        "--pulse",
        "pulse",
        "How much it asks: 6, 4 or 12 statements.  [default: default]",
        type=click.Choice(["default", "light", "quarterly"]),
    ),
    Flag(
        "--every",
        "interval",
        '"1 week", "2 weeks", "N weeks", "month" or "quarter".  [default: 4 weeks]',
        type=EVERY,
    ),
    Flag("--weekday", "weekday", "The day on which people are asked.  [default: tuesday]", type=WEEKDAY),
    Flag("--at", "local_time", "The time of day where each person is.  [default: 10:00]", AT, "HH:MM"),
    Flag(
        "--window",
        "window_hours",
        'How long there is to answer: "3 days", "72h".  [default: 8 days; weekly: 4]',
        type=WINDOW,
    ),
    Flag("--reminders", "reminders", "How many: 0, 1 or 2.  [default: 1]", type=int),
    Flag(
        "--remind",
        "remind",
        "Whom a reminder goes to; members are told before they answer.  [default: everyone]",
        type=click.Choice(["everyone", "missing"]),
    ),
    Flag(
        "--holidays/--no-holidays",
        "observe_holidays",
        "Ask nobody on a public holiday of their country.  [default: holidays]",
        type=bool,
    ),
    Flag(
        "--open-question/--no-open-question",
        "open_question",
        "End with one question to answer in one's own words.  [default: open-question]",
        type=bool,
    ),
    Flag(
        "--blackout",
        "blackouts",
        "Quiet days for everybody, such as 2026-12-24..2027-01-02; repeat for more.",
        metavar="FROM..TO",
        many=True,
    ),
    Flag(
        "--minimum-group", "minimum_group", "Raise the organisation's minimum group for this one.", type=int
    ),
    Flag(
        "--head-start",
        "head_start_days",
        "Working days leaders read before their team: 0, 1 or 2.  [default: 1]",
        type=int,
    ),
    Flag(
        "--optional",
        "optional_dimensions",
        "For a light pulse: REL, OPN, EMP, NJD, REP, APR; repeat for more.  [default: REL, OPN]",
        metavar="DIMENSION",
        many=True,
    ),
    Flag(
        "--strike",
        "struck_items",
        "A statement not to ask, such as PSY-05; at most two a dimension.",
        metavar="CODE",
        many=True,
    ),
    Flag("--own", "own_items", "A statement of your own; at most two.", metavar="TEXT", many=True),
    Flag(
        "--own-reversed",
        "own_items",
        "The same, where agreeing is bad news.",
        metavar="TEXT",
        many=True,
    ),
    Flag(
        "--start",
        "start_on",
        "The first pulse is on the first such weekday from here on.  [default: tomorrow]",
        type=DAY,
        metavar="YYYY-MM-DD",
    ),
)
FLAG_OF_FIELD = {flag.field: flag.name.split("/")[0] for flag in reversed(FLAGS)} | {"every": "--every"}
PLAIN = [flag for flag in FLAGS if not flag.many and flag.name != "--every"]


def fields_of_the_page(command: Command) -> Command:
    """Give a command one flag for each field of HR's page. What is not given arrives as None or ()."""
    for flag in reversed(FLAGS):
        default = None if not flag.many else ()
        command = click.option(
            flag.name,
            type=flag.type,
            metavar=flag.metavar,
            multiple=flag.many,
            default=default,
            help=flag.help,
        )(command)
    return command


@contextmanager
def naming_the_flag() -> Iterator[None]:
    """Put the flag a refusal is about before its sentence."""
    try:
        yield
    except Invalid as refusal:
        if refusal.field not in FLAG_OF_FIELD:
            raise
        raise click.ClickException(f"{FLAG_OF_FIELD[refusal.field]}: {refusal}") from refusal


def with_flags(draft: ProgrammeDraft, given: Given, teams: dict[UUID, str]) -> ProgrammeDraft:
    """Return the draft with what the flags say; what was not given stays.

    Args:
        draft: what there is.
        given: the values of `fields_of_the_page`.
        teams: the names of the organisation's teams.

    Raises:
        Invalid: an unknown team.
    """
    changes: Given = {
        flag.field: given[_parameter(flag)] for flag in PLAIN if given[_parameter(flag)] is not None
    }
    if given["every"] is not None:
        changes["interval"], changes["every"] = given["every"]
    if given["audience"]:
        changes["audience"] = tuple(_team(name, teams) for name in _listed(given["audience"]))
    if given["blackout"]:
        changes["blackouts"] = tuple(_range(text) for text in _listed(given["blackout"]))
    if given["optional"]:
        changes["optional_dimensions"] = tuple(code.upper() for code in _listed(given["optional"]))
    elif given["pulse"] in ("default", "quarterly"):
        changes["optional_dimensions"] = ()  # these pulses have no place for them
    if given["strike"]:
        changes["struck_items"] = tuple(code.upper() for code in _listed(given["strike"]))
    if given["own"] or given["own_reversed"]:
        changes["own_items"] = (
            *(OwnItem(text) for text in _listed(given["own"])),
            *(OwnItem(text, reversed=True) for text in _listed(given["own_reversed"])),
        )
    return replace(draft, **changes)


def _parameter(flag: Flag) -> str:
    return flag.name.split("/")[0].removeprefix("--").replace("-", "_")


def _listed(values: Sequence[str]) -> list[str]:
    return [value.strip() for value in values if value.strip().lower() != NONE]


def _team(name: str, teams: dict[UUID, str]) -> UUID:
    for team_id, known in teams.items():
        if known.casefold() == name.casefold():
            return team_id
    raise Invalid(
        'There is no team "{name}"; use a name as in the imported file.', field="audience", name=name
    )


def _range(text: str) -> tuple[str, str]:
    first, _, last = text.partition("..")
    return first.strip(), (last or first).strip()
