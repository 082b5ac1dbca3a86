"""Who has looked at a unit's figures, in words: by role and day, never by name."""

from collections.abc import Sequence

from integrations.language import Translator, mark
from surveys.audit.rules import DayOfLooks, LookedAs

DAYS_ON_THE_TEAM_PAGE = 3
WORDS = {
    LookedAs.LEADER: (mark("leader"), mark("leaders, {count} people")),
    LookedAs.LEADER_ABOVE: (
        mark("leader of a unit above"),
        mark("leaders of units above, {count} people"),
    ),
    LookedAs.HR: (mark("HR, {count} person"), mark("HR, {count} people")),
    LookedAs.VIEWER: (mark("viewer, {count} person"), mark("viewers, {count} people")),
}
OPERATOR = mark("operator, command line")


def who_looked(days: Sequence[DayOfLooks], language: Translator) -> list[tuple[str, str]]:
    """Return the reading log in the reader's language: days with who looked then, newest first."""
    return [(language.date(one.day), "; ".join(_said(one, language))) for one in days]


def _said(one: DayOfLooks, language: Translator) -> list[str]:
    return [
        language.say(OPERATOR) if kind is LookedAs.OPERATOR else language.count(*WORDS[kind], people)
        for kind, people in one.people
    ]
