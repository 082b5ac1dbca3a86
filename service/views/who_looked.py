"""Who has looked at a unit's figures, in words: by role and day, never by name."""

from collections.abc import Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class WhoLooked:
    """The reading log: days with who looked then, newest first; `more` says that there are older ones."""

    days: Sequence[tuple[str, str]]
    more: bool


def who_looked(days: Sequence[DayOfLooks], language: Translator, *, most: int | None = None) -> WhoLooked:
    """Return the log in the reader's language, of the newest `most` days where that is given."""
    shown = days if most is None else days[:most]
    return WhoLooked(
        days=[(language.date(one.day), "; ".join(_said(one, language))) for one in shown],
        more=len(shown) < len(days),
    )


def _said(one: DayOfLooks, language: Translator) -> list[str]:
    return [
        language.say(OPERATOR) if kind is LookedAs.OPERATOR else language.count(*WORDS[kind], people)
        for kind, people in one.people
    ]
