"""What is said about the page itself: how figures were computed, what was promised, who reads what."""

from collections.abc import Sequence
from datetime import datetime

from integrations.language import Translator, mark
from integrations.wording.promise import purpose
from surveys.results.published import TeamTrend, WavePoint
from surveys.waves.rules import FrozenRules

COMPUTED = (
    mark(
        "Five labelled answers count 0, 25, 50, 75 and 100; where a statement is worded the other way"
        " round, they count backwards. 75 means that most people agree."
    ),
    mark(
        "A figure is the mean of everybody who answered all statements of its dimension in that pulse."
        " Nobody's answers are weighted."
    ),
    mark(
        "Under eight answers a figure is said to the nearest five, because it cannot be known better."
        " The range says where the figure would lie if everybody asked had answered."
    ),
    mark(
        "A change is spoken of only when it is larger than what a team of this size shows by chance;"
        " one pulse against the last says nothing."
    ),
    mark(
        "Answers too few to stand alone are counted one level up. Everyone with access reads the same"
        " figures; they were frozen once, when the pulse closed, and the answers were deleted."
    ),
)


def promised(wave: WavePoint, language: Translator) -> list[str]:
    """Return what was promised to members before they answered, from the wave's frozen rules."""
    rules = FrozenRules.of(wave.rules)
    found = [
        purpose(language),
        language.say("No figure stands for fewer than {count} people.", count=rules.minimum_group),
        language.say(
            "When the pulse closed, the figures were frozen, all answers deleted and their key destroyed."
        ),
        _head_start(rules.head_start_days, language),
        language.say("A leader further up may open this page.")
        if rules.leaders_read_below
        else language.say("A leader further up reads the figures of larger units, not this page."),
        _reminders(rules, language),
        language.count(
            "The team's word on a promise needs at least {count} deciding vote, and half of those asked.",
            "The team's word on a promise needs at least {count} deciding votes, and half of those asked.",
            rules.votes_for_a_word,
        ),
        language.say("Over many months a careful reader can learn more than from one pulse."),
    ]
    return [sentence for sentence in found if sentence]


def _head_start(days: int, language: Translator) -> str:
    if not days:
        return language.say("Leader and team read the figures at the same moment.")
    return language.count(
        "The leader reads the same figures {count} working day before the team.",
        "The leader reads the same figures {count} working days before the team.",
        days,
    )


def _reminders(rules: FrozenRules, language: Translator) -> str:
    if not rules.reminders:
        return language.say("Nobody is reminded.")
    if rules.remind == "missing":
        return language.say("Only those who have not answered are reminded.")
    return language.say("Everybody gets the same reminders, whether they have answered or not.")


RECEIPT_TERMS: Sequence[tuple[str, str]] = (
    ("asked", mark("Asked in the whole organisation")),
    ("answered", mark("Answered")),
    ("figures_shown", mark("Figures shown")),
    ("figures_not_shown", mark("Figures not shown separately")),
    ("discarded", mark("Rows that no roster explains, discarded")),
    ("sha256", mark("Fingerprint of all that is shown")),
)


def receipt(wave: WavePoint, language: Translator, zone: str) -> list[tuple[str, str]]:
    """Return the receipt of a wave as terms and values, all over the whole organisation."""
    stored = wave.receipt or {}
    lines = [
        (language.say(term), str(stored[key])) for key, term in RECEIPT_TERMS if stored.get(key) is not None
    ]
    destroyed = (
        language.moment(wave.key_destroyed_at, zone, year=True)
        if wave.key_destroyed_at
        else language.say("not confirmed yet")
    )
    return [*lines, (language.say("Key destroyed, and checked"), destroyed)]


def who_reads_shared_words(trend: TeamTrend, language: Translator, *, zone: str, now: datetime) -> str:
    """Say exactly who will read what a leader shares, and when.

    Args:
        trend: the unit's published figures.
        language: the leader's, `zone` too.
        now: aware UTC.
    """
    newest = trend.newest_readable
    out = newest.team_sees_at if newest is not None else None
    if out is not None and out > now:
        told = language.say(
            "Everyone who is asked in {team} gets a message on {moment}, when they see the figures too.",
            team=trend.team_name,
            moment=language.moment(out, zone),
        )
    else:
        told = language.say(
            "Everyone who is asked in {team} gets a message, within their working hours.",
            team=trend.team_name,
        )
    if newest is not None and newest.rules.get("leaders_read_below"):
        who = language.say(
            "Your words then stand on this page for the unit, any unit below it, leaders further up, HR,"
            " and whom HR lets view it."
        )
    else:
        who = language.say(
            "Your words then stand on this page for the unit, any unit below it, HR, and whom HR lets view"
            " it."
        )
    return f"{told} {who}"
