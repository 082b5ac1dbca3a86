"""What a milestone from outside is, and which days a rhythm falls on. Pure: no database, no clock."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from surveys.cadence.quiet_days import QuietDays
from surveys.cadence.rules import instant
from surveys.errors import Invalid
from surveys.retrospectives.rules import LONGEST_TITLE, MOST_DAYS_A_PHASE, days_out_of_range
from surveys.texts import one_line

LONGEST_PROJECT = 200
LONGEST_LABEL = 60  # of a rhythm's name; the day is put behind it
MOST_WEEKS = 26
FRIDAY = 4
FIRST_WITHIN = timedelta(days=365)
LATE_AT_MOST = timedelta(days=2)  # after an outage; what is older is left out, the next one comes


class Source(StrEnum):
    """The tools that can say that something was finished."""

    GITHUB = "github"
    GITLAB = "gitlab"
    JIRA = "jira"
    PLAIN = "plain"  # a signed HTTP call of one's own


class Heard(StrEnum):
    """What became of a milestone that a tool told us of."""

    STARTED = "started"
    KNOWN = "known already"
    NOTED = "noted, no board"  # the team has an open board, or nobody is on it
    UNMAPPED = "not mapped yet"  # nobody said which team this project belongs to
    DONE = "the step is done"  # as its owner would say it; the team is asked later
    NOTED_ISSUE = "noted"
    NO_STEP = "no step of a team"  # an issue that was not made from here


@dataclass(frozen=True, slots=True)
class Reached:
    """A milestone as every tool tells it, once its own words are read.

    Attributes:
        source: the tool.
        project: the repository or project in that tool, in small letters; see `project_name`.
        key: says the same milestone only once, however often and under whatever delivery id it comes.
        name: what it is called there.
    """

    source: Source
    project: str
    key: str
    name: str


@dataclass(frozen=True, slots=True)
class IssueMoved:
    """An issue was closed or opened again in its tool.

    Attributes:
        source: the tool.
        project: as in `Reached`.
        issue: its number or key there.
        closed: whether it is closed now.
        at: the tool's own time of it, aware UTC.
    """

    source: Source
    project: str
    issue: str
    closed: bool
    at: datetime


def project_name(text: str) -> str:
    """Return how a project is written down: one line in small letters.

    Raises:
        Invalid: nothing, or more than 200 characters.
    """
    return one_line(text, field="project", longest=LONGEST_PROJECT).strip("/").casefold()


@dataclass(frozen=True, slots=True)
class Placement:
    """Which team a project belongs to.

    Attributes:
        source: the tool.
        name: the project there, for example `owner/name`.
        team_id: the team whose retrospectives its milestones start.
        days_a_phase: working days a step lasts, 0 to 10; 0 where all sit together.
    """

    source: Source
    name: str
    team_id: UUID
    days_a_phase: int

    def checked_name(self) -> str:
        """Return the name as it is written down.

        Raises:
            Invalid: no name, or days out of their range.
        """
        _require_days(self.days_a_phase)
        return project_name(self.name)


def title_of(name: str) -> str:
    """Return the title of a board after a milestone of this name, cut to what a title may have."""
    line = " ".join(name.split())
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1].rstrip() + "…"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A team looks back every so many weeks, for example at the end of each sprint.

    Attributes:
        label: what the boards are called; the day is put behind it.
        every_weeks: 1 to 26.
        first_on: the local day of the first one, a Monday to Friday within a year.
        at: on the team's clock.
        days_a_phase: working days a step lasts; 0 where all sit together.
    """

    label: str
    every_weeks: int
    first_on: date
    at: time
    days_a_phase: int

    def require_possible(self, *, today: date) -> None:
        """Check what can be checked without looking at the team.

        Raises:
            Invalid: names the field.
        """
        one_line(self.label, field="label", longest=LONGEST_LABEL)
        if not 1 <= self.every_weeks <= MOST_WEEKS:
            raise Invalid(
                "Give the weeks from one to the next as a number from 1 to {most}.",
                field="every_weeks",
                most=MOST_WEEKS,
            )
        _require_days(self.days_a_phase)
        if self.first_on < today:
            raise Invalid("This day has passed. Choose today or a later one.", field="first_on")
        if self.first_on > today + FIRST_WITHIN:
            raise Invalid("Choose a day within a year.", field="first_on")
        if self.first_on.weekday() > FRIDAY:
            raise Invalid("Choose a Monday to Friday.", field="first_on")


def _require_days(days: int) -> None:
    if not 0 <= days <= MOST_DAYS_A_PHASE:
        raise days_out_of_range()


def following(day: date, every_weeks: int, *, today: date) -> date:
    """Return the next day of a rhythm after `day` that has not passed yet."""
    step = timedelta(weeks=every_weeks)
    day += step
    while day < today:
        day += step
    return day


def starts_at(day: date, at: time, zone: str, country: str | None) -> datetime:
    """Return when a retrospective of a rhythm starts, in UTC; a public holiday moves it to the day after.

    An hour that spring leaves out gives the first instant after it, one that autumn repeats its first.
    """
    quiet = QuietDays(holidays=True)
    while quiet.why(day, country) is not None:
        day += timedelta(days=1)
    return instant(day, at, zone)
