"""What starts retrospectives, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from integrations.language import Translator, mark
from surveys.milestones.models import TeamRhythm
from surveys.milestones.rules import Source

SOURCES = {
    Source.GITHUB: mark("GitHub"),
    Source.GITLAB: mark("GitLab"),
    Source.JIRA: mark("Jira"),
    Source.PLAIN: mark("A call of your own"),
}


@dataclass(frozen=True, slots=True)
class RhythmView:
    """A rhythm as its leader reads it, and as the form shows it again."""

    said: str
    label: str
    every_weeks: int
    next_on: date
    at: str
    days_a_phase: int


def source_names(language: Translator) -> Mapping[Source, str]:
    """Return what each tool is called, in the order in which they are offered."""
    return {source: language.say(name) for source, name in SOURCES.items()}


def rhythm_view(row: TeamRhythm, zone: str, language: Translator) -> RhythmView:
    """Return a team's rhythm in words."""
    said = language.say(
        "The next one starts on {moment}, then every {weeks} weeks.",
        moment=language.moment(row.next_at, zone),
        weeks=row.every_weeks,
    )
    if row.every_weeks == 1:
        said = language.say(
            "The next one starts on {moment}, then every week.", moment=language.moment(row.next_at, zone)
        )
    return RhythmView(
        said, row.label, row.every_weeks, row.next_on, f"{row.local_time:%H:%M}", row.days_a_phase
    )
